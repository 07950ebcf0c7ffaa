"""What is kept of a run beside its summary: how far it has come, what became of its records, and its log."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from pydantic import Field

from hub.sources.health import RunSummary
from schemas.base import Instant, Schema

RUN_HEADER = "helhed_run"
"""Header of a message: the number of the run that published it."""


class RunEvent(StrEnum):
    """What a line of a run's log tells."""

    STARTED = "started"
    STARTED_FROM_START = "started_from_start"
    """Everything is read once more, as a person asked."""
    STARTED_FIRST_TIME = "started_first_time"
    READ = "read"
    """How far the run has come; ``counts`` are of the run until then."""
    HELD = "held"
    """Deletions of ``subject`` (a type) wait for a person."""
    WORKER_GONE = "worker_gone"
    """The process that read it is gone; another begins again from the saved cursor."""


class RunLogLine(Schema):
    """One line of a run's log. It holds numbers and names of types, never a value of the source."""

    at: Instant
    event: RunEvent
    subject: str | None = None
    """Name of a type."""
    counts: Mapping[str, int] = Field(default_factory=dict)
    """``read``, ``published``, ``rejected``, ``skipped``, ``total``, ``missing``, ``known``."""


class RunProgress(Schema):
    """How far the run of a stream has come; kept from its lease to its end."""

    source: str
    stream: str
    number: int
    started_at: Instant
    updated_at: Instant
    read: int = 0
    published: int = 0
    rejected: int = 0
    skipped: Mapping[str, int] = Field(default_factory=dict)
    total: int | None = None
    """None: the source does not say how many there are."""
    requested_by: str | None = None
    stop_requested_by: str | None = None
    """Who asked it to stop."""
    is_alive: bool = True
    """Whether its process has given a sign of life within the time of a lease."""
    log: tuple[RunLogLine, ...] = ()


class DayCount(Schema):
    """What the runs of a source that ended on one day in Denmark brought."""

    day: date
    runs: int = 0
    failed: int = 0
    published: int = 0


class RunCounts(Schema):
    """What became of the records of a run once they were stored."""

    stored: int = 0
    """Records handled so far. A record that was delivered twice counts twice, so it may exceed what was published."""
    new: int = 0
    changed: int = 0
    deleted: int = 0
    parked: int = 0
    """Could not be stored; in quarantine."""

    def waiting(self, published: int) -> int:
        """Published records that are not stored yet."""
        return max(published - self.stored, 0)

    def unchanged(self, published: int) -> int | None:
        """Records that said what was known already; None while some wait. Told by what is left, never counted twice."""
        if self.waiting(published):
            return None
        return max(published - self.new - self.changed - self.deleted - self.parked, 0)


class RunDetails(Schema):
    """A run as its page shows it."""

    summary: RunSummary
    counts: RunCounts = RunCounts()
    is_counted: bool = False
    """Whether anything of it was counted as it was stored; runs before this was counted have nothing to tell."""
    log: tuple[RunLogLine, ...] = ()
