"""Every statement on what of alerts is sent: who wants a mail, webhooks, and the outbox of both."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import delete, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hub.alerts.meeting_mails import OCCASION
from hub.alerts.tables import AlertDeliveryRow, AlertMailRow, AlertWebhookRow
from schemas.alert import AlertKind
from schemas.base import Instant, Schema

FAILURES_ALLOWED = 20
"""A webhook that fails so often in a row is posted nothing more, until an administrator enables it."""
_QUEUE = text("""
    INSERT INTO alert_deliveries (channel, receiver, occasion, kind, due_at)
    SELECT 'webhook', w.id::text, new.id::text, new.kind, :now
    FROM alert_webhooks w, unnest(cast(:ids AS uuid[]), cast(:kinds AS text[])) AS new (id, kind)
    WHERE w.disabled_at IS NULL AND (new.kind = ANY(w.kinds) OR w.kinds = '{}')
    ON CONFLICT DO NOTHING
""")


class Channel(StrEnum):
    """How something is sent."""

    EMAIL = "email"
    WEBHOOK = "webhook"


class AlertDelivery(Schema):
    """A mail or a post that is due."""

    id: int
    channel: Channel
    receiver: str
    occasion: str
    kind: AlertKind | None
    attempts: int


TEST_OCCASION = "test/"
"""How the occasion of a test of a webhook begins in the outbox."""
_NOT_STORED = frozenset({"last_sent_at", "fault"})


class AlertWebhook(Schema):
    """An address of another system; its secret is read where it signs, and nowhere else."""

    id: UUID
    url: str
    kinds: frozenset[AlertKind]
    """Empty: all."""
    added_by: str
    added_at: Instant
    failures: int
    disabled_at: Instant | None
    last_sent_at: Instant | None = None
    """When it last took a post that is still remembered; None: none is."""
    fault: str | None = None
    """Why the newest post that waits could not be sent; None: none failed."""


def get_address(session: Session, actor_id: str) -> str | None:
    """Where the actor wants mails; None: nowhere."""
    row = session.get(AlertMailRow, actor_id)
    return None if row is None else row.address


def save_address(session: Session, actor_id: str, address: str | None) -> None:
    """Store where the actor wants mails; None: nowhere, and what waits is not sent."""
    session.execute(delete(AlertMailRow).where(AlertMailRow.actor_id == actor_id))
    if address is None:
        unsent = (AlertDeliveryRow.receiver == actor_id, AlertDeliveryRow.sent_at.is_(None))
        session.execute(delete(AlertDeliveryRow).where(AlertDeliveryRow.channel == Channel.EMAIL, *unsent))
    else:
        session.add(AlertMailRow(actor_id=actor_id, address=address))
    session.flush()


def take_unchecked(session: Session, on: date) -> str | None:
    """Somebody who wants mails and whose morning nobody has looked at; it is locked, and counts as looked at."""
    row = session.scalar(
        select(AlertMailRow)
        .where(or_(AlertMailRow.checked_on.is_(None), AlertMailRow.checked_on < on))
        .order_by(AlertMailRow.actor_id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if row is None:
        return None
    row.checked_on = on
    session.flush()
    return row.actor_id


def add_mail(session: Session, actor_id: str, occasion: str, now: datetime) -> None:
    """Put a mail in the outbox, once for each occasion."""
    values = {"channel": Channel.EMAIL, "receiver": actor_id, "occasion": occasion, "due_at": now}
    session.execute(insert(AlertDeliveryRow).values(**values).on_conflict_do_nothing())


def last_mail(session: Session, actor_id: str) -> datetime | None:
    """When the latest mail about something new was made for the actor; None: never. One before a meeting is none."""
    row = AlertDeliveryRow
    mails = (row.channel == Channel.EMAIL, row.receiver == actor_id, row.occasion.not_like(f"{OCCASION}%"))
    return session.scalar(select(func.max(row.due_at)).where(*mails))


def queue_webhooks(session: Session, kinds: Mapping[UUID, AlertKind], now: datetime) -> None:
    """Put a post for each new alert in the outbox, to each webhook that wants its kind."""
    if kinds:
        columns = {"ids": list(kinds), "kinds": [kind.value for kind in kinds.values()]}
        session.execute(_QUEUE, {**columns, "now": now})


def take_delivery(session: Session, channels: Collection[Channel], now: datetime) -> AlertDelivery | None:
    """What has been due longest, locked until the transaction ends. None: nothing is due."""
    row = session.scalar(
        select(AlertDeliveryRow)
        .where(
            AlertDeliveryRow.channel.in_(channels), AlertDeliveryRow.sent_at.is_(None), AlertDeliveryRow.due_at <= now
        )
        .order_by(AlertDeliveryRow.due_at, AlertDeliveryRow.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if row is None:
        return None
    return AlertDelivery.model_validate({name: getattr(row, name) for name in AlertDelivery.model_fields})


def mark_sent(session: Session, delivery_id: int, now: datetime) -> None:
    """It is sent."""
    statement = update(AlertDeliveryRow).where(AlertDeliveryRow.id == delivery_id)
    session.execute(statement.values(sent_at=now, fault=None))


def postpone_delivery(session: Session, delivery_id: int, fault: str, due_at: datetime) -> None:
    """It could not be sent; it is tried again."""
    statement = update(AlertDeliveryRow).where(AlertDeliveryRow.id == delivery_id)
    session.execute(statement.values(attempts=AlertDeliveryRow.attempts + 1, fault=fault, due_at=due_at))


def drop_delivery(session: Session, delivery_id: int) -> None:
    """Nobody wants it any more."""
    session.execute(delete(AlertDeliveryRow).where(AlertDeliveryRow.id == delivery_id))


def delete_old_deliveries(session: Session, before: datetime) -> None:
    """Forget what was sent before that."""
    session.execute(delete(AlertDeliveryRow).where(AlertDeliveryRow.sent_at < before))


def add_webhook(session: Session, webhook: AlertWebhook, secret: bytes) -> None:
    """Store a webhook with its encrypted secret."""
    session.add(
        AlertWebhookRow(**{**webhook.model_dump(exclude={*_NOT_STORED}), "kinds": sorted(webhook.kinds)}, secret=secret)
    )
    session.flush()


def list_webhooks(session: Session, *, start: int, size: int) -> tuple[AlertWebhook, ...]:
    """All of them, the oldest first."""
    rows = session.scalars(
        select(AlertWebhookRow).order_by(AlertWebhookRow.added_at, AlertWebhookRow.id).offset(start).limit(size)
    )
    webhooks = {str(row.id): _webhook(row) for row in rows}
    sent, faults = _last_sent(session, webhooks.keys()), _last_faults(session, webhooks.keys())
    return tuple(
        webhook.model_copy(update={"last_sent_at": sent.get(key), "fault": faults.get(key)})
        for key, webhook in webhooks.items()
    )


def get_webhook(session: Session, webhook_id: UUID) -> tuple[AlertWebhook, bytes] | None:
    """The webhook with its encrypted secret; None: there is none."""
    row = session.get(AlertWebhookRow, webhook_id)
    return None if row is None else (_webhook(row), row.secret)


def list_secrets(session: Session) -> list[tuple[UUID, bytes]]:
    """The encrypted keys of all webhooks, held until the transaction ends."""
    statement = select(AlertWebhookRow.id, AlertWebhookRow.secret).order_by(AlertWebhookRow.id).with_for_update()
    return [(row.id, row.secret) for row in session.execute(statement)]


def replace_secret(session: Session, webhook_id: UUID, secret: bytes) -> None:
    """Store the same key, encrypted anew."""
    session.execute(update(AlertWebhookRow).where(AlertWebhookRow.id == webhook_id).values(secret=secret))


def delete_webhook(session: Session, webhook_id: UUID) -> bool:
    """Remove it with what waits for it; False: there is none."""
    waiting = (AlertDeliveryRow.channel == Channel.WEBHOOK, AlertDeliveryRow.receiver == str(webhook_id))
    session.execute(delete(AlertDeliveryRow).where(*waiting))
    statement = delete(AlertWebhookRow).where(AlertWebhookRow.id == webhook_id).returning(AlertWebhookRow.id)
    return session.scalar(statement) is not None


def enable_webhook(session: Session, webhook_id: UUID) -> bool:
    """Post to it again; False: there is none."""
    statement = update(AlertWebhookRow).where(AlertWebhookRow.id == webhook_id).values(failures=0, disabled_at=None)
    return session.scalar(statement.returning(AlertWebhookRow.id)) is not None


def disable_webhook(session: Session, webhook_id: UUID, now: datetime) -> bool:
    """Post nothing to it; False: there is none. One that is disabled already stays so since when it was."""
    since = func.coalesce(AlertWebhookRow.disabled_at, now)
    statement = update(AlertWebhookRow).where(AlertWebhookRow.id == webhook_id).values(disabled_at=since)
    return session.scalar(statement.returning(AlertWebhookRow.id)) is not None


def count_attempt(session: Session, webhook_id: UUID, *, failed: bool, now: datetime) -> bool:
    """Remember how a post went; True: it has failed so often that it is disabled from now on."""
    row = session.get(AlertWebhookRow, webhook_id, with_for_update=True)
    if row is None:
        return False
    row.failures = row.failures + 1 if failed else 0
    is_disabled_now = row.failures >= FAILURES_ALLOWED and row.disabled_at is None
    if is_disabled_now:
        row.disabled_at = now
    session.flush()
    return is_disabled_now


def count_disabled_webhooks(session: Session) -> int:
    """How many webhooks are posted nothing because they failed too often."""
    failed = (AlertWebhookRow.disabled_at.is_not(None), AlertWebhookRow.failures >= FAILURES_ALLOWED)
    return session.scalar(select(func.count()).select_from(AlertWebhookRow).where(*failed)) or 0


def queue_test(session: Session, webhook_id: UUID, now: datetime) -> bool:
    """Put a test in the outbox of a webhook; False: there is none."""
    if session.get(AlertWebhookRow, webhook_id) is None:
        return False
    occasion = f"{TEST_OCCASION}{uuid4()}"
    session.add(AlertDeliveryRow(channel=Channel.WEBHOOK, receiver=str(webhook_id), occasion=occasion, due_at=now))
    session.flush()
    return True


def _last_faults(session: Session, receivers: Collection[str]) -> dict[str, str]:
    """By webhook: why the newest of the posts that wait could not be sent."""
    row = AlertDeliveryRow
    failed = (
        row.channel == Channel.WEBHOOK,
        row.receiver.in_(receivers),
        row.sent_at.is_(None),
        row.fault.is_not(None),
    )
    statement = select(row.receiver, row.fault).where(*failed).order_by(row.id)
    return {receiver: fault for receiver, fault in session.execute(statement) if fault}


def _last_sent(session: Session, receivers: Collection[str]) -> dict[str, datetime | None]:
    """By webhook: when it last took a post."""
    row = AlertDeliveryRow
    statement = (
        select(row.receiver, func.max(row.sent_at).label("last_sent_at"))
        .where(row.channel == Channel.WEBHOOK, row.receiver.in_(receivers), row.sent_at.is_not(None))
        .group_by(row.receiver)
    )
    return {sent.receiver: sent.last_sent_at for sent in session.execute(statement)}


def _webhook(row: AlertWebhookRow) -> AlertWebhook:
    columns = AlertWebhook.model_fields.keys() - _NOT_STORED
    return AlertWebhook.model_validate({name: getattr(row, name) for name in columns})
