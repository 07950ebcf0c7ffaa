"""Statements on what people decided about who is who, and on what they must see to decide it."""

from collections.abc import Collection, Iterable
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.orm import Session

from hub.db import fetch_rows
from hub.matching.decisions import Decision, DecisionKind
from hub.matching.graphs import Key
from schemas.base import Instant, Schema

_COLUMNS = """
    d.id, d.kind, d.state, d.subject_namespace, d.subject_value, d.subject_national, d.target_namespace,
    d.target_value, d.target_national, d.statements, d.reason, d.decided_by, d.decided_at, d.confirmed_by,
    d.confirmed_at, d.withdrawn_by, d.withdrawn_at, d.withdrawn_reason
"""
_STANDING_ON = text(f"""
    WITH RECURSIVE reached (namespace, value) AS (
        SELECT * FROM unnest(cast(:namespaces AS text[]), cast(:values AS text[])) AS asked (namespace, value)
        WHERE EXISTS (SELECT FROM identity_decisions WHERE state = 'standing')
        UNION
        SELECT step.namespace, step.value
        FROM reached CROSS JOIN LATERAL (
            SELECT d.target_namespace, d.target_value FROM identity_decisions d
            WHERE d.state = 'standing'
              AND d.subject_namespace = reached.namespace AND d.subject_value = reached.value
            UNION ALL
            SELECT d.subject_namespace, d.subject_value FROM identity_decisions d
            WHERE d.state = 'standing'
              AND d.target_namespace = reached.namespace AND d.target_value = reached.value) AS step (namespace, value))
    SELECT {_COLUMNS} FROM identity_decisions d
    JOIN reached ON reached.namespace = d.subject_namespace AND reached.value = d.subject_value
    WHERE d.state = 'standing' ORDER BY d.id
""")  # noqa: S608  put together from the constant above
_ADD = text("""
    INSERT INTO identity_decisions (kind, state, subject_namespace, subject_value, subject_national, target_namespace,
                                    target_value, target_national, statements, reason, decided_by, decided_at)
    VALUES (:kind, :state, :subject_namespace, :subject_value, :subject_national, :target_namespace, :target_value,
            :target_national, cast(:statements AS text[]), :reason, :by, :now)
    RETURNING id
""")
_CONFIRM = text("""
    UPDATE identity_decisions
    SET state = 'standing', confirmed_by = :by, confirmed_at = :now, statements = cast(:statements AS text[])
    WHERE id = :id AND state = 'proposed'
""")
_WITHDRAW = text("""
    UPDATE identity_decisions
    SET state = 'withdrawn', withdrawn_by = :by, withdrawn_at = :now, withdrawn_reason = :reason
    WHERE id = :id AND state <> 'withdrawn'
""")
_GET = text(f"SELECT {_COLUMNS} FROM identity_decisions d WHERE d.id = :id")  # noqa: S608  as above
_PROPOSED = text(f"""
    SELECT {_COLUMNS} FROM identity_decisions d WHERE d.state = 'proposed' ORDER BY d.id LIMIT :size
""")  # noqa: S608  as above
_BETWEEN = text(f"""
    SELECT {_COLUMNS} FROM identity_decisions d
    WHERE d.state <> 'withdrawn' AND d.kind = ANY(:kinds)
      AND ((d.subject_namespace, d.subject_value, d.target_namespace, d.target_value) = (:ns, :v, :other_ns, :other_v)
        OR (d.target_namespace, d.target_value, d.subject_namespace, d.subject_value) = (:ns, :v, :other_ns, :other_v))
    ORDER BY d.id
""")  # noqa: S608  as above
_ABOUT = text(f"""
    SELECT {_COLUMNS} FROM identity_decisions d
    WHERE EXISTS (
        SELECT FROM citizen_identifiers i JOIN citizens c ON c.id = i.citizen_id
        WHERE (i.citizen_id = ANY(:ids) OR c.merged_into = ANY(:ids))
          AND ((i.namespace, i.value) = (d.subject_namespace, d.subject_value)
            OR (i.namespace, i.value) = (d.target_namespace, d.target_value)))
    ORDER BY d.id
""")  # noqa: S608  as above
_SETTLED = text("""
    SELECT coalesce(c.merged_into, c.id) AS citizen_id, max(coalesce(d.confirmed_at, d.decided_at)) AS settled_at
    FROM identity_decisions d JOIN citizen_identifiers i
      ON (i.namespace, i.value) = (d.subject_namespace, d.subject_value)
    JOIN citizens c ON c.id = i.citizen_id
    WHERE (c.id = ANY(:ids) OR c.merged_into = ANY(:ids)) AND d.kind = 'one_person' AND d.state = 'standing'
      AND NOT EXISTS (
        SELECT FROM identity_conflicts open
        JOIN citizen_identifiers of ON (of.namespace, of.value) = (open.namespace, open.value)
        JOIN citizens whose ON whose.id = of.citizen_id
        WHERE coalesce(whose.merged_into, whose.id) = coalesce(c.merged_into, c.id)
          AND open.kind = 'disagreeing_person' AND open.resolved_at IS NULL)
    GROUP BY coalesce(c.merged_into, c.id)
""")
_CITIZENS = text("""
    SELECT c.id, c.merged_into, i.namespace, i.value, i.national
    FROM citizens c JOIN citizen_identifiers i ON i.citizen_id = c.id
    WHERE c.id = ANY(:ids) OR c.merged_into = ANY(:ids)
    ORDER BY c.created_at, c.id
""")
_WITH_EFFORTS = text("""
    SELECT DISTINCT p.citizen_id
    FROM record_parties p JOIN stored_records r ON r.id = p.record_id AND r.is_current AND NOT r.deleted
    WHERE p.citizen_id = ANY(:ids) AND p.role <> 'other' AND r.kind = 'effort'
""")
_REPLACED_BY_CLAIM = text("""
    SELECT DISTINCT i.citizen_id, e.source, r.registered_at
    FROM citizen_identifiers i
    JOIN identity_claims old ON old.namespace = i.namespace AND old.value = i.value AND old.replaced
    JOIN stored_records r ON r.id = old.record_id AND r.is_current AND NOT r.deleted
    JOIN stored_entities e ON e.id = r.entity_id
    WHERE i.citizen_id = ANY(:ids)
    ORDER BY r.registered_at, e.source
""")


