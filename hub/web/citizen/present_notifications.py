"""*Underretninger om familien*: what came in, from whom, and what followed. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import groupby

from hub.clock import DANISH_TIME, danish_day
from hub.overview.efforts import Effort, efforts_of
from hub.overview.follow_ups import FOLLOWS_WITHIN, Conclusion, began_after, conclusion, is_named
from hub.rules.deadlines import ClockState, InformedState, deadline_state, informed_state
from hub.web.citizen import texts
from hub.web.citizen.page import NotificationRow
from hub.web.citizen.page_data import PageData
from hub.web.citizen.present_contest import contest_words
from hub.web.citizen.present_coverage import (
    names_of,
    notification_gaps,
    shows_part_of_family,
    with_notifications,
)
from hub.web.citizen.present_efforts import source_line
from hub.web.shell import texts as shared
from hub.web.shell.dates import capital, clock_text, counted, day_text, listed, of_day, of_moment, plural_of, within
from hub.web.shell.people import sender
from schemas.codes import danish_label
from schemas.facts import ConcernNotificationFact, Outcome
from schemas.overview import Entry

SHOWN = 6
"""Rows before the rest is folded away."""
UNMET = frozenset({ClockState.RUNNING, ClockState.OVERDUE})
ASSESSMENT_STILL_ASKED = timedelta(days=60)
"""Longer after the limit the page asks what followed, not for the assessment."""


Notification = tuple[Entry, ConcernNotificationFact]


def notifications_of(entries: Sequence[Entry]) -> tuple[Notification, ...]:
    """The concern notifications among the entries, newest first."""
    notifications = [(entry, entry.fact) for entry in entries if isinstance(entry.fact, ConcernNotificationFact)]
    return tuple(sorted(notifications, key=lambda pair: (pair[1].received_at, pair[0].id), reverse=True))


def notifications_line(notifications: Sequence[Notification], data: PageData) -> str:
    """How many, from whom, and after how many an effort followed; and what may be missing."""
    missing = notification_gaps(data, is_empty=not notifications)
    if not notifications and not with_notifications(data.people):
        return " ".join(missing)
    return " ".join((_counts(notifications, data), *missing))


def _counts(notifications: Sequence[Notification], data: PageData) -> str:
    if not notifications:
        if not shows_part_of_family(data):
            return texts.NO_NOTIFICATIONS
        return texts.NO_NOTIFICATIONS_OF.format(names=names_of(with_notifications(data.people), data))
    conclusions = [_conclusion(entry, fact, data) for entry, fact in notifications]
    followed = sum(conclusion in {Conclusion.FOLLOWED, Conclusion.EFFORT_NOT_SHOWN} for conclusion in conclusions)
    number = len(notifications)
    if followed:
        outcome = plural_of(number, "Derefter fulgte en indsats.", f"Efter {followed} af dem fulgte en indsats.")
    elif Conclusion.UNKNOWN in conclusions:
        outcome = f"{texts.FOLLOW_UP_UNKNOWN}."
    elif any(_has_begun(fact, data) for _, fact in notifications):
        outcome = f"{texts.NO_EFFORT_LINKED} {plural_of(number, 'den', 'nogen af dem')}."
    else:
        is_early = any(data.today <= danish_day(fact.received_at) + FOLLOWS_WITHIN for _, fact in notifications)
        which = plural_of(number, "den", "nogen af dem")
        if is_early:
            outcome = f"{_none_began(data, texts.NO_EFFORT_BEGAN_YET)}."
        else:
            outcome = f"{_none_began(data)} inden for et halvt år efter {which}."
    return f"{_senders(notifications)} {outcome}"


def _conclusion(entry: Entry, fact: ConcernNotificationFact, data: PageData) -> Conclusion:
    sections = [section for person in data.people for section in person.sections]
    has_followed = bool(data.follow_ups.get(entry.id))
    return conclusion(fact, sections, data.today, has_followed=has_followed, has_begun=_has_begun(fact, data))


def _has_begun(fact: ConcernNotificationFact, data: PageData) -> bool:
    return began_after(fact, (entry for person in data.people for entry in person.entries()))


def _none_began(data: PageData, said: str = texts.NO_EFFORT_BEGAN) -> str:
    """That the social area began no effort; for whom, where the page does not show the whole family."""
    if not shows_part_of_family(data):
        return said
    return f"{said} for {names_of(with_notifications(data.people), data)}"


def _senders(notifications: Sequence[Notification]) -> str:
    """As in "8 underretninger fra 6 afsendere siden 2015.", or of one "1 underretning, fra politiet i 2022."."""
    senders = {sender(fact).lower(): within(sender(fact)) for _, fact in notifications}
    first = danish_day(notifications[-1][1].received_at).year
    count = counted(len(notifications), "underretning", "underretninger")
    if len(notifications) == 1:
        return f"{count}, fra {listed(list(senders.values()))} i {first}."
    if len(senders) == 1:
        who = "begge" if len(notifications) == 2 else "alle"  # noqa: PLR2004  two are both
        return f"{count}, {who} fra {listed(list(senders.values()))}, siden {first}."
    return f"{count} fra {counted(len(senders), 'afsender', 'afsendere')} siden {first}."


def notification_rows(notifications: Sequence[Notification], data: PageData) -> tuple[NotificationRow, ...]:
    """One row for each day and sender; a notification on each of two siblings is one row with both named."""
    return tuple(_row(list(group), data) for _, group in groupby(notifications, key=day_and_sender))


def day_and_sender(notification: Notification) -> tuple[date, str]:
    """What notifications of one row have in common."""
    _, fact = notification
    return danish_day(fact.received_at), sender(fact)


def _row(group: Sequence[Notification], data: PageData) -> NotificationRow:
    entry, first = group[0]
    day = danish_day(first.received_at)
    reasons = dict.fromkeys(danish_label(reason, day) for _, fact in group for reason in fact.reasons)
    outcome, tone, on_paper = _outcome(group, data)
    senders = [f"{sender(fact)} om {data.names.concerned(entry)}" for entry, fact in reversed(group)]
    return NotificationRow(
        when=of_moment(first.received_at, data.now) if first.received_has_time else of_day(day),
        senders=tuple(_with_small_letters(senders)),
        reasons=listed(_with_small_letters(list(reasons))) or "Årsag ikke oplyst af kilden",
        outcome=outcome,
        tone=tone,
        source=replace(source_line(entry, data), contested=contest_words((each for each, _ in group), data)),
        outcome_on_paper=on_paper or outcome,
        informed=_informed(group, data),
    )


def _informed(group: Sequence[Notification], data: PageData) -> str:
    """Whether the professional who sent these was told what followed; of several, all of them."""
    facts = [fact for _, fact in group]
    states = {informed_state(fact, data.moment) for fact in facts}
    if InformedState.NOT_STATED in states:
        return shared.NOT_STATED_INFORMED.format(sender=within(sender(facts[0])))
    days = [fact.notifier_informed_on for fact in facts if fact.notifier_informed_on]
    if InformedState.INFORMED not in states or not days:
        return ""
    return texts.INFORMED.format(sender=capital(sender(facts[0])), day=day_text(max(days)))


def _with_small_letters(phrases: list[str]) -> list[str]:
    """The phrases as they follow each other in one sentence."""
    return phrases[:1] + [phrase[:1].lower() + phrase[1:] for phrase in phrases[1:]]


def _outcome(group: Sequence[Notification], data: PageData) -> tuple[str, str, str | None]:
    """What followed, the tone it is shown in, and the words for paper where they differ."""
    efforts = {effort.id: effort for entry, _ in group for effort in data.follow_ups.get(entry.id, ())}
    facts = [fact for _, fact in group]
    conclusions = {_conclusion(entry, fact, data) for entry, fact in group}
    deadlines = [deadline_state(fact, data.moment) for fact in facts]
    due = min((deadline.due_at for deadline in deadlines if deadline.state in UNMET and deadline.due_at), default=None)
    if efforts:
        first = min(effort.valid.start for effort in efforts.values() if effort.valid.start)
        names = listed(_effort_names(efforts_of(efforts.values()), data))
        by_source = any(is_named(effort, entry, fact) for effort in efforts.values() for entry, fact in group)
        return f"{'Førte til' if by_source else 'Derefter begyndte'} {names}, {day_text(first)}", "followed", None
    if due and data.moment - due < ASSESSMENT_STILL_ASKED:
        return deadline_text(due, data.moment), "missing", _deadline_on_paper(due, data.moment)
    outcomes = {fact.outcome for fact in facts}
    decided = next((outcome for outcome in texts.OUTCOME if outcome in outcomes), None)
    if decided is not None:
        return texts.OUTCOME[decided], "followed" if decided is Outcome.EFFORT else "plain", None
    if Conclusion.NOT_LINKED in conclusions:
        return f"{texts.NO_EFFORT_LINKED} den", "plain", None
    if Conclusion.TOO_EARLY in conclusions:
        received = danish_day(facts[0].received_at)
        days = (data.today - received).days
        age = f"Endnu {counted(days, 'dag', 'dage')} gammel" if days else "Modtaget i dag"
        return age, "plain", f"Modtaget {day_text(received)}"
    return (texts.FOLLOW_UP_UNKNOWN if Conclusion.UNKNOWN in conclusions else _none_began(data)), "plain", None


def _effort_names(efforts: Sequence[Effort], data: PageData) -> list[str]:
    """The efforts in a sentence; with first names when they are for different people, each name once."""
    people = [data.names.primary(entry) for entry, _ in efforts]
    titles = [effort.title for _, effort in efforts]
    named = len(set(people)) > 1
    names = [
        f"{within(_short(title, titles))} ({person})" if named and person else within(_short(title, titles))
        for title, person in zip(titles, people, strict=True)
    ]
    return list(dict.fromkeys(names))


def _short(title: str, titles: Sequence[str]) -> str:
    """The title without what another of the titles says already: "Familiebehandling, samtaler" beside that effort."""
    general, _, particular = title.partition(", ")
    return particular if particular and general in titles else title


def deadline_text(due: datetime, now: datetime) -> str:
    """The 24 hours as people say it: runs out today at 14.10, or ran out so and so."""
    day = due.astimezone(DANISH_TIME).date()
    if due >= now:
        word = "i dag" if day == danish_day(now) else "i morgen"
        return f"Vurdering mangler: fristen på 24 timer udløber {word} kl. {clock_text(due)}"
    return f"Vurdering mangler: fristen på 24 timer udløb {of_moment(due, now).text}"


def _deadline_on_paper(due: datetime, now: datetime) -> str:
    verb = "udløber" if due >= now else "udløb"
    return f"Vurdering mangler: fristen på 24 timer {verb} {day_text(danish_day(due))} kl. {clock_text(due)}"
