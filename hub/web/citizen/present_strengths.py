"""*Det, der virker*, *Siden forløbet begyndte* and *Siden du sidst så efter*: what moves, as facts. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from hub.clock import danish_day
from hub.overview.changes import ChangeKind
from hub.web.citizen.page import Strengths
from hub.web.citizen.page_data import Changes, Material
from hub.web.citizen.present_efforts import about
from hub.web.citizen.present_notifications import notifications, sender, whom
from hub.web.shell import texts
from hub.web.shell.dates import counted, day_text, listed, long_day_text, near_day_text, of_day, of_moment, within
from schemas.facts import ConcernNotificationFact, EffortFact, EffortStatus, GoalFact, GoalKind, Progress
from schemas.overview import Entry

QUIET_FOR = timedelta(days=182)
"""So long without a notification is worth a line."""
CHANGES_SHOWN = 8
_STEPS = frozenset({GoalKind.GOAL, GoalKind.SUB_GOAL})


def strengths(entries: Iterable[Entry], material: Material) -> Strengths:
    """The citizen's own words, what works, and the goals that were reached; newest first, each with its day."""
    goals = sorted(_goals(entries), key=lambda pair: pair[0].valid.start or date.min, reverse=True)

    def by(entry: Entry, fact: GoalFact) -> str:
        day = fact.assessed_on or entry.valid.start
        return ", ".join(part for part in (fact.stated_by, near_day_text(day, material.today) if day else None) if part)

    found = {kind: [(fact.text, by(entry, fact)) for entry, fact in goals if fact.goal is kind] for kind in GoalKind}
    return Strengths(
        wishes=tuple(found[GoalKind.CITIZEN_WISH][:2]),
        works=tuple(found[GoalKind.STRENGTH][:6]),
        reached=tuple((fact.text, by(entry, fact)) for entry, fact in goals if _is_reached(fact)),
    )


def since_course(entries: Sequence[Entry], material: Material) -> tuple[str, ...]:
    """What has moved since the course began, and what is planned. Empty until something has ended or been reached."""
    if material.team is None:
        return ()
    began, today = material.team.started_on, material.today
    efforts = [(entry, entry.fact) for entry in entries if isinstance(entry.fact, EffortFact)]
    ended = sorted(
        (entry.valid.end, _named(entry, fact, material))
        for entry, fact in efforts
        if entry.valid.end and began <= entry.valid.end <= today and fact.status is not EffortStatus.CANCELLED
    )
    reached = sum(_is_reached(fact) for _, fact in _goals(entries))
    if not ended and not reached:
        return ()
    lines = []
    if ended:
        names = listed([f"{name} ({day_text(day)})" for day, name in ended])
        lines.append(f"{counted(len(ended), 'indsats', 'indsatser')} er afsluttet: {names}.")
    if reached:
        lines.append(f"{counted(reached, 'mål er nået', 'mål er nået')}.")
    last = next((danish_day(fact.received_at) for _, fact in notifications(entries)), None)
    if last and today - last > QUIET_FOR:
        lines.append(f"Ingen nye underretninger siden {long_day_text(last)}.")
    lines += [
        f"Planlagt: {_named(entry, fact, material)} fra {day_text(entry.valid.start)}."
        for entry, fact in efforts
        if entry.valid.start and entry.valid.start > today and fact.status is EffortStatus.PLANNED
    ]
    return tuple(lines)


def change_lines(changes: Changes, material: Material) -> tuple[str, ...]:
    """What is new in the family: notifications first, then efforts, then goals and strengths."""
    kept = [
        (kind, entry)
        for wanted in ("concern_notification", "effort", "goal")
        for kind, entry in changes.entries
        if entry.fact.kind == wanted
    ]
    found = tuple(dict.fromkeys(_change(kind, entry, material) for kind, entry in kept))
    left = len(found) - CHANGES_SHOWN
    more = (f"Og {counted(left, 'ændring', 'ændringer')} mere; se tidslinjen.",) if left > 0 else ()
    return found[:CHANGES_SHOWN] + more


def _change(kind: str, entry: Entry, material: Material) -> str:
    match entry.fact:
        case ConcernNotificationFact() as fact:
            by = sender(fact)
            day = danish_day(fact.received_at)
            when = of_moment(fact.received_at, material.now) if fact.received_has_time else of_day(day)
            about_whom = f"underretning fra {within(by)} om {whom(entry, material)}, {when.text}"
            return {
                ChangeKind.NEW: f"Ny {about_whom}",
                ChangeKind.GONE: f"Trukket tilbage af kilden: {about_whom}",
            }.get(ChangeKind(kind), f"Nyt i {about_whom}")
        case EffortFact(status=status) as fact:
            name = _named(entry, fact, material)
            return {
                ChangeKind.NEW: f"Ny indsats: {name}",
                ChangeKind.ENDED: f"Afsluttet: {name}",
                ChangeKind.GONE: f"Trukket tilbage af kilden: {name}",
            }.get(ChangeKind(kind), f"Ændret: {name} ({texts.EFFORT_STATUS[status]})")
        case GoalFact() as fact:
            if _is_reached(fact) and kind != ChangeKind.GONE:
                return f"Mål nået: {fact.text}"
            return f"{texts.GOAL_CHANGE[fact.goal][kind == ChangeKind.NEW]}: {fact.text}"
    raise AssertionError(entry.fact)


def _named(entry: Entry, fact: EffortFact, material: Material) -> str:
    other = about(entry, material)
    title = within(fact.title)
    return f"{title} for {other}" if other else title


def _goals(entries: Iterable[Entry]) -> list[tuple[Entry, GoalFact]]:
    return [(entry, entry.fact) for entry in entries if isinstance(entry.fact, GoalFact)]


def _is_reached(fact: GoalFact) -> bool:
    return fact.progress is Progress.REACHED and fact.goal in _STEPS
