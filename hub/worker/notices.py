"""The worker's loop of notices: looks at the sources twice a minute, and sends what is to be told."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from threading import Event

from hub.context import AppContext
from hub.errors import InvalidSetting
from hub.notices import service
from hub.notices.conditions import Limits
from hub.notices.rules import QuietHours, quiet_hours
from hub.notices.senders import Webhook, mail_server_of
from hub.notices.service import NoticePlan
from hub.operation.loop_health import LoopHealth
from hub.settings import Settings
from hub.worker.loops import Loop, repeat

LOOK_EVERY = timedelta(seconds=30)
SHORTEST_KEY = 32


def notice_loops(context: AppContext) -> Sequence[Loop]:
    """Look, keep and send, until told to stop."""
    return [Loop(name="notices", run=partial(_run, context, notice_plan(context.settings)))]


def notice_plan(settings: Settings) -> NoticePlan:
    """Whom notices are told.

    Raises:
        InvalidSetting: something that is needed is missing.
    """
    return NoticePlan(
        limits=Limits.of(settings),
        quiet=_quiet(settings),
        mail=mail_server_of(settings),
        recipients=tuple(address.strip() for address in settings.notice_recipients.split(",") if address.strip()),
        webhook=_webhook(settings),
        stream=settings.audit_stream_url,
    )


def look_and_send(context: AppContext, plan: NoticePlan, stop: Event) -> None:
    """One round: a look in one transaction, then each message in one of its own."""
    sources = [source for source in context.catalogue.known() if source.is_active]
    titles = {source.name: source.system.title for source in context.catalogue.known() if source.system}
    with context.database.transaction() as session:
        service.judge(session, sources, plan, context.clock.now())
    while not stop.is_set():
        with context.database.transaction() as session:
            if not service.send_next(session, plan, titles, context.clock.now()):
                return


def _run(context: AppContext, plan: NoticePlan, health: LoopHealth, stop: Event) -> None:
    repeat(partial(look_and_send, context, plan, stop), health, stop, pause=LOOK_EVERY)


def _quiet(settings: Settings) -> QuietHours:
    try:
        return quiet_hours(settings.notice_quiet_hours)
    except ValueError:
        raise InvalidSetting("HELHED_NOTICE_QUIET_HOURS is not two times of day, as 22:00-07:00") from None


def _webhook(settings: Settings) -> Webhook | None:
    if not settings.notice_webhook_url:
        return None
    key = settings.notice_webhook_key.get_secret_value() if settings.notice_webhook_key else ""
    if len(key) < SHORTEST_KEY:
        raise InvalidSetting("HELHED_NOTICE_WEBHOOK_KEY has less than 32 characters; it is needed with the address")
    return Webhook(url=settings.notice_webhook_url, key=key.encode())
