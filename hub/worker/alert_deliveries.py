"""The loop that sends what of alerts is sent: mails of news and before meetings, and posts to other systems."""

import logging
from collections.abc import Sequence
from datetime import time, timedelta
from functools import partial
from threading import Event
from uuid import UUID

from hub.access import identity
from hub.access.alerts import has_news
from hub.access.meeting_agenda import meetings_to_announce
from hub.alerts import delivery_repository as repository
from hub.alerts.delivery_repository import AlertDelivery, Channel
from hub.alerts.meeting_mails import OCCASION, meeting_mail, meeting_occasion
from hub.alerts.messages import is_address_allowed, mail_text, signing_key, webhook_body
from hub.alerts.service import KEPT_FOR
from hub.clock import DANISH_TIME, danish_day
from hub.context import AppContext
from hub.db import Session
from hub.errors import NotLoggedIn
from hub.notices.rules import retry_at
from hub.notices.senders import MailServer, SendFailed, Webhook, post_webhook, send_email
from hub.operation.loop_health import LoopHealth
from hub.secrets import secret_keys
from hub.worker.loops import Loop, repeat
from hub.worker.notices import notice_plan

SEND_EVERY = timedelta(seconds=30)
MORNING = time(7)
"""In Denmark: from then on the mail of the day is made."""

log = logging.getLogger("hub.worker")


def delivery_loops(context: AppContext) -> Sequence[Loop]:
    """Make and send, until told to stop."""
    mail = notice_plan(context.settings).mail if context.settings.mails_alerts else None
    return [Loop(name="alerts.send", run=partial(_run, context, mail))]


def make_and_send(context: AppContext, mail: MailServer | None, stop: Event) -> None:
    """One round. Each mail and each post is a transaction of its own, in which it is sent and marked.

    A worker that dies in between leaves it to be sent again, under the same id. Without a mail server no mail is made.
    """
    is_morning = context.clock.now().astimezone(DANISH_TIME).time() >= MORNING
    while mail is not None and is_morning and not stop.is_set():
        with context.database.transaction() as session:
            if not _make_mail(context, session):
                break
    channels = [Channel.WEBHOOK, *([Channel.EMAIL] if mail else [])]
    while not stop.is_set():
        with context.database.transaction() as session:
            delivery = repository.take_delivery(session, channels, context.clock.now())
            if delivery is None:
                repository.delete_old_deliveries(session, context.clock.now() - KEPT_FOR)
                return
            _send(context, session, delivery, mail)


def _make_mail(context: AppContext, session: Session) -> bool:
    """Look at somebody's morning; False: there is nobody whose morning is not looked at."""
    now = context.clock.now()
    actor_id = repository.take_unchecked(session, danish_day(now))
    if actor_id is None:
        return False
    try:
        employee = identity.actor(session, actor_id)
    except NotLoggedIn:  # they work here no longer
        repository.save_address(session, actor_id, None)
        return True
    if has_news(session, employee, repository.last_mail(session, actor_id), now=now):
        repository.add_mail(session, actor_id, danish_day(now).isoformat(), now)
    for meeting in meetings_to_announce(session, employee, now=now):
        repository.add_mail(session, actor_id, meeting_occasion(meeting), now)
    return True


def _send(context: AppContext, session: Session, delivery: AlertDelivery, mail: MailServer | None) -> None:
    now = context.clock.now()
    try:
        if delivery.channel is Channel.WEBHOOK:
            is_wanted = _post(context, session, delivery)
        else:
            is_wanted = mail is not None and _mail(context, session, delivery, mail)
    except SendFailed as error:
        repository.postpone_delivery(session, delivery.id, str(error), retry_at(delivery.attempts, now))
        return
    if is_wanted:
        repository.mark_sent(session, delivery.id, now)
    else:
        repository.drop_delivery(session, delivery.id)


def _mail(context: AppContext, session: Session, delivery: AlertDelivery, server: MailServer) -> bool:
    """Hand in a mail; False: nobody wants it any more."""
    address = repository.get_address(session, delivery.receiver)
    if address is None:
        return False
    words = _mail_words(context, session, delivery)
    if words is None:
        return False
    message_id = f"alert-{delivery.id}-{delivery.occasion}"
    send_email(server, address, *words, message_id=message_id, now=context.clock.now())
    return True


def _mail_words(context: AppContext, session: Session, delivery: AlertDelivery) -> tuple[str, str] | None:
    """Subject and body. None: the meeting was moved, cancelled or has begun, or the receiver is invited no more."""
    now, public_url = context.clock.now(), context.settings.public_url
    if not delivery.occasion.startswith(OCCASION):
        return mail_text(public_url)
    try:
        employee = identity.actor(session, delivery.receiver)
    except NotLoggedIn:
        return None
    for meeting in meetings_to_announce(session, employee, now=now):
        if meeting_occasion(meeting) == delivery.occasion:
            return meeting_mail(meeting, public_url, now)
    return None


def _post(context: AppContext, session: Session, delivery: AlertDelivery) -> bool:
    """Post to a webhook; False: there is none, or it failed too often."""
    webhook_id, now = UUID(delivery.receiver), context.clock.now()
    stored = repository.get_webhook(session, webhook_id)
    is_test = delivery.occasion.startswith(repository.TEST_OCCASION)
    if stored is None or stored[0].disabled_at is not None or (delivery.kind is None and not is_test):
        return False
    webhook, sealed = stored
    key = signing_key(secret_keys(context.settings).decrypt(sealed, f"webhook {webhook_id}"))
    body = webhook_body(delivery.kind, delivery.occasion, context.settings.public_url, now)
    try:
        if not is_address_allowed(webhook.url, context.settings.listed_webhook_hosts):
            raise SendFailed("the address is not among HELHED_ALERT_WEBHOOK_HOSTS any more")  # noqa: TRY301
        post_webhook(Webhook(webhook.url, key), body, message_id=f"alert_{delivery.id}", now=now)
    except SendFailed:
        if repository.count_attempt(session, webhook_id, failed=True, now=now):
            log.error("alerts.webhook_disabled", extra={"fields": {"webhook": str(webhook_id)}})  # noqa: TRY400  no values
        raise
    repository.count_attempt(session, webhook_id, failed=False, now=now)
    return True


def _run(context: AppContext, mail: MailServer | None, health: LoopHealth, stop: Event) -> None:
    repeat(partial(make_and_send, context, mail, stop), health, stop, pause=SEND_EVERY)
