"""What the Sammenhængsudvalg is told: courses, trial actions and what they cost, progress, and time to the goal.

Decided and logged; in numbers that point at nobody (``hub.course.small_groups``), of periods that are over.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from hub.access.audit_entry import audit_entry
from hub.access.policy import may
from hub.audit.service import write
from hub.clock import danish_day, danish_midnight
from hub.course import committee_repository as repository
from hub.course.committee_repository import CountOf, GoalTime, TrialCost
from hub.course.plan_rules import goal_types
from hub.course.small_groups import amount_of, band_of, quarters_until, total_of
from schemas.access import AccessRequest, Actor, AuditAction, AuditOutcome
from schemas.committee import (
    CommitteeFigures,
    GoalTypeProgress,
    ProgressCell,
    QuarterCourses,
    TimeCell,
    TimeClass,
    TrialCell,
    YearCosts,
    YearTimes,
)
from schemas.plan import GoalProgress
from schemas.trial_action import TrialStatus

QUARTERS = 8
YEARS = 3
NONE_COUNTED = CountOf(0, 0)
_UP_TO = {91: TimeClass.UNDER_3_MONTHS, 182: TimeClass.UNDER_6_MONTHS, 365: TimeClass.UNDER_12_MONTHS}
"""So many days at most."""
_PROGRESS = (GoalProgress.REACHED, GoalProgress.BETTER, GoalProgress.UNCHANGED, GoalProgress.WORSE, None)
_STATUS = (TrialStatus.PLANNED, TrialStatus.RUNNING, TrialStatus.ENDED, TrialStatus.STOPPED, TrialStatus.PERMANENT)


def read_committee_figures(
    session: Session, actor: Actor, request: AccessRequest, *, now: datetime
) -> CommitteeFigures | None:
    """The figures of the latest quarter that is over, and of the years before. None: refused."""
    is_allowed = may(actor, AuditAction.READ_COMMITTEE_FIGURES)
    outcome = AuditOutcome.SHOWN if is_allowed else AuditOutcome.REFUSED
    write(session, audit_entry(actor, AuditAction.READ_COMMITTEE_FIGURES, outcome, request, now))
    return _figures(session, danish_day(now)) if is_allowed else None


def _figures(session: Session, today: date) -> CommitteeFigures:
    days = quarters_until(today, QUARTERS)
    on = days[-1]
    until = danish_midnight(on + timedelta(days=1))
    years = [today.year - back for back in range(1, YEARS + 1)]
    courses = repository.count_courses(session, days)
    trials = repository.count_trials(session, on, until)
    costs, times = repository.list_costs(session, years), repository.list_times(session, years)
    return CommitteeFigures(
        last_day=on,
        courses=tuple(QuarterCourses(last_day=day, courses=band_of(*courses.get(day, NONE_COUNTED))) for day in days),
        progress=_progress(repository.count_progress(session, on, until)),
        trials=tuple(TrialCell(status=status, trials=band_of(*trials.get(status, NONE_COUNTED))) for status in _STATUS),
        costs=tuple(_costs(year, (cost for cost in costs if cost.year == year)) for year in years),
        times=tuple(_times(year, [time for time in times if time.year == year]) for year in years),
    )


def _progress(counts: dict[tuple[str, GoalProgress | None], int]) -> tuple[GoalTypeProgress, ...]:
    """Every type, whether anybody has a goal of it or not."""
    lines = []
    for goal_type in (*goal_types(), ""):
        numbers = [counts.get((goal_type, progress), 0) for progress in _PROGRESS]
        bands = [band_of(number, number) for number in numbers]
        cells = tuple(
            ProgressCell(progress=progress, citizens=band) for progress, band in zip(_PROGRESS, bands, strict=True)
        )
        lines.append(GoalTypeProgress(goal_type=goal_type, cells=cells, citizens=total_of(bands, sum(numbers))))
    return tuple(lines)


def _costs(year: int, costs: Iterable[TrialCost]) -> YearCosts:
    before: Counter[UUID] = Counter()
    after: Counter[UUID] = Counter()
    number = 0
    for cost in costs:
        number += 1
        before[cost.citizen_id] += cost.before
        after[cost.citizen_id] += cost.after
    return YearCosts(
        year=year,
        trials=band_of(number, len(before)),
        before=amount_of(before.values()),
        after=amount_of(after.values()),
    )


def _times(year: int, times: Iterable[GoalTime]) -> YearTimes:
    citizens: dict[TimeClass, list[UUID]] = defaultdict(list)
    for time in times:
        citizens[time_class(time.days)].append(time.citizen_id)
    return YearTimes(
        year=year,
        cells=tuple(
            TimeCell(time=each, goals=band_of(len(citizens[each]), len(set(citizens[each])))) for each in TimeClass
        ),
    )


def time_class(days: int) -> TimeClass:
    """In which class so many days lie. Pure."""
    return next((each for most, each in _UP_TO.items() if days <= most), TimeClass.LONGER)
