"""Points worth talking about: the approved rules over what the actor may see of a citizen, and what people say of them.

Evaluated when a citizen is opened, over the cut overview and never more; no hit is stored. To judge a hit and to record
an indicator are acts: decided, logged, then done.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import NamedTuple
from uuid import UUID

from pydantic import Field, JsonValue
from sqlalchemy.orm import Session

from hub.access import identity
from hub.access.audit_entry import audit_entry
from hub.access.colleagues import Colleague, cut_colleague
from hub.access.course_policy import may_handle_meeting, may_handle_plan
from hub.access.meeting_facts import meeting_facts, meeting_kinds
from hub.access.naming import without_names
from hub.access.plan_facts import plan_facts, plan_words
from hub.access.policy import decide, is_reason
from hub.access.redaction import redact_identifiers
from hub.access.rule_policy import may_assess
from hub.access.showing import cut_and_mask
from hub.audit.service import write
from hub.clock import danish_day, danish_midnight
from hub.course import meeting_repository, team_repository
from hub.course import repository as course
from hub.course.plan_repository import read_plans
from hub.course.views import CourseView
from hub.driver import Answer
from hub.overview import service as overviews
from hub.rules import repository
from hub.rules.evaluation import evaluate
from hub.rules.extraction import extract_facts
from hub.rules.facts import CourseState
from hub.rules.findings import Findings, Hit
from hub.rules.indicators import indicator_fact, indicator_titles, valid_until
from hub.rules.register import ActiveRule, active_rules
from schemas.access import AccessFacts, AccessRequest, Actor, AuditAction, AuditOutcome, Decision
from schemas.base import Schema
from schemas.course import TeamFunction
from schemas.meeting import Meeting, MeetingKind, MeetingState
from schemas.overview import Overview, SectionState
from schemas.plan import CitizenPlan
from schemas.rule import ProfessionalIndicator, RuleAssessment, Verdict
from schemas.source import Area

Reading = tuple[Overview, Decision, AccessFacts]
"""A citizen of a page as the actor sees them, and what was decided on which facts."""
Complete = Callable[[Overview], Overview]
"""Completes a cut overview with what may be missing (``hub.web.shell.coverage``)."""


MEETINGS_READ = 50
"""Of the meetings that are planned the next; no course has more."""


class CitizenPoints(Schema):
    """What the rules say of one citizen to one reader, and what has been judged."""

    citizen_id: UUID
    findings: Findings = Findings()
    assessments: tuple[RuleAssessment, ...] = ()
    """Of rules whose facts the reader may see; the oldest first."""
    indicators: tuple[ProfessionalIndicator, ...] = ()
    """Those of areas that the reader sees."""
    plan_words: Mapping[str, str] = Field(default_factory=dict)
    """What the goals and wishes of the plan say on which hits rest, by the ids of their facts."""
    meeting_kinds: Mapping[str, MeetingKind] = Field(default_factory=dict)
    """What the meetings are called on which hits rest, likewise."""

    def assessment_of(self, hit: Hit) -> RuleAssessment | None:
        """The latest judgement of the hit as its facts are now; None: there is none."""
        return next((each for each in reversed(self.assessments) if each.hit_key == hit.key), None)

    def earlier(self, hit: Hit) -> RuleAssessment | None:
        """The latest judgement of the same rule when the facts were others; None: there is none."""
        of_rule = (each for each in reversed(self.assessments) if each.rule == hit.rule)
        return next((each for each in of_rule if each.hit_key != hit.key), None)


class PointAnswers(NamedTuple):
    """What ``read_points`` reads of the store, sent for already."""

    rules: Answer[tuple[ActiveRule, ...]]
    """Those that are approved and in force today."""
    assessments: Answer[tuple[RuleAssessment, ...]]
    indicators: Answer[tuple[ProfessionalIndicator, ...]]


class PointFault(StrEnum):
    """What must be corrected before a judgement is stored."""

    VERDICT_MISSING = "verdict_missing"
    WORDS_MISSING = "words_missing"
    FACTS_CHANGED = "facts_changed"
    """The point is not there any more, or its facts are others."""
    INDICATOR_UNKNOWN = "indicator_unknown"


class PointResult(NamedTuple):
    """What came of an act: done when the outcome is ``shown``; ``failed``: something must be corrected first."""

    outcome: AuditOutcome
    faults: tuple[PointFault, ...] = ()


def read_points(
    session: Session,
    actor: Actor,
    people: Sequence[Reading],
    *,
    answers: PointAnswers,
    view: CourseView | None,
    now: datetime,
) -> tuple[CitizenPoints, ...]:
    """The points of the citizens of a page that is open: its line is written, its overviews are cut and complete.

    Args:
        session: within the caller's transaction.
        actor: who reads.
        people: the citizens of the page, each as the actor sees them, with the facts of the decision.
        answers: what ``ask_points`` gave for these people.
        view: the course that the page shows, with its team; None: they are on none.
        now: when the page is opened.
    """
    today = danish_day(now)
    rules = answers.rules()
    plans = _readable_plans(session, actor, people, view)
    reads_meetings = any(rule.definition.id == "same_hours" for rule in rules)
    meetings = _readable_meetings(session, actor, people, view, today) if reads_meetings else None
    assessments = answers.assessments()
    colleagues = identity.colleagues(session, [each.assessed_by_id for each in assessments])
    is_protected = any(overview.header.person.name_address_protected for overview, _, _ in people)

    def with_author(assessment: RuleAssessment, decision: Decision) -> RuleAssessment:
        """The assessment with its author's name, as far as the reader may know of that colleague."""
        colleague = colleagues.get(assessment.assessed_by_id, Colleague(name=None))
        is_reader = assessment.assessed_by_id == actor.id
        known = cut_colleague(colleague, decision, is_reader=is_reader, is_protected=is_protected)
        hidden = {} if known.name else {"assessed_by_id": ""}
        return assessment.model_copy(update={"assessed_by": known.name, **hidden})

    indicators = answers.indicators()
    points = []
    for overview, decision, access_facts in people:
        plan = plans.get(overview.citizen_id)
        own_indicators = [
            each for each in indicators if each.citizen_id == overview.citizen_id and each.area in _whole(overview)
        ]
        # Consent and a place on the team are one fact of each citizen; the course's meetings are read by both.
        own_meetings = meetings if access_facts.on_team else None
        facts = extract_facts(
            overview,
            _course_state(view, hides_meetings=own_meetings is None),
            now,
            own_area=actor.area,
            own_unit=actor.unit_id,
        ).with_facts(
            [
                *map(indicator_fact, own_indicators),
                *(plan_facts(plan) if plan else ()),
                *meeting_facts(own_meetings or (), overview.citizen_id),
            ]
        )
        findings = evaluate(rules, facts)
        evidence = {key for hit in findings.hits for key in hit.evidence}
        words, kinds = plan_words(plan) if plan else {}, meeting_kinds(own_meetings or ())
        points.append(
            CitizenPoints(
                citizen_id=overview.citizen_id,
                findings=findings,
                assessments=tuple(
                    with_author(each, decision)
                    for each in assessments
                    if each.citizen_id == overview.citizen_id
                    and each.areas <= _whole(overview)
                    and (plan is not None or not each.of_plan)
                ),
                indicators=tuple(own_indicators),
                plan_words={key: words[key] for key in evidence & words.keys()},
                meeting_kinds={key: kinds[key] for key in evidence & kinds.keys()},
            )
        )
    return tuple(points)


