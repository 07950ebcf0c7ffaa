"""The JSON twin of the page of look-ups: the same function, the same line of the log."""

from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request

from hub.clock import danish_day
from hub.web.api import LOGGED_IN
from hub.web.lookups import texts
from hub.web.lookups.present import LookupQuestion
from hub.web.lookups.routes import LOOKUPS, After, list_lookups
from hub.web.shell.day_period import DayPeriod
from hub.web.shell.request_context import open_request
from schemas.base import Schema
from schemas.lookup import Lookup, LookupCounts

router = APIRouter(prefix="/api/tilsyn/opslag", responses=LOGGED_IN)


class LookupsAnswer(Schema):
    """Look-ups in a period."""

    first_day: date
    last_day: date
    counts: LookupCounts
    """Of all pages, whatever filter is on."""
    lookups: tuple[Lookup, ...]
    """The newest first."""
    after: int | None
    """Where the next page begins; None: this is the last."""


@router.get("", summary="Who looked at whom, with which relation at the time")
def lookups(  # noqa: PLR0913  parts of the address, keyword-only
    request: Request,
    *,
    citizen_id: UUID | None = None,
    actor_id: Annotated[str | None, Query(max_length=100)] = None,
    first_day: date | None = None,
    last_day: date | None = None,
    without_relation: bool = False,
    after: After = None,
) -> LookupsAnswer:
    """Of one citizen, by one employee, or all; the latest 90 days unless others are asked for."""
    with open_request(request, LOOKUPS) as context:
        today = danish_day(context.now)
        last = last_day or today
        first = first_day or last - timedelta(days=texts.DAYS - 1)
        question = LookupQuestion(
            period=DayPeriod(first, last), citizen=citizen_id, actor_id=actor_id, only_without=without_relation
        )
        listed = list_lookups(context, question, after)
        return LookupsAnswer(
            first_day=first,
            last_day=last,
            counts=listed.counts if listed else LookupCounts(),
            lookups=listed.lookups if listed else (),
            after=listed.after if listed else None,
        )
