"""Courses and their teams in words. Pure."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from hub.access.course_lists import ListedCourses
from hub.access.course_offers import OfferView
from hub.web.course import texts
from hub.web.course.page import (
    CitizenLine,
    CourseListPage,
    CoursePage,
    CourseRow,
    EndForm,
    FamilyFormPage,
    LeaveForm,
    MemberForm,
    MemberLine,
    OfferPage,
)
from hub.web.shell.dates import at_second, capital, counted, day_text, phone_text
from hub.web.shell.form_result import FormResult
from hub.web.shell.people import first_word
from hub.web.shell.texts import RELATION, TEAM_FUNCTION
from hub.web.shell.view_models import Choice, Link, Phone
from schemas.course import (
    Candidate,
    CitizenSay,
    CourseCitizen,
    CourseDetails,
    CourseOutcome,
    OfferReason,
    TeamFunction,
    TeamPlace,
)
from schemas.overview import Relative

T = TypeVar("T", bound=StrEnum)


def list_page(listed: ListedCourses, page: int, result: FormResult | None, *, is_closed: bool) -> CourseListPage:
    """A page of my courses, of those that run or of those that are closed."""
    address = "/forloeb?vis=afsluttede&side={page}" if is_closed else "/forloeb?side={page}"
    return CourseListPage(
        is_closed=is_closed,
        earlier=Link("Forrige side", address.format(page=page - 1)) if page > 1 else None,
        later=Link("Næste side", address.format(page=page + 1)) if listed.has_more else None,
        rows=tuple(
            CourseRow(
                href=f"/forloeb/{line.course_id}",
                title=line.title,
                state=_closed(line.started_on, line.ends_on, line.outcome)
                if is_closed
                else _state(line.started_on, line.ends_on, line.citizens, line.waiting),
                is_waiting=line.waiting > 0 and not is_closed,
                function=capital(TEAM_FUNCTION[line.function]),
                lead=line.lead or (texts.HIDDEN_MEMBER if line.is_lead_hidden else texts.NO_LEAD),
                team=counted(line.team_size, "på teamet", "på teamet"),
            )
            for line in listed.lines
        ),
        result=result.outcome if result else None,
    )


def course_page(
    course: CourseDetails,
    names: Mapping[UUID, str | None],
    now: datetime,
    today: date,
    result: FormResult | None,
    *,
    candidates: Sequence[Candidate] | None,
) -> CoursePage:
    """The course, its team, and the forms with what was typed; *candidates*: of a search by name, if any."""
    typed = result.typed if result else {}
    form = result.form if result else ""
    waiting = sum(not citizen.has_consented for citizen in course.citizens)
    # Of a closed course: who was on the team on its last day.
    on = course.ends_on - timedelta(days=1) if course.is_closed and course.ends_on else today
    current = [place for place in course.team if place.holds(on) or place.valid_from > on]
    current = [place for place in current if place.valid_to is None or place.valid_to > place.valid_from]
    return CoursePage(
        href=f"/forloeb/{course.course_id}",
        title=course.title,
        version=course.version,
        state=_closed(course.started_on, course.ends_on, None)
        if course.is_closed
        else _state(course.started_on, course.ends_on, len(course.citizens), waiting),
        is_waiting=waiting > 0 and not course.is_closed,
        citizens=tuple(
            _citizen(citizen, names.get(citizen.citizen_id), is_closed=course.is_closed) for citizen in course.citizens
        ),
        team=tuple(_member(place, today, may_change=course.may_remove) for place in current),
        earlier=tuple(_member(place, today, may_change=False) for place in course.team if place not in current),
        reasons=tuple(texts.OFFER_REASON[reason] for reason in course.reasons),
        indicators=course.indicators,
        words=course.words,
        offered=f"Tilbudt af {course.offered_by} {day_text(course.started_on)}." if course.offered_by else "",
        ending=texts.COURSE_OUTCOME[course.outcome] if course.outcome else "",
        follows=course.follows,
        is_closed=course.is_closed,
        may_add_citizen=course.may_add_citizen,
        may_cancel_end=course.may_end and course.ends_on is not None,
        add=_member_form(course, typed if form in {"add", "find"} else {}, candidates, today)
        if course.joins_as
        else None,
        leave=_leave_form(typed if form == "leave" else {}) if course.may_remove else None,
        end=_end_form(course, typed if form == "end" else {}, today) if course.may_end else None,
        result=result.outcome if result and result.text else None,
        printed=f"Udskrevet {at_second(now).text}.",
    )


def family_page(course: CourseDetails, family: Sequence[Relative], result: FormResult | None) -> FamilyFormPage:
    """The form to take one of the family into the course."""
    return FamilyFormPage(
        href=f"/forloeb/{course.course_id}",
        title=course.title,
        version=course.version,
        family=tuple(_relative(relative, []) for relative in family),
        result=result.outcome if result else None,
    )


def offer_page(view: OfferView, course_id: UUID, result: FormResult | None) -> OfferPage:
    """The form to offer a course, with what was typed."""
    typed = result.typed if result else {}
    family, reasons = typed.get("family", "").split(","), typed.get("reasons", "").split(",")
    return OfferPage(
        citizen_id=str(view.citizen_id),
        course_id=typed.get("course_id") or str(course_id),
        name=view.header.display_name or texts.NO_NAME,
        family=tuple(_relative(relative, family) for relative in view.family),
        reasons=_choices(OfferReason, texts.OFFER_REASON, reasons),
        indicators=typed.get("indicators", ""),
        words=typed.get("words", ""),
        authority=typed.get("authority", ""),
        result=result.outcome if result else None,
    )


def _relative(relative: Relative, chosen: Collection[str]) -> Choice:
    key = str(relative.citizen_id)
    text = f"{first_word(relative.name) or texts.NO_NAME} ({RELATION[relative.relation][0].lower()})"
    return Choice(key, text, key in chosen)


def _closed(started_on: date, ends_on: date | None, outcome: CourseOutcome | None) -> str:
    last = day_text(ends_on - timedelta(days=1)) if ends_on else ""
    said = f" {texts.COURSE_OUTCOME[outcome]}." if outcome else ""
    return texts.STATE_CLOSED.format(first=day_text(started_on), last=last) + said


def _state(started_on: date, ends_on: date | None, citizens: int, waiting: int) -> str:
    day = day_text(started_on)
    if waiting == citizens:
        state = texts.STATE_WAITING.format(day=day)
    elif waiting:
        state = texts.STATE_PARTLY.format(day=day, waiting=capital(counted(waiting, "borger", "borgere")))
    else:
        state = texts.STATE_RUNS.format(day=day)
    return state + (texts.STATE_ENDS.format(day=day_text(ends_on - timedelta(days=1))) if ends_on else "")


def _citizen(citizen: CourseCitizen, name: str | None, *, is_closed: bool) -> CitizenLine:
    key, shown_name = citizen.citizen_id, name or texts.NO_NAME
    about = f" for {shown_name}"
    consents = Link("Samtykker", f"/samtykker/{key}", about)
    if is_closed:
        return CitizenLine(name=shown_name, state="", has_consented=True, links=(), own_words=())
    return CitizenLine(
        name=shown_name,
        state=texts.CONSENTED if citizen.has_consented else texts.WAITING,
        has_consented=citizen.has_consented,
        links=(Link("Overblik", f"/overblik/{key}", about), Link("Plan", f"/plan/{key}", about), consents)
        if citizen.has_consented
        else (consents,),
        own_words=citizen.own_words,
    )


def _member(place: TeamPlace, today: date, *, may_change: bool) -> MemberLine:
    is_over = place.valid_to is not None and place.valid_to <= today
    if place.valid_to is None:
        period = f"{'Fra' if place.valid_from > today else 'Siden'} {day_text(place.valid_from)}"
    elif is_over:
        last = max(place.valid_from, place.valid_to - timedelta(days=1))
        period = f"{day_text(place.valid_from)} til og med {day_text(last)}"
    else:
        last = place.valid_to - timedelta(days=1)
        period = f"Fra {day_text(place.valid_from)} til og med {day_text(last)}"
    phone = Phone(phone_text(place.phone), f"tel:{place.phone}") if place.phone else None
    return MemberLine(
        actor_id=place.actor_id,
        name=place.name or texts.HIDDEN_MEMBER,
        function=capital(TEAM_FUNCTION[place.function]),
        about=capital(", ".join(part for part in (place.title, place.unit_name) if part)),
        phone=phone,
        period=period,
        reason=capital(place.reason),
        authority=place.authority,
        say=_say(place.citizen_say, place.citizen_words) if place.name else "",
        recorded=f"Skrevet ind af {place.added_by}." if place.added_by else "",
        end=_end(place) if is_over else "",
        may_leave=may_change and place.function is not TeamFunction.LEAD_COORDINATOR,
    )


def _say(say: CitizenSay | None, words: str) -> str:
    sentence = texts.SAY_UNKNOWN if say is None else texts.CITIZEN_SAY[say]
    return f"{sentence}: {words}" if words else f"{sentence}."


def _end(place: TeamPlace) -> str:
    by = f" ({place.ended_by})" if place.ended_by else ""
    return f"{capital(place.end_reason)}{by}" if place.end_reason else by.strip(" ()")


def _member_form(
    course: CourseDetails, typed: Mapping[str, str], candidates: Sequence[Candidate] | None, today: date
) -> MemberForm:
    functions = [function for function in texts.JOINS_AS if function in course.joins_as]
    employee = typed.get("employee", "")
    only = candidates is not None and len(candidates) == 1
    return MemberForm(
        words=typed.get("words", ""),
        candidates=tuple(
            Choice(
                candidate.actor_id,
                ", ".join(part for part in (candidate.name, candidate.title, candidate.unit_name) if part),
                only or candidate.actor_id == employee,
            )
            for candidate in candidates or ()
        ),
        nobody=texts.NOBODY_FOUND if candidates == () else "",
        functions=_choices(TeamFunction, texts.JOINS_AS, [typed.get("function", functions[0].value)], order=functions),
        says=_choices(CitizenSay, texts.CITIZEN_SAY, [typed.get("say", "")]),
        valid_from=typed.get("valid_from", today.isoformat()),
        valid_to=typed.get("valid_to", ""),
        reason=typed.get("reason", ""),
        authority=typed.get("authority", ""),
        citizen_words=typed.get("citizen_words", ""),
    )


def _leave_form(typed: Mapping[str, str]) -> LeaveForm:
    return LeaveForm(
        actor_id=typed.get("employee", ""),
        says=_choices(CitizenSay, texts.CITIZEN_SAY, [typed.get("say", "")]),
        reason=typed.get("reason", ""),
        citizen_words=typed.get("citizen_words", ""),
    )


def _end_form(course: CourseDetails, typed: Mapping[str, str], today: date) -> EndForm:
    outcome = typed.get("outcome", course.outcome.value if course.outcome else "")
    return EndForm(
        ends_on=typed.get("ends_on", (course.ends_on or today).isoformat()),
        outcomes=_choices(CourseOutcome, texts.COURSE_OUTCOME, [outcome]),
        follows=typed.get("follows", course.follows),
        is_open=bool(typed.keys() & {"ends_on", "outcome", "follows"}),
    )


def _choices(
    members: type[T], words: Mapping[T, str], chosen: Collection[str], *, order: Collection[T] | None = None
) -> tuple[Choice, ...]:
    return tuple(Choice(member.value, words[member], member.value in chosen) for member in order or members)
