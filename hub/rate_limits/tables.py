"""Table of what was done lately. It is not written ahead (UNLOGGED): after a crash everybody begins anew."""

from datetime import datetime

from sqlalchemy import DateTime, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base


class RateLimitRow(Base):
    """One limit of one actor or address."""

    __tablename__ = "rate_limits"
    __table_args__ = {"prefixes": ["UNLOGGED"]}  # noqa: RUF012  as SQLAlchemy asks for it

    limited: Mapped[str] = mapped_column(Text, primary_key=True)
    subject: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    """Keyed digest of the actor's id or the address."""
    used_until: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    """What was done is paid for by then: it lies the further ahead the more was done (GCRA)."""
    told_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When it was last told that the limit was reached."""
