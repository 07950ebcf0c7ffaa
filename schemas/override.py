"""A stated reason that opened a citizen (værdispring), as the log has it, and what reviews of it came to."""

from enum import StrEnum
from uuid import UUID

from schemas.access import AuditAction, AuditEntry, Basis, Purpose
from schemas.base import Instant, Schema
from schemas.source import Area


class OverrideOutcome(StrEnum):
    """What a review came to (resultat af gennemgangen)."""

    JUSTIFIED = "justified"
    NOT_JUSTIFIED = "not_justified"
    NEEDS_FOLLOW_UP = "needs_follow_up"
    """Something must be found out or done first; another review then says how it ended."""


class OverrideState(StrEnum):
    """Where an override is on its way, by its latest review."""

    WAITING = "waiting"
    """Nobody has reviewed it."""
    FOLLOW_UP = "follow_up"
    REVIEWED = "reviewed"


class OverrideReview(Schema):
    """What somebody judged; it is never changed, a later one is added."""

    number: int
    """1 is the first of the override."""
    reviewed_at: Instant
    reviewer_id: str
    reviewer_name: str
    outcome: OverrideOutcome
    words: str
    """Why, without national numbers and without names of the citizen and the relatives."""


class Override(Schema):
    """One stated reason: what it opened, line by line, and its reviews, both in order."""

    id: str
    entries: tuple[AuditEntry, ...]
    """At least one, all of one employee about one citizen."""
    reviews: tuple[OverrideReview, ...] = ()

    @property
    def first(self) -> AuditEntry:
        """The line of the first page that it opened."""
        return self.entries[0]

    @property
    def actor_id(self) -> str:
        """Who used it."""
        return self.first.actor_id

    @property
    def citizen_id(self) -> UUID | None:
        """On whom."""
        return self.first.citizen_id

    @property
    def reason(self) -> str:
        """In the words of the employee."""
        return self.first.override_reason or ""

    @property
    def purpose(self) -> Purpose | None:
        """For what the first page was opened."""
        return self.first.purpose

    @property
    def relation(self) -> Basis | None:
        """What the employee otherwise was to the citizen then; None: the line was written before lines said so."""
        relation = self.first.details.get("relation")
        return Basis(relation) if isinstance(relation, str) else None

    @property
    def areas_shown(self) -> frozenset[Area]:
        """Areas of which something was shown, by any of the lines."""
        return frozenset[Area]().union(*(entry.sections_shown for entry in self.entries))

    @property
    def prints(self) -> int:
        """How often a page was printed."""
        return sum(entry.action is AuditAction.PRINT for entry in self.entries)

    @property
    def state(self) -> OverrideState:
        """By the latest review."""
        if not self.reviews:
            return OverrideState.WAITING
        needs_follow_up = self.reviews[-1].outcome is OverrideOutcome.NEEDS_FOLLOW_UP
        return OverrideState.FOLLOW_UP if needs_follow_up else OverrideState.REVIEWED
