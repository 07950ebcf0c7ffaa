"""What the team wrote of a course, for the timeline of an opened citizen: decided and logged for each of the family."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from hub.access.audit_entry import audit_entry
from hub.access.course_policy import may_handle_plan
from hub.audit.service import write_all
from hub.clock import danish_day
from hub.course import consent_repository, plan_repository, trial_repository
from schemas.access import AccessFacts, AccessRequest, Actor, AuditAction, AuditOutcome, Basis
from schemas.plan import CitizenPlan
from schemas.trial_action import TrialAction


class CourseHistory(NamedTuple):
    """What the team wrote, whole: also what came after the day that a page shows."""

    plans: Mapping[UUID, CitizenPlan]
    trials: tuple[TrialAction, ...]


def read_history(
    session: Session,
    actor: Actor,
    people: Sequence[AccessFacts],
    request_for: Callable[[UUID], AccessRequest],
    *,
    now: datetime,
) -> CourseHistory:
    """The plans and trial actions of these citizens of one course, as far as the actor may read them; efforts uncut.

    Args:
        session: the caller's transaction.
        actor: who reads.
        people: the citizen whose page is open, then the others on the course.
        request_for: why, of each.
        now: the instant; the place on the team must hold on its Danish day.
    """
    place = consent_repository.team_facts(session, actor, people[0].citizen_id, danish_day(now))
    shown = [facts.citizen_id for facts in people if may_handle_plan(actor, AuditAction.READ_PLAN, facts)]
    if place is None or not shown:
        return CourseHistory({}, ())
    # The plan is the team's: a stated reason (værdispring) opens nothing of it.
    without_reason = {"override_reason": None, "override_id": None}
    lines = [
        audit_entry(
            actor,
            AuditAction.READ_PLAN,
            AuditOutcome.SHOWN,
            request_for(citizen_id).model_copy(update=without_reason),
            now,
            citizen_id=citizen_id,
            basis=Basis.TEAM,
        )
        for citizen_id in shown
    ]
    write_all(session, lines)
    plans = plan_repository.read_plans(session, place.course_id, shown)
    return CourseHistory(plans, trial_repository.list_trials_of(session, place.course_id, shown))
