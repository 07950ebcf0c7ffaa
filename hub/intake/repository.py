"""Every statement on the tables of intake. Batches go in and come out as arrays, one statement a batch."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.db import fetch_rows, run_batch
from hub.intake.rules import Placement, Statement
from schemas.base import Schema
from schemas.record import FORGOTTEN_NAMESPACE, HISTORY_DELETE, QualityFlag, SourceRecord


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
    SELECT entity_id, id, version_key, digest, version_order, registered_at, stated_at, first_observed_at, observed_at,
           deleted, is_concluded, registered_to, is_current, flag,
           CASE WHEN deleted THEN coalesce(document->>'deleted_reason', '') = :history_delete ELSE false END
               AS ends_when_seen
    FROM records WHERE entity_id = ANY(:ids)
""")
_STEP_DOWN = text("UPDATE records SET is_current = false WHERE id = ANY(:ids) AND is_current")
_PLACE = text("""
    UPDATE records
    SET registered_at = place.registered_at, registered_to = place.registered_to, stated_at = place.stated_at,
        first_observed_at = place.first_observed_at, observed_at = place.observed_at, is_current = place.is_current,
        flag = place.flag
    FROM unnest(cast(:ids AS uuid[]), cast(:registered_at AS timestamptz[]), cast(:registered_to AS timestamptz[]),
                cast(:stated_at AS timestamptz[]), cast(:first_observed_at AS timestamptz[]),
                cast(:observed_at AS timestamptz[]), cast(:is_current AS boolean[]), cast(:flag AS text[]))
         AS place (id, registered_at, registered_to, stated_at, first_observed_at, observed_at, is_current, flag)
    WHERE records.id = place.id
""")
_ADD_RECORDS = text("""
    INSERT INTO records (id, entity_id, version_key, digest, version_order, registered_at, registered_to, stated_at,
                         first_observed_at, observed_at, received_at, deleted, is_concluded, is_current, flag, kind,
                         document)
    SELECT new.id, entity_id, version_key, digest, version_order, registered_at, registered_to, stated_at,
           first_observed_at, observed_at, :now, deleted, is_concluded, is_current, flag, kind, document
    FROM ROWS FROM (
             unnest(cast(:id AS uuid[]), cast(:entity_id AS uuid[]), cast(:version_key AS text[]),
                    cast(:digest AS text[]), cast(:version_order AS bigint[]), cast(:registered_at AS timestamptz[]),
                    cast(:registered_to AS timestamptz[]), cast(:stated_at AS timestamptz[]),
                    cast(:first_observed_at AS timestamptz[]), cast(:observed_at AS timestamptz[]),
                    cast(:deleted AS boolean[]), cast(:is_concluded AS boolean[]), cast(:is_current AS boolean[]),
                    cast(:flag AS text[]), cast(:kind AS text[])),
             jsonb_array_elements(cast(:documents AS jsonb)))
         AS new (id, entity_id, version_key, digest, version_order, registered_at, registered_to, stated_at,
                 first_observed_at, observed_at, deleted, is_concluded, is_current, flag, kind, document)
""")
_RECORDS = text("""
    SELECT id, registered_at, observed_at, flag, cast(document AS text) AS document FROM records WHERE id = ANY(:ids)
""")

_RECORDS_OF = text("""
    WITH chosen AS MATERIALIZED (
        SELECT id FROM record_entities WHERE source = :source ORDER BY id LIMIT :size FOR UPDATE
    )
    SELECT chosen.id AS entity_id, records.id FROM chosen LEFT JOIN records ON records.entity_id = chosen.id
""")
_DELETE_RECORDS = text("DELETE FROM records WHERE entity_id = ANY(:ids)")
_DELETE_ENTITIES = text("DELETE FROM record_entities WHERE id = ANY(:ids)")
_EMPTY_PLACE = text("""
    UPDATE records SET document = jsonb_set(
        document, ARRAY['parties', :index],
        (document #> ARRAY['parties', :index]) - 'name' || jsonb_build_object('identifiers', cast(:nobody AS jsonb)))
    WHERE id = :id
""")
_NOBODY = json.dumps([{"kind": "local", "namespace": FORGOTTEN_NAMESPACE, "value": "-"}])
_LAPSED = text("""
    SELECT DISTINCT r.entity_id, e.source || '/' || e.record_type || '/' || e.source_id AS entity, r.id, r.digest
    FROM records r JOIN record_entities e ON e.id = r.entity_id
    WHERE r.entity_id = ANY(:ids)
""")
_ENTITY_KEYS = text("SELECT source, record_type, source_id FROM record_entities WHERE id = ANY(:ids)")
_COUNT_ENTITIES = text("SELECT count(*) FROM record_entities WHERE source = :source")


def lock_entities(session: Session, keys: Mapping[UUID, tuple[str, str, str]]) -> frozenset[UUID]:
    """Hold these entities until the transaction ends; returns those that were known before.

    Always in the order of their ids, new ones first, so that two batches wait for each other in turn and
    never in a circle.
    """
    ids = sorted(keys)
    parts = {
        "sources": [keys[entity_id][0] for entity_id in ids],
        "types": [keys[entity_id][1] for entity_id in ids],
        "own": [keys[entity_id][2] for entity_id in ids],
    }
    fresh = {entity_id for (entity_id,) in run_batch(session, _ADD_ENTITIES, {"ids": ids, **parts})}
    stored_ids = frozenset(ids) - fresh
    if stored_ids:
        run_batch(session, _LOCK_ENTITIES, {"ids": sorted(stored_ids)})
    return stored_ids


