"""Every statement of collect."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hub.collect.runs import Pause, Quarantined, QuarantineGroup, RunOutcome, RunSummary, SourceState, status
from hub.collect.tables import CursorRow, PauseRow, RejectedRow, RunRow
from schemas.record import Cursor, Rejection, RejectionRule
from schemas.source import SourceSystem

MOST_RAW_BYTES = 1_000_000
"""Larger payloads are not kept for replay."""


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


def quarantine(session: Session, source: str, rejected: Sequence[Rejection], now: datetime) -> None:
    """Park payloads. One that is there already, with the same fault, is counted once more and stands open again."""
    for rejection in rejected:
        raw = rejection.raw if rejection.raw is not None and len(rejection.raw) <= MOST_RAW_BYTES else None
        statement = insert(RejectedRow).values(
            source=source,
            fingerprint=_fingerprint(rejection),
            raw=raw,
            first_seen_at=now,
            last_seen_at=now,
            seen=1,
            **rejection.model_dump(exclude={"raw"}),
        )
        session.execute(
            statement.on_conflict_do_update(
                index_elements=["source", "fingerprint"],
                set_={"last_seen_at": now, "seen": RejectedRow.seen + 1, "resolved_at": None},
            )
        )


def quarantine_groups(session: Session, source: str) -> tuple[QuarantineGroup, ...]:
    """What stands open in quarantine, alike put together, most first."""
    alike = (
        RejectedRow.source,
        RejectedRow.record_type,
        RejectedRow.field,
        RejectedRow.rule,
        RejectedRow.masked_value,
    )
    rows = session.execute(
        select(
            *alike,
            func.min(RejectedRow.first_seen_at).label("first_seen_at"),
            func.max(RejectedRow.last_seen_at).label("last_seen_at"),
            func.count().label("payloads"),
            func.sum(RejectedRow.seen).label("seen"),
        )
        .where(RejectedRow.source == source, RejectedRow.resolved_at.is_(None))
        .group_by(*alike)
        .order_by(func.count().desc(), *alike)
    ).mappings()
    return tuple(QuarantineGroup.model_validate(dict(row)) for row in rows)


def quarantined(session: Session, source: str, after: int | None = None, size: int = 50) -> tuple[Quarantined, ...]:
    """Payloads that stand open, oldest first, a page at a time; *after* is the ``id`` of the last one had.

    Each carries its payload: whoever replays gives ``raw`` to the connector's translation and then calls ``resolve``.
    """
    rows = session.scalars(
        select(RejectedRow)
        .where(RejectedRow.source == source, RejectedRow.resolved_at.is_(None), RejectedRow.id > (after or 0))
        .order_by(RejectedRow.id)
        .limit(size)
    )
    return tuple(
        Quarantined(
            id=row.id,
            source=row.source,
            record_type=row.record_type,
            source_id=row.source_id,
            field=row.field,
            rule=RejectionRule(row.rule),
            masked_value=row.masked_value,
            first_seen_at=row.first_seen_at,
            last_seen_at=row.last_seen_at,
            seen=row.seen,
            raw=row.raw,
        )
        for row in rows
    )


def resolve(session: Session, quarantined_id: int, now: datetime) -> None:
    """The payload was mended or replayed: it stands open no more."""
    row = session.get(RejectedRow, quarantined_id)
    if row is not None:
        row.resolved_at = now


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
    return tuple(_state(session, source, now) for source in sources)


def _state(session: Session, source: SourceSystem, now: datetime) -> SourceState:
    of_source = RunRow.source == source.name
    last_success_at, last_data_at, records = session.execute(
        select(
            func.max(RunRow.ended_at).filter(RunRow.outcome == RunOutcome.COMPLETE),
            func.max(RunRow.last_data_at),
            func.coalesce(func.sum(RunRow.published), 0),
        ).where(of_source)
    ).one()
    open_rows = select(func.count()).where(RejectedRow.source == source.name, RejectedRow.resolved_at.is_(None))
    last_run = next(iter(runs(session, source.name, 1)), None)
    reason = pause_reason(session, source.name)
    return SourceState(
        source=source.name,
        state=status(
            last_data_at,
            last_run.outcome if last_run else None,
            cadence=source.expected_cadence,
            paused=reason is not None,
            now=now,
        ),
        last_success_at=last_success_at,
        last_data_at=last_data_at,
        last_run=last_run,
        records=records,
        quarantined=session.scalar(open_rows) or 0,
        reason=reason or (last_run.advice if last_run else None),
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


def _fingerprint(rejection: Rejection) -> str:
    known = (rejection.record_type, rejection.source_id or "", rejection.field, rejection.rule.value)
    told = "\x1f".join((*known, rejection.masked_value or "")).encode()
    return hashlib.sha256(told + b"\x1f" + (rejection.raw or b"")).hexdigest()
