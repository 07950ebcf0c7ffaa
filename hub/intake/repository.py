"""Every statement on the tables of intake. Batches go in and come out as arrays, one statement a batch."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.intake.rules import Standing, Statement
from schemas.base import Schema
from schemas.record import SourceRecord


class StoredRecord(Schema):
    """A record with the key it is stored under."""

    id: UUID
    record: SourceRecord


_ADD_ENTITIES = text("""
    INSERT INTO record_entities (id, source, record_type, source_id)
    SELECT * FROM unnest(cast(:ids AS uuid[]), cast(:sources AS text[]), cast(:types AS text[]), cast(:own AS text[]))
    ON CONFLICT DO NOTHING
    RETURNING id
""")
_LOCK_ENTITIES = text("SELECT id FROM record_entities WHERE id = ANY(:ids) ORDER BY id FOR UPDATE")
_STATEMENTS_OF = text("""
    SELECT entity_id, id, version_key, digest, version_order, registered_at, observed_at, deleted,
           registered_to, is_current
    FROM records WHERE entity_id = ANY(:ids)
""")
_STEP_DOWN = text("UPDATE records SET is_current = false WHERE id = ANY(:ids) AND is_current")
_PLACE = text("""
    UPDATE records
    SET registered_at = place.registered_at, registered_to = place.registered_to,
        observed_at = place.observed_at, is_current = place.is_current
    FROM unnest(cast(:ids AS uuid[]), cast(:registered_at AS timestamptz[]), cast(:registered_to AS timestamptz[]),
                cast(:observed_at AS timestamptz[]), cast(:is_current AS boolean[]))
         AS place (id, registered_at, registered_to, observed_at, is_current)
    WHERE records.id = place.id
""")
_ADD_RECORDS = text("""
    INSERT INTO records (id, entity_id, version_key, digest, version_order, registered_at, registered_to,
                         observed_at, received_at, deleted, is_current, kind, document)
    SELECT new.id, entity_id, version_key, digest, version_order, registered_at, registered_to,
           observed_at, :now, deleted, is_current, kind, document
    FROM ROWS FROM (
             unnest(cast(:id AS uuid[]), cast(:entity_id AS uuid[]), cast(:version_key AS text[]),
                    cast(:digest AS text[]), cast(:version_order AS bigint[]), cast(:registered_at AS timestamptz[]),
                    cast(:registered_to AS timestamptz[]), cast(:observed_at AS timestamptz[]),
                    cast(:deleted AS boolean[]), cast(:is_current AS boolean[]), cast(:kind AS text[])),
             jsonb_array_elements(cast(:documents AS jsonb)))
         AS new (id, entity_id, version_key, digest, version_order, registered_at, registered_to, observed_at,
                 deleted, is_current, kind, document)
""")
_RECORDS_OF = text("""
    SELECT id, registered_at, observed_at, cast(document AS text) AS document FROM records
    WHERE entity_id IN (SELECT entity_id FROM records WHERE id = ANY(:ids))
      AND CASE WHEN cast(:as_known AS timestamptz) IS NULL THEN is_current
               ELSE registered_at <= :as_known AND (registered_to IS NULL OR :as_known < registered_to) END
    ORDER BY id
""")


def lock_entities(session: Session, keys: Mapping[UUID, tuple[str, str, str]]) -> frozenset[UUID]:
    """Hold these entities until the transaction ends; returns those that were known before.

    Always in the order of their ids, new ones first, so that two batches wait for each other in turn and
    never in a circle.
    """
    ids = sorted(keys)
    parts = {
        "sources": [keys[one][0] for one in ids],
        "types": [keys[one][1] for one in ids],
        "own": [keys[one][2] for one in ids],
    }
    fresh = set(session.execute(_ADD_ENTITIES, {"ids": ids, **parts}).scalars())
    known = frozenset(ids) - fresh
    if known:
        session.execute(_LOCK_ENTITIES, {"ids": sorted(known)})
    return known


def statements_of(session: Session, entity_ids: Collection[UUID]) -> dict[UUID, list[tuple[Statement, Standing]]]:
    """What is stored on these entities, by entity, with the place it has."""
    found: dict[UUID, list[tuple[Statement, Standing]]] = {}
    if not entity_ids:
        return found
    for row in session.execute(_STATEMENTS_OF, {"ids": list(entity_ids)}).all():
        statement = Statement(
            id=row.id,
            version_key=row.version_key,
            digest=row.digest,
            version_order=row.version_order,
            registered_at=row.registered_at,
            observed_at=row.observed_at,
            deleted=row.deleted,
        )
        standing = Standing(row.registered_at, row.registered_to, row.observed_at, row.is_current)
        found.setdefault(row.entity_id, []).append((statement, standing))
    return found


def place(session: Session, standings: Mapping[UUID, Standing]) -> None:
    """Give stored statements their new places. Whoever steps down does so first: one stands at a time."""
    if not standings:
        return
    session.execute(_STEP_DOWN, {"ids": [one for one, standing in standings.items() if not standing.is_current]})
    session.execute(
        _PLACE,
        {
            "ids": list(standings),
            "registered_at": [standing.registered_at for standing in standings.values()],
            "registered_to": [standing.registered_to for standing in standings.values()],
            "observed_at": [standing.observed_at for standing in standings.values()],
            "is_current": [standing.is_current for standing in standings.values()],
        },
    )


def add(session: Session, new: Sequence[tuple[StoredRecord, Statement, UUID, Standing]], now: datetime) -> None:
    """Store records that were never seen, each with its entity and its place."""
    if not new:
        return
    records = [stored.record for stored, _, _, _ in new]
    columns: dict[str, list[Any]] = {
        "id": [stored.id for stored, _, _, _ in new],
        "entity_id": [entity for _, _, entity, _ in new],
        "version_key": [statement.version_key for _, statement, _, _ in new],
        "digest": [record.digest for record in records],
        "version_order": [record.version_order for record in records],
        "registered_at": [standing.registered_at for _, _, _, standing in new],
        "registered_to": [standing.registered_to for _, _, _, standing in new],
        "observed_at": [standing.observed_at for _, _, _, standing in new],
        "deleted": [record.deleted for record in records],
        "is_current": [standing.is_current for _, _, _, standing in new],
        "kind": [record.fact.kind if record.fact else None for record in records],
    }
    # One JSON text and not an array of texts: the driver would escape every quotation mark by itself.
    documents = "[" + ",".join(record.model_dump_json(exclude_none=True) for record in records) + "]"
    session.execute(_ADD_RECORDS, {"now": now, "documents": documents, **columns})


def records_of(
    session: Session, record_ids: Iterable[UUID], as_known: datetime | None = None
) -> tuple[StoredRecord, ...]:
    """What the sources say now (or said at *as_known*) on the entities of these records, tombstones included."""
    rows = session.execute(_RECORDS_OF, {"ids": list(record_ids), "as_known": as_known})
    return tuple(
        StoredRecord(id=row.id, record=read_document(row.document, row.registered_at, row.observed_at)) for row in rows
    )


def read_document(document: str, registered_at: datetime, observed_at: datetime) -> SourceRecord:
    """The record of a stored document, given as JSON text, with the times of its row."""
    record = SourceRecord.model_validate_json(document)
    if (record.registered_at, record.observed_at) == (registered_at, observed_at):
        return record
    return record.model_copy(update={"registered_at": registered_at, "observed_at": observed_at})
