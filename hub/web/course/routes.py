"""The pages of courses: those I am on, one with its team, and the offer of a new one."""

from http import HTTPStatus
from typing import Annotated, Literal, TypeVar
from uuid import UUID, uuid4

from fastapi import Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from hub.access.course_citizens import CourseFamilyDesk
from hub.access.course_lists import ListedCourses, list_courses
from hub.access.course_offers import OfferDesk, OfferView
from hub.access.courses import CourseDesk, Faults
from hub.clock import danish_day
from hub.errors import CourseClosed
from hub.overview.repository import headers
from hub.web.course import forms, texts
from hub.web.course.page import CourseListPage, CoursePage, FamilyFormPage, OfferPage
from hub.web.course.present import course_page, family_page, list_page, offer_page
from hub.web.shell.form_result import (
    FormResult,
    fault_of,
    finish_form,
    keep_result,
    redact_typed,
    sentence_of,
    take_result,
)
from hub.web.shell.form_token import require_form_token
from hub.web.shell.people import first_word
from hub.web.shell.request_context import RequestContext, open_request
from hub.web.shell.workspace import Workspace
from schemas.access import AuditAction
from schemas.course import CourseDetails, CourseEnding, CourseOffer, Leaving, NewMember

COURSES = Workspace(
    name="course",
    path="/forloeb",
    title="Forløb",
    action=AuditAction.LIST_CITIZENS,
    pages=(CourseListPage, CoursePage, FamilyFormPage, OfferPage),
)
router = COURSES.router
TOKEN = [Depends(require_form_token)]
Word = Annotated[str, Form(max_length=200)]
Sentence = Annotated[str, Form(max_length=600)]
PageNumber = Annotated[int, Query(ge=1, le=10_000)]
Version = Annotated[int, Form(ge=0, le=2**31 - 1)]

T = TypeVar("T")


@router.get(COURSES.path)
def courses_of_mine(request: Request, vis: Literal["afsluttede"] | None = None, side: PageNumber = 1) -> HTMLResponse:
    """Which courses am I on the team of, and which was I on when they closed?"""
    with open_request(request, COURSES) as context:
        listed = read_courses(context, side, is_open=vis is None)
        return context.page(list_page(listed, side, take_result(request), is_closed=vis is not None))


@router.get("/forloeb/tilbyd/{citizen_id}")
def offer_form(request: Request, citizen_id: UUID) -> HTMLResponse:
    """The form to offer the citizen a course.

    Raises:
        CourseClosed: the actor does not work with the citizen.
    """
    with open_request(request, COURSES) as context:
        view = read_offer_view(context, citizen_id)
        page = offer_page(view, uuid4(), take_result(request))
        return context.page(page, f"Tilbyd et forløb: {page.name}")


@router.post("/forloeb/tilbyd/{citizen_id}", dependencies=TOKEN)
def offer(  # noqa: PLR0913  the fields of the form
    request: Request,
    citizen_id: UUID,
    *,
    course_id: Annotated[UUID, Form()],
    family: Annotated[list[UUID] | None, Form()] = None,
    reason: Annotated[list[str] | None, Form()] = None,
    indicators: Annotated[str, Form(max_length=4000)] = "",
    words: Sentence = "",
    authority: Sentence = "",
) -> RedirectResponse:
    """Offer the citizen, and those of the family who are chosen, a course; the actor leads it.

    Raises:
        CourseClosed: the actor does not work with the citizen.
    """
    fields = {"indicators": indicators, "words": words, "authority": authority}
    with open_request(request, COURSES) as context:
        chosen = {"family": ",".join(map(str, family or ())), "reasons": ",".join(reason or ())}
        fault = fault_of(
            forms.read_offer(fields, reason or ()),
            lambda each: offer_course(context, citizen_id, course_id, family or [], each),
            texts.FAULT,
        )
        typed = {**redact_typed(fields, *fields), **chosen, "course_id": str(course_id)}
        return finish_form(
            request, fault, texts.OFFERED, f"/forloeb/tilbyd/{citizen_id}", onward=f"/forloeb/{course_id}", typed=typed
        )


@router.get("/forloeb/{course_id}")
def course(request: Request, course_id: UUID) -> HTMLResponse:
    """Who works together on it, why, and who decides who joins?

    Raises:
        CourseClosed: the actor is not on the team, or the course is over.
    """
    with open_request(request, COURSES) as context:
        details = read_course(context, course_id)
        result = take_result(request)
        words = result.typed.get("words", "") if result else ""
        candidates = _desk(context, course_id).list_candidates(words) if words.strip() else None
        by_citizen = headers(context.session, [citizen.citizen_id for citizen in details.citizens])
        names = {citizen_id: header.display_name for citizen_id, header in by_citizen.items()}
        today = danish_day(context.now)
        page = course_page(details, names, context.now, today, result, candidates=candidates)
        return context.page(page, f"Forløb: {page.title}")


