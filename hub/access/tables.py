"""Tables of this room (SQLAlchemy classes, no behaviour)."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, DateTime, Index, Text, func, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base


class ActorRow(Base):
    """An employee who may log in."""

    __tablename__ = "actors"
    __table_args__ = (
        Index("uq_actors_subject", "subject", unique=True),
        Index("uq_actors_organisation_id", "organisation_id", unique=True),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    unit_id: Mapped[str | None] = mapped_column(Text)
    unit_name: Mapped[str | None] = mapped_column(Text)
    area: Mapped[str | None] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(Text)
    worker_ids: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    """As in ``schemas.access.Actor.worker_ids``."""
    subject: Mapped[str | None] = mapped_column(Text)
    """The account at the login provider, as issuer and subject; None: it has not logged in yet."""
    functions: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    """As in ``schemas.access.JobFunction``, from the latest login."""
    own_identifier_digest: Mapped[str | None] = mapped_column(Text)
    organisation_id: Mapped[str | None] = mapped_column(Text)
    """As in the organisation's export; None: it has not told of the employee."""
    organisation_functions: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    """Job functions that the organisation gives; they count at the next login."""
    active_until: Mapped[date | None]
    """The first day on which the employee no longer works here; None: no end is known."""
    active: Mapped[bool] = mapped_column(server_default=true())


class OrganisationUnitRow(Base):
    """A unit of the organisation, as its latest export has it."""

    __tablename__ = "organisation_units"

    organisation_id: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    parent_id: Mapped[str | None] = mapped_column(Text)
    kle: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    """KLE numbers that are its task."""
    area: Mapped[str | None] = mapped_column(Text)
    unit_id: Mapped[str | None] = mapped_column(Text)
    """As in ``Unit.id``; None: no source names it."""
    phone: Mapped[str | None] = mapped_column(Text)


class OrganisationReadingRow(Base):
    """How the reading of the organisation went last; at most one row."""

    __tablename__ = "organisation_reading"
    __table_args__ = (CheckConstraint("id", name="one_row"),)

    id: Mapped[bool] = mapped_column(primary_key=True, server_default=true())
    read_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When it was last read and taken over; None: never yet."""
    failed_since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """Since when each attempt has failed; None: the last did not."""
    fault: Mapped[str] = mapped_column(Text)
    """Why, as the command says it; empty: it did not fail."""


class ServiceAccountRow(Base):
    """A machine that may use the API by a token of the login provider. Times are the database's."""

    __tablename__ = "service_accounts"

    client_id: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    purpose: Mapped[str] = mapped_column(Text)
    """As in ``schemas.access.Purpose``; stands on each line about a citizen."""
    description: Mapped[str] = mapped_column(Text)
    """What it is for, in the words of whoever added it."""
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    for_employees: Mapped[bool]
    """It may name an employee on whose behalf it asks; then it opens no citizen by itself."""
    unit_id: Mapped[str | None] = mapped_column(Text)
    """Whose citizens it opens by itself."""
    area: Mapped[str | None] = mapped_column(Text)
    added_by: Mapped[str] = mapped_column(Text)
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    revoked_by: Mapped[str | None] = mapped_column(Text)
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """Of the latest request, to the hour."""


class CitizenLinkRow(Base):
    """An address that another system asked for; it is deleted as it is used."""

    __tablename__ = "citizen_links"
    __table_args__ = (Index("ix_citizen_links_expires_at", "expires_at"),)

    token_hash: Mapped[str] = mapped_column(Text, primary_key=True)
    """SHA-256 of what stands in the address: whoever reads the table cannot open it."""
    citizen_id: Mapped[UUID | None]
    """None: the number is of nobody whom we know; the other system is not told."""
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
