"""Who works at this terminal, and the audit line of what they do to a source."""

import getpass
from datetime import datetime

from hub.db import Session
from hub.errors import MissingRole
from schemas.access import AccessRequest, Actor, AuditAction, Purpose, Role


def actor_id() -> str:
    """The machine's user, marked as one who works at the command line."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):
        return "cli:unknown"  # a container's user may have no name


def record(session: Session, action: AuditAction, source: str, reason: str | None, now: datetime) -> None:
    """Decide and write the line, in the transaction of the act.

    Raises:
        MissingRole: the policy does not allow it.
    """
    from hub.access.service import change_source  # noqa: PLC0415  a command loads only what it needs

    name = actor_id()
    actor = Actor(id=name, name=name, title="helhed", roles=frozenset({Role.ADMINISTRATOR}))
    request = AccessRequest(purpose=Purpose.OPERATIONS, override_reason=reason, request_id="cli")
    if not change_source(session, actor, action, source, request, now=now):
        raise MissingRole
