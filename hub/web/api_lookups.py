"""The JSON twin of the page of look-ups: the same function, the same line of the log."""

from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request

from hub.clock import danish_day
from hub.errors import InvalidPeriod
from hub.web.api import LOGGED_IN
from hub.web.lookups import texts
from hub.web.lookups.present import LookupQuestion
from hub.web.lookups.routes import LOOKUPS, After, list_lookups
from hub.web.shell.day_period import read_period
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
    """Of one citizen, by one employee, or all; the latest 90 days unless others are asked for.

    Raises:
        InvalidPeriod: it ends before it begins, or lies too far away.
    """
    with open_request(request, LOOKUPS) as context:
        today = danish_day(context.now)
        last = last_day or today
        period, faults = read_period(_first_text(first_day, last), last.isoformat(), today, texts.DAYS)
        if faults:
            raise InvalidPeriod
        question = LookupQuestion(period=period, citizen=citizen_id, actor_id=actor_id, only_without=without_relation)
        listed = list_lookups(context, question, after)
        return LookupsAnswer(
            first_day=period.first,
            last_day=period.last,
            counts=listed.counts if listed else LookupCounts(),
            lookups=listed.lookups if listed else (),
            after=listed.after if listed else None,
        )


def _first_text(first_day: date | None, last: date) -> str:
    """The first day as it is typed; before a last day at the edge of the calendar there is none."""
    days = timedelta(days=texts.DAYS - 1)
    return (first_day or max(last, date.min + days) - days).isoformat()
