"""Tables of this room (SQLAlchemy classes, no behaviour).

Migration 0008 adds the triggers that refuse UPDATE, DELETE and TRUNCATE: a line, once committed, stands.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, DateTime, Identity, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base


class AuditRow(Base):
    """One line; the fields are those of ``schemas.access.AuditEntry``."""

    __tablename__ = "audit_log"
    __table_args__ = (
        Index("ix_audit_log_citizen_id", "citizen_id", "seq", postgresql_where=text("citizen_id IS NOT NULL")),
        Index("ix_audit_log_actor_id", "actor_id", "seq"),
        Index("ix_audit_log_on_behalf_of", "on_behalf_of", "seq", postgresql_where=text("on_behalf_of IS NOT NULL")),
        Index("ix_audit_log_recorded_at", "recorded_at"),
        Index("ix_audit_log_override", "seq", postgresql_where=text("basis = 'override' AND outcome = 'shown'")),
        Index("ix_audit_log_act_id", "act_id", "seq", postgresql_where=text("act_id IS NOT NULL")),
    )

    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    action: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[str] = mapped_column(Text)
    actor_name: Mapped[str] = mapped_column(Text)
    role: Mapped[str | None] = mapped_column(Text)
    unit_id: Mapped[str | None] = mapped_column(Text)
    on_behalf_of: Mapped[str | None] = mapped_column(Text)
    purpose: Mapped[str | None] = mapped_column(Text)
    basis: Mapped[str | None] = mapped_column(Text)
    override_reason: Mapped[str | None] = mapped_column(Text)
    citizen_id: Mapped[UUID | None]
    sections_shown: Mapped[list[str]] = mapped_column(ARRAY(Text))
    sections_withheld: Mapped[list[str]] = mapped_column(ARRAY(Text))
    fields_revealed: Mapped[list[str]] = mapped_column(ARRAY(Text))
    object_kind: Mapped[str | None] = mapped_column(Text)
    object_id: Mapped[str | None] = mapped_column(Text)
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    result_count: Mapped[int | None]
    policy_version: Mapped[str] = mapped_column(Text)
    request_id: Mapped[str] = mapped_column(Text)
    act_id: Mapped[str | None] = mapped_column(Text)


class OverrideReviewRow(Base):
    """A review of a stated reason; the fields are those of ``schemas.override.OverrideReview``.

    Migration 0040 adds the triggers that refuse UPDATE, DELETE and TRUNCATE.
    """

    __tablename__ = "override_reviews"
    __table_args__ = (CheckConstraint("outcome IN ('justified', 'not_justified', 'needs_follow_up')", name="outcome"),)

    override_id: Mapped[str] = mapped_column(Text, primary_key=True)
    """As in the ``details`` of the log's lines (``override``), or their ``act_id`` where they have none."""
    number: Mapped[int] = mapped_column(primary_key=True)
    reviewed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    reviewer_id: Mapped[str] = mapped_column(Text)
    reviewer_name: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text)
