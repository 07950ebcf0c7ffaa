"""Tables of matching. Claims and parties hang on a record and never change; which count is intake's ``is_current``.

They have no foreign key to it: each was a look at the row that the same transaction had just written. A trigger refuses
to delete a record while anything hangs on it.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base


class CitizenRow(Base):
    """A citizen: our own key for a person, and nothing about the person."""

    __tablename__ = "citizens"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    merged_into: Mapped[UUID | None] = mapped_column(ForeignKey("citizens.id"), index=True)
    """Who this citizen turned out to be; always the last of a chain. Emptied when the claim is withdrawn."""


class CitizenIdentifierRow(Base):
    """Each identifier that ever named a citizen, with the citizen it was given first and keeps."""

    __tablename__ = "citizen_identifiers"

    namespace: Mapped[str] = mapped_column(Text, primary_key=True)
    value: Mapped[str] = mapped_column(Text, primary_key=True)
    national: Mapped[bool]
    digest: Mapped[str] = mapped_column(Text, index=True)
    """``hub.digest.keyed_digest``."""
    citizen_id: Mapped[UUID] = mapped_column(
        ForeignKey("citizens.id", deferrable=True, initially="DEFERRED"), index=True
    )


class IdentityClaimRow(Base):
    """What a person record claims: these identifiers are one person, those are the person's earlier numbers."""

    __tablename__ = "identity_claims"
    __table_args__ = (Index(None, "namespace", "value"),)

    record_id: Mapped[UUID] = mapped_column(primary_key=True)
    namespace: Mapped[str] = mapped_column(Text, primary_key=True)
    value: Mapped[str] = mapped_column(Text, primary_key=True)
    replaced: Mapped[bool] = mapped_column(primary_key=True)
    """Whether it is an earlier number, replaced by the record's own."""
    national: Mapped[bool]
    birth_date: Mapped[date | None] = mapped_column(Date)
    name: Mapped[str | None] = mapped_column(Text)


class RecordPartyRow(Base):
    """A party of a record and the citizen it is."""

    __tablename__ = "record_parties"

    record_id: Mapped[UUID] = mapped_column(primary_key=True)
    party_index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    role: Mapped[str] = mapped_column(Text)
    citizen_id: Mapped[UUID | None] = mapped_column(ForeignKey("citizens.id"), index=True)
    state: Mapped[str] = mapped_column(Text)
    """``linked``, ``unmatched`` (waits for a claim) or ``conflict`` (waits for a person)."""


class PartyIdentifierRow(Base):
    """An identifier by which a record names a party."""

    __tablename__ = "party_identifiers"
    __table_args__ = (Index(None, "namespace", "value"),)

    record_id: Mapped[UUID] = mapped_column(primary_key=True)
    party_index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    namespace: Mapped[str] = mapped_column(Text, primary_key=True)
    value: Mapped[str] = mapped_column(Text, primary_key=True)
    national: Mapped[bool]


class IdentityConflictRow(Base):
    """A contradiction among claims, for a person to resolve. Conflicts of one party stand in ``record_parties``."""

    __tablename__ = "identity_conflicts"

    __table_args__ = (Index("ix_identity_conflicts_id", "id", unique=True),)

    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    digest: Mapped[str] = mapped_column(Text, primary_key=True)
    """Keyed digest of the identifier it is about."""
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    """The number by which people name it; it stays when the conflict opens again."""
    namespace: Mapped[str | None] = mapped_column(Text)
    """The identifier; None: it was found by an earlier program, and its claims were not judged since."""
    value: Mapped[str | None] = mapped_column(Text)
    national: Mapped[bool | None]
    masked: Mapped[str] = mapped_column(Text)
    """The masked identifier."""
    first_seen: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    resolved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class IdentityDecisionRow(Base):
    """What a person decided about two identifiers. Never changed but by confirming and withdrawing it."""

    __tablename__ = "identity_decisions"
    __table_args__ = (
        CheckConstraint("state IN ('proposed', 'standing', 'withdrawn')", name="state"),
        CheckConstraint("kind IN ('link', 'merge', 'keep_apart', 'one_person')", name="kind"),
        CheckConstraint("confirmed_by <> decided_by", name="second_person"),
        Index(
            "ix_identity_decisions_subject",
            "subject_namespace",
            "subject_value",
            postgresql_where=text("state <> 'withdrawn'"),
        ),
        Index(
            "ix_identity_decisions_target",
            "target_namespace",
            "target_value",
            postgresql_where=text("state <> 'withdrawn'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    """``decisions.DecisionKind``."""
    state: Mapped[str] = mapped_column(Text)
    """``proposed`` (waits for a second person), ``standing`` or ``withdrawn``."""
    subject_namespace: Mapped[str] = mapped_column(Text)
    subject_value: Mapped[str] = mapped_column(Text)
    subject_national: Mapped[bool]
    target_namespace: Mapped[str] = mapped_column(Text)
    target_value: Mapped[str] = mapped_column(Text)
    target_national: Mapped[bool]
    statements: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    """``decisions.statement_digest`` of what was known then to be about the one person."""
    reason: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    confirmed_by: Mapped[str | None] = mapped_column(Text)
    confirmed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    withdrawn_by: Mapped[str | None] = mapped_column(Text)
    withdrawn_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    withdrawn_reason: Mapped[str | None] = mapped_column(Text)
