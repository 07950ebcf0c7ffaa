"""The loops that keep the index: one writes what changed, one compares it with the store and repairs what drifted."""

import logging
from datetime import timedelta
from functools import partial
from threading import Event
from time import monotonic

from hub import metrics, tracing
from hub.bus.base import OVERVIEWS, RECORDS, Consumer, Offsets, has_processed, lag_of
from hub.context import AppContext
from hub.indexing.comparison import compare, repair
from hub.indexing.drift import Comparison, find_drift
from hub.indexing.repository import save_comparison
from hub.indexing.writer import INDEX_GROUP, index_changes
from hub.operation.gauges import observe_drift, observe_freshness
from hub.operation.loop_health import LoopHealth
from hub.pipeline import PIPELINE_GROUP
from hub.worker.loops import POLL, Loop, consume, repeat

COMPARE_EVERY = timedelta(seconds=20)
"""Drift is confirmed by two comparisons, so it is found and repaired within a minute, where comparing is quick."""
RESTS = 20
"""It rests so many times as long as a comparison took: that reads every overview, which among a million takes long."""
LONGEST_REST = timedelta(minutes=4)
"""Before anybody takes it for not comparing any more (``NOT_COMPARED_FOR``)."""
MOST_WAITING = 500
"""With more records or changes waiting, now or at the look before, comparing waits for them, no longer than
``LONGEST_REST``: it would read a large store whole while they need the disk. The look before counts, too, since the
overviews of the last records are built when none wait any more."""
FAR_BEHIND = 5000
"""With more changes on their way than this the index is not compared citizen by citizen: they would all differ."""

log = logging.getLogger("hub.worker")


def index_loop(context: AppContext) -> Loop:
    """Write changed overviews to the index."""
    return Loop(name="index", run=partial(_index, context))


def comparison_loop(context: AppContext) -> Loop:
    """Compare index and store, and repair what stays different. One worker does it for all."""
    return Loop(name="compare", run=partial(_compare_and_repair, context))


def _index(context: AppContext, health: LoopHealth, stop: Event) -> None:
    def step(consumer: Consumer) -> None:
        delivered = consumer.poll(limit=context.settings.batch_size, timeout=POLL)
        if not delivered:
            return
        headers = (message.message.headers for message in delivered)
        with metrics.indexing(), tracing.batch_span("index", headers, messages=len(delivered)):
            index_changes(
                context.database, context.index, delivered, digest_key=context.digest_key, clock=context.clock
            )
            consumer.commit(delivered)
        observe_freshness(delivered, context.clock.now())

    # Created here and not before all loops: reading and storing need not wait for an index that is down.
    consume(context, INDEX_GROUP, OVERVIEWS, step, health, stop, first=context.index.create)


def _compare_and_repair(context: AppContext, health: LoopHealth, stop: Event) -> None:
    def session() -> None:
        with context.database.leading("index.compare") as is_ours:
            if is_ours:
                context.index.create()  # both loops create it; the first one succeeds
            if not health.failures:  # after one, it is a comparison that must succeed
                health.record_success()  # it is up, and not only when it has waited and compared
            before, offsets_before = Comparison(sources=()), dict[int, Offsets]()
            turn, started = 0, monotonic()
            next_at, latest = started, started + LONGEST_REST.total_seconds()
            is_quiet = True
            # Whoever starts has first to take in what waits.
            while is_ours and not stop.wait(COMPARE_EVERY.total_seconds()):
                offsets = context.bus.offsets(INDEX_GROUP, OVERVIEWS)
                # A change that was on its way at the comparison before must have arrived, or it would count as drift.
                is_due = lag_of(offsets) <= FAR_BEHIND and has_processed(offsets_before, offsets)
                waiting = max(lag_of(offsets), context.bus.lag(PIPELINE_GROUP, RECORDS))
                was_quiet, is_quiet = is_quiet, waiting <= MOST_WAITING
                if is_due and (began := monotonic()) >= next_at and (began >= latest or (was_quiet and is_quiet)):
                    before = _compare_once(context, before, turn)
                    offsets_before = dict(context.bus.offsets(INDEX_GROUP, OVERVIEWS))
                    turn, ended = turn + 1, monotonic()
                    latest = ended + LONGEST_REST.total_seconds()
                    next_at = min(ended + RESTS * (ended - began), latest)
                health.record_success()

    repeat(session, health, stop, pause=COMPARE_EVERY)


def _compare_once(context: AppContext, before: Comparison, turn: int) -> Comparison:
    comparison = compare(context.database, context.index, turn)
    drift = find_drift(before, comparison)
    repaired = repair(context.database, context.index, drift, digest_key=context.digest_key, clock=context.clock)
    now = context.clock.now()
    with context.database.transaction() as session:
        save_comparison(session, comparison.sources, repaired, now)
    observe_drift(comparison.sources, drift.values(), repaired, now)
    if repaired:
        log.warning("index.repaired", extra={"fields": {"citizens": repaired}})
    return comparison
