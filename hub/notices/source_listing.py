"""How every source is doing and which of them needs a person: what lists of sources show, on page, line and API."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from pydantic import computed_field
from sqlalchemy.orm import Session

from hub.clock import danish_day
from hub.notices.conditions import Condition, Limits, NoticeKind, source_conditions
from hub.notices.service import look_at_sources
from hub.quarantine.repository import count_open
from hub.sources import repository, run_repository
from hub.sources.definitions import Pause, Source, StreamDetails
from hub.sources.health import RunOutcome, SourceState, SourceStatus
from hub.sources.run_history import DayCount, RunProgress
from schemas.base import Instant, Schema
from schemas.source import SourceSystem

DAYS_COUNTED = 14
PASSES_BY_ITSELF = frozenset({RunOutcome.UNAVAILABLE})
"""A source that fails so is tried again; it needs a person only when that has failed several times."""


class SourceListing(Schema):
    """One source in a list of them."""

    source: SourceSystem
    state: SourceState
    streams: tuple[StreamDetails, ...]
    pause: Pause | None = None
    running: tuple[RunProgress, ...] = ()
    days: tuple[DayCount, ...] = ()
    """The last fourteen days in Denmark, the oldest first, today included."""
    open_lines: int = 0
    """What could not be read and nobody has resolved."""
    held: int = 0
    """Deletions that nobody has decided about."""
    certificate_ends: Instant | None = None
    """When the first of its certificates is no longer valid."""
    secret_ends: date | None = None
    """The last day of the first of its secrets to end."""
    conditions: tuple[Condition, ...] = ()
    """What notices tell of it."""

    @computed_field  # type: ignore[prop-decorator]  # as Pydantic documents it
    @property
    def needs_person(self) -> bool:
        """Whether something will not pass by itself."""
        return (
            bool(self.open_lines)
            or any(condition.kind is not NoticeKind.LATE for condition in self.conditions)
            or self._is_stuck
        )

    @property
    def _is_stuck(self) -> bool:
        run = self.state.last_run
        return (
            self.state.state is SourceStatus.FAILING and run is not None and run.outcome not in PASSES_BY_ITSELF
        )  # fmt: skip


def list_sources(
    session: Session, sources: Sequence[Source], *, limits: Limits, now: datetime
) -> tuple[SourceListing, ...]:
    """Every source that is read, those that need a person first, else in their order on pages."""
    today = danish_day(now)
    days = [today - timedelta(days=ago) for ago in reversed(range(DAYS_COUNTED))]
    counts = run_repository.count_by_day(session, [source.name for source in sources], days[0])
    open_lines, pauses = count_open(session), repository.pauses(session)
    progress = run_repository.list_progress(session)
    systems = {source.name: source.system for source in sources if source.system}
    listings = [
        SourceListing(
            source=systems[look.state.source],
            state=look.state,
            streams=look.streams,
            pause=pauses.get(look.state.source),
            running=tuple(run for run in progress if run.source == look.state.source),
            days=_every_day(days, counts.get(look.state.source, ())),
            open_lines=open_lines.get(look.state.source, 0),
            held=look.held,
            certificate_ends=look.certificate_ends,
            secret_ends=look.secret_ends,
            conditions=tuple(source_conditions(look, limits, now)),
        )
        for look in look_at_sources(session, sources, now)
    ]
    return tuple(sorted(listings, key=lambda listing: not listing.needs_person))


def _every_day(days: Sequence[date], counts: Sequence[DayCount]) -> tuple[DayCount, ...]:
    by_day = {count.day: count for count in counts}
    return tuple(by_day.get(day, DayCount(day=day)) for day in days)
