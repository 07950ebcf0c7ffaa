"""Tables of intake: the records as the sources gave them, and which version of each entity is current."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base


class EntityRow(Base):
    """An entity of a source. Concurrent intakes lock its row."""

    __tablename__ = "record_entities"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    """Derived from the three below, so that it is known without asking (``service.entity_id``)."""
    source: Mapped[str] = mapped_column(Text)
    record_type: Mapped[str] = mapped_column(Text)
    source_id: Mapped[str] = mapped_column(Text)


class RecordRow(Base):
    """One statement of a source on one entity. Written once; only its place among the others may change."""

    __tablename__ = "records"
    __table_args__ = (
        # Finds all versions of an entity, lets one stand at a time, and keeps a replaced one from being there twice.
        # Written line by line as PostgreSQL tells it, for it is compared with that.
        Index(
            "ix_records_entity_id_standing",
            "entity_id",
            text("(\nCASE\n WHEN is_current THEN ''\n ELSE version_key || digest\nEND)"),
            unique=True,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    """UUID 7, so that new rows lie beside each other in the indices of four tables. Older rows may have random ids."""
    entity_id: Mapped[UUID] = mapped_column(ForeignKey("record_entities.id"))
    version_key: Mapped[str] = mapped_column(Text)
    """``rules.version_key``."""
    digest: Mapped[str] = mapped_column(Text)
    version_order: Mapped[int | None] = mapped_column(BigInteger)
    registered_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    """The earliest time the source gave for this version; where that lay in the future, when it was first observed."""
    registered_to: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When another version replaced it."""
    observed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    """When a connector last read it."""
    stated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    """The earliest time the source gave, as it gave it."""
    first_observed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    """When a connector first read it."""
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    deleted: Mapped[bool]
    is_concluded: Mapped[bool]
    """Whether this tombstone says only that the entity was not seen, or not found."""
    is_current: Mapped[bool]
    """Whether it is what the source says now; a tombstone can be current too."""
    flag: Mapped[str | None] = mapped_column(Text)
    """Rule of a quality flag that its place among the others gives it."""
    kind: Mapped[str | None] = mapped_column(Text)
    """Kind of the fact, None for a tombstone without one."""
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """The ``SourceRecord`` as it came; the times in the columns take precedence over those in it."""
