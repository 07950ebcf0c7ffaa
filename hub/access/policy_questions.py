"""Why the policies answer as they do about an employee and a citizen: logged, then told."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from hub.access.audit_entry import audit_entry
from hub.access.explanation import explain
from hub.access.policy import may
from hub.audit.service import write
from hub.clock import danish_day
from hub.course.repository import access_facts
from schemas.access import AccessRequest, Actor, AuditAction, AuditObject, AuditOutcome, ObjectKind


def explain_decision(
    session: Session, actor: Actor, employee: Actor, citizen_id: UUID, request: AccessRequest, *, now: datetime
) -> tuple[str, ...] | None:
    """In sentences, why *employee* may see what they see of the citizen today. None: *actor* may not know.

    Empty when there is no such citizen. The request's reason is the one that *employee* would have written.
    """
    allowed = may(actor, AuditAction.EXPLAIN_POLICY)
    facts = access_facts(session, employee, citizen_id, danish_day(now)) if allowed else None
    outcome = AuditOutcome.REFUSED if not allowed else AuditOutcome.NOT_FOUND if facts is None else AuditOutcome.SHOWN
    own_request = request.model_copy(update={"override_reason": None})
    about = AuditObject(kind=ObjectKind.ACTOR, id=employee.id)
    line = audit_entry(actor, AuditAction.EXPLAIN_POLICY, outcome, own_request, now, about=about, citizen_id=citizen_id)
    write(session, line)
    if not allowed:
        return None
    return explain(employee, facts, request) if facts else ()
