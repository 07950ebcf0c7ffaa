"""Pure: what the policies say of a course, its offer, its meetings and the plan."""

from collections.abc import Mapping

from hub.access.acts import COURSE_ACTS, MEETING_ACTS, PLAN_ACTS
from hub.access.cedar import Question
from hub.access.policy import ask_policies, is_own_unit
from schemas.access import AccessFacts, Actor, AuditAction
from schemas.course import CourseFacts, TeamFunction


def may_handle_course(actor: Actor, action: AuditAction, facts: CourseFacts, *, is_new_lead: bool = False) -> bool:
    """Whether the actor may read that course, change its team, or close it; *is_new_lead*: who joins is to lead it."""
    context = {
        "on_team": facts.on_team,
        "is_lead_coordinator": facts.is_lead_coordinator,
        "has_lead": facts.has_lead,
        "is_new_lead": is_new_lead,
        "was_on_team": facts.was_on_team,
        "days_closed": facts.closed_for or 0,
        "is_self": facts.is_self,
    }
    return action in COURSE_ACTS and ask_policies(actor, [(action.value, "Course", tuple(context.items()))])[0].allowed


def joins_as(actor: Actor, facts: CourseFacts) -> tuple[TeamFunction, ...]:
    """As what the actor may let somebody join; empty: not at all."""
    return tuple(
        function
        for function in TeamFunction
        if may_handle_course(
            actor,
            AuditAction.ADD_TEAM_MEMBER,
            facts,
            is_new_lead=function is TeamFunction.LEAD_COORDINATOR,
        )
    )


def may_handle_meeting(
    actor: Actor, action: AuditAction, facts: CourseFacts, *, has_consent: bool, is_own: bool
) -> bool:
    """Whether the actor may read, plan, change or hold a meeting of that course.

    Args:
        actor: who.
        action: what.
        facts: the actor's place on the course.
        has_consent: a citizen whom the meeting is about has consented to the course.
        is_own: the actor planned it.
    """
    context = {
        "on_team": facts.on_team,
        "is_lead_coordinator": facts.is_lead_coordinator,
        "has_lead": facts.has_lead,
        "is_self": facts.is_self,
        "has_consent": has_consent,
        "is_own": is_own,
    }
    return action in MEETING_ACTS and ask_policies(actor, [(action.value, "Course", tuple(context.items()))])[0].allowed


def may_handle_plan(actor: Actor, action: AuditAction, facts: AccessFacts) -> bool:
    """Whether the actor may read, print or write the citizen's plan."""
    context = {"on_team": facts.on_team, "is_self": facts.is_self}
    return action in PLAN_ACTS and ask_policies(actor, [_about_citizen(action, context)])[0].allowed


def may_offer_course(actor: Actor, facts: AccessFacts, *, is_relative: bool) -> bool:
    """Whether the actor may offer the citizen a course; *is_relative*: of somebody to whom it is offered."""
    context = {
        "on_team": facts.on_team,
        "is_named_worker": facts.is_named_worker,
        "unit_has_active_effort": is_own_unit(facts),
        "unit_holds_case": facts.unit_holds_case,
        "is_self": facts.is_self,
        "is_relative": is_relative,
    }
    return ask_policies(actor, [_about_citizen(AuditAction.OFFER_COURSE, context)])[0].allowed


def _about_citizen(action: AuditAction, context: Mapping[str, object]) -> Question:
    return action.value, "Citizen", tuple(sorted(context.items()))
