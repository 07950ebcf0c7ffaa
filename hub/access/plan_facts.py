"""Pure: what the rules may read of Borgerens plan, for a reader who may read the plan itself."""

from collections.abc import Iterator

from hub.clock import danish_day
from hub.course.plan_rules import GOALS
from hub.rules.extraction import goal_key
from hub.rules.facts import GoalProgress, RuleFact, WishStated
from schemas.facts import Progress
from schemas.plan import CitizenPlan, PlanEntry, PlanKind, PlanState


def plan_facts(plan: CitizenPlan) -> Iterator[RuleFact]:
    """The goals that count, with their day of review and all that was entered of them, and the citizen's wishes."""
    for entry in plan.entries:
        if entry.text.state is not PlanState.OPEN:
            continue
        if entry.kind in GOALS:
            yield GoalProgress(
                id=plan_fact_id(entry),
                of_plan=True,
                review_on=entry.text.due_on,
                assessments=tuple((each.on_day, Progress(each.progress)) for each in reversed(entry.progress)),
                goal_key=goal_key(entry.text.words),
                effort_ids=frozenset(entry.effort_ids),
            )
        elif entry.kind is PlanKind.WISH:
            yield WishStated(id=plan_fact_id(entry), of_plan=True, stated_on=danish_day(entry.created_at))


def plan_words(plan: CitizenPlan) -> dict[str, str]:
    """The words of these facts by their id."""
    return {plan_fact_id(entry): entry.text.words for entry in plan.entries}


def plan_fact_id(entry: PlanEntry) -> str:
    """The id of an entry of the plan among the facts of the rules."""
    return f"plan/{entry.id}"
