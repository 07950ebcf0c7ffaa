"""Log in to *Min side* and out again. Neither the number nor a token of the provider is kept or logged."""

import logging
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from hub.access.demo_citizens import list_demo_citizens
from hub.access.own_page import citizen_entry
from hub.access.own_page_policy import may_begin_login
from hub.audit.service import write
from hub.clock import danish_day
from hub.context import AppContext
from hub.db import Session
from hub.errors import DemoOnly, MissingRole, NotLoggedIn, UnknownPage
from hub.oidc.attempt import LoginAttempt, answered_attempt, open_text, sealed_text
from hub.oidc.citizen_login import CitizenLogin
from hub.oidc.refusal import LoginRefused, LoginRule
from hub.rate_limits.limits import Limited
from hub.sessions.citizen_repository import begin_citizen_session, end_citizen_session
from hub.web.my_page import texts
from hub.web.my_page.page import DemoCitizen, OwnClosedPage, OwnLoginPage, OwnLogoutPage
from hub.web.my_page.request import open_own_request, require_my_page
from hub.web.shell.cookies import CITIZEN_COOKIE, CITIZEN_LOGIN_COOKIE, MY_PAGE_PATH, browser_id, new_browser_id
from hub.web.shell.errors import reference
from hub.web.shell.form_token import require_form_token
from hub.web.shell.limit_counting import limit_address
from hub.web.shell.rendering import render
from hub.web.shell.request_context import frame
from hub.web.shell.view_models import Link
from schemas.access import AuditAction, AuditOutcome
from schemas.citizen_actor import CitizenActor

router = APIRouter(include_in_schema=False)
LOGIN_PATH = f"{MY_PAGE_PATH}/log-ind"
LOGOUT_PATH = f"{MY_PAGE_PATH}/log-ud"
_LOGOUT = b"logout of a citizen at the provider"

log = logging.getLogger("hub.login")


def login_page(request: Request) -> HTMLResponse:
    """Where do I log in? In the demo a card for each citizen."""
    app = require_my_page(request)
    citizens: tuple[DemoCitizen, ...] = ()
    if app.settings.demo:
        with app.database.transaction() as session:
            citizens = tuple(
                DemoCitizen(str(each.citizen_id), each.name, texts.AGE.format(age=each.age))
                for each in list_demo_citizens(session, danish_day(app.clock.now()))
            )
    page = OwnLoginPage(provider=app.citizen_login is not None, citizens=citizens, demo=app.settings.demo)
    if browser_id(request) is not None:
        return HTMLResponse(render(frame(request, texts.TITLE, None), page))
    request.state.browser_id = new_browser_id()
    response = HTMLResponse(render(frame(request, texts.TITLE, None), page))
    CITIZEN_LOGIN_COOKIE.set(request, response, request.state.browser_id)
    return response


@router.get(LOGIN_PATH)
def to_login(request: Request) -> RedirectResponse:
    """The provider sends people here after a logout."""
    require_my_page(request)
    return RedirectResponse(MY_PAGE_PATH, HTTPStatus.SEE_OTHER)


@router.get(f"{LOGIN_PATH}/start")
def begin_citizen_login(request: Request) -> Response:
    """Go to the provider."""
    app, login = _login(request)
    limit_address(request, Limited.LOGIN)
    attempt = LoginAttempt.begin(app.clock.now())
    try:
        location = login.provider.authorization_url(attempt)
    except LoginRefused as refused:
        return _refused(request, refused)
    response = RedirectResponse(location, HTTPStatus.SEE_OTHER)
    CITIZEN_LOGIN_COOKIE.set(request, response, attempt.sealed(login.cipher))
    return response


@router.get(f"{LOGIN_PATH}/svar")
def finish_citizen_login(
    request: Request,
    state: Annotated[str, Query(max_length=500)] = "",
    code: Annotated[str, Query(max_length=4000)] = "",
    error: Annotated[str, Query(max_length=500)] = "",
    iss: Annotated[str | None, Query(max_length=500)] = None,
) -> Response:
    """Back from the provider: begin the session, or say why not."""
    app, login = _login(request)
    limit_address(request, Limited.LOGIN)
    try:
        sealed = CITIZEN_LOGIN_COOKIE.read(request)
        attempt = answered_attempt(sealed, login.cipher, app.clock.now(), state=state, code=code, error=error)
        tokens = login.provider.redeem(code, iss, attempt)
        with app.database.transaction() as session:
            citizen = login.citizen_of(session, tokens.claims)
            if citizen is not None:
                return _logged_in(request, session, citizen)
    except LoginRefused as refused:
        return _refused(request, refused)
    return _closed(request, texts.NOT_HERE, HTTPStatus.OK)


