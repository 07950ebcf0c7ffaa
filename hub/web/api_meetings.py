"""The JSON twins of the pages of meetings: the same functions, the same lines in the log."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field

from hub.access.meeting_views import MeetingList
from hub.course.meeting_rules import MeetingFault, MeetingFaults
from hub.web.api import LOGGED_IN
from hub.web.meetings import texts
from hub.web.meetings.routes import (
    MEETINGS,
    allowed,
    course_desk,
    meeting_desk,
    read_course_meetings,
    read_meeting,
    read_my_meetings,
)
from hub.web.shell.form_token import require_header_token
from hub.web.shell.request_context import open_request
from schemas.access import AuditAction
from schemas.base import Schema
from schemas.course import TeamFunction, Words
from schemas.meeting import Decision, Meeting, MeetingPlan, MeetingRecord

router = APIRouter(prefix="/api", responses=LOGGED_IN)
TOKEN = [Depends(require_header_token)]
Page = Annotated[int, Query(ge=1, le=10_000)]
Version = Annotated[int, Field(ge=0, le=2**31 - 1)]


class PlanAsk(Schema):
    """A meeting to plan."""

    key: UUID
    """Names it; sent twice under the same name it is planned once."""
    plan: MeetingPlan


class MoveAsk(Schema):
    """A meeting as it is to be from now on."""

    version: Version
    """The one that was read."""
    plan: MeetingPlan


class CancelAsk(Schema):
    """Why a meeting is cancelled."""

    version: Version
    reason: Words


class RecordAsk(Schema):
    """What is written at a meeting."""

    version: Version
    record: MeetingRecord


class AgreeAsk(Schema):
    """To which proposal the citizen has agreed."""

    decision_id: UUID


class MeetingFaultLine(Schema):
    """Why something was not done."""

    fault: MeetingFault
    text: str
    """As the page says it."""


class MeetingAnswer(Schema):
    """What came of it: done when there are no faults."""

    faults: tuple[MeetingFaultLine, ...]


class MeetingListAnswer(Schema):
    """Meetings on a page, as they stand: when and about whom, without place, guests and what was said."""

    meetings: tuple[Meeting, ...]
    total: int


class MemberAnswer(Schema):
    """Somebody of the team at a meeting."""

    place_id: int
    name: str
    """Empty: somebody of an area that the actor does not see."""
    function: TeamFunction
    is_present: bool | None
    reason: str


class MeetingDetails(Schema):
    """One meeting."""

    meeting: Meeting
    members: tuple[MemberAnswer, ...]
    decisions: tuple[Decision, ...]
    open_proposals: tuple[Decision, ...]
    is_content_hidden: bool
    is_place_hidden: bool
    may_change: bool


@router.get("/moeder", summary="The actor's meetings")
def my_meetings(request: Request, side: Page = 1) -> MeetingListAnswer:
    """Of today and later, the next first."""
    with open_request(request, MEETINGS) as context:
        return _list(read_my_meetings(context, is_past=False, page=side))


@router.get("/forloeb/{course_id}/moeder", summary="The meetings of a course")
def course_meetings(request: Request, course_id: UUID, side: Page = 1) -> MeetingListAnswer:
    """The latest first."""
    with open_request(request, MEETINGS) as context:
        _, meetings = read_course_meetings(context, course_id, side)
        return _list(meetings)


@router.post("/forloeb/{course_id}/moeder/indkald", summary="Plan a meeting", dependencies=TOKEN)
def plan(request: Request, course_id: UUID, ask: PlanAsk) -> MeetingAnswer:
    """For the team."""
    with open_request(request, MEETINGS) as context:
        return _answer(allowed(course_desk(context, course_id).plan(ask.key, ask.plan)))


@router.get("/moeder/{meeting_id}", summary="One meeting")
def meeting(request: Request, meeting_id: UUID) -> MeetingDetails:
    """With its versions, who is invited and came, and what was decided; cut to the actor."""
    with open_request(request, MEETINGS) as context:
        view, _ = read_meeting(context, meeting_id, AuditAction.READ_MEETING)
        return MeetingDetails(
            meeting=view.meeting,
            members=tuple(
                MemberAnswer(
                    place_id=member.place.id,
                    name=member.place.name,
                    function=member.place.function,
                    is_present=member.is_present,
                    reason=member.reason,
                )
                for member in view.members
            ),
            decisions=view.decisions,
            open_proposals=view.open_proposals,
            is_content_hidden=view.is_content_hidden,
            is_place_hidden=view.is_place_hidden,
            may_change=view.may_change,
        )


@router.post("/moeder/{meeting_id}/flyt", summary="Move or change a meeting", dependencies=TOKEN)
def move(request: Request, meeting_id: UUID, ask: MoveAsk) -> MeetingAnswer:
    """Refused when somebody else changed it since it was read."""
    with open_request(request, MEETINGS) as context:
        return _answer(allowed(meeting_desk(context, meeting_id).change(meeting_id, ask.plan, ask.version)))


@router.post("/moeder/{meeting_id}/aflys", summary="Cancel a meeting", dependencies=TOKEN)
def cancel(request: Request, meeting_id: UUID, ask: CancelAsk) -> MeetingAnswer:
    """With a reason."""
    with open_request(request, MEETINGS) as context:
        return _answer(allowed(meeting_desk(context, meeting_id).cancel(meeting_id, ask.reason, ask.version)))


@router.post("/moeder/{meeting_id}/hold", summary="Record and close a meeting", dependencies=TOKEN)
def hold(request: Request, meeting_id: UUID, ask: RecordAsk) -> MeetingAnswer:
    """All of it or nothing; what the citizen agrees to becomes an agreement of the plan."""
    with open_request(request, MEETINGS) as context:
        return _answer(allowed(meeting_desk(context, meeting_id).record(meeting_id, ask.record, ask.version)))


@router.post("/moeder/{meeting_id}/enig", summary="The citizen agrees to a proposal", dependencies=TOKEN)
def agree(request: Request, meeting_id: UUID, ask: AgreeAsk) -> MeetingAnswer:
    """It becomes an agreement of the plan."""
    with open_request(request, MEETINGS) as context:
        return _answer(allowed(meeting_desk(context, meeting_id).agree(meeting_id, ask.decision_id)))


def _list(meetings: MeetingList) -> MeetingListAnswer:
    return MeetingListAnswer(meetings=meetings.meetings, total=meetings.total)


def _answer(faults: MeetingFaults) -> MeetingAnswer:
    return MeetingAnswer(faults=tuple(MeetingFaultLine(fault=fault, text=texts.FAULT[fault]) for fault in faults))
