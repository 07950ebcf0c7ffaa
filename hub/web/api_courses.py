"""The JSON twins of the pages of courses: the same functions, the same lines in the log."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import Field

from hub.access.courses import Faults
from hub.course.course_rules import CourseFault
from hub.web.api import LOGGED_IN
from hub.web.course import texts
from hub.web.course.routes import (
    COURSES,
    PageNumber,
    end_course,
    join_course,
    join_team,
    keep_open,
    leave_team,
    offer_course,
    read_course,
    read_courses,
)
from hub.web.shell.form_token import require_header_token
from hub.web.shell.request_context import open_request
from schemas.base import Schema
from schemas.course import CourseDetails, CourseEnding, CourseLine, CourseOffer, Leaving, NewMember

router = APIRouter(prefix="/api", responses=LOGGED_IN)
TOKEN = [Depends(require_header_token)]
Version = Annotated[int, Field(ge=0, le=2**31 - 1)]


class OfferAsk(Schema):
    """A course to offer."""

    course_id: UUID
    """Names it; sent twice under the same name it is offered once."""
    family: tuple[UUID, ...] = Field(default=(), max_length=50)
    """Relatives whom the citizen's page names."""
    offer: CourseOffer


class JoinAsk(Schema):
    """Somebody to put on the team."""

    version: Version
    """Of the course, as it was read."""
    member: NewMember


class LeaveAsk(Schema):
    """Somebody to take off the team."""

    version: Version
    actor_id: str = Field(max_length=200)
    leaving: Leaving


class EndAsk(Schema):
    """How to close the course."""

    version: Version
    ending: CourseEnding


class CourseAsk(Schema):
    """A course to change."""

    version: Version
    """Of the course, as it was read."""


class FamilyAsk(CourseAsk):
    """A relative to take into the course."""

    citizen_id: UUID


class CourseFaultLine(Schema):
    """Why something was not done."""

    fault: CourseFault
    text: str
    """As the page says it."""


class CourseAnswer(Schema):
    """What came of it: done when there are no faults."""

    faults: tuple[CourseFaultLine, ...]


@router.get("/forloeb", summary="The courses on whose team I am")
def courses_of_mine(request: Request, *, closed: bool = False, page: PageNumber = 1) -> tuple[CourseLine, ...]:
    """Twenty of them, those that wait for a consent first; a line of the log for the list.

    *closed*: those that closed while the actor was on the team, for a year after.
    """
    with open_request(request, COURSES) as context:
        return read_courses(context, page, is_open=not closed).lines


@router.get("/forloeb/{course_id}", summary="A course with its team")
def course(request: Request, course_id: UUID) -> CourseDetails:
    """For its team; a line of the log for each of its citizens."""
    with open_request(request, COURSES) as context:
        return read_course(context, course_id)


@router.post("/forloeb/tilbyd/{citizen_id}", summary="Offer a course", dependencies=TOKEN)
def offer(request: Request, citizen_id: UUID, ask: OfferAsk) -> CourseAnswer:
    """To a citizen with whom one works, and to the family; it opens nothing before they consent."""
    with open_request(request, COURSES) as context:
        return _answer(offer_course(context, citizen_id, ask.course_id, list(ask.family), ask.offer))


@router.post("/forloeb/{course_id}/team", summary="Put an employee on the team", dependencies=TOKEN)
def add_member(request: Request, course_id: UUID, ask: JoinAsk) -> CourseAnswer:
    """For the lead coordinator."""
    with open_request(request, COURSES) as context:
        return _answer(join_team(context, course_id, ask.member, ask.version))


@router.post("/forloeb/{course_id}/fjern", summary="Take an employee off the team", dependencies=TOKEN)
def remove_member(request: Request, course_id: UUID, ask: LeaveAsk) -> CourseAnswer:
    """Likewise; the access ends with the place."""
    with open_request(request, COURSES) as context:
        return _answer(leave_team(context, course_id, ask.actor_id, ask.leaving, ask.version))


@router.post("/forloeb/{course_id}/slut", summary="Close the course", dependencies=TOKEN)
def end(request: Request, course_id: UUID, ask: EndAsk) -> CourseAnswer:
    """Likewise; with an outcome and what follows."""
    with open_request(request, COURSES) as context:
        return _answer(end_course(context, course_id, ask.ending, ask.version))


@router.post("/forloeb/{course_id}/slut/fjern", summary="Take a planned ending back", dependencies=TOKEN)
def cancel_end(request: Request, course_id: UUID, ask: CourseAsk) -> CourseAnswer:
    """For the lead coordinator; the course runs on."""
    with open_request(request, COURSES) as context:
        return _answer(keep_open(context, course_id, ask.version))


@router.post("/forloeb/{course_id}/familie", summary="Take a relative into the course", dependencies=TOKEN)
def add_citizen(request: Request, course_id: UUID, ask: FamilyAsk) -> CourseAnswer:
    """For the lead coordinator; it opens nothing of theirs before they consent."""
    with open_request(request, COURSES) as context:
        return _answer(join_course(context, course_id, ask.citizen_id, ask.version))


def _answer(faults: Faults) -> CourseAnswer:
    return CourseAnswer(faults=tuple(CourseFaultLine(fault=fault, text=texts.FAULT[fault]) for fault in faults))
