"""Statements that take records out of matching, when what a source has said is forgotten."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.matching.graphs import Key

_KEYS_OF = text("""
    SELECT namespace, value, national FROM party_identifiers WHERE record_id = ANY(:ids)
    UNION SELECT namespace, value, national FROM identity_claims WHERE record_id = ANY(:ids)
""")
_DELETE = tuple(
    text(f"DELETE FROM {table} WHERE record_id = ANY(:ids)")  # noqa: S608  the names stand here
    for table in ("party_identifiers", "record_parties", "identity_claims")
)
_UNUSED = """
    SELECT namespace, value
    FROM unnest(cast(:namespaces AS text[]), cast(:values AS text[])) AS asked (namespace, value)
    WHERE NOT EXISTS (SELECT FROM party_identifiers p WHERE p.namespace = asked.namespace AND p.value = asked.value)
      AND NOT EXISTS (SELECT FROM identity_claims c WHERE c.namespace = asked.namespace AND c.value = asked.value)
"""
_DELETE_DECISIONS = text(f"""
    DELETE FROM identity_decisions d USING ({_UNUSED}) unused
    WHERE (NOT d.subject_national AND d.subject_namespace = unused.namespace AND d.subject_value = unused.value)
       OR (NOT d.target_national AND d.target_namespace = unused.namespace AND d.target_value = unused.value)
    RETURNING d.subject_namespace, d.subject_value, d.subject_national,
              d.target_namespace, d.target_value, d.target_national
""")  # noqa: S608  the piece put in is the constant above
_DELETE_CONFLICTS = text(f"""
    DELETE FROM identity_conflicts c USING ({_UNUSED}) unused
    WHERE c.namespace = unused.namespace AND c.value = unused.value
""")  # noqa: S608  as above
_DELETE_IDENTIFIERS = text(f"""
    DELETE FROM citizen_identifiers i USING ({_UNUSED}) unused
    WHERE i.namespace = unused.namespace AND i.value = unused.value AND NOT i.national
""")  # noqa: S608  as above
_COUNT_CITIZENS = text("""
    SELECT count(DISTINCT p.citizen_id) FROM stored_entities e
    JOIN stored_records r ON r.entity_id = e.id JOIN record_parties p ON p.record_id = r.id
    WHERE e.source = :source AND (p.role <> 'other' OR r.kind = 'relation')
""")


def count_citizens(session: Session, source: str) -> int:
    """About how many citizens the source has said anything."""
    return session.scalar(_COUNT_CITIZENS, {"source": source}) or 0


def keys_of(session: Session, record_ids: Collection[UUID]) -> frozenset[Key]:
    """Identifiers by which these records name anybody."""
    rows = session.execute(_KEYS_OF, {"ids": list(record_ids)})
    return frozenset(Key(row.namespace, row.value, row.national) for row in rows)


def delete_records(session: Session, record_ids: Collection[UUID]) -> None:
    """Delete what these records claim and whom they are about."""
    for statement in _DELETE:
        session.execute(statement, {"ids": list(record_ids)})


def delete_decisions(session: Session, keys: Collection[Key]) -> frozenset[Key]:
    """Delete what people decided about local identifiers that no record uses any more; all whom it concerned."""
    rows = session.execute(_DELETE_DECISIONS, _columns(keys)).all()
    return frozenset(key for row in rows for key in _both(row))


def delete_unused(session: Session, keys: Collection[Key]) -> None:
    """Delete local identifiers and contradictions that no record makes any more.

    National numbers stay: they are the way from a citizen to the log of who has looked.
    """
    session.execute(_DELETE_CONFLICTS, _columns(keys))
    session.execute(_DELETE_IDENTIFIERS, _columns(keys))


def _columns(keys: Iterable[Key]) -> dict[str, list[str]]:
    ordered = sorted(keys)
    return {"namespaces": [key.namespace for key in ordered], "values": [key.value for key in ordered]}


def _both(row: Any) -> tuple[Key, Key]:
    return (
        Key(row.subject_namespace, row.subject_value, row.subject_national),
        Key(row.target_namespace, row.target_value, row.target_national),
    )


class RecordsAbout(NamedTuple):
    """Records that are about a citizen, with their entities."""

    entity_ids: frozenset[UUID]
    record_ids: frozenset[UUID]
    """All versions."""


_MERGED_INTO = text("SELECT id FROM citizens WHERE id = :id OR merged_into = :id ORDER BY id FOR UPDATE")
_OF_CITIZENS = """
    SELECT p.record_id, p.party_index, p.role FROM record_parties p WHERE p.citizen_id = ANY(:citizens)
    UNION SELECT p.record_id, p.party_index, p.role
    FROM unnest(cast(:namespaces AS text[]), cast(:values AS text[])) AS k (namespace, value)
    JOIN party_identifiers i ON i.namespace = k.namespace AND i.value = k.value
    JOIN record_parties p ON p.record_id = i.record_id AND p.party_index = i.party_index AND p.citizen_id IS NULL
