"""The table of collect: what could not be read."""

from datetime import datetime

from sqlalchemy import BigInteger, DateTime, Index, Integer, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base


class RejectedRow(Base):
    """A payload in quarantine, once however often it comes again."""

    __tablename__ = "rejected_records"
    __table_args__ = (
        Index("ix_rejected_records_source_last_seen_at", "source", "last_seen_at"),
        Index("uq_rejected_records_source_fingerprint", "source", "fingerprint", unique=True),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    source: Mapped[str] = mapped_column(Text)
    fingerprint: Mapped[str] = mapped_column(Text)
    """SHA-256 over type, id, field, rule and payload: the same fault of the same payload is one row."""
    record_type: Mapped[str] = mapped_column(Text)
    source_id: Mapped[str | None] = mapped_column(Text)
    field: Mapped[str] = mapped_column(Text)
    rule: Mapped[str] = mapped_column(Text)
    masked_value: Mapped[str | None] = mapped_column(Text)
    raw: Mapped[bytes | None] = mapped_column(LargeBinary)
    """For replay; None when the payload is larger than 1 MB."""
    first_seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    last_seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    seen: Mapped[int] = mapped_column(Integer)
    """How many times it came."""
    resolved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When it was mended or replayed. Cleared when it comes again."""
