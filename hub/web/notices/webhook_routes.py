"""The administrator's page of webhooks: the systems that are posted alerts. By the desk of API and command."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from hub.access.webhook_acts import WebhookDesk
from hub.errors import WebhookNotFound
from hub.secrets import secret_keys
from hub.web.notices import texts
from hub.web.notices.present_webhooks import ADDRESS, webhooks_page
from hub.web.notices.workspace import NOTICES
from hub.web.shell.form_result import FormResult, finish_form, take_result
from hub.web.shell.form_token import require_form_token
from hub.web.shell.request_context import RequestContext, open_request
from schemas.alert import AlertKind

router = APIRouter(include_in_schema=False)
TOKEN = [Depends(require_form_token)]
ON_PAGE = 50
Start = Annotated[int, Query(ge=0, le=1_000_000)]


@router.get(ADDRESS)
def webhooks(request: Request, fra: Start = 0) -> HTMLResponse:
    """Which systems are posted alerts, and does each take them?"""
    with open_request(request, NOTICES) as context:
        return _page(context, start=fra, result=take_result(request))


@router.post(f"{ADDRESS}/ny", dependencies=TOKEN, response_model=None)
def add(
    request: Request,
    url: Annotated[str, Form(max_length=500)] = "",
    kinds: Annotated[list[AlertKind] | None, Form(max_length=20)] = None,
) -> HTMLResponse | RedirectResponse:
    """Post alerts to a system; the page that answers shows the secret of its signatures, this once."""
    with open_request(request, NOTICES) as context:
        settings = context.app.settings
        chosen = frozenset(kinds or ())
        hosts = settings.listed_webhook_hosts
        added = webhook_desk(context).add(url.strip(), chosen, hosts, secret_keys(settings))
        if added is None:
            fault = texts.NO_HOSTS if not hosts else texts.NOT_LISTED.format(hosts=", ".join(sorted(hosts)))
            typed = {"url": url, "kinds": ",".join(sorted(chosen))}
            return finish_form(request, fault, "", f"{ADDRESS}#ny", form="add", typed=typed)
        # Not over a redirect: a secret is never kept in a session.
        answer = _page(context, secret=added[1])
        answer.headers["cache-control"] = "no-store"
        return answer


@router.post(f"{ADDRESS}/{{webhook_id}}/pause", dependencies=TOKEN)
def pause(request: Request, webhook_id: UUID) -> RedirectResponse:
    """Post nothing to it until somebody lets it go on.

    Raises:
        WebhookNotFound: there is none.
    """
    with open_request(request, NOTICES) as context:
        return _done(request, texts.WEBHOOK_PAUSED, is_done=webhook_desk(context).disable(webhook_id))


@router.post(f"{ADDRESS}/{{webhook_id}}/fortsaet", dependencies=TOKEN)
def resume(request: Request, webhook_id: UUID) -> RedirectResponse:
    """Post to it again.

    Raises:
        WebhookNotFound: there is none.
    """
    with open_request(request, NOTICES) as context:
        return _done(request, texts.WEBHOOK_RESUMED, is_done=webhook_desk(context).enable(webhook_id))


@router.post(f"{ADDRESS}/{{webhook_id}}/fjern", dependencies=TOKEN)
def remove(request: Request, webhook_id: UUID) -> RedirectResponse:
    """Post to it no more, and delete its secret.

    Raises:
        WebhookNotFound: there is none.
    """
    with open_request(request, NOTICES) as context:
        return _done(request, texts.WEBHOOK_REMOVED, is_done=webhook_desk(context).remove(webhook_id))


@router.post(f"{ADDRESS}/{{webhook_id}}/proev", dependencies=TOKEN)
def send_test(request: Request, webhook_id: UUID) -> RedirectResponse:
    """Post a test to it, signed as any other.

    Raises:
        WebhookNotFound: there is none.
    """
    with open_request(request, NOTICES) as context:
        return _done(request, texts.WEBHOOK_TESTED, is_done=webhook_desk(context).send_test(webhook_id))


def webhook_desk(context: RequestContext) -> WebhookDesk:
    """For an act of the actor; for page and API."""
    return WebhookDesk(context.session, context.actor, context.access(), now=context.now)


def _done(request: Request, done: str, *, is_done: bool) -> RedirectResponse:
    if not is_done:
        raise WebhookNotFound
    return finish_form(request, "", done, ADDRESS)


def _page(
    context: RequestContext, *, start: int = 0, result: FormResult | None = None, secret: str = ""
) -> HTMLResponse:
    listed = webhook_desk(context).list_webhooks(start=start, size=ON_PAGE + 1)
    older = f"{ADDRESS}?fra={start + ON_PAGE}" if len(listed) > ON_PAGE else ""
    hosts = context.app.settings.listed_webhook_hosts
    page = webhooks_page(listed[:ON_PAGE], hosts, context.now, result, secret=secret, older=older)
    return context.page(page, texts.WEBHOOKS)
