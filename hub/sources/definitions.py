"""What a source is made of: its definition, its streams, its pause, and the deletions that wait for a person."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from pydantic import Field, JsonValue

from connectors.base import Hint
from hub.sources.schedule import Schedule
from schemas.base import Instant, Schema
from schemas.source import Area, SourceSystem

NAME_PATTERN = r"^[a-z][a-z0-9_]{0,49}$"


class SourceLifecycle(StrEnum):
    """Whether a source is read."""

    DRAFT = "draft"
    """Being set up; not read, and its settings need not be whole."""
    ACTIVE = "active"
    REMOVED = "removed"
    """Not read any more. What it said stays, so its title and area must stay known."""


class SourceOrigin(StrEnum):
    """Where a definition is kept."""

    FILE = "file"
    """In ``HELHED_SOURCES_FILE``; read-only elsewhere."""
    STORED = "stored"


class SourceDefinition(Schema):
    """What somebody has decided about a source. Secrets are kept beside it."""

    name: str = Field(pattern=NAME_PATTERN)
    kind: str
    """Key of the connector's kind in ``connectors.registry``."""
    area: Area | None = None
    """Instead of the area that the connector declares."""
    title: str | None = Field(default=None, min_length=1, max_length=100)
    """Danish; instead of the title that the connector declares."""
    settings: Mapping[str, JsonValue] = Field(default_factory=dict)
    """As the connector's ``spec`` says, without secrets. Of a file, secrets are references (``{env = …}``)."""
    secret_expiry: Mapping[str, date] = Field(default_factory=dict)
    """Last day on which each secret is good, by its path; of those of which somebody knows it."""
    lifecycle: SourceLifecycle = SourceLifecycle.ACTIVE
    origin: SourceOrigin = SourceOrigin.STORED


class Source(Schema):
    """A definition as it is stored."""

    definition: SourceDefinition
    system: SourceSystem | None = None
    """What the connector declares, with the definition's area and title. None: a draft that cannot be built yet."""
    version: int
    """Grows by one with each change of the definition or its secrets."""
    changed_by: str
    changed_at: Instant

    @property
    def name(self) -> str:
        """The source's name."""
        return self.definition.name

    @property
    def is_active(self) -> bool:
        """Whether it is read, unless it is paused."""
        return self.definition.lifecycle is SourceLifecycle.ACTIVE


class StreamDetails(Schema):
    """A stream of a source as it is scheduled and leased."""

    source: str
    stream: str
    title: str
    schedule: Schedule
    is_enabled: bool
    is_pushed: bool = False
    """Whether the source sends it."""
    due_at: Instant
    lease_owner: str | None = None
    """The process that reads it now."""
    leased_at: Instant | None = None
    last_success_at: Instant | None = None
    last_data_at: Instant | None = None


class Pause(Schema):
    """A source that is switched off for now."""

    source: str
    paused_by: str
    """Id of the actor."""
    reason: str
    """Danish, as shown to those who read the pages."""
    paused_at: Instant


class HeldState(StrEnum):
    """What was decided about held deletions."""

    HELD = "held"
    """Nobody has decided."""
    RELEASED = "released"
    """They may be deleted; the next run does it."""
    REFUSED = "refused"
    """They are not gone. Nobody is asked again unless more are missing."""
    OVER = "over"
    """A later reading settled it."""


class HeldDeletion(Schema):
    """Deletions of one record type that wait for a person, or did."""

    id: int
    source: str
    stream: str
    record_type: str
    missing: int
    known: int
    sample: tuple[str, ...]
    """Masked ids of a few of them."""
    state: HeldState
    since: Instant
    seen_at: Instant
    """When a reading last found them missing."""
    ceiling: int | None = None
    """Released: at most so many."""
    decided_by: str | None = None
    decided_at: Instant | None = None
    reason: str | None = None
    """Why they were released or refused."""


class StreamLease(Schema):
    """The right to read one stream now, with everything a run begins from."""

    source: str
    stream: str
    owner: str
    fence: int
    """Grows with every lease of any stream: whoever holds an older one can no longer save."""
    source_version: int
    cursor: Mapping[str, JsonValue]
    schedule: Schedule
    due_at: Instant
    """When it was due as the lease began."""
    is_pushed: bool = False
    """Whether a run resolves what the source has sent, instead of asking it."""
    requested_by: str | None = None
    """Who asked for the run. None: its schedule did."""
    releases: Mapping[str, int] = Field(default_factory=dict)
    """Ceiling by record type."""
    release_ids: tuple[int, ...] = ()
    """The rows of ``releases``, which this run uses up."""
    refusals: Mapping[str, int] = Field(default_factory=dict)
    """How many were missing when a person refused to delete them, by record type."""
    hints: tuple[Hint, ...] = ()
    """Whom the source wants read next; a whole reading covers them as well."""
    hint_ids: tuple[int, ...] = ()
    """The rows of ``hints``, which this run uses up."""
    is_hinted: bool = False
    """Whether the stream was not due: the hints alone are why it is read."""