def _readable_plans(
    session: Session, actor: Actor, people: Sequence[Reading], view: CourseView | None
) -> dict[UUID, CitizenPlan]:
    """The plans, in the course of the page, of those of its citizens whose plan the actor may read."""
    if view is None or not any(member.actor_id == actor.id for member in view.team):
        return {}
    readable = [facts.citizen_id for _, _, facts in people if may_handle_plan(actor, AuditAction.READ_PLAN, facts)]
    return read_plans(session, view.course_id, readable) if readable else {}


def _readable_meetings(
    session: Session, actor: Actor, people: Sequence[Reading], view: CourseView | None, today: date
) -> tuple[Meeting, ...] | None:
    """The planned meetings of the page's course from today on; None: they are not for the actor to read."""
    consenting = [facts.citizen_id for _, _, facts in people if facts.on_team]
    place = team_repository.course_facts(session, actor, view.course_id, today) if view and consenting else None
    if place is None or not may_handle_meeting(
        actor, AuditAction.READ_MEETING, place, has_consent=bool(consenting), is_own=False
    ):
        return None
    return meeting_repository.list_meetings(
        session,
        {place.course_id: consenting},
        first=danish_midnight(today),
        state=MeetingState.PLANNED,
        next_first=True,
        size=MEETINGS_READ,
    )


