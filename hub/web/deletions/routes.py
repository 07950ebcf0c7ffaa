"""The page that proves what was deleted."""

from datetime import timedelta

from fastapi import Request
from fastapi.responses import HTMLResponse

from hub.access.policy import may
from hub.access.rights import RightsDesk
from hub.alerts.service import KEPT_FOR
from hub.clock import danish_day
from hub.errors import MissingRole
from hub.rights.stores import DeletionCount
from hub.web.deletions import texts
from hub.web.deletions.page import DeletionsPage
from hub.web.deletions.present import PATH, deletions_page, limit_lines
from hub.web.shell.request_context import RequestContext, open_request
from hub.web.shell.view_models import Link
from hub.web.shell.workspace import Workspace
from schemas.access import AuditAction

DELETIONS = Workspace(
    name="deletions",
    path=PATH,
    title="Hvad er slettet?",
    action=AuditAction.READ_DELETIONS,
    pages=(DeletionsPage,),
    in_menu=False,
)
router = DELETIONS.router
DAYS = timedelta(days=30)
"""That are shown."""


@router.get(DELETIONS.path)
def deletions(request: Request) -> HTMLResponse:
    """How much was deleted from each store, by day, and by which time limits?"""
    with open_request(request, DELETIONS) as context:
        counts = read_deletions(context)
        settings = context.app.settings
        limits = limit_lines(
            {source.title: source.retention_days for source in context.sources},
            quarantine_days=settings.quarantine_retention_days,
            bus_hours=settings.bus_retention_hours,
            log_months=settings.audit_retention_months,
            alert_days=KEPT_FOR.days,
        )
        return context.page(deletions_page(counts, danish_day(context.now), limits, _back_link(context)))


def read_deletions(context: RequestContext) -> tuple[DeletionCount, ...]:
    """What was deleted in the last thirty days; for page and API.

    Raises:
        MissingRole: the role does not see it.
    """
    desk = RightsDesk(context.session, context.actor, context.access(), now=context.now)
    counts = desk.read_deletions(danish_day(context.now) - DAYS)
    if counts is None:
        raise MissingRole
    return counts


def _back_link(context: RequestContext) -> Link:
    if may(context.actor, AuditAction.READ_LOG):
        return Link(texts.TO_LOG, "/tilsyn")
    return Link(texts.TO_SOURCES, "/kilder")
