"""Starts the worker's loops, watches them, and stops them in order.

Each loop is a thread of its own and does one thing: one reads the sources that are due; one stores what was read and
publishes what changed; one writes that to the index; one compares index and store; the rest are upkeep. A loop that
fails waits, longer each time, and tries again, without effect on the others.
"""

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from threading import Event, Thread
from time import monotonic

from hub.context import AppContext
from hub.operation.answers import Operation
from hub.operation.loop_health import LoopHealth, LoopHealthRegistry
from hub.operation.server import serve_in_background
from hub.worker.alert_deliveries import delivery_loops
from hub.worker.alerts import alert_loops
from hub.worker.backups import backup_loops
from hub.worker.collecting import collecting_loop, inbox_loop
from hub.worker.indexing import comparison_loop, index_loop
from hub.worker.jobs import job_loop
from hub.worker.loops import Loop
from hub.worker.notices import notice_loops
from hub.worker.processing import processing_loop
from hub.worker.retention import retention_loops
from hub.worker.sealing import sealing_loops
from hub.worker.staff import staff_loops
from hub.worker.streaming import streaming_loops
from hub.worker.upkeep import metrics_loops, prepare, prune_loops

WATCH_EVERY = 1.0
"""Seconds between two checks of the loops' threads."""
STAGE_STOPS_WITHIN = 5.0
"""Seconds a stage has to finish its batch before the next stage is stopped too."""

log = logging.getLogger("hub.worker")


def run(
    context: AppContext,
    *,
    stop: Event,
    collecting: bool = True,
    on_batch: Callable[[], None] | None = None,
) -> None:
    """Run all loops until *stop* is set. Topics are created first, as soon as that is possible.

    Args:
        context: the live services.
        stop: set it to end; the loops finish their current batch.
        collecting: whether this worker also reads the sources.
        on_batch: called after each batch that was processed; the demo uses it.
    """
    registry = LoopHealthRegistry()
    with _operation_server(context, registry):
        prepare(context, registry.add(LoopHealth("prepare", may_rest=True)), stop)
        _supervise(_stages(context, on_batch, collecting=collecting), registry, stop)


def _stages(
    context: AppContext, on_batch: Callable[[], None] | None, *, collecting: bool
) -> tuple[Sequence[Loop], ...]:
    """The loops in the order of a record's path, which is the order in which they stop."""
    return (
        [job_loop(context), *([collecting_loop(context), inbox_loop(context)] if collecting else [])],
        [processing_loop(context, on_batch)],
        [index_loop(context), comparison_loop(context), *alert_loops(context)],
        [
            *metrics_loops(context),
            *prune_loops(context),
            *retention_loops(context),
            *notice_loops(context),
            *staff_loops(context),
            *backup_loops(context),
        ],
        [*sealing_loops(context)],
        [*delivery_loops(context), *streaming_loops(context)],
    )


def _operation_server(context: AppContext, registry: LoopHealthRegistry) -> AbstractContextManager[object]:
    settings = context.settings
    if not settings.worker_port:
        return nullcontext()
    return serve_in_background(Operation(context, registry), settings.host, settings.worker_port)


class _RunningLoop:
    """A loop in its thread, with the event that stops it."""

    def __init__(self, loop: Loop, registry: LoopHealthRegistry) -> None:
        self.name = loop.name
        self.stop = Event()
        self._health = LoopHealth(loop.name, may_rest=loop.may_rest)
        self._thread = Thread(target=loop.run, args=(self._health, self.stop), name=loop.name)
        self._is_reported = False
        self._thread.start()
        self._health.thread = self._thread
        registry.add(self._health)

    def report_if_ended(self) -> None:
        """Log once that the thread ended without being stopped; ``/health/ready`` reports it too."""
        if not self._thread.is_alive() and not self._is_reported:
            self._is_reported = True
            log.error("worker.loop_ended", extra={"fields": {"loop": self.name}})

    def join(self, timeout: float | None = None) -> None:
        self._thread.join(timeout)


def _supervise(stages: Sequence[Sequence[Loop]], registry: LoopHealthRegistry, stop: Event) -> None:
    if stop.is_set():
        return
    running = [[_RunningLoop(loop, registry) for loop in stage] for stage in stages]
    while not stop.wait(WATCH_EVERY):
        for stage in running:
            for loop in stage:
                loop.report_if_ended()
    for stage in running:
        for loop in stage:
            loop.stop.set()
        until = monotonic() + STAGE_STOPS_WITHIN
        for loop in stage:
            loop.join(max(0.0, until - monotonic()))
    for stage in running:
        for loop in stage:
            loop.join()
