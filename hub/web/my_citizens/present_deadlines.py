"""The clocks of notifications among my citizens: the 24 hours for an assessment, the receipt, whom to inform. Pure.

A clock is for those who own it: the unit that the source names as responsible for the notification, else everybody of
the area that it came in to. Others read who does.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import groupby

from hub.clock import danish_day, danish_midnight
from hub.rules.deadlines import ClockState, InformedState, deadline_state, informed_state, receipt_state
from hub.rules.deadlines import Deadline as Clock
from hub.web.my_citizens.families import Family, FamilyMember
from hub.web.my_citizens.page import DeadlineRow
from hub.web.shell import texts as shared
from hub.web.shell.dates import capital, clock_text, counted, distance, near_day_text, of_moment, plural_of, within
from hub.web.shell.people import FirstNames, first_word, sender
from schemas.facts import ConcernNotificationFact
from schemas.overview import Entry
from schemas.source import Area

DEADLINE_FORGOTTEN = timedelta(days=61)
"""A deadline that ran out longer ago is history, and stands on the citizen's own page."""


class DeadlineKind(StrEnum):
    """What must be done in time."""

    ASSESSMENT = "assessment"
    RECEIPT = "receipt"
    INFORMED = "informed"
    """A professional notifier is told what followed; no day is set for it, so it is never late."""


@dataclass(frozen=True)
class Reader:
    """Where the reader works."""

    area: Area | None = None
    unit_id: str | None = None

    def owns(self, entry: Entry, notification: ConcernNotificationFact) -> bool:
        """Whether the clocks of the notification are the reader's."""
        unit = notification.responsible.unit if notification.responsible else None
        return entry.area is self.area and (unit is None or unit.id == self.unit_id)


@dataclass(frozen=True)
class Deadline:
    """A deadline of one notification, or of the same one on several of a family, and its row."""

    kind: DeadlineKind
    due_at: datetime
    is_overdue: bool
    is_own: bool
    row: DeadlineRow


@dataclass(frozen=True)
class _Running:
    """A clock of one notification."""

    kind: DeadlineKind
    clock: Clock
    due_at: datetime
    entry: Entry
    fact: ConcernNotificationFact
    member: FamilyMember

    def group(self) -> tuple[DeadlineKind, datetime, str, Area, str]:
        """What the clocks of one row have in common: a notification on each of two siblings is one row."""
        unit = self.fact.responsible.unit if self.fact.responsible else None
        return self.kind, self.due_at, sender(self.fact), self.entry.area, unit.id if unit else ""


def running_deadlines(
    families: Sequence[Family], reader: Reader, authorities: Mapping[str, str], now: datetime
) -> list[Deadline]:
    """Deadlines that run or ran out less than two months ago, each notification once, the earliest first.

    Args:
        families: of the reader.
        reader: whose clocks are told as their own.
        authorities: who answers for each source, by the source's name.
        now: the instant.
    """
    deadlines: list[Deadline] = []
    for family in families:
        names = FirstNames({member.citizen.citizen_id: first_word(member.citizen.name) for member in family.members})
        clocks = sorted(_clocks(family, reader, now), key=lambda clock: (clock.group(), clock.entry.id))
        for _, group in groupby(clocks, key=_Running.group):
            deadlines.append(_deadline(list(group), names, reader, authorities, now))
    return sorted(deadlines, key=lambda deadline: deadline.due_at)


def is_urgent(deadline: Deadline) -> bool:
    """Whether it is mine and cannot wait: a receipt in time can, and so can what has no limit."""
    return deadline.is_own and (deadline.is_overdue or deadline.kind is DeadlineKind.ASSESSMENT)


def deadline_line(deadlines: Sequence[Deadline], now: datetime) -> str:
    """As in "24 timer: 1 udløber i dag kl. 14.10, 2 er overskredet. 1 kvittering skal sendes"; of the own clocks."""
    own = [deadline for deadline in deadlines if deadline.is_own]
    lines = (
        _assessment_line([deadline for deadline in own if deadline.kind is DeadlineKind.ASSESSMENT], now),
        _receipt_line([deadline for deadline in own if deadline.kind is DeadlineKind.RECEIPT]),
        _informed_line([deadline for deadline in own if deadline.kind is DeadlineKind.INFORMED]),
    )
    return ". ".join(filter(None, lines))


def _assessment_line(deadlines: Sequence[Deadline], now: datetime) -> str:
    overdue = sum(deadline.is_overdue for deadline in deadlines)
    running = [deadline.due_at for deadline in deadlines if not deadline.is_overdue]
    parts = []
    if running:
        first = min(running)
        when = f"{distance(danish_day(first), danish_day(now))} kl. {clock_text(first)}"
        parts.append(plural_of(len(running), f"1 udløber {when}", f"{len(running)} løber, den første til {when}"))
    if overdue:
        parts.append(f"{overdue} er overskredet")
    return f"24 timer: {', '.join(parts)}" if parts else ""


