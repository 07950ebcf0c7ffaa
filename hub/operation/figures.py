"""Figures that must be asked for: how sources do, what waits, how index and store compare. A worker's loops call these.

They are asked beforehand and never while somebody reads the figures, so that reading waits for nobody. What cannot be
asked is not told any more: no figure rather than an old one.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from hub import metrics
from hub.bus.base import OVERVIEWS, Delivered
from hub.context import AppContext
from hub.indexing.drift import ALL, Difference, SourceTally
from hub.overview.repository import count_outbox, due
from hub.sources.health import SourceStatus
from hub.sources.stream_repository import source_states


def collect_store_metrics(context: AppContext) -> None:
    """How each source does, how many overviews are to be built, and how many changes the bus does not know of.

    Raises:
        StoreUnavailable: PostgreSQL does not answer.
    """
    try:
        sources = context.catalogue.systems()
        with context.database.transaction() as session:
            now = context.clock.now()
            states = source_states(session, sources, now)
            to_build = due(session)
            outbox = count_outbox(session)
    except Exception:
        metrics.forget_store_figures()
        raise
    figures = {
        source.name: metrics.SourceFigures(
            last_data_at=one.last_data_at,
            cadence=source.expected_cadence.total_seconds(),
            paused=one.state is SourceStatus.PAUSED,
            quarantined=one.quarantined,
        )
        for source, one in zip(sources, states, strict=True)
    }
    waits = {
        "waiting": metrics.DueFigures(to_build.waiting, _age(to_build.waiting_since, now)),
        "failed": metrics.DueFigures(to_build.failed, _age(to_build.failed_since, now)),
    }
    metrics.store_figures(figures, waits, {OVERVIEWS: outbox})


def collect_bus_metrics(context: AppContext, groups: Iterable[tuple[str, str]]) -> None:
    """How far each of these groups is behind in its topic.

    Raises:
        BusUnavailable: the bus does not answer.
    """
    try:
        lag = {(group, topic): context.bus.lag(group, topic) for group, topic in groups}
    except Exception:
        metrics.forget_bus_figures()
        raise
    metrics.bus_figures(lag)


def observe_freshness(delivered: Sequence[Delivered], now: datetime) -> None:
    """How old the changes in these messages are, now that the index has them."""
    for one in delivered:
        told = one.message.headers.get("ce_time")
        if told is not None:
            metrics.became_findable((now - datetime.fromisoformat(told)).total_seconds())


def observe_drift(tallies: Sequence[SourceTally], drifted: Iterable[Difference], mended: int, now: datetime) -> None:
    """What a comparison of index and store found, and how many citizens were brought again."""
    kinds = [_kind(one) for one in drifted]
    metrics.compared(
        {one.source if one.source != ALL else "all": (one.in_store, one.in_index) for one in tallies},
        {kind: kinds.count(kind) for kind in ("missing", "stale", "extra")},
        mended,
        now,
    )


def _age(since: datetime | None, now: datetime) -> float:
    return max((now - since).total_seconds(), 0.0) if since else 0.0


def _kind(difference: Difference) -> str:
    if difference.in_index is None:
        return "missing"
    return "extra" if difference.in_store is None else "stale"
