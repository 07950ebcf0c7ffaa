"""What matching hands to those above it: a record as one citizen meets it."""

from uuid import UUID

from schemas.base import Instant, Schema
from schemas.record import PartyRole, SourceRecord


class LinkedRecord(Schema):
    """A record that reaches one citizen's overview, with every party resolved to our key."""

    record: SourceRecord
    received_at: Instant
    """When the hub stored this version."""
    registered_to: Instant | None = None
    """When the source replaced this version by another. None: it still stands."""
    role: PartyRole
    """What the citizen is to the record; the strongest role where the record names the citizen twice."""
    party_citizens: tuple[UUID | None, ...]
    """One for each of ``record.parties``, in their order. None: not (or not surely) known to us."""
