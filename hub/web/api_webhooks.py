"""The systems that are posted kinds of alerts, for administrators' tools: the acts of ``helhed webhook``."""

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field

from hub.alerts.delivery_repository import AlertWebhook
from hub.errors import WebhookNotFound
from hub.secrets import secret_keys
from hub.web.api import LOGGED_IN, PROBLEM
from hub.web.notices.webhook_routes import webhook_desk
from hub.web.notices.workspace import NOTICES
from hub.web.shell.form_token import require_header_token
from hub.web.shell.request_context import open_request
from schemas.alert import AlertKind
from schemas.base import Schema

router = APIRouter(prefix="/api/beskeder/webhooks", responses=LOGGED_IN)
TOKEN = [Depends(require_header_token)]
UNKNOWN: dict[int | str, dict[str, Any]] = {404: {"description": "There is no such webhook.", **PROBLEM}}
ON_PAGE = 50


class WebhookFault(StrEnum):
    """Why an address is not registered."""

    ADDRESS_NOT_LISTED = "address_not_listed"
    """It is not HTTPS at a host of ``HELHED_ALERT_WEBHOOK_HOSTS``, by name or by name and port."""


class WebhookAct(StrEnum):
    """What is done with a webhook."""

    DISABLE = "disable"
    ENABLE = "enable"
    REMOVE = "remove"
    TEST = "test"
    """A test is posted, of no alert."""


class WebhookList(Schema):
    """A page of webhooks, the oldest first."""

    webhooks: tuple[AlertWebhook, ...]
    next_start: int | None
    """What to ask for next; None: there is no more."""


class NewWebhookAsk(Schema):
    """An address to post to."""

    url: str = Field(max_length=500)
    kinds: frozenset[AlertKind] = frozenset()
    """Empty: all."""


class NewWebhookAnswer(Schema):
    """What came of it: registered when there are no faults."""

    id: UUID | None
    secret: str | None
    """The key of its signatures, told in this answer and never again."""
    faults: tuple[WebhookFault, ...]


class WebhookAsk(Schema):
    """What to do with a webhook."""

    act: WebhookAct


class WebhookAnswer(Schema):
    """It is done."""

    act: WebhookAct


@router.get("", summary="The systems that are posted alerts")
def webhooks(request: Request, start: Annotated[int, Query(ge=0, le=1_000_000)] = 0) -> WebhookList:
    """Without their secrets; with when each was last posted to, and how often it failed since."""
    with open_request(request, NOTICES) as context:
        listed = webhook_desk(context).list_webhooks(start=start, size=ON_PAGE + 1)
        return WebhookList(webhooks=listed[:ON_PAGE], next_start=start + ON_PAGE if len(listed) > ON_PAGE else None)


@router.post("", summary="Post alerts to a system", dependencies=TOKEN)
def add(request: Request, ask: NewWebhookAsk) -> NewWebhookAnswer:
    """The answer has the secret of its signatures, this once."""
    with open_request(request, NOTICES) as context:
        settings = context.app.settings
        added = webhook_desk(context).add(ask.url, ask.kinds, settings.listed_webhook_hosts, secret_keys(settings))
        if added is None:
            return NewWebhookAnswer(id=None, secret=None, faults=(WebhookFault.ADDRESS_NOT_LISTED,))
        webhook, secret = added
        return NewWebhookAnswer(id=webhook.id, secret=secret, faults=())


@router.post("/{webhook_id}", summary="Switch off, switch on, test or remove", dependencies=TOKEN, responses=UNKNOWN)
def change(request: Request, webhook_id: UUID, ask: WebhookAsk) -> WebhookAnswer:
    """What waits for one that is removed is not sent; its secret is deleted."""
    with open_request(request, NOTICES) as context:
        desk = webhook_desk(context)
        acts = {
            WebhookAct.DISABLE: desk.disable,
            WebhookAct.ENABLE: desk.enable,
            WebhookAct.REMOVE: desk.remove,
            WebhookAct.TEST: desk.send_test,
        }
        if not acts[ask.act](webhook_id):
            raise WebhookNotFound
        return WebhookAnswer(act=ask.act)
