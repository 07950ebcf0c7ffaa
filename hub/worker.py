"""The loops that carry records from the sources to the index. A root: run as ``helhed worker``.

Each loop is its own thread and does one thing: one reads the sources that are due; one carries what was read into the
store; one brings what changed to the index; one deletes old messages and what quarantine has kept long enough. A loop
that fails waits, longer each time, and goes on; the others do not notice. Two more collect what metrics need.
"""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from functools import partial
from threading import Event, Thread

from hub import metrics, tracing, worker_collect
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
from hub.context import AppContext
from hub.errors import StoreUnavailable
from hub.indexing.comparison import look, mend
from hub.indexing.drift import Look, drifted
from hub.log import place_of
from hub.operation.answers import Operation
from hub.operation.figures import collect_bus_metrics, collect_store_metrics, observe_drift, observe_freshness
from hub.operation.pulse import LoopHealth, LoopHealthRegistry
from hub.operation.server import answering
from hub.overview.repository import save_comparison
from hub.overview.service import bring, pending, relay
from hub.pipeline import RoundResult, run_once
from hub.quarantine.service import delete_expired
from hub.worker_collect import SourceReader
from search.base import SearchUnavailable

CARRY_GROUP = "pipeline"
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
    context: AppContext,
    *,
    stop: Event,
    collecting: bool = True,
    carried: Callable[[], None] | None = None,
) -> None:
    """Run all loops until *stop* is set. Topics are made first, as soon as they can be.

    Args:
        context: the live context.
        stop: set it to end; the loops finish the batch they are at.
        collecting: whether this worker also reads the sources.
        carried: called after each batch that was carried; the demo uses it.
    """
    pulses = LoopHealthRegistry()
    with _operation(context, pulses):
        _prepare(context, pulses.add(LoopHealth("prepare", rests=True)), stop)
        _run_loops(context, stop, pulses, collecting=collecting, carried=carried)


def _operation(context: AppContext, pulses: LoopHealthRegistry) -> AbstractContextManager[object]:
    settings = context.settings
    if not settings.worker_port:
        return nullcontext()
    return answering(Operation(context, pulses), settings.host, settings.worker_port)


def _run_loops(
    context: AppContext,
    stop: Event,
    pulses: LoopHealthRegistry,
    *,
    collecting: bool,
    carried: Callable[[], None] | None,
) -> None:
    threads: list[Thread] = []

    def start(pulse: LoopHealth, loop: Callable[[LoopHealth], None]) -> None:
        thread = Thread(target=loop, args=(pulse,), name=pulse.name)
        threads.append(thread)
        thread.start()
        pulse.thread = thread
        pulses.add(pulse)

    if collecting:
        start(LoopHealth("collect"), partial(_collecting, context, stop))
    start(LoopHealth("carry"), partial(_carrying, context, stop, carried))
    start(LoopHealth("index"), partial(_indexing, context, stop))
    start(LoopHealth("compare"), partial(_comparing, context, stop))
    groups = ((CARRY_GROUP, RECORDS), (INDEX_GROUP, OVERVIEWS))
    start(LoopHealth("watch.store"), partial(_watching, partial(collect_store_metrics, context), stop))
    start(LoopHealth("watch.bus"), partial(_watching, partial(collect_bus_metrics, context, groups), stop))
    start(LoopHealth("prune", rests=True), partial(_pruning, context, stop))
    for thread in threads:
        thread.join()


def make_topics(context: AppContext) -> None:
    """Make the two topics of the pipeline if they are not there."""
    context.bus.create({RECORDS: context.settings.bus_partitions, OVERVIEWS: context.settings.bus_partitions})


def _prepare(context: AppContext, pulse: LoopHealth, stop: Event) -> None:
    ready = Event()

    def step() -> None:
        make_topics(context)
        ready.set()

    _loop(step, pulse, stop, until=ready)


def _collecting(context: AppContext, stop: Event, pulse: LoopHealth) -> None:
    reader = SourceReader(context, stop)
    _loop(reader.start_due, pulse, stop, pause=worker_collect.POLL)
    reader.close()


def _carrying(context: AppContext, stop: Event, carried: Callable[[], None] | None, pulse: LoopHealth) -> None:
    done = RoundResult()

    def step(consumer: Consumer) -> None:
        nonlocal done
        done = run_once(
            context.database,
            consumer,
            areas=context.catalogue.areas(),
            digest_key=context.digest_key,
            cipher=context.payload_cipher,
            clock=context.clock,
            limit=context.settings.batch_size,
            timeout=timedelta(0) if done.has_more else POLL,
        )
        with tracing.continuing(done.traceparent):
            _relay_all(context)
        if done and carried:
            carried()

    _consuming(context, CARRY_GROUP, RECORDS, step, pulse, stop)


