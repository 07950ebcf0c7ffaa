"""What the team wrote of a course, for the timeline of an opened citizen: decided and logged for each of the family."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from hub.access.audit_entry import audit_entry
from hub.access.course_policy import may_handle_meeting, may_handle_plan
from hub.access.meeting_views import consenting_citizens, list_view
from hub.audit.service import write_all
from hub.clock import danish_day
from hub.course import consent_repository, meeting_repository, plan_repository, team_repository, trial_repository
from schemas.access import AccessFacts, AccessRequest, Actor, AuditAction, AuditOutcome, Basis
from schemas.meeting import Decision, Meeting
from schemas.plan import CitizenPlan
from schemas.trial_action import TrialAction


class CourseHistory(NamedTuple):
    """What the team wrote, whole: also what came after the day that a page shows."""

    plans: Mapping[UUID, CitizenPlan]
    trials: tuple[TrialAction, ...]
    meetings: tuple[Meeting, ...] = ()
    """With all their versions, without what was said and who wrote it."""
    decisions: tuple[Decision, ...] = ()


def read_history(
    session: Session,
    actor: Actor,
    people: Sequence[AccessFacts],
    request_for: Callable[[UUID], AccessRequest],
    *,
    now: datetime,
) -> CourseHistory:
    """The plans, trial actions and meetings of these citizens of one course that the actor may read; efforts uncut.

    Args:
        session: the caller's transaction.
        actor: who reads.
        people: the citizen whose page is open, then the others on the course.
        request_for: why, of each.
        now: the instant; the place on the team must hold on its Danish day.
    """
    today = danish_day(now)
    place = consent_repository.team_facts(session, actor, people[0].citizen_id, today)
    shown = [facts.citizen_id for facts in people if may_handle_plan(actor, AuditAction.READ_PLAN, facts)]
    if place is None:
        return CourseHistory({}, ())
    meetings, decisions = _read_meetings(session, actor, place.course_id, {each.citizen_id for each in people}, today)
    about = {decision.citizen_id for decision in decisions}.union(*(each.text.citizen_ids for each in meetings))
    read = [(AuditAction.READ_PLAN, citizen_id) for citizen_id in shown]
    read += [(AuditAction.READ_MEETING, each.citizen_id) for each in people if each.citizen_id in about]
    # The plan is the team's: a stated reason (værdispring) opens nothing of it.
    without_reason = {"override_reason": None, "override_id": None}
    lines = [
        audit_entry(
            actor,
            action,
            AuditOutcome.SHOWN,
            request_for(citizen_id).model_copy(update=without_reason),
            now,
            citizen_id=citizen_id,
            basis=Basis.TEAM,
        )
        for action, citizen_id in read
    ]
    write_all(session, lines)
    plans = plan_repository.read_plans(session, place.course_id, shown)
    trials = trial_repository.list_trials_of(session, place.course_id, shown)
    return CourseHistory(plans, trials, meetings, decisions)


def _read_meetings(
    session: Session, actor: Actor, course_id: UUID, people: Collection[UUID], today: date
) -> tuple[tuple[Meeting, ...], tuple[Decision, ...]]:
    """Meetings about those of the people who consent to the course, and what was decided about them."""
    facts = team_repository.course_facts(session, actor, course_id, today)
    if facts is None:
        return (), ()
    consenting = consenting_citizens(team_repository.read_course(session, course_id, today)) & set(people)
    if not may_handle_meeting(actor, AuditAction.READ_MEETING, facts, has_consent=bool(consenting), is_own=False):
        return (), ()
    meetings = meeting_repository.read_meetings(session, course_id)
    decisions = meeting_repository.list_decisions(session, course_id)
    return (
        tuple(list_view(each, consenting) for each in meetings if consenting & set(each.text.citizen_ids)),
        tuple(each for each in decisions if each.citizen_id in consenting),
    )
