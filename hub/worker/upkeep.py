"""Upkeep: creates the topics, collects the gauges, and removes old messages, payloads and sessions."""

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from threading import Event

from hub.access.citizen_link_repository import delete_expired_links
from hub.alerts.repository import delete_old_alerts
from hub.alerts.service import ALERT_GROUP, KEPT_FOR
from hub.bus.base import OVERVIEWS, RECORDS, Prunable
from hub.clock import SystemClock
from hub.context import AppContext
from hub.inbox.refusals import KNOWN_FOR
from hub.inbox.repository import delete_old_refusals, delete_resolved
from hub.indexing.writer import INDEX_GROUP
from hub.jobs.repository import delete_ended
from hub.operation.gauges import collect_bus_metrics, collect_store_metrics
from hub.operation.loop_health import LoopHealth
from hub.pipeline import PIPELINE_GROUP
from hub.quarantine.service import delete_expired
from hub.rate_limits.repository import delete_unused
from hub.rights.repository import count_deleted
from hub.rights.stores import DeletionRule, Store
from hub.sessions.citizen_repository import delete_expired_citizen_sessions
from hub.sessions.repository import delete_expired_sessions
from hub.sessions.service import limits_of
from hub.worker.loops import Loop, repeat

PRUNE_EVERY = timedelta(hours=1)
EVENTS_KNOWN_FOR = timedelta(days=30)
"""So long an event that was resolved is known, so that its repetition is one. No sender repeats for so long."""
JOBS_KNOWN_FOR = timedelta(days=90)
"""So long the result of a job can be read."""
COLLECT_METRICS_EVERY = timedelta(seconds=30)
"""The lag of three groups is a dozen requests to Kafka, in each worker."""
_GROUPS = ((PIPELINE_GROUP, RECORDS), (INDEX_GROUP, OVERVIEWS), (ALERT_GROUP, OVERVIEWS))

log = logging.getLogger("hub.worker")


def create_topics(context: AppContext) -> None:
    """Create the two topics of the pipeline if they are not there."""
    context.bus.create({RECORDS: context.settings.bus_partitions, OVERVIEWS: context.settings.bus_partitions})


def prepare(context: AppContext, health: LoopHealth, stop: Event) -> None:
    """Create the topics; returns when they exist, or when *stop* is set."""
    ready = Event()

    def step() -> None:
        create_topics(context)
        ready.set()

    repeat(step, health, stop, until=ready)


def metrics_loops(context: AppContext) -> Sequence[Loop]:
    """Collect the gauges from PostgreSQL and the bus."""
    return [
        Loop(name="metrics.store", run=partial(_collect_metrics, partial(collect_store_metrics, context))),
        Loop(name="metrics.bus", run=partial(_collect_metrics, partial(collect_bus_metrics, context, _GROUPS))),
    ]


def prune_loops(context: AppContext) -> Sequence[Loop]:
    """Remove messages that all groups have read; payloads in quarantine and sessions past their time limit."""
    return [Loop(name="prune", run=partial(_prune, context), may_rest=True)]


def _collect_metrics(collect: Callable[[], None], health: LoopHealth, stop: Event) -> None:
    repeat(collect, health, stop, pause=COLLECT_METRICS_EVERY)


def _prune(context: AppContext, health: LoopHealth, stop: Event) -> None:
    settings, bus = context.settings, context.bus
    clock = SystemClock()  # the bus stamps its messages with the database's time, in the demo too

    def step() -> None:
        messages = 0
        if isinstance(bus, Prunable):  # Kafka removes old messages by itself
            messages = bus.prune(clock.now() - timedelta(hours=settings.bus_retention_hours))
        with context.database.transaction() as session:
            retention = timedelta(days=settings.quarantine_retention_days)
            payloads = delete_expired(session, context.clock.now(), retention)
            events = delete_resolved(session, context.clock.now() - EVENTS_KNOWN_FOR)
            delete_old_refusals(session, context.clock.now() - KNOWN_FOR)
            jobs = delete_ended(session, context.clock.now() - JOBS_KNOWN_FOR)
            sessions = delete_expired_sessions(session, limits_of(settings))
            sessions += delete_expired_citizen_sessions(session)
            links = delete_expired_links(session, context.clock.now())
            delete_unused(session)
            alerts = delete_old_alerts(session, context.clock.now() - KEPT_FOR)
            deleted = {
                Store.QUARANTINE: payloads,
                Store.EVENTS: events,
                Store.BUS: messages,
                Store.ALERTS: alerts,
                Store.LINKS: links,
                Store.SESSIONS: sessions,
                Store.JOBS: jobs,
            }
            count_deleted(session, deleted, DeletionRule.RETENTION, context.clock.now())
        fields = {"messages": messages, "payloads": payloads, "events": events, "sessions": sessions, "alerts": alerts}
        log.info("worker.pruned", extra={"fields": fields})

    repeat(step, health, stop, pause=PRUNE_EVERY)
