"""Every statement about approvals of fields, and about the latest trial of a source."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid4

from pydantic import JsonValue
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from connectors.base import RecordTypeInfo
from hub.sources.field_approvals import FieldApproval, SourceApproval
from hub.sources.tables import FieldApprovalRow, SourceTrialRow
from hub.sources.trials import Trial, TrialKind

_STOOD_AT_UPGRADE = "*"
"""Type of the row that the migration wrote for a source that was read before anybody had to approve."""


def list_approvals(session: Session, source: str) -> dict[str, FieldApproval]:
    """The approvals that hold, by record type."""
    rows = session.scalars(
        select(FieldApprovalRow)
        .where(FieldApprovalRow.source == source, FieldApprovalRow.record_type != _STOOD_AT_UPGRADE)
        .order_by(FieldApprovalRow.id)  # a later one of the same type takes the place of an earlier one
    )
    return {row.record_type: _approval(row) for row in rows}


def list_approval_history(session: Session) -> tuple[SourceApproval, ...]:
    """Every approval of every source, also those that a later one took the place of; the oldest first."""
    rows = session.scalars(
        select(FieldApprovalRow)
        .where(FieldApprovalRow.record_type != _STOOD_AT_UPGRADE)
        .order_by(FieldApprovalRow.source, FieldApprovalRow.id)
    )
    return tuple(SourceApproval(source=row.source, approval=_approval(row)) for row in rows)


def _approval(row: FieldApprovalRow) -> FieldApproval:
    return FieldApproval(
        record_type=row.record_type,
        fields=tuple(row.fields),
        approver=row.approver,
        approved_by=row.approved_by,
        approved_at=row.approved_at,
    )


def save_approvals(
    session: Session, source: str, types: Iterable[RecordTypeInfo], *, approver: str, by: str, now: datetime
) -> None:
    """Approve every field that these types read."""
    session.add_all(
        FieldApprovalRow(
            source=source,
            record_type=info.name,
            fields=list(info.fields_read),
            approver=approver,
            approved_by=by,
            approved_at=now,
        )
        for info in types
    )
    session.flush()


def approve_standing(session: Session, source: str, types: Iterable[RecordTypeInfo]) -> None:
    """Write in full what a source read that stood before fields were approved; nothing for any other source.

    The approval has the name and the time of the upgrade: no person has looked at it.
    """
    rows = session.scalars(select(FieldApprovalRow).where(FieldApprovalRow.source == source).limit(2)).all()
    if len(rows) == 1 and rows[0].record_type == _STOOD_AT_UPGRADE:
        row = rows[0]
        save_approvals(session, source, types, approver=row.approver, by=row.approved_by, now=row.approved_at)


def begin_trial(session: Session, source: str, kind: TrialKind, *, source_version: int, now: datetime) -> UUID:
    """A new trial in place of the one before; its number."""
    number = uuid4()
    values = {"source_version": source_version, "number": number, "started_at": now, "ended_at": None, "result": {}}
    statement = insert(SourceTrialRow).values(source=source, kind=kind, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["source", "kind"], set_=values))
    return number


def save_trial(session: Session, number: UUID, result: dict[str, JsonValue], ended_at: datetime | None = None) -> None:
    """Keep how far the trial has come; nothing, if another has taken its place."""
    session.execute(
        update(SourceTrialRow).where(SourceTrialRow.number == number).values(result=result, ended_at=ended_at)
    )


def get_trial(session: Session, source: str, kind: TrialKind) -> Trial | None:
    """The latest trial of that kind; None: there was none."""
    row = session.scalar(select(SourceTrialRow).where(SourceTrialRow.source == source, SourceTrialRow.kind == kind))
    if row is None:
        return None
    return Trial.model_validate(
        {
            "source_version": row.source_version,
            "started_at": row.started_at,
            "ended_at": row.ended_at,
            "result": row.result,
        }
    )
