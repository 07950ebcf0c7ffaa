"""The register of rules: read by all employees, decided by an administrator on behalf of the municipality. Logged."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from pydantic import JsonValue
from sqlalchemy.orm import Session

from hub.access.audit_entry import audit_entry
from hub.access.policy import is_reason, may
from hub.access.redaction import redact_identifiers
from hub.access.rule_policy import may_decide_rule
from hub.audit.service import write
from hub.clock import danish_day
from hub.rules import repository
from hub.rules.register import RuleApproval, RuleDefinition, RuleOrigin, definitions_on
from schemas.access import AccessRequest, Actor, AuditAction, AuditObject, AuditOutcome, ObjectKind
from schemas.base import Schema

LARGEST_LIMIT = 100


FEW = 5
"""Fewer judgements are not told in number: of few citizens one could tell who."""


class RuleEntry(Schema):
    """A rule of the register with every decision on it."""

    definition: RuleDefinition
    approvals: tuple[RuleApproval, ...] = ()
    """The newest first."""
    assessments: int | None = 0
    """How many judgements of this version there are, of whomever. None: some, but fewer than ``FEW``."""

    @property
    def is_on(self) -> bool:
        """Whether this version is approved."""
        latest = self.approvals[0] if self.approvals else None
        return latest is not None and latest.is_on and latest.version == self.definition.version

    @property
    def limit(self) -> float:
        """The limit that holds, or would."""
        is_local = self.definition.origin is RuleOrigin.LOCAL
        return self.approvals[0].limit if is_local and self.is_on else self.definition.limit


class RegisterView(Schema):
    """The register, and whether the actor may decide."""

    rules: tuple[RuleEntry, ...]
    may_decide: bool


class RuleFault(StrEnum):
    """What must be corrected before a decision is stored."""

    RULE_UNKNOWN = "rule_unknown"
    """There is no such rule, or its version is another by now."""
    REASON_MISSING = "reason_missing"
    LIMIT_IMPOSSIBLE = "limit_impossible"


class RuleDecision(NamedTuple):
    """What is to hold of a rule."""

    rule: str
    version: int
    is_on: bool
    reason: str
    limit: float | None = None
    """Of a local rule; None: as the register proposes."""


def _told(number: int) -> int | None:
    return None if 0 < number < FEW else number


class RuleDesk:
    """Reads and decides rules for one actor, in the caller's transaction."""

    def __init__(self, session: Session, actor: Actor, request: AccessRequest, *, now: datetime) -> None:
        self._session, self._actor, self._request, self._now = session, actor, request, now

    def read(self) -> RegisterView | None:
        """Every rule that may be used today. None: refused."""
        is_allowed = may(self._actor, AuditAction.READ_RULES)
        self._write(AuditAction.READ_RULES, AuditOutcome.SHOWN if is_allowed else AuditOutcome.REFUSED)
        if not is_allowed:
            return None
        approvals = repository.list_approvals(self._session)
        numbers: Mapping[tuple[str, int], int] = repository.count_assessments(self._session)
        return RegisterView(
            rules=tuple(
                RuleEntry(
                    definition=definition,
                    approvals=tuple(each for each in reversed(approvals) if each.rule == definition.id),
                    assessments=_told(numbers.get((definition.id, definition.version), 0)),
                )
                for definition in definitions_on(danish_day(self._now))
            ),
            may_decide=may(self._actor, AuditAction.DECIDE_RULE),
        )

    def decide(self, decision: RuleDecision) -> tuple[RuleFault, ...] | None:
        """Switch the rule on or off, or say what must be corrected first. None: refused."""
        if not may(self._actor, AuditAction.DECIDE_RULE):
            self._write(AuditAction.DECIDE_RULE, AuditOutcome.REFUSED, decision)
            return None
        definitions = {each.id: each for each in definitions_on(danish_day(self._now))}
        definition = definitions.get(decision.rule)
        if definition is None or definition.version != decision.version:
            return (RuleFault.RULE_UNKNOWN,)
        is_local = definition.origin is RuleOrigin.LOCAL
        limit = decision.limit if is_local and decision.limit is not None else definition.limit
        present = {
            RuleFault.REASON_MISSING: not is_reason(decision.reason),
            RuleFault.LIMIT_IMPOSSIBLE: not 0 < limit <= LARGEST_LIMIT,
        }
        faults = tuple(fault for fault, is_present in present.items() if is_present)
        if faults:
            return faults
        if not may_decide_rule(self._actor, decision.reason):
            self._write(AuditAction.DECIDE_RULE, AuditOutcome.REFUSED, decision)
            return None
        approval = RuleApproval(
            rule=decision.rule,
            version=decision.version,
            is_on=decision.is_on,
            limit=limit,
            reason=redact_identifiers(decision.reason.strip()),
            decided_by=self._actor.caller_name,
            decided_at=self._now,
        )
        repository.lock_rule(self._session, decision.rule)
        latest = repository.latest_approvals(self._session).get(decision.rule)
        if latest is not None and latest.model_copy(update={"decided_at": self._now}) == approval:
            return ()  # the form was sent twice
        repository.add_approval(self._session, approval, decided_by_id=self._actor.caller_id)
        self._write(AuditAction.DECIDE_RULE, AuditOutcome.SHOWN, decision)
        return ()

    def _write(self, action: AuditAction, outcome: AuditOutcome, decision: RuleDecision | None = None) -> None:
        request, about = self._request, None
        details: dict[str, JsonValue] = {}
        if decision is not None:
            details = {"is_on": decision.is_on, "limit": decision.limit}
            request = request.model_copy(update={"override_reason": decision.reason})
            about = AuditObject(kind=ObjectKind.RULE, id=f"{decision.rule}/{decision.version}")
        write(
            self._session,
            audit_entry(self._actor, action, outcome, request, self._now, about=about, details=details),
        )
