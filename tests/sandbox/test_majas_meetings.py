"""The demo's meetings of Maja, Ida and Emil: everybody is accounted for, and the agreements stand in the plan."""

from datetime import date
from uuid import uuid4

from deploy.sandbox.municipality.meetings import MAJAS_MEETINGS
from deploy.sandbox.municipality.plans import MAJAS_PLAN
from deploy.seed import plan_steps
from deploy.seed_meetings import meeting_steps
from hub.course import meeting_repository
from hub.course.meeting_rules import record_faults
from hub.course.service import join, open_course
from hub.course.views import Membership
from hub.db import Database
from schemas.meeting import MeetingState, ParticipantRole

START = date(2023, 3, 12)


def test_the_network_meeting_made_the_agreements_and_every_meeting_is_as_the_page_would_take_it(
    database: Database,
) -> None:
    citizens = {name: uuid4() for name in ("Maja", "Ida", "Emil")}
    with database.transaction() as session:
        course_id = open_course(session, "Maja, Ida og Emil", citizens.values(), START)
        for actor_id in ("anna.holm", "peter.lund", "mads.krogh", "sara.winther"):
            join(session, course_id, Membership(actor_id=actor_id, reason="Behov"), START)
        steps = plan_steps(course_id, [(citizens[line.given], line) for line in MAJAS_PLAN])
        steps += meeting_steps(course_id, citizens, MAJAS_MEETINGS, MAJAS_PLAN)
        for _, write_it in sorted(steps, key=lambda step: step[0]):
            assert write_it(session)
        meetings = meeting_repository.list_meetings(session, {course_id: citizens.values()}, size=20)
        decisions = meeting_repository.list_decisions(session, course_id)
    assert len(meetings) == len(MAJAS_MEETINGS)
    for meeting in meetings:
        assert meeting.text.state is MeetingState.HELD
        assert record_faults(meeting.text, (), date(2025, 12, 1)) == ()
        assert len(meeting.text.of(ParticipantRole.MEMBER)) == 4
    agreed = {decision.words: decision.citizen_id for decision in decisions if decision.is_agreed}
    assert len(agreed) == 2
    assert next(citizen for words, citizen in agreed.items() if "300 kr." in words) == citizens["Ida"]
    assert [decision.citizen_id for decision in decisions if not decision.is_agreed] == [citizens["Ida"]]
