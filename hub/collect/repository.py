"""Every statement about what could not be read."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hub.collect.runs import Quarantined, QuarantineGroup
from hub.collect.tables import RejectedRow
from hub.sources.health import SourceState
from hub.sources.stream_repository import count_published, source_states
from schemas.record import Rejection, RejectionRule
from schemas.source import SourceSystem

MOST_RAW_BYTES = 1_000_000
"""Larger payloads are not kept for replay."""


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


def counted_states(session: Session, sources: Sequence[SourceSystem], now: datetime) -> tuple[SourceState, ...]:
    """How the sources are doing, with how many records came in all and how many payloads stand open in quarantine."""
    names = [source.name for source in sources]
    published = count_published(session, names)
    statement = (
        select(RejectedRow.source, func.count())
        .where(RejectedRow.source.in_(names), RejectedRow.resolved_at.is_(None))
        .group_by(RejectedRow.source)
    )
    waiting = {source: int(count) for source, count in session.execute(statement)}
    return tuple(
        state.model_copy(
            update={"records": published.get(state.source, 0), "quarantined": waiting.get(state.source, 0)}
        )
        for state in source_states(session, sources, now)
    )


def resolve(session: Session, quarantined_id: int, now: datetime) -> None:
    """The payload was mended or replayed: it stands open no more."""
    row = session.get(RejectedRow, quarantined_id)
    if row is not None:
        row.resolved_at = now


def _fingerprint(rejection: Rejection) -> str:
    known = (rejection.record_type, rejection.source_id or "", rejection.field, rejection.rule.value)
    told = "\x1f".join((*known, rejection.masked_value or "")).encode()
    return hashlib.sha256(told + b"\x1f" + (rejection.raw or b"")).hexdigest()
