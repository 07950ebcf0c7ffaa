"""A record linked to one citizen, as matching returns it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from schemas.record import PartyRole, SourceRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedRecord:
    """A record that reaches one citizen's overview, with every party resolved to our key.

    No schema: it never leaves the hub, and what it holds was validated when it was read from the store.
    """

    record: SourceRecord
    received_at: datetime
    """When the hub stored this version."""
    registered_to: datetime | None = None
    """When the source replaced this version by another. None: it still stands."""
    role: PartyRole
    """What the citizen is to the record; the strongest role where the record names the citizen twice."""
    party_citizens: tuple[UUID | None, ...]
    """One for each of ``record.parties``, in their order. None: not (or not surely) known to us."""
    names_hidden_protected: bool = False
    """It names somebody protected, or near to protection, whose processing is restricted, and whose place is empty."""