class DecisionState(StrEnum):
    """Where a decision stands."""

    PROPOSED = "proposed"
    """It waits for a second person, and changes nothing yet."""
    STANDING = "standing"
    WITHDRAWN = "withdrawn"


class StoredDecision(Schema):
    """A decision with who made it, when and why."""

    id: int
    kind: DecisionKind
    state: DecisionState
    subject: Key
    target: Key
    statements: tuple[str, ...] = ()
    reason: str
    decided_by: str
    decided_at: Instant
    confirmed_by: str | None
    confirmed_at: Instant | None
    withdrawn_by: str | None
    withdrawn_at: Instant | None
    withdrawn_reason: str | None


class KnownCitizen(Schema):
    """A citizen with the identifier that it was made for, and who that turned out to be."""

    id: UUID
    merged_into: UUID | None
    key: Key


class DeclaredReplacement(Schema):
    """A source says that a citizen's number was replaced."""

    citizen_id: UUID
    source: str
    registered_at: Instant


def decisions_on(session: Session, keys: Collection[Key]) -> tuple[Decision, ...]:
    """The standing decisions on these identifiers, and on those that decisions lead to."""
    if not keys:
        return ()
    listed = list(keys)
    columns = {"namespaces": [key.namespace for key in listed], "values": [key.value for key in listed]}
    return tuple(
        Decision(
            DecisionKind(row["kind"]),
            Key(row["subject_namespace"], row["subject_value"], row["subject_national"]),
            Key(row["target_namespace"], row["target_value"], row["target_national"]),
            frozenset(row["statements"]),
        )
        for row in fetch_rows(session, _STANDING_ON, columns)
    )


def keys_of(decisions: Iterable[Decision]) -> frozenset[Key]:
    """All identifiers that these decisions are about."""
    return frozenset(key for decision in decisions for key in (decision.subject, decision.target))


