"""Tables of this room (SQLAlchemy classes, no behaviour).

Migration 0008 adds the triggers that refuse UPDATE, DELETE and TRUNCATE: a line, once committed, stands.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    LargeBinary,
    Text,
    text,
)
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
        Index(
            "ix_audit_log_log_in",
            "actor_id",
            "unit_id",
            "recorded_at",
            postgresql_where=text("action = 'log_in' AND outcome = 'shown'"),
        ),
        Index(
            "ix_audit_log_search",
            "recorded_at",
            "seq",
            postgresql_include=["outcome"],
            postgresql_where=text("action = 'search' AND citizen_id IS NULL"),
        ),
        Index(
            "ix_audit_log_reveal",
            "recorded_at",
            "seq",
            postgresql_include=["outcome"],
            postgresql_where=text("action = 'reveal'"),
        ),
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
    salt: Mapped[UUID] = mapped_column(server_default=text("gen_random_uuid()"))
    """Makes the commitment to the line say nothing to who has not the line; erased with it."""


class UnsealedRow(Base):
    """A line that waits for its seal; a trigger adds it in the transaction that writes the line (migration 0050)."""

    __tablename__ = "audit_unsealed"

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)


class LeafRow(Base):
    """A leaf of the tree: the commitment to a line. It stays when the line is erased."""

    __tablename__ = "audit_leaves"

    leaf: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    """Its place, from 0."""
    seq: Mapped[int] = mapped_column(BigInteger, unique=True)
    commitment: Mapped[bytes] = mapped_column(LargeBinary)


class SubtreeRow(Base):
    """The root of a complete subtree, so that the root of the whole tree is told from a few rows."""

    __tablename__ = "audit_subtrees"

    first_leaf: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    width: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    root: Mapped[bytes] = mapped_column(LargeBinary)


class CheckpointRow(Base):
    """A signed checkpoint."""

    __tablename__ = "audit_checkpoints"
    __table_args__ = (Index("ix_audit_checkpoints_signed_at", "signed_at"),)

    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    signed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    note: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(Text)
    """The public key that signed it. Told to others; nobody here believes it."""


class StreamRow(Base):
    """How far a SIEM has the log."""

    __tablename__ = "audit_stream"

    receiver: Mapped[str] = mapped_column(Text, primary_key=True)
    next_leaf: Mapped[int] = mapped_column(BigInteger)
    delivered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    fault: Mapped[str | None] = mapped_column(Text)


class EventNamesRow(Base):
    """A decision that events may name people; the fields are those of ``hub.audit.event_names.NamesDecision``."""

    __tablename__ = "audit_event_names"

    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    decided_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    actor_id: Mapped[str] = mapped_column(Text)
    actor_name: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    until: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    with_stream: Mapped[bool]
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ReceiptRow(Base):
    """The newest checkpoint that a witness has taken."""

    __tablename__ = "audit_receipts"

    witness: Mapped[str] = mapped_column(Text, primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    signed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    handed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    answer: Mapped[str] = mapped_column(Text)
    """What the witness signed, where it signs."""


class FaultRow(Base):
    """Why sealing, or handing checkpoints to a witness, does not go on; no row where it does."""

    __tablename__ = "audit_faults"

    place: Mapped[str] = mapped_column(Text, primary_key=True)
    fault: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class VerificationRow(Base):
    """What came of verifying the whole log, line by line."""

    __tablename__ = "audit_verifications"

    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    verified_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    lines: Mapped[int] = mapped_column(BigInteger)
    erased: Mapped[int] = mapped_column(BigInteger)
    findings: Mapped[list[str]] = mapped_column(ARRAY(Text))


class AnswerRow(Base):
    """Answers about citizens of a Danish day, as the web servers counted them."""

    __tablename__ = "audit_answers"

    day: Mapped[date] = mapped_column(primary_key=True)
    answers: Mapped[int] = mapped_column(BigInteger)
    without_line: Mapped[int] = mapped_column(BigInteger)


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


class SampleRow(Base):
    """How a sample of look-ups was drawn; the fields are those of ``schemas.sample.Sample``.

    Migration ``samples`` adds the triggers that refuse UPDATE, DELETE and TRUNCATE, here and on the next two.
    """

    __tablename__ = "audit_samples"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    drawn_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    drawn_by: Mapped[str] = mapped_column(Text)
    drawn_by_name: Mapped[str] = mapped_column(Text)
    seed: Mapped[str] = mapped_column(Text)
    parameters: Mapped[dict[str, Any]] = mapped_column(JSONB)
    until: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    last_seq: Mapped[int] = mapped_column(BigInteger)
    population: Mapped[int]
    population_digest: Mapped[str] = mapped_column(Text)
    strata: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    eligible: Mapped[dict[str, Any]] = mapped_column(JSONB)
    checkpoint: Mapped[str | None] = mapped_column(Text)
    checkpoint_size: Mapped[int | None] = mapped_column(BigInteger)


class SampleLineRow(Base):
    """A look-up that was drawn, by the first of its lines in the log; what the line says stays there alone."""

    __tablename__ = "audit_sample_lines"

    sample_id: Mapped[int] = mapped_column(ForeignKey("audit_samples.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    strata: Mapped[list[str]] = mapped_column(ARRAY(Text))


class SampleEventRow(Base):
    """What was done about a line of a sample; the fields are those of ``schemas.sample.SampleEvent``."""

    __tablename__ = "audit_sample_events"
    __table_args__ = (
        ForeignKeyConstraint(["sample_id", "line"], ["audit_sample_lines.sample_id", "audit_sample_lines.number"]),
        CheckConstraint("kind IN ('sent', 'asked', 'reviewed')", name="kind"),
        CheckConstraint("(kind = 'reviewed') = (outcome IS NOT NULL)", name="outcome"),
    )

    sample_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    by_id: Mapped[str] = mapped_column(Text)
    by_name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    receiver_id: Mapped[str | None] = mapped_column(Text)
    receiver_name: Mapped[str | None] = mapped_column(Text)
    outcome: Mapped[str | None] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text)
