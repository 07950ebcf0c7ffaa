"""A look-up (opslag): all that one act of an employee showed of one citizen, as the log has it."""

from uuid import UUID

from schemas.access import AuditAction, Basis, PageKind, Purpose, Role
from schemas.base import Instant, Schema
from schemas.source import Area

RELATIONS = (Basis.TEAM, Basis.NAMED_WORKER, Basis.OWN_UNIT, Basis.CASE_UNIT)
"""What an employee can be to a citizen (relation)."""


class Lookup(Schema):
    """One look-up. Who the citizen is stands in it by our own key alone."""

    seq: int
    """Of its first line."""
    first_at: Instant
    last_at: Instant
    """Of its last line: a page that was fetched again, or printed. How long a page stayed open no log tells."""
    actor_id: str
    actor_name: str
    role: Role | None = None
    unit_id: str | None = None
    """The employee's at the time."""
    on_behalf_of: str | None = None
    purpose: Purpose | None = None
    basis: Basis | None = None
    """With which right; the override, where anything was shown by it."""
    relation: Basis | None = None
    """What the employee was to the citizen at the time; ``none``: nothing. None: the line does not say."""
    citizen_id: UUID | None
    """None: the reader is not told."""
    shown_on: UUID | None = None
    """The citizen on whose page this one was shown."""
    actions: frozenset[AuditAction] = frozenset()
    pages: frozenset[PageKind] = frozenset()
    areas: frozenset[Area] = frozenset()
    """Of which lines were shown."""
    revealed: frozenset[str] = frozenset()
    """Hidden fields that were shown."""
    prints: int = 0
    """How often it was printed."""
    reason: str | None = None
    override_id: str | None = None
    """The stated reason that opened it."""

    @property
    def is_without_relation(self) -> bool:
        """The employee was neither on the team, named as responsible, nor in a unit with an effort or a case."""
        return self.relation is Basis.NONE


class LookupCounts(Schema):
    """How many look-ups there are, on all pages."""

    lookups: int = 0
    employees: int = 0
    citizens: int = 0
    without_relation: int = 0
    relation_unknown: int = 0
    """Of lines that do not say it."""
