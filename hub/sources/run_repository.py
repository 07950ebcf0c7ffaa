"""Every statement about single runs: progress, log, what became of the records, and former runs by page."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.orm import Session

from hub.db import fetch_rows
from hub.sources.definitions import StreamLease
from hub.sources.health import FAILED_OUTCOMES, RunOutcome, RunSummary
from hub.sources.run_history import DayCount, RunCounts, RunDetails, RunEvent, RunLogLine, RunProgress
from hub.sources.stream_repository import save_run
from hub.sources.tables import RunCountRow, RunProgressRow, RunRow, StreamRow

_SUMMARY = tuple(RunSummary.model_fields)
_COUNTS = tuple(RunCounts.model_fields)
_ADD_COUNTS = text("""
    INSERT INTO source_run_counts AS c (number, stored, new, changed, deleted, parked)
    VALUES (:number, :stored, :new, :changed, :deleted, :parked)
    ON CONFLICT (number) DO UPDATE
    SET stored = c.stored + excluded.stored, new = c.new + excluded.new, changed = c.changed + excluded.changed,
        deleted = c.deleted + excluded.deleted, parked = c.parked + excluded.parked
""")

_BY_DAY = text("""
    SELECT source, cast(ended_at AT TIME ZONE 'Europe/Copenhagen' AS date) AS day, count(*) AS runs,
           count(*) FILTER (WHERE outcome = ANY(:failed)) AS failed, sum(published) AS published
    FROM source_runs
    WHERE source = ANY(:names) AND started_at >= cast(:since AS timestamp) AT TIME ZONE 'Europe/Copenhagen'
    GROUP BY 1, 2
