"""What the Sammenhængsudvalg (the committee for coordinated courses) is told in numbers, without a word about whom."""

from datetime import date
from enum import StrEnum

from schemas.base import Schema
from schemas.plan import GoalProgress
from schemas.staff import Band
from schemas.trial_action import TrialStatus


class TimeClass(StrEnum):
    """How long it took from the day on which a goal was written until it was reached first."""

    UNDER_3_MONTHS = "under_3_months"
    UNDER_6_MONTHS = "under_6_months"
    UNDER_12_MONTHS = "under_12_months"
    LONGER = "longer"


class QuarterCourses(Schema):
    """How many courses were active on the last day of a quarter; None: fewer than five."""

    last_day: date
    courses: Band | None


class ProgressCell(Schema):
    """Of how many citizens the goals of a type stand so; None: of fewer than five."""

    progress: GoalProgress | None
    """The latest word on a goal of the type; None: nobody has said how it goes."""
    citizens: Band | None


class GoalTypeProgress(Schema):
    """How it goes with the goals of one type: each citizen with such a goal counts once."""

    goal_type: str
    """A code of KL's types of goals; empty: none was chosen."""
    cells: tuple[ProgressCell, ...]
    citizens: Band
    """All of them together, told so that it tells nothing more of a part of them."""


class TrialCell(Schema):
    """How many trial actions stand so; None: they are of fewer than five citizens."""

    status: TrialStatus
    trials: Band | None


class YearCosts(Schema):
    """What the trial actions that were agreed in a year cost, by what their teams wrote until it ended."""

    year: int
    trials: Band | None
    """Those with both amounts; None: they are of fewer than five citizens."""
    before: int | None
    """Kroner a year, all together, rounded; None: it would tell what a single citizen costs."""
    after: int | None


class TimeCell(Schema):
    """How many goals were reached within a time; None: they are of fewer than five citizens."""

    time: TimeClass
    goals: Band | None


class YearTimes(Schema):
    """How long it took until the goals were reached that people entered as reached in a year."""

    year: int
    cells: tuple[TimeCell, ...]


class CommitteeFigures(Schema):
    """Everything that the committee is told, of a quarter and of years that are over; the same for whoever looks."""

    last_day: date
    """Of the quarter."""
    courses: tuple[QuarterCourses, ...]
    """The latest quarter last."""
    progress: tuple[GoalTypeProgress, ...]
    trials: tuple[TrialCell, ...]
    costs: tuple[YearCosts, ...]
    """The latest year first, as below."""
    times: tuple[YearTimes, ...]
