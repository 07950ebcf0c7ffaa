"""The table of quarantine."""

from datetime import datetime

from sqlalchemy import BigInteger, DateTime, Index, Integer, LargeBinary, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base


class QuarantineEntryRow(Base):
    """One fault of one payload; one row however often it comes again."""

    __tablename__ = "quarantine_entries"
    __table_args__ = (
        Index("uq_quarantine_entries_source_fingerprint", "source", "fingerprint", unique=True),
        Index(
            "ix_quarantine_entries_open",
            "source",
            "record_type",
            "source_id",
            postgresql_where=text("resolved_at IS NULL"),
        ),
        Index(
            "ix_quarantine_entries_payload_stored_at",
            "payload_stored_at",
            postgresql_where=text("payload IS NOT NULL"),
        ),
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
    payload: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Encrypted. None: it was never stored, or it has been deleted."""
    payload_stored_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When the payload was stored; its time limit counts from here. None: it never was."""
    first_seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    last_seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    seen: Mapped[int] = mapped_column(Integer)
    """How many times it came."""
    resolved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When it was corrected or replayed. Cleared when it comes again."""
