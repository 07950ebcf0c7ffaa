"""What a run of a source brought, and how a source is doing: pure judgement."""

from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import Field

from schemas.base import Instant, Schema


class RunOutcome(StrEnum):
    """How a run ended."""

    COMPLETE = "complete"
    UNAVAILABLE = "unavailable"
    """Source or bus did not answer; the next run goes on from the saved cursor."""
    REFUSED = "refused"
    """A person must act."""
    FAILED = "failed"
    """A fault of ours."""
    TOO_MANY_REJECTED = "too_many_rejected"
    """More items were rejected than the limits allow; the cursor is where it was before the run."""
    PAUSED = "paused"
    """Not read, because the source is paused. Such a run is not kept."""


class RunSummary(Schema):
    """One attempt at reading a source (kørsel). Counts are of this attempt; attempts add up."""

    source: str
    started_at: Instant
    ended_at: Instant
    outcome: RunOutcome
    read: int = 0
    """Payloads: published, rejected and skipped."""
    published: int = 0
    rejected: int = 0
    skipped: dict[str, int] = Field(default_factory=dict)
    """How many payloads a declared rule left out, by ``<type>: <rule>``."""
    message: str | None = None
    """English, without values from the source."""
    advice: str | None = None
    """Key of the Danish sentence with what to do."""


class SourceStatus(StrEnum):
    """How a source is doing, judged by the data that came, not by a process that says it runs."""

    FRESH = "fresh"
    LATE = "late"
    SILENT = "silent"
    FAILING = "failing"
    NEVER = "never"
    PAUSED = "paused"


class SourceState(Schema):
    """What the source page shows of one source."""

    source: str
    state: SourceStatus
    last_success_at: Instant | None = None
    """End of the last complete run."""
    last_data_at: Instant | None = None
    """When the last record came."""
    silent_since: Instant | None = None
    """The same, when it is too long ago; also while the source fails or is paused."""
    last_run: RunSummary | None = None
    reason: str | None = None
    """The pause's reason, or the last run's ``advice`` key."""


class Pause(Schema):
    """A source that is switched off for now."""

    source: str
    paused_by: str
    """Id of the actor."""
    reason: str
    """Danish, as shown to those who read the pages."""
    paused_at: Instant


def status(
    last_data_at: datetime | None, last_run: RunOutcome | None, *, cadence: timedelta, paused: bool, now: datetime
) -> SourceStatus:
    """How a source is doing.

    Paused comes first, then a failed run, then the age of the newest data against the declared cadence: as
    old as the cadence is fresh, up to twice is late, beyond that is silent.
    """
    if paused:
        return SourceStatus.PAUSED
    if last_run is None:
        return SourceStatus.NEVER
    if last_run is not RunOutcome.COMPLETE:
        return SourceStatus.FAILING
    if last_data_at is None:
        return SourceStatus.SILENT
    if is_silent(last_data_at, cadence=cadence, now=now):
        return SourceStatus.SILENT
    return SourceStatus.FRESH if now - last_data_at <= cadence else SourceStatus.LATE


def is_silent(last_data_at: datetime, *, cadence: timedelta, now: datetime) -> bool:
    """Whether data should have come since, long ago."""
    return now - last_data_at > 2 * cadence
