"""What the page of the Sammenhængsudvalg shows."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Bar:
    """The courses of a quarter: at least and at most so many."""

    x: int
    middle: int
    top: int
    """Of the lighter part: at most so many."""
    solid_top: int
    text: str
    quarter: str
    year: str
    is_told: bool


@dataclass(frozen=True)
class Picture:
    """The active courses, drawn."""

    description: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class CoursesPicturePage:
    """The picture alone, to take along."""

    template: ClassVar[str] = "committee/templates/courses.html"
    picture: Picture


@dataclass(frozen=True)
class FigureLine:
    """What is counted, and how many."""

    text: str
    figure: str


@dataclass(frozen=True)
class GridLine:
    """A line of a table: what, and a figure for each column."""

    text: str
    figures: tuple[str, ...]
    total: str


@dataclass(frozen=True)
class CostLine:
    """What the trial actions of a year cost."""

    year: str
    trials: str
    before: str
    after: str
    difference: str


@dataclass(frozen=True)
class CommitteePage:
    """How many courses are there, what do we try, does it go forward, and how long does it take?"""

    template: ClassVar[str] = "committee/templates/committee.html"
    until: str
    picture: Picture
    quarters: tuple[FigureLine, ...]
    trials: tuple[FigureLine, ...]
    costs: tuple[CostLine, ...]
    little_costs: str
    """Years of which nothing is told, as below."""
    progress_head: tuple[str, ...]
    progress: tuple[GridLine, ...]
    little_progress: str
    """Types of which no figure is told."""
    times_head: tuple[str, ...]
    times: tuple[GridLine, ...]
    little_times: str
    empty: str
    """Nothing at all is told; empty: something is."""
