"""The administrator's page of notices."""

from typing import Annotated

from fastapi import Query, Request
from fastapi.responses import HTMLResponse

from hub.notices.repository import list_notices
from hub.web.notices.present import notices_page
from hub.web.notices.webhook_routes import router as webhook_router
from hub.web.notices.workspace import NOTICES as NOTICES  # noqa: PLC0414  with its routes, for the table of workspaces
from hub.web.shell.request_context import open_request
from schemas.access import AuditAction

router = NOTICES.router
router.routes.extend(webhook_router.routes)
ON_PAGE = 50


@router.get(NOTICES.path)
def show_notices(request: Request, fra: Annotated[int, Query(ge=0, le=1_000_000)] = 0) -> HTMLResponse:
    """What needs a person now, and what did?"""
    with open_request(request, NOTICES) as context:
        context.record(AuditAction.READ_SOURCES)
        settings = context.app.settings
        notices = list_notices(context.session, offset=fra, size=ON_PAGE + 1)
        recipients = [address for address in settings.notice_recipients.split(",") if address.strip()]
        page = notices_page(
            notices[:ON_PAGE],
            titles={name: source.title for name, source in context.known_sources.items()},
            recipients=len(recipients) if settings.smtp_host else 0,
            has_webhook=bool(settings.notice_webhook_url),
            mails_alerts=settings.mails_alerts,
            quiet=settings.notice_quiet_hours,
            older=f"{NOTICES.path}?fra={fra + ON_PAGE}" if len(notices) > ON_PAGE else None,
            now=context.now,
        )
        return context.page(page)