def statements_of(session: Session, entity_ids: Collection[UUID]) -> dict[UUID, list[tuple[Statement, Placement]]]:
    """What is stored on these entities, by entity, with the place it has."""
    by_entity: dict[UUID, list[tuple[Statement, Placement]]] = {}
    if not entity_ids:
        return by_entity
    for row in fetch_rows(session, _STATEMENTS_OF, {"ids": list(entity_ids), "history_delete": HISTORY_DELETE}):
        statement = Statement(**{name: row[name] for name in Statement._fields})
        placement = Placement(**{name: row[name] for name in Placement._fields})
        by_entity.setdefault(row["entity_id"], []).append((statement, placement))
    return by_entity


def place(session: Session, placements: Mapping[UUID, Placement]) -> None:
    """Give stored statements their new places. Whoever steps down does so first: one stands at a time."""
    if not placements:
        return
    run_batch(session, _STEP_DOWN, {"ids": [key for key, placement in placements.items() if not placement.is_current]})
    run_batch(session, _PLACE, {"ids": list(placements), **_columns(list(placements.values()))})


def add(session: Session, new: Sequence[tuple[StoredRecord, Statement, UUID, Placement]], now: datetime) -> None:
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
        "deleted": [record.deleted for record in records],
        "is_concluded": [statement.is_concluded for _, statement, _, _ in new],
        "kind": [record.fact.kind if record.fact else None for record in records],
        **_columns([placement for _, _, _, placement in new]),
    }
    # One JSON text and not an array of texts: the driver would escape every quotation mark by itself.
    documents = "[" + ",".join(record.model_dump_json(exclude_none=True) for record in records) + "]"
    run_batch(session, _ADD_RECORDS, {"now": now, "documents": documents, **columns})


def records_by_id(session: Session, record_ids: Iterable[UUID]) -> tuple[StoredRecord, ...]:
    """These stored records themselves."""
    rows = session.execute(_RECORDS, {"ids": list(record_ids)})
    return tuple(map(_stored, rows))


def count_entities(session: Session, source: str) -> int:
    """How many entities of the source are stored."""
    return session.scalar(_COUNT_ENTITIES, {"source": source}) or 0


def lock_records_of(session: Session, source: str, size: int) -> dict[UUID, list[UUID]]:
    """Some entities of the source with the ids of all versions, locked until the transaction ends."""
    records: dict[UUID, list[UUID]] = {}
    for row in session.execute(_RECORDS_OF, {"source": source, "size": size}):
        versions = records.setdefault(row.entity_id, [])
        if row.id is not None:
            versions.append(row.id)
    return records


def statements_to_lapse(session: Session, entity_ids: Collection[UUID]) -> list[tuple[UUID, UUID, str, str]]:
    """Entity, id, entity as text and digest of every version of these."""
    rows = session.execute(_LAPSED, {"ids": list(entity_ids)})
    return [(row.entity_id, row.id, row.entity, row.digest) for row in rows]


def entity_keys(session: Session, entity_ids: Collection[UUID]) -> list[tuple[str, str, str]]:
    """Source, type and id of these entities."""
    rows = session.execute(_ENTITY_KEYS, {"ids": list(entity_ids)})
    return [(row.source, row.record_type, row.source_id) for row in rows]


def delete_entities(session: Session, entity_ids: Collection[UUID]) -> None:
    """Forget these entities with all versions; nothing may hang on them any more."""
    session.execute(_DELETE_RECORDS, {"ids": list(entity_ids)})
    session.execute(_DELETE_ENTITIES, {"ids": list(entity_ids)})


def empty_places(session: Session, places: Mapping[UUID, Sequence[int]]) -> None:
    """Put a placeholder where these records name somebody who is forgotten, by the place of the party."""
    pairs = [(record_id, str(index)) for record_id, indexes in places.items() for index in indexes]
    for record_id, index in pairs:
        session.execute(_EMPTY_PLACE, {"id": record_id, "index": index, "nobody": _NOBODY})


def read_document(
    document: str, registered_at: datetime, observed_at: datetime, flag: str | None = None
) -> SourceRecord:
    """The record of a stored document, given as JSON text, with the times and the flag of its row."""
    record = SourceRecord.model_validate_json(document)
    if flag is None and (record.registered_at, record.observed_at) == (registered_at, observed_at):
        return record
    quality = record.quality
    if flag is not None and all(stored_flag.rule != flag for stored_flag in quality):
        quality = (*quality, QualityFlag(field="registered_at", rule=flag))
    return record.model_copy(update={"registered_at": registered_at, "observed_at": observed_at, "quality": quality})


def _stored(row: Any) -> StoredRecord:
    return StoredRecord(id=row.id, record=read_document(row.document, row.registered_at, row.observed_at, row.flag))


def _columns(placements: Sequence[Placement]) -> dict[str, list[Any]]:
    names = (
        "registered_at",
        "registered_to",
        "stated_at",
        "first_observed_at",
        "observed_at",
        "is_current",
        "flag",
    )
    return {name: [getattr(placement, name) for placement in placements] for name in names}
