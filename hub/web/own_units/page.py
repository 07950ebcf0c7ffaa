"""What Mine enheder shows."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Figure:
    """A number and what it counts."""

    number: str
    text: str
    trouble: bool = False


@dataclass(frozen=True)
class EmployeeLine:
    """One employee."""

    name: str
    title: str
    courses: str
    leads: str
    work: str


@dataclass(frozen=True)
class UnitPart:
    """One unit: what it has to do, what is late, and who does it."""

    key: str
    """Of its heading in the page."""
    name: str
    figures: tuple[Figure, ...]
    clocks: tuple[Figure, ...]
    """What of its notifications has passed."""
    waiting: str
    is_any_waiting: bool
    rows: tuple[EmployeeLine, ...]
    empty: str


@dataclass(frozen=True)
class OwnUnitsPage:
    """How much do my units have to do, and where is something late?"""

    template: ClassVar[str] = "own_units/templates/own_units.html"
    units: tuple[UnitPart, ...]
    lists_citizens: bool
    """The manager has citizens of their own, too."""
    empty: str
