"""Approved rules over the facts of one citizen, as one reader may see them. Pure; nothing is stored."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from hub.rules import conditions, overlaps
from hub.rules.conditions import Answer, CannotSay, Met
from hub.rules.facts import RuleFacts, RuleInputs, UnknownReason
from hub.rules.findings import Findings, Hit, Unknown
from hub.rules.register import ActiveRule
from schemas.source import Area

Condition = Callable[[RuleInputs, float], Iterator[Answer]]
CONDITIONS: Mapping[str, Condition] = {
    "absence_unlawful_15": conditions.unlawful_absence,
    "absence_unlawful_10": conditions.unlawful_absence_to_warn,
    "absence_total_local": conditions.total_absence,
    "three_indicators": conditions.indicators_together,
    "no_expected_progress": conditions.no_expected_progress,
    "citizen_wish": conditions.citizen_wish,
    "uncoordinated": conditions.uncoordinated,
    "repeat_notification": conditions.repeat_notification,
    "deadline": conditions.missed_deadline,
    "transition": conditions.transition_ahead,
    "opposite_demands": overlaps.opposite_demands,
    "same_goal_twice": overlaps.same_goal_twice,
    "no_successor": overlaps.no_successor,
    "same_hours": overlaps.same_hours,
}


def evaluate(rules: Iterable[ActiveRule], facts: RuleFacts) -> Findings:
    """What the rules say of the citizen, in the order of the register; hits are never counted or ranked."""
    hits: list[Hit] = []
    unknowns: list[Unknown] = []
    for rule in rules:
        definition = rule.definition
        inputs = facts.only(definition.inputs)
        answers = list(CONDITIONS[definition.id](inputs, rule.limit))
        hits += [
            Hit(
                rule=definition.id,
                version=definition.version,
                citizen_id=facts.citizen_id,
                evidence=tuple(dict.fromkeys(fact.id for fact in answer.facts)),
                areas=frozenset(fact.area for fact in answer.facts if fact.area),
                of_plan=any(fact.of_plan for fact in answer.facts),
                values=answer.values,
            )
            for answer in answers
            if isinstance(answer, Met)
        ]
        unknowns += [
            Unknown(rule=definition.id, citizen_id=facts.citizen_id, reason=reason, areas=areas)
            for reason, areas in _reasons(inputs, answers)
        ]
    return Findings(hits=tuple(hits), unknowns=tuple(unknowns))


def _reasons(inputs: RuleInputs, answers: Iterable[Answer]) -> Iterator[tuple[UnknownReason, frozenset[Area]]]:
    """Why the rule cannot say more than its hits, each reason once with its areas."""
    areas: dict[UnknownReason, set[Area]] = {}
    for each in inputs.unknowable:
        areas.setdefault(each.reason, set()).add(each.area)
    for answer in answers:
        if isinstance(answer, CannotSay):
            areas.setdefault(answer.reason, set()).update(answer.areas)
    for reason in UnknownReason:
        if reason in areas:
            yield reason, frozenset(areas[reason])