"""
_KEYS_OF_CITIZENS = text("""
    SELECT namespace, value, national FROM citizen_identifiers WHERE citizen_id = ANY(:citizens)
    UNION SELECT i.namespace, i.value, i.national
    FROM record_parties p JOIN party_identifiers i ON i.record_id = p.record_id AND i.party_index = p.party_index
    WHERE p.citizen_id = ANY(:citizens) AND (i.national OR NOT EXISTS (
        SELECT FROM party_identifiers j JOIN record_parties q USING (record_id, party_index)
        WHERE j.namespace = i.namespace AND j.value = i.value AND q.citizen_id <> ALL(:citizens)))
""")
"""A local id that also names somebody else is none of theirs alone."""
_RECORDS_ABOUT = text(f"""
    WITH own AS MATERIALIZED ({_OF_CITIZENS}),
         about AS (
             SELECT DISTINCT r.entity_id FROM own JOIN stored_records r ON r.id = own.record_id
             WHERE (own.role = 'primary' OR r.kind = 'relation') AND NOT EXISTS (
                 SELECT FROM stored_records c
                 WHERE c.entity_id = r.entity_id AND c.is_current AND NOT c.deleted AND NOT EXISTS (
                     SELECT FROM own o WHERE o.record_id = c.id AND (o.role = 'primary' OR c.kind = 'relation'))))
    SELECT r.entity_id, r.id FROM about JOIN stored_records r USING (entity_id)
""")  # noqa: S608  the piece put in is the constant above
"""An entity that is about somebody else by now stays, and loses the citizen's name in its history."""
_MENTIONS_OF = text(f"""
    SELECT record_id, party_index FROM ({_OF_CITIZENS}) own WHERE record_id <> ALL(:records) ORDER BY 1, 2
""")  # noqa: S608  as above
_ENDED = """
    CASE WHEN c.deleted THEN cast(c.registered_at AS date)
         ELSE coalesce(cast(c.document #>> '{valid,end}' AS date),
                       CASE WHEN c.kind IN ('concern_notification', 'contact', 'deadline', 'absence', 'job_absence')
                            THEN cast(c.document #>> '{valid,start}' AS date) END, 'infinity') END
"""
"""The day from which a statement holds no longer; what happened on one day has that day."""
_LAPSED = text(f"""
    SELECT p.citizen_id, array_agg(DISTINCT e.id) AS entities
    FROM stored_entities e
    JOIN stored_records c ON c.entity_id = e.id AND c.is_current
    JOIN stored_records v ON v.entity_id = e.id AND coalesce(v.kind, '') NOT IN ('person', 'relation')
    JOIN record_parties p ON p.record_id = v.id AND p.role = 'primary'
    WHERE e.source = :source AND p.citizen_id > :after
    GROUP BY p.citizen_id HAVING max({_ENDED}) < :before
    ORDER BY p.citizen_id LIMIT :size
""")  # noqa: S608  the piece put in is the constant above
_PLACES = "unnest(cast(:records AS uuid[]), cast(:indexes AS integer[])) AS place (record_id, party_index)"
_EMPTY_PLACES = tuple(
    text(statement)
    for statement in (
        (
            f"DELETE FROM party_identifiers i USING {_PLACES}"  # noqa: S608  as above
            " WHERE i.record_id = place.record_id AND i.party_index = place.party_index"
        ),
        (
            f"UPDATE record_parties p SET citizen_id = NULL, state = 'forgotten' FROM {_PLACES}"  # noqa: S608  as above
            " WHERE p.record_id = place.record_id AND p.party_index = place.party_index"
        ),
        (
            f"DELETE FROM identity_claims c USING {_PLACES}, record_parties p"  # noqa: S608  as above
            " WHERE c.record_id = place.record_id AND p.record_id = place.record_id"
            " AND p.party_index = place.party_index AND p.role = 'primary'"
        ),
    )
)
_NAMED_KEYS = "unnest(cast(:namespaces AS text[]), cast(:values AS text[])) AS k (namespace, value)"
_DELETE_OF_CITIZENS = tuple(
    text(statement)
    for statement in (
        (
            f"DELETE FROM identity_decisions d USING {_NAMED_KEYS}"  # noqa: S608  as above
            " WHERE (d.subject_namespace = k.namespace AND d.subject_value = k.value)"
            " OR (d.target_namespace = k.namespace AND d.target_value = k.value)"
        ),
        (
            f"DELETE FROM identity_conflicts c USING {_NAMED_KEYS}"  # noqa: S608  as above
            " WHERE c.namespace = k.namespace AND c.value = k.value"
        ),
        "DELETE FROM citizen_identifiers WHERE citizen_id = ANY(:citizens)",
    )
)
_DELETE_CITIZENS = text("DELETE FROM citizens WHERE id = ANY(:citizens)")
_UNLINK = text("UPDATE record_parties SET citizen_id = NULL, state = 'forgotten' WHERE citizen_id = ANY(:citizens)")


