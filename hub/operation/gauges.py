"""Gauges that are collected from outside: sources, waiting work, comparison of index and store.

A worker's loops collect them beforehand, never during a scrape, so that a scrape never waits. A gauge that cannot be
collected is cleared: no value rather than an old one.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from hub import metrics
from hub.audit.streaming import read_stream
from hub.backup.repository import newest_backup
from hub.bus.base import OVERVIEWS, Delivered
from hub.context import AppContext
from hub.db import Session
from hub.inbox.repository import waiting
from hub.indexing.drift import Difference, SourceTally
from hub.indexing.repository import count_outbox
from hub.metrics import gauges
from hub.overview.repository import due
from hub.quarantine.repository import count_open
from hub.settings import Settings
from hub.sources.health import SourceStatus
from hub.sources.stream_repository import source_states
from search.base import ALL_SOURCES


def collect_store_metrics(context: AppContext) -> None:
    """How each source does, what is open in quarantine, what is to be built, and what the bus does not know of.

    Raises:
        StoreUnavailable: PostgreSQL does not answer.
    """
    try:
        systems = context.catalogue.systems()
        with context.database.transaction() as session:
            now = context.clock.now()
            states = source_states(session, systems, now)
            quarantined = count_open(session)
            pushed = waiting(session)
            to_build = due(session)
            outbox = count_outbox(session)
            backup = newest_backup(session)
            stream = _stream(session, context.settings, now)
    except Exception:
        gauges.clear_store_metrics()
        raise
    sources = {
        source.name: gauges.SourceMetrics(
            last_data_at=state.last_data_at,
            cadence=source.expected_cadence.total_seconds(),
            paused=state.state is SourceStatus.PAUSED,
            waiting=pushed[source.name].events if source.name in pushed else 0,
            longest_wait=_age(pushed[source.name].since, now) if source.name in pushed else 0,
        )
        for source, state in zip(systems, states, strict=True)
    }
    waits = {
        "waiting": gauges.DueMetrics(to_build.waiting, _age(to_build.waiting_since, now)),
        "failed": gauges.DueMetrics(to_build.failed, _age(to_build.failed_since, now)),
    }
    # Messages that cannot be stored may name a source that is not connected, or none.
    quarantined = dict.fromkeys(sources, 0) | quarantined
    gauges.set_store_metrics(sources, quarantined, waits, {OVERVIEWS: outbox}, stream)
    gauges.BACKUP.set(backup.timestamp() if backup is not None else 0)


def _stream(session: Session, settings: Settings, now: datetime) -> gauges.StreamMetrics | None:
    if not settings.audit_stream_url:
        return None
    status = read_stream(session, settings.audit_stream_url)
    return gauges.StreamMetrics(settings.audit_stream_format, status.waiting, status.longest(now).total_seconds())


def collect_bus_metrics(context: AppContext, groups: Iterable[tuple[str, str]]) -> None:
    """Collect the lag of each of these groups in its topic.

    Raises:
        BusUnavailable: the bus does not answer.
    """
    try:
        lag = {(group, topic): context.bus.lag(group, topic) for group, topic in groups}
    except Exception:
        gauges.clear_bus_metrics()
        raise
    gauges.set_bus_metrics(lag)


def observe_freshness(delivered: Sequence[Delivered], now: datetime) -> None:
    """Observe the age of the changes in these messages, now that the index has them."""
    for message in delivered:
        registered_at = message.message.headers.get("ce_time")
        if registered_at is not None:
            metrics.change_indexed((now - datetime.fromisoformat(registered_at)).total_seconds())


def observe_drift(tallies: Sequence[SourceTally], drift: Iterable[Difference], repaired: int, now: datetime) -> None:
    """What a comparison of index and store found, and how many citizens were repaired."""
    kinds = [_kind(difference) for difference in drift]
    gauges.set_comparison(
        {tally.source if tally.source != ALL_SOURCES else "all": (tally.in_store, tally.in_index) for tally in tallies},
        {kind: kinds.count(kind) for kind in ("missing", "stale", "extra")},
        repaired,
        now,
    )


def _age(since: datetime | None, now: datetime) -> float:
    return max((now - since).total_seconds(), 0.0) if since else 0.0


def _kind(difference: Difference) -> str:
    if difference.in_index is None:
        return "missing"
    return "extra" if difference.in_store is None else "stale"
