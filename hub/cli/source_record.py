"""Who works at this terminal, what the policies let them do, and the audit line of it."""

import getpass
from datetime import datetime

from pydantic import JsonValue

from hub.db import Session
from hub.errors import MissingRole
from schemas.access import AccessRequest, Actor, AuditAction, AuditObject, AuditOutcome, ObjectKind, Purpose, Role


def actor_id() -> str:
    """The machine's user, marked as one who works at the command line."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):
        return "cli:unknown"  # a container's user may have no name


def operator() -> tuple[Actor, AccessRequest]:
    """Who works here, and why. Whoever may run commands beside the database is an administrator."""
    name = actor_id()
    actor = Actor(id=name, name=name, title="helhed", roles=frozenset({Role.ADMINISTRATOR}))
    return actor, AccessRequest(purpose=Purpose.OPERATIONS, request_id="cli")


def require_right(action: AuditAction) -> None:
    """Stop here unless the policies allow it.

    Raises:
        MissingRole: they do not.
    """
    from hub.access.policy import may  # noqa: PLC0415  a command loads only what it needs

    if not may(operator()[0], action):
        raise MissingRole


def record_act(
    session: Session, action: AuditAction, source: str | None = None, details: dict[str, JsonValue] | None = None
) -> None:
    """Decide and write the line of an act that changes no source, in its transaction.

    Raises:
        MissingRole: the policies do not allow it.
    """
    from hub.access.service import record as write_line  # noqa: PLC0415  as above
    from hub.clock import SystemClock  # noqa: PLC0415  as above

    require_right(action)
    actor, request = operator()
    about = AuditObject(kind=ObjectKind.SOURCE, id=source) if source is not None else None
    write_line(
        session, actor, action, AuditOutcome.SHOWN, request, now=SystemClock().now(), about=about, details=details
    )


def record(session: Session, action: AuditAction, source: str, reason: str | None, now: datetime) -> None:
    """Decide and write the line, in the transaction of the act.

    Raises:
        MissingRole: the policy does not allow it.
    """
    from hub.access.service import change_source  # noqa: PLC0415  as above

    actor, request = operator()
    request = request.model_copy(update={"override_reason": reason})
    if not change_source(session, actor, action, source, request, now=now):
        raise MissingRole
