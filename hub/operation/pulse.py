"""How the worker's loops are doing: when each last got on, and for how long it has failed."""

from collections.abc import Mapping
from enum import StrEnum
from threading import Thread
from time import monotonic

from hub import metrics

FAILING_AFTER = 300.0
"""Seconds of nothing but failures after which a loop counts as failing; a restart of what it needs is shorter."""
STUCK_AFTER = 900.0
"""Seconds without a sign from a loop that gives one every round; no batch takes as long."""


class State(StrEnum):
    """How a component is doing."""

    OK = "ok"
    STARTING = "starting"
    """It has not got on yet."""
    FAILING = "failing"
    STUCK = "stuck"
    ENDED = "ended"
    """Its thread is gone."""
    BEHIND = "behind"
    """The schema is older than this program; migrate."""
    SILENT = "silent"
    """It does not answer."""


class LoopHealth:
    """One loop. Written by its own thread, read by others.

    Args:
        name: of the loop.
        thread: that runs it; None when it is the caller's own.
        rests: whether it may rest between two rounds for as long as it likes.
    """

    def __init__(self, name: str, *, rests: bool = False) -> None:
        self.name = name
        self.failures = 0
        self.thread: Thread | None = None
        self._rests = rests
        self.seen_at = self._well_at = monotonic()
        self._has_got_on = False

    def record_success(self) -> None:
        """The loop did what it is for."""
        self.failures, self._has_got_on = 0, True
        self.seen_at = self._well_at = monotonic()
        metrics.loop_got_on(self.name)

    def failed(self) -> None:
        """It did not."""
        if not self.failures:
            self._well_at = monotonic()
        self.failures += 1
        self.seen_at = monotonic()
        metrics.loop_failed(self.name, self.failures)

    def state(self, now: float) -> State:
        """How it is doing at that instant (monotonic seconds)."""
        if self.thread is not None and not self.thread.is_alive():
            return State.ENDED
        if self.failures and now - self._well_at > FAILING_AFTER:
            return State.FAILING
        if not self._rests and now - self.seen_at > STUCK_AFTER:
            return State.STUCK
        return State.OK if self._has_got_on else State.STARTING


class LoopHealthRegistry:
    """Those of all loops of a worker."""

    def __init__(self) -> None:
        self._all: dict[str, LoopHealth] = {}

    def add(self, pulse: LoopHealth) -> LoopHealth:
        """Count the loop in."""
        self._all[pulse.name] = pulse
        return pulse

    def states(self) -> Mapping[str, State]:
        """How each is doing now."""
        now = monotonic()
        return {name: pulse.state(now) for name, pulse in dict(self._all).items()}
