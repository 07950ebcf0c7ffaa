"""The pages of meetings: mine, those of a course, one with its agenda and minutes, its paper and calendar file."""

from typing import Annotated, Literal, TypeVar
from uuid import UUID

from fastapi import Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import Field

from hub.access.meeting_agenda import Agenda, list_my_meetings, read_agenda
from hub.access.meeting_views import MeetingList, MeetingView
from hub.access.meetings import MeetingDesk
from hub.clock import danish_day, danish_midnight
from hub.course.meeting_calendar import write_calendar
from hub.course.meeting_repository import course_of_meeting
from hub.errors import MeetingClosed
from hub.web.meetings import texts
from hub.web.meetings.citizens import names_of
from hub.web.meetings.forms import PlanFields, RecordFields, read_plan
from hub.web.meetings.page import CourseMeetingsPage, MeetingPage, MyMeetingsPage, PaperPage
from hub.web.meetings.present import MeetingWords
from hub.web.meetings.present_lists import PAGE_SIZE, course_meetings_page, my_meetings_page
from hub.web.shell.coverage import coverage
from hub.web.shell.form_result import FormResult, fault_of, finish_form, redact_typed, sentence_of, take_result
from hub.web.shell.form_token import require_form_token
from hub.web.shell.request_context import RequestContext, open_request
from hub.web.shell.workspace import Workspace
from schemas.access import AuditAction, Purpose
from schemas.course import CourseDetails
from schemas.meeting import MeetingState

MEETINGS = Workspace(
    name="meetings",
    path="/moeder",
    title="Møder",
    action=AuditAction.LIST_CITIZENS,
    pages=(MyMeetingsPage, CourseMeetingsPage, MeetingPage, PaperPage),
)
router = MEETINGS.router
TOKEN = [Depends(require_form_token)]
PURPOSE = Purpose.TEAM_MEETING
Word = Annotated[str, Form(max_length=200)]
Sentence = Annotated[str, Form(max_length=600)]
Account = Annotated[str, Form(max_length=4000)]
Version = Annotated[int, Form(ge=0, le=2**31 - 1)]
Number = Annotated[int, Field(ge=0, le=2**63 - 1)]
Ids = Annotated[list[UUID] | None, Form(max_length=100)]
Numbers = Annotated[list[Number] | None, Form(max_length=100)]
Words = Annotated[list[Annotated[str, Field(max_length=1000)]] | None, Form(max_length=100)]
T = TypeVar("T")


@router.get(MEETINGS.path)
def my_meetings(
    request: Request, vis: Literal["tidligere"] | None = None, side: Annotated[int, Query(ge=1, le=10_000)] = 1
) -> HTMLResponse:
    """Which meetings do I have?"""
    with open_request(request, MEETINGS) as context:
        is_past = vis is not None
        meetings = read_my_meetings(context, is_past=is_past, page=side)
        names = names_of(context.session, [key for each in meetings.meetings for key in each.text.citizen_ids])
        return context.page(my_meetings_page(meetings, names, danish_day(context.now), is_past=is_past, page=side))


@router.get("/forloeb/{course_id}/moeder")
def course_meetings(
    request: Request, course_id: UUID, side: Annotated[int, Query(ge=1, le=10_000)] = 1
) -> HTMLResponse:
    """Which meetings has the course, and when is the next?

    Raises:
        MeetingClosed: the actor is not on the team, or no citizen of the course has consented.
    """
    with open_request(request, MEETINGS) as context:
        course, meetings = read_course_meetings(context, course_id, side)
        names = names_of(context.session, [citizen.citizen_id for citizen in course.citizens])
        today = danish_day(context.now)
        page = course_meetings_page(course, meetings, names, take_result(request), today, page=side)
        return context.page(page, f"Møder: {course.title}")


def posted_plan(  # noqa: PLR0913  the fields of the form
    *,
    kind: Word = "",
    on_day: Word = "",
    starts: Word = "",
    ends: Word = "",
    place: Word = "",
    guests: Account = "",
    reason: Sentence = "",
    citizen: Ids = None,
    why: Words = None,
    about: Ids = None,
    without: Ids = None,
    member: Numbers = None,
    invited: Numbers = None,
) -> PlanFields:
    """A meeting as it is planned, and as it is moved."""
    return PlanFields(
        {
            "kind": kind,
            "on_day": on_day,
            "starts": starts,
            "ends": ends,
            "place": place,
            "guests": guests,
            "reason": reason,
        },
        citizen or (),
        why or (),
        about or (),
        without or (),
        member or (),
        invited or (),
    )


Planned = Annotated[PlanFields, Depends(posted_plan)]


