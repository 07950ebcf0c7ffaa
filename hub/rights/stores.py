"""The stores from which is deleted, and by which rules. Pure."""

from enum import StrEnum

from schemas.base import Instant, Schema


class Store(StrEnum):
    """Where something about a citizen is kept, in the order in which it is deleted."""

    RECORDS = "records"
    """What sources have said (all versions)."""
    PARTIES = "parties"
    """The citizen as named in what sources have said of others."""
    IDENTITY = "identity"
    """Numbers, and what was decided about who is who."""
    OVERVIEW = "overview"
    INDEX = "index"
    QUARANTINE = "quarantine"
    EVENTS = "events"
    """What sources have pushed, and hints on whom to read."""
    BUS = "bus"
    COURSES = "courses"
    """Course, consents, plan, meetings, disclosures."""
    ALERTS = "alerts"
    POINTS = "points"
    """Assessments and professional indicators."""
    LINKS = "links"
    SESSIONS = "sessions"
    JOBS = "jobs"
    LOG = "log"
    BACKUPS = "backups"


class DeletionRule(StrEnum):
    """Why something is deleted."""

    ERASURE = "erasure"
    """The DPO decided it (GDPR article 17)."""
    RETENTION = "retention"
    """A time limit has passed."""


class DeletionCount(Schema):
    """How much was deleted from a store on a day by a rule."""

    day: str
    store: Store
    rule: DeletionRule
    deleted: int
    runs: int
    last_at: Instant
