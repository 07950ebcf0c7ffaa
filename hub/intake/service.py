"""``receive``: store each record once and settle which version of each entity stands."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session
from uuid_utils.compat import uuid5, uuid7

from hub.intake import repository
from hub.intake.repository import StoredRecord
from hub.intake.rules import Placement, Statement, merge_repeats, settle, version_key
from schemas.base import Schema
from schemas.record import SourceRecord

_ENTITIES = UUID("5b0c3d0e-6a43-4d37-9d3f-0f3a1d6f7c11")
"""Namespace of the ids of entities; never change it."""


class RecordFate(StrEnum):
    """What became of one record."""

    NEW = "new"
    """The first that is stored of its entity."""
    CHANGED = "changed"
    DELETED = "deleted"
    """Its entity is gone by now."""
    UNCHANGED = "unchanged"
    """Stored before, or older than what stands."""


class Received(Schema):
    """What became of a batch."""

    fates: tuple[RecordFate, ...] = ()
    """Of each record, in the order of the batch."""

    new: tuple[StoredRecord, ...] = ()
    """Stored for the first time, or current again because of what was received."""
    known: int = 0
    """Stored before, or twice in the batch."""
    outdated: int = 0
    """How many of ``new`` went straight into history, because a newer version stands."""


def entity_id(key: tuple[str, str, str]) -> UUID:
    """The id of the entity a record is about, from its source, type and id."""
    return uuid5(_ENTITIES, "\x1f".join(key))


def receive(session: Session, records: Sequence[SourceRecord], *, now: datetime) -> Received:
    """Store *records*; those known already change nothing.

    What is stored afterwards depends on the set of all records ever received, not on their order
    (``rules``). The entities stay locked until the caller's transaction ends.
    """
    by_entity: dict[UUID, list[tuple[Statement, SourceRecord]]] = {}
    statements = [(statement_of(record), record) for record in records]
    for statement, record in statements:
        by_entity.setdefault(entity_id(record.key), []).append((statement, record))
    keys = {entity: received[0][1].key for entity, received in by_entity.items()}
    before = repository.statements_of(session, repository.lock_entities(session, keys))

    fates: dict[UUID, RecordFate] = {}
    moved: dict[UUID, Placement] = {}
    risen: set[UUID] = set()
    new: list[tuple[StoredRecord, Statement, UUID, Placement]] = []
    for entity, received in by_entity.items():
        stored = before.get(entity, [])
        placements = settle(
            merge_repeats([*(statement for statement, _ in stored), *(statement for statement, _ in received)])
        )
        for statement, placement in stored:
            now_placed = placements[statement.id]
            if now_placed != placement:
                moved[statement.id] = now_placed
            if now_placed.is_current and not placement.is_current:
                risen.add(statement.id)
        for statement, record in received:
            place = placements.get(statement.id)
            fates[statement.id] = _fate(place, is_known=bool(stored), deleted=statement.deleted)
            if place is not None:
                new.append((StoredRecord(id=statement.id, record=record), statement, entity, place))
    repository.place(session, moved)
    repository.add(session, new, now)
    return Received(
        fates=tuple(fates[statement.id] for statement, _ in statements),
        new=(
            *(stored for stored, _, _, _ in new),
            *(repository.records_by_id(session, risen) if risen else ()),
        ),
        known=len(records) - len(new),
        outdated=sum(not placement.is_current for _, _, _, placement in new),
    )


def _fate(placement: Placement | None, *, is_known: bool, deleted: bool) -> RecordFate:
    """*placement*: of the record, if it was stored; *is_known*: whether its entity was."""
    if placement is None or not placement.is_current:
        return RecordFate.UNCHANGED
    if deleted:
        return RecordFate.DELETED
    return RecordFate.CHANGED if is_known else RecordFate.NEW


def statement_of(record: SourceRecord) -> Statement:
    """What the record states, as the rules compare it."""
    return Statement(
        id=uuid7(),
        version_key=version_key(record.source_version, record.registered_at, record.observed_at),
        digest=record.digest,
        version_order=record.version_order,
        stated_at=record.registered_at,
        first_observed_at=record.observed_at,
        observed_at=record.observed_at,
        deleted=record.deleted,
        is_concluded=record.is_concluded,
        ends_when_seen=record.ends_when_seen,
    )
