"""The forms of a meeting, with what stands or what was typed. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID, uuid4

from hub.access.meeting_agenda import Agenda
from hub.access.meeting_views import MeetingView
from hub.clock import danish_day
from hub.course.meeting_rules import invited_places
from hub.web.meetings import texts
from hub.web.meetings.page import AttendanceLine, CitizenField, DecisionField, PlanForm, RecordForm
from hub.web.shell.dates import clock_text
from hub.web.shell.people import FirstNames
from hub.web.shell.texts import TEAM_FUNCTION
from hub.web.shell.view_models import Choice
from schemas.course import CourseDetails, TeamPlace
from schemas.meeting import MeetingKind, MeetingText, ParticipantRole
from schemas.plan import PlanKind, PlanState

BLANK_DECISIONS = 3
"""So many can be written at once; whoever saves gets as many again."""
STARTS, ENDS = "10:00", "11:00"
NEXT_MEETING = timedelta(days=14)


def plan_form(
    course: CourseDetails, names: Mapping[UUID, str | None], typed: Mapping[str, str], today: date
) -> PlanForm:
    """To plan a meeting of the course: everybody on the team and every citizen is invited unless one says otherwise."""
    return _form(
        course,
        names,
        typed,
        places=invited_places(course.team, today, ()),
        stands={
            "kind": MeetingKind.TEAM.value,
            "on_day": (today + NEXT_MEETING).isoformat(),
            "starts": STARTS,
            "ends": ENDS,
        },
        action=f"/forloeb/{course.course_id}/moeder/indkald",
        key=typed.get("key") or str(uuid4()),
        is_open=bool(typed),
    )


def move_form(view: MeetingView, names: Mapping[UUID, str | None], typed: Mapping[str, str]) -> PlanForm:
    """To move a planned meeting, or to invite others."""
    text, course = view.meeting.text, view.course
    day = danish_day(text.starts_at)
    places = [*(member.place for member in view.members), *view.left_out]
    stands = {
        "kind": text.kind.value,
        "on_day": day.isoformat(),
        "starts": clock_text(text.starts_at).replace(".", ":"),
        "ends": clock_text(text.ends_at).replace(".", ":"),
        "place": text.place,
        "guests": "\n".join(each.key for each in text.of(ParticipantRole.GUEST)),
        "left_out": ",".join(str(place.id) for place in view.left_out),
    }
    for citizen in course.citizens:
        stands[f"citizen:{citizen.citizen_id}"] = "no"
    for each in text.of(ParticipantRole.CITIZEN):
        stands[f"citizen:{each.key}"] = "about" if each.is_invited else "without"
        stands[f"why:{each.key}"] = "" if each.is_invited else each.reason
    return _form(
        course,
        names,
        typed,
        places=places,
        stands=stands,
        action=f"/moeder/{view.meeting.id}/flyt",
        version=view.meeting.version,
        is_open=bool(typed),
    )


def record_form(  # noqa: PLR0913, PLR0917  what the page has put into words already
    href: str,
    text: MeetingText,
    members: Sequence[AttendanceLine],
    citizens: Sequence[AttendanceLine],
    guests: Sequence[AttendanceLine],
    agenda: Agenda | None,
    names: FirstNames,
    typed: Mapping[str, str],
) -> RecordForm:
    """The whole meeting in one form: who came, what was decided, and a short account of it."""
    targets = _targets(agenda, names)
    written = [number for number in range(20) if f"what:{number}" in typed]
    decisions = []
    for number in range(len(written) + BLANK_DECISIONS):
        chosen = typed.get(f"whom:{number}", targets[0].value if targets else "")
        decisions.append(
            DecisionField(
                key=typed.get(f"key:{number}") or str(uuid4()),
                number=number + 1,
                words=typed.get(f"what:{number}", ""),
                who=typed.get(f"doer:{number}", ""),
                due_on=typed.get(f"due:{number}", ""),
                about=tuple(Choice(each.value, each.text, each.value == chosen) for each in targets),
                is_agreed=bool(typed.get(f"agreed:{number}")),
            )
        )
    return RecordForm(
        action=f"{href}/hold",
        members=tuple(members),
        citizens=tuple(citizens),
        guests=tuple(guests),
        minutes=typed.get("minutes", text.minutes),
        decisions=tuple(decisions),
    )


def _targets(agenda: Agenda | None, names: FirstNames) -> list[Choice]:
    """For whom a decision can be: a citizen, or one of the goals of their plan."""
    targets = []
    for person in sorted(agenda.people if agenda else (), key=lambda each: [*names.by_citizen].index(each.citizen_id)):
        name = names.of(person.citizen_id) or texts.NO_NAME
        targets.append(Choice(str(person.citizen_id), name))
        goals = [
            entry
            for entry in (person.plan.plan.entries if person.plan else ())
            if entry.kind is PlanKind.GOAL and entry.text.state is PlanState.OPEN
        ]
        targets += [
            Choice(f"{person.citizen_id}/{goal.id}", texts.GOAL_OPTION.format(name=name, words=goal.text.words))
            for goal in goals
        ]
    return targets


def _form(  # noqa: PLR0913  keyword-only from the places on
    course: CourseDetails,
    names: Mapping[UUID, str | None],
    typed: Mapping[str, str],
    *,
    places: Sequence[TeamPlace],
    stands: Mapping[str, str],
    action: str,
    is_open: bool,
    key: str = "",
    version: int = 0,
) -> PlanForm:
    said = {**stands, **typed}
    left_out = said.get("left_out", "").split(",")
    return PlanForm(
        action=action,
        key=key,
        version=version,
        is_open=is_open,
        kinds=tuple(
            Choice(kind.value, texts.KIND_CHOICE[kind], kind.value == said.get("kind")) for kind in MeetingKind
        ),
        on_day=said.get("on_day", ""),
        starts=said.get("starts", ""),
        ends=said.get("ends", ""),
        place=said.get("place", ""),
        citizens=tuple(
            CitizenField(
                key=str(citizen_id),
                name=name or texts.NO_NAME,
                is_about=said.get(f"citizen:{citizen_id}", "about") == "about",
                is_without=said.get(f"citizen:{citizen_id}", "about") == "without",
                reason=said.get(f"why:{citizen_id}", ""),
            )
            for citizen_id, name in names.items()
            if any(each.citizen_id == citizen_id and each.has_consented for each in course.citizens)
        ),
        members=tuple(
            Choice(str(place.id), _member(place), str(place.id) not in left_out)
            for place in sorted(places, key=lambda place: [each.id for each in course.team].index(place.id))
        ),
        guests=said.get("guests", ""),
        reason=typed.get("reason", ""),
    )


def _member(place: TeamPlace) -> str:
    name = place.name or texts.HIDDEN_MEMBER
    parts = (name, TEAM_FUNCTION[place.function], place.unit_name)
    return ", ".join(part for part in parts if part)