@router.post("/forloeb/{course_id}/moeder/indkald", dependencies=TOKEN)
def plan(request: Request, course_id: UUID, fields: Planned, *, key: Annotated[UUID, Form()]) -> RedirectResponse:
    """Plan a meeting of the course.

    Raises:
        MeetingClosed: the actor may not.
    """
    with open_request(request, MEETINGS) as context:
        fault = fault_of(
            read_plan(fields), lambda each: allowed(course_desk(context, course_id).plan(key, each)), texts.FAULT
        )
        typed = {**_redacted(fields.typed()), "key": str(key)}
        return finish_form(
            request,
            fault,
            texts.PLANNED,
            f"/forloeb/{course_id}/moeder#indkald",
            onward=f"/moeder/{key}",
            form="plan",
            typed=typed,
        )


@router.get("/moeder/{meeting_id}")
def meeting(request: Request, meeting_id: UUID) -> HTMLResponse:
    """What is there to talk about, who came, and what did we decide?

    Raises:
        MeetingClosed: the actor is not on the team, or there is no such meeting.
    """
    with open_request(request, MEETINGS) as context:
        page = _words(context, meeting_id, AuditAction.READ_MEETING, take_result(request)).page()
        return context.page(page, page.title)


@router.get("/moeder/{meeting_id}/papir")
def paper(request: Request, meeting_id: UUID) -> HTMLResponse:
    """The meeting on paper; a line of the log says that it was printed.

    Raises:
        MeetingClosed: the actor is not on the team, or there is no such meeting.
    """
    with open_request(request, MEETINGS) as context:
        page = _words(context, meeting_id, AuditAction.PRINT_MEETING, None).paper()
        return context.page(page, page.meeting.title)


@router.get("/moeder/{meeting_id}/moede.ics")
def calendar_file(request: Request, meeting_id: UUID) -> Response:
    """The meeting for a calendar: when, and where to log in; it tells of nobody.

    Raises:
        MeetingClosed: the actor is not on the team, or there is no such meeting.
    """
    with open_request(request, MEETINGS) as context:
        stored = allowed(meeting_desk(context, meeting_id).read_calendar(meeting_id))
        settings = context.app.settings
        public_url = settings.public_url or str(request.base_url)
        document = write_calendar(stored, public_url=public_url, sender=settings.notice_sender)
    headers = {"content-disposition": 'attachment; filename="moede.ics"', "cache-control": "no-store"}
    return Response(document, media_type="text/calendar; charset=utf-8", headers=headers)


@router.post("/moeder/{meeting_id}/flyt", dependencies=TOKEN)
def move(request: Request, meeting_id: UUID, fields: Planned, *, version: Version = 0) -> RedirectResponse:
    """Move the meeting, or let it be about or with others.

    Raises:
        MeetingClosed: the actor may not.
    """
    with open_request(request, MEETINGS) as context:
        desk = meeting_desk(context, meeting_id)
        fault = fault_of(read_plan(fields), lambda each: allowed(desk.change(meeting_id, each, version)), texts.FAULT)
        typed = _redacted(fields.typed())
        return finish_form(request, fault, texts.CHANGED, f"/moeder/{meeting_id}", form="move", typed=typed)


@router.post("/moeder/{meeting_id}/aflys", dependencies=TOKEN)
def cancel(request: Request, meeting_id: UUID, *, version: Version = 0, reason: Sentence = "") -> RedirectResponse:
    """Cancel the meeting, and say why.

    Raises:
        MeetingClosed: the actor may not.
    """
    with open_request(request, MEETINGS) as context:
        desk = meeting_desk(context, meeting_id)
        fault = sentence_of(allowed(desk.cancel(meeting_id, reason.strip(), version)), texts.FAULT)
        typed = redact_typed({"reason": reason or " "}, "reason")
        return finish_form(request, fault, texts.CANCELLED, f"/moeder/{meeting_id}", form="cancel", typed=typed)


