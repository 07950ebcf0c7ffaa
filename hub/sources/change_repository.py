"""Every statement about the history of changes: who changed a source, when, and which fields. Never a value."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.sources.tables import SourceChangeRow
from schemas.base import Instant, Schema


class ChangeKind(StrEnum):
    """What somebody did to a source."""

    ADDED = "added"
    CHANGED = "changed"
    """``fields``: paths of settings and secrets, or ``area``, ``title``, ``lifecycle``."""
    SCHEDULED = "scheduled"
    """``fields``: the stream; empty: all of them."""
    PAUSED = "paused"
    RESUMED = "resumed"
    REMOVED = "removed"


class ChangeEntry(Schema):
    """One change of a source."""

    id: int
    source: str
    kind: ChangeKind
    fields: tuple[str, ...] = ()
    changed_by: str
    """Id of the actor."""
    changed_at: Instant


def add_change(
    session: Session, source: str, kind: ChangeKind, fields: Sequence[str] = (), *, by: str, now: datetime
) -> None:
    """Keep a change, in its transaction."""
    session.add(SourceChangeRow(source=source, kind=kind, fields=list(fields), changed_by=by, changed_at=now))


def list_changes(session: Session, source: str, *, before: int | None = None, size: int) -> tuple[ChangeEntry, ...]:
    """Changes of a source by page, the newest first; *before*: only those with a lower id."""
    statement = select(SourceChangeRow).where(SourceChangeRow.source == source)
    if before is not None:
        statement = statement.where(SourceChangeRow.id < before)
    rows = session.scalars(statement.order_by(SourceChangeRow.id.desc()).limit(size))
    return tuple(
        ChangeEntry(
            id=row.id,
            source=row.source,
            kind=ChangeKind(row.kind),
            fields=tuple(row.fields),
            changed_by=row.changed_by,
            changed_at=row.changed_at,
        )
        for row in rows
    )
