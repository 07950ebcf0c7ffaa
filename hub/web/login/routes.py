"""Log in and out. Without the demo there is no login here: the municipality's own comes in front."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from hub.access import identity, service
from hub.access.policy import may
from hub.clock import danish_day
from hub.context import AppContext
from hub.course import repository as course
from hub.course.views import MyCitizen
from hub.errors import DemoOnly, HubError
from hub.web.middlewares.security_headers import checked_form, token
from hub.web.shell import texts
from hub.web.shell.dates import counted
from hub.web.shell.rendering import render
from hub.web.shell.request_context import frame, visiting
from hub.web.sources.page import DemoCard, LoginPage
from schemas.access import AccessRequest, Actor, AuditAction, AuditOutcome, Purpose, Role

router = APIRouter()


@router.get("/")
def start(request: Request) -> RedirectResponse:
    """The first page for the actor's role."""
    return RedirectResponse(_first_page(request), 303)


@router.get("/log-ind")
def log_in_page(request: Request) -> HTMLResponse:
    """Who am I here? In the demo a card for each person."""
    context: AppContext = request.app.state.context
    cards: tuple[DemoCard, ...] = ()
    if context.settings.demo:
        with context.database.transaction() as session:
            today = danish_day(context.clock.now())
            staff = identity.actors(session)
            cards = tuple(_card(actor, course.my_citizens(session, actor, today)) for actor in staff)
    page = LoginPage(demo=context.settings.demo, cards=cards)
    return HTMLResponse(render("login.html", frame(request, "Log ind", None), page))


@router.post("/log-ind", dependencies=[Depends(checked_form)])
def log_in(request: Request, person: Annotated[str, Form(max_length=100)]) -> RedirectResponse:
    """Be one of the demo's people.

    Raises:
        DemoOnly: this is no demo.
    """
    context: AppContext = request.app.state.context
    if not context.settings.demo:
        raise DemoOnly
    with context.database.transaction() as session:
        actor = identity.actor(session, person)
        why = AccessRequest(purpose=_purpose_of(actor), request_id=request.state.request_id)
        service.record(session, actor, AuditAction.LOG_IN, AuditOutcome.SHOWN, why, now=context.clock.now())
    request.session.clear()
    request.session["actor"] = actor.id
    token(request)
    return RedirectResponse("/", 303)


@router.post("/log-ud", dependencies=[Depends(checked_form)])
def log_out(request: Request) -> RedirectResponse:
    """End the session."""
    with visiting(request) as visit:
        why = AccessRequest(purpose=_purpose_of(visit.actor), request_id=visit.request_id)
        service.record(visit.session, visit.actor, AuditAction.LOG_OUT, AuditOutcome.SHOWN, why, now=visit.now)
    request.session.clear()
    return RedirectResponse("/log-ind", 303)


def _first_page(request: Request) -> str:
    try:
        with visiting(request) as visit:
            pages = (
                (AuditAction.LIST_CITIZENS, "/mine-borgere"),
                (AuditAction.READ_LOG, "/tilsyn"),
                (AuditAction.READ_SOURCES, "/kilder"),
            )
            return next((page for action, page in pages if may(visit.actor, action)), "/log-ind")
    except HubError:
        return "/log-ind"


def _purpose_of(actor: Actor) -> Purpose:
    if Role.DPO in actor.roles:
        return Purpose.LOG_REVIEW
    return Purpose.OPERATIONS if Role.ADMINISTRATOR in actor.roles else Purpose.FOLLOW_UP


def _card(actor: Actor, mine: Sequence[MyCitizen]) -> DemoCard:
    role = next((role for role in (Role.DPO, Role.ADMINISTRATOR) if role in actor.roles), Role.TEAM_MEMBER)
    sentence = texts.CARD[role].format(details=texts.AREA_DETAILS[actor.area] if actor.area else "egne opgaver")
    team = ""
    if role is Role.TEAM_MEMBER:
        courses = len({one.course_id for one in mine})
        many = f"På teamet i {counted(courses, 'forløb', 'forløb')} med {counted(len(mine), 'borger', 'borgere')}."
        team = many if mine else "Ikke på noget team: skal begrunde hvert opslag uden for sin enhed."
    return DemoCard(actor.id, actor.name, actor.title, actor.unit_name or "", sentence, team)
