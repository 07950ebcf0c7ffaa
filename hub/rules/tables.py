"""Tables of this room (SQLAlchemy classes, no behaviour).

No table holds a hit. The application adds rows and changes none (migration 0045); an indicator alone can be withdrawn.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, DateTime, Float, Identity, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base


class RuleApprovalRow(Base):
    """That somebody switched a version of a rule on or off; the latest of a rule counts."""

    __tablename__ = "rule_approvals"
    __table_args__ = (Index("ix_rule_approvals_rule", "rule", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    rule: Mapped[str] = mapped_column(Text)
    version: Mapped[int]
    is_on: Mapped[bool]
    limit_value: Mapped[float] = mapped_column(Float)
    reason: Mapped[str] = mapped_column(Text)
    decided_by_id: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class RuleAssessmentRow(Base):
    """What a professional judged of one hit."""

    __tablename__ = "rule_assessments"
    __table_args__ = (
        CheckConstraint("verdict IN ('relevant', 'not_relevant', 'citizen_informed')", name="verdict"),
        Index("ix_rule_assessments_citizen_id", "citizen_id", "id"),
        Index("ix_rule_assessments_rule", "rule", "version"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    citizen_id: Mapped[UUID]
    rule: Mapped[str] = mapped_column(Text)
    version: Mapped[int]
    hit_key: Mapped[str] = mapped_column(Text)
    areas: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """Areas whose sources told the facts: who sees fewer does not read the assessment."""
    of_plan: Mapped[bool] = mapped_column(server_default="false")
    """The hit rests on the plan or a meeting, too: who may not read that does not read the assessment."""
    verdict: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    assessed_by_id: Mapped[str] = mapped_column(Text)
    assessed_by: Mapped[str] = mapped_column(Text)
    assessed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class ProfessionalIndicatorRow(Base):
    """That a named professional recorded an indicator of the local catalogue."""

    __tablename__ = "professional_indicators"
    __table_args__ = (
        CheckConstraint("area IN ('employment', 'school', 'social', 'health')", name="area"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="withdrawn"),
        Index("ix_professional_indicators_citizen_id", "citizen_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    citizen_id: Mapped[UUID]
    indicator: Mapped[str] = mapped_column(Text)
    area: Mapped[str] = mapped_column(Text)
    recorded_by_id: Mapped[str] = mapped_column(Text)
    recorded_by: Mapped[str] = mapped_column(Text)
    recorded_on: Mapped[date]
    valid_until: Mapped[date]
    withdrawn_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    withdrawn_by: Mapped[str | None] = mapped_column(Text)