@router.post("/forloeb/{course_id}/find", dependencies=TOKEN)
def find_employee(request: Request, course_id: UUID, words: Word = "") -> RedirectResponse:
    """Look for an employee by name; the page that follows lists them. No address holds what was typed."""
    with open_request(request, COURSES):
        keep_result(request, FormResult("", form="find", typed=redact_typed({"words": words}, "words")))
    return RedirectResponse(f"/forloeb/{course_id}#nyt-medlem", HTTPStatus.SEE_OTHER)


@router.post("/forloeb/{course_id}/team", dependencies=TOKEN)
def add_member(  # noqa: PLR0913  the fields of the form
    request: Request,
    course_id: UUID,
    *,
    version: Version = 0,
    words: Word = "",
    employee: Word = "",
    function: Word = "",
    valid_from: Word = "",
    valid_to: Word = "",
    reason: Sentence = "",
    authority: Sentence = "",
    say: Word = "",
    citizen_words: Sentence = "",
) -> RedirectResponse:
    """Put an employee on the team; the place is the access.

    Raises:
        CourseClosed: the actor may not.
    """
    fields = {
        "words": words,
        "employee": employee,
        "function": function,
        "valid_from": valid_from,
        "valid_to": valid_to,
        "reason": reason,
        "authority": authority,
        "say": say,
        "citizen_words": citizen_words,
    }
    with open_request(request, COURSES) as context:
        fault = fault_of(
            forms.read_member(fields), lambda each: join_team(context, course_id, each, version), texts.FAULT
        )
        typed = redact_typed(fields, "words", "reason", "authority", "citizen_words")
        return finish_form(
            request, fault, texts.ADDED.format(name="Medarbejderen"), f"/forloeb/{course_id}", form="add", typed=typed
        )


@router.post("/forloeb/{course_id}/fjern", dependencies=TOKEN)
def remove_member(  # noqa: PLR0913  the fields of the form
    request: Request,
    course_id: UUID,
    *,
    version: Version = 0,
    employee: Word = "",
    reason: Sentence = "",
    say: Word = "",
    citizen_words: Sentence = "",
) -> RedirectResponse:
    """Take an employee off the team; the access ends with the place.

    Raises:
        CourseClosed: the actor may not.
    """
    fields = {"employee": employee, "reason": reason, "say": say, "citizen_words": citizen_words}
    with open_request(request, COURSES) as context:
        fault = fault_of(
            forms.read_leaving(fields),
            lambda each: leave_team(context, course_id, employee, each, version),
            texts.FAULT,
        )
        typed = redact_typed(fields, "reason", "citizen_words")
        return finish_form(request, fault, texts.REMOVED, f"/forloeb/{course_id}", form="leave", typed=typed)


@router.post("/forloeb/{course_id}/slut", dependencies=TOKEN)
def end(
    request: Request,
    course_id: UUID,
    *,
    version: Version = 0,
    ends_on: Word = "",
    outcome: Word = "",
    follows: Sentence = "",
) -> RedirectResponse:
    """Close the course, today or on a day to come, with what follows.

    Raises:
        CourseClosed: the actor may not.
    """
    fields = {"ends_on": ends_on, "outcome": outcome, "follows": follows}
    with open_request(request, COURSES) as context:
        ending = forms.read_ending(fields)
        is_over = not isinstance(ending, str) and ending.ends_on <= danish_day(context.now)
        fault = fault_of(ending, lambda each: end_course(context, course_id, each, version), texts.FAULT)
        typed = redact_typed(fields, "follows")
        return finish_form(
            request,
            fault,
            texts.ENDED if is_over else texts.ENDS,
            f"/forloeb/{course_id}",
            onward="/forloeb" if is_over else None,
            form="end",
            typed=typed,
        )


@router.post("/forloeb/{course_id}/slut/fjern", dependencies=TOKEN)
def cancel_end(request: Request, course_id: UUID, version: Version = 0) -> RedirectResponse:
    """Take a planned ending back.

    Raises:
        CourseClosed: the actor may not, or the course is over.
    """
    with open_request(request, COURSES) as context:
        fault = sentence_of(keep_open(context, course_id, version), texts.FAULT)
        return finish_form(request, fault, texts.END_CANCELLED, f"/forloeb/{course_id}")


