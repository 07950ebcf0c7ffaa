"""The loop that processes records: from the bus into the store, and what changed from the outbox to the bus."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from threading import Event

from hub import tracing
from hub.bus.base import RECORDS, Consumer
from hub.context import AppContext
from hub.indexing.outbox import publish_outbox
from hub.operation.loop_health import LoopHealth
from hub.pipeline import PIPELINE_GROUP, RoundResult, process_batch
from hub.worker.loops import POLL, Loop, consume

PUBLISHED_AT_ONCE = 500


def processing_loop(context: AppContext, on_batch: Callable[[], None] | None = None) -> Loop:
    """Process batch after batch; *on_batch* is called after each that did something."""
    return Loop(name="pipeline", run=partial(_process, context, on_batch))


def _process(context: AppContext, on_batch: Callable[[], None] | None, health: LoopHealth, stop: Event) -> None:
    result = RoundResult()

    def step(consumer: Consumer) -> None:
        nonlocal result
        result = process_batch(
            context.database,
            consumer,
            digest_key=context.digest_key,
            cipher=context.payload_cipher,
            clock=context.clock,
            limit=context.settings.batch_size,
            timeout=timedelta(0) if result.has_more else POLL,
            after_flow=result.is_flow,
        )
        if result.is_idle:
            return
        with tracing.continue_span(result.traceparent):
            _publish_all(context)
        if result and on_batch:
            on_batch()

    consume(context, PIPELINE_GROUP, RECORDS, step, health, stop)


def _publish_all(context: AppContext) -> None:
    published = PUBLISHED_AT_ONCE
    while published == PUBLISHED_AT_ONCE:
        with context.database.transaction() as session:
            published = publish_outbox(session, context.bus, PUBLISHED_AT_ONCE)
