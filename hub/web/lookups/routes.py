"""The pages of look-ups. A number that was typed goes no further than its digest; only keys stand in an address."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from hub.access.lookups import LookupList, export_lookups, read_lookups
from hub.audit.lookup_repository import LookupSelection
from hub.clock import danish_day
from hub.errors import MissingRole
from hub.web.lookups import texts
from hub.web.lookups.page import LookupsPage
from hub.web.lookups.present import PATH, LookupQuestion, lookups_csv, lookups_page
from hub.web.oversight.subjects import find_citizen_id, list_callers, name_of, read_key
from hub.web.shell.csv_file import csv_response
from hub.web.shell.day_period import read_period
from hub.web.shell.form_result import FormResult, keep_result, redact_typed, take_result
from hub.web.shell.form_token import require_form_token
from hub.web.shell.request_context import RequestContext, open_request
from hub.web.shell.view_models import Outcome
from hub.web.shell.workspace import Workspace
from schemas.access import AuditAction, Purpose

LOOKUPS = Workspace(
    name="lookups",
    path=PATH,
    title="Opslag",
    action=AuditAction.READ_LOG,
    purpose=Purpose.LOG_REVIEW,
    pages=(LookupsPage,),
    in_menu=False,
)
router = LOOKUPS.router
PAGE_SIZE = 50
UNKNOWN = "ukendt"
"""In the address: a number that nobody has."""
After = Annotated[int | None, Query(ge=0, le=2**63 - 1)]
Flag = Annotated[str, Query(max_length=2)]


@dataclass(frozen=True, kw_only=True)
class LookupAddress:
    """What stands in the address of a question."""

    borger: Annotated[str, Query(max_length=60)] = ""
    medarbejder: Annotated[str, Query(max_length=100)] = ""
    fra: Annotated[str, Query(max_length=20)] = ""
    til: Annotated[str, Query(max_length=20)] = ""
    uden: Flag = ""


Asked = Annotated[LookupAddress, Depends()]


@router.get(LOOKUPS.path)
def lookups(request: Request, address: Asked, efter: After = None) -> HTMLResponse:
    """Who looked at a citizen, or at whom an employee looked, with which relation?"""
    with open_request(request, LOOKUPS) as context:
        question, faults = ask(context, address)
        result = take_result(request)
        outcome = result.outcome if result else Outcome(" ".join(faults), is_error=True) if faults else None
        page = lookups_page(list_lookups(context, question, efter), question, list_callers(context), outcome)
        return context.page(page)


@router.get(f"{LOOKUPS.path}.csv")
def table(request: Request, address: Asked, navne: Flag = "") -> Response:
    """The same as a file; employees by pseudonym unless their names are asked for."""
    with open_request(request, LOOKUPS) as context:
        context.require(AuditAction.EXPORT_LOG)
        question, _ = ask(context, address)
        listed = export_lookups(context.session, context.actor, context.access(), _selection(question), now=context.now)
        if listed is None:
            raise MissingRole
        text = lookups_csv(
            () if question.is_unknown else listed,
            list_callers(context),
            named=navne == "ja",
            key=context.app.digest_key,
        )
    first, last = question.period.first.isoformat(), question.period.last.isoformat()
    return csv_response(text, texts.CSV_NAME.format(first=first, last=last))


@router.post(LOOKUPS.path, dependencies=[Depends(require_form_token)])
def choose_lookups(
    request: Request,
    *,
    citizen: Annotated[str, Form(max_length=60)] = "",
    employee: Annotated[str, Form(max_length=100)] = "",
    first: Annotated[str, Form(max_length=20)] = "",
    last: Annotated[str, Form(max_length=20)] = "",
) -> RedirectResponse:
    """Go to the look-ups of one citizen (by number or key) or employee in the period."""
    with open_request(request, LOOKUPS) as context:
        period, faults = read_period(first, last, danish_day(context.now), texts.DAYS)
        if faults:
            typed = redact_typed({"first": first, "last": last})
            keep_result(request, FormResult(" ".join(faults), is_error=True, typed=typed))
        query = dict(period.query)
        if citizen := citizen.strip():
            query["borger"] = str(find_citizen_id(context, citizen) or UNKNOWN)
        elif employee := employee.strip():
            query["medarbejder"] = employee if employee in {each.id for each in list_callers(context)} else UNKNOWN
    return RedirectResponse(f"{LOOKUPS.path}?{urlencode(query)}", 303)


def ask(context: RequestContext, address: LookupAddress) -> tuple[LookupQuestion, tuple[str, ...]]:
    """The question that an address asks, and what of it must be corrected."""
    period, faults = read_period(address.fra, address.til, danish_day(context.now), texts.DAYS)
    citizen_id = read_key(address.borger)
    actor_id = None if address.borger else address.medarbejder or None
    is_known = actor_id is None or actor_id in {actor.id for actor in list_callers(context)}
    question = LookupQuestion(
        period=period,
        citizen=citizen_id,
        citizen_name=name_of(context, citizen_id) if citizen_id else None,
        actor_id=actor_id,
        is_unknown=bool(address.borger and citizen_id is None) or not is_known,
        only_without=address.uden == "ja",
    )
    return question, faults


def list_lookups(context: RequestContext, question: LookupQuestion, after: int | None) -> LookupList | None:
    """A page of them; for page and API. None: the question is about nobody.

    Raises:
        MissingRole: the role does not read the log.
    """
    listed = read_lookups(
        context.session,
        context.actor,
        context.access(),
        _selection(question),
        after=after,
        size=PAGE_SIZE,
        now=context.now,
    )
    if listed is None:
        raise MissingRole
    return None if question.is_unknown else listed


def _selection(question: LookupQuestion) -> LookupSelection:
    return LookupSelection(
        citizen_id=question.citizen,
        actor_id=question.actor_id,
        since=question.period.since,
        until=question.period.until,
        only_without_relation=question.only_without,
    )
