"""Tables of collect: how far each source has been read, how the runs went, which are paused."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Index, Integer, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base


class CursorRow(Base):
    """How far a source has been read: the connector's own words, saved after the batch was published."""

    __tablename__ = "cursors"

    source: Mapped[str] = mapped_column(Text, primary_key=True)
    state: Mapped[dict[str, Any]] = mapped_column(JSONB)
    saved_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class RunRow(Base):
    """One attempt at reading a source, with what it brought until it ended, however it ended."""

    __tablename__ = "collect_runs"
    __table_args__ = (Index("ix_collect_runs_source_started_at", "source", "started_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(Text)
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
    """When the run published its last record. None: it brought none."""


class PauseRow(Base):
    """A source that is switched off for now; deleted when it is switched on."""

    __tablename__ = "source_pauses"

    source: Mapped[str] = mapped_column(Text, primary_key=True)
    paused_by: Mapped[str] = mapped_column(Text)
    """Id of the actor."""
    reason: Mapped[str] = mapped_column(Text)
    """Danish, as shown to those who read the pages."""
    paused_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
