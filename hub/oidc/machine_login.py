"""Which machine asks, and on whose behalf: by its token and its account, in the caller's transaction."""

from enum import StrEnum

from sqlalchemy.orm import Session

from hub.access.identity import actor as get_actor
from hub.access.service_account_repository import get_account, mark_used
from hub.access.service_accounts import ServiceAccount
from hub.errors import NotLoggedIn
from hub.oidc.provider import AccessToken
from hub.sessions.repository import is_logged_in
from hub.sessions.views import SessionLimits
from schemas.access import Actor, Purpose
from schemas.base import Schema
from schemas.machine import Machine, Scope


class MachineRule(StrEnum):
    """What a machine was refused by; stands in the line of the log."""

    NO_ACCOUNT = "no_account"
    REVOKED = "revoked"
    NOT_FOR_EMPLOYEES = "not_for_employees"
    """It named an employee, and its account is not for that."""
    NOT_LOGGED_IN = "not_logged_in"
    """The employee whom it named has no session here now."""

    @property
    def is_about_employee(self) -> bool:
        """The machine itself is let in."""
        return self in {MachineRule.NOT_FOR_EMPLOYEES, MachineRule.NOT_LOGGED_IN}


class MachineLogin(Schema):
    """Who asks."""

    actor: Actor
    purpose: Purpose
    refused: MachineRule | None = None


def log_in_machine(
    session: Session, token: AccessToken, employee_id: str | None, limits: SessionLimits
) -> MachineLogin:
    """Who asks with that token, by themselves or on behalf of the employee.

    An employee counts only while logged in here, so that their rights are as the municipality's login gave them today.
    Where the token names scopes of ours, no others count.
    """
    account = get_account(session, token.client_id)
    if account is None:
        machine = Machine(client_id=token.client_id, name=token.client_id, scopes=frozenset())
        stranger = Actor(id=machine.actor_id, name=machine.name, title="", roles=frozenset(), machine=machine)
        return MachineLogin(actor=stranger, purpose=Purpose.OPERATIONS, refused=MachineRule.NO_ACCOUNT)
    scopes = _granted(token)
    actor, refused = account.actor(scopes), None
    if account.revoked_at is not None:
        refused = MachineRule.REVOKED
    elif employee_id is not None:
        employee = _employee(session, account, employee_id, limits)
        if isinstance(employee, MachineRule):
            refused = employee
        else:
            actor = account.actor_for(employee, scopes)
    if refused is None:
        mark_used(session, account.client_id)
    return MachineLogin(actor=actor, purpose=account.purpose, refused=refused)


def _granted(token: AccessToken) -> frozenset[Scope]:
    named = frozenset(scope for scope in Scope if scope in token.scope)
    return named or frozenset(Scope)


def _employee(
    session: Session, account: ServiceAccount, employee_id: str, limits: SessionLimits
) -> Actor | MachineRule:
    if not account.for_employees:
        return MachineRule.NOT_FOR_EMPLOYEES
    if not is_logged_in(session, employee_id, limits):
        return MachineRule.NOT_LOGGED_IN
    try:
        return get_actor(session, employee_id)
    except NotLoggedIn:
        return MachineRule.NOT_LOGGED_IN
