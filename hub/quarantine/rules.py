"""What quarantine holds, and when a run has rejected too much: pure judgement."""

import hashlib
from enum import StrEnum

from pydantic import Field

from schemas.base import Instant, Schema
from schemas.record import Rejection, RejectionRule

LARGEST_PAYLOAD = 1_000_000
"""Bytes. Larger payloads are not stored."""
LONGEST_TEXT = 200
"""Characters of a type, an id, a field path or a masked value."""
UNKNOWN = "(unknown)"
"""Used for a source or type that the message does not name."""


class RejectLimits(Schema):
    """How many items a run may reject before it stops."""

    share: float = Field(gt=0, le=1)
    """Stop when more than this share of the items was rejected."""
    at_least: int = Field(ge=1)
    """Judge only when so many items have been read; the share of a few says nothing."""


class PayloadState(StrEnum):
    """What became of the payload of an entry."""

    STORED = "stored"
    NOT_STORED = "not_stored"
    """It was too large, or there was none."""
    DELETED = "deleted"
    """Its time limit is over, or the entry was resolved."""


class QuarantineGroup(Schema):
    """Open entries of one source with the same fault in the same field; positions in lists do not count."""

    source: str
    record_type: str
    field: str
    """Path of the field; ``*`` stands for any position in a list."""
    rule: RejectionRule
    masked_value: str | None
    """Of one of them, as an example."""
    first_seen_at: Instant
    last_seen_at: Instant
    payloads: int
    seen: int
    """How many times they came, repetitions included."""


class QuarantineEntry(Schema):
    """One fault of one payload."""

    id: int
    source: str
    record_type: str
    source_id: str | None
    """Masked where it has the shape of a national number."""
    field: str
    rule: RejectionRule
    masked_value: str | None
    payload_state: PayloadState
    first_seen_at: Instant
    last_seen_at: Instant
    seen: int
    """How many times it came."""


def too_many_rejected(read: int, rejected: int, limits: RejectLimits) -> bool:
    """Whether a run should stop: more than the declared share of its items was rejected, of at least so many.

    Args:
        read: items that were read to be records: published and rejected ones, not those a declared rule left out.
        rejected: how many of them were rejected.
        limits: the declared limits.
    """
    return read >= limits.at_least and rejected > limits.share * read


def fingerprint_of(rejection: Rejection) -> str:
    """The same for the same fault of the same payload, and for nothing else."""
    fault = (rejection.record_type, rejection.source_id or "", rejection.field, rejection.rule.value)
    text = "\x1f".join((*fault, rejection.masked_value or ""))
    content = text.encode("utf-8", "surrogatepass") + b"\x1f" + (rejection.raw or b"")
    return hashlib.sha256(content).hexdigest()


def payload_place(source: str, fingerprint: str) -> bytes:
    """Where a payload belongs, as associated data of its encryption."""
    return f"quarantine/{source}/{fingerprint}".encode()


def storable(text: str) -> str:
    """The text as PostgreSQL can hold it: no NUL, no lone surrogates, not longer than ``LONGEST_TEXT``."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()[:LONGEST_TEXT]
