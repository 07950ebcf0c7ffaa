"""Contradictions and overlaps between efforts, and between appointments, as declared rules over their intervals. Pure.

That three areas are active and nobody has the lead is R5 (``conditions.uncoordinated``).
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import combinations

from hub.clock import danish_day
from hub.overview.efforts import EffortState
from hub.rules.conditions import ENDS_WITHIN, Answer, CannotSay, Met, last_day
from hub.rules.facts import (
    Appointment,
    CourseState,
    Demand,
    EffortSpan,
    FactKind,
    GoalProgress,
    RuleInputs,
    UnknownReason,
)
from hub.rules.findings import Value, day_value

SUCCEEDS_WITHIN = timedelta(days=30)
"""An effort of the same area that begins no longer before or after the end takes over from it."""
_NO_HOUR = datetime.min.replace(tzinfo=UTC)
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


def same_hours(inputs: RuleInputs, _limit: float) -> Iterator[Answer]:
    """Two things that are not over ask the citizen to be somewhere at the same hours, whole or in part.

    Hours that nobody tells overlap with nothing: of a thing without an end only its beginning counts, and of two on one
    day of which one has no hour nobody can say. What ends when the other begins does not overlap.
    """
    ahead = [each for each in inputs.of(Appointment) if _last_day(each) >= inputs.today]
    in_order = sorted(ahead, key=lambda each: (each.starts_at or _NO_HOUR, each.id))
    for first, second in combinations(in_order, 2):
        if first.starts_at is None or second.starts_at is None:
            if first.day == second.day and first.area is not second.area:
                silent = [each.area for each in (first, second) if each.starts_at is None and each.area]
                yield CannotSay(UnknownReason.NO_HOURS, frozenset(silent))
        elif _overlap_in_hours(first, second):
            is_alike = _is_alike(first, second)
            if is_alike and (first.area is None) is not (second.area is None):
                yield CannotSay(UnknownReason.MAYBE_ONE)
            elif not is_alike or first.area is not second.area or first.area is None:
                yield Met([first, second], {**_hours(first), **_hours(second, "other_")})
    if any(course.hides_meetings for course in inputs.of(CourseState)):
        yield CannotSay(UnknownReason.MEETINGS_WITHHELD)


def _overlap_in_hours(first: Appointment, second: Appointment) -> bool:
    """Whether the second begins while the first lasts; *first* begins no later."""
    return first.starts_at == second.starts_at or (second.starts_at or _NO_HOUR) < (first.ends_at or _NO_HOUR)


def _is_alike(first: Appointment, second: Appointment) -> bool:
    """Whether they begin together, and nobody says that they end apart.

    Two such contacts of one area are one that is told twice; one of them may be the invitation to the other.
    """
    ends = {each.ends_at for each in (first, second)} - {None}
    return first.starts_at == second.starts_at and len(ends) <= 1


def _hours(appointment: Appointment, prefix: str = "") -> dict[str, Value]:
    times = {"starts_at": appointment.starts_at, "ends_at": appointment.ends_at}
    return {f"{prefix}{name}": moment.isoformat() if moment else None for name, moment in times.items()}


def _last_day(appointment: Appointment) -> date:
    last = appointment.ends_at or appointment.starts_at
    return danish_day(last) if last else appointment.day


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
