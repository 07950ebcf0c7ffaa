"""Mine borgere: what needs me today?"""

from datetime import timedelta
from typing import Annotated, Literal

from fastapi import Query, Request
from fastapi.responses import HTMLResponse

from hub.access.coming_of_age import list_turning_18
from hub.access.meeting_agenda import list_my_meetings
from hub.clock import danish_day, danish_midnight
from hub.course.consent_repository import count_restricted
from hub.web.my_citizens.families import load_families
from hub.web.my_citizens.page import MyCitizensPage
from hub.web.my_citizens.present import Filters, my_citizens_page
from hub.web.my_citizens.present_deadlines import Reader
from hub.web.shell.request_context import open_request
from hub.web.shell.workspace import Workspace
from schemas.access import AuditAction
from schemas.source import Area

MY_CITIZENS = Workspace(
    name="my_citizens",
    path="/mine-borgere",
    title="Mine borgere",
    action=AuditAction.LIST_CITIZENS,
    pages=(MyCitizensPage,),
)
router = MY_CITIZENS.router
MEETINGS_A_DAY = 50
"""Nobody has more; a page of them all is under Møder."""


@router.get(MY_CITIZENS.path)
def my_citizens(
    request: Request,
    vis: Literal["nyt", "uaabnet", "passeret", "stille"] | None = None,
    omraade: Area | None = None,
    side: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> HTMLResponse:
    """Running deadlines, today's meetings, then my families: what changed since I last looked, what stands still."""
    with open_request(request, MY_CITIZENS) as context:
        today = danish_day(context.now)
        meetings = list_my_meetings(
            context.session,
            context.actor,
            context.access(),
            first=danish_midnight(today),
            until=danish_midnight(today + timedelta(days=1)),
            size=MEETINGS_A_DAY,
            now=context.now,
        )
        page = my_citizens_page(
            load_families(context),
            Filters(
                news_only=vis == "nyt",
                unopened_only=vis == "uaabnet",
                passed_only=vis == "passeret",
                still_only=vis == "stille",
                area=omraade,
                page=side,
            ),
            purpose=context.access().purpose,
            unit=context.actor.unit_name,
            now=context.now,
            reader=Reader(context.actor.area, context.actor.unit_id),
            sources={source.name: source for source in context.sources},
            meetings=meetings.meetings,
            restricted=count_restricted(context.session, context.actor, today),
            minors=list_turning_18(context.session, context.actor, context.access(), now=context.now),
        )
        return context.page(page)
