"""SQL of decisions that events may name people."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.audit.event_names import NamesDecision
from hub.db import fetch_rows

_FIELDS = "number, decided_at, actor_id, actor_name, reason, until, with_stream, ended_at"
_OPEN = text(f"""
    SELECT {_FIELDS} FROM audit_event_names WHERE ended_at IS NULL AND until > :now ORDER BY number DESC LIMIT 1
""")  # noqa: S608  put together from the constant above
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('audit_event_names'))")
_ADD = text("""
    INSERT INTO audit_event_names (decided_at, actor_id, actor_name, reason, until, with_stream)
    VALUES (:decided_at, :actor_id, :actor_name, :reason, :until, :with_stream) RETURNING number
""")
_END = text("""
    UPDATE audit_event_names SET ended_at = :now WHERE number = :number AND ended_at IS NULL
""")


def find_in_force(session: Session, now: datetime) -> NamesDecision | None:
    """The decision that holds now; None: events have pseudonyms alone."""
    rows = fetch_rows(session, _OPEN, {"now": now})
    decision = NamesDecision.model_validate(dict(rows[0])) if rows else None
    return decision if decision is not None and decision.is_in_force(now) else None


def lock_decisions(session: Session) -> None:
    """Let nobody else decide until the end of the transaction."""
    session.execute(_ONE_AT_A_TIME)


def add_decision(session: Session, decision: NamesDecision) -> int:
    """Store it; its number is told by the database."""
    number: int = session.execute(_ADD, decision.model_dump(exclude={"number", "ended_at"})).scalar_one()
    return number


def end_decision(session: Session, number: int, now: datetime) -> None:
    """Let it hold no longer."""
    session.execute(_END, {"number": number, "now": now})
