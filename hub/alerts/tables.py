"""Tables of alerts: what happened, who read it, what was done, and what is sent. None has a word of a source."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base


class AlertRow(Base):
    """Something that happened to a citizen, once, whoever is told of it."""

    __tablename__ = "alerts"
    __table_args__ = (
        UniqueConstraint("citizen_id", "kind", "subject", "occasion", name="uq_alerts_citizen_id"),
        Index("ix_alerts_citizen_id", "citizen_id", "happened_at"),
        Index("ix_alerts_happened_at", "happened_at"),
        Index("ix_alerts_source", "source"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    """Random, so that it may stand in a link: it says nothing."""
    citizen_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(Text)
    """As in ``schemas.alert.AlertKind``."""
    area: Mapped[str | None] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    """Which entry, employee or line of the plan, by key."""
    occasion: Mapped[str] = mapped_column(Text)
    """Tells it from the same at another time."""
    source: Mapped[str | None] = mapped_column(Text)
    """Which source told it; None: the team did."""
    version: Mapped[int | None] = mapped_column(BigInteger)
    """Of the overview that brought it; None: no version did."""
    caused_by: Mapped[str | None] = mapped_column(Text)
    """The employee who did it, who is not told."""
    happened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class AlertReadRow(Base):
    """Somebody has read an alert; what happens to it later is unread again."""

    __tablename__ = "alert_reads"

    alert_id: Mapped[UUID] = mapped_column(ForeignKey("alerts.id", ondelete="CASCADE"), primary_key=True)
    actor_id: Mapped[str] = mapped_column(Text, primary_key=True)
    read_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class AlertActRow(Base):
    """What somebody did about an alert; rows are added and never changed."""

    __tablename__ = "alert_acts"
    __table_args__ = (
        CheckConstraint("act IN ('take', 'hand_over', 'close')", name="act"),
        CheckConstraint("(act = 'hand_over') = (receiver IS NOT NULL)", name="receiver"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    alert_id: Mapped[UUID] = mapped_column(ForeignKey("alerts.id", ondelete="CASCADE"), index=True)
    act: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[str] = mapped_column(Text)
    receiver: Mapped[str | None] = mapped_column(Text)
    """Who is to see to it from now on, where it was handed over."""
    words: Mapped[str] = mapped_column(Text)
    acted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class AlertSubscriptionRow(Base):
    """Somebody wants to be told of a kind, or does not, whatever the default is."""

    __tablename__ = "alert_subscriptions"

    actor_id: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    is_on: Mapped[bool]


class AlertMailRow(Base):
    """Somebody wants a mail on mornings on which there is something new."""

    __tablename__ = "alert_mails"

    actor_id: Mapped[str] = mapped_column(Text, primary_key=True)
    address: Mapped[str] = mapped_column(Text)
    checked_on: Mapped[date | None]
    """The last morning on which it was seen whether there is something."""


class AlertWebhookRow(Base):
    """An address of another system that is posted kinds of alerts, and nothing about anybody."""

    __tablename__ = "alert_webhooks"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(Text)
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    """The key of its signatures, encrypted."""
    kinds: Mapped[list[str]] = mapped_column(ARRAY(Text))
    added_by: Mapped[str] = mapped_column(Text)
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    failures: Mapped[int] = mapped_column(server_default="0")
    """In a row."""
    disabled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """Since when it is posted nothing: it failed too often, or an administrator said so."""


class AlertDeliveryRow(Base):
    """A mail or a post that is to be sent, or was."""

    __tablename__ = "alert_deliveries"
    __table_args__ = (
        UniqueConstraint("channel", "receiver", "occasion", name="uq_alert_deliveries_channel"),
        CheckConstraint("channel IN ('email', 'webhook')", name="channel"),
        Index("ix_alert_deliveries_due_at", "due_at", postgresql_where=text("sent_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    channel: Mapped[str] = mapped_column(Text)
    receiver: Mapped[str] = mapped_column(Text)
    """Id of the employee, or of the webhook."""
    occasion: Mapped[str] = mapped_column(Text)
    """Makes it one: the morning, or the alert."""
    kind: Mapped[str | None] = mapped_column(Text)
    """Of the alert that is posted."""
    due_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    attempts: Mapped[int] = mapped_column(server_default="0")
    fault: Mapped[str | None] = mapped_column(Text)
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class UnitAlertRow(Base):
    """In a unit a clock of one notification or more passed that day; it does not say whose."""

    __tablename__ = "unit_alerts"
    __table_args__ = (
        CheckConstraint("clock IN ('assessment', 'receipt')", name="clock"),
        UniqueConstraint("unit_id", "clock", "passed_on", name="uq_unit_alerts_unit_id"),
        Index("ix_unit_alerts_passed_at", "passed_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    unit_id: Mapped[str] = mapped_column(Text)
    clock: Mapped[str] = mapped_column(Text)
    passed_on: Mapped[date]
    passed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    """When the last of them did."""


class UnitAlertReadRow(Base):
    """A leader has read it; what passes later that day is unread again."""

    __tablename__ = "unit_alert_reads"

    alert_id: Mapped[UUID] = mapped_column(ForeignKey("unit_alerts.id", ondelete="CASCADE"), primary_key=True)
    actor_id: Mapped[str] = mapped_column(Text, primary_key=True)
    read_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
