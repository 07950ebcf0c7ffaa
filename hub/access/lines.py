"""Pure: the audit line of an act."""

from datetime import datetime
from typing import Any

from hub.access.policy import POLICY_VERSION
from hub.access.words import without_numbers
from schemas.access import AccessRequest, Actor, AuditAction, AuditEntry, AuditOutcome, Role

_ROLE_OF = {
    AuditAction.READ_LOG: Role.DPO,
    AuditAction.READ_SOURCES: Role.ADMINISTRATOR,
    AuditAction.PAUSE_SOURCE: Role.ADMINISTRATOR,
    AuditAction.RESUME_SOURCE: Role.ADMINISTRATOR,
    AuditAction.CHANGE_SOURCE: Role.ADMINISTRATOR,
    AuditAction.RELEASE_DELETIONS: Role.ADMINISTRATOR,
    AuditAction.REFUSE_DELETIONS: Role.ADMINISTRATOR,
}


def line(
    actor: Actor,
    action: AuditAction,
    outcome: AuditOutcome,
    request: AccessRequest,
    now: datetime,
    **more: Any,
) -> AuditEntry:
    """A line about *actor*. Whatever people wrote is kept without national numbers."""
    return AuditEntry(
        recorded_at=now,
        action=action,
        outcome=outcome,
        actor_id=actor.id,
        actor_name=actor.name,
        role=_role(actor, action),
        unit_id=actor.unit_id,
        on_behalf_of=_told(request.on_behalf_of),
        purpose=request.purpose,
        override_reason=_told(request.override_reason),
        policy_version=POLICY_VERSION,
        request_id=request.request_id,
        **more,
    )


def _role(actor: Actor, action: AuditAction) -> Role | None:
    fitting = _ROLE_OF.get(action, Role.TEAM_MEMBER)
    return fitting if fitting in actor.roles else min(actor.roles, default=None)


def _told(words: str | None) -> str | None:
    return None if words is None else without_numbers(words)
