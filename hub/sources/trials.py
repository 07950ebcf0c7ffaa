"""What came of trying a source before it is read: a check step by step, and a preview of rows. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import Field

from connectors.kit import PreviewRow
from connectors.probe import CheckStep
from schemas.base import Instant, Schema

ABANDONED_AFTER = timedelta(minutes=6)
"""A trial that has not ended by then was lost with its process: an answer may take five minutes."""
PREVIEW_ROWS = 20


class TrialKind(StrEnum):
    """What is tried."""

    CHECK = "check"
    PREVIEW = "preview"


class TrialResult(Schema):
    """What is known so far."""

    steps: tuple[CheckStep, ...] = ()
    rows: tuple[PreviewRow, ...] = ()
    """Masked."""


class Trial(Schema):
    """The latest check or preview of a source."""

    source_version: int
    """Of the source that was tried: another one may not have its faults, or not its virtues."""
    started_at: Instant
    ended_at: Instant | None = None
    result: TrialResult = Field(default_factory=TrialResult)

    def is_running(self, now: datetime) -> bool:
        """Whether it goes on."""
        return self.ended_at is None and now - self.started_at < ABANDONED_AFTER

    @property
    def is_ok(self) -> bool:
        """Whether it ended, and every step went well."""
        return self.ended_at is not None and all(step.is_ok for step in self.result.steps)
