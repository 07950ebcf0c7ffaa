"""A DPO's decision that events may name people for a time: who works, and the key of the citizen. Pure.

Without one every event has pseudonyms alone. No decision lets out a national number, or the name of a citizen.
"""

from datetime import datetime
from enum import StrEnum

from schemas.base import Instant, Schema

USUAL_DAYS = 30
MOST_DAYS = 92
"""A quarter of a year: as long as a pseudonym holds. Who needs names for longer decides again."""


class NamesDecision(Schema):
    """What was decided, by whom, and until when."""

    number: int
    decided_at: Instant
    actor_id: str
    actor_name: str
    reason: str
    until: Instant
    with_stream: bool
    """The stream to the SIEM names people too; else only a file that the DPO fetches."""
    ended_at: Instant | None = None

    def is_in_force(self, now: datetime) -> bool:
        """From when it was decided until its end, or until somebody ended it."""
        until = self.until if self.ended_at is None else min(self.until, self.ended_at)
        return self.decided_at <= now < until


class NamesFault(StrEnum):
    """What must be corrected before a decision is stored."""

    REASON_MISSING = "reason_missing"
    DAYS_WRONG = "days_wrong"
    IN_FORCE = "in_force"
    """There is one already; it must be ended first."""


def faults_of(days: int | None, in_force: NamesDecision | None, *, has_reason: bool) -> tuple[NamesFault, ...]:
    """What must be corrected of a decision for so many days; None: what was typed is no number."""
    faults = {
        NamesFault.IN_FORCE: in_force is not None,
        NamesFault.REASON_MISSING: not has_reason,
        NamesFault.DAYS_WRONG: days is None or not 1 <= days <= MOST_DAYS,
    }
    return tuple(fault for fault, is_present in faults.items() if is_present)