def add_decision(
    session: Session, decision: Decision, state: DecisionState, *, reason: str, by: str, now: datetime
) -> int:
    """Store a decision; returns its number."""
    parameters = {
        "kind": decision.kind.value,
        "state": state.value,
        "subject_namespace": decision.subject.namespace,
        "subject_value": decision.subject.value,
        "subject_national": decision.subject.national,
        "target_namespace": decision.target.namespace,
        "target_value": decision.target.value,
        "target_national": decision.target.national,
        "statements": sorted(decision.statements),
        "reason": reason,
        "by": by,
        "now": now,
    }
    return int(session.execute(_ADD, parameters).scalar_one())


def confirm_decision(session: Session, decision_id: int, statements: Collection[str], by: str, now: datetime) -> None:
    """Let a proposed decision stand, for what the sources say by then."""
    session.execute(_CONFIRM, {"id": decision_id, "statements": sorted(statements), "by": by, "now": now})


def withdraw_decision(session: Session, decision_id: int, reason: str, by: str, now: datetime) -> None:
    """Take a decision back; it stays in the history."""
    session.execute(_WITHDRAW, {"id": decision_id, "reason": reason, "by": by, "now": now})


def get_decision(session: Session, decision_id: int) -> StoredDecision | None:
    """One decision by its number."""
    row = session.execute(_GET, {"id": decision_id}).mappings().one_or_none()
    return None if row is None else _decision(row)


def list_proposed(session: Session, size: int = 200) -> tuple[StoredDecision, ...]:
    """Decisions that wait for a second person, oldest first."""
    return tuple(map(_decision, session.execute(_PROPOSED, {"size": size}).mappings()))


def decisions_between(
    session: Session, key: Key, other: Key, kinds: Collection[DecisionKind]
) -> tuple[StoredDecision, ...]:
    """Decisions of these kinds about these two, either way round, that stand or are proposed."""
    ends = {"ns": key.namespace, "v": key.value, "other_ns": other.namespace, "other_v": other.value}
    rows = session.execute(_BETWEEN, {**ends, "kinds": [kind.value for kind in kinds]}).mappings()
    return tuple(map(_decision, rows))


def decisions_about(session: Session, citizen_ids: Collection[UUID]) -> tuple[StoredDecision, ...]:
    """All decisions about these citizens and those who were merged into them, withdrawn ones too; oldest first."""
    return tuple(map(_decision, session.execute(_ABOUT, {"ids": list(citizen_ids)}).mappings()))


def settled_as_one_person(session: Session, citizen_ids: Collection[UUID]) -> dict[UUID, datetime]:
    """When a person decided that what the sources say of each of these citizens is one person.

    Without those of whom nobody did, or of whom a source has said since what was not decided.
    """
    if not citizen_ids:
        return {}
    rows = session.execute(_SETTLED, {"ids": list(citizen_ids)})
    return {row.citizen_id: row.settled_at for row in rows}


def known_citizens(session: Session, citizen_ids: Collection[UUID]) -> tuple[KnownCitizen, ...]:
    """These citizens and those who were merged into them, the first that was known first."""
    rows = session.execute(_CITIZENS, {"ids": list(citizen_ids)}).all()
    return tuple(
        KnownCitizen(id=row.id, merged_into=row.merged_into, key=Key(row.namespace, row.value, row.national))
        for row in rows
    )


def citizens_with_efforts(session: Session, citizen_ids: Collection[UUID]) -> frozenset[UUID]:
    """Those for whom a source has an effort, running or not."""
    return frozenset(session.execute(_WITH_EFFORTS, {"ids": list(citizen_ids)}).scalars())


def declared_replacements(session: Session, citizen_ids: Collection[UUID]) -> tuple[DeclaredReplacement, ...]:
    """Which sources say now that the numbers of these citizens were replaced, and since when."""
    rows = session.execute(_REPLACED_BY_CLAIM, {"ids": list(citizen_ids)}).all()
    return tuple(
        DeclaredReplacement(citizen_id=row.citizen_id, source=row.source, registered_at=row.registered_at)
        for row in rows
    )


def _decision(row: RowMapping) -> StoredDecision:
    values = dict(row)
    ends = {
        end: Key(values.pop(f"{end}_namespace"), values.pop(f"{end}_value"), values.pop(f"{end}_national"))
        for end in ("subject", "target")
    }
    return StoredDecision.model_validate({**values, **ends})
