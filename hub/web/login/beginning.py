"""What both logins have in common: the session, its cookie, and the lines of the log."""

from fastapi import Request
from fastapi.responses import RedirectResponse

from hub.access import service
from hub.access.policy import may
from hub.context import AppContext
from hub.db import Session
from hub.errors import MissingRole
from hub.sessions import service as sessions
from hub.sessions.views import ProviderSession
from hub.web.shell.cookies import LOGIN_COOKIE, SESSION_COOKIE
from hub.web.shell.workspace import own_purpose
from schemas.access import AccessRequest, Actor, AuditAction, AuditObject, AuditOutcome


def begin_session(request: Request, session: Session, actor: Actor, provider: ProviderSession | None = None) -> str:
    """Begin the employee's session and write the line; the id for the cookie.

    Raises:
        MissingRole: the employee has no role.
    """
    if not may(actor, AuditAction.LOG_IN):
        raise MissingRole
    record_login(request, session, actor, AuditAction.LOG_IN)
    replaced, user_agent = SESSION_COOKIE.read(request), request.headers.get("user-agent", "")
    return sessions.begin(session, actor.id, user_agent=user_agent, replaces=replaced, provider=provider)


def logged_in(request: Request, session_id: str) -> RedirectResponse:
    """To the first page, with the session's cookie in place of the login's."""
    response = RedirectResponse("/", 303)
    SESSION_COOKIE.set(request, response, session_id)
    LOGIN_COOKIE.delete(request, response)
    return response


def record_login(
    request: Request,
    session: Session,
    actor: Actor,
    action: AuditAction,
    *,
    outcome: AuditOutcome = AuditOutcome.SHOWN,
    about: AuditObject | None = None,
) -> None:
    """Write the line of a login or logout, for the purpose of the employee's own work."""
    app: AppContext = request.app.state.context
    access = AccessRequest(
        purpose=own_purpose(request.app.state.workspaces, actor), request_id=request.state.request_id
    )
    service.record(session, actor, action, outcome, access, now=app.clock.now(), about=about)
