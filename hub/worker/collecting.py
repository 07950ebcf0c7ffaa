"""The loops that read the sources, one a source."""

import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from threading import Event

from connectors.base import Connector
from hub.collect.service import Progress, collect
from hub.context import AppContext
from hub.operation.loop_health import LoopHealth
from hub.worker.loops import Loop, repeat

log = logging.getLogger("hub.worker")


def collecting_loops(context: AppContext, connectors: Mapping[str, Connector], every: timedelta) -> Sequence[Loop]:
    """A loop for each source: read it, pause, read it again."""
    return [
        Loop(name=f"collect.{name}", run=partial(_collect, context, connector, every), may_rest=True)
        for name, connector in connectors.items()
    ]


def _collect(context: AppContext, connector: Connector, every: timedelta, health: LoopHealth, stop: Event) -> None:
    def go_on(_: Progress) -> None:
        health.record_success()
        if stop.is_set():
            raise _Stopped

    def step() -> None:
        collect(
            connector,
            bus=context.bus,
            database=context.database,
            clock=context.clock,
            digest_key=context.digest_key,
            cipher=context.payload_cipher,
            limits=context.reject_limits,
            progress=go_on,
        )

    try:
        repeat(step, health, stop, pause=every)
    except _Stopped:
        log.info("worker.stopped_reading", extra={"fields": {"source": connector.source.name}})


class _Stopped(BaseException):
    """The worker was told to stop while a source was read.

    Nobody on the way takes it for a fault of the source; as after a crash, the next run goes on from the saved cursor.
    """
