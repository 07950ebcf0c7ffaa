"""Pure: what the policies say of those who judge hits of the rules, and of who decides on a rule."""

from hub.access.acts import RULE_ACTS
from hub.access.policy import ask_policies, context_of, is_reason, question_of
from schemas.access import AccessFacts, Actor, AuditAction, Basis, Decision


def may_decide_rule(actor: Actor, reason: str | None) -> bool:
    """Whether the actor may switch a rule on or off, for that reason."""
    context = (("has_reason", is_reason(reason)),)
    return ask_policies(actor, [(AuditAction.DECIDE_RULE.value, "Rule", context)])[0].allowed


def may_assess(actor: Actor, action: AuditAction, facts: AccessFacts, decision: Decision) -> bool:
    """Whether the actor may judge a hit of a rule, or record an indicator, of that citizen.

    *decision* is the one that opens the citizen: who opens with a stated reason (værdispring) judges nothing.
    """
    if action not in RULE_ACTS or not decision.allowed or decision.basis is Basis.OVERRIDE:
        return False
    return ask_policies(actor, [question_of(action.value, context_of(facts, has_reason=False))])[0].allowed
