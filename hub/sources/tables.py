"""Tables of the sources. A change of ``sources`` or ``source_pauses`` raises ``source_catalogue.version``."""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    DateTime,
    Identity,
    Index,
    Integer,
    Interval,
    LargeBinary,
    Sequence,
    Text,
    Time,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base

FENCE = Sequence("source_fence", metadata=Base.metadata)
"""Fencing tokens. One sequence for all streams, so that a stream that is removed and comes back never repeats one."""


class CatalogueRow(Base):
    """One row: how often the catalogue changed, so that a process sees at the price of one read whether it did."""

    __tablename__ = "source_catalogue"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(BigInteger)


class SourceRow(Base):
    """A source's definition."""

    __tablename__ = "sources"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    area: Mapped[str | None] = mapped_column(Text)
    title: Mapped[str | None] = mapped_column(Text)
    settings: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """Without secrets."""
    secret_expiry: Mapped[dict[str, str]] = mapped_column(JSONB, server_default="{}")
    """Last day of each secret that has one, by its path."""
    lifecycle: Mapped[str] = mapped_column(Text)
    origin: Mapped[str] = mapped_column(Text)
    system: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    """What the connector declared when it was last built (``SourceSystem``), so that pages need not build it."""
    version: Mapped[int] = mapped_column(BigInteger)
    """For optimistic concurrency."""
    position: Mapped[int] = mapped_column(Integer)
    """Order on pages."""
    changed_by: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class SecretRow(Base):
    """One secret field of a source, encrypted (hub.secrets)."""

    __tablename__ = "source_secrets"

    source: Mapped[str] = mapped_column(Text, primary_key=True)
    field: Mapped[str] = mapped_column(Text, primary_key=True)
    """Path in the settings, its names separated by dots."""
    ciphertext: Mapped[bytes] = mapped_column(LargeBinary)
    changed_by: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class ForgettingRow(Base):
    """A removed source whose data is forgotten, or is to be."""

    __tablename__ = "source_forgettings"

    source: Mapped[str] = mapped_column(Text, primary_key=True)
    before_run: Mapped[int] = mapped_column(BigInteger)
    """What these runs published is let in no more."""
    requested_by: Mapped[str] = mapped_column(Text)
    requested_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    done_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When all of it was deleted. None: it is not yet."""


class StreamRow(Base):
    """A stream: schedule, lease, cursor, and how its last runs went."""

    __tablename__ = "source_streams"
    __table_args__ = (Index("ix_source_streams_due_at", "due_at"),)

    source: Mapped[str] = mapped_column(Text, primary_key=True)
    stream: Mapped[str] = mapped_column(Text, primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    position: Mapped[int] = mapped_column(Integer)
    """Order of a first load."""
    every: Mapped[timedelta | None] = mapped_column(Interval)
    at: Mapped[time | None] = mapped_column(Time)
    """Danish wall clock. Exactly one of ``every`` and ``at`` is set."""
    is_enabled: Mapped[bool] = mapped_column(Boolean)
    is_pushed: Mapped[bool] = mapped_column(Boolean)
    """Whether the source sends it (hub.inbox); a run resolves what waits."""
    due_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    """In the application's time."""
    cursor: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """The connector's own words, saved after the batch was published."""
    cursor_saved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    lease_owner: Mapped[str | None] = mapped_column(Text)
    leased_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    lease_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """In the database's time, which is the same for all processes."""
    fence: Mapped[int] = mapped_column(BigInteger)
    requested_by: Mapped[str | None] = mapped_column(Text)
    """Who asked for the next run, until that run has ended. None: its schedule does."""
    stop_requested_by: Mapped[str | None] = mapped_column(Text)
    """Who asked the run under way to stop."""
    last_run: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    """Summary of the last run that was not stopped: every page of a citizen asks how the sources do."""
    last_success_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    last_data_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class RunRow(Base):
    """One attempt at reading a stream, with what it brought until it ended, however it ended."""

    __tablename__ = "source_runs"
    __table_args__ = (
        Index("ix_source_runs_source_started_at", "source", "started_at"),
        Index("ix_source_runs_source_stream_started_at", "source", "stream", "started_at"),
        Index("uq_source_runs_number", "number", unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, FENCE, server_default=FENCE.next_value())
    """Its fencing token, which no other run has."""
    source: Mapped[str] = mapped_column(Text)
    stream: Mapped[str] = mapped_column(Text)
    """Empty: of the whole source, before there were streams."""
    requested_by: Mapped[str | None] = mapped_column(Text)
    started_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    outcome: Mapped[str] = mapped_column(Text)
    read: Mapped[int] = mapped_column(Integer)
    published: Mapped[int] = mapped_column(Integer)
    rejected: Mapped[int] = mapped_column(Integer)
    skipped: Mapped[dict[str, int]] = mapped_column(JSONB)
    message: Mapped[str | None] = mapped_column(Text)
    advice: Mapped[str | None] = mapped_column(Text)
    last_data_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When the run published its last record. None: it brought none, or was held."""
    hints: Mapped[int] = mapped_column(Integer)
    """How many citizens the run was confined to. 0: it read everything."""
    held: Mapped[int] = mapped_column(Integer, server_default="0")
    log: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    """``RunLogLine``; without values of the source."""


class RunProgressRow(Base):
    """How far a run has come; from its lease to its end, or until the next run of the stream finds it left behind."""

    __tablename__ = "source_run_progress"

    source: Mapped[str] = mapped_column(Text, primary_key=True)
    stream: Mapped[str] = mapped_column(Text, primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
    started_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    read: Mapped[int] = mapped_column(Integer)
    published: Mapped[int] = mapped_column(Integer)
    rejected: Mapped[int] = mapped_column(Integer)
    skipped: Mapped[dict[str, int]] = mapped_column(JSONB)
    total: Mapped[int | None] = mapped_column(Integer)
    requested_by: Mapped[str | None] = mapped_column(Text)
    log: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)


class RunCountRow(Base):
    """What became of a run's records, counted in the transaction that stored them."""

    __tablename__ = "source_run_counts"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    stored: Mapped[int] = mapped_column(Integer)
    new: Mapped[int] = mapped_column(Integer)
    changed: Mapped[int] = mapped_column(Integer)
    deleted: Mapped[int] = mapped_column(Integer)
    parked: Mapped[int] = mapped_column(Integer)


class SourceChangeRow(Base):
    """Who changed a source, when, and which fields; never their values."""

    __tablename__ = "source_changes"
    __table_args__ = (Index("ix_source_changes_source_id", "source", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    source: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    fields: Mapped[list[str]] = mapped_column(ARRAY(Text))
    changed_by: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class ReadHintRow(Base):
    """A citizen whom a source wants read next, before the stream is due."""

    __tablename__ = "read_hints"
    __table_args__ = (Index("ix_read_hints_source_stream", "source", "stream", "next_attempt_at"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    source: Mapped[str] = mapped_column(Text)
    stream: Mapped[str] = mapped_column(Text)
    citizen: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """The identifier that the source named."""
    hinted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    attempts: Mapped[int] = mapped_column(Integer)
    next_attempt_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class PauseRow(Base):
    """A source that is switched off for now; deleted when it is switched on."""

    __tablename__ = "source_pauses"

    source: Mapped[str] = mapped_column(Text, primary_key=True)
    paused_by: Mapped[str] = mapped_column(Text)
    """Id of the actor."""
    reason: Mapped[str] = mapped_column(Text)
    """Danish, as shown to those who read the pages."""
    paused_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class FieldApprovalRow(Base):
    """That somebody has approved which fields of one type are read. The newest of a type holds; none is changed."""

    __tablename__ = "field_approvals"
    __table_args__ = (Index("ix_field_approvals_source", "source", "record_type", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    source: Mapped[str] = mapped_column(Text)
    record_type: Mapped[str] = mapped_column(Text)
    fields: Mapped[list[str]] = mapped_column(ARRAY(Text))
    approver: Mapped[str] = mapped_column(Text)
    """Name of the person who answers for it."""
    approved_by: Mapped[str] = mapped_column(Text)
    """Id of the actor who entered it."""
    approved_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class SourceTrialRow(Base):
    """The latest check or preview of a source, step by step; nothing in it names anybody."""

    __tablename__ = "source_trials"

    source: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    source_version: Mapped[int] = mapped_column(BigInteger)
    """Of the source that was tried."""
    number: Mapped[UUID] = mapped_column()
    """Of this trial: one that was overtaken writes nothing more."""
    started_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    result: Mapped[dict[str, Any]] = mapped_column(JSONB)


class HeldDeletionRow(Base):
    """Deletions of one record type that wait for a person, or did. At most one row of each type is not over."""

    __tablename__ = "held_deletions"
    __table_args__ = (
        Index(
            "uq_held_deletions_open",
            "source",
            "stream",
            "record_type",
            unique=True,
            postgresql_where=text("state <> 'over'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    source: Mapped[str] = mapped_column(Text)
    stream: Mapped[str] = mapped_column(Text)
    record_type: Mapped[str] = mapped_column(Text)
    missing: Mapped[int] = mapped_column(Integer)
    known: Mapped[int] = mapped_column(Integer)
    sample: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """Masked."""
    state: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ceiling: Mapped[int | None] = mapped_column(Integer)
    decided_by: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reason: Mapped[str | None] = mapped_column(Text)
