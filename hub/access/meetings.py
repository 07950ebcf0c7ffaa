"""Meetings of a course: planned, moved, cancelled and held by the team. Decided and logged as every act.

A place on the team is the duty to attend, so who is invited follows the team. What was decided by agreement with the
citizen becomes an agreement of the plan in the same transaction, by the same desk as on the plan's own page.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy.orm import Session

from hub.access.audit_entry import audit_entry
from hub.access.course_policy import may_handle_meeting
from hub.access.courses import CourseDesk
from hub.access.meeting_details import (
    Said,
    decided_details,
    planned_details,
    recorded_details,
    redact_plan,
    redact_record,
)
from hub.access.meeting_views import (
    MeetingList,
    MeetingView,
    consenting_citizens,
    hides_content,
    hides_place,
    list_view,
    places_invited,
    view_meeting,
)
from hub.access.plans import PlanDesk
from hub.access.redaction import redact_identifiers
from hub.audit.service import write_all
from hub.clock import danish_day
from hub.course import meeting_repository as repository
from hub.course import plan_repository as plans
from hub.course import team_repository as teams
from hub.course.meeting_rules import (
    MeetingFault,
    MeetingFaults,
    cancel_faults,
    changed_text,
    invited_places,
    plan_faults,
    planned_text,
    record_faults,
    recorded_text,
)
from hub.course.plan_rules import entry_faults
from hub.overview.repository import guarded
from schemas.access import AccessRequest, Actor, AuditAction, AuditOutcome, Basis
from schemas.course import CourseDetails
from schemas.meeting import (
    Meeting,
    MeetingPlan,
    MeetingRecord,
    MeetingState,
    MeetingText,
    NewDecision,
    ParticipantRole,
)
from schemas.plan import NewEntry, PlanKind, PlanText


class MeetingDesk:
    """Does one act with the meetings of one course for one actor, in the caller's transaction.

    Each act decides, writes a line for each citizen of the meeting, then acts. ``None`` is the answer to whoever may
    not, and where there is no such meeting; the line is kept.
    """

    def __init__(
        self, session: Session, actor: Actor, course_id: UUID, request: AccessRequest, *, now: datetime
    ) -> None:
        self._session, self._actor, self._course_id = session, actor, course_id
        # A stated reason (værdispring) opens no meeting.
        self._request = request.model_copy(update={"override_reason": None, "override_id": None})
        self._now, self._today = now, danish_day(now)
        self._facts = teams.course_facts(session, actor, course_id, self._today)
        self._course = teams.read_course(session, course_id, self._today) if self._facts else None
        self._team = CourseDesk(session, actor, course_id, self._request, now=now)

    def list_meetings(self, size: int, offset: int) -> tuple[CourseDetails, MeetingList] | None:
        """The course, its team as the actor may know of it, and its meetings, the latest first."""
        course = self._allowed(AuditAction.READ_MEETING, None)
        if course is None:
            return None
        self._write(AuditAction.READ_MEETING, None, {}, consenting_citizens(course))
        consenting = consenting_citizens(course)
        seen = {self._course_id: consenting}
        meetings = repository.list_meetings(self._session, seen, size=size, offset=offset)
        total = repository.count_meetings(self._session, seen)
        cut_course = course.model_copy(update={"team": self._team.cut_team(course.team)})
        return cut_course, MeetingList(tuple(list_view(each, consenting) for each in meetings), total)

    def read(self, meeting_id: UUID, action: AuditAction) -> MeetingView | None:
        """One meeting, to read or to print."""
        meeting = self._meeting(meeting_id)
        course = self._allowed(action, meeting)
        if course is None or meeting is None:
            return None
        self._write(action, meeting, {}, consenting_citizens(course) & {*meeting.text.citizen_ids})
        decisions = repository.list_decisions(self._session, self._course_id)
        return view_meeting(
            meeting,
            course,
            decisions,
            self._team.cut_team,
            reader=self._actor.name,
            guarded=self._guarded(meeting),
            today=self._today,
            may_change=self._may(AuditAction.CHANGE_MEETING, meeting),
        )

    def read_calendar(self, meeting_id: UUID) -> Meeting | None:
        """The meeting for its calendar file, which tells of nobody; a line says that it was taken."""
        meeting = self._meeting(meeting_id)
        course = self._allowed(AuditAction.READ_MEETING, meeting)
        if course is None or meeting is None:
            return None
        view = list_view(meeting, consenting_citizens(course))
        self._write(AuditAction.READ_MEETING, meeting, {"calendar": True}, view.text.citizen_ids)
        return view

    def plan(self, meeting_id: UUID, plan: MeetingPlan) -> MeetingFaults | None:
        """Plan a meeting. *meeting_id* names it beforehand, so that a form sent twice plans it once."""
        course = self._allowed(AuditAction.PLAN_MEETING, None)
        if course is None:
            return None
        left_out = _left_out(course, plan.left_out)
        faults = self._plan_faults(course, plan, left_out)
        if faults:
            return faults
        text = planned_text(redact_plan(plan), left_out)
        if repository.add_meeting(self._session, self._course_id, meeting_id, text, by=self._actor.id, now=self._now):
            self._write(AuditAction.PLAN_MEETING, self._meeting(meeting_id), planned_details(text))
            return ()
        return () if self._meeting(meeting_id) else (MeetingFault.MEETING_UNKNOWN,)

    def change(self, meeting_id: UUID, plan: MeetingPlan, version: int) -> MeetingFaults | None:
        """Move a planned meeting, or invite others; *version* is the one that was read."""
        meeting = self._meeting(meeting_id)
        course = self._allowed(AuditAction.CHANGE_MEETING, meeting)
        if course is None or meeting is None:
            return None
        if meeting.text.state is not MeetingState.PLANNED:
            return (MeetingFault.IS_OVER,)
        left_out = _left_out(course, plan.left_out)
        faults = self._plan_faults(course, plan, left_out)
        if faults:
            return faults
        # What was written about somebody who does not consent does not go on into a meeting without them.
        before = meeting.text.model_copy(update={"minutes": ""}) if hides_content(meeting, course) else meeting.text
        text = changed_text(before, redact_plan(plan), left_out)
        details = {**planned_details(text), "moved": text.starts_at != meeting.text.starts_at}
        return self._store(AuditAction.CHANGE_MEETING, meeting, text, version, details)

    def cancel(self, meeting_id: UUID, reason: str, version: int) -> MeetingFaults | None:
        """Cancel a planned meeting, and say why."""
        meeting = self._meeting(meeting_id)
        if self._allowed(AuditAction.CANCEL_MEETING, meeting) is None or meeting is None:
            return None
        update = {"state": MeetingState.CANCELLED, "reason": redact_identifiers(reason)}
        text = meeting.text.model_copy(update=update)
        if meeting.text == text:
            return ()  # the form was sent twice
        faults = cancel_faults(meeting.text, reason)
        return faults or self._store(AuditAction.CANCEL_MEETING, meeting, text, version, {})

    def record(self, meeting_id: UUID, record: MeetingRecord, version: int) -> MeetingFaults | None:
        """Store who came, what was said and decided, and close the meeting if it is over; all of it or nothing."""
        meeting = self._meeting(meeting_id)
        actions = [AuditAction.RECORD_ATTENDANCE]
        actions += [AuditAction.RECORD_DECISION] if record.decisions else []
        actions += [AuditAction.CLOSE_MEETING] if record.is_closing else []
        allowed = [self._allowed(action, meeting) for action in actions]
        course = next((each for each in allowed if None not in allowed), None)
        if meeting is None or course is None:
            return None
        if hides_content(meeting, course):
            return (MeetingFault.NO_CITIZEN,)
        redacted = self._with_hidden_guests(meeting, redact_record(record))
        if self._is_repeated(meeting, redacted):
            return ()
        if meeting.text.state is not MeetingState.PLANNED:
            return (MeetingFault.IS_OVER,)
        invited = places_invited(meeting.text, course, self._today)
        text = recorded_text(meeting.text, self._with_hidden_reasons(meeting, course, redacted), invited)
        faults = record_faults(text, redacted.decisions, self._today) or self._decision_faults(redacted.decisions)
        return faults or self._store_record(meeting, text, redacted, version)

    def agree(self, meeting_id: UUID, decision_id: UUID) -> MeetingFaults | None:
        """Let a proposal become an agreement of the plan, since the citizen has agreed to it."""
        meeting = self._meeting(meeting_id)
        course = self._allowed(AuditAction.RECORD_DECISION, meeting)
        if course is None or meeting is None:
            return None
        decisions = repository.list_decisions(self._session, self._course_id)
        decision = next((each for each in decisions if each.id == decision_id), None)
        if decision is None or decision.citizen_id not in consenting_citizens(course):
            return (MeetingFault.MEETING_UNKNOWN,)
        if decision.is_agreed:
            return ()
        fields = {name: getattr(decision, name) for name in NewDecision.model_fields if name != "is_agreed"}
        agreed = NewDecision(**fields, is_agreed=True)
        if not self._add_to_plan(agreed):
            return (MeetingFault.DECISION_INCOMPLETE,)
        self._write(AuditAction.RECORD_DECISION, meeting, decided_details(agreed), [decision.citizen_id])
        return ()

    def _store_record(self, meeting: Meeting, text: MeetingText, record: MeetingRecord, version: int) -> MeetingFaults:
        """Store the version and the decisions; what cannot be stored as a whole is undone as a whole."""
        if meeting.version != version:
            return (MeetingFault.CHANGED_MEANWHILE,)
        savepoint = self._session.begin_nested()
        faults = self._store(AuditAction.RECORD_ATTENDANCE, meeting, text, version, recorded_details(text))
        if not faults and not all(self._decide(meeting, decision) for decision in record.decisions):
            faults = (MeetingFault.DECISION_INCOMPLETE,)
        if faults:
            savepoint.rollback()
            return faults
        if record.is_closing:
            self._write(AuditAction.CLOSE_MEETING, meeting, {"decisions": len(record.decisions)})
        savepoint.commit()
        return ()

    def _decide(self, meeting: Meeting, decision: NewDecision) -> bool:
        """Whether the decision is recorded and, where the citizen agrees, stands in the plan."""
        if repository.add_decision(self._session, meeting.id, decision, by=self._actor.id, now=self._now):
            self._write(AuditAction.RECORD_DECISION, meeting, decided_details(decision), [decision.citizen_id])
        elif decision.id not in {each.id for each in repository.list_decisions(self._session, self._course_id)}:
            return False
        return not decision.is_agreed or self._add_to_plan(decision)

    def _add_to_plan(self, decision: NewDecision) -> bool:
        """Whether the agreement stands in the plan now."""
        desk = PlanDesk(
            self._session, self._actor, decision.citizen_id, self._request, AuditAction.CHANGE_PLAN, now=self._now
        )
        return desk.add(decision.id, _agreement(decision)) == ()

    def _decision_faults(self, decisions: Collection[NewDecision]) -> MeetingFaults:
        """What the plans of the citizens say of the agreements."""
        for decision in decisions:
            plan = plans.read_plan(self._session, self._course_id, decision.citizen_id)
            goals = {each.id for each in plan.entries if each.kind is PlanKind.GOAL}
            if entry_faults(_agreement(decision), goals):
                return (MeetingFault.DECISION_INCOMPLETE,)
        return ()

    def _store(
        self, action: AuditAction, meeting: Meeting, text: MeetingText, version: int, said: Mapping[str, JsonValue]
    ) -> MeetingFaults:
        """Store the next version and write the line; the same again is done already."""
        if text == meeting.text:
            return ()
        is_newest = meeting.version == version
        if not is_newest or not repository.add_version(
            self._session, meeting.id, version + 1, text, by=self._actor.id, now=self._now
        ):
            return (MeetingFault.CHANGED_MEANWHILE,)
        self._write(action, meeting, said, {*meeting.text.citizen_ids, *text.citizen_ids})
        return ()

    def _is_repeated(self, meeting: Meeting, record: MeetingRecord) -> bool:
        """Whether the actor closed the meeting with these decisions just before: the form was sent twice."""
        decisions = {each.id for each in repository.list_decisions(self._session, self._course_id)}
        return (
            record.is_closing
            and meeting.text.state is MeetingState.HELD
            and meeting.versions[0].by_id == self._actor.id
            and {each.id for each in record.decisions} <= decisions
            and record.minutes == meeting.text.minutes
        )

    def _with_hidden_reasons(self, meeting: Meeting, course: CourseDetails, record: MeetingRecord) -> MeetingRecord:
        """The record with what was said before of colleagues whose reason the actor is not shown."""
        stored = {each.key: each.reason for each in meeting.text.of(ParticipantRole.MEMBER)}
        invited = places_invited(meeting.text, course, self._today)
        keys = {place.id: place.actor_id for place in invited}
        hidden = {place.id for place in self._team.cut_team(invited) if not place.name}
        members = tuple(
            each.model_copy(update={"reason": each.reason or stored.get(keys[each.place_id], "")})
            if each.place_id in hidden
            else each
            for each in record.members
        )
        return record.model_copy(update={"members": members})

    def _with_hidden_guests(self, meeting: Meeting, record: MeetingRecord) -> MeetingRecord:
        """The record with the guests who came, where the actor is not shown guests."""
        may_change = self._may(AuditAction.CHANGE_MEETING, meeting)
        if not hides_place(meeting, self._guarded(meeting), may_change=may_change):
            return record
        came = [each.key for each in meeting.text.of(ParticipantRole.GUEST) if each.is_present]
        return record.model_copy(update={"guests": (*came, *record.guests)})

    def _guarded(self, meeting: Meeting) -> frozenset[UUID]:
        return guarded(self._session, meeting.text.citizen_ids, self._today)

    def _plan_faults(self, course: CourseDetails, plan: MeetingPlan, left_out: Collection[str]) -> MeetingFaults:
        return plan_faults(
            plan,
            citizens=consenting_citizens(course),
            invited=len(invited_places(course.team, danish_day(plan.starts_at), left_out)),
            today=self._today,
            started_on=course.started_on,
        )

    def _meeting(self, meeting_id: UUID) -> Meeting | None:
        meeting = repository.read_meeting(self._session, meeting_id) if self._course else None
        return meeting if meeting and meeting.course_id == self._course_id else None

    def _may(self, action: AuditAction, meeting: Meeting | None) -> bool:
        consenting = consenting_citizens(self._course)
        about = consenting if meeting is None else consenting & set(meeting.text.citizen_ids)
        is_own = meeting is not None and meeting.versions[-1].by_id == self._actor.id
        return self._facts is not None and may_handle_meeting(
            self._actor, action, self._facts, has_consent=bool(about), is_own=is_own
        )

    def _allowed(self, action: AuditAction, meeting: Meeting | None) -> CourseDetails | None:
        if self._course is not None and self._may(action, meeting):
            return self._course
        self._write(action, meeting, {}, outcome=AuditOutcome.REFUSED if self._facts else AuditOutcome.NOT_FOUND)
        return None

    def _write(
        self,
        action: AuditAction,
        meeting: Meeting | None,
        said: Mapping[str, JsonValue],
        citizens: Collection[UUID] | None = None,
        *,
        outcome: AuditOutcome = AuditOutcome.SHOWN,
    ) -> None:
        about: Said = {"course": str(self._course_id), **({"id": str(meeting.id)} if meeting else {}), **said}
        entry = audit_entry(
            self._actor,
            action,
            outcome,
            self._request,
            self._now,
            basis=Basis.TEAM if outcome is AuditOutcome.SHOWN else Basis.NONE,
            details={"meeting": about},
        )
        if citizens is None:
            citizens = meeting.text.citizen_ids if meeting else (self._facts.citizen_ids if self._facts else ())
        lines = [entry.model_copy(update={"citizen_id": citizen_id}) for citizen_id in sorted(citizens)]
        write_all(self._session, lines or [entry])


def _left_out(course: CourseDetails, place_ids: Collection[int]) -> frozenset[str]:
    """Ids of the employees with these places."""
    return frozenset(place.actor_id for place in course.team if place.id in place_ids)


def _agreement(decision: NewDecision) -> NewEntry:
    said = PlanText(words=decision.words, who=decision.who, due_on=decision.due_on)
    return NewEntry(kind=PlanKind.AGREEMENT, parent_id=decision.goal_id, text=said)
