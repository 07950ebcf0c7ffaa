"""Tables of indexing: the outbox, the last comparison of index and store, and the documents that were cut."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Identity, Text, false
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base


class OutboxRow(Base):
    """A new version of an overview that the bus does not know of yet.

    Written in the transaction that stored the overview, deleted once published.
    """

    __tablename__ = "overview_outbox"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    citizen_id: Mapped[UUID]
    version: Mapped[int] = mapped_column(BigInteger)
    removed: Mapped[bool]
    reindex: Mapped[bool] = mapped_column(server_default=false())
    """The overview is as it was; what the index may hold of it has changed."""
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    previous_version: Mapped[int | None] = mapped_column(BigInteger)
    """The version that ``changes`` compare to."""
    changes: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    """As in ``schemas.alert.NotableChange``."""


class ComparisonRow(Base):
    """What the last comparison of index and store found, by source; the empty name stands for all together."""

    __tablename__ = "index_comparisons"

    source: Mapped[str] = mapped_column(Text, primary_key=True)
    compared_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    in_store: Mapped[int] = mapped_column(BigInteger)
    in_index: Mapped[int] = mapped_column(BigInteger)
    is_equal: Mapped[bool]
    repaired_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    repaired_citizens: Mapped[int] = mapped_column(BigInteger)


class CutDocumentRow(Base):
    """A citizen whose document in the index holds less than the overview, since the index takes no more."""

    __tablename__ = "index_cut_documents"

    citizen_id: Mapped[UUID] = mapped_column(primary_key=True)
    cut_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
