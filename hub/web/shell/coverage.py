"""Overviews as they are read: how efforts stand on the day, areas without a source, sources not read as they should."""

from collections.abc import Callable
from datetime import date, datetime

from hub.clock import danish_day
from hub.overview.freshness import with_coverage
from hub.overview.point_in_time import with_states
from hub.sources.health import SourceState, SourceStatus
from hub.sources.repository import pauses
from hub.web.shell.request_context import RequestContext
from schemas.overview import Overview, SourceTrouble, TroubleKind
from schemas.source import Area

_TROUBLES = {kind.value: kind for kind in TroubleKind} | {SourceStatus.DISABLED.value: TroubleKind.PAUSED}


def coverage(context: RequestContext, as_known: date | None = None) -> Callable[[Overview], Overview]:
    """Completes overviews with how efforts stand on the day, and with what may be missing.

    How a source is doing now is not said of an earlier day.
    """
    day = as_known or danish_day(context.now)
    areas = {source.name: source.area for source in context.sources}
    states = () if as_known else context.source_states
    silent = {areas[state.source]: state.silent_since for state in states if state.silent_since}
    # What was never read, or is on its way, is missing from an earlier day, too.
    unread = {areas[state.source] for state in context.source_states if state.last_success_at is None}
    loading = {areas[source] for source in context.loading_sources}
    unreadable = {source.area for source in context.sources if source.name in context.unreadable_sources}
    troubles: dict[Area, list[SourceTrouble]] = {}
    for state in states:
        if state.state.value in _TROUBLES:
            troubles.setdefault(areas[state.source], []).append(_trouble(context, state))
    covered, once_covered = set(areas.values()), frozenset(context.areas.values())

    def complete(overview: Overview) -> Overview:
        return with_coverage(
            with_states(overview, day),
            covered,
            silent,
            unread,
            once_covered=once_covered,
            loading=loading,
            unreadable=unreadable,
            troubles=troubles,
        )

    return complete


def paused_at(context: RequestContext, state: SourceState) -> datetime | None:
    """When the source was switched off; None while it is not."""
    if state.state.value != TroubleKind.PAUSED.value:
        return None
    pause = pauses(context.session).get(state.source)
    return pause.paused_at if pause else None


def _trouble(context: RequestContext, state: SourceState) -> SourceTrouble:
    kind = _TROUBLES[state.state.value]
    since = state.last_data_at if kind is TroubleKind.SILENT else state.last_success_at
    if kind is TroubleKind.PAUSED:
        since = paused_at(context, state)
    return SourceTrouble(source=state.source, kind=kind, since=since)
