"""Tables of this room (SQLAlchemy classes, no behaviour)."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Identity, Index, Integer, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base


class LegalHoldRow(Base):
    """Nothing about the citizen is deleted while it holds."""

    __tablename__ = "legal_holds"
    __table_args__ = (
        CheckConstraint("(released_at IS NULL) = (released_by IS NULL)", name="released"),
        Index("ix_legal_holds_citizen_id", "citizen_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    citizen_id: Mapped[UUID]
    reason: Mapped[str] = mapped_column(Text)
    last_day: Mapped[date | None]
    """The last day on which it holds. None: until somebody releases it."""
    placed_by: Mapped[str] = mapped_column(Text)
    """Name of the employee, here and below."""
    placed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    released_by: Mapped[str | None] = mapped_column(Text)
    released_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    release_reason: Mapped[str] = mapped_column(Text, server_default="")


class CitizenRestrictionRow(Base):
    """The citizen's processing is restricted until somebody lifts it: what is stored stays, and nobody is shown it."""

    __tablename__ = "citizen_restrictions"
    __table_args__ = (
        CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name="lifted"),
        Index("ix_citizen_restrictions_citizen_id", "citizen_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    citizen_id: Mapped[UUID]
    reason: Mapped[str] = mapped_column(Text)
    review_on: Mapped[date | None]
    """When the DPO looks at it again. It never ends by itself: the citizen is told before (article 18(3))."""
    placed_by: Mapped[str] = mapped_column(Text)
    """Name of the employee, here and below."""
    placed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    lifted_by: Mapped[str | None] = mapped_column(Text)
    lifted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    lift_reason: Mapped[str] = mapped_column(Text, server_default="")


class FactContestRow(Base):
    """What a citizen contests of what a source says, and how it ended."""

    __tablename__ = "fact_contests"
    __table_args__ = (
        CheckConstraint("(ended_at IS NULL) = (outcome IS NULL)", name="ended"),
        CheckConstraint("outcome IN ('corrected', 'upheld', 'rejected')", name="outcome_known"),
        Index("ix_fact_contests_citizen_id", "citizen_id"),
        Index("ix_fact_contests_source", "source"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    citizen_id: Mapped[UUID]
    source: Mapped[str] = mapped_column(Text)
    entity: Mapped[str] = mapped_column(Text)
    """``source/type/id`` of what is contested."""
    digest: Mapped[str] = mapped_column(Text)
    """Of what the source said then; another one ends it."""
    words: Mapped[str] = mapped_column(Text)
    """The citizen's, without national numbers."""
    contested_by: Mapped[str] = mapped_column(Text)
    contested_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    outcome: Mapped[str | None] = mapped_column(Text)
    corrected_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When the source sent another version; until then the mark of what was upheld stays."""
    ended_by: Mapped[str | None] = mapped_column(Text)
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    end_reason: Mapped[str] = mapped_column(Text, server_default="")


class CitizenForgettingRow(Base):
    """A citizen who was forgotten. Nothing in it says who that is: our key led to a row that is deleted."""

    __tablename__ = "citizen_forgettings"
    __table_args__ = (Index("ix_citizen_forgettings_citizen_id", "citizen_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    citizen_id: Mapped[UUID]
    reason: Mapped[str] = mapped_column(Text)
    forgotten_by: Mapped[str] = mapped_column(Text)
    forgotten_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    counts: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    """How much was deleted, by store."""
    kept_out: Mapped[int] = mapped_column(Integer, server_default="0")
    """How many records sources have told since, and were not let in."""
    kept_out_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    lifted_by: Mapped[str | None] = mapped_column(Text)
    lifted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """Since when sources may tell of the citizen again."""
    lift_reason: Mapped[str] = mapped_column(Text, server_default="")


class ForgottenDigestRow(Base):
    """What is not let in again, as keyed digest: an identifier of a forgotten citizen, or a statement that lapsed."""

    __tablename__ = "forgotten_digests"
    __table_args__ = (Index("ix_forgotten_digests_forgetting_id", "forgetting_id"),)

    digest: Mapped[str] = mapped_column(Text, primary_key=True)
    forgetting_id: Mapped[int | None] = mapped_column(ForeignKey("citizen_forgettings.id"))
    """None: a statement whose time limit has passed."""
    forgotten_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class DeletionCountRow(Base):
    """How much was deleted from a store on a Danish day by a rule, also where that was nothing."""

    __tablename__ = "deletion_counts"

    day: Mapped[date] = mapped_column(primary_key=True)
    store: Mapped[str] = mapped_column(Text, primary_key=True)
    rule: Mapped[str] = mapped_column(Text, primary_key=True)
    deleted: Mapped[int] = mapped_column(BigInteger)
    runs: Mapped[int] = mapped_column(Integer)
    """How often the rule ran that day."""
    last_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
