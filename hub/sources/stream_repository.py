"""Every statement about streams: schedule, lease, cursor, runs and health."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Any
from uuid import uuid4

from sqlalchemy import case, delete, func, literal, select, text, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Session

from connectors.base import Stream
from hub.db import ask_rows, fetch_rows
from hub.driver import Answer
from hub.sources.definitions import StreamDetails
from hub.sources.health import RunOutcome, RunSummary, SourceState, StreamHealth, judge_age, judge_streams
from hub.sources.repository import keep_source_areas
from hub.sources.schedule import DEFAULT_SCHEDULE, Schedule
from hub.sources.tables import RunRow, StreamRow
from schemas.record import Cursor
from schemas.source import Area, SourceSystem

_SUMMARY = tuple(RunSummary.model_fields)
_HEALTH = text("""
    SELECT s.name, s.system->>'area' AS area, p.reason,
           EXISTS (SELECT FROM open_quarantine q WHERE q.source = s.name) AS has_unreadable,
           st.stream, st.is_enabled, st.last_run::text, st.last_success_at, st.last_data_at, st.due_at
    FROM sources s
    LEFT JOIN source_pauses p ON p.source = s.name
    LEFT JOIN source_streams st ON st.source = s.name
    ORDER BY st.position
""")
"""Every page of a citizen asks this."""
_DUE = text("""
    SELECT DISTINCT st.source FROM source_streams st
    WHERE st.source = ANY(cast(:names AS text[])) AND st.is_enabled AND st.is_pushed = :pushed
      AND (st.lease_until IS NULL OR st.lease_until < now())
      AND (st.due_at <= :now
           OR st.last_success_at IS NOT NULL AND NOT jsonb_exists(st.cursor, 'from_start') AND EXISTS (
               SELECT FROM read_hints h
               WHERE h.source = st.source AND h.stream = st.stream AND h.next_attempt_at <= :now))
""")
"""Each worker asks this twice a second."""


_NOBODY_READS: dict[str, Any] = {
    "fence": func.nextval(literal("source_fence")),
    "lease_owner": None,
    "leased_at": None,
    "lease_until": None,
}


def save_streams(session: Session, source: str, streams: Sequence[Stream], now: datetime) -> None:
    """Make the source's streams these, as the connector discovers them.

    A new one is due at once, and then on the schedule it declares, else on that of the first; one that is no longer
    offered goes with its cursor.
    """
    names = [stream.name for stream in streams]
    session.execute(delete(StreamRow).where(StreamRow.source == source, StreamRow.stream.not_in(names)))
    schedule = next((state.schedule for state in list_streams(session, source)), DEFAULT_SCHEDULE)
    for position, stream in enumerate(streams):
        described = {"title": stream.danish_title, "position": position, "is_pushed": stream.is_pushed}
        statement = insert(StreamRow).values(
            source=source,
            stream=stream.name,
            every=stream.every or schedule.every,
            at=None if stream.every else schedule.at,
            is_enabled=True,
            due_at=now,
            cursor={},
            fence=0,
            **described,
        )
        session.execute(statement.on_conflict_do_update(index_elements=["source", "stream"], set_=described))


def list_streams(session: Session, source: str) -> tuple[StreamDetails, ...]:
    """The streams of a source in the order of a first load."""
    rows = session.scalars(select(StreamRow).where(StreamRow.source == source).order_by(StreamRow.position))
    return tuple(
        StreamDetails(
            source=row.source,
            stream=row.stream,
            title=row.title,
            schedule=Schedule(every=row.every, at=row.at),
            is_enabled=row.is_enabled,
            is_pushed=row.is_pushed,
            due_at=row.due_at,
            lease_owner=row.lease_owner,
            leased_at=row.leased_at,
            last_success_at=row.last_success_at,
            last_data_at=row.last_data_at,
        )
        for row in rows
    )


def save_schedule(session: Session, source: str, stream: str, schedule: Schedule, *, is_enabled: bool) -> None:
    """When the stream is read, and whether it is; it is due anew by ``make_due``."""
    session.execute(
        update(StreamRow)
        .where(StreamRow.source == source, StreamRow.stream == stream)
        .values(every=schedule.every, at=schedule.at, is_enabled=is_enabled)
    )


def make_due(session: Session, source: str, at: datetime, stream: str | None = None) -> None:
    """Read the stream, or all streams of the source, from that instant on."""
    statement = update(StreamRow).where(StreamRow.source == source).values(due_at=at)
    session.execute(statement if stream is None else statement.where(StreamRow.stream == stream))


def make_pushed_due(session: Session, sources: Iterable[str], now: datetime) -> None:
    """Resolve what waits of these sources now, also before the streams are due by their schedule."""
    statement = update(StreamRow).where(
        StreamRow.source.in_(list(sources)), StreamRow.is_pushed, StreamRow.is_enabled, StreamRow.due_at > now
    )
    session.execute(statement.values(due_at=now))


def clear_cursor(session: Session, source: str) -> None:
    """Forget what was read of the source, which is another one by now; a run under way can save nothing more."""
    session.execute(
        update(StreamRow).where(StreamRow.source == source).values(cursor={}, cursor_saved_at=None, **_NOBODY_READS)
    )


def read_from_start(session: Session, source: str, stream: str | None = None) -> None:
    """Read everything once more; a run under way can save nothing more. The ids that were seen stay known."""
    statement = (
        update(StreamRow)
        .where(StreamRow.source == source)
        .values(
            cursor=case(
                (StreamRow.cursor == literal({}, JSONB), literal({}, JSONB)),
                else_=StreamRow.cursor.concat(literal({"from_start": True}, JSONB)),
            ),
            **_NOBODY_READS,
        )
    )
    session.execute(statement if stream is None else statement.where(StreamRow.stream == stream))


def lock_cursor(session: Session, source: str, stream: str) -> Cursor:
    """How far the stream has been read, locked until the transaction ends."""
    statement = select(StreamRow.cursor).where(StreamRow.source == source, StreamRow.stream == stream)
    return Cursor(state=session.scalars(statement.with_for_update()).one())


def put_back_cursor(session: Session, source: str, stream: str, cursor: Cursor) -> None:
    """Read on from here instead; a run under way can save nothing more."""
    session.execute(
        update(StreamRow)
        .where(StreamRow.source == source, StreamRow.stream == stream)
        .values(cursor=cursor.model_dump(mode="json")["state"], **_NOBODY_READS)
    )


def save_run(
    session: Session, run: RunSummary, last_data_at: datetime | None, *, log: Sequence[Mapping[str, Any]] = ()
) -> None:
    """Keep how an attempt went, with its log, and what follows for the stream.

    A run that was confined to a few citizens says nothing about how the stream does: the others were not read.
    """
    values = run.model_dump(exclude={"number"} if run.number is None else None)
    session.add(RunRow(id=uuid4(), last_data_at=last_data_at, log=list(log), **values))
    changes: dict[str, Any] = {}
    if run.outcome is not RunOutcome.STOPPED and not run.hints:
        changes["last_run"] = run.model_dump(mode="json")
    if run.outcome is RunOutcome.COMPLETE and not run.hints:
        changes["last_success_at"] = run.ended_at
    if last_data_at is not None:
        changes["last_data_at"] = last_data_at
    if changes:
        session.execute(
            update(StreamRow).where(StreamRow.source == run.source, StreamRow.stream == run.stream).values(changes)
        )


def runs(session: Session, source: str, limit: int = 20) -> tuple[RunSummary, ...]:
    """The last runs of a source's streams, newest first."""
    rows = session.scalars(
        select(RunRow)
        .where(RunRow.source == source)
        .order_by(RunRow.started_at.desc(), RunRow.ended_at.desc())
        .limit(limit)
    )
    return tuple(RunSummary.model_validate({key: getattr(row, key) for key in _SUMMARY}) for row in rows)


