"""Tables of overview: each citizen's newest overview, the units that have an effort, and what is to be built."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Date, DateTime, Identity, Index, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base


class OverviewVersionRow(Base):
    """The newest version of a citizen's overview. Concurrent rebuilds lock the row, and it outlives the content.

    A version never decreases, also when a citizen is removed and returns; the index relies on it.
    """

    __tablename__ = "overview_versions"

    citizen_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[str] = mapped_column(Text)
    """SHA-256 over the content without version and times of observation; empty when there is no content."""


class OverviewRow(Base):
    """A citizen's overview as it is. No row: no record is about the citizen (any more)."""

    __tablename__ = "overviews"

    citizen_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger)
    sources: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    """Names of the sources that have a line in it."""
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """The ``Overview``."""
    people: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), server_default="{}")
    """Citizens whom the page speaks of, the citizen among them. Written with ``search_document``."""
    search_document: Mapped[str | None] = mapped_column(Text)
    """What the search index holds of the citizen beside the page, as text; None: it is made when it is sent."""
    search_mark: Mapped[str] = mapped_column(Text, server_default="")
    """Shape of ``search_document`` and digest of the overview it was made of. With any other it is made anew: a release
    that knows nothing of these columns may have written the overview."""
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class OverviewUnitRow(Base):
    """A unit that has an effort for a citizen or holds an open case, and when."""

    __tablename__ = "overview_units"
    __table_args__ = (Index("ix_overview_units_unit_id_citizen_id", "unit_id", "citizen_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    citizen_id: Mapped[UUID] = mapped_column(index=True)
    unit_id: Mapped[str] = mapped_column(Text)
    area: Mapped[str] = mapped_column(Text)
    relation: Mapped[str] = mapped_column(Text, server_default="effort")
    """A ``columns.UnitRelation``."""
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)


class OverviewWorkerRow(Base):
    """An employee whom a source names as responsible for something of a citizen's, and when."""

    __tablename__ = "overview_workers"
    __table_args__ = (Index("ix_overview_workers_worker_id_citizen_id", "worker_id", "citizen_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    citizen_id: Mapped[UUID] = mapped_column(index=True)
    worker_id: Mapped[str] = mapped_column(Text)
    """The source's id of the employee, scoped: ``<source>:<id>``."""
    area: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)


class OverviewDueRow(Base):
    """A citizen whose records changed, and whose overview is still to be built from them.

    Written with the records; deleted with the overview that was built after.
    """

    __tablename__ = "overview_due"

    citizen_id: Mapped[UUID] = mapped_column(primary_key=True)
    since: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    """From when on. In the future: building it failed, and is tried again then."""
    failed_since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """Since when it could not be built, however often it was tried."""
