"""Pure: what the policies say of those who judge hits of the rules, and of who decides on a rule."""

from hub.access.acts import RULE_ACTS
from hub.access.policy import ask_policies, context_of, is_reason, question_of
from schemas.access import AccessFacts, Actor, AuditAction


def may_decide_rule(actor: Actor, reason: str | None) -> bool:
    """Whether the actor may switch a rule on or off, for that reason."""
    context = (("has_reason", is_reason(reason)),)
    return ask_policies(actor, [(AuditAction.DECIDE_RULE.value, "Rule", context)])[0].allowed


def may_assess(actor: Actor, action: AuditAction, facts: AccessFacts) -> bool:
    """Whether the actor may judge a hit of a rule, or record an indicator, of that citizen."""
    question = question_of(action.value, context_of(facts, has_reason=False))
    return action in RULE_ACTS and ask_policies(actor, [question])[0].allowed
