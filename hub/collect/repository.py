"""Every statement of collect."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hub.collect.runs import Pause, RunOutcome, RunSummary, SourceState, is_silent, status
from hub.collect.tables import CursorRow, PauseRow, RunRow
from hub.db import fetch_rows
from schemas.record import Cursor
from schemas.source import SourceSystem

_SUMMARY = tuple(RunSummary.model_fields)
_STATES = text("""
    SELECT s.name, run.*, ok.ended_at AS success_at, brought.last_data_at AS data_at, p.reason
    FROM unnest(cast(:names AS text[])) AS s (name)
    LEFT JOIN LATERAL (SELECT * FROM collect_runs r WHERE r.source = s.name
                       ORDER BY r.started_at DESC, r.ended_at DESC LIMIT 1) run ON true
    LEFT JOIN LATERAL (SELECT r.ended_at FROM collect_runs r WHERE r.source = s.name AND r.outcome = 'complete'
                       ORDER BY r.started_at DESC LIMIT 1) ok ON true
    LEFT JOIN LATERAL (SELECT r.last_data_at FROM collect_runs r WHERE r.source = s.name AND r.last_data_at IS NOT NULL
                       ORDER BY r.started_at DESC LIMIT 1) brought ON true
    LEFT JOIN source_pauses p ON p.source = s.name
""")
"""Every page of a citizen asks this: one statement for all sources, and each part a look at the end of an index."""


def cursor_of(session: Session, source: str) -> Cursor:
    """How far the source has been read; the empty cursor when it never was."""
    row = session.get(CursorRow, source)
    return Cursor(state=row.state) if row else Cursor()


def save_cursor(session: Session, source: str, cursor: Cursor, now: datetime) -> None:
    """Go on from here next time. What lies before must have been published."""
    given = {"state": dict(cursor.state), "saved_at": now}
    session.execute(
        insert(CursorRow).values(source=source, **given).on_conflict_do_update(index_elements=["source"], set_=given)
    )


def save_run(session: Session, run: RunSummary, last_data_at: datetime | None) -> None:
    """Keep how an attempt went."""
    session.add(RunRow(id=uuid4(), last_data_at=last_data_at, **run.model_dump()))


def pause(session: Session, source: str, *, paused_by: str, reason: str, now: datetime) -> None:
    """Do not read the source until ``resume``; *reason* is shown to those who read the pages."""
    given = {"paused_by": paused_by, "reason": reason, "paused_at": now}
    session.execute(
        insert(PauseRow).values(source=source, **given).on_conflict_do_update(index_elements=["source"], set_=given)
    )


def resume(session: Session, source: str) -> None:
    """Read the source again. Harmless when it was not paused."""
    session.execute(delete(PauseRow).where(PauseRow.source == source))


def pause_reason(session: Session, source: str) -> str | None:
    """Why the source is paused; None when it is not."""
    return session.scalar(select(PauseRow.reason).where(PauseRow.source == source))


def pauses(session: Session) -> dict[str, Pause]:
    """The sources that are switched off, by name."""
    return {
        row.source: Pause(source=row.source, paused_by=row.paused_by, reason=row.reason, paused_at=row.paused_at)
        for row in session.scalars(select(PauseRow))
    }


def runs(session: Session, source: str, limit: int = 20) -> tuple[RunSummary, ...]:
    """The last runs of a source, newest first."""
    rows = session.scalars(
        select(RunRow)
        .where(RunRow.source == source)
        .order_by(RunRow.started_at.desc(), RunRow.ended_at.desc())
        .limit(limit)
    )
    return tuple(_summary(row) for row in rows)


def source_states(session: Session, sources: Sequence[SourceSystem], now: datetime) -> tuple[SourceState, ...]:
    """How the sources are doing, in the order given."""
    rows = {row["name"]: row for row in fetch_rows(session, _STATES, {"names": [one.name for one in sources]})}
    return tuple(_state(source, rows[source.name], now) for source in sources)


def count_published(session: Session) -> dict[str, int]:
    """How many records came over all runs, by source; sources that were never run are left out."""
    rows = session.execute(select(RunRow.source, func.sum(RunRow.published)).group_by(RunRow.source))
    return {source: int(records) for source, records in rows}


def _state(source: SourceSystem, row: Mapping[str, Any], now: datetime) -> SourceState:
    last_run = None if row["outcome"] is None else RunSummary.model_validate({key: row[key] for key in _SUMMARY})
    data_at = row["data_at"]
    return SourceState(
        source=source.name,
        state=status(
            data_at,
            last_run.outcome if last_run else None,
            cadence=source.expected_cadence,
            paused=row["reason"] is not None,
            now=now,
        ),
        last_success_at=row["success_at"],
        last_data_at=data_at,
        silent_since=data_at if data_at and is_silent(data_at, cadence=source.expected_cadence, now=now) else None,
        last_run=last_run,
        reason=row["reason"] or (last_run.advice if last_run else None),
    )


def _summary(row: RunRow) -> RunSummary:
    return RunSummary(
        source=row.source,
        started_at=row.started_at,
        ended_at=row.ended_at,
        outcome=RunOutcome(row.outcome),
        read=row.read,
        published=row.published,
        rejected=row.rejected,
        skipped=row.skipped,
        message=row.message,
        advice=row.advice,
    )
