"""Tables of this room (SQLAlchemy classes, no behaviour)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Identity, LargeBinary, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base


class LoginSessionRow(Base):
    """A login of an employee in one browser. Times are the database's."""

    __tablename__ = "login_sessions"

    id_digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    """SHA-256 of the id, which only the browser's cookie holds."""
    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True), unique=True)
    """Names the session on pages and in the log."""
    actor_id: Mapped[str] = mapped_column(Text, index=True)
    browser: Mapped[str] = mapped_column(Text)
    """As in "Firefox på Windows"; empty when the browser does not say."""
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    last_seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    """Of the latest page, to the minute."""
    subject: Mapped[str | None] = mapped_column(Text)
    """The account at the login provider; None: the demo's login."""
    provider_session: Mapped[str | None] = mapped_column(Text, index=True)
    """Its own id of the session (``sid``), by which it says that it ended."""
    tokens: Mapped[bytes | None] = mapped_column(LargeBinary)
    """ID token and refresh token, encrypted."""
    renew_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When the claims are asked for anew; None: never."""
    data: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    """What the pages keep from one request to the next: purpose, reason, latest search."""


class CitizenSessionRow(Base):
    """A login of a citizen to *Min side*. A table of its own: the id of the one kind is never looked for in the other.

    Nothing of the provider's tokens is kept: they hold the national number.
    """

    __tablename__ = "citizen_sessions"

    id_digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    citizen_id: Mapped[UUID]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now(), index=True)
    last_seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    data: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    """What a page keeps for the next one: what came of a form."""
