"""The JSON twins of the page of consents: the same functions, the same lines in the log."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import Field

from hub.access.consents import ConsentView, GivenConsent, ListedConsents, list_consents
from hub.course.consent_rules import ConsentFault
from hub.web.api import LOGGED_IN
from hub.web.consents import texts
from hub.web.consents.routes import (
    CONSENTS,
    cells_of,
    give_consent,
    read_consents,
    withdraw_consents,
)
from hub.web.shell.form_token import require_header_token
from hub.web.shell.request_context import open_request
from schemas.base import Schema
from schemas.consent import Consent, ConsentForm, ConsentGiver, ConsentTerms

router = APIRouter(prefix="/api", responses=LOGGED_IN)
TOKEN = [Depends(require_header_token)]


class ConsentAsk(Schema):
    """What the citizen consents to, and how."""

    course: bool = False
    """To the course itself."""
    cells: tuple[str, ...] = Field(default=(), max_length=200)
    """Cells of the matrix, as ``area/source/category``; what no source offers is left out."""
    given_on: date
    expires_on: date | None = None
    """The first day on which it holds no longer."""
    form: ConsentForm
    given_by: ConsentGiver
    evidence: str = Field(max_length=300)
    """Where the proof is; national numbers are masked before it is stored."""


class FaultLine(Schema):
    """Why a consent was not recorded."""

    fault: ConsentFault
    text: str
    """As the page says it."""


class GivenAnswer(Schema):
    """What came of it: recorded when there are no faults."""

    faults: tuple[FaultLine, ...]


class WithdrawAsk(Schema):
    """Consents to withdraw, by their numbers; the one to the course takes all others with it."""

    consents: tuple[Annotated[int, Field(ge=1, le=2**63 - 1)], ...] = Field(max_length=1000)


@router.get("/samtykker", summary="What the citizens of my courses have consented to")
def consents_of_mine(request: Request) -> tuple[ListedConsents, ...]:
    """Each citizen once; a line of the log for the list, and one for each citizen."""
    with open_request(request, CONSENTS) as context:
        return list_consents(context.session, context.actor, context.access(), now=context.now)


@router.get("/samtykker/{citizen_id}", summary="What a citizen has consented to")
def consents(request: Request, citizen_id: UUID) -> ConsentView:
    """Those that stand and those that stood, and what the actor may do with them."""
    with open_request(request, CONSENTS) as context:
        return read_consents(context, citizen_id)


@router.post("/samtykker/{citizen_id}/giv", summary="Record a consent", dependencies=TOKEN)
def give(request: Request, citizen_id: UUID, ask: ConsentAsk) -> GivenAnswer:
    """For the lead coordinator; with faults nothing is recorded."""
    with open_request(request, CONSENTS) as context:
        terms = ConsentTerms.model_validate(ask.model_dump(include=set(ConsentTerms.model_fields)))
        given_consent = GivenConsent(to_course=ask.course, cells=cells_of(context, ask.cells), terms=terms)
        faults = give_consent(context, citizen_id, given_consent)
        return GivenAnswer(faults=tuple(FaultLine(fault=fault, text=texts.FAULT[fault]) for fault in faults))


@router.post("/samtykker/{citizen_id}/traek", summary="Withdraw consents", dependencies=TOKEN)
def withdraw(request: Request, citizen_id: UUID, ask: WithdrawAsk) -> tuple[Consent, ...]:
    """Those that were withdrawn; from now on they open nothing."""
    with open_request(request, CONSENTS) as context:
        return withdraw_consents(context, citizen_id, ask.consents)
