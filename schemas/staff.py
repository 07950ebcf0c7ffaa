"""Employees and units as an administrator sees them, and as their manager does."""

from datetime import date

from schemas.access import Role
from schemas.base import Instant, Schema
from schemas.job_function import JobFunction
from schemas.source import Area


class OrganisationUnit(Schema):
    """A unit of the organisation, as the sources call it."""

    id: str
    """As in ``Unit.id``."""
    name: str
    area: Area | None = None
    phone: str | None = None


class EmployeeContact(Schema):
    """How to reach an employee whom a source names by an id."""

    name: str
    title: str
    phone: str | None = None


class Employee(Schema):
    """An employee as an administrator sees them, also one who has left."""

    id: str
    name: str
    title: str
    roles: frozenset[Role]
    unit_name: str | None
    phone: str | None
    functions: tuple[JobFunction, ...]
    """From the latest login."""
    organisation_functions: frozenset[str]
    """From the organisation; they count at the next login."""
    in_organisation: bool
    """The organisation has told of the employee."""
    has_logged_in: bool
    """At the municipality's login."""
    active_until: date | None
    is_active: bool


class StaffUnit(Schema):
    """A unit of the organisation as an administrator sees it."""

    organisation_id: str
    name: str
    parent_name: str | None
    kle: tuple[str, ...]
    area: Area | None
    unit_id: str | None
    """As the sources name it; None: none does."""
    phone: str | None
    employees: int
    """How many may log in."""


class OrganisationReading(Schema):
    """How the reading of the organisation went last."""

    read_at: Instant | None
    """When it was last read and taken over; None: never yet."""
    failed_since: Instant | None
    """Since when each attempt has failed; None: the last did not."""
    fault: str
    """Why; empty: it did not fail."""


class Band(Schema):
    """A number of citizens, efforts or the like, told so that it points at nobody: 0, 1 to 4, 5 to 9, and so on."""

    at_least: int
    at_most: int


class EmployeeFigures(Schema):
    """How much an employee has to do, without a word about whom."""

    actor_id: str
    name: str
    title: str
    courses: Band
    """Active courses on whose team the employee is."""
    leads: Band
    """Those of them that the employee leads (tovholder)."""
    work: Band
    """Ongoing efforts, cases and assignments of which a source of the own area names the employee as responsible."""


class UnitFigures(Schema):
    """How much a unit has to do, likewise."""

    unit_id: str
    name: str
    employees: tuple[EmployeeFigures, ...]
    """By name."""
    courses: Band
    """Active courses with somebody of the unit on the team."""
    efforts: Band
    """Ongoing efforts that it is responsible for or performs."""
    cases: Band
    """Open cases that it holds."""
    late_assessments: Band
    """Notifications of its own whose 24 hours have passed without an assessment."""
    late_receipts: Band
    """Notifications of its own whose receipt is late."""
    not_informed: Band
    """Decided notifications of its own of which no source says that the professional who notified was told."""
    still_courses: Band
    """Active courses of which no source has told anything for a while."""
    waiting_reviews: int
    """Stated reasons of its employees that nobody has reviewed; their manager reads each of them."""
