"""Which efforts run on a day, and what each page says of an effort's state. The one definition. Pure."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from schemas.facts import EffortFact, EffortStatus
from schemas.overview import Entry

Effort = tuple[Entry, EffortFact]


class EffortState(StrEnum):
    """Where an effort stands on a day, by its status and its period."""

    PLANNED = "planned"
    """It begins later."""
    ONGOING = "ongoing"
    ENDED = "ended"
    """Its status says so, or its last day has passed."""
    CANCELLED = "cancelled"


LISTED = frozenset({EffortState.PLANNED, EffortState.ONGOING})
"""States of the efforts under *Lige nu*."""


def effort_state(entry: Entry, effort: EffortFact, day: date) -> EffortState:
    """Where the effort stands on *day*.

    The source's word that an effort has ended or was cancelled weighs more than its period. Otherwise the period
    decides, also for an effort that should have begun while its status still says planned.
    """
    if effort.status is EffortStatus.CANCELLED:
        return EffortState.CANCELLED
    if effort.status is EffortStatus.ENDED or (entry.valid.end is not None and entry.valid.end <= day):
        return EffortState.ENDED
    if entry.valid.start is not None and entry.valid.start > day:
        return EffortState.PLANNED
    return EffortState.ONGOING


def efforts_of(entries: Iterable[Entry]) -> list[Effort]:
    """The efforts among the entries."""
    return [(entry, entry.fact) for entry in entries if isinstance(entry.fact, EffortFact)]


def ongoing_efforts(entries: Iterable[Entry], day: date) -> list[Effort]:
    """The efforts that run on *day*."""
    return [
        (entry, effort)
        for entry, effort in efforts_of(entries)
        if effort_state(entry, effort, day) is EffortState.ONGOING
    ]
