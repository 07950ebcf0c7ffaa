"""Statements that take records out of matching, when what a source has said is forgotten."""

from collections.abc import Collection, Iterable
from typing import Any
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
