"""Tables of the bus in PostgreSQL; all statements on them stand in ``postgres`` and ``consumer``."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Integer, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base


class PartitionRow(Base):
    """A partition and its next free offset. Publishing locks the row until commit: offsets become visible in order."""

    __tablename__ = "bus_partitions"
    __table_args__ = (CheckConstraint("next_offset >= 0", name="next_offset"),)

    topic: Mapped[str] = mapped_column(Text, primary_key=True)
    partition: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    next_offset: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))


class MessageRow(Base):
    """A published message. Written once, removed by ``prune``."""

    __tablename__ = "bus_messages"

    topic: Mapped[str] = mapped_column(Text, primary_key=True)
    partition: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    offset: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(Text)
    headers: Mapped[dict[str, str]] = mapped_column(JSONB)
    value: Mapped[bytes] = mapped_column(LargeBinary)
    published_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=text("clock_timestamp()"))


class OffsetRow(Base):
    """The committed offset of a group in a partition."""

    __tablename__ = "bus_offsets"

    group_name: Mapped[str] = mapped_column(Text, primary_key=True)
    topic: Mapped[str] = mapped_column(Text, primary_key=True)
    partition: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    committed: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
