"""A request of a machine: its token instead of a session, on behalf of an employee where it names one."""

import logging
import math

from fastapi import Request
from pydantic import JsonValue

from hub.access.audit_entry import audit_entry
from hub.audit.service import write
from hub.context import AppContext
from hub.db import Session
from hub.errors import BehalfRefused, ProviderUnavailable, TokenRefused, TooMany
from hub.oidc.machine_login import MachineLogin, log_in_machine
from hub.oidc.provider import AccessToken
from hub.oidc.refusal import LoginRefused, LoginRule
from hub.rate_limits.limits import Limited
from hub.sessions.service import limits_of
from hub.sessions.views import NO_SESSION, LoginSession
from hub.web.shell.limit_counting import limit_address, take_limit
from schemas.access import AccessRequest, AuditAction, AuditObject, AuditOutcome, ObjectKind

ON_BEHALF_OF = "x-on-behalf-of"
"""The header that names the employee, by id."""

log = logging.getLogger("hub.login")


def machine_session(request: Request, token: str) -> LoginSession:
    """Who asks, as if in a session of this request alone.

    Raises:
        TokenRefused: the token is not valid, or the account is not there or revoked.
        BehalfRefused: the machine may not ask on behalf of the employee whom it names.
        ProviderUnavailable: nobody can tell whether the token is valid.
        TooMany: the machine asks too often, or the address tries too many tokens.
    """
    app: AppContext = request.app.state.context
    access_token = _verified(request, app, token)
    employee_id = (request.headers.get(ON_BEHALF_OF) or "").strip()[:100] or None
    wait, is_told = take_limit(request, Limited.MACHINE, f"machine:{access_token.client_id}")
    if wait is not None and not is_told:
        raise TooMany(math.ceil(wait.total_seconds()))
    with app.database.transaction() as session:
        login = log_in_machine(session, access_token, employee_id, limits_of(app.settings))
        if wait is not None:
            _write(session, request, login, AuditAction.REACH_LIMIT, {"limit": Limited.MACHINE.value})
        elif login.refused is not None:
            _write(session, request, login, AuditAction.LOG_IN, {"rule": login.refused.value}, employee_id)
    if wait is not None:
        raise TooMany(math.ceil(wait.total_seconds()))
    if login.refused is not None:
        log.warning("machine.refused", extra={"fields": {"why": login.refused.value}})
        raise BehalfRefused if login.refused.is_about_employee else TokenRefused
    return LoginSession(number=NO_SESSION, actor=login.actor, data={"purpose": login.purpose.value}, is_stale=False)


def _verified(request: Request, app: AppContext, token: str) -> AccessToken:
    try:
        if app.login is not None:
            return app.login.provider.read_access_token(token)
    except LoginRefused as refused:
        log.warning("machine.refused", extra={"fields": {"why": str(refused)}})
        if refused.rule is LoginRule.UNAVAILABLE:
            raise ProviderUnavailable from None
    limit_address(request, Limited.LOGIN)
    raise TokenRefused


def _write(
    session: Session,
    request: Request,
    login: MachineLogin,
    action: AuditAction,
    details: dict[str, JsonValue],
    employee_id: str | None = None,
) -> None:
    """The line of a request that leads to nothing."""
    reason = AccessRequest(purpose=login.purpose, request_id=str(request.state.request_id))
    now = request.app.state.context.clock.now()
    about = AuditObject(kind=ObjectKind.ACTOR, id=employee_id) if employee_id is not None else None
    write(session, audit_entry(login.actor, action, AuditOutcome.REFUSED, reason, now, about=about, details=details))
