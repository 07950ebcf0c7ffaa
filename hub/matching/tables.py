"""Tables of matching. Claims and parties hang on a record and never change; which count is intake's ``is_current``."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Date, DateTime, ForeignKey, ForeignKeyConstraint, Index, Text
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

    record_id: Mapped[UUID] = mapped_column(ForeignKey("records.id"), primary_key=True)
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

    record_id: Mapped[UUID] = mapped_column(ForeignKey("records.id"), primary_key=True)
    party_index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    role: Mapped[str] = mapped_column(Text)
    citizen_id: Mapped[UUID | None] = mapped_column(ForeignKey("citizens.id"), index=True)
    state: Mapped[str] = mapped_column(Text)
    """``linked``, ``unmatched`` (waits for a claim) or ``conflict`` (waits for a person)."""


class PartyIdentifierRow(Base):
    """An identifier by which a record names a party."""

    __tablename__ = "party_identifiers"
    __table_args__ = (
        ForeignKeyConstraint(["record_id", "party_index"], ["record_parties.record_id", "record_parties.party_index"]),
        Index(None, "namespace", "value"),
    )

    record_id: Mapped[UUID] = mapped_column(primary_key=True)
    party_index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    namespace: Mapped[str] = mapped_column(Text, primary_key=True)
    value: Mapped[str] = mapped_column(Text, primary_key=True)
    national: Mapped[bool]


class IdentityConflictRow(Base):
    """A contradiction among claims, for a person to resolve. Conflicts of one party stand in ``record_parties``."""

    __tablename__ = "identity_conflicts"

    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    digest: Mapped[str] = mapped_column(Text, primary_key=True)
    """Keyed digest of the identifier it is about."""
    masked: Mapped[str] = mapped_column(Text)
    """The masked identifier."""
    first_seen: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    resolved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