""")
"""A run that began before the first day counts for none, though it ended on one."""


def begin_run(session: Session, lease: StreamLease, now: datetime) -> None:
    """Keep that the leased run has begun. One that was left behind by a process that is gone ends as stopped."""
    left_behind = session.get(RunProgressRow, (lease.source, lease.stream))
    if left_behind is not None:
        _end_left_behind(session, left_behind, now)
    started = RunEvent.STARTED if lease.cursor else RunEvent.STARTED_FIRST_TIME
    if lease.cursor.get("from_start") is True:
        started = RunEvent.STARTED_FROM_START
    session.add(
        RunProgressRow(
            source=lease.source,
            stream=lease.stream,
            number=lease.fence,
            started_at=now,
            updated_at=now,
            read=0,
            published=0,
            rejected=0,
            skipped={},
            requested_by=lease.requested_by,
            log=[_line(RunLogLine(at=now, event=started))],
        )
    )
    session.flush()


def save_progress(  # noqa: PLR0913  keyword-only from the counts on
    session: Session,
    lease: StreamLease,
    *,
    published: int,
    rejected: int,
    skipped: Mapping[str, int],
    total: int | None,
    lines: Sequence[RunLogLine],
    now: datetime,
) -> None:
    """Keep how far the leased run has come, with new lines of its log; in the transaction that saves the cursor."""
    changes: dict[str, Any] = {
        "read": published + rejected + sum(skipped.values()),
        "published": published,
        "rejected": rejected,
        "skipped": dict(skipped),
        "total": total,
        "updated_at": now,
    }
    if lines:
        changes["log"] = RunProgressRow.log.concat([_line(line) for line in lines])
    session.execute(
        update(RunProgressRow)
        .where(
            RunProgressRow.source == lease.source,
            RunProgressRow.stream == lease.stream,
            RunProgressRow.number == lease.fence,
        )
        .values(changes)
    )


def end_run(session: Session, lease: StreamLease, run: RunSummary, last_data_at: datetime | None) -> None:
    """Keep how the leased run went, with its log; it is under way no more."""
    log = session.scalar(
        delete(RunProgressRow)
        .where(
            RunProgressRow.source == lease.source,
            RunProgressRow.stream == lease.stream,
            RunProgressRow.number == lease.fence,
        )
        .returning(RunProgressRow.log)
    )
    save_run(session, run, last_data_at, log=log or ())


def list_progress(session: Session, source: str | None = None) -> tuple[RunProgress, ...]:
    """The runs under way, of one source or of all, the oldest first; those left behind by a dead process are marked."""
    # now() in a long transaction stands still; a lease is judged by the time of the statement.
    alive = (StreamRow.fence == RunProgressRow.number) & (StreamRow.lease_until >= func.clock_timestamp())
    statement = (
        select(RunProgressRow, StreamRow.stop_requested_by, alive.label("is_alive"))
        .join(StreamRow, (StreamRow.source == RunProgressRow.source) & (StreamRow.stream == RunProgressRow.stream))
        .order_by(RunProgressRow.started_at, RunProgressRow.number)
    )
    if source is not None:
        statement = statement.where(RunProgressRow.source == source)
    return tuple(
        _progress(row, stop_requested_by=stop_requested_by, is_alive=bool(is_alive))
        for row, stop_requested_by, is_alive in session.execute(statement)
    )


def list_runs(
    session: Session, source: str, *, before: int | None = None, stream: str | None = None, size: int
) -> tuple[RunDetails, ...]:
    """Runs of a source by page, the newest first; without their logs.

    Args:
        session: the caller's transaction.
        source: its name.
        before: only runs with a lower number; None: from the newest on.
        stream: only of this stream.
        size: at most so many.
    """
    statement = (
        select(RunRow, RunCountRow)
        .outerjoin(RunCountRow, RunCountRow.number == RunRow.number)
        .where(RunRow.source == source)
        .order_by(RunRow.number.desc())
        .limit(size)
    )
    if before is not None:
        statement = statement.where(RunRow.number < before)
    if stream is not None:
        statement = statement.where(RunRow.stream == stream)
    return tuple(_details(run, counts, with_log=False) for run, counts in session.execute(statement))


def count_by_day(session: Session, names: Sequence[str], since: date) -> dict[str, tuple[DayCount, ...]]:
    """What the runs since the beginning of that day brought, by source and day; days without runs are left out."""
    rows = fetch_rows(session, _BY_DAY, {"names": list(names), "since": since, "failed": sorted(FAILED_OUTCOMES)})
    counts: dict[str, list[DayCount]] = {}
    for row in rows:
        counts.setdefault(row["source"], []).append(
            DayCount(day=row["day"], runs=row["runs"], failed=row["failed"], published=row["published"])
        )
    return {source: tuple(days) for source, days in counts.items()}


def get_run(session: Session, source: str, number: int) -> RunDetails | None:
    """One run of the source with its log."""
    row = session.execute(
        select(RunRow, RunCountRow)
        .outerjoin(RunCountRow, RunCountRow.number == RunRow.number)
        .where(RunRow.source == source, RunRow.number == number)
    ).one_or_none()
    return None if row is None else _details(*row, with_log=True)


def add_counts(session: Session, counts: Mapping[int, RunCounts]) -> None:
    """Add to the counts of these runs; last in its transaction, for others wait for the rows until its end."""
    for number in sorted(counts):  # always in one order, so that two transactions never wait in a circle
        session.execute(_ADD_COUNTS, {"number": number, **counts[number].model_dump()})


def request_run(session: Session, source: str, by: str, stream: str | None = None) -> None:
    """Keep who asked for the next run of the stream, or of all streams."""
    statement = update(StreamRow).where(StreamRow.source == source).values(requested_by=by)
    session.execute(statement if stream is None else statement.where(StreamRow.stream == stream))


def request_stop(session: Session, source: str, stream: str, *, by: str, due_at: datetime) -> bool:
    """Ask the run under way to stop; the stream is next due at *due_at*.

    Returns:
        Whether a run is under way.
    """
    stopped = session.execute(
        update(StreamRow)
        .where(StreamRow.source == source, StreamRow.stream == stream, StreamRow.lease_until >= func.now())
        .values(stop_requested_by=by, requested_by=None, due_at=due_at)
        .returning(StreamRow.stream)
    )
    return stopped.scalar() is not None


def _end_left_behind(session: Session, row: RunProgressRow, now: datetime) -> None:
    run = RunSummary(
        source=row.source,
        stream=row.stream,
        number=row.number,
        started_at=row.started_at,
        ended_at=row.updated_at,
        outcome=RunOutcome.STOPPED,
        requested_by=row.requested_by,
        read=row.read,
        published=row.published,
        rejected=row.rejected,
        skipped=row.skipped,
        message="the process that read it is gone",
        advice="worker_gone",
    )
    log = [*row.log, _line(RunLogLine(at=now, event=RunEvent.WORKER_GONE))]
    session.delete(row)
    session.flush()
    save_run(session, run, None, log=log)


def _line(line: RunLogLine) -> dict[str, Any]:
    return line.model_dump(mode="json", exclude_defaults=True)


def _progress(row: RunProgressRow, *, stop_requested_by: str | None, is_alive: bool) -> RunProgress:
    values = {name: getattr(row, name) for name in RunProgress.model_fields if hasattr(row, name)}
    return RunProgress.model_validate(values | {"stop_requested_by": stop_requested_by, "is_alive": is_alive})


def _details(run: RunRow, counts: RunCountRow | None, *, with_log: bool) -> RunDetails:
    return RunDetails(
        summary=RunSummary.model_validate({name: getattr(run, name) for name in _SUMMARY}),
        counts=RunCounts() if counts is None else _counts(counts),
        is_counted=counts is not None,
        log=tuple(map(RunLogLine.model_validate, run.log)) if with_log else (),
    )


def _counts(row: RunCountRow) -> RunCounts:
    return RunCounts.model_validate({name: getattr(row, name) for name in _COUNTS})
