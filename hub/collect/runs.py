"""What could not be read: the rows of the quarantine."""

from pydantic import Field

from schemas.base import Instant, Schema
from schemas.record import RejectionRule


class QuarantineGroup(Schema):
    """Payloads of one source with the same fault in the same field."""

    source: str
    record_type: str
    field: str
    rule: RejectionRule
    masked_value: str | None
    first_seen_at: Instant
    last_seen_at: Instant
    payloads: int
    seen: int
    """How many times they came, repetitions included."""


class Quarantined(Schema):
    """One payload in quarantine."""

    id: int
    source: str
    record_type: str
    source_id: str | None
    field: str
    rule: RejectionRule
    masked_value: str | None
    first_seen_at: Instant
    last_seen_at: Instant
    seen: int
    raw: bytes | None = Field(default=None, repr=False)
    """None: it was too large to keep."""
