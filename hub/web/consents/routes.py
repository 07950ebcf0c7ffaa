"""The team's pages of a citizen's consents: what stands, a new one, a withdrawal, the paper."""

from collections.abc import Sequence
from datetime import date
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import Field, ValidationError

from hub.access.consents import ConsentDesk, ConsentView, GivenConsent, list_consents
from hub.clock import danish_day
from hub.course.consent_rules import ConsentFault
from hub.errors import NotOnTeam
from hub.overview.repository import headers
from hub.sources.repository import source_areas
from hub.web.consents import texts
from hub.web.consents.page import ConsentListPage, ConsentsPage
from hub.web.consents.present import consents_page, list_page
from hub.web.shell.form_result import finish_form, take_result
from hub.web.shell.form_token import require_form_token
from hub.web.shell.request_context import RequestContext, open_request
from hub.web.shell.workspace import Workspace
from schemas.access import AuditAction
from schemas.consent import AREA_CATEGORIES, Consent, ConsentCell, ConsentTerms
from schemas.data_category import DataCategory
from schemas.source import SourceSystem

CONSENTS = Workspace(
    name="consents",
    path="/samtykker",
    title="Samtykker",
    action=AuditAction.LIST_CITIZENS,
    pages=(ConsentListPage, ConsentsPage),
)
router = CONSENTS.router
TOKEN = [Depends(require_form_token)]


@router.get(CONSENTS.path)
def consents_of_mine(request: Request, fra: Annotated[int, Query(ge=0, le=1_000_000)] = 0) -> HTMLResponse:
    """Whose consent is missing, or must soon be renewed?"""
    with open_request(request, CONSENTS) as context:
        today = danish_day(context.now)
        listed = list_consents(context.session, context.actor, context.access(), now=context.now)
        by_citizen = headers(context.session, [citizen.citizen_id for citizen in listed])
        names = {citizen_id: header.display_name for citizen_id, header in by_citizen.items()}
        return context.page(list_page(listed, names, today, fra))


@router.get("/samtykker/{citizen_id}")
def consents(request: Request, citizen_id: UUID) -> HTMLResponse:
    """What has the citizen consented to, since when and until when?

    Raises:
        NotOnTeam: the actor is not on the team of a course of the citizen.
    """
    with open_request(request, CONSENTS) as context:
        view = read_consents(context, citizen_id)
        header = headers(context.session, [citizen_id]).get(citizen_id)
        page = consents_page(
            view,
            header.display_name if header else None,
            offered_sources(context),
            context.now,
            danish_day(context.now),
            take_result(request),
        )
        return context.page(page, f"Samtykker: {page.name}")


@router.post("/samtykker/{citizen_id}/giv", dependencies=TOKEN)
def give(  # noqa: PLR0913  the fields of the form
    request: Request,
    citizen_id: UUID,
    *,
    cell: Annotated[list[str] | None, Form()] = None,
    course: Annotated[bool, Form()] = False,
    form: Annotated[str, Form(max_length=20)] = "",
    given_by: Annotated[str, Form(max_length=20)] = "",
    given_on: Annotated[str, Form(max_length=20)] = "",
    expires_on: Annotated[str, Form(max_length=20)] = "",
    evidence: Annotated[str, Form(max_length=300)] = "",
) -> RedirectResponse:
    """Record what the citizen has consented to.

    Raises:
        NotOnTeam: the actor is not the lead coordinator.
    """
    typed = {
        "cells": ",".join(cell or ()),
        "form": form,
        "given_by": given_by,
        "given_on": given_on,
        "expires_on": expires_on,
        "evidence": evidence,
        **({"course": "on"} if course else {}),
    }
    with open_request(request, CONSENTS) as context:
        faults: Sequence[str]
        try:
            given_consent = GivenConsent(
                to_course=course,
                cells=cells_of(context, cell or ()),
                terms=ConsentTerms.model_validate(
                    {
                        "given_on": _day(given_on),
                        "expires_on": _day(expires_on) if expires_on.strip() else None,
                        "form": form,
                        "given_by": given_by,
                        "evidence": evidence.strip(),
                    }
                ),
            )
        except ValidationError:
            faults = (texts.FAULT[ConsentFault.FORM_UNKNOWN],)
        except ValueError:
            faults = (texts.DAY_UNREADABLE,)
        else:
            faults = [texts.FAULT[fault] for fault in give_consent(context, citizen_id, given_consent)]
        return finish_form(request, " ".join(faults), done=texts.GIVEN, back=f"/samtykker/{citizen_id}", typed=typed)


