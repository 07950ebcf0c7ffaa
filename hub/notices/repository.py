"""Every statement about notices and their outbox."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hub.notices.conditions import Condition, Key, NoticeKind
from hub.notices.rules import OpenNotice
from hub.notices.tables import NoticeDeliveryRow, NoticeRow
from schemas.base import Instant, Schema

_OPEN_FIRST = NoticeRow.ended_at.is_(None).desc()


class NoticeEvent(StrEnum):
    """What is told."""

    BEGAN = "began"
    ENDED = "ended"


class Channel(StrEnum):
    """How it is told."""

    EMAIL = "email"
    WEBHOOK = "webhook"


class Receiver(Schema):
    """Whom something is told."""

    channel: Channel
    address: str


class Notice(Schema):
    """A notice as the page shows it."""

    id: int
    condition: Condition
    began_at: Instant
    ended_at: Instant | None = None
    sent: int = 0
    waiting: int = 0
    """Messages that are not sent yet."""
    fault: str | None = None
    """Why the last attempt at one of them failed."""


class Delivery(Schema):
    """A message that is to be sent."""

    id: int
    notice: Notice
    event: NoticeEvent
    receiver: Receiver
    attempts: int


def open_notices(session: Session) -> dict[Key, OpenNotice]:
    """Those that are not over, by key."""
    rows = session.scalars(select(NoticeRow).where(NoticeRow.ended_at.is_(None)))
    notices = [
        OpenNotice(id=row.id, condition=_condition(row), began_at=row.began_at, is_told=row.told_at is not None)
        for row in rows
    ]
    return {notice.condition.key: notice for notice in notices}


def begin_notice(session: Session, condition: Condition, now: datetime) -> int | None:
    """Keep that something is wrong; its id. None: another process was first."""
    statement = insert(NoticeRow).values(**condition.model_dump(), began_at=now).on_conflict_do_nothing()
    return session.scalar(statement.returning(NoticeRow.id))


def mark_told(session: Session, notice_id: int, now: datetime) -> bool:
    """Its beginning is told now; False: another process was first, or it is over."""
    statement = update(NoticeRow).where(
        NoticeRow.id == notice_id, NoticeRow.told_at.is_(None), NoticeRow.ended_at.is_(None)
    )
    return session.scalar(statement.values(told_at=now).returning(NoticeRow.id)) is not None


def end_notice(session: Session, notice_id: int, now: datetime) -> bool:
    """It is over; False: another process was first. Of its beginning nothing more is sent: the end tells both."""
    statement = update(NoticeRow).where(NoticeRow.id == notice_id, NoticeRow.ended_at.is_(None))
    if session.scalar(statement.values(ended_at=now).returning(NoticeRow.id)) is None:
        return False
    session.execute(
        delete(NoticeDeliveryRow).where(
            NoticeDeliveryRow.notice_id == notice_id,
            NoticeDeliveryRow.event == NoticeEvent.BEGAN,
            NoticeDeliveryRow.sent_at.is_(None),
        )
    )
    return True


def delete_untold(session: Session, notice_id: int) -> None:
    """Forget one that was over before anybody was told."""
    session.execute(delete(NoticeRow).where(NoticeRow.id == notice_id, NoticeRow.told_at.is_(None)))


def save_number(session: Session, notice_id: int, number: int | None) -> None:
    """Keep the newest number of an open notice."""
    session.execute(update(NoticeRow).where(NoticeRow.id == notice_id).values(number=number))


def add_deliveries(
    session: Session, notice_id: int, event: NoticeEvent, receivers: Sequence[Receiver], due_at: datetime
) -> None:
    """Put the message in the outbox for each receiver, once."""
    for receiver in receivers:
        statement = insert(NoticeDeliveryRow).values(
            notice_id=notice_id,
            event=event,
            channel=receiver.channel,
            receiver=receiver.address,
            due_at=due_at,
            attempts=0,
        )
        session.execute(statement.on_conflict_do_nothing())


def take_delivery(session: Session, now: datetime) -> Delivery | None:
    """The message that has been due longest, locked until the transaction ends. None: nothing is due."""
    row = session.execute(
        select(NoticeDeliveryRow, NoticeRow)
        .join(NoticeRow, NoticeRow.id == NoticeDeliveryRow.notice_id)
        .where(NoticeDeliveryRow.sent_at.is_(None), NoticeDeliveryRow.due_at <= now)
        .order_by(NoticeDeliveryRow.due_at, NoticeDeliveryRow.id)
        .limit(1)
        .with_for_update(of=NoticeDeliveryRow, skip_locked=True)
    ).one_or_none()
    if row is None:
        return None
    delivery, notice = row
    return Delivery(
        id=delivery.id,
        notice=_notice(notice),
        event=NoticeEvent(delivery.event),
        receiver=Receiver(channel=Channel(delivery.channel), address=delivery.receiver),
        attempts=delivery.attempts,
    )


def mark_sent(session: Session, delivery_id: int, now: datetime) -> None:
    """It is sent."""
    statement = update(NoticeDeliveryRow).where(NoticeDeliveryRow.id == delivery_id)
    session.execute(statement.values(sent_at=now, fault=None))


def postpone_delivery(session: Session, delivery_id: int, fault: str, due_at: datetime) -> None:
    """It could not be sent; it is tried again."""
    statement = update(NoticeDeliveryRow).where(NoticeDeliveryRow.id == delivery_id)
    session.execute(statement.values(attempts=NoticeDeliveryRow.attempts + 1, fault=fault, due_at=due_at))


def list_notices(session: Session, *, offset: int, size: int) -> tuple[Notice, ...]:
    """Notices by page: those that are not over first, then the newest. Those not told yet are left out."""
    sent = func.count(NoticeDeliveryRow.sent_at)
    waiting = func.count(NoticeDeliveryRow.id) - sent
    statement = (
        select(NoticeRow, sent, waiting, func.max(NoticeDeliveryRow.fault))
        .outerjoin(NoticeDeliveryRow, NoticeDeliveryRow.notice_id == NoticeRow.id)
        .where(NoticeRow.told_at.is_not(None))
        .group_by(NoticeRow.id)
        .order_by(_OPEN_FIRST, NoticeRow.began_at.desc(), NoticeRow.id.desc())
        .offset(offset)
        .limit(size)
    )
    return tuple(
        _notice(row, sent=sent_count, waiting=waiting_count, fault=fault)
        for row, sent_count, waiting_count, fault in session.execute(statement)
    )


def delete_old(session: Session, before: datetime) -> None:
    """Forget notices that were over before then."""
    session.execute(delete(NoticeRow).where(NoticeRow.ended_at < before))


def _condition(row: NoticeRow) -> Condition:
    return Condition(kind=NoticeKind(row.kind), source=row.source, number=row.number)


def _notice(row: NoticeRow, **counts: Any) -> Notice:
    return Notice(id=row.id, condition=_condition(row), began_at=row.began_at, ended_at=row.ended_at, **counts)