def _receipt_line(deadlines: Sequence[Deadline]) -> str:
    overdue = sum(deadline.is_overdue for deadline in deadlines)
    running = len(deadlines) - overdue
    parts = []
    if running:
        parts.append(f"{_receipts(running)} skal sendes")
    if overdue:
        parts.append(f"{overdue} mangler efter fristen" if running else f"{_receipts(overdue)} mangler efter fristen")
    return ", ".join(parts)


def _informed_line(deadlines: Sequence[Deadline]) -> str:
    number = len(deadlines)
    return f"Om {counted(number, 'afsender', 'afsendere')} er orienteret, er ikke oplyst" if number else ""


def _receipts(number: int) -> str:
    return counted(number, "kvittering", "kvitteringer")


def _clocks(family: Family, reader: Reader, now: datetime) -> Iterator[_Running]:
    """The clocks of the family, each notification once. Of the receipt, only the owner is told."""
    seen: set[str] = set()
    for member in family.members:
        for entry in member.entries():
            fact = entry.fact
            if not isinstance(fact, ConcernNotificationFact) or entry.id in seen:
                continue
            seen.add(entry.id)
            clocks = {DeadlineKind.ASSESSMENT: deadline_state(fact, now)}
            if reader.owns(entry, fact):
                clocks[DeadlineKind.RECEIPT] = receipt_state(fact, now)
                clocks[DeadlineKind.INFORMED] = _informing(fact, now)
            for kind, clock in clocks.items():
                is_unmet = clock.state in {ClockState.RUNNING, ClockState.OVERDUE}
                if is_unmet and clock.due_at is not None and now - clock.due_at < DEADLINE_FORGOTTEN:
                    yield _Running(kind, clock, clock.due_at, entry, fact, member)


def _informing(fact: ConcernNotificationFact, now: datetime) -> Clock:
    """Since the decision a professional notifier is to be told of it, as long as the source does not say it is done."""
    if informed_state(fact, now) is not InformedState.NOT_STATED:
        return Clock(state=ClockState.NONE)
    decided_on = fact.outcome_on or danish_day(fact.received_at)
    return Clock(state=ClockState.RUNNING, due_at=danish_midnight(decided_on))


def _deadline(
    clocks: Sequence[_Running], names: FirstNames, reader: Reader, authorities: Mapping[str, str], now: datetime
) -> Deadline:
    first = clocks[0]
    is_overdue = first.clock.state is ClockState.OVERDUE
    is_own = reader.owns(first.entry, first.fact)
    citizen = first.member.citizen
    unit = first.fact.responsible.unit if first.fact.responsible else None
    authority = unit.name if unit else authorities.get(first.entry.provenance.source, shared.AREA[first.entry.area])
    about = " og ".join(dict.fromkeys(names.concerned(clock.entry) for clock in clocks))
    came = of_moment(first.fact.received_at, now).text
    row = DeadlineRow(
        text=f"Underretning fra {within(sender(first.fact))} om {about}, modtaget {came}",
        when=_when(first, now) if is_own else _when_of_other(first, authority, now),
        href=f"/overblik/{citizen.citizen_id}",
        name=citizen.name or "Borgeren",
        overdue=is_overdue,
    )
    return Deadline(first.kind, first.due_at, is_overdue, is_own, row)


def _when(running: _Running, now: datetime) -> str:
    is_overdue = running.clock.state is ClockState.OVERDUE
    if running.kind is DeadlineKind.INFORMED:
        return within(shared.NOT_STATED_INFORMED.format(sender=within(sender(running.fact))))
    if running.kind is DeadlineKind.RECEIPT:
        day = near_day_text(_last_day(running), danish_day(now))
        if is_overdue:
            return f"ingen kvittering er registreret; den skulle være sendt senest den {day}"
        return f"kvittering skal sendes senest den {day}"
    if is_overdue:
        return f"fristen for vurdering udløb {of_moment(running.due_at, now).text}"
    return f"skal vurderes senest {_until(running.due_at, now)}"


def _when_of_other(running: _Running, authority: str, now: datetime) -> str:
    if running.clock.state is ClockState.OVERDUE:
        return f"{capital(authority)} vurderer den; fristen udløb {of_moment(running.due_at, now).text}"
    return f"{capital(authority)} vurderer den senest {_until(running.due_at, now)}"


def _last_day(running: _Running) -> date:
    """The day before the midnight at which the receipt is late."""
    return danish_day(running.due_at - timedelta(minutes=1))


def _until(due: datetime, now: datetime) -> str:
    return f"{distance(danish_day(due), danish_day(now))} kl. {clock_text(due)}"
