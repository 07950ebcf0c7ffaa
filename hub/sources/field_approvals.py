"""Which fields a connector reads that nobody has approved. Pure."""

from collections.abc import Iterable, Mapping

from connectors.base import RecordTypeInfo, Stream
from schemas.base import Instant, Schema

BY_UPGRADE = "upgrade"
"""Stands for who entered the approval of a source that was read before anybody had to approve; no person has."""


class FieldApproval(Schema):
    """Which fields of one type may be read, as somebody has approved."""

    record_type: str
    fields: tuple[str, ...]
    approver: str
    """Name of the person who answers for it."""
    approved_by: str
    """Id of the actor who entered it."""
    approved_at: Instant


class SourceApproval(Schema):
    """An approval, and of which source."""

    source: str
    approval: FieldApproval


class FieldChange(Schema):
    """What an approval changed of the one before it of the same type."""

    source: str
    approval: FieldApproval
    added: tuple[str, ...]
    removed: tuple[str, ...]


def changes_of(history: Iterable[SourceApproval]) -> tuple[FieldChange, ...]:
    """What each approval changed, in the same order.

    Args:
        history: approvals of one source or of several, the oldest of a type first.
    """
    before: dict[tuple[str, str], tuple[str, ...]] = {}
    changes = []
    for each in history:
        key, fields = (each.source, each.approval.record_type), each.approval.fields
        former = before.get(key, ())
        changes.append(
            FieldChange(
                source=each.source,
                approval=each.approval,
                added=tuple(field for field in fields if field not in former),
                removed=tuple(field for field in former if field not in fields),
            )
        )
        before[key] = fields
    return tuple(changes)


class UnapprovedFields(Schema):
    """What a type reads beyond what was approved."""

    record_type: str
    danish_title: str
    fields: tuple[str, ...]
    """In the order of the field list."""


def unapproved_fields(
    streams: Iterable[Stream], approvals: Mapping[str, FieldApproval]
) -> tuple[UnapprovedFields, ...]:
    """The types that read fields which nobody has approved; empty when all is approved.

    Args:
        streams: what the connector declares.
        approvals: those that hold, by record type.
    """
    return tuple(
        UnapprovedFields(record_type=info.name, danish_title=info.danish_title, fields=fields)
        for info in declared_types(streams)
        if (fields := _unapproved(info, approvals.get(info.name)))
    )


def declared_types(streams: Iterable[Stream]) -> tuple[RecordTypeInfo, ...]:
    """Every type of the streams once, in their order."""
    return tuple({info.name: info for stream in streams for info in stream.record_types}.values())


def _unapproved(info: RecordTypeInfo, approval: FieldApproval | None) -> tuple[str, ...]:
    approved = frozenset(approval.fields) if approval else frozenset()
    return tuple(field for field in info.fields_read if field not in approved)