@router.get("/forloeb/{course_id}/familie")
def family_form(request: Request, course_id: UUID) -> HTMLResponse:
    """Who of the family is taken into the course?

    Raises:
        CourseClosed: the actor does not lead it.
    """
    with open_request(request, COURSES) as context:
        family = _allowed(_family_desk(context, course_id).list_relatives())
        page = family_page(read_course(context, course_id), family, take_result(request))
        return context.page(page, f"Tag en fra familien med: {page.title}")


@router.post("/forloeb/{course_id}/familie", dependencies=TOKEN)
def add_citizen(
    request: Request, course_id: UUID, citizen: Annotated[UUID, Form()], version: Version = 0
) -> RedirectResponse:
    """Take one of the family into the course; it opens nothing of theirs before they consent.

    Raises:
        CourseClosed: the actor may not.
    """
    with open_request(request, COURSES) as context:
        name = headers(context.session, [citizen]).get(citizen)
        back = f"/forloeb/{course_id}"
        fault = sentence_of(join_course(context, course_id, citizen, version), texts.FAULT)
        done = texts.CITIZEN_ADDED.format(name=first_word(name.display_name if name else None) or texts.NO_NAME)
        return finish_form(request, fault, done, f"{back}/familie", onward=back)


def read_courses(context: RequestContext, page: int, *, is_open: bool) -> ListedCourses:
    """A page of the courses of the actor; for page and API."""
    return list_courses(context.session, context.actor, context.access(), now=context.now, page=page, is_open=is_open)


def keep_open(context: RequestContext, course_id: UUID, version: int) -> Faults:
    """Take a planned ending back; for page and API.

    Raises:
        CourseClosed: the actor may not.
    """
    return _allowed(_desk(context, course_id).cancel_end(version))


def join_course(context: RequestContext, course_id: UUID, citizen_id: UUID, version: int) -> Faults:
    """Take a relative into the course; for page and API.

    Raises:
        CourseClosed: the actor may not.
    """
    return _allowed(_family_desk(context, course_id).add(citizen_id, version))


def read_course(context: RequestContext, course_id: UUID) -> CourseDetails:
    """The course with its team; for page and API.

    Raises:
        CourseClosed: the actor is not on the team, or the course is over.
    """
    return _allowed(_desk(context, course_id).read())


def read_offer_view(context: RequestContext, citizen_id: UUID) -> OfferView:
    """To whom the actor can offer a course from that citizen's page.

    Raises:
        CourseClosed: the actor does not work with the citizen.
    """
    return _allowed(_offer_desk(context, citizen_id).read())


def offer_course(
    context: RequestContext, citizen_id: UUID, course_id: UUID, relatives: list[UUID], written: CourseOffer
) -> Faults:
    """Offer a course, or what must be corrected first; for page and API.

    Raises:
        CourseClosed: the actor does not work with the citizen.
    """
    return _allowed(_offer_desk(context, citizen_id).offer(course_id, relatives, written))


def join_team(context: RequestContext, course_id: UUID, member: NewMember, version: int) -> Faults:
    """Put somebody on the team, likewise.

    Raises:
        CourseClosed: the actor may not.
    """
    return _allowed(_desk(context, course_id).add_member(member, version))


def leave_team(context: RequestContext, course_id: UUID, actor_id: str, leaving: Leaving, version: int) -> Faults:
    """Take somebody off the team, likewise.

    Raises:
        CourseClosed: the actor may not.
    """
    return _allowed(_desk(context, course_id).remove_member(actor_id, leaving, version))


def end_course(context: RequestContext, course_id: UUID, ending: CourseEnding, version: int) -> Faults:
    """Close the course, likewise.

    Raises:
        CourseClosed: the actor may not.
    """
    return _allowed(_desk(context, course_id).end(ending, version))


def _allowed(answer: T | None) -> T:
    if answer is None:
        raise CourseClosed
    return answer


def _desk(context: RequestContext, course_id: UUID) -> CourseDesk:
    return CourseDesk(context.session, context.actor, course_id, context.access(), now=context.now)


def _family_desk(context: RequestContext, course_id: UUID) -> CourseFamilyDesk:
    return CourseFamilyDesk(context.session, context.actor, course_id, context.access(), now=context.now)


def _offer_desk(context: RequestContext, citizen_id: UUID) -> OfferDesk:
    return OfferDesk(context.session, context.actor, citizen_id, context.access(), now=context.now)
