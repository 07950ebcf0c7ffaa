"""Log in and out. Without the demo there is no login here: the municipality's own comes in front."""

from typing import Annotated

from fastapi import Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from hub.access import identity, service
from hub.clock import danish_day
from hub.context import AppContext
from hub.course import service as course
from hub.errors import DemoOnly, HubError
from hub.web.login.page import LoginPage
from hub.web.login.present import login_page
from hub.web.shell.form_token import form_token, require_form_token
from hub.web.shell.rendering import render
from hub.web.shell.request_context import frame, open_request
from hub.web.shell.workspace import LOGIN_PATH, Workspace, menu_of, own_purpose
from schemas.access import AccessRequest, Actor, AuditAction, AuditOutcome

LOGIN = Workspace(name="login", path=LOGIN_PATH, title="Log ind", action=None, pages=(LoginPage,), in_menu=False)
router = LOGIN.router


@router.get("/")
def start(request: Request) -> RedirectResponse:
    """The first page for the actor's role."""
    return RedirectResponse(_first_path(request), 303)


@router.get(LOGIN.path)
def log_in_page(request: Request) -> HTMLResponse:
    """Who am I here? In the demo a card for each person."""
    app: AppContext = request.app.state.context
    page = LoginPage(demo=False, cards=())
    if app.settings.demo:
        with app.database.transaction() as session:
            today = danish_day(app.clock.now())
            page = login_page(
                [(actor, course.my_citizens(session, actor, today)) for actor in identity.actors(session)]
            )
    return HTMLResponse(render(frame(request, LOGIN.title, None), page))


@router.post(LOGIN.path, dependencies=[Depends(require_form_token)])
def log_in(request: Request, person: Annotated[str, Form(max_length=100)]) -> RedirectResponse:
    """Be one of the demo's people.

    Raises:
        DemoOnly: this is no demo.
    """
    app: AppContext = request.app.state.context
    if not app.settings.demo:
        raise DemoOnly
    with app.database.transaction() as session:
        actor = identity.actor(session, person)
        access = _access(request, actor)
        service.record(session, actor, AuditAction.LOG_IN, AuditOutcome.SHOWN, access, now=app.clock.now())
    request.session.clear()
    request.session["actor"] = actor.id
    form_token(request)
    return RedirectResponse("/", 303)


@router.post("/log-ud", dependencies=[Depends(require_form_token)])
def log_out(request: Request) -> RedirectResponse:
    """End the session."""
    with open_request(request) as context:
        access = _access(request, context.actor)
        service.record(context.session, context.actor, AuditAction.LOG_OUT, AuditOutcome.SHOWN, access, now=context.now)
    request.session.clear()
    return RedirectResponse(LOGIN.path, 303)


def _access(request: Request, actor: Actor) -> AccessRequest:
    purpose = own_purpose(request.app.state.workspaces, actor)
    return AccessRequest(purpose=purpose, request_id=request.state.request_id)


def _first_path(request: Request) -> str:
    try:
        with open_request(request) as context:
            return next((item.path for item in menu_of(request.app.state.workspaces, context.actor)), LOGIN.path)
    except HubError:
        return LOGIN.path
