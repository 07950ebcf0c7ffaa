"""The loops that carry records from the sources to the index. A root: run as ``helhed worker``.

Each loop is its own thread and does one thing: one a source reads it; one carries what was read into the
store; one brings what changed to the index; one throws away old messages. A loop that fails waits, longer each
time, and goes on; the others do not notice.
"""

import gc
import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from threading import Event, Thread

from connectors.base import Connector
from hub.bus.base import OVERVIEWS, RECORDS, BusUnavailable, Consumer, Prunable
from hub.clock import SystemClock, danish_day
from hub.collect.service import Progress, collect
from hub.errors import StoreUnavailable
from hub.journey import run_once
from hub.log import place_of
from hub.overview.comparing import look, mend
from hub.overview.drift import Look, standing
from hub.overview.repository import save_comparison
from hub.overview.service import bring, pending, relay
from hub.parts import Parts
from search.base import SearchUnavailable

CARRY_GROUP = "journey"
INDEX_GROUP = "indexer"
POLL = timedelta(seconds=1)
PRUNE_EVERY = timedelta(hours=1)
COMPARE_EVERY = timedelta(seconds=20)
"""Two looks make a drift, so it is found and mended within a minute."""
FAR_BEHIND = 5000
"""With more changes on their way than this the index is not compared citizen by citizen: they would all differ."""
RELAYED_AT_ONCE = 500
GC_AFTER = 100_000
"""Objects made and kept between two looks of the garbage collector."""
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
    """Run all loops until *stop* is set. Topics and index are made first, as soon as they can be.

    Args:
        parts: the live parts.
        connectors: what to read, by source name. Empty: this worker only carries and indexes.
        every: pause between two runs of one source.
        stop: set it to end; the loops finish the batch they are at.
        carried: called after each batch that was carried; the demo uses it.
    """
    _prepare(parts, stop)
    # Carrying makes many small objects and no cycles; looking for some after every 700 took a third of its time.
    gc.set_threshold(GC_AFTER)
    threads = [
        Thread(target=_collecting, args=(parts, one, every, stop), name=f"collect.{name}")
        for name, one in connectors.items()
    ]
    threads += [
        Thread(target=_carrying, args=(parts, stop, carried), name="carry"),
        Thread(target=_indexing, args=(parts, stop), name="index"),
        Thread(target=_comparing, args=(parts, stop), name="compare"),
        Thread(target=_pruning, args=(parts, stop), name="prune"),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def make_topics(parts: Parts) -> None:
    """Make the two topics of the journey if they are not there."""
    parts.bus.create({RECORDS: parts.settings.bus_partitions, OVERVIEWS: parts.settings.bus_partitions})


def _prepare(parts: Parts, stop: Event) -> None:
    ready = Event()

    def step() -> None:
        make_topics(parts)
        parts.index.create()
        ready.set()

    _loop(step, stop, until=ready)


def _collecting(parts: Parts, connector: Connector, every: timedelta, stop: Event) -> None:
    def go_on(_: Progress) -> None:
        if stop.is_set():
            raise _Stopped

    def step() -> None:
        collect(
            connector,
            bus=parts.bus,
            database=parts.database,
            clock=parts.clock,
            digest_key=parts.digest_key,
            progress=go_on,
        )
        stop.wait(every.total_seconds())

    try:
        _loop(step, stop)
    except _Stopped:
        log.info("worker.stopped_reading", extra={"fields": {"source": connector.source.name}})


def _carrying(parts: Parts, stop: Event, carried: Callable[[], None] | None) -> None:
    areas = {source.name: source.area for source in parts.sources}

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
        _relay_all(parts)
        if done and carried:
            carried()

    _consuming(parts, CARRY_GROUP, RECORDS, step, stop)


def _relay_all(parts: Parts) -> None:
    relayed = RELAYED_AT_ONCE
    while relayed == RELAYED_AT_ONCE:
        with parts.database.transaction() as session:
            relayed = relay(session, parts.bus, RELAYED_AT_ONCE)


def _indexing(parts: Parts, stop: Event) -> None:
    def step(consumer: Consumer) -> None:
        delivered = consumer.poll(limit=parts.settings.batch_size, timeout=POLL)
        if delivered:
            today = danish_day(parts.clock.now())
            with parts.database.transaction() as session:
                waiting = pending(session, delivered, digest_key=parts.digest_key, on=today)
            bring(parts.index, waiting)
            consumer.commit(delivered)

    _consuming(parts, INDEX_GROUP, OVERVIEWS, step, stop)


def _comparing(parts: Parts, stop: Event) -> None:
    """Compare index and store, and bring again what stays different. One worker does it for all."""

    def session() -> None:
        with parts.database.leading("index.compare") as is_ours:
            seen = Look(sources=())
            while is_ours and not stop.is_set():
                if parts.bus.lag(INDEX_GROUP, OVERVIEWS) <= FAR_BEHIND:
                    seen = _compare(parts, seen)
                worked.set()
                stop.wait(COMPARE_EVERY.total_seconds())
        stop.wait(COMPARE_EVERY.total_seconds())

    worked = Event()
    _loop(session, stop, worked=worked)


def _compare(parts: Parts, before: Look) -> Look:
    seen = look(parts.database, parts.index)
    drifted = standing(before, seen)
    now = parts.clock.now()
    mended = mend(parts.database, parts.index, drifted, digest_key=parts.digest_key, on=danish_day(now))
    with parts.database.transaction() as session:
        save_comparison(session, seen.sources, mended, now)
    if mended:
        log.warning("index.mended", extra={"fields": {"citizens": mended}})
    return seen


def _pruning(parts: Parts, stop: Event) -> None:
    bus = parts.bus
    if not isinstance(bus, Prunable):
        return
    clock = SystemClock()  # the bus stamps its messages with the database's time, in the demo too

    def step() -> None:
        gone = bus.prune(clock.now() - timedelta(hours=parts.settings.bus_retention_hours))
        log.info("worker.pruned", extra={"fields": {"messages": gone}})
        stop.wait(PRUNE_EVERY.total_seconds())

    _loop(step, stop)


def _consuming(parts: Parts, group: str, topic: str, step: Callable[[Consumer], None], stop: Event) -> None:
    def session() -> None:
        # A consumer that failed is closed, and the next one starts at the committed offsets.
        with parts.bus.consumer(group, [topic]) as consumer:
            while not stop.is_set():
                step(consumer)
                worked.set()

    worked = Event()
    _loop(session, stop, worked=worked)


def _loop(step: Callable[[], object], stop: Event, *, until: Event | None = None, worked: Event | None = None) -> None:
    """Repeat *step* until told to stop, or until *until* is set; after a failure wait, longer each time.

    A step that is itself a loop sets *worked* whenever it got on, so that the next failure is a first one.
    """
    wait = FIRST_WAIT
    while not (stop.is_set() or (until and until.is_set())):
        try:
            step()
        except _PASSING as error:
            log.warning("worker.waits", extra={"fields": {"error": type(error).__name__, "seconds": wait}})
        except Exception as error:  # noqa: BLE001  by type and place only: a database error's text holds the values
            log.error("worker.failed", extra={"fields": {"error": place_of(error), "seconds": wait}})  # noqa: TRY400  as above
        else:
            wait = FIRST_WAIT
            continue
        if worked and worked.is_set():
            worked.clear()
            wait = FIRST_WAIT
        stop.wait(wait)
        wait = min(wait * 2, LONGEST_WAIT)


class _Stopped(BaseException):
    """The worker was told to stop while a source was read.

    Nobody on the way takes it for a fault of the source; as after a crash, the next run goes on from the saved cursor.
    """
