"""Deciding that events of the log may name people for a time: decided and logged as every act. The DPO's alone."""

from datetime import datetime, timedelta

from pydantic import JsonValue
from sqlalchemy.orm import Session

from hub.access.policy import is_reason, may
from hub.access.redaction import redact_identifiers
from hub.access.service import record
from hub.audit import event_names_repository as repository
from hub.audit.event_names import NamesDecision, NamesFault, faults_of
from schemas.access import AccessRequest, Actor, AuditAction, AuditOutcome


class NamesDesk:
    """Decides and ends for one actor, in the caller's transaction. A refusal is an answer, and its line is kept."""

    def __init__(self, session: Session, actor: Actor, request: AccessRequest, *, now: datetime) -> None:
        self._session, self._actor, self._request, self._now = session, actor, request, now

    def decide(self, days: int | None, reason: str, *, with_stream: bool) -> tuple[NamesFault, ...] | None:
        """Let events name people from now, for so many days. None: refused; faults: nothing is stored."""
        if not self._may(AuditAction.DECIDE_EVENT_NAMES):
            return None
        repository.lock_decisions(self._session)
        in_force = repository.find_in_force(self._session, self._now)
        faults = faults_of(days, in_force, has_reason=is_reason(reason))
        if faults or days is None:
            return faults
        decision = NamesDecision(
            number=0,
            decided_at=self._now,
            actor_id=self._actor.caller_id,
            actor_name=self._actor.caller_name,
            reason=redact_identifiers(reason),
            until=self._now + timedelta(days=days),
            with_stream=with_stream,
        )
        number = repository.add_decision(self._session, decision)
        until = decision.until.isoformat()
        self._record({"decision": number, "until": until, "with_stream": with_stream}, decision.reason)
        return ()

    def end(self) -> NamesDecision | None:
        """Let events have pseudonyms again at once; what was in force. None: refused, or nothing was."""
        if not self._may(AuditAction.DECIDE_EVENT_NAMES):
            return None
        repository.lock_decisions(self._session)
        decision = repository.find_in_force(self._session, self._now)
        if decision is not None:
            repository.end_decision(self._session, decision.number, self._now)
            self._record({"decision": decision.number, "ended": True})
        return decision

    def _may(self, action: AuditAction) -> bool:
        is_allowed = may(self._actor, action)
        if not is_allowed:
            record(self._session, self._actor, action, AuditOutcome.REFUSED, self._request, now=self._now)
        return is_allowed

    def _record(self, details: dict[str, JsonValue], reason: str | None = None) -> None:
        request = self._request.model_copy(update={"override_reason": reason})
        action = AuditAction.DECIDE_EVENT_NAMES
        record(self._session, self._actor, action, AuditOutcome.SHOWN, request, now=self._now, details=details)
