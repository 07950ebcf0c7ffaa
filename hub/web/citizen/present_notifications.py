"""*Underretninger om familien*: what came in, from whom, and what followed. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby

from hub.clock import DANISH_TIME, danish_day
from hub.indicators.deadlines import ClockState, deadline_state
from hub.overview.follow_ups import FOLLOWS_WITHIN
from hub.web.citizen.page import NotificationRow
from hub.web.citizen.page_data import Material
from hub.web.citizen.present_efforts import source_line
from hub.web.shell import texts
from hub.web.shell.dates import clock_text, counted, day_text, listed, of_day, of_moment
from schemas.codes import danish_label
from schemas.facts import ConcernNotificationFact, EffortFact, Outcome
from schemas.overview import Entry
from schemas.record import PartyRole

SHOWN = 6
"""Rows before the rest is folded away."""
UNMET = frozenset({ClockState.RUNNING, ClockState.OVERDUE})
ASSESSMENT_STILL_ASKED = timedelta(days=60)
"""Longer after the limit the page asks what followed, not for the assessment."""


Pair = tuple[Entry, ConcernNotificationFact]


def notifications(entries: Sequence[Entry]) -> tuple[Pair, ...]:
    """The concern notifications, newest first."""
    found = [(entry, entry.fact) for entry in entries if isinstance(entry.fact, ConcernNotificationFact)]
    return tuple(sorted(found, key=lambda pair: (pair[1].received_at, pair[0].id), reverse=True))


def summary(found: Sequence[Pair], material: Material) -> str:
    """How many, from whom, and after how many an effort began within half a year; and whether some may be missing."""
    told = _counted(found, material)
    is_unread = any(section.is_unread for person in material.people for section in person.sections)
    return f"{told} {texts.UNREAD_NOTIFICATIONS}" if is_unread else told


def _counted(found: Sequence[Pair], material: Material) -> str:
    if not found:
        return "Ingen underretninger fundet i de kilder, du kan se."
    senders = {sender(fact).lower() for _, fact in found}
    first = danish_day(found[-1][1].received_at).year
    count = counted(len(found), "underretning", "underretninger")
    line = f"{count} fra {counted(len(senders), 'afsender', 'afsendere')} siden {first}."
    followed = sum(bool(material.followed.get(entry.id)) for entry, _ in found)
    if not followed:
        return (
            f"{line} Ingen indsats begyndte inden for et halvt år efter {'den' if len(found) == 1 else 'nogen af dem'}."
        )
    return f"{line} Efter {followed} af dem fulgte en indsats inden for et halvt år."


def sender(fact: ConcernNotificationFact) -> str:
    """Who, in the source's words, else the category's."""
    return fact.notifier_title or danish_label(fact.notifier, danish_day(fact.received_at))


def rows(found: Sequence[Pair], material: Material) -> tuple[NotificationRow, ...]:
    """One row for each day and sender; a notification on each of two siblings is one row with both named."""
    key = lambda pair: (danish_day(pair[1].received_at), sender(pair[1]))  # noqa: E731  used twice below
    return tuple(_row(list(group), material) for _, group in groupby(found, key=key))


def _row(group: Sequence[Pair], material: Material) -> NotificationRow:
    entry, fact = group[0]
    day = danish_day(fact.received_at)
    reasons = dict.fromkeys(danish_label(reason, day) for _, one in group for reason in one.reasons)
    outcome, tone = _outcome(group, material)
    names = [f"{sender(one)} om {whom(each, material)}" for each, one in reversed(group)]
    return NotificationRow(
        when=of_moment(fact.received_at, material.now) if fact.received_has_time else of_day(day),
        senders=tuple(names[:1] + [name[:1].lower() + name[1:] for name in names[1:]]),
        reasons=_sentence(list(reasons)) or "Årsag ikke oplyst af kilden",
        outcome=outcome,
        tone=tone,
        source=source_line(entry, material),
    )


def _sentence(words: list[str]) -> str:
    return listed(words[:1] + [word[:1].lower() + word[1:] for word in words[1:]])


def whom(entry: Entry, material: Material) -> str:
    """First names of the children it is about: "Ida og Emil"."""
    names = [
        material.first_name(party.citizen_id) or (party.name or "").split(" ")[0]
        for party in entry.parties
        if party.role is not PartyRole.OTHER and (party.citizen_id or party.name)
    ]
    known = [name for name in dict.fromkeys(names) if name]
    own = material.first_name(material.overview.citizen_id)
    others = [name for name in known if name != own]
    return listed(others or known) or "familien"


def _outcome(group: Sequence[Pair], material: Material) -> tuple[str, str]:
    efforts = {effort.id: effort for entry, _ in group for effort in material.followed.get(entry.id, ())}
    facts = [fact for _, fact in group]
    clocks = [deadline_state(fact, material.moment) for fact in facts]
    due = min((one.due_at for one in clocks if one.state in UNMET and one.due_at), default=None)
    if efforts:
        first = min(effort.valid.start for effort in efforts.values() if effort.valid.start)
        titles = [effort.fact.title for effort in efforts.values() if isinstance(effort.fact, EffortFact)]
        names = listed([title[:1].lower() + title[1:] for title in titles])
        said = any(fact.outcome is Outcome.EFFORT for fact in facts)
        return f"{'Førte til' if said else 'Derefter begyndte'} {names}, {day_text(first)}", "followed"
    if due and material.moment - due < ASSESSMENT_STILL_ASKED:
        return deadline_text(due, material.moment), "missing"
    outcomes = {fact.outcome for fact in facts}
    if outcomes & {Outcome.CLARIFICATION, Outcome.ASSESSMENT, Outcome.ACUTE}:
        return texts.OUTCOME[next(outcome for outcome in outcomes if outcome is not None)], "plain"
    if Outcome.TO_RUNNING_CASE in outcomes:
        return f"{texts.OUTCOME[Outcome.TO_RUNNING_CASE]}. Ingen ny indsats", "plain"
    if material.moment - facts[0].received_at < FOLLOWS_WITHIN:
        no_action = texts.OUTCOME[Outcome.NO_ACTION]
        return (no_action if Outcome.NO_ACTION in outcomes else "Ingen indsats endnu"), "plain"
    return "Ingen indsats fulgte", "missing"


def deadline_text(due: datetime, now: datetime) -> str:
    """The 24 hours as people say it: runs out today at 14.10, or ran out so and so."""
    day = due.astimezone(DANISH_TIME).date()
    if due >= now:
        word = "i dag" if day == danish_day(now) else "i morgen"
        return f"Vurdering mangler: fristen på 24 timer udløber {word} kl. {clock_text(due)}"
    return f"Vurdering mangler: fristen på 24 timer udløb {of_moment(due, now).text}"
