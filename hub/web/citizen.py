"""The pages about one citizen: overview, family, timeline; the reason page; purposes; what is hidden."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Header, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from hub.access import service
from hub.access.masking import ProtectedField
from hub.access.policy import SHORTEST_REASON, is_reason
from hub.clock import danish_day
from hub.course.repository import access_facts
from hub.errors import CitizenNotFound, HubError
from hub.overview import service as overviews
from hub.web import texts
from hub.web.errors import error_page
from hub.web.gather import material, opened
from hub.web.material import Material
from hub.web.pages_lists import ReasonPage, Revealed, RevealedPage
from hub.web.present_overview import address_line, family_page, overview_page, purpose_choices, timeline_page
from hub.web.security import checked_form
from hub.web.templating import render_fragment
from hub.web.visit import Visit, visiting
from schemas.access import AccessFacts, Purpose, Role
from schemas.overview import Overview

router = APIRouter()
Side = Literal["overblik", "familien", "tidslinje"]
REVEALED = frozenset({ProtectedField.ADDRESS, ProtectedField.IDENTIFIER})


@router.get("/overblik/{citizen_id}")
def overview(request: Request, citizen_id: UUID) -> Response:
    """Who is doing what, since when, for what, whom to call; what came in and what followed?"""
    return _shown(request, citizen_id, "overblik", overview_page)


@router.get("/familien/{citizen_id}")
def family(request: Request, citizen_id: UUID) -> Response:
    """How does it look for all of them at once?"""
    return _shown(request, citizen_id, "familien", family_page)


@router.get("/tidslinje/{citizen_id}")
def timeline(
    request: Request,
    citizen_id: UUID,
    kendt: date | None = None,
    aar: Annotated[int | None, Query(ge=1900, le=2200)] = None,
) -> Response:
    """What happened in which order, and what did we know then?"""
    return _shown(request, citizen_id, "tidslinje", partial(timeline_page, year=aar), kendt)


TEMPLATE = {"overblik": "overview.html", "familien": "family.html", "tidslinje": "timeline.html"}
TITLE = {"overblik": "Overblik", "familien": "Familien", "tidslinje": "Tidslinje"}


def _shown(
    request: Request, citizen_id: UUID, side: Side, present: Callable[[Material], Any], known: date | None = None
) -> Response:
    with noting_failure(request, citizen_id), visiting(request) as visit:
        if known is not None and known >= danish_day(visit.now):
            known = None
        found = opened(visit, citizen_id, known)
        if found.facts is None:
            return error_page(request, CitizenNotFound(), visit.actor)
        if found.overview is None:
            return _reason_page(visit, found.facts, side)
        page = present(material(visit, found, found.overview, known))
        first = (found.overview.header.person.given_name or "borger").split(" ")[0]
        return visit.page(TEMPLATE[side], f"{TITLE[side]}: {first}", page)


@contextmanager
def noting_failure(request: Request, citizen_id: UUID) -> Iterator[None]:
    """When opening fails the transaction takes its line back; this writes that it failed, in one of its own."""
    try:
        yield
    except HubError:
        raise
    except Exception:
        with visiting(request) as visit:
            service.record_failure(visit.session, visit.actor, citizen_id, visit.access(citizen_id), now=visit.now)
        raise


@router.post("/overblik/{citizen_id}/grund", dependencies=[Depends(checked_form)])
def give_reason(
    request: Request,
    citizen_id: UUID,
    *,
    purpose: Annotated[Purpose, Form()],
    reason: Annotated[str, Form(max_length=300)],
    side: Annotated[Side, Form()] = "overblik",
) -> Response:
    """Open without team or unit, for a stated reason. It holds for this citizen until another is opened so.

    Raises:
        CitizenNotFound: there is no such citizen.
    """
    with visiting(request) as visit:
        if not is_reason(reason):
            error = f"Skriv en begrundelse på mindst {SHORTEST_REASON} tegn."
            facts = access_facts(visit.session, visit.actor, citizen_id, danish_day(visit.now))
            if facts is None:
                raise CitizenNotFound
            return _reason_page(visit, facts, side, reason=reason, error=error)
    _choose(request, purpose)
    request.session["override"] = {"citizen": str(citizen_id), "reason": reason.strip()}
    return RedirectResponse(f"/{side}/{citizen_id}", 303)


@router.post("/formaal", dependencies=[Depends(checked_form)])
def change_purpose(
    request: Request, purpose: Annotated[Purpose, Form()], citizen: Annotated[UUID | None, Form()] = None
) -> Response:
    """Look on for another purpose; the next look-up is logged with it."""
    with visiting(request):
        _choose(request, purpose)
    return RedirectResponse(f"/overblik/{citizen}" if citizen else "/mine-borgere", 303)


@router.post("/overblik/{citizen_id}/vis", dependencies=[Depends(checked_form)])
def reveal(
    request: Request,
    citizen_id: UUID,
    reason: Annotated[str, Form(max_length=300)],
    hx_request: Annotated[str | None, Header()] = None,
) -> Response:
    """Show the hidden number, and a protected person's address, for a stated reason; logged, shown in place."""
    with noting_failure(request, citizen_id), visiting(request) as visit:
        why = visit.access(citizen_id).model_copy(update={"override_reason": reason.strip()})
        found = service.reveal(
            visit.session,
            visit.actor,
            citizen_id,
            why,
            fields=REVEALED,
            now=visit.now,
            read=lambda _: overviews.read(visit.session, citizen_id),
            areas=visit.areas,
        )
        if found.facts is None:
            return error_page(request, CitizenNotFound(), visit.actor)
        revealed = _revealed(found.overview)
        if hx_request:
            return HTMLResponse(render_fragment("_revealed.html", revealed))
        page = RevealedPage(revealed, f"/overblik/{citizen_id}")
        return visit.page("revealed.html", "Skjulte oplysninger", page)


def _revealed(overview: Overview | None) -> Revealed:
    if overview is None:
        return Revealed(
            None,
            None,
            f"Kan ikke vises. Begrundelsen skal have mindst {SHORTEST_REASON} tegn, og du skal være på teamet.",
        )
    number = next((one for one in overview.header.identifiers if one.is_national), None)
    cpr = f"{number.value[:6]}-{number.value[6:]}" if number else "ikke oplyst af kilden"
    protected = overview.header.person.name_address_protected
    address = (address_line(overview.header.person) or "adresse ikke oplyst af kilden") if protected else None
    return Revealed(cpr, address, "Vist efter din begrundelse; noteret i loggen.")


def _choose(request: Request, purpose: Purpose) -> None:
    if purpose in texts.CHOOSABLE_PURPOSES:
        request.session["purpose"] = purpose.value


def _reason_page(
    visit: Visit, facts: AccessFacts, side: Side, *, reason: str = "", error: str | None = None
) -> HTMLResponse:
    page = ReasonPage(
        citizen_id=str(facts.citizen_id),
        warning=texts.SELF_REFUSED if facts.is_self else texts.OVERRIDE_WARNING,
        refused=facts.is_self or Role.TEAM_MEMBER not in visit.actor.roles,
        purposes=purpose_choices(visit.access().purpose),
        side=side,
        reason=reason,
        error=error,
    )
    return visit.page("reason.html", "Begrund opslaget", page, HTTPStatus.FORBIDDEN)
