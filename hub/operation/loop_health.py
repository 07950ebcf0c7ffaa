"""How the worker's loops are doing: when each last succeeded, and for how long it has failed."""

from collections.abc import Mapping
from enum import StrEnum
from threading import Thread
from time import monotonic

from hub import metrics

FAILING_AFTER = 300.0
"""Seconds of nothing but failures after which a loop counts as failing; a restart of what it needs is shorter."""
STUCK_AFTER = 900.0
"""Seconds without a success or failure of a loop that reports one every round; no batch takes as long."""


class State(StrEnum):
    """State of a component."""

    OK = "ok"
    STARTING = "starting"
    """It has not succeeded yet."""
    FAILING = "failing"
    STUCK = "stuck"
    ENDED = "ended"
    """Its thread has ended."""
    BEHIND = "behind"
    """The schema is older than this program; migrate."""
    SILENT = "silent"
    """It does not answer."""


class LoopHealth:
    """Health of one loop. Written by its own thread, read by others.

    Args:
        name: of the loop.
        thread: that runs it; None when it is the caller's own.
        may_rest: whether it may rest between two rounds for as long as it likes.
    """

    def __init__(self, name: str, *, may_rest: bool = False) -> None:
        self.name = name
        self.failures = 0
        self.thread: Thread | None = None
        self._may_rest = may_rest
        self.seen_at = self._healthy_at = monotonic()
        self._has_succeeded = False

    def record_success(self) -> None:
        """The loop succeeded."""
        self.failures, self._has_succeeded = 0, True
        self.seen_at = self._healthy_at = monotonic()
        metrics.loop_succeeded(self.name)

    def record_failure(self) -> None:
        """The loop failed."""
        if not self.failures:
            self._healthy_at = monotonic()
        self.failures += 1
        self.seen_at = monotonic()
        metrics.loop_failed(self.name, self.failures)

    def state(self, now: float) -> State:
        """The state at that instant (monotonic seconds)."""
        if self.thread is not None and not self.thread.is_alive():
            return State.ENDED
        if self.failures and now - self._healthy_at > FAILING_AFTER:
            return State.FAILING
        if not self._may_rest and now - self.seen_at > STUCK_AFTER:
            return State.STUCK
        return State.OK if self._has_succeeded else State.STARTING


class LoopHealthRegistry:
    """The health of all loops of a worker."""

    def __init__(self) -> None:
        self._all: dict[str, LoopHealth] = {}

    def add(self, loop: LoopHealth) -> LoopHealth:
        """Register the loop."""
        self._all[loop.name] = loop
        return loop

    def states(self) -> Mapping[str, State]:
        """The state of each loop now."""
        now = monotonic()
        return {name: loop.state(now) for name, loop in dict(self._all).items()}