def ask_points(session: Session, citizen_ids: Sequence[UUID], now: datetime) -> PointAnswers:
    """Send for what ``read_points`` needs of these citizens, without waiting for it."""
    today, approvals = danish_day(now), repository.ask_latest_approvals(session)
    return PointAnswers(
        cache(lambda: active_rules(today, approvals())),
        repository.ask_assessments(session, citizen_ids),
        repository.ask_indicators(session, citizen_ids, today),
    )


class PointDesk:
    """Judges hits and records indicators of one citizen for one actor, in the caller's transaction.

    A refusal is an answer, and its line is kept.
    """

    def __init__(
        self,
        session: Session,
        actor: Actor,
        citizen_id: UUID,
        request: AccessRequest,
        action: AuditAction,
        *,
        now: datetime,
    ) -> None:
        self._session, self._actor, self._citizen_id = session, actor, citizen_id
        self._request, self._action, self._now = request, action, now

    def assess(self, hit_key: str, verdict: Verdict | None, reason: str, complete: Complete) -> PointResult:
        """Store what the actor judges of the hit, which must be there for the actor now. Sent twice, it is one."""
        facts, refusal = self._facts()
        if facts is None:
            return PointResult(refusal)
        decision = decide(self._actor, facts, self._request)
        hits = {hit.key: hit for hit in self._hits(facts, decision, complete)}
        hit = hits.get(hit_key)
        present = {
            PointFault.FACTS_CHANGED: hit is None,
            PointFault.VERDICT_MISSING: verdict is None,
            PointFault.WORDS_MISSING: not is_reason(reason),
        }
        faults = tuple(fault for fault, is_present in present.items() if is_present)
        if faults or hit is None or verdict is None:
            return PointResult(AuditOutcome.FAILED, faults)
        request = self._request.model_copy(update={"override_reason": redact_identifiers(reason.strip())})
        request = without_names(self._session, self._citizen_id, request)
        assessment = RuleAssessment(
            citizen_id=self._citizen_id,
            rule=hit.rule,
            version=hit.version,
            hit_key=hit.key,
            areas=hit.areas,
            of_plan=hit.of_plan,
            verdict=verdict,
            reason=request.override_reason or "",
            assessed_by_id=self._actor.caller_id,
            assessed_by=self._actor.caller_name,
            assessed_at=self._now,
        )
        repository.lock_citizen(self._session, self._citizen_id)
        if self._is_repeated(assessment):
            return PointResult(AuditOutcome.SHOWN)
        repository.add_assessment(self._session, assessment)
        details: dict[str, JsonValue] = {"rule": hit.rule, "version": hit.version, "verdict": verdict.value}
        self._write(AuditOutcome.SHOWN, request, details)
        return PointResult(AuditOutcome.SHOWN)

    def record_indicator(self, indicator: str) -> PointResult:
        """Record that the indicator holds, in the actor's own name and area. One that stands is not recorded twice."""
        facts, refusal = self._facts()
        if facts is None:
            return PointResult(refusal)
        area, today = self._actor.area, danish_day(self._now)
        if area is None or indicator not in indicator_titles():
            return PointResult(AuditOutcome.FAILED, (PointFault.INDICATOR_UNKNOWN,))
        repository.lock_citizen(self._session, self._citizen_id)
        standing = repository.list_indicators(self._session, [self._citizen_id], today)
        if any(each.indicator == indicator and each.area is area for each in standing):
            return PointResult(AuditOutcome.SHOWN)
        repository.add_indicator(
            self._session,
            ProfessionalIndicator(
                id=0,
                citizen_id=self._citizen_id,
                indicator=indicator,
                area=area,
                recorded_by_id=self._actor.caller_id,
                recorded_by=self._actor.caller_name,
                recorded_on=today,
                valid_until=valid_until(today),
            ),
        )
        self._write(AuditOutcome.SHOWN, self._request, {"indicator": indicator})
        return PointResult(AuditOutcome.SHOWN)

    def withdraw_indicator(self, number: int) -> PointResult:
        """Withdraw an indicator of the actor's own area; it counts no more."""
        facts, refusal = self._facts()
        if facts is None:
            return PointResult(refusal)
        area = self._actor.area
        indicator = area and repository.withdraw_indicator(
            self._session, self._citizen_id, number, area, by=self._actor.caller_id, now=self._now
        )
        if not indicator:
            return PointResult(AuditOutcome.FAILED, (PointFault.INDICATOR_UNKNOWN,))
        details: dict[str, JsonValue] = {"indicator": indicator, "withdrawn": True}
        self._write(AuditOutcome.SHOWN, self._request, details)
        return PointResult(AuditOutcome.SHOWN)

    def _is_repeated(self, assessment: RuleAssessment) -> bool:
        """Whether the latest judgement of the hit says the same by the same person: the form was sent twice."""
        stored = repository.list_assessments(self._session, [self._citizen_id])
        latest = next((each for each in reversed(stored) if each.hit_key == assessment.hit_key), None)
        return latest is not None and latest.model_copy(update={"assessed_at": self._now}) == assessment

    def _hits(self, facts: AccessFacts, decision: Decision, complete: Complete) -> tuple[Hit, ...]:
        whole = overviews.read(self._session, self._citizen_id)
        overview = cut_and_mask(self._session, whole, decision, danish_day(self._now), facts=facts)
        if overview is None:
            return ()
        (points,) = read_points(
            self._session,
            self._actor,
            [(complete(overview), decision, facts)],
            answers=ask_points(self._session, [self._citizen_id], self._now),
            view=course.course_of(self._session, self._citizen_id, danish_day(self._now)),
            now=self._now,
        )
        return points.findings.hits

    def _facts(self) -> tuple[AccessFacts | None, AuditOutcome]:
        """What the policy decides on, where it permits the act; else how the act ended, with its line."""
        facts = course.access_facts(self._session, self._actor, self._citizen_id, danish_day(self._now))
        if facts is not None:
            decision = decide(self._actor, facts, self._request)
            if may_assess(self._actor, self._action, facts, decision):
                return facts, AuditOutcome.SHOWN
        outcome = AuditOutcome.NOT_FOUND if facts is None else AuditOutcome.REFUSED
        self._write(outcome, self._request, {})
        return None, outcome

    def _write(self, outcome: AuditOutcome, request: AccessRequest, details: Mapping[str, JsonValue]) -> None:
        entry = audit_entry(
            self._actor, self._action, outcome, request, self._now, citizen_id=self._citizen_id, details=dict(details)
        )
        write(self._session, entry)


def _whole(overview: Overview) -> frozenset[Area]:
    """Areas of which the reader sees all."""
    return frozenset(
        section.area
        for section in overview.sections
        if section.state is not SectionState.WITHHELD and not section.is_in_part
    )


def _course_state(view: CourseView | None, *, hides_meetings: bool) -> CourseState:
    leads = [member for member in view.team if member.function is TeamFunction.LEAD_COORDINATOR] if view else []
    has_lead = any(member.is_active for member in leads)
    return CourseState(
        id="course",
        has_course=view is not None,
        has_lead=has_lead,
        hides_meetings=view is not None and hides_meetings,
    )
