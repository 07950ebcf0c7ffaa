"""The loops that carry records from the sources to the index. A root: run as ``helhed worker``.

Each loop is its own thread and does one thing: one a source reads it; one carries what was read into the
store; one brings what changed to the index; one throws away old messages. A loop that fails waits, longer each
time, and goes on; the others do not notice. Two more read what the operator's figures need.
"""

import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from functools import partial
from threading import Event, Thread

from connectors.base import Connector
from hub import metrics, tracing
from hub.bus.base import (
    OVERVIEWS,
    RECORDS,
    BusRefused,
    BusUnavailable,
    Consumer,
    Offsets,
    Prunable,
    lag_of,
    passed,
)
from hub.clock import SystemClock, danish_day
from hub.collect.service import Progress, collect
from hub.errors import StoreUnavailable
from hub.journey import Ran, run_once
from hub.log import place_of
from hub.operation.answers import Operation
from hub.operation.figures import ask_bus, ask_store, tell_ages, tell_drift
from hub.operation.pulse import Pulse, Pulses
from hub.operation.server import answering
from hub.overview.comparing import look, mend
from hub.overview.drift import Look, drifted
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
WATCH_EVERY = timedelta(seconds=15)
RELAYED_AT_ONCE = 500
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
    """Run all loops until *stop* is set. Topics are made first, as soon as they can be.

    Args:
        parts: the live parts.
        connectors: what to read, by source name. Empty: this worker only carries and indexes.
        every: pause between two runs of one source.
        stop: set it to end; the loops finish the batch they are at.
        carried: called after each batch that was carried; the demo uses it.
    """
    pulses = Pulses()
    with _operation(parts, pulses):
        _prepare(parts, pulses.add(Pulse("prepare", rests=True)), stop)
        _run_loops(parts, connectors, every, stop, carried, pulses)


def _operation(parts: Parts, pulses: Pulses) -> AbstractContextManager[object]:
    settings = parts.settings
    if not settings.worker_port:
        return nullcontext()
    return answering(Operation(parts, pulses), settings.host, settings.worker_port)


def _run_loops(
    parts: Parts,
    connectors: Mapping[str, Connector],
    every: timedelta,
    stop: Event,
    carried: Callable[[], None] | None,
    pulses: Pulses,
) -> None:
    threads: list[Thread] = []

    def start(pulse: Pulse, loop: Callable[[Pulse], None]) -> None:
        thread = Thread(target=loop, args=(pulse,), name=pulse.name)
        threads.append(thread)
        thread.start()
        pulse.thread = thread
        pulses.add(pulse)

    for name, one in connectors.items():
        start(Pulse(f"collect.{name}", rests=True), partial(_collecting, parts, one, every, stop))
    start(Pulse("carry"), partial(_carrying, parts, stop, carried))
    start(Pulse("index"), partial(_indexing, parts, stop))
    start(Pulse("compare"), partial(_comparing, parts, stop))
    groups = ((CARRY_GROUP, RECORDS), (INDEX_GROUP, OVERVIEWS))
    start(Pulse("watch.store"), partial(_watching, partial(ask_store, parts), stop))
    start(Pulse("watch.bus"), partial(_watching, partial(ask_bus, parts, groups), stop))
    if isinstance(parts.bus, Prunable):
        start(Pulse("prune", rests=True), partial(_pruning, parts, parts.bus, stop))
    for thread in threads:
        thread.join()


def make_topics(parts: Parts) -> None:
    """Make the two topics of the journey if they are not there."""
    parts.bus.create({RECORDS: parts.settings.bus_partitions, OVERVIEWS: parts.settings.bus_partitions})


def _prepare(parts: Parts, pulse: Pulse, stop: Event) -> None:
    ready = Event()

    def step() -> None:
        make_topics(parts)
        ready.set()

    _loop(step, pulse, stop, until=ready)


def _collecting(parts: Parts, connector: Connector, every: timedelta, stop: Event, pulse: Pulse) -> None:
    def go_on(_: Progress) -> None:
        pulse.got_on()
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

    try:
        _loop(step, pulse, stop, pause=every)
    except _Stopped:
        log.info("worker.stopped_reading", extra={"fields": {"source": connector.source.name}})


def _carrying(parts: Parts, stop: Event, carried: Callable[[], None] | None, pulse: Pulse) -> None:
    areas = {source.name: source.area for source in parts.sources}
    done = Ran()

    def step(consumer: Consumer) -> None:
        nonlocal done
        done = run_once(
            parts.database,
            consumer,
            areas=areas,
            digest_key=parts.digest_key,
            clock=parts.clock,
            limit=parts.settings.batch_size,
            timeout=timedelta(0) if done.has_more else POLL,
        )
        with tracing.continuing(done.traceparent):
            _relay_all(parts)
        if done and carried:
            carried()

    _consuming(parts, CARRY_GROUP, RECORDS, step, pulse, stop)


def _relay_all(parts: Parts) -> None:
    relayed = RELAYED_AT_ONCE
    while relayed == RELAYED_AT_ONCE:
        with parts.database.transaction() as session:
            relayed = relay(session, parts.bus, RELAYED_AT_ONCE)


