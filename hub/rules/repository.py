"""SQL of the rules: approvals, assessments, indicators. None of them asks for citizens by hits: hits are not stored."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.db import ask_rows, columns, fetch_rows
from hub.driver import Answer
from hub.rules.register import RuleApproval
from hub.rules.tables import ProfessionalIndicatorRow, RuleApprovalRow, RuleAssessmentRow
from schemas.rule import ProfessionalIndicator, RuleAssessment
from schemas.source import Area

_APPROVALS = text("""
    SELECT rule, version, is_on, limit_value AS limit, reason, decided_by, decided_at FROM rule_approvals ORDER BY id
""")
_LATEST = text("""
    SELECT DISTINCT ON (rule) rule, version, is_on, limit_value AS limit, reason, decided_by, decided_at
    FROM rule_approvals ORDER BY rule, id DESC
""")
_OF_CITIZENS = """
    SELECT {columns}, coalesce(k.merged_into, t.citizen_id) AS stands_for
    FROM {table} t LEFT JOIN citizen_keys k ON k.id = t.citizen_id
    WHERE t.citizen_id IN (SELECT unnest(cast(:ids AS uuid[])) UNION ALL
                           SELECT id FROM citizen_keys WHERE merged_into = ANY(:ids))
    ORDER BY t.id
"""
"""The keys come first: ``OR`` over both tables would read all that was ever judged in the municipality."""
_ASSESSMENTS = text(_OF_CITIZENS.format(table="rule_assessments", columns=columns(RuleAssessmentRow, "t")))
_INDICATORS = text(_OF_CITIZENS.format(table="professional_indicators", columns=columns(ProfessionalIndicatorRow, "t")))
_NUMBERS = text("SELECT rule, version, count(*) AS number FROM rule_assessments GROUP BY rule, version")
_WITHDRAW = text("""
    UPDATE professional_indicators SET withdrawn_at = :now, withdrawn_by = :by
    WHERE id = :id AND area = :area AND withdrawn_at IS NULL
      AND citizen_id IN (SELECT cast(:citizen_id AS uuid) UNION ALL
                         SELECT id FROM citizen_keys WHERE merged_into = :citizen_id)
    RETURNING indicator
""")


_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")


def lock_citizen(session: Session, citizen_id: UUID) -> None:
    """Let nobody else judge or record anything of the citizen until the transaction ends."""
    session.execute(_LOCK, {"name": f"rules of {citizen_id}"})


def lock_rule(session: Session, rule: str) -> None:
    """Let nobody else decide on the rule until the transaction ends."""
    session.execute(_LOCK, {"name": f"rule {rule}"})


def list_approvals(session: Session) -> tuple[RuleApproval, ...]:
    """Every decision on every rule, the oldest first."""
    return tuple(RuleApproval.model_validate(row) for row in fetch_rows(session, _APPROVALS, {}))


def latest_approvals(session: Session) -> dict[str, RuleApproval]:
    """The latest decision on each rule that anybody has decided on."""
    return ask_latest_approvals(session)()


def ask_latest_approvals(session: Session) -> Answer[dict[str, RuleApproval]]:
    """The same, without waiting for it."""
    rows = ask_rows(session, _LATEST, {})
    return lambda: {row["rule"]: RuleApproval.model_validate(row) for row in rows()}


def add_approval(session: Session, approval: RuleApproval, *, decided_by_id: str) -> None:
    """Store a decision on a rule."""
    values = approval.model_dump(mode="python")
    limit = values.pop("limit")
    session.add(RuleApprovalRow(limit_value=limit, decided_by_id=decided_by_id, **values))
    session.flush()


def count_assessments(session: Session) -> dict[tuple[str, int], int]:
    """How many assessments there are of each version of a rule; of whom is not told."""
    return {(row["rule"], row["version"]): row["number"] for row in fetch_rows(session, _NUMBERS, {})}


def list_assessments(session: Session, citizen_ids: Collection[UUID]) -> tuple[RuleAssessment, ...]:
    """Those of these citizens, also under a former key, the oldest first."""
    return ask_assessments(session, citizen_ids)()


def ask_assessments(session: Session, citizen_ids: Collection[UUID]) -> Answer[tuple[RuleAssessment, ...]]:
    """The same, without waiting for it."""
    rows = ask_rows(session, _ASSESSMENTS, {"ids": list(citizen_ids)})
    return lambda: tuple(
        RuleAssessment.model_validate(
            {name: row[name] for name in RuleAssessment.model_fields} | {"citizen_id": row["stands_for"]}
        )
        for row in rows()
    )


def add_assessment(session: Session, assessment: RuleAssessment) -> None:
    """Store what somebody judged."""
    values = assessment.model_dump(mode="python")
    row = RuleAssessmentRow(**{**values, "areas": sorted(assessment.areas), "verdict": assessment.verdict.value})
    session.add(row)
    session.flush()


def list_indicators(session: Session, citizen_ids: Collection[UUID], on: date) -> tuple[ProfessionalIndicator, ...]:
    """The indicators of these citizens that are valid on the day and not withdrawn, the oldest first."""
    return ask_indicators(session, citizen_ids, on)()


def ask_indicators(
    session: Session, citizen_ids: Collection[UUID], on: date
) -> Answer[tuple[ProfessionalIndicator, ...]]:
    """The same, without waiting for it."""
    rows = ask_rows(session, _INDICATORS, {"ids": list(citizen_ids)})
    return lambda: tuple(
        ProfessionalIndicator.model_validate(
            {name: row[name] for name in ProfessionalIndicator.model_fields} | {"citizen_id": row["stands_for"]}
        )
        for row in rows()
        if row["withdrawn_at"] is None and row["recorded_on"] <= on < row["valid_until"]
    )


def add_indicator(session: Session, indicator: ProfessionalIndicator) -> None:
    """Store an indicator; its number is given here."""
    values = indicator.model_dump(mode="python", exclude={"id"})
    session.add(ProfessionalIndicatorRow(**{**values, "area": indicator.area.value}))
    session.flush()


def withdraw_indicator(
    session: Session, citizen_id: UUID, number: int, area: Area, *, by: str, now: datetime
) -> str | None:
    """Withdraw an indicator of that area; its key. None: there is none that stands."""
    parameters = {"id": number, "citizen_id": citizen_id, "area": area.value, "by": by, "now": now}
    rows = fetch_rows(session, _WITHDRAW, parameters)
    return str(rows[0]["indicator"]) if rows else None
