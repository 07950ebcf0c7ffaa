"""The right to the answers of a DPO's questions, and the line about each: decided and written before it is read."""

from datetime import date, datetime
from typing import NamedTuple

from pydantic import JsonValue
from sqlalchemy.orm import Session

from hub.access.audit_entry import audit_entry
from hub.access.policy import may
from hub.audit.service import write
from schemas.access import AccessRequest, Actor, AuditAction, AuditObject, AuditOutcome, ObjectKind
from schemas.oversight import Question


class Asked(NamedTuple):
    """What of a question is asked for."""

    question: Question
    since: date | None = None
    """First day; None: it is asked of now, not of a period."""
    until: date | None = None
    """Last day."""
    table: str = ""
    """Only this table of the answer."""
    form: str = "page"
    """``page``, ``csv``, ``pdf`` or ``json``."""


def may_be_answered(session: Session, actor: Actor, request: AccessRequest, wish: Asked, *, now: datetime) -> bool:
    """Whether the actor is told the answer; the line is written either way, before anything is read."""
    is_allowed = may(actor, AuditAction.READ_ANSWER)
    outcome = AuditOutcome.SHOWN if is_allowed else AuditOutcome.REFUSED
    details: dict[str, JsonValue] = {"form": wish.form}
    if wish.since and wish.until:
        details |= {"since": wish.since.isoformat(), "until": wish.until.isoformat()}
    if wish.table:
        details["table"] = wish.table
    about = AuditObject(kind=ObjectKind.QUESTION, id=wish.question.value)
    entry = audit_entry(actor, AuditAction.READ_ANSWER, outcome, request, now, about=about, details=details)
    write(session, entry)
    return is_allowed
