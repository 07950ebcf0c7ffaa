"""``receive``: store each record once and settle which version of each entity stands."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4, uuid5

from sqlalchemy.orm import Session

from hub.intake import repository
from hub.intake.repository import StoredRecord
from hub.intake.rules import Standing, Statement, settle, told_once
from schemas.base import Schema
from schemas.record import SourceRecord

_ENTITIES = UUID("5b0c3d0e-6a43-4d37-9d3f-0f3a1d6f7c11")
"""Namespace of the ids of entities; never change it."""


class Received(Schema):
    """What became of a batch."""

    new: tuple[StoredRecord, ...] = ()
    """Stored for the first time, or current again by being told again."""
    known: int = 0
    """Stored before, or twice in the batch."""
    outdated: int = 0
    """How many of ``new`` went fetch_rows into history, because a newer version stands."""


def entity_id(key: tuple[str, str, str]) -> UUID:
    """The id of the entity a record is about, from its source, type and id."""
    return uuid5(_ENTITIES, "\x1f".join(key))


def receive(session: Session, records: Sequence[SourceRecord], *, now: datetime) -> Received:
    """Store *records*; those known already change nothing.

    What is stored afterwards depends on the set of all records ever received, not on their order
    (``rules``). The entities stay locked until the caller's transaction ends.
    """
    told: dict[UUID, list[tuple[Statement, SourceRecord]]] = {}
    for record in records:
        told.setdefault(entity_id(record.key), []).append((_statement(record), record))
    keys = {entity: several[0][1].key for entity, several in told.items()}
    before = repository.statements_of(session, repository.lock_entities(session, keys))

    moved: dict[UUID, Standing] = {}
    again: dict[UUID, SourceRecord] = {}
    new: list[tuple[StoredRecord, Statement, UUID, Standing]] = []
    for entity, several in told.items():
        stored = before.get(entity, [])
        known = told_once([*(one for one, _ in stored), *(one for one, _ in several)])
        standings = settle(known)
        moved |= {one.id: standings[one.id] for one, place in stored if standings[one.id] != place}
        new += [
            (StoredRecord(id=one.id, record=record), one, entity, standings[one.id])
            for one, record in several
            if one.id in standings
        ]
        risen = {one.identity: one.id for one, place in stored if standings[one.id].is_current and not place.is_current}
        again |= {risen[one.identity]: record for one, record in several if one.identity in risen}
    repository.place(session, moved)
    repository.add(session, new, now)
    return Received(
        new=(
            *(stored for stored, _, _, _ in new),
            *(StoredRecord(id=one, record=record) for one, record in again.items()),
        ),
        known=len(records) - len(new),
        outdated=sum(not standing.is_current for _, _, _, standing in new),
    )


def _statement(record: SourceRecord) -> Statement:
    return Statement(
        id=uuid4(),
        version_key=record.source_version or record.registered_at.isoformat(),
        digest=record.digest,
        version_order=record.version_order,
        registered_at=record.registered_at,
        observed_at=record.observed_at,
        deleted=record.deleted,
    )