def source_states(session: Session, sources: Sequence[SourceSystem], now: datetime) -> tuple[SourceState, ...]:
    """How the sources are doing, in the order given. ``source_areas`` need not be read any more."""
    return ask_source_states(session, sources, now)()


def ask_source_states(
    session: Session, sources: Sequence[SourceSystem], now: datetime
) -> Answer[tuple[SourceState, ...]]:
    """The same, without waiting for it."""
    rows = ask_rows(session, _HEALTH, {})

    def states() -> tuple[SourceState, ...]:
        of_source: defaultdict[str, list[tuple[Any, ...]]] = defaultdict(list)
        for name, _, *rest in map(dict.values, rows()):
            of_source[name].append(tuple(rest))
        return tuple(
            judge_age(_judged(source.name, tuple(of_source[source.name])), cadence=source.expected_cadence, now=now)
            for source in sources
        )

    keep_source_areas(session, cache(lambda: {row["name"]: Area(row["area"]) for row in rows() if row["area"]}))
    return states


@lru_cache(maxsize=1000)
def _judged(source: str, rows: tuple[tuple[Any, ...], ...]) -> SourceState:
    """Every page asks for the same until something is written; to judge it takes longer than to fetch the rows."""
    reason, has_unreadable = rows[0][:2] if rows else (None, False)
    streams = [_health(*health) for _, _, *health in rows if health[0] is not None]
    return judge_streams(source, streams, pause_reason=reason, has_unreadable=has_unreadable)


def count_published(session: Session) -> dict[str, int]:
    """How many records came over all runs, by source; sources that were never run are left out."""
    rows = session.execute(select(RunRow.source, func.sum(RunRow.published)).group_by(RunRow.source))
    return {source: int(count) for source, count in rows}


def list_due_sources(session: Session, names: Iterable[str], now: datetime, *, pushed: bool = False) -> tuple[str, ...]:
    """Those of the sources that have a stream to read which nobody reads; of streams that are pushed, or of others.

    A stream that was read whole once is to be read before it is due, too, when a hint of it is.
    """
    rows = fetch_rows(session, _DUE, {"names": list(names), "now": now, "pushed": pushed})
    return tuple(row["source"] for row in rows)


def _health(
    stream: str,
    is_enabled: bool,
    last_run: str | None,
    last_success_at: datetime | None,
    last_data_at: datetime | None,
    due_at: datetime | None,
) -> StreamHealth:
    return StreamHealth(
        stream=stream,
        is_enabled=is_enabled,
        last_run=None if last_run is None else RunSummary.model_validate_json(last_run),
        last_success_at=last_success_at,
        last_data_at=last_data_at,
        due_at=due_at,
    )
