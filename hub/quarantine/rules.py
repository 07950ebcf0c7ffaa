"""What quarantine holds, and when a run has rejected too much: pure judgement."""

import hashlib
import json
import re
from enum import StrEnum
from typing import NamedTuple

from pydantic import Field

from connectors.masking import value_shape
from hub.log import redact_cpr
from schemas.base import Instant, Schema
from schemas.record import Rejection, RejectionRule

LARGEST_PAYLOAD = 1_000_000
"""Bytes. Larger payloads are not stored."""
LONGEST_TEXT = 200
"""Characters of a type, an id, a field path or a masked value."""
UNKNOWN = "(unknown)"
"""Used for a source or type that the message does not name."""
_KEY = re.compile(r"(?:[a-z][a-z0-9]{0,7}[:-])?[0-9]{1,9}(?:/[0-9]{1,9})*|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""A number, with a short prefix or a parent's number, or a UUID: says nothing about a person."""
_CASE_NUMBER = re.compile(r"[0-9][0-9A-Z./-]{0,39}")


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


class Fault(Schema):
    """What is wrong: the same rule in the same field of the same type; positions in lists do not count."""

    source: str
    record_type: str
    field: str
    """Path of the field; ``*`` stands for any position in a list."""
    rule: RejectionRule

    @property
    def key(self) -> str:
        """Names the fault in an address: what a source calls its types and fields does not stand there."""
        text = f"{self.source}\x1f{self.record_type}\x1f{self.field}\x1f{self.rule}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]


class QuarantineGroup(Fault):
    """Open entries with the same fault."""

    masked_value: str | None
    """Of one of them, as an example."""
    first_seen_at: Instant
    last_seen_at: Instant
    payloads: int
    seen: int
    """How many times they came, repetitions included."""


class StoredPayload(NamedTuple):
    """An open entry with its payload, to be tried again."""

    source: str
    record_type: str
    source_id: str | None
    rule: RejectionRule
    fingerprint: str
    raw: bytes | None
    """None: it was not stored, or has been deleted."""


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
    payload_stored_at: Instant | None = None
    """The time limit of the payload counts from here."""
    first_seen_at: Instant
    last_seen_at: Instant
    seen: int
    """How many times it came."""


class QuarantinedRow(Schema):
    """One row of a source that could not be read: which it is, for whoever corrects it there."""

    id: int
    record_type: str
    field: str
    """As in ``QuarantineGroup``."""
    rule: RejectionRule
    key: str | None
    """The source's own key, as ``shown_key``; None: it gave none."""
    case_number: str | None
    """Of the case in which it stands, where the payload names it and is still stored."""
    last_seen_at: Instant


def shown_key(source_id: str) -> str:
    """A source's key as a page may show it: one that says nothing about a person, of anything else the shape."""
    text = redact_cpr(source_id)
    return text if text != source_id or _KEY.fullmatch(text) else value_shape(text)


def case_number_in(payload: bytes, path: str) -> str | None:
    """The case number at that path of a JSON payload, shown as a key is; None when there is none."""
    try:
        value = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    if not isinstance(value, str | int) or isinstance(value, bool):
        return None
    number = str(value).strip()[:LONGEST_TEXT]
    text = redact_cpr(number)
    return text if text != number or _CASE_NUMBER.fullmatch(text) else value_shape(text) or None


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
