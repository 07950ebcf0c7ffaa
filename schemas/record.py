"""``SourceRecord``: the only thing that crosses from a connector to the hub."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from pydantic import Field, JsonValue, field_validator, model_validator
from pydantic_core import PydanticCustomError, PydanticSerializationError

from schemas.base import Instant, Schema
from schemas.facts import Fact
from schemas.identifiers import Identifier
from schemas.people import Name
from schemas.period import Period
from schemas.text import STORABLE, is_plain, loses_content, normalise_text, printable

LONGEST_TEXT = 2_000
"""Characters that any single text of a record may have."""
LARGEST_RECORD = 800_000
"""Characters that a record may have as JSON: what one message of the bus takes."""
LARGEST_RAW = 1024 * 1024
"""Bytes of a rejected payload that are kept."""
EARLIEST_YEAR, LATEST_YEAR = 1850, 2200
"""Years between which a time can have been meant."""
CLOCK_SKEW = timedelta(minutes=5)
"""So far a source's clock may be ahead of ours before a time counts as lying in the future."""
FUTURE_TIME = "future_time"
VERSION_RESTARTED = "version_restarted"
HISTORY_DELETE = "history_delete"
"""Reason of a tombstone that stands in a history that the source gives of its entities."""
_OBSERVED_FLAGS = frozenset({FUTURE_TIME})
"""Flags that depend on when a record was read, and so are no part of what it says."""
FORGOTTEN_NAMESPACE = "forgotten"
"""Of the placeholder that stands where a record of somebody else named a citizen who was forgotten."""
_TIMES = frozenset({"observed_at", "registered_at", "first_registered_at", "digest"})
_IDS = frozenset({"source", "record_type", "source_id", "source_version"})
_LARGEST_ORDER = 2**63 - 1


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

    @property
    def is_forgotten(self) -> bool:
        """Whether it only keeps the place of somebody who was forgotten."""
        return self.identifiers[0].namespace == FORGOTTEN_NAMESPACE

    def forgotten(self) -> Self:
        """The placeholder of this party; the places of the others stay."""
        return self.model_copy(update={"identifiers": (Identifier.local(FORGOTTEN_NAMESPACE, "-"),), "name": None})


class QualityFlag(Schema):
    """A value that was corrected or left out on the way, by field and rule."""

    field: str
    rule: str
    """Key of the sentence in the web's texts, e.g. ``unknown_code``."""


class SourceRecord(Schema):
    """One statement from one source about one of its own entities.

    Unique on ``source + record_type + source_id + (source_version or digest)``. A newer version of the
    same entity replaces the older; ``deleted`` makes it a tombstone, which beats a late create.

    This is where text enters: when a record is made, every text in it is normalised (``schemas.text``), what was lost
    is flagged, and whatever PostgreSQL or the bus would not take is refused. Ids are kept as they are, or refused.
    """

    source: str = Field(max_length=100, pattern=STORABLE)
    """Name of the source system."""
    record_type: str = Field(max_length=100, pattern=STORABLE)
    """The source's own type, e.g. ``CarePlan``."""
    source_id: str = Field(min_length=1, max_length=200, pattern=STORABLE)
    """The source's own id, scoped by environment."""
    source_version: str | None = Field(default=None, max_length=200, pattern=STORABLE)
    """The source's own version, as text; None when it has no notion of one."""
    version_order: int | None = None
    """The version as a number that grows, when the source has one; else registered time decides. A number that does not
    fit into 64 bits counts as none."""
    registered_at: Instant
    """registreringFra: when the source registered this version; the observation time if it does not say. One in the
    future is kept and flagged; intake does not go by it."""
    first_registered_at: Instant | None = None
    """When the source first registered the entity, if it states it (oprettet). A source that only shows its latest
    version knew it before without showing it: the earliest version we hold counts as known from then."""
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
    """e.g. ``entered_in_error``, ``history_delete``. One that begins with ``missing``
    was concluded from absence."""
    authority: str | None = None
    """Municipality code of the acting authority."""
    link: str | None = None
    """Deep link into the fagsystem; never holds a national number."""
    quality: tuple[QualityFlag, ...] = ()
    synthetic: bool = False
    """Made up for tests and demonstration; shown as such on every page."""
    digest: str = ""
    """SHA-256 over everything but the times of observation; filled in when empty."""

    @field_validator("version_order", mode="before")
    @classmethod
    def _within_64_bits(cls, order: object) -> object:
        return None if isinstance(order, int) and not -_LARGEST_ORDER <= order <= _LARGEST_ORDER else order

    @field_validator("registered_at", "first_registered_at", "observed_at")
    @classmethod
    def _in_plausible_years(cls, moment: datetime | None) -> datetime | None:
        if moment is not None and not EARLIEST_YEAR <= moment.year <= LATEST_YEAR:
            raise PydanticCustomError("bad_date", "a time must be one that somebody can have meant")
        return moment

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if self.fact is None and not self.deleted:
            msg = "a record without a fact must be a tombstone"
            raise ValueError(msg)
        if len(self.parties) > 1 and sum(party.role is PartyRole.PRIMARY for party in self.parties) > 1:
            msg = "a record has at most one primary party"
            raise ValueError(msg)
        if not self.digest:
            self._settle_content()
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
        """Key that distinguishes the versions of one entity."""
        return self.source_version or self.digest

    @property
    def is_concluded(self) -> bool:
        """Whether this tombstone only says that the entity was absent from a reading, or not found by a look-up.

        Such a tombstone stands until the entity is seen again. A deletion that the source reported has a version or a
        time of its own.
        """
        if not self.deleted:
            return False
        is_untold = self.version_order is None and self.registered_at == self.observed_at
        return is_untold or (self.deleted_reason or "").startswith("missing")

    @property
    def ends_when_seen(self) -> bool:
        """Whether this tombstone was read in a history, so that an entity that is *read* again later lives again.

        A deletion that was pushed does not end so: a create that comes late was observed later, and proves nothing.
        """
        return self.deleted and self.deleted_reason == HISTORY_DELETE

    def _settle_content(self) -> None:
        flags = list(self.quality)
        if self.registered_at > self.observed_at + CLOCK_SKEW:
            flags.append(QualityFlag(field="registered_at", rule=FUTURE_TIME))
        text = _content(self)
        is_normal = text is not None and len(text) <= LONGEST_TEXT and is_plain(text)
        if not is_normal:
            content = self.model_dump(mode="json", exclude=set(_TIMES), exclude_none=True)
            normal = {
                name: value if name in _IDS else _normalised(value, name.removeprefix("fact"), flags)
                for name, value in content.items()
            }
            if normal != content:
                self._take_over(normal)
        if text is None or not is_normal or any(flag.rule in _OBSERVED_FLAGS for flag in flags):
            object.__setattr__(self, "quality", tuple(dict.fromkeys(flags)))
            source_flags = tuple(flag for flag in self.quality if flag.rule not in _OBSERVED_FLAGS)
            text = _content(self.model_copy(update={"quality": source_flags})) or ""
        if len(text) > LARGEST_RECORD:
            raise PydanticCustomError("too_large", "a record must fit into one message of the bus")
        object.__setattr__(self, "digest", hashlib.sha256(text.encode()).hexdigest())

    def _take_over(self, normal: Mapping[str, JsonValue]) -> None:
        times = {name: getattr(self, name) for name in _TIMES - {"digest"}}
        normalised = SourceRecord.model_validate({**normal, **times, "digest": "-"})
        for name in normal:
            object.__setattr__(self, name, getattr(normalised, name))


