"""The loops of alerts: one makes them of changed overviews, one of the days that pass, which also end consents."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from threading import Event

from hub.access.course_names import rename_lapsed
from hub.access.unit_alerts import store_passed_of_units
from hub.alerts import service
from hub.bus.base import OVERVIEWS, Consumer
from hub.clock import danish_day
from hub.context import AppContext
from hub.operation.loop_health import LoopHealth
from hub.worker.loops import POLL, Loop, consume, repeat

LOOK_EVERY = timedelta(minutes=10)
"""A day begins once; the demo's clock is set to another day at any time."""


def alert_loops(context: AppContext) -> Sequence[Loop]:
    """Store what happened, once each, however often it is told."""
    return [
        Loop(name="alerts", run=partial(_consume, context)),
        Loop(name="alerts.days", run=partial(_look, context), may_rest=True),
    ]


def store_passed_days(context: AppContext, stop: Event) -> None:
    """One round: what the days that passed brought, some citizens a transaction. Any worker may do it."""
    with context.database.transaction() as session:
        rename_lapsed(session, danish_day(context.clock.now()))
    with context.database.transaction() as session:
        service.store_passed_reviews(session, now=context.clock.now())
        lots = service.citizens_to_look_at(session, context.clock.now())
    for citizen_ids in lots:
        if stop.is_set():
            return
        with context.database.transaction() as session:
            service.store_passed_days(session, citizen_ids, now=context.clock.now())
    with context.database.transaction() as session:
        store_passed_of_units(session, now=context.clock.now())


def _consume(context: AppContext, health: LoopHealth, stop: Event) -> None:
    def step(consumer: Consumer) -> None:
        delivered = consumer.poll(limit=context.settings.batch_size, timeout=POLL)
        if delivered:
            with context.database.transaction() as session:
                service.store_changes(session, delivered, now=context.clock.now())
            consumer.commit(delivered)

    consume(context, service.ALERT_GROUP, OVERVIEWS, step, health, stop)


def _look(context: AppContext, health: LoopHealth, stop: Event) -> None:
    repeat(partial(store_passed_days, context, stop), health, stop, pause=LOOK_EVERY)
