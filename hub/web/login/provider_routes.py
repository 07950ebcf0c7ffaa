"""Log in and out at the municipality's provider, and what the provider itself tells."""

import logging
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from hub.access import identity
from hub.context import AppContext
from hub.errors import NotLoggedIn, UnknownPage
from hub.oidc.attempt import LoginAttempt, answered_attempt, open_text, sealed_text
from hub.oidc.refusal import LoginRefused, LoginRule
from hub.oidc.service import MunicipalLogin
from hub.rate_limits.limits import Limited
from hub.sessions.repository import delete_of_provider
from hub.web.login import texts
from hub.web.login.beginning import begin_session, logged_in, record_login
from hub.web.login.page import LoginRefusedPage, LogoutPage
from hub.web.shell.cookies import LOGIN_COOKIE
from hub.web.shell.errors import reference
from hub.web.shell.limit_counting import limit_address
from hub.web.shell.rendering import render
from hub.web.shell.request_context import frame
from hub.web.shell.workspace import LOGIN_PATH
from schemas.access import AuditAction, AuditOutcome

router = APIRouter(include_in_schema=False)
LOGOUT_PATH = "/log-ud/videre"
_LOGOUT = b"logout at the provider"
_LARGEST_COOKIE = 3800
"""Characters; a browser drops a cookie of more than 4096 bytes."""
_STATUS = {LoginRule.STATE: HTTPStatus.BAD_REQUEST, LoginRule.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE}

log = logging.getLogger("hub.login")


@router.get(f"{LOGIN_PATH}/start")
def begin_login(request: Request, *, ny: bool = False) -> Response:
    """Go to the provider; with ``ny`` it asks who it is, also where it knows the browser."""
    app, login = _login(request)
    limit_address(request, Limited.LOGIN)
    attempt = LoginAttempt.begin(app.clock.now())
    try:
        address = login.provider.authorization_url(attempt, again=ny)
    except LoginRefused as refused:
        return _refused(request, login, refused)
    response = RedirectResponse(address, 303)
    LOGIN_COOKIE.set(request, response, attempt.sealed(login.cipher))
    return response


@router.get(f"{LOGIN_PATH}/svar")
def finish_login(
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
        sealed = LOGIN_COOKIE.read(request)
        attempt = answered_attempt(sealed, login.cipher, app.clock.now(), state=state, code=code, error=error)
        tokens = login.provider.redeem(code, iss, attempt)
        with app.database.transaction() as session:
            actor, rule = login.store(session, tokens.claims)
            if rule is None:
                return logged_in(request, begin_session(request, session, actor, login.session_of(tokens)))
            record_login(request, session, actor, AuditAction.LOG_IN, outcome=AuditOutcome.REFUSED)
    except LoginRefused as refused:
        return _refused(request, login, refused)
    return _refused(request, login, LoginRefused(rule))


def to_logout(request: Request, id_token: str) -> RedirectResponse:
    """To the page that leads on to the provider; where that has no logout, to the login."""
    _, login = _login(request)
    for hint in (id_token, None):
        address = login.provider.logout_url(hint)
        sealed = sealed_text(address, login.cipher, _LOGOUT) if address else ""
        if len(sealed) <= _LARGEST_COOKIE:
            break
    if not sealed:
        return RedirectResponse(LOGIN_PATH, 303)
    response = RedirectResponse(LOGOUT_PATH, 303)
    LOGIN_COOKIE.set(request, response, sealed)
    return response


@router.get(LOGOUT_PATH)
def go_to_logout(request: Request) -> Response:
    """A page that goes on to the provider. A form may not lead to another server, so the logout itself cannot."""
    _, login = _login(request)
    address = open_text(LOGIN_COOKIE.read(request), login.cipher, _LOGOUT)
    if address is None:
        return RedirectResponse(LOGIN_PATH, 303)
    response = HTMLResponse(render(frame(request, "Log ud", None), LogoutPage(address)))
    LOGIN_COOKIE.delete(request, response)
    return response


@router.post(f"{LOGIN_PATH}/afsluttet")
def end_by_back_channel(request: Request, logout_token: Annotated[str, Form(max_length=20_000)] = "") -> Response:
    """The provider tells that a session is over (Back-Channel Logout 1.0). Its signature stands for the form token."""
    _, login = _login(request)
    try:
        notice = login.provider.read_logout_token(logout_token)
    except LoginRefused as refused:
        log.warning("login.logout_token_refused", extra={"fields": {"why": str(refused)}})
        return Response(status_code=HTTPStatus.BAD_REQUEST)
    subject = None if notice.subject is None else login.subject_of({"sub": notice.subject})
    _end(request, notice.session, subject)
    return Response(status_code=HTTPStatus.OK)


@router.get(f"{LOGIN_PATH}/afslut")
def end_by_front_channel(
    request: Request, iss: Annotated[str, Query(max_length=500)] = "", sid: Annotated[str, Query(max_length=500)] = ""
) -> Response:
    """The same through the browser (Front-Channel Logout 1.0): the session is named by the provider's id of it."""
    _, login = _login(request)
    if iss != login.provider.settings.issuer or not sid:
        return Response(status_code=HTTPStatus.BAD_REQUEST)
    _end(request, sid, None)
    return HTMLResponse("")


def _end(request: Request, provider_session: str | None, subject: str | None) -> None:
    app: AppContext = request.app.state.context
    with app.database.transaction() as session:
        for actor_id in delete_of_provider(session, provider_session, subject):
            try:
                actor = identity.actor(session, actor_id)
            except NotLoggedIn:
                continue  # has left meanwhile
            record_login(request, session, actor, AuditAction.LOG_OUT)


def _login(request: Request) -> tuple[AppContext, MunicipalLogin]:
    app: AppContext = request.app.state.context
    if app.login is None:
        raise UnknownPage
    return app, app.login


def _refused(request: Request, login: MunicipalLogin, refused: LoginRefused) -> HTMLResponse:
    log.warning("login.refused", extra={"fields": {"request": reference(request), "why": str(refused)}})
    headline, advice = texts.REFUSED[refused.rule]
    page = LoginRefusedPage(
        headline=headline,
        advice=advice,
        contact=login.mapping.contact if refused.rule in texts.ASK_CONTACT else "",
        reference=reference(request),
        another=refused.rule in texts.TRY_ANOTHER,
    )
    response = HTMLResponse(
        render(frame(request, "Log ind", None), page), _STATUS.get(refused.rule, HTTPStatus.FORBIDDEN)
    )
    LOGIN_COOKIE.delete(request, response)
    return response
