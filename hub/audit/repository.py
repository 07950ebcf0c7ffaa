"""Every statement of the log. Read newest first; ``after`` is the ``seq`` of the last line of the page before."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, text, true
from sqlalchemy.orm import Session

from hub.audit.tables import AuditRow
from hub.db import fetch_rows
from schemas.access import AuditAction, AuditEntry, AuditOutcome, Basis
from schemas.base import Schema

_FIELDS = tuple(AuditEntry.model_fields)
_INSERT = text(f"INSERT INTO audit_log ({', '.join(_FIELDS)}) VALUES ({', '.join(f':{name}' for name in _FIELDS)})")  # noqa: S608  names of our own; every value is a parameter


class Only(StrEnum):
    """Which lines, of all."""

    ALL = "all"
    OPENED = "opened"
    """Somebody was shown a citizen's overview."""
    OVERRIDE = "override"
    """The same, with neither team nor unit, for a stated reason (værdispring)."""
    REVEALED = "revealed"
    """Hidden fields were shown."""
    REFUSED = "refused"


_OPENED = (AuditRow.action == AuditAction.OPEN_OVERVIEW) & (AuditRow.outcome == AuditOutcome.SHOWN)
_ONLY: dict[Only, ColumnElement[bool]] = {
    Only.ALL: true(),
    Only.OPENED: _OPENED,
    Only.OVERRIDE: _OPENED & (AuditRow.basis == Basis.OVERRIDE),
    Only.REVEALED: (AuditRow.action == AuditAction.REVEAL) & (AuditRow.outcome == AuditOutcome.SHOWN),
    Only.REFUSED: AuditRow.outcome == AuditOutcome.REFUSED,
}


class LoggedEntry(Schema):
    """A line with its place in the log."""

    seq: int
    entry: AuditEntry


def insert_entries(session: Session, entries: Sequence[AuditEntry]) -> None:
    """Write the lines in one statement, in the order given."""
    if entries:
        fetch_rows(session, _INSERT, *(_row(entry) for entry in entries))


def by_citizen(
    session: Session, citizen_id: UUID, after: int | None = None, size: int = 50, only: Only = Only.ALL
) -> tuple[LoggedEntry, ...]:
    """Everything done about one citizen, by whom and why."""
    return _page(session, (AuditRow.citizen_id == citizen_id) & _ONLY[only], after, size)


def by_actor(
    session: Session, actor_id: str, after: int | None = None, size: int = 50, only: Only = Only.ALL
) -> tuple[LoggedEntry, ...]:
    """Everything one employee did."""
    return _page(session, (AuditRow.actor_id == actor_id) & _ONLY[only], after, size)


def seen_by(session: Session, citizen_id: UUID, limit: int = 10) -> tuple[LoggedEntry, ...]:
    """The latest times somebody was shown the citizen's overview, or fields of it."""
    shown = (
        (AuditRow.citizen_id == citizen_id)
        & (AuditRow.outcome == AuditOutcome.SHOWN)
        & AuditRow.action.in_([AuditAction.OPEN_OVERVIEW, AuditAction.REVEAL])
    )
    return _page(session, shown, None, limit)


def newest(
    session: Session, after: int | None = None, size: int = 50, only: Only = Only.ALL
) -> tuple[LoggedEntry, ...]:
    """Everything done by anybody."""
    return _page(session, _ONLY[only], after, size)


def tally(session: Session, since: datetime, until: datetime) -> dict[Only, int]:
    """How many lines of each sort were written in ``[since, until)``."""
    within = (AuditRow.recorded_at >= since) & (AuditRow.recorded_at < until)
    row = session.execute(select(*(func.count().filter(condition) for condition in _ONLY.values())).where(within)).one()
    return dict(zip(_ONLY, row, strict=True))


def last_opened(session: Session, actor_id: str, citizen_ids: Iterable[UUID]) -> dict[UUID, datetime]:
    """When the employee last was shown each citizen's overview; citizens never opened are left out."""
    rows = session.execute(
        select(AuditRow.citizen_id, func.max(AuditRow.recorded_at))
        .where(
            AuditRow.actor_id == actor_id,
            AuditRow.citizen_id.in_(set(citizen_ids)),
            AuditRow.action == AuditAction.OPEN_OVERVIEW,
            AuditRow.outcome == AuditOutcome.SHOWN,
        )
        .group_by(AuditRow.citizen_id)
    )
    return {citizen_id: moment for citizen_id, moment in rows if citizen_id is not None}


def counts(session: Session, since: datetime, until: datetime) -> dict[tuple[AuditAction, AuditOutcome], int]:
    """How many lines of each action and outcome were written in ``[since, until)``."""
    rows = session.execute(
        select(AuditRow.action, AuditRow.outcome, func.count())
        .where(AuditRow.recorded_at >= since, AuditRow.recorded_at < until)
        .group_by(AuditRow.action, AuditRow.outcome)
    )
    return {(AuditAction(action), AuditOutcome(outcome)): count for action, outcome, count in rows}


def _page(session: Session, condition: ColumnElement[bool], after: int | None, size: int) -> tuple[LoggedEntry, ...]:
    statement = select(AuditRow).where(condition).order_by(AuditRow.seq.desc()).limit(size)
    if after is not None:
        statement = statement.where(AuditRow.seq < after)
    return tuple(
        LoggedEntry(seq=row.seq, entry=AuditEntry.model_validate({field: getattr(row, field) for field in _FIELDS}))
        for row in session.scalars(statement)
    )


def _row(entry: AuditEntry) -> dict[str, object]:
    row = entry.model_dump()
    row["sections_shown"] = sorted(entry.sections_shown)
    row["sections_withheld"] = sorted(entry.sections_withheld)
    row["fields_revealed"] = list(entry.fields_revealed)
    row["details"] = json.dumps(entry.details)
    return row
