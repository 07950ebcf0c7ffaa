"""Writes the demo's meetings into the store, each act on its day."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from uuid import UUID, uuid4, uuid5

from sqlalchemy.orm import Session

from deploy.sandbox.municipality.meetings import ENDS, STARTS, MeetingLine
from deploy.sandbox.municipality.plans import PlanLine
from hub.clock import DANISH_TIME, danish_midnight
from hub.course import meeting_repository as meetings
from hub.course.meeting_rules import invited_places, planned_text, recorded_text
from hub.course.team_repository import read_course
from schemas.meeting import (
    CitizenRecord,
    MeetingPlan,
    MeetingRecord,
    MeetingText,
    MemberRecord,
    NewDecision,
    PlannedCitizen,
)

DatedStep = tuple[date, Callable[[Session], bool]]


def plan_key(course_id: UUID, citizen_id: UUID, words: str) -> UUID:
    """Names an entry of the demo's plans, so that the meeting at which it was made knows it."""
    return uuid5(course_id, f"{citizen_id} {words}")


def meeting_steps(
    course_id: UUID, citizens: Mapping[str, UUID], lines: Sequence[MeetingLine], plan: Sequence[PlanLine]
) -> list[DatedStep]:
    """What is written of these meetings, each with its day; *citizens*: by first name."""
    steps: list[DatedStep] = []
    for line in lines:
        key, text = uuid4(), _planned(line, citizens)
        steps.append((line.planned_on, partial(_plan, course_id=course_id, key=key, text=text, line=line)))
        hold = partial(_hold, course_id=course_id, key=key, text=text, line=line, citizens=citizens)
        decisions = _decisions(course_id, citizens, line, plan)
        steps.append((line.day + timedelta(days=1), partial(hold, decisions=decisions)))
    return steps


def _moment(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), DANISH_TIME)


def _planned(line: MeetingLine, citizens: Mapping[str, UUID]) -> MeetingText:
    plan = MeetingPlan(
        kind=line.kind,
        starts_at=_moment(line.day, STARTS),
        ends_at=_moment(line.day, ENDS),
        place=line.place,
        citizens=tuple(PlannedCitizen(citizen_id=citizen_id) for citizen_id in citizens.values()),
        guests=line.guests,
    )
    return planned_text(plan, ())


def _plan(session: Session, *, course_id: UUID, key: UUID, text: MeetingText, line: MeetingLine) -> bool:
    return meetings.add_meeting(session, course_id, key, text, by=line.by, now=danish_midnight(line.planned_on))


def _hold(  # noqa: PLR0913  keyword-only from the course on
    session: Session,
    *,
    course_id: UUID,
    key: UUID,
    text: MeetingText,
    line: MeetingLine,
    citizens: Mapping[str, UUID],
    decisions: Sequence[NewDecision],
) -> bool:
    """Write who came, what was said and decided, as it was when the meeting ended."""
    invited = invited_places(read_course(session, course_id, line.day).team, line.day, ())
    record = MeetingRecord(
        members=tuple(
            MemberRecord(
                place_id=place.id,
                is_present=place.actor_id not in line.absent,
                reason=line.absent.get(place.actor_id, ""),
            )
            for place in invited
        ),
        citizens=tuple(
            CitizenRecord(
                citizen_id=citizen_id,
                is_present=name not in line.citizens_absent,
                reason=line.citizens_absent.get(name, ""),
            )
            for name, citizen_id in citizens.items()
        ),
        guests=line.guests,
        minutes=line.minutes,
        is_closing=True,
    )
    now = _moment(line.day, ENDS)
    is_written = meetings.add_version(session, key, 2, recorded_text(text, record, invited), by=line.by, now=now)
    return is_written and all(
        meetings.add_decision(session, key, decision, by=line.by, now=now) for decision in decisions
    )


def _decisions(
    course_id: UUID, citizens: Mapping[str, UUID], line: MeetingLine, plan: Sequence[PlanLine]
) -> list[NewDecision]:
    """The agreements of the plan that the meeting made, and what it proposed."""
    agreements = {(entry.given, entry.words): entry for entry in plan}
    decisions = [
        NewDecision(
            id=plan_key(course_id, citizens[given], words),
            citizen_id=citizens[given],
            words=words,
            who=agreements[given, words].who,
            due_on=agreements[given, words].due_on,
            is_agreed=True,
        )
        for given, words in line.decided
    ]
    proposals = [
        NewDecision(
            id=uuid4(),
            citizen_id=citizens[each.given],
            words=each.words,
            who=each.who,
            due_on=each.due_on,
            is_agreed=False,
        )
        for each in line.proposed
    ]
    return [*decisions, *proposals]
