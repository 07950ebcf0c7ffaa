"""*Det, der virker*, *Siden forløbet begyndte* and *Siden du sidst så efter*: what moves, as facts. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from hub.clock import danish_day
from hub.web.citizen import texts
from hub.web.citizen.page import Strengths
from hub.web.citizen.page_data import Changes, PageData
from hub.web.citizen.present_notifications import notifications_of
from hub.web.shell.changes import change_text, is_reached, named
from hub.web.shell.dates import counted, day_text, listed, long_day_text, near_day_text
from hub.web.shell.efforts import EffortState, effort_state, efforts_of
from schemas.facts import GoalFact, GoalKind
from schemas.overview import Entry

NO_NOTIFICATION_FOR = timedelta(days=182)
"""So long without a notification is worth a line."""
CHANGES_SHOWN = 8
KINDS_SHOWN = ("concern_notification", "effort", "contact", "case", "plan", "goal")
"""Kinds of facts whose changes are shown, in this order."""


def strengths(entries: Iterable[Entry], data: PageData) -> Strengths:
    """The citizen's own words, what works, and the goals that were reached; newest first, each with its day."""
    goals = sorted(_goals(entries), key=lambda pair: pair[0].valid.start or date.min, reverse=True)

    def by(entry: Entry, fact: GoalFact) -> str:
        day = fact.assessed_on or entry.valid.start
        return ", ".join(part for part in (fact.stated_by, near_day_text(day, data.today) if day else None) if part)

    texts_of = {kind: [(fact.text, by(entry, fact)) for entry, fact in goals if fact.goal is kind] for kind in GoalKind}
    wishes, works = texts_of[GoalKind.CITIZEN_WISH][:2], texts_of[GoalKind.STRENGTH][:6]
    reached = [(fact.text, by(entry, fact)) for entry, fact in goals if is_reached(fact)]
    missing = f"{texts.STRENGTHS_MISSING} {texts.ASK_STRENGTHS}" if data.team_meets else texts.STRENGTHS_MISSING
    return Strengths(
        wishes=tuple(wishes),
        works=tuple(works),
        reached=tuple(reached),
        missing=None if wishes or works or reached else missing,
    )


def since_course(entries: Sequence[Entry], data: PageData) -> tuple[str, ...]:
    """What has moved since the course began, and what is planned. Empty until something has ended or been reached."""
    if data.team is None:
        return ()
    began, today = data.team.started_on, data.today
    efforts = [
        (entry, named(effort.title, entry, data.names), effort_state(entry, effort, today))
        for entry, effort in efforts_of(entries)
    ]
    ended = sorted(
        (entry.valid.end, name)
        for entry, name, state in efforts
        if state is EffortState.ENDED and entry.valid.end and began <= entry.valid.end <= today
    )
    reached = sum(is_reached(goal) for _, goal in _goals(entries))
    if not ended and not reached:
        return ()
    lines = []
    if ended:
        names = listed([f"{name} ({day_text(day)})" for day, name in ended])
        lines.append(f"{counted(len(ended), 'indsats', 'indsatser')} er afsluttet: {names}.")
    if reached:
        lines.append(f"{counted(reached, 'mål er nået', 'mål er nået')}.")
    last = next((danish_day(fact.received_at) for _, fact in notifications_of(entries)), None)
    if last and today - last > NO_NOTIFICATION_FOR:
        lines.append(f"Ingen nye underretninger siden {long_day_text(last)}.")
    lines += [
        f"Planlagt: {name} fra {day_text(entry.valid.start)}."
        for entry, name, state in efforts
        if state is EffortState.PLANNED and entry.valid.start
    ]
    return tuple(lines)


def change_lines(changes: Changes, data: PageData) -> tuple[str, ...]:
    """What is new in the family: notifications first, then efforts, then goals and strengths."""
    shown = [change for kind in KINDS_SHOWN for change in changes.changes if change.entry.fact.kind == kind]
    lines = tuple(dict.fromkeys(line for change in shown if (line := change_text(change, data.names, data.now))))
    left = len(lines) - CHANGES_SHOWN
    more = (f"Og {counted(left, 'ændring', 'ændringer')} mere; se tidslinjen.",) if left > 0 else ()
    return lines[:CHANGES_SHOWN] + more


def _goals(entries: Iterable[Entry]) -> list[tuple[Entry, GoalFact]]:
    return [(entry, entry.fact) for entry in entries if isinstance(entry.fact, GoalFact)]
