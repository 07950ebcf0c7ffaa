"""The courses of an employee: those that are open, and those that were closed while they were on the team."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from hub.access.audit_entry import audit_entry
from hub.access.course_policy import may_handle_course
from hub.access.policy import decide
from hub.audit.service import write_all
from hub.clock import danish_day
from hub.course import repository as access
from hub.course import team_repository as repository
from schemas.access import AccessRequest, Actor, AuditAction, AuditOutcome, Basis
from schemas.course import CourseFacts, CourseLine
from schemas.source import Area

PAGE_SIZE = 20
"""Courses of one page."""


class ListedCourses(NamedTuple):
    """A page of somebody's courses."""

    lines: tuple[CourseLine, ...]
    has_more: bool
    """There is another page."""


def list_courses(
    session: Session,
    actor: Actor,
    request: AccessRequest,
    *,
    now: datetime,
    page: int = 1,
    is_open: bool = True,
) -> ListedCourses:
    """The open courses on whose team the actor is, or those that closed while they were, as the policy lets them read.

    Those that wait for a consent come first, then the newest. A line of the log for the list, and one for each citizen
    whom it names.
    """
    today = danish_day(now)
    courses = repository.list_courses(session, actor, today, is_open=is_open)
    ids = [line.course_id for line in courses]
    facts = repository.course_facts_of(session, actor, ids, today, is_open=is_open)
    readable = [
        line
        for line in sorted(courses, key=lambda line: is_open and line.waiting < line.citizens)
        if line.course_id in facts and may_handle_course(actor, AuditAction.READ_COURSE, facts[line.course_id])
    ]
    lines = readable[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    entry = audit_entry(actor, AuditAction.READ_COURSE, AuditOutcome.SHOWN, request, now, basis=Basis.TEAM)
    citizens = {citizen_id for line in lines for citizen_id in facts[line.course_id].citizen_ids}
    shown = areas_shown(session, actor, citizens, request, today)
    named = tuple(_without_hidden_lead(line, facts[line.course_id], shown) for line in lines)
    about = [entry.model_copy(update={"citizen_id": citizen_id}) for citizen_id in sorted(citizens)]
    write_all(session, [entry.model_copy(update={"result_count": len(lines)}), *about])
    return ListedCourses(named, len(readable) > page * PAGE_SIZE)


def areas_shown(
    session: Session, actor: Actor, citizen_ids: Collection[UUID], request: AccessRequest, on: date
) -> dict[UUID, frozenset[Area]]:
    """Which areas of each of these citizens the actor sees on that day."""
    facts = access.access_facts_of(session, actor, citizen_ids, on)
    return {citizen_id: decide(actor, fact, request).shown for citizen_id, fact in facts.items()}


def _without_hidden_lead(line: CourseLine, facts: CourseFacts, shown: Mapping[UUID, frozenset[Area]]) -> CourseLine:
    """The line without who leads, where it is somebody of an area of which the reader sees nothing."""
    areas = frozenset[Area]().union(*(shown.get(citizen_id, frozenset()) for citizen_id in facts.citizen_ids))
    if facts.is_lead_coordinator or line.lead_area is None or line.lead_area in areas:
        return line
    return line.model_copy(update={"lead": None, "lead_area": None, "is_lead_hidden": True})
