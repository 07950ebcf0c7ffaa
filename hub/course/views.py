"""Results of the course for the rooms above it."""

from datetime import date
from uuid import UUID

from schemas.base import Schema
from schemas.course import CitizenSay, TeamFunction
from schemas.overview import IdentityState
from schemas.source import Area


class Membership(Schema):
    """Somebody's place on a team."""

    actor_id: str
    function: TeamFunction = TeamFunction.MEMBER
    reason: str
    valid_to: date | None = None
    """The first day without it; None: no end is planned."""
    authority: str = ""
    """Of a lead coordinator."""
    citizen_say: CitizenSay | None = None
    citizen_words: str = ""
    unit_name: str | None = None
    added_by: str | None = None
    """The employee's id; None: it was not recorded."""


class TeamMember(Schema):
    """One employee on the team, and how to reach them."""

    actor_id: str
    name: str
    title: str
    unit_id: str | None
    unit_name: str | None
    phone: str | None
    area: Area | None
    function: TeamFunction
    since: date
    reason: str
    """Why this person is on the team: the work-related need for access."""
    is_active: bool = True
    """May log in."""


class CourseView(Schema):
    """A citizen's course on one day, with its team."""

    course_id: UUID
    title: str
    started_on: date
    team: tuple[TeamMember, ...]
    """Lead coordinator first, then by name."""


class EmployeeCourse(Schema):
    """An active course on whose team an employee is; for counting, never shown."""

    actor_id: str
    course_id: UUID
    leads: bool
    citizens: frozenset[UUID]


class MinorOfMine(Schema):
    """A citizen who is 17, on none of the employee's teams, and for whom a source names the employee as responsible."""

    citizen_id: UUID
    name: str | None
    birth_date: date
    protected: bool


class MyCitizen(Schema):
    """A citizen on whose team the employee is."""

    citizen_id: UUID
    name: str | None
    birth_date: date | None
    protected: bool
    identity: IdentityState = IdentityState.AGREED
    """Whether it is clear who it is. Filled by whoever decides on the list."""
    course_id: UUID
    course_title: str
    function: TeamFunction
    since: date
