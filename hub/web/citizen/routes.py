"""The pages about one citizen: overview, family, timeline; the reason page; purposes; what is hidden."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Form, Header, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from hub.access import service
from hub.access.masking import ProtectedField
from hub.access.naming import known_person
from hub.access.policy import SHORTEST_REASON, is_reason
from hub.access.redaction import redact_identifiers
from hub.clock import danish_day
from hub.course import service as course
from hub.course.repository import access_facts
from hub.errors import HubError
from hub.matching.repository import stands_for
from hub.overview import service as overviews
from hub.rate_limits.limits import Limited
from hub.web.citizen import present_reason
from hub.web.citizen.loading import NotOpened, ask_contacts_of, family_of, load_page_data, open_citizen, team_of
from hub.web.citizen.page_data import PageData
from hub.web.citizen.page_reason import Revealed, RevealedPage
from hub.web.citizen.point_routes import router as point_router
from hub.web.citizen.present import family_page, notice, overview_page
from hub.web.citizen.present_points import points_page
from hub.web.citizen.present_reason import Side
from hub.web.citizen.present_timeline import TimelineView, timeline_page
from hub.web.citizen.timeline_marks import TimelineKind
from hub.web.citizen.workspace import CITIZEN as CITIZEN  # noqa: PLC0414  with its routes, for the table of workspaces
from hub.web.shell.errors import error_page
from hub.web.shell.form_result import take_result
from hub.web.shell.form_token import require_form_token
from hub.web.shell.people import first_word
from hub.web.shell.rate_limits import limit_actor
from hub.web.shell.rendering import render_fragment
from hub.web.shell.request_context import OVERRIDE, RequestContext, choose_purpose, open_request
from hub.web.shell.view_models import Page
from schemas.access import AccessFacts, AuditAction, PageKind, Purpose

router = CITIZEN.router
router.routes.extend(point_router.routes)
TITLES: dict[Side, str] = {
    "overblik": "Overblik",
    "familien": "Familien",
    "tidslinje": "Tidslinje",
    "punkter": "Værd at tale om",
}
PAGE_KINDS: dict[str, PageKind] = {
    "overblik": PageKind.OVERVIEW,
    "familien": PageKind.FAMILY,
    "tidslinje": PageKind.TIMELINE,
    "punkter": PageKind.POINTS,
}
MY_CITIZENS_PATH = "/mine-borgere"
SHORT_REASON = "short_reason"
"""In the session: a reason that was too short, and for whom, until a longer one is given."""
REVEAL_REASON = "reveal_reason"
"""In the session: why something hidden is to be shown, and of whom; used once."""
REVEALED = frozenset({ProtectedField.ADDRESS, ProtectedField.IDENTIFIER, ProtectedField.UNIT})


@router.get("/overblik/{citizen_id}")
def overview(request: Request, citizen_id: UUID) -> Response:
    """Who is doing what, since when, for what, whom to call; what came in and what followed?"""
    return _show(request, citizen_id, "overblik", overview_page)


@router.get("/familien/{citizen_id}")
def family(request: Request, citizen_id: UUID) -> Response:
    """How does it look for all of them at once?"""
    return _show(request, citizen_id, "familien", family_page)


def timeline_view(
    aar: Annotated[int | None, Query(ge=1900, le=2200)] = None,
    kvartal: Annotated[int | None, Query(ge=1, le=4)] = None,
    vis: TimelineKind | None = None,
    hvem: UUID | None = None,
) -> TimelineView:
    """The part of the timeline that the address names."""
    return TimelineView(aar, kvartal, vis, hvem)


@router.get("/tidslinje/{citizen_id}")
def timeline(
    request: Request,
    citizen_id: UUID,
    view: Annotated[TimelineView, Depends(timeline_view)],
    kendt: date | None = None,
) -> Response:
    """What happened in which order, and what did we know then?"""
    return _show(request, citizen_id, "tidslinje", partial(timeline_page, view=view), kendt)


@router.get("/punkter/{citizen_id}")
def points(request: Request, citizen_id: UUID) -> Response:
    """What is worth talking about, by which rule, and what have we made of it?"""
    return _show(request, citizen_id, "punkter", lambda data: points_page(data, take_result(request)))


def _show(
    request: Request,
    citizen_id: UUID,
    side: Side,
    present: Callable[[PageData], Page],
    as_known: date | None = None,
) -> Response:
    with recording_failure(request, citizen_id), open_request(request, CITIZEN) as context:
        as_known = earlier_day(context, as_known)
        citizen = open_citizen(context, citizen_id, PAGE_KINDS[side], as_known, for_page=True)
        if isinstance(citizen, NotOpened):
            if citizen.facts is None:
                if (stays := stands_for(context.session, citizen_id)) is not None:
                    return RedirectResponse(f"/{side}/{stays}", 303)
                return error_page(request, context.unknown_citizen(citizen_id), context.actor)
            return _ask_reason(context, citizen.facts, side)
        data = load_page_data(context, citizen, PAGE_KINDS[side], as_known)
        context.alert_desk.ask_unread()  # counted while the page is put into words
        name = first_word(data.overview.header.person.given_name) or "borger"
        return context.page(present(data), f"{TITLES[side]}: {name}", notice=notice(data))


def earlier_day(context: RequestContext, day: date | None) -> date | None:
    """The day, if it has passed; today and later days are the present."""
    return day if day is not None and day < danish_day(context.now) else None


@contextmanager
def recording_failure(
    request: Request, citizen_id: UUID, action: AuditAction = AuditAction.OPEN_OVERVIEW
) -> Iterator[None]:
    """When the act fails the transaction takes its line back; this writes that it failed, in one of its own."""
    try:
        yield
    except HubError:
        raise
    except Exception:
        with open_request(request, CITIZEN) as context:
            access = context.access(citizen_id)
            service.record_failure(context.session, context.actor, citizen_id, access, now=context.now, action=action)
        raise


@router.post("/overblik/{citizen_id}/grund", dependencies=[Depends(require_form_token)])
def give_reason(
    request: Request,
    citizen_id: UUID,
    *,
    purpose: Annotated[Purpose, Form()],
    reason: Annotated[str, Form(max_length=300)],
    side: Annotated[Side, Form()] = "overblik",
) -> RedirectResponse:
    """Open without team or unit, for a stated reason. It holds for this citizen until another is opened so."""
    with open_request(request, CITIZEN) as context:
        choose_purpose(request, purpose)
        if not is_reason(reason):
            request.session[SHORT_REASON] = {"citizen": str(citizen_id), "reason": redact_identifiers(reason)}
            return RedirectResponse(f"/overblik/{citizen_id}/grund?side={side}", 303)
        limit_actor(context, Limited.OVERRIDE)
        request.session.pop(SHORT_REASON, None)
        request.session[OVERRIDE] = {
            "id": context.request_id,
            "citizen": str(citizen_id),
            "reason": redact_identifiers(reason),
            "given_at": context.now.isoformat(),
        }
    return RedirectResponse(f"/{side}/{citizen_id}", 303)


@router.post("/overblik/{citizen_id}/grund/afslut", dependencies=[Depends(require_form_token)])
def end_override(request: Request, citizen_id: UUID) -> RedirectResponse:
    """Give up the reason before its time; whoever wants to see the citizen again gives a new one."""
    with open_request(request, CITIZEN) as context:
        if context.override(citizen_id) is not None:
            service.end_override(
                context.session, context.actor, citizen_id, context.access(citizen_id), now=context.now
            )
            del request.session[OVERRIDE]
    return RedirectResponse(MY_CITIZENS_PATH, 303)


@router.get("/overblik/{citizen_id}/grund")
def ask_reason_again(request: Request, citizen_id: UUID, side: Side = "overblik") -> Response:
    """The form for a reason once more, with the one that was too short.

    Raises:
        CitizenNotFound: there is no such citizen.
        CitizenRestricted: the processing of the data is restricted.
    """
    with open_request(request, CITIZEN) as context:
        short: dict[str, str] = request.session.get(SHORT_REASON) or {}
        if short.get("citizen") != str(citizen_id):
            return RedirectResponse(f"/{side}/{citizen_id}", 303)
        facts = access_facts(context.session, context.actor, citizen_id, danish_day(context.now))
        if facts is None:
            raise context.unknown_citizen(citizen_id)
        error = f"Skriv med ord, hvorfor: mindst {SHORTEST_REASON} tegn. Tal eller gentagne bogstaver er ikke nok."
        return _ask_reason(context, facts, side, reason=short["reason"], error=error)


@router.post("/formaal", dependencies=[Depends(require_form_token)])
def change_purpose(
    request: Request, purpose: Annotated[Purpose, Form()], citizen: Annotated[UUID | None, Form()] = None
) -> RedirectResponse:
    """Look on for another purpose; the next look-up is logged with it."""
    with open_request(request):
        choose_purpose(request, purpose)
    return RedirectResponse(f"/overblik/{citizen}" if citizen else MY_CITIZENS_PATH, 303)


@router.post("/overblik/{citizen_id}/udskrift", dependencies=[Depends(require_form_token)])
def record_print(request: Request, citizen_id: UUID, side: Annotated[Side, Form()]) -> Response:
    """Note that the page was printed, the family that stands on it with it; the browser tells when it prints."""
    with (
        recording_failure(request, citizen_id, AuditAction.PRINT),
        open_request(request, CITIZEN) as context,
    ):
        page = {"page": PAGE_KINDS[side]}
        access = context.access(citizen_id).model_copy(update=page)
        decision = service.record_print(context.session, context.actor, citizen_id, access, now=context.now)
        for other in family_of(context, citizen_id, decision):
            access = context.access(other).model_copy(update={**page, "shown_on": citizen_id})
            service.record_print(context.session, context.actor, other, access, now=context.now)
    return Response(status_code=HTTPStatus.NO_CONTENT)


@router.post("/overblik/{citizen_id}/vis", dependencies=[Depends(require_form_token)])
def reveal(
    request: Request,
    citizen_id: UUID,
    reason: Annotated[str, Form(max_length=300)],
    hx_request: Annotated[str | None, Header()] = None,
) -> Response:
    """Show what is hidden for a stated reason: in place where there is a script, else on a page of its own."""
    if not hx_request:
        with open_request(request, CITIZEN):
            request.session[REVEAL_REASON] = {"citizen": str(citizen_id), "reason": redact_identifiers(reason)}
        return RedirectResponse(f"/overblik/{citizen_id}/vis", 303)
    with (
        recording_failure(request, citizen_id, AuditAction.REVEAL),
        open_request(request, CITIZEN) as context,
    ):
        revealed = _reveal(context, citizen_id, reason.strip())
        if revealed is None:
            return error_page(request, context.unknown_citizen(citizen_id), context.actor)
        return HTMLResponse(render_fragment(revealed))


@router.get("/overblik/{citizen_id}/vis")
def revealed_page(request: Request, citizen_id: UUID) -> Response:
    """What is hidden, once for each reason that was stated."""
    with (
        recording_failure(request, citizen_id, AuditAction.REVEAL),
        open_request(request, CITIZEN) as context,
    ):
        stated: dict[str, str] = request.session.get(REVEAL_REASON) or {}
        if stated.get("citizen") != str(citizen_id):
            return RedirectResponse(f"/overblik/{citizen_id}", 303)
        del request.session[REVEAL_REASON]
        revealed = _reveal(context, citizen_id, stated["reason"])
        if revealed is None:
            return error_page(request, context.unknown_citizen(citizen_id), context.actor)
        return context.page(RevealedPage(revealed, f"/overblik/{citizen_id}"), "Skjulte oplysninger")


def _reveal(context: RequestContext, citizen_id: UUID, reason: str) -> Revealed | None:
    """The hidden number; of a protected person also the address and whom to call; logged. None: no such citizen."""
    opened = service.reveal(
        context.session,
        context.actor,
        citizen_id,
        context.access(citizen_id, reason=reason),
        fields=REVEALED,
        now=context.now,
        read=lambda *_: overviews.read(context.session, citizen_id),
        areas_of=lambda overview: present_reason.areas_revealed(overview, danish_day(context.now)),
    )
    if opened.facts is None:
        return None
    if opened.overview is None:
        return present_reason.not_revealed()
    today = danish_day(context.now)
    course_view = course.team_of(context.session, citizen_id, today)
    return present_reason.revealed(
        opened.overview,
        contacts=ask_contacts_of(context, [opened.overview])(),
        team=team_of(context, course_view, opened.decision, is_protected=False) if course_view else None,
        today=today,
    )


def _ask_reason(
    context: RequestContext, facts: AccessFacts, side: Side, *, reason: str = "", error: str | None = None
) -> HTMLResponse:
    purpose = context.access().purpose
    person = known_person(
        context.session,
        context.actor,
        facts,
        context.access(),
        searched_digests=context.searched_digests,
        now=context.now,
    )
    page = present_reason.reason_page(context.actor, facts, purpose, person, side=side, reason=reason, error=error)
    return context.page(page, "Begrund opslaget", status=HTTPStatus.FORBIDDEN)
