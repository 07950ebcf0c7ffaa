"""What a job is, and when it will end. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import Field, JsonValue

from schemas.base import Instant, Schema

ATTEMPTS = 5
"""So often a job is begun: workers may die, and services may be down. Then it has failed."""
SURE_AFTER = timedelta(seconds=3)
"""So long a job must have run before its pace says when it ends."""


class JobKind(StrEnum):
    """What is done; ``hub.worker.jobs`` has a function for each."""

    REPLAY = "replay"
    """Try again what is in quarantine."""
    INDEX_REPAIR = "index_repair"
    """Write to the index what differs from the store."""
    REINDEX = "reindex"
    """Fill a new index beside the one that serves."""
    FORGET_SOURCE = "forget_source"
    """Delete what a removed source has said."""


class JobState(StrEnum):
    """How far it is."""

    WAITING = "waiting"
    """No worker has it."""
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Job(Schema):
    """One job as it is stored."""

    id: int
    kind: JobKind
    subject: str
    """What it is about. There is at most one unfinished job of a kind and subject."""
    parameters: Mapping[str, JsonValue] = Field(default_factory=dict)
    state: JobState
    done: int = 0
    total: int | None = None
    """None: not known yet."""
    result: Mapping[str, int] = Field(default_factory=dict)
    """Counts by what came of it; also while it runs."""
    fault: str | None = None
    """Key of the sentence about why it failed, or why it waits."""
    attempts: int = 0
    requested_by: str
    requested_at: Instant
    started_at: Instant | None = None
    """When the latest attempt began."""
    ended_at: Instant | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more becomes of it."""
        return self.state in {JobState.DONE, JobState.FAILED}


class JobLease(Schema):
    """The right to do a job now."""

    job: Job
    owner: str


def estimated_end(job: Job, now: datetime) -> datetime | None:
    """When the job ends if it goes on as fast as so far. None: it does not run, or nobody can tell yet."""
    if job.state is not JobState.RUNNING or job.started_at is None or job.total is None or not 0 < job.done < job.total:
        return None
    elapsed = now - job.started_at
    return now + elapsed / job.done * (job.total - job.done) if elapsed >= SURE_AFTER else None
