"""Webhooks in words. Pure."""

from collections.abc import Collection, Sequence
from datetime import datetime

from hub.alerts.delivery_repository import AlertWebhook
from hub.web.notices import texts
from hub.web.notices.page import WebhookRow, WebhooksPage
from hub.web.shell.alert_texts import KIND
from hub.web.shell.dates import of_moment
from hub.web.shell.form_result import FormResult
from hub.web.shell.view_models import Choice
from schemas.alert import AlertKind

ADDRESS = "/beskeder/webhooks"


def webhooks_page(
    webhooks: Sequence[AlertWebhook],
    hosts: Collection[str],
    now: datetime,
    result: FormResult | None,
    *,
    secret: str,
    older: str,
) -> WebhooksPage:
    """All of them with how they do, and the form for one more with what was typed."""
    typed = result.typed if result and result.form == "add" else {}
    chosen = typed.get("kinds", "").split(",")
    return WebhooksPage(
        rows=tuple(_row(webhook, now) for webhook in webhooks),
        hosts=", ".join(sorted(hosts)),
        url=typed.get("url", ""),
        kinds=tuple(Choice(kind.value, KIND[kind], kind.value in chosen) for kind in AlertKind),
        secret=secret,
        older=older,
        result=result.outcome if result and result.text else None,
    )


def _row(webhook: AlertWebhook, now: datetime) -> WebhookRow:
    return WebhookRow(
        id=str(webhook.id),
        url=webhook.url,
        kinds=", ".join(KIND[kind] for kind in sorted(webhook.kinds)) or texts.ALL_KINDS,
        is_paused=webhook.disabled_at is not None,
        state=texts.PAUSED if webhook.disabled_at else texts.RUNS,
        last_sent=of_moment(webhook.last_sent_at, now) if webhook.last_sent_at else None,
        fault=texts.WEBHOOK_FAULT.format(number=webhook.failures, fault=webhook.fault or texts.FAULT_GONE)
        if webhook.failures
        else "",
    )
