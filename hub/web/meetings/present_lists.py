"""Lists of meetings in words. Pure."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from hub.access.meeting_views import MeetingList
from hub.clock import danish_day
from hub.web.meetings import texts
from hub.web.meetings.page import CourseMeetingsPage, MeetingRow, MyMeetingsPage
from hub.web.meetings.present import about_text, page_links, when_text
from hub.web.meetings.present_forms import plan_form
from hub.web.shell.form_result import FormResult
from hub.web.shell.view_models import Link
from schemas.course import CourseDetails
from schemas.meeting import Meeting, MeetingState

PAGE_SIZE = 20
"""Meetings on a page."""


def my_meetings_page(
    meetings: MeetingList, names: Mapping[UUID, str | None], today: date, *, is_past: bool, page: int
) -> MyMeetingsPage:
    """My meetings of all courses: those that come, or those that were."""
    href = "/moeder?vis=tidligere" if is_past else "/moeder"
    earlier, later = page_links(href, page, PAGE_SIZE, meetings.total)
    rows = tuple(_row(each, names, today, Link("Forløbet", f"/forloeb/{each.course_id}")) for each in meetings.meetings)
    return MyMeetingsPage(rows, is_past, earlier, later)


def course_meetings_page(
    course: CourseDetails,
    meetings: MeetingList,
    names: Mapping[UUID, str | None],
    result: FormResult | None,
    today: date,
    *,
    page: int,
) -> CourseMeetingsPage:
    """The meetings of a course, the latest first, and the form to plan one."""
    earlier, later = page_links(f"/forloeb/{course.course_id}/moeder", page, PAGE_SIZE, meetings.total)
    typed = result.typed if result and result.form == "plan" else {}
    return CourseMeetingsPage(
        course=Link(course.title, f"/forloeb/{course.course_id}"),
        rows=tuple(_row(each, names, today, None) for each in meetings.meetings),
        earlier=earlier,
        later=later,
        form=plan_form(course, names, typed, today),
        result=result.outcome if result and result.text else None,
    )


def _row(meeting: Meeting, names: Mapping[UUID, str | None], today: date, course: Link | None) -> MeetingRow:
    text = meeting.text
    return MeetingRow(
        href=f"/moeder/{meeting.id}",
        when=when_text(text),
        kind=texts.MEETING_KIND[text.kind],
        state="" if text.state is MeetingState.PLANNED else texts.MEETING_STATE[text.state],
        is_today=danish_day(text.starts_at) == today and text.state is MeetingState.PLANNED,
        about=about_text(text.citizen_ids, names),
        course=course,
    )
