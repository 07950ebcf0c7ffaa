"""Tables of the notices: what was wrong from when to when, and whom it is to be told."""

from datetime import datetime

from sqlalchemy import BigInteger, DateTime, ForeignKey, Identity, Index, Integer, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base


class NoticeRow(Base):
    """Something that is, or was, wrong. At most one of a kind and source is not over."""

    __tablename__ = "notices"
    __table_args__ = (
        Index("uq_notices_open", "kind", "source", unique=True, postgresql_where=text("ended_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    """Empty: no single source's."""
    number: Mapped[int | None] = mapped_column(Integer)
    began_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    told_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When its beginning was put in the outbox. None: it has not lasted long enough."""
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class NoticeDeliveryRow(Base):
    """The outbox: one message to one receiver, written with what it tells."""

    __tablename__ = "notice_deliveries"
    __table_args__ = (
        Index("uq_notice_deliveries_message", "notice_id", "event", "channel", "receiver", unique=True),
        Index("ix_notice_deliveries_due_at", "due_at", postgresql_where=text("sent_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id", ondelete="CASCADE"))
    event: Mapped[str] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(Text)
    receiver: Mapped[str] = mapped_column(Text)
    due_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    attempts: Mapped[int] = mapped_column(Integer)
    fault: Mapped[str | None] = mapped_column(Text)
    """Why the last attempt failed: the kind of error, without what a server said."""
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