def merged_into(session: Session, citizen_id: UUID) -> frozenset[UUID]:
    """The citizen and whoever was merged into them, locked; empty: there is no such citizen."""
    return frozenset(session.scalars(_MERGED_INTO, {"id": citizen_id}))


def keys_of_citizens(session: Session, citizen_ids: Collection[UUID]) -> frozenset[Key]:
    """Every identifier by which anything names these citizens."""
    rows = session.execute(_KEYS_OF_CITIZENS, {"citizens": list(citizen_ids)})
    return frozenset(Key(row.namespace, row.value, row.national) for row in rows)


def records_about(session: Session, citizen_ids: Collection[UUID], keys: Collection[Key]) -> RecordsAbout:
    """The entities that are about these citizens, and relations of theirs, with all versions."""
    rows = session.execute(_RECORDS_ABOUT, {"citizens": list(citizen_ids), **_columns(keys)}).all()
    return RecordsAbout(frozenset(row.entity_id for row in rows), frozenset(row.id for row in rows))


def mentions_of(
    session: Session, citizen_ids: Collection[UUID], keys: Collection[Key], but_not: Collection[UUID]
) -> dict[UUID, tuple[int, ...]]:
    """By record of somebody else, the places in it where these citizens are named."""
    places: dict[UUID, tuple[int, ...]] = {}
    parameters = {"citizens": list(citizen_ids), "records": list(but_not), **_columns(keys)}
    for row in session.execute(_MENTIONS_OF, parameters):
        places[row.record_id] = (*places.get(row.record_id, ()), row.party_index)
    return places


def lapsed_entities(
    session: Session, source: str, *, before: date, after: UUID, size: int
) -> dict[UUID, frozenset[UUID]]:
    """By citizen, what a source has said of them, where all of it ended before that day; in the order of citizens.

    Who somebody is and to whom they are related does not end, and is left out.
    """
    rows = session.execute(_LAPSED, {"source": source, "before": before, "after": after, "size": size})
    return {row.citizen_id: frozenset(row.entities) for row in rows}


def empty_places(session: Session, places: Mapping[UUID, Sequence[int]]) -> None:
    """Take whoever is named in these places out of matching; the places stay."""
    pairs = [(record_id, index) for record_id, indexes in places.items() for index in indexes]
    if pairs:
        columns = {"records": [record_id for record_id, _ in pairs], "indexes": [index for _, index in pairs]}
        for statement in _EMPTY_PLACES:
            session.execute(statement, columns)


def delete_citizens(session: Session, citizen_ids: Collection[UUID], keys: Collection[Key]) -> int:
    """Delete these citizens with their identifiers, and what was decided about them; how many identifiers."""
    parameters = {"citizens": list(citizen_ids), **_columns(keys)}
    deleted = [session.execute(statement, parameters) for statement in _DELETE_OF_CITIZENS]
    session.execute(_UNLINK, parameters)
    session.execute(_DELETE_CITIZENS, parameters)
    return int(getattr(deleted[-1], "rowcount", 0))
