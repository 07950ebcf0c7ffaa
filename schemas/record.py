"""``SourceRecord``: the only thing that crosses from a connector to the hub."""

import hashlib
import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Self

from pydantic import Field, JsonValue, model_validator

from schemas.base import Instant, Schema
from schemas.facts import Fact, Name
from schemas.identifiers import Identifier
from schemas.period import Period


class PartyRole(StrEnum):
    """What a person is to the record (part)."""

    PRIMARY = "primary"
    """Primær part: whom the record is about. At most one."""
    CONCERNED = "concerned"
    """Also about this person: the entry belongs on their overview too."""
    OTHER = "other"
    """The other end of a relation, or named for reference: gets the entry only for relations."""


class Party(Schema):
    """A person a record speaks of, by every identifier the record gives."""

    role: PartyRole
    identifiers: tuple[Identifier, ...] = Field(min_length=1)
    name: Name | None = None


class QualityFlag(Schema):
    """A value that was mended or left out on the way; declared, not hidden (field, rule)."""

    field: str
    rule: str
    """Key of the sentence in the web's texts, e.g. ``unknown_code``."""


class SourceRecord(Schema):
    """One statement from one source about one of its own entities.

    Unique on ``source + record_type + source_id + (source_version or digest)``. A newer version of the
    same entity replaces the older; ``deleted`` makes it a tombstone, which beats a late create.
    """

    source: str
    """Name of the source system."""
    record_type: str
    """The source's own type, e.g. ``CarePlan``."""
    source_id: str = Field(min_length=1, max_length=200)
    """The source's own id, scoped by environment."""
    source_version: str | None = None
    """The source's own version, as text; None when it has no notion of one."""
    version_order: int | None = None
    """The version as a number that grows, when the source has one; else registered time decides."""
    registered_at: Instant
    """registreringFra: when the source registered this version; the observation time if it does not say."""
    first_registered_at: Instant | None = None
    """When the source first registered the entity, if it tells (oprettet). A source that only shows its latest
    version was silent about it before, not ignorant: the earliest version we hold counts as known from then."""
    observed_at: Instant
    """When the connector read it."""
    valid: Period = Period()
    """virkning of the fact."""
    parties: tuple[Party, ...] = ()
    """Whom it speaks of. Empty is allowed: such a record waits, unmatched."""
    fact: Fact | None = None
    """What it says; None only for a tombstone."""
    deleted: bool = False
    deleted_reason: str | None = None
    """e.g. ``entered_in_error``, ``history_delete``, ``missing_in_two_generations``."""
    authority: str | None = None
    """Municipality code of the acting authority."""
    link: str | None = None
    """Deep link into the fagsystem; never holds a national number."""
    quality: tuple[QualityFlag, ...] = ()
    synthetic: bool = False
    """Made up for tests and demonstration; shown as such on every page."""
    digest: str = ""
    """SHA-256 over everything but the times of observation; filled in when empty."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.fact is None and not self.deleted:
            msg = "a record without a fact must be a tombstone"
            raise ValueError(msg)
        if sum(party.role is PartyRole.PRIMARY for party in self.parties) > 1:
            msg = "a record has at most one primary party"
            raise ValueError(msg)
        if not self.digest:
            object.__setattr__(self, "digest", self._content_digest())
        return self

    @property
    def key(self) -> tuple[str, str, str]:
        """The entity the record is about: source, type, id."""
        return (self.source, self.record_type, self.source_id)

    @property
    def entity(self) -> str:
        """The key as one text."""
        return "/".join(self.key)

    @property
    def version_or_digest(self) -> str:
        """What tells this statement from others on the same entity."""
        return self.source_version or self.digest

    def _content_digest(self) -> str:
        content = self.model_dump(
            mode="json", exclude={"observed_at", "registered_at", "first_registered_at", "digest"}
        )
        return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


class RejectionRule(StrEnum):
    """Why a payload could not become a record. Each has a Danish sentence with what to do."""

    UNREADABLE = "unreadable"
    """Not JSON, XML or text of the expected kind."""
    TRUNCATED = "truncated"
    TOO_LARGE = "too_large"
    UNKNOWN_TYPE = "unknown_type"
    MISSING_FIELD = "missing_field"
    WRONG_SHAPE = "wrong_shape"
    BAD_DATE = "bad_date"
    """Not a date, or a date nobody can have meant (before 1850, after 2200)."""
    END_BEFORE_START = "end_before_start"
    BAD_IDENTIFIER = "bad_identifier"
    CONTROL_CHARACTERS = "control_characters"
    UNKNOWN_STATUS = "unknown_status"
    UNKNOWN_CODE = "unknown_code"
    TOO_LONG = "too_long"
    NOT_CARRIED = "not_carried"
    """A message between connector and store that could not be stored: a fault of the hub's, not the source's."""


class Rejection(Schema):
    """One payload that was parked in quarantine, with what a person needs to mend it."""

    record_type: str
    source_id: str | None = None
    field: str
    """Path of the offending field in the source's words, e.g. ``period.start``."""
    rule: RejectionRule
    masked_value: str | None = None
    """The value with every letter and digit replaced; never the value."""
    raw: bytes | None = Field(default=None, repr=False)
    """The payload itself, for replay after a mend; for ``not_carried`` the record as the hub's own message. None when
    it was too large to keep."""


class Cursor(Schema):
    """How far a source has been read: an opaque JSON object, in and out by value."""

    state: Mapping[str, JsonValue] = Field(default_factory=dict)