def _indexing(parts: Parts, stop: Event, pulse: Pulse) -> None:
    def step(consumer: Consumer) -> None:
        delivered = consumer.poll(limit=parts.settings.batch_size, timeout=POLL)
        if not delivered:
            return
        headers = (one.message.headers for one in delivered)
        with metrics.indexing(), tracing.following("index", headers, messages=len(delivered)):
            today = danish_day(parts.clock.now())
            with parts.database.transaction() as session:
                waiting = pending(session, delivered, digest_key=parts.digest_key, on=today)
            bring(parts.index, waiting)
            consumer.commit(delivered)
        tell_ages(delivered, parts.clock.now())

    # Here and not before all loops: what is read and carried need not wait for an index that is down.
    _consuming(parts, INDEX_GROUP, OVERVIEWS, step, pulse, stop, first=parts.index.create)


def _comparing(parts: Parts, stop: Event, pulse: Pulse) -> None:
    """Compare index and store, and bring again what stays different. One worker does it for all."""

    def session() -> None:
        with parts.database.leading("index.compare") as is_ours:
            if is_ours:
                parts.index.create()  # whichever loop comes first
            before, then = Look(sources=()), dict[int, Offsets]()
            while is_ours and not stop.is_set():
                now = parts.bus.offsets(INDEX_GROUP, OVERVIEWS)
                # Until what was on its way at the look before has arrived, it would be taken for drift.
                if lag_of(now) <= FAR_BEHIND and passed(then, now):
                    before = _compare(parts, before)
                    then = dict(parts.bus.offsets(INDEX_GROUP, OVERVIEWS))
                pulse.got_on()
                stop.wait(COMPARE_EVERY.total_seconds())

    _loop(session, pulse, stop, pause=COMPARE_EVERY)


def _compare(parts: Parts, before: Look) -> Look:
    seen = look(parts.database, parts.index)
    found = drifted(before, seen)
    now = parts.clock.now()
    mended = mend(parts.database, parts.index, found, digest_key=parts.digest_key, on=danish_day(now))
    with parts.database.transaction() as session:
        save_comparison(session, seen.sources, mended, now)
    tell_drift(seen.sources, found.values(), mended, now)
    if mended:
        log.warning("index.mended", extra={"fields": {"citizens": mended}})
    return seen


def _watching(ask: Callable[[], None], stop: Event, pulse: Pulse) -> None:
    _loop(ask, pulse, stop, pause=WATCH_EVERY)


def _pruning(parts: Parts, bus: Prunable, stop: Event, pulse: Pulse) -> None:
    clock = SystemClock()  # the bus stamps its messages with the database's time, in the demo too

    def step() -> None:
        gone = bus.prune(clock.now() - timedelta(hours=parts.settings.bus_retention_hours))
        log.info("worker.pruned", extra={"fields": {"messages": gone}})

    _loop(step, pulse, stop, pause=PRUNE_EVERY)


def _consuming(  # noqa: PLR0913  one loop's
    parts: Parts,
    group: str,
    topic: str,
    step: Callable[[Consumer], None],
    pulse: Pulse,
    stop: Event,
    *,
    first: Callable[[], None] = lambda: None,
) -> None:
    def session() -> None:
        first()
        # A consumer that failed is closed, and the next one starts at the committed offsets.
        with parts.bus.consumer(group, [topic]) as consumer:
            while not stop.is_set():
                step(consumer)
                pulse.got_on()

    _loop(session, pulse, stop)


def _loop(
    step: Callable[[], object],
    pulse: Pulse,
    stop: Event,
    *,
    pause: timedelta = timedelta(0),
    until: Event | None = None,
) -> None:
    """Repeat *step* until told to stop, or until *until* is set; after a failure wait, longer each time.

    A step that is itself a loop tells *pulse* whenever it got on, so that the next failure is a first one.
    """
    while not (stop.is_set() or (until and until.is_set())):
        try:
            step()
        except _PASSING as error:
            told = {"loop": pulse.name, "error": type(error).__name__, "seconds": _wait(pulse)}
            log.warning("worker.waits", extra={"fields": told})
        except BusRefused as error:
            told = {"loop": pulse.name, "error": str(error), "seconds": _wait(pulse)}
            log.error("worker.refused", extra={"fields": told})  # noqa: TRY400  its words are ours and say it all
        except Exception as error:  # noqa: BLE001  by type and place only: a database error's text holds the values
            told = {"loop": pulse.name, "error": place_of(error), "seconds": _wait(pulse)}
            log.error("worker.failed", extra={"fields": told})  # noqa: TRY400  as above
        else:
            pulse.got_on()
            stop.wait(pause.total_seconds())
            continue
        wait = _wait(pulse)
        pulse.failed()
        stop.wait(wait)


def _wait(pulse: Pulse) -> float:
    """Seconds to wait after a failure: twice as long after each that came before."""
    return min(FIRST_WAIT * 2.0 ** min(pulse.failures, 10), LONGEST_WAIT)


class _Stopped(BaseException):
    """The worker was told to stop while a source was read.

    Nobody on the way takes it for a fault of the source; as after a crash, the next run goes on from the saved cursor.
    """