@router.post("/samtykker/{citizen_id}/traek", dependencies=TOKEN)
def withdraw(
    request: Request,
    citizen_id: UUID,
    consent: Annotated[list[Annotated[int, Field(ge=1, le=2**63 - 1)]] | None, Form()] = None,
) -> RedirectResponse:
    """Withdraw what the citizen takes back; it holds at once.

    Raises:
        NotOnTeam: the actor is not on the team.
    """
    with open_request(request, CONSENTS) as context:
        withdrawn = withdraw_consents(context, citizen_id, consent or ())
        fault = "" if withdrawn else texts.NOTHING_WITHDRAWN
        return finish_form(request, fault, done=texts.WITHDRAWN, back=f"/samtykker/{citizen_id}")


@router.post("/samtykker/{citizen_id}/udskrift", dependencies=TOKEN)
def record_print(request: Request, citizen_id: UUID) -> Response:
    """Note that the consents were printed; the browser tells when it prints."""
    with open_request(request, CONSENTS) as context:
        _desk(context, citizen_id).read(AuditAction.PRINT_CONSENTS)
    return Response(status_code=HTTPStatus.NO_CONTENT)


def read_consents(context: RequestContext, citizen_id: UUID) -> ConsentView:
    """The citizen's consents; for page and API.

    Raises:
        NotOnTeam: the actor is not on the team of a course of the citizen.
    """
    view = _desk(context, citizen_id).read()
    if view is None:
        raise NotOnTeam
    return view


def give_consent(context: RequestContext, citizen_id: UUID, given_consent: GivenConsent) -> tuple[ConsentFault, ...]:
    """Record a consent, or what must be corrected first; for page and API.

    Raises:
        NotOnTeam: the actor is not the lead coordinator.
    """
    faults = _desk(context, citizen_id).give(given_consent)
    if faults is None:
        raise NotOnTeam
    return faults


def withdraw_consents(context: RequestContext, citizen_id: UUID, ids: Sequence[int]) -> tuple[Consent, ...]:
    """Withdraw consents by their numbers, likewise.

    Raises:
        NotOnTeam: the actor is not on the team.
    """
    withdrawn = _desk(context, citizen_id).withdraw(ids)
    if withdrawn is None:
        raise NotOnTeam
    return withdrawn


def offered_sources(context: RequestContext) -> dict[str, SourceSystem]:
    """The sources whose data can be shared, also removed ones, whose records are still held."""
    held = source_areas(context.session)
    return {name: source for name, source in context.known_sources.items() if name in held}


def _desk(context: RequestContext, citizen_id: UUID) -> ConsentDesk:
    return ConsentDesk(context.session, context.actor, citizen_id, context.access(), now=context.now)


def cells_of(context: RequestContext, keys: Sequence[str]) -> tuple[ConsentCell, ...]:
    """The cells of the form that were chosen; what the form does not offer is left out."""
    offered = {
        f"{source.area}/{name}/{category}": ConsentCell(area=source.area, source=name, category=category)
        for name, source in offered_sources(context).items()
        for category in (*AREA_CATEGORIES[source.area], DataCategory.EXISTENCE)
    }
    return tuple(offered[key] for key in dict.fromkeys(keys) if key in offered)


def _day(text: str) -> date:
    return date.fromisoformat(text.strip())
