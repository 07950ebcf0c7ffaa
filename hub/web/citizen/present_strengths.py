"""*Det, der virker*, *Siden forløbet begyndte* and *Siden du sidst så efter*: what moves, as facts. Pure."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta

from hub.clock import danish_day
from hub.overview.efforts import EffortState, effort_state, efforts_of
from hub.web.citizen import texts
from hub.web.citizen.page import StatedLine, Strengths
from hub.web.citizen.page_data import Changes, PageData
from hub.web.citizen.present_contest import contest_words
from hub.web.citizen.present_coverage import has_all_notifications
from hub.web.citizen.present_identity import identity_mark
from hub.web.citizen.present_notifications import notifications_of
from hub.web.shell.changes import STEPS, change_text, is_reached, named, wiped_text
from hub.web.shell.dates import counted, day_text, listed, long_day_text, near_day_text
from hub.web.shell.people import first_word
from schemas.facts import GoalFact, GoalKind, Progress
from schemas.overview import Entry, SectionState

NO_NOTIFICATION_FOR = timedelta(days=182)
"""So long without a notification is worth a line."""
CHANGES_SHOWN = 8
KINDS_SHOWN = ("concern_notification", "effort", "contact", "case", "plan", "goal")
"""Kinds of facts whose changes are shown, in this order."""


def strengths(entries: Iterable[Entry], data: PageData) -> Strengths:
    """The citizen's own words, what works, the goals however they go, and those reached; newest first, with its day.

    A strength that has become worse and a goal that stands still are told as such.
    """
    goals = sorted(_goals(entries), key=lambda pair: pair[0].valid.start or date.min, reverse=True)

    def lines(kinds: Collection[GoalKind], *, reached: bool | None = None) -> tuple[StatedLine, ...]:
        return tuple(
            _line(entry, fact, data)
            for entry, fact in goals
            if fact.goal in kinds and (reached is None or is_reached(fact) is reached)
        )

    wishes, works = lines({GoalKind.CITIZEN_WISH}), lines({GoalKind.STRENGTH})
    reached = lines(STEPS, reached=True)
    return Strengths(
        wishes=wishes,
        works=works,
        goals=lines(STEPS, reached=False),
        reached=reached,
        missing=None if wishes or works or reached else _missing(data),
    )


def _line(entry: Entry, fact: GoalFact, data: PageData) -> StatedLine:
    day = fact.assessed_on or entry.valid.start
    by = ", ".join(part for part in (fact.stated_by, near_day_text(day, data.today) if day else None) if part)
    on_paper = ", ".join(part for part in (fact.stated_by, long_day_text(day) if day else None) if part)
    is_step = fact.goal in STEPS
    is_assessed = fact.progress is not Progress.NOT_ASSESSED
    says_progress = not is_reached(fact) and (is_assessed or is_step)
    person = data.names.subject(entry)
    parts = (
        f"om {person}" if person and person != first_word(fact.stated_by) else None,
        "delmål" if fact.goal is GoalKind.SUB_GOAL else None,
        texts.PROGRESS[fact.progress] if says_progress else None,
    )
    tag = " · ".join(part for part in parts if part)
    return StatedLine(fact.text or "", by, tag, on_paper, identity_mark(entry, data), contest_words([entry], data))


def _missing(data: PageData) -> str:
    is_withheld = any(
        section.state is SectionState.WITHHELD or section.is_in_part
        for person in data.people
        for section in person.sections
    )
    missing = texts.STRENGTHS_PARTLY_WITHHELD if is_withheld else texts.STRENGTHS_MISSING
    return f"{missing} {texts.ASK_STRENGTHS}" if data.team_meets else missing


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
        (last_day, name)
        for entry, name, state in efforts
        if state is EffortState.ENDED and (last_day := entry.valid.last_day) and began <= last_day <= today
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
    if last and today - last > NO_NOTIFICATION_FOR and has_all_notifications(data.people):
        lines.append(f"Ingen nye underretninger siden {long_day_text(last)}.")
    lines += [
        f"Planlagt: {name} fra {day_text(entry.valid.start)}."
        for entry, name, state in efforts
        if state is EffortState.PLANNED and entry.valid.start
    ]
    return tuple(lines)


def change_lines(changes: Changes, data: PageData) -> tuple[str, ...]:
    """What is new in the family: notifications first, then efforts, then goals and strengths."""
    ordered_changes = [change for kind in KINDS_SHOWN for change in changes.changes if change.entry.fact.kind == kind]
    texts_of_changes = [line for change in ordered_changes if (line := change_text(change, data.names, data.now))]
    if changes.person_wiped:
        texts_of_changes.append(f"Ikke længere oplyst af nogen kilde: {wiped_text(changes.person_wiped)}")
    lines = tuple(dict.fromkeys(texts_of_changes))
    left = len(lines) - CHANGES_SHOWN
    more = (f"Og {counted(left, 'ændring', 'ændringer')} mere; se tidslinjen.",) if left > 0 else ()
    return lines[:CHANGES_SHOWN] + more


def _goals(entries: Iterable[Entry]) -> list[tuple[Entry, GoalFact]]:
    """Goals in words; what a source took back is told among the changes."""
    return [(entry, entry.fact) for entry in entries if isinstance(entry.fact, GoalFact) and entry.fact.text]