@router.post("/moeder/{meeting_id}/hold", dependencies=TOKEN)
def hold(  # noqa: PLR0913  the fields of the form
    request: Request,
    meeting_id: UUID,
    *,
    version: Version = 0,
    minutes: Account = "",
    guests: Account = "",
    member: Numbers = None,
    member_why: Words = None,
    member_came: Numbers = None,
    citizen: Ids = None,
    citizen_why: Words = None,
    citizen_came: Ids = None,
    guest_came: Words = None,
    decision: Ids = None,
    what: Words = None,
    doer: Words = None,
    due: Words = None,
    whom: Words = None,
    agreed: Ids = None,
    luk: Annotated[bool, Form()] = False,
) -> RedirectResponse:
    """Store who came, what was said and decided; with *luk* the meeting is over.

    Raises:
        MeetingClosed: the actor may not.
    """
    fields = RecordFields(
        minutes=minutes,
        guests=guests,
        members=member or (),
        member_why=member_why or (),
        member_came=member_came or (),
        citizens=citizen or (),
        citizen_why=citizen_why or (),
        citizen_came=citizen_came or (),
        guest_came=guest_came or (),
        decisions=decision or (),
        what=what or (),
        doer=doer or (),
        due=due or (),
        whom=whom or (),
        agreed=agreed or (),
        is_closing=luk,
    )
    with open_request(request, MEETINGS) as context:
        desk = meeting_desk(context, meeting_id)
        fault = fault_of(fields.read(), lambda each: allowed(desk.record(meeting_id, each, version)), texts.FAULT)
        typed = {**_redacted(fields.typed()), "version": str(version)}
        return finish_form(
            request, fault, texts.CLOSED if luk else texts.SAVED, f"/moeder/{meeting_id}", form="hold", typed=typed
        )


@router.post("/moeder/{meeting_id}/enig", dependencies=TOKEN)
def agree(request: Request, meeting_id: UUID, decision: Annotated[UUID, Form()]) -> RedirectResponse:
    """Say that the citizen has agreed to a proposal: it becomes an agreement of the plan.

    Raises:
        MeetingClosed: the actor may not.
    """
    with open_request(request, MEETINGS) as context:
        desk = meeting_desk(context, meeting_id)
        fault = sentence_of(allowed(desk.agree(meeting_id, decision)), texts.FAULT)
        return finish_form(request, fault, texts.AGREED, f"/moeder/{meeting_id}")


def read_my_meetings(context: RequestContext, *, is_past: bool, page: int) -> MeetingList:
    """The actor's meetings: those of today and later, the next first; or the earlier ones, the latest first."""
    midnight = danish_midnight(danish_day(context.now))
    return list_my_meetings(
        context.session,
        context.actor,
        context.access(),
        first=None if is_past else midnight,
        until=midnight if is_past else None,
        next_first=not is_past,
        size=PAGE_SIZE,
        offset=(page - 1) * PAGE_SIZE,
        now=context.now,
    )


def read_course_meetings(context: RequestContext, course_id: UUID, page: int) -> tuple[CourseDetails, MeetingList]:
    """The meetings of a course; for page and API.

    Raises:
        MeetingClosed: the actor is not on the team.
    """
    return allowed(course_desk(context, course_id).list_meetings(PAGE_SIZE, (page - 1) * PAGE_SIZE))


def read_meeting(context: RequestContext, meeting_id: UUID, action: AuditAction) -> tuple[MeetingView, Agenda | None]:
    """One meeting, and the agenda of one that is planned; for page and API.

    Raises:
        MeetingClosed: the actor is not on the team, or there is no such meeting.
    """
    view = allowed(meeting_desk(context, meeting_id).read(meeting_id, action))
    agenda = None
    if view.meeting.text.state is MeetingState.PLANNED:
        request = context.access().model_copy(update={"purpose": PURPOSE})
        agenda = read_agenda(context.session, context.actor, view, request, complete=coverage(context), now=context.now)
    return view, agenda


def course_desk(context: RequestContext, course_id: UUID) -> MeetingDesk:
    """For an act with the meetings of that course."""
    request = context.access().model_copy(update={"purpose": PURPOSE})
    return MeetingDesk(context.session, context.actor, course_id, request, now=context.now)


def meeting_desk(context: RequestContext, meeting_id: UUID) -> MeetingDesk:
    """For an act with that meeting; where there is none, an act that is refused."""
    return course_desk(context, course_of_meeting(context.session, meeting_id) or UUID(int=0))


def allowed(answer: T | None) -> T:
    """The answer.

    Raises:
        MeetingClosed: there is none, since the actor may not.
    """
    if answer is None:
        raise MeetingClosed
    return answer


def _words(context: RequestContext, meeting_id: UUID, action: AuditAction, result: FormResult | None) -> MeetingWords:
    view, agenda = read_meeting(context, meeting_id, action)
    names = names_of(context.session, [citizen.citizen_id for citizen in view.course.citizens])
    return MeetingWords(view, agenda, names, context.known_sources, context.actor.name, context.now, result)


def _redacted(typed: dict[str, str]) -> dict[str, str]:
    """What people wrote freely without national numbers; keys and ticks as they are."""
    closed = ("citizen:", "came:", "key:", "whom:", "agreed:", "due:")
    free = [name for name in typed if not name.startswith(closed) and name not in {"on_day", "left_out", "kind"}]
    return redact_typed(typed, *free)