@router.post(LOGIN_PATH, dependencies=[Depends(require_form_token)])
def log_in_citizen(request: Request, person: Annotated[UUID, Form()]) -> RedirectResponse:
    """Be one of the demo's citizens.

    Raises:
        DemoOnly: this is no demo.
    """
    app = require_my_page(request)
    if not app.settings.demo:
        raise DemoOnly
    limit_address(request, Limited.LOGIN)
    with app.database.transaction() as session:
        if person not in {each.citizen_id for each in list_demo_citizens(session, danish_day(app.clock.now()))}:
            raise NotLoggedIn
        return _logged_in(request, session, CitizenActor(citizen_id=person))


@router.post(LOGOUT_PATH, dependencies=[Depends(require_form_token)])
def log_out_citizen(request: Request) -> RedirectResponse:
    """End the session: whoever copied the cookie has nothing."""
    location = MY_PAGE_PATH
    response = RedirectResponse(location, HTTPStatus.SEE_OTHER)
    try:
        with open_own_request(request) as own:
            _record(request, own.session, own.citizen, AuditAction.LOG_OUT_CITIZEN)
            end_citizen_session(own.session, CITIZEN_COOKIE.read(request) or "")
            login = own.app.citizen_login
        provider_location = login.provider.logout_url(None) if login is not None else None
        if login is not None and provider_location is not None:
            response = RedirectResponse(f"{LOGOUT_PATH}/videre", HTTPStatus.SEE_OTHER)
            CITIZEN_LOGIN_COOKIE.set(request, response, sealed_text(provider_location, login.cipher, _LOGOUT))
    except NotLoggedIn:
        pass  # it had run out already
    CITIZEN_COOKIE.delete(request, response)
    return response


@router.get(f"{LOGOUT_PATH}/videre")
def go_to_provider_logout(request: Request) -> Response:
    """A page that goes on to the provider. A form may not lead to another server, so the logout itself cannot."""
    _, login = _login(request)
    location = open_text(CITIZEN_LOGIN_COOKIE.read(request), login.cipher, _LOGOUT)
    if location is None:
        return RedirectResponse(MY_PAGE_PATH, HTTPStatus.SEE_OTHER)
    response = HTMLResponse(render(frame(request, "Log ud", None), OwnLogoutPage(location)))
    CITIZEN_LOGIN_COOKIE.delete(request, response)
    return response


def _logged_in(request: Request, session: Session, citizen: CitizenActor) -> RedirectResponse:
    """To the page, with the session's cookie in place of the login's; the log has a line of it.

    Raises:
        MissingRole: the policies let no citizen in.
    """
    if not may_begin_login(AuditAction.LOG_IN_CITIZEN):
        raise MissingRole
    _record(request, session, citizen, AuditAction.LOG_IN_CITIZEN)
    session_id = begin_citizen_session(session, citizen, CITIZEN_COOKIE.read(request))
    response = RedirectResponse(MY_PAGE_PATH, HTTPStatus.SEE_OTHER)
    CITIZEN_COOKIE.set(request, response, session_id)
    CITIZEN_LOGIN_COOKIE.delete(request, response)
    return response


def _record(request: Request, session: Session, citizen: CitizenActor, action: AuditAction) -> None:
    app: AppContext = request.app.state.context
    entry = citizen_entry(citizen, action, AuditOutcome.SHOWN, reference(request), app.clock.now())
    write(session, entry.model_copy(update={"citizen_id": citizen.citizen_id}))


def _login(request: Request) -> tuple[AppContext, CitizenLogin]:
    app = require_my_page(request)
    if app.citizen_login is None:
        raise UnknownPage
    return app, app.citizen_login


def _refused(request: Request, refused: LoginRefused) -> HTMLResponse:
    log.warning("login.citizen_refused", extra={"fields": {"request": reference(request), "why": str(refused)}})
    is_down = refused.rule is LoginRule.UNAVAILABLE
    status = HTTPStatus.SERVICE_UNAVAILABLE if is_down else HTTPStatus.FORBIDDEN
    return _closed(request, texts.LOGIN_DOWN if is_down else texts.REFUSED_LOGIN, status)


def _closed(request: Request, words: tuple[str, str], status: HTTPStatus) -> HTMLResponse:
    app: AppContext = request.app.state.context
    page = OwnClosedPage(
        headline=words[0],
        advice=words[1],
        contact=app.settings.citizen_contact or texts.CONTACT,
        is_logged_in=False,
        back=Link("Til login", MY_PAGE_PATH),
    )
    response = HTMLResponse(render(frame(request, texts.TITLE, None), page), status)
    CITIZEN_LOGIN_COOKIE.delete(request, response)
    return response
