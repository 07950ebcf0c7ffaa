"""What all loops share: repeat a step until *stop* is set, and wait longer after each failure."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from threading import Event

from hub.bus.base import BusRefused, BusUnavailable, Consumer
from hub.context import AppContext
from hub.errors import StoreUnavailable
from hub.log import place_of
from hub.operation.loop_health import LoopHealth
from search.base import SearchUnavailable

POLL = timedelta(seconds=1)
"""How long a loop waits for messages before it checks whether it should stop."""
FIRST_WAIT = 0.5
LONGEST_WAIT = 30.0
_TEMPORARY = (StoreUnavailable, BusUnavailable, SearchUnavailable)

log = logging.getLogger("hub.worker")


@dataclass(frozen=True, kw_only=True)
class Loop:
    """A loop of the worker."""

    name: str
    """As ``/health/ready`` and the metrics name it."""
    run: Callable[[LoopHealth, Event], None]
    """Runs in a thread of its own until the event is set, and records success and failure."""
    may_rest: bool = False
    """Whether the pause between two rounds may have any length."""


def repeat(
    step: Callable[[], object],
    health: LoopHealth,
    stop: Event,
    *,
    pause: timedelta = timedelta(0),
    until: Event | None = None,
) -> None:
    """Repeat *step* until *stop* is set, or until *until* is set; after a failure wait, longer each time.

    A step that is itself a loop records success in *health* after each round, so that the next failure is a first one.
    """
    while not (stop.is_set() or (until and until.is_set())):
        try:
            step()
        except _TEMPORARY as error:
            fields = {"loop": health.name, "error": type(error).__name__, "seconds": _wait(health)}
            log.warning("worker.waits", extra={"fields": fields})
        except BusRefused as error:
            fields = {"loop": health.name, "error": str(error), "seconds": _wait(health)}
            log.error("worker.refused", extra={"fields": fields})  # noqa: TRY400  the message is ours and complete
        except Exception as error:  # noqa: BLE001  by type and place only: a database error's text holds the values
            fields = {"loop": health.name, "error": place_of(error), "seconds": _wait(health)}
            log.error("worker.failed", extra={"fields": fields})  # noqa: TRY400  as above
        else:
            health.record_success()
            stop.wait(pause.total_seconds())
            continue
        wait = _wait(health)
        health.record_failure()
        stop.wait(wait)


def consume(  # noqa: PLR0913  what one loop is made of
    context: AppContext,
    group: str,
    topic: str,
    step: Callable[[Consumer], None],
    health: LoopHealth,
    stop: Event,
    *,
    first: Callable[[], None] = lambda: None,
) -> None:
    """Repeat *step* with a consumer of the group. After a failure the next one starts at the committed offsets.

    *first* is called before each consumer is opened.
    """

    def session() -> None:
        first()
        with context.bus.consumer(group, [topic]) as consumer:
            while not stop.is_set():
                step(consumer)
                health.record_success()

    repeat(session, health, stop)


def _wait(health: LoopHealth) -> float:
    """Seconds to wait after a failure: twice as long after each that came before."""
    return min(FIRST_WAIT * 2.0 ** min(health.failures, 10), LONGEST_WAIT)
