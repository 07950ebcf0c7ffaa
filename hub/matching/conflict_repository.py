"""Statements on contradictions among claims, and on what the records say that make them."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.matching.graphs import Key
from hub.matching.rules import ConflictKind
from schemas.base import Instant, Schema

IS_OPEN = """
    resolved_at IS NULL AND (kind <> 'number_changed' OR EXISTS (
        SELECT FROM party_identifiers i
        JOIN stored_records s ON s.id = i.record_id AND s.is_current AND NOT s.deleted
        WHERE i.namespace = identity_conflicts.namespace AND i.value = identity_conflicts.value))
"""
"""Of a row of ``identity_conflicts``. A number that a record has left is a question only while others still use it."""
_CONFLICT = text(f"""
    SELECT id, kind, masked, namespace, value, national, first_seen
    FROM identity_conflicts WHERE id = :id AND {IS_OPEN}
""")  # noqa: S608  the piece put in is the constant above
_CONFLICTS = text(f"""
    SELECT id, kind, masked, namespace, value, national, first_seen
    FROM identity_conflicts WHERE {IS_OPEN} AND id > :after ORDER BY id LIMIT :size
""")  # noqa: S608  as above
_STATEMENTS_UNDER = text("""
    SELECT e.source, e.record_type, e.source_id, r.id AS record_id, r.registered_at, r.observed_at,
           said.birth_date, said.name, p.citizen_id
    FROM (SELECT DISTINCT any_version.entity_id
          FROM identity_claims mine JOIN stored_records any_version ON any_version.id = mine.record_id
          WHERE mine.namespace = :namespace AND mine.value = :value
            AND (any_version.is_current OR cast(:with_earlier AS boolean))) speaking
    JOIN stored_records r ON r.entity_id = speaking.entity_id AND r.is_current AND NOT r.deleted
    CROSS JOIN LATERAL (SELECT c.birth_date, c.name FROM identity_claims c WHERE c.record_id = r.id LIMIT 1) said
    JOIN stored_entities e ON e.id = r.entity_id
    LEFT JOIN LATERAL (SELECT citizen_id FROM record_parties p
                       WHERE p.record_id = r.id AND p.role = 'primary' ORDER BY p.party_index LIMIT 1) p ON true
    ORDER BY e.source, e.record_type, e.source_id
""")
_KEYS_OF_RECORDS = text("""
    SELECT record_id, namespace, value, national, replaced FROM identity_claims
    WHERE record_id = ANY(:ids) ORDER BY national DESC, namespace, value
""")
_CHANGED_NUMBERS = text("""
    SELECT DISTINCT old.namespace, old.value, now.namespace AS new_namespace, now.value AS new_value
    FROM unnest(cast(:namespaces AS text[]), cast(:values AS text[])) AS asked (namespace, value)
    JOIN identity_claims old ON old.namespace = asked.namespace AND old.value = asked.value
                            AND old.national AND NOT old.replaced
    JOIN stored_records earlier ON earlier.id = old.record_id AND NOT earlier.is_current
    JOIN stored_records r ON r.entity_id = earlier.entity_id AND r.is_current AND NOT r.deleted
    JOIN identity_claims now ON now.record_id = r.id AND now.national AND NOT now.replaced
    WHERE NOT EXISTS (SELECT FROM identity_claims c
                      WHERE c.record_id = r.id AND c.namespace = old.namespace AND c.value = old.value)
""")


class OpenConflict(Schema):
    """A contradiction among claims that waits for a person."""

    id: int
    kind: str
    masked: str
    """The identifier it is about, masked."""
    key: Key | None
    """None: what was found before conflicts kept their identifier."""
    first_seen: Instant


class StatedPerson(Schema):
    """What one record says of who the person of an identifier is."""

    record_id: UUID
    source: str
    record_type: str
    source_id: str
    registered_at: Instant
    observed_at: Instant
    name: str | None
    birth_date: date | None
    citizen_id: UUID | None
    """Who the record's person was found to be; None: a conflict, or nobody yet."""
    keys: tuple[Key, ...]
    """All identifiers that it says are this person, national numbers first."""


def list_conflicts(session: Session, after: int = 0, size: int = 50) -> tuple[OpenConflict, ...]:
    """Open contradictions among claims, by number."""
    return tuple(map(_conflict, session.execute(_CONFLICTS, {"after": after, "size": size}).all()))


def get_conflict(session: Session, conflict_id: int) -> OpenConflict | None:
    """One open contradiction by its number; None: there is none, or it was settled."""
    row = session.execute(_CONFLICT, {"id": conflict_id}).one_or_none()
    return None if row is None else _conflict(row)


def stated_persons(session: Session, conflict: OpenConflict) -> tuple[StatedPerson, ...]:
    """What the records say now that make a conflict, by source and id.

    They name its identifier; where a number has changed, so do those that named it before.
    """
    key = conflict.key
    if key is None:
        return ()
    with_earlier = conflict.kind == ConflictKind.NUMBER_CHANGED
    rows = (
        session.execute(
            _STATEMENTS_UNDER, {"namespace": key.namespace, "value": key.value, "with_earlier": with_earlier}
        )
        .mappings()
        .all()
    )
    keys: dict[UUID, list[Key]] = {row["record_id"]: [] for row in rows}
    for row in session.execute(_KEYS_OF_RECORDS, {"ids": list(keys)}).all() if keys else ():
        if not row.replaced:
            keys[row.record_id].append(Key(row.namespace, row.value, row.national))
    return tuple(StatedPerson.model_validate({**row, "keys": tuple(keys[row["record_id"]])}) for row in rows)


def changed_numbers(session: Session, keys: Collection[Key]) -> frozenset[tuple[Key, Key]]:
    """Those of *keys* that a record named its person by and does not any more, each with the number it names now."""
    listed = [key for key in keys if key.national]
    columns = {"namespaces": [key.namespace for key in listed], "values": [key.value for key in listed]}
    rows = session.execute(_CHANGED_NUMBERS, columns).all() if listed else ()
    return frozenset((Key(row.namespace, row.value, True), Key(row.new_namespace, row.new_value, True)) for row in rows)


def _conflict(row: Any) -> OpenConflict:
    key = None if row.namespace is None else Key(row.namespace, row.value, row.national)
    return OpenConflict(id=row.id, kind=row.kind, masked=row.masked, key=key, first_seen=row.first_seen)
