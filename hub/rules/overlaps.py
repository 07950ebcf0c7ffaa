"""Contradictions and overlaps between efforts, as declared rules over their intervals. Pure.

That three areas are active and nobody has the lead is R5 (``conditions.uncoordinated``).
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from hub.overview.efforts import EffortState
from hub.rules.conditions import ENDS_WITHIN, Answer, CannotSay, Met, last_day
from hub.rules.facts import Demand, EffortSpan, FactKind, GoalProgress, RuleInputs
from hub.rules.findings import day_value

SUCCEEDS_WITHIN = timedelta(days=30)
"""An effort of the same area that begins no longer before or after the end takes over from it."""
_RUNS_OR_WILL = frozenset({EffortState.ONGOING, EffortState.PLANNED})


def opposite_demands(inputs: RuleInputs, _limit: float) -> Iterator[Answer]:
    """Health recommends that the citizen is spared while the employment effort asks to take part, on the same days."""
    efforts = [effort for effort in inputs.of(EffortSpan) if effort.state is EffortState.ONGOING]
    sparing = [effort for effort in efforts if effort.demand is Demand.SPARED]
    for spared in sparing:
        asking = [each for each in efforts if each.demand is Demand.PARTICIPATION and _overlap(spared, each)]
        if asking:
            since = max(spared.start or date.min, min(each.start or date.min for each in asking))
            yield Met([spared, *asking], {"since": None if since == date.min else day_value(since)})


def same_goal_twice(inputs: RuleInputs, limit: float) -> Iterator[Answer]:
    """Efforts of at least *limit* areas run at the same time and state the same goal, or one states a goal of the plan.

    An effort that is known to serve the goal of the plan is part of that plan, and no second one.
    """
    by_goal: dict[str, list[EffortSpan]] = defaultdict(list)
    for effort in inputs.of(EffortSpan):
        if effort.state is EffortState.ONGOING and effort.goal_key:
            by_goal[effort.goal_key].append(effort)
    for efforts in by_goal.values():
        if len({effort.area for effort in efforts}) >= limit:
            yield Met(efforts, {"areas": len({effort.area for effort in efforts})})
    for goal in inputs.of(GoalProgress):
        if not goal.of_plan or goal.is_closed or not goal.goal_key:
            continue
        beside = [effort for effort in by_goal.get(goal.goal_key, []) if effort.id not in goal.effort_ids]
        if beside:
            yield Met([goal, *beside], {"areas": len({effort.area for effort in beside}), "of_plan": 1})


def no_successor(inputs: RuleInputs, _limit: float) -> Iterator[Answer]:
    """An effort ends within 60 days, or ended in the last 60, and none of the same area takes over.

    Only where all efforts of that area are known: who cannot see them cannot say that there is none.
    """
    efforts = inputs.of(EffortSpan)
    for effort in efforts:
        last = last_day(effort)
        if last is None or effort.area is None or effort.state in {EffortState.CANCELLED, EffortState.PLANNED}:
            continue
        if not inputs.today - ENDS_WITHIN <= last <= inputs.today + ENDS_WITHIN:
            continue
        if (reason := inputs.missing(FactKind.EFFORT, effort.area)) is not None:
            yield CannotSay(reason, frozenset({effort.area}))
        elif not _is_succeeded(effort, last, efforts):
            yield Met([effort], {"on": day_value(last), "has_ended": int(last < inputs.today)})


def _is_succeeded(ending: EffortSpan, last: date, efforts: Sequence[EffortSpan]) -> bool:
    return any(
        other.id != ending.id
        and other.area is ending.area
        and other.state in _RUNS_OR_WILL
        and other.start is not None
        and last - SUCCEEDS_WITHIN <= other.start <= last + SUCCEEDS_WITHIN
        and (last_day(other) or date.max) > last
        for other in efforts
    )


def _overlap(effort: EffortSpan, other: EffortSpan) -> bool:
    return (effort.start or date.min) < (other.end or date.max) and (other.start or date.min) < (effort.end or date.max)
