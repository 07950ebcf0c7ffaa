"""What Medarbejdere shows."""

from dataclasses import dataclass
from typing import ClassVar

from hub.web.shell.view_models import Link, Outcome


@dataclass(frozen=True)
class EmployeeRow:
    """One employee."""

    name: str
    id: str
    title: str
    unit: str
    phone: str
    roles: str
    """In words; what is missing where there are none."""
    has_roles: bool
    limits: str
    """Of the functions, as the login gives them."""
    origin: str
    state: str
    is_active: bool


@dataclass(frozen=True)
class UnitRow:
    """One unit of the organisation."""

    name: str
    parent: str
    tasks: str
    area: str
    has_area: bool
    in_sources: str
    phone: str
    employees: str


@dataclass(frozen=True)
class ReadingNote:
    """How the reading of the organisation went last."""

    text: str
    fault: str
    """As the program says it; empty: it was read."""


@dataclass(frozen=True)
class StaffPage:
    """Who may do what here, and who has left?"""

    template: ClassVar[str] = "staff/templates/staff.html"
    views: tuple[Link, ...]
    reading: ReadingNote | None
    words: str
    rows: tuple[EmployeeRow, ...]
    before: str | None
    """Address of the page before."""
    after: str | None


@dataclass(frozen=True)
class UnitsPage:
    """Which units are there, and what is their task?"""

    template: ClassVar[str] = "staff/templates/units.html"
    views: tuple[Link, ...]
    rows: tuple[UnitRow, ...]
    before: str | None
    """Address of the page before."""
    after: str | None


@dataclass(frozen=True)
class MachineRow:
    """One service account."""

    client_id: str
    name: str
    description: str
    scopes: str
    citizens: str
    purpose: str
    added: str
    used: str
    state: str
    is_in_use: bool


@dataclass(frozen=True)
class MachinesPage:
    """Which machines may read what?"""

    template: ClassVar[str] = "staff/templates/machines.html"
    views: tuple[Link, ...]
    result: Outcome | None
    """What came of shutting one out."""
    rows: tuple[MachineRow, ...]
    before: str | None
    """Address of the page before."""
    after: str | None