def _relay_all(context: AppContext) -> None:
    relayed = RELAYED_AT_ONCE
    while relayed == RELAYED_AT_ONCE:
        with context.database.transaction() as session:
            relayed = relay(session, context.bus, RELAYED_AT_ONCE)


def _indexing(context: AppContext, stop: Event, pulse: LoopHealth) -> None:
    def step(consumer: Consumer) -> None:
        delivered = consumer.poll(limit=context.settings.batch_size, timeout=POLL)
        if not delivered:
            return
        headers = (one.message.headers for one in delivered)
        with metrics.indexing(), tracing.following("index", headers, messages=len(delivered)):
            today = danish_day(context.clock.now())
            with context.database.transaction() as session:
                waiting = pending(session, delivered, digest_key=context.digest_key, on=today)
            bring(context.index, waiting)
            consumer.commit(delivered)
        observe_freshness(delivered, context.clock.now())

    # Here and not before all loops: what is read and carried need not wait for an index that is down.
    _consuming(context, INDEX_GROUP, OVERVIEWS, step, pulse, stop, first=context.index.create)


def _comparing(context: AppContext, stop: Event, pulse: LoopHealth) -> None:
    """Compare index and store, and bring again what stays different. One worker does it for all."""

    def session() -> None:
        with context.database.leading("index.compare") as is_ours:
            if is_ours:
                context.index.create()  # whichever loop comes first
            before, then = Look(sources=()), dict[int, Offsets]()
            while is_ours and not stop.is_set():
                now = context.bus.offsets(INDEX_GROUP, OVERVIEWS)
                # Until what was on its way at the look before has arrived, it would be taken for drift.
                if lag_of(now) <= FAR_BEHIND and passed(then, now):
                    before = _compare(context, before)
                    then = dict(context.bus.offsets(INDEX_GROUP, OVERVIEWS))
                pulse.record_success()
                stop.wait(COMPARE_EVERY.total_seconds())

    _loop(session, pulse, stop, pause=COMPARE_EVERY)


def _compare(context: AppContext, before: Look) -> Look:
    seen = look(context.database, context.index)
    found = drifted(before, seen)
    now = context.clock.now()
    mended = mend(context.database, context.index, found, digest_key=context.digest_key, on=danish_day(now))
    with context.database.transaction() as session:
        save_comparison(session, seen.sources, mended, now)
    observe_drift(seen.sources, found.values(), mended, now)
    if mended:
        log.warning("index.mended", extra={"fields": {"citizens": mended}})
    return seen


def _watching(ask: Callable[[], None], stop: Event, pulse: LoopHealth) -> None:
    _loop(ask, pulse, stop, pause=WATCH_EVERY)


def _pruning(context: AppContext, stop: Event, pulse: LoopHealth) -> None:
    settings = context.settings
    clock = SystemClock()  # the bus stamps its messages with the database's time, in the demo too

    def step() -> None:
        messages = 0
        if isinstance(context.bus, Prunable):
            messages = context.bus.prune(clock.now() - timedelta(hours=settings.bus_retention_hours))
        with context.database.transaction() as session:
            retention = timedelta(days=settings.quarantine_retention_days)
            payloads = delete_expired(session, context.clock.now(), retention)
        log.info("worker.pruned", extra={"fields": {"messages": messages, "payloads": payloads}})

    _loop(step, pulse, stop, pause=PRUNE_EVERY)


def _consuming(  # noqa: PLR0913  one loop's
    context: AppContext,
    group: str,
    topic: str,
    step: Callable[[Consumer], None],
    pulse: LoopHealth,
    stop: Event,
    *,
    first: Callable[[], None] = lambda: None,
) -> None:
    def session() -> None:
        first()
        # A consumer that failed is closed, and the next one starts at the committed offsets.
        with context.bus.consumer(group, [topic]) as consumer:
            while not stop.is_set():
                step(consumer)
                pulse.record_success()

    _loop(session, pulse, stop)


def _loop(
    step: Callable[[], object],
    pulse: LoopHealth,
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
            pulse.record_success()
            stop.wait(pause.total_seconds())
            continue
        wait = _wait(pulse)
        pulse.failed()
        stop.wait(wait)


def _wait(pulse: LoopHealth) -> float:
    """Seconds to wait after a failure: twice as long after each that came before."""
    return min(FIRST_WAIT * 2.0 ** min(pulse.failures, 10), LONGEST_WAIT)
