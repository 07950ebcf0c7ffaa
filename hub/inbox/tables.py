"""Tables of what was pushed, and of who was refused."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, DateTime, Index, Integer, LargeBinary, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base


class InboxEventRow(Base):
    """One event. Its body goes once it was resolved; the row stays for a while, so that a repetition is known."""

    __tablename__ = "inbox_events"
    __table_args__ = (
        Index("uq_inbox_events_source_digest", "source", "digest", unique=True),
        Index("ix_inbox_events_waiting", "source", "next_attempt_at", postgresql_where=text("body IS NOT NULL")),
        Index("ix_inbox_events_resolved_at", "resolved_at", postgresql_where=text("body IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    """Grows in the order of arrival."""
    source: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(Text)
    path: Mapped[str] = mapped_column(Text)
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Encrypted (hub.secrets). None: the event was resolved."""
    is_cut: Mapped[bool] = mapped_column(Boolean)
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    """When it came first since it was last resolved."""
    seen: Mapped[int] = mapped_column(Integer)
    """How often it came."""
    attempts: Mapped[int] = mapped_column(Integer)
    next_attempt_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    resolved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class InboxRefusalRow(Base):
    """How often senders were refused for one reason. Nothing of what they sent, and not who they said they were."""

    __tablename__ = "inbox_refusals"

    source: Mapped[str] = mapped_column(Text, primary_key=True)
    """Empty: it is not known which source they wanted to send for."""
    reason: Mapped[str] = mapped_column(Text, primary_key=True)
    """One of ``hub.inbox.refusals.REFUSALS``."""
    times: Mapped[int] = mapped_column(BigInteger)
    first_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    """Of those that followed each other within a day."""
    last_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
