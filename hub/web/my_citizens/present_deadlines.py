"""The 24 hours for an assessment: which deadlines run or have run out among my citizens. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.clock import danish_day
from hub.indicators.deadlines import ClockState, deadline_state
from hub.web.my_citizens.families import Family, FamilyMember
from hub.web.my_citizens.page import DeadlineRow
from hub.web.shell.dates import clock_text, distance, of_moment, within
from hub.web.shell.people import sender
from schemas.facts import ConcernNotificationFact
from schemas.overview import Entry

DEADLINE_FORGOTTEN_DAYS = 60
"""A deadline that ran out longer ago is history, and stands on the citizen's own page."""


@dataclass(frozen=True)
class Deadline:
    """A deadline and its row."""

    due_at: datetime
    row: DeadlineRow


def running_deadlines(families: Sequence[Family], now: datetime) -> list[Deadline]:
    """Deadlines that run or ran out less than two months ago, each notification once, the earliest first."""
    by_entry: dict[str, Deadline] = {}
    for member in (member for family in families for member in family.members):
        for entry in member.entries():
            deadline = _deadline(entry, member, now)
            if deadline:
                by_entry.setdefault(entry.id, deadline)
    return sorted(by_entry.values(), key=lambda deadline: deadline.due_at)


def deadline_line(deadlines: Sequence[Deadline], now: datetime) -> str:
    """As in "24 timer: 1 udløber i dag kl. 14.10, 2 er overskredet"."""
    overdue = sum(deadline.row.overdue for deadline in deadlines)
    running = [deadline.due_at for deadline in deadlines if not deadline.row.overdue]
    parts = []
    if running:
        first = min(running)
        when = f"{distance(danish_day(first), danish_day(now))} kl. {clock_text(first)}"
        parts.append(f"1 udløber {when}" if len(running) == 1 else f"{len(running)} løber, den første til {when}")
    if overdue:
        parts.append(f"{overdue} er overskredet")
    return f"24 timer: {', '.join(parts)}" if parts else ""


def _deadline(entry: Entry, member: FamilyMember, now: datetime) -> Deadline | None:
    if not isinstance(entry.fact, ConcernNotificationFact):
        return None
    deadline = deadline_state(entry.fact, now)
    if deadline.due_at is None or deadline.state not in {ClockState.RUNNING, ClockState.OVERDUE}:
        return None
    if (now - deadline.due_at).days > DEADLINE_FORGOTTEN_DAYS:
        return None
    received = of_moment(entry.fact.received_at, now).text
    overdue = deadline.state is ClockState.OVERDUE
    row = DeadlineRow(
        text=f"Underretning fra {within(sender(entry.fact))}, modtaget {received}",
        when=f"fristen udløb {of_moment(deadline.due_at, now).text}" if overdue else _until(deadline.due_at, now),
        href=f"/overblik/{member.citizen.citizen_id}",
        name=member.citizen.name or "Borgeren",
        overdue=overdue,
    )
    return Deadline(deadline.due_at, row)


def _until(due: datetime, now: datetime) -> str:
    day = distance(danish_day(due), danish_day(now))
    return f"skal vurderes senest {day} kl. {clock_text(due)}"
