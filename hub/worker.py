"""The loops that carry records from the sources to the index. A root: run as ``helhed worker``.

Each loop is its own thread and does one thing: one a source reads it; one carries what was read into the
store; one brings what changed to the index. A loop that fails waits, longer each time, and goes on; the
others do not notice.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from threading import Event, Thread

from connectors.base import Connector
from hub.bus.base import OVERVIEWS, RECORDS, BusUnavailable, Consumer
from hub.collect.service import collect
from hub.errors import StoreUnavailable
from hub.journey import run_once
from hub.overview.service import index_pending, relay
from hub.parts import Parts
from schemas.source import Area
from search.base import SearchUnavailable

CARRY_GROUP = "journey"
INDEX_GROUP = "indexer"
POLL = timedelta(seconds=1)
FIRST_WAIT = 0.5
LONGEST_WAIT = 30.0
_PASSING = (StoreUnavailable, BusUnavailable, SearchUnavailable)

log = logging.getLogger("hub.worker")


def run(
    parts: Parts,
    connectors: Mapping[str, Connector],
    *,
    every: timedelta,
    stop: Event,
    carried: Callable[[], None] | None = None,
) -> None:
    """Run all loops until *stop* is set.

    Args:
        parts: the live parts.
        connectors: what to read, by source name. Empty: this worker only carries and indexes.
        every: pause between two runs of one source.
        stop: set it to end; the loops finish their batch first.
        carried: called after each batch that was carried; the demo uses it.
    """
    parts.bus.create({RECORDS: parts.settings.bus_partitions, OVERVIEWS: parts.settings.bus_partitions})
    parts.index.create()
    areas = {source.name: source.area for source in parts.sources}
    threads = [
        Thread(target=_collecting, args=(parts, one, every, stop), name=f"collect.{name}")
        for name, one in connectors.items()
    ]
    threads.append(Thread(target=_carrying, args=(parts, areas, stop, carried), name="carry"))
    threads.append(Thread(target=_indexing, args=(parts, stop), name="index"))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _collecting(parts: Parts, connector: Connector, every: timedelta, stop: Event) -> None:
    def step() -> None:
        collect(connector, bus=parts.bus, database=parts.database, clock=parts.clock, digest_key=parts.digest_key)
        stop.wait(every.total_seconds())

    _loop(step, stop)


def _carrying(parts: Parts, areas: Mapping[str, Area], stop: Event, carried: Callable[[], None] | None) -> None:
    def step(consumer: Consumer) -> None:
        done = run_once(
            parts.database,
            consumer,
            areas=areas,
            digest_key=parts.digest_key,
            clock=parts.clock,
            limit=parts.settings.batch_size,
            timeout=POLL,
        )
        with parts.database.transaction() as session:
            relay(session, parts.bus)
        if done and carried:
            carried()

    _consuming(parts, CARRY_GROUP, RECORDS, step, stop)


def _indexing(parts: Parts, stop: Event) -> None:
    def step(consumer: Consumer) -> None:
        delivered = consumer.poll(limit=parts.settings.batch_size, timeout=POLL)
        if delivered:
            with parts.database.transaction() as session:
                index_pending(session, delivered, parts.index, digest_key=parts.digest_key)
            consumer.commit(delivered)

    _consuming(parts, INDEX_GROUP, OVERVIEWS, step, stop)


def _consuming(parts: Parts, group: str, topic: str, step: Callable[[Consumer], None], stop: Event) -> None:
    with parts.bus.consumer(group, [topic]) as consumer:
        _loop(lambda: step(consumer), stop, after_failure=consumer.rewind)


def _loop(step: Callable[[], object], stop: Event, *, after_failure: Callable[[], None] = lambda: None) -> None:
    wait = FIRST_WAIT
    while not stop.is_set():
        try:
            step()
            wait = FIRST_WAIT
            continue
        except _PASSING as error:
            log.warning("worker.waits", extra={"fields": {"error": type(error).__name__, "seconds": wait}})
        except Exception:
            log.exception("worker.failed", extra={"fields": {"seconds": wait}})
        stop.wait(wait)
        wait = min(wait * 2, LONGEST_WAIT)
        try:
            after_failure()
        except _PASSING:
            log.warning("worker.still_waits")
