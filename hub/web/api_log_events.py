"""The log as events through the API, and the decision that they may name people: the page's functions and lines."""

from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import Field

from hub.audit.event_names import MOST_DAYS, USUAL_DAYS, NamesDecision, NamesFault
from hub.audit.event_names_repository import find_in_force
from hub.audit.forms.choice import EventForm
from hub.web.api import LOGGED_IN, PROBLEM
from hub.web.integrity import texts
from hub.web.integrity.routes import (
    INTEGRITY,
    Day,
    ask_events,
    decide_event_names,
    end_event_names,
    events_file,
)
from hub.web.shell.errors import EventsNotGiven
from hub.web.shell.form_token import require_header_token
from hub.web.shell.request_context import open_request
from schemas.access import AuditAction
from schemas.base import Schema

router = APIRouter(prefix="/api/tilsyn/loggen", responses=LOGGED_IN)
WRONG: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "An event a line, packed with gzip.",
        "content": {"application/gzip": {"schema": {"type": "string", "format": "binary"}}},
    },
    422: {
        "description": "The days are wrong, nothing is sealed yet, or no decision lets events name people.",
        **PROBLEM,
    },
}


class NamesAsk(Schema):
    """That events may name employees and the citizen's key for a time."""

    days: int = Field(default=USUAL_DAYS, ge=1, le=MOST_DAYS)
    reason: str = Field(max_length=500)
    """National numbers are masked before it is stored."""
    with_stream: bool = False
    """What is streamed to the SIEM names them too."""


class NamesFaultLine(Schema):
    """Why nothing was decided."""

    fault: NamesFault
    text: str
    """As the page says it."""


class NamesAnswer(Schema):
    """The decision that is in force now; None: there is none, and events have pseudonyms alone."""

    decision: NamesDecision | None
    faults: tuple[NamesFaultLine, ...] = ()


@router.get("/haendelser", summary="The sealed log of some days as events", responses=WRONG, response_class=Response)
def events(
    request: Request, form: EventForm = EventForm.ECS, first_day: Day = "", last_day: Day = "", *, names: bool = False
) -> Response:
    """ECS, OCSF or FHIR, with pseudonyms; the latest thirty days unless others are asked for.

    ``names``: employees and citizens' keys in clear, for the DPO while a decision lets it.
    """
    with open_request(request, INTEGRITY) as context:
        export = ask_events(context, form, first_day, last_day, names=names)
        if isinstance(export, str):
            raise EventsNotGiven
    return events_file(export)


@router.get("/navne", summary="Whether events name people now")
def names(request: Request) -> NamesAnswer:
    """The decision in force, with its reason; for the DPO."""
    with open_request(request, INTEGRITY) as context:
        context.require(AuditAction.DECIDE_EVENT_NAMES)
        context.record(AuditAction.READ_INTEGRITY)
        return NamesAnswer(decision=find_in_force(context.session, context.now))


@router.post("/navne", summary="Let events name people for a time", dependencies=[Depends(require_header_token)])
def decide_names(request: Request, ask: NamesAsk) -> NamesAnswer:
    """The DPO decides it. With faults nothing is stored."""
    with open_request(request, INTEGRITY) as context:
        faults = decide_event_names(context, ask.days, ask.reason.strip(), with_stream=ask.with_stream)
        return NamesAnswer(
            decision=find_in_force(context.session, context.now),
            faults=tuple(NamesFaultLine(fault=fault, text=texts.NAMES_FAULT[fault]) for fault in faults),
        )


@router.post("/navne/afslut", summary="End that", dependencies=[Depends(require_header_token)])
def end_names(request: Request) -> NamesAnswer:
    """Events have pseudonyms again at once."""
    with open_request(request, INTEGRITY) as context:
        end_event_names(context)
        return NamesAnswer(decision=find_in_force(context.session, context.now))
