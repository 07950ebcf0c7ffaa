"""The log of a run while it goes on: what happened and how far it had come, in numbers. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from connectors.base import Batch
from hub.sources.run_history import RunEvent, RunLogLine

EVERY = timedelta(seconds=5)
SHARE = 20
"""A line is written when a twentieth of the run's time has passed since the last: a first load of hours has some
hundred lines, and a short run some few."""


class RunLog:
    """Lines that are not saved yet.

    Args:
        started_at: when the run began.
    """

    def __init__(self, started_at: datetime) -> None:
        self._started_at = started_at
        self._last_at: datetime | None = None
        self._lines: list[RunLogLine] = []

    def add_batch(self, batch: Batch, counts: Mapping[str, int], now: datetime) -> None:
        """A batch was read; *counts* are of the run up to it. Held deletions always have a line, progress some."""
        for held in batch.held:
            numbers = {"missing": held.missing, "known": held.known}
            self._lines.append(RunLogLine(at=now, event=RunEvent.HELD, subject=held.record_type, counts=numbers))
        elapsed = now - self._started_at
        if self._last_at is None or now - self._last_at >= max(EVERY, elapsed / SHARE):
            self._last_at = now
            self._lines.append(RunLogLine(at=now, event=RunEvent.READ, counts=dict(counts)))

    def take(self) -> tuple[RunLogLine, ...]:
        """The lines that were not taken before."""
        lines, self._lines = tuple(self._lines), []
        return lines
