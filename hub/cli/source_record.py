"""Who works at this terminal, and the audit line of what they do to a source."""

import getpass
from datetime import datetime

from sqlalchemy.orm import Session

from hub.access.service import record as write_line
from schemas.access import AccessRequest, Actor, AuditAction, AuditOutcome, Purpose, Role


def actor_id() -> str:
    """The machine's user, marked as one who works at the command line."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):
        return "cli:unknown"  # a container's user may have no name


def record(session: Session, action: AuditAction, source: str, reason: str | None, now: datetime) -> None:
    """Write the line, in the transaction of the act."""
    name = actor_id()
    actor = Actor(id=name, name=name, title="helhed", roles=frozenset({Role.ADMINISTRATOR}))
    request = AccessRequest(purpose=Purpose.OPERATIONS, override_reason=reason, request_id="cli")
    write_line(session, actor, action, AuditOutcome.SHOWN, request, now=now, about=f"source:{source}")
