"""Add and revoke service accounts: decide, write the line, then act, in the caller's transaction."""

from datetime import datetime

from sqlalchemy.orm import Session

from hub.access import service_account_repository as repository
from hub.access.audit_entry import audit_entry
from hub.access.policy import may
from hub.access.service_accounts import ServiceAccount
from hub.audit.service import write
from schemas.access import AccessRequest, Actor, AuditAction, AuditObject, AuditOutcome, ObjectKind


def add_account(
    session: Session, actor: Actor, account: ServiceAccount, request: AccessRequest, *, now: datetime
) -> bool | None:
    """Store a new account. False: one with that id is in use. None: refused; the line about it is to be kept."""
    allowed = may(actor, AuditAction.CHANGE_ACCOUNT)
    done = allowed and repository.store_account(session, account)
    details = {
        "change": "added",
        "scopes": sorted(account.scopes),
        "for_employees": account.for_employees,
        "unit": account.unit_id,
        "area": account.area,
    }
    _write(session, actor, account.client_id, request, now, details, done=done)
    return done if allowed else None


def revoke_account(
    session: Session, actor: Actor, client_id: str, request: AccessRequest, *, now: datetime
) -> bool | None:
    """Revoke an account: its next request is refused. False: none with that id is in use. None: refused."""
    allowed = may(actor, AuditAction.CHANGE_ACCOUNT)
    done = allowed and repository.revoke(session, client_id, actor.id)
    _write(session, actor, client_id, request, now, {"change": "revoked"}, done=done)
    return done if allowed else None


def _write(  # noqa: PLR0913  what a line holds
    session: Session,
    actor: Actor,
    client_id: str,
    request: AccessRequest,
    now: datetime,
    details: dict[str, object],
    *,
    done: bool,
) -> None:
    about = AuditObject(kind=ObjectKind.ACTOR, id=f"machine:{client_id}")
    outcome = AuditOutcome.SHOWN if done else AuditOutcome.REFUSED
    line = audit_entry(actor, AuditAction.CHANGE_ACCOUNT, outcome, request, now, about=about)
    write(session, line.model_copy(update={"details": details}))
