"""What stands still or waits in the plans of the citizens on whose team an actor is: dates and words, no score.

Decided for each citizen, and logged for each of whom something is told. Read for all of them together.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from hub.access.audit_entry import audit_entry
from hub.access.course_policy import may_handle_plan
from hub.audit.service import write_all
from hub.clock import danish_day
from hub.course import consent_repository, plan_repository, trial_repository
from hub.course.meeting_rules import still_entries
from hub.course.plan_rules import passed_agreements
from schemas.access import AccessFacts, AccessRequest, Actor, AuditAction, AuditOutcome, Basis
from schemas.plan import PlanEntry
from schemas.trial_action import TrialLine


class StandStill(NamedTuple):
    """What of one citizen's plan stands still or waits."""

    goals: tuple[tuple[PlanEntry, date], ...] = ()
    """Goals that have not moved, each with since when."""
    agreements: tuple[PlanEntry, ...] = ()
    """Open agreements whose day has passed."""
    trials: tuple[TrialLine, ...] = ()
    """Trial actions that are to be judged, or should have been."""


def list_stand_still(
    session: Session, actor: Actor, facts: Mapping[UUID, AccessFacts], request: AccessRequest, *, now: datetime
) -> dict[UUID, StandStill]:
    """Of each citizen of the *facts* whose plan the actor may read; of the others nothing.

    A line of the log for each citizen of whom something is told.
    """
    today = danish_day(now)
    readable = {key for key, fact in facts.items() if may_handle_plan(actor, AuditAction.READ_PLAN, fact)}
    places = consent_repository.facts_of_teams(session, actor, today)
    courses = {place.citizen_id: place.course_id for place in places if place.citizen_id in readable}
    plans = plan_repository.read_plans_of(session, courses)
    trials = trial_repository.trial_actions_due(session, list(courses), today)
    standing = {
        citizen_id: StandStill(
            still_entries(plan, today),
            passed_agreements(plan, today),
            tuple(each for each in trials if each.citizen_id == citizen_id and each.course_id == plan.course_id),
        )
        for citizen_id, plan in plans.items()
    }
    # The plan is the team's: a stated reason (værdispring) opens nothing of it.
    request = request.model_copy(update={"override_reason": None, "override_id": None})
    line = audit_entry(actor, AuditAction.READ_PLAN, AuditOutcome.SHOWN, request, now, basis=Basis.TEAM)
    shown = sorted(citizen_id for citizen_id, each in standing.items() if any(each))
    write_all(session, [line.model_copy(update={"citizen_id": citizen_id}) for citizen_id in shown])
    return standing
