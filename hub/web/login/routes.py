"""Log in and out, and see where one is logged in. The municipality's own login is in ``provider_routes``."""

import re
from typing import Annotated

from fastapi import Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from hub.access import identity
from hub.clock import danish_day
from hub.context import AppContext
from hub.course import service as course
from hub.errors import DemoOnly, HubError, NotLoggedIn
from hub.rate_limits.limits import Limited
from hub.sessions import service as sessions
from hub.sessions.repository import delete_others, delete_own, list_own
from hub.web.login import provider_routes, texts
from hub.web.login.beginning import begin_session, logged_in, record_login
from hub.web.login.page import LoginPage, LoginRefusedPage, LogoutPage, SessionsPage
from hub.web.login.present import login_page
from hub.web.login.present_sessions import PAGE_SIZE, sessions_page
from hub.web.shell.cookies import LINK_COOKIE, LOGIN_COOKIE, SESSION_COOKIE, browser_id, new_browser_id
from hub.web.shell.form_token import require_form_token
from hub.web.shell.limit_counting import limit_address
from hub.web.shell.rendering import render
from hub.web.shell.request_context import frame, open_request
from hub.web.shell.workspace import LOGIN_PATH, Workspace, menu_of
from schemas.access import AuditAction, AuditObject, ObjectKind

LOGIN = Workspace(
    name="login",
    path=LOGIN_PATH,
    title="Log ind",
    action=None,
    pages=(LoginPage, LoginRefusedPage, LogoutPage, SessionsPage),
    in_menu=False,
)
router = LOGIN.router
router.routes.extend(provider_routes.router.routes)
SESSIONS_PATH = "/mine-login"
ENDED = "ended"
"""In the session: what is said once after another was ended."""


@router.get("/")
def start(request: Request) -> RedirectResponse:
    """The first page for the actor's role, or where the address leads with which somebody came to log in."""
    first_path, token = _first_path(request), LINK_COOKIE.read(request)
    is_token = token is not None and re.fullmatch(r"[\w-]{1,100}", token, re.ASCII)
    response = RedirectResponse(f"/aabn/{token}" if is_token and first_path != LOGIN_PATH else first_path, 303)
    if token is not None:
        LINK_COOKIE.delete(request, response)
    return response


@router.get(LOGIN.path)
def log_in_page(request: Request) -> HTMLResponse:
    """Who am I here? In the demo a card for each person."""
    app: AppContext = request.app.state.context
    page = LoginPage(demo=False, cards=(), provider=app.login is not None)
    if app.settings.demo:
        with app.database.transaction() as session:
            today = danish_day(app.clock.now())
            page = login_page(
                [(actor, course.my_citizens(session, actor, today)) for actor in identity.actors(session)],
                provider=app.login is not None,
            )
    if browser_id(request) is not None:
        return HTMLResponse(render(frame(request, LOGIN.title, None), page))
    request.state.browser_id = new_browser_id()
    response = HTMLResponse(render(frame(request, LOGIN.title, None), page))
    LOGIN_COOKIE.set(request, response, request.state.browser_id)
    return response


@router.post(LOGIN.path, dependencies=[Depends(require_form_token)])
def log_in(request: Request, person: Annotated[str, Form(max_length=100)]) -> RedirectResponse:
    """Be one of the demo's people.

    Raises:
        DemoOnly: this is no demo.
    """
    app: AppContext = request.app.state.context
    if not app.settings.demo:
        raise DemoOnly
    limit_address(request, Limited.LOGIN, person)
    with app.database.transaction() as session:
        session_id = begin_session(request, session, identity.actor(session, person))
    return logged_in(request, session_id)


@router.post("/log-ud", dependencies=[Depends(require_form_token)])
def log_out(request: Request) -> RedirectResponse:
    """End the session: whoever copied the cookie has nothing."""
    id_token = None
    try:
        with open_request(request) as context:
            record_login(request, context.session, context.actor, AuditAction.LOG_OUT)
            if context.app.login is not None:
                id_token = context.app.login.id_token_of(context.session, context.login.number)
            delete_own(context.session, context.actor.id, context.login.number)
    except NotLoggedIn:
        pass  # it had run out already
    response = RedirectResponse(LOGIN.path, 303) if id_token is None else provider_routes.to_logout(request, id_token)
    SESSION_COOKIE.delete(request, response)
    return response


@router.get(SESSIONS_PATH)
def list_sessions(request: Request, efter: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None) -> HTMLResponse:
    """Where am I logged in?"""
    with open_request(request) as context:
        limits = sessions.limits_of(context.app.settings)
        own = list_own(context.session, context.actor.id, limits, before=efter, size=PAGE_SIZE)
        page = sessions_page(own, context.login, limits, context.now, before=efter)
        return context.page(page, "Dine login", notice=request.session.pop(ENDED, None))


@router.post(f"{SESSIONS_PATH}/afslut", dependencies=[Depends(require_form_token)])
def end_sessions(request: Request, number: Annotated[int | None, Form(ge=1, le=2**63 - 1)] = None) -> RedirectResponse:
    """End one of one's own sessions, or all but this one; each is a line of the log."""
    with open_request(request) as context:
        session, actor = context.session, context.actor
        if number is None:
            ended = delete_others(session, actor.id, context.login.number)
        else:
            ended = delete_own(session, actor.id, number)
        for each in ended:
            about = AuditObject(kind=ObjectKind.LOGIN_SESSION, id=str(each))
            record_login(request, session, actor, AuditAction.LOG_OUT, about=about)
        if ended:
            request.session[ENDED] = texts.ENDED
    return RedirectResponse(SESSIONS_PATH, 303)


def _first_path(request: Request) -> str:
    try:
        with open_request(request) as context:
            return next((item.path for item in menu_of(request.app.state.workspaces, context.actor)), LOGIN.path)
    except HubError:
        return LOGIN.path