def _content(record: SourceRecord) -> str | None:
    """All but the times of observation as JSON; None when a text has half a pair, which JSON cannot hold.

    What is not given is left out, so a field that a later release adds changes no digest. One that moves within its
    schema does.
    """
    try:
        return record.model_dump_json(exclude=set(_TIMES), exclude_none=True)
    except PydanticSerializationError:
        return None


def _normalised(value: JsonValue, path: str, flags: list[QualityFlag]) -> JsonValue:
    """The value with every text normalised; what was lost is added to *flags*."""
    if isinstance(value, str):
        if len(value) > LONGEST_TEXT:
            raise PydanticCustomError("too_long", "a text must not be longer than a page shows", {"field": path})
        normal = normalise_text(value)
        if normal != value and loses_content(value):
            flags.append(QualityFlag(field=path, rule="control_characters"))
        return normal
    if isinstance(value, dict):
        return {name: _normalised(inner, f"{path}.{name}".lstrip("."), flags) for name, inner in value.items()}
    if isinstance(value, list):
        return [_normalised(inner, path, flags) for inner in value]
    return value


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
    WRONG_AUTHORITY = "wrong_authority"
    """Sent to us, but about another authority's citizen."""
    INCOMPLETE_SET = "incomplete_set"
    """Files that belong together are not all there."""
    MARKER_MISMATCH = "marker_mismatch"
    """What a marker file promises is not what lies there."""
    WRONG_ENCODING = "wrong_encoding"
    """The signs of a text cannot be told for certain."""
    OTHER_SCHOOL_YEAR = "other_school_year"
    """It belongs to a school year that is over, or has not begun."""
    UNSAFE_XML = "unsafe_xml"
    """XML that declares entities or a document type, or nests without end."""
    NOT_PROCESSED = "not_processed"
    """A message between connector and store that could not be stored: a fault of the hub's, not the source's."""


class Rejection(Schema):
    """One payload that was parked in quarantine, with what a person needs to correct it.

    It can be made of anything: what cannot be stored in its texts is replaced, and what is too long is cut.
    """

    record_type: str
    source_id: str | None = None
    field: str
    """Path of the offending field in the source's words, e.g. ``period.start``."""
    rule: RejectionRule
    masked_value: str | None = None
    """The value with every letter and digit replaced; never the value."""
    raw: bytes | None = Field(default=None, repr=False)
    """The payload itself, for replay after a correction; for ``not_processed`` the record as the hub's own message.
    None when it was too large to keep."""

    @field_validator("record_type", "field", mode="before")
    @classmethod
    def _with_name(cls, text: object) -> str:
        return (printable(text[:300]) if isinstance(text, str) else "") or "unknown"

    @field_validator("source_id", "masked_value", mode="before")
    @classmethod
    def _printable(cls, text: object) -> str | None:
        return printable(text[:200]) or None if isinstance(text, str) else None

    @field_validator("raw")
    @classmethod
    def _small_enough(cls, raw: bytes | None) -> bytes | None:
        return None if raw is not None and len(raw) > LARGEST_RAW else raw


class Cursor(Schema):
    """How far a source has been read: a JSON object, in and out by value; opaque but for ``from_start``.

    It may hold national numbers, so printing it shows nothing of it.
    """

    state: Mapping[str, JsonValue] = Field(default_factory=dict, repr=False)

    @property
    def from_start(self) -> bool:
        """Whether a person asked for everything once more.

        A connector then gives out everything it reads, and still knows which ids it has seen: what vanished meanwhile
        is missed, and what waits for a person goes on waiting. The cursor it gives out no longer says so.
        """
        return self.state.get("from_start") is True
