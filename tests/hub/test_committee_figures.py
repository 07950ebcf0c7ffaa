"""What the Sammenhængsudvalg is told: as it was known when the period ended, and never about fewer than five."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from hub.access.committee_figures import read_committee_figures, time_class
from hub.audit.repository import list_entries
from hub.clock import danish_midnight
from hub.course import plan_repository, trial_repository
from hub.course.plan_rules import goal_types
from hub.course.service import end_course
from hub.db import Database
from schemas.access import AccessRequest, Actor, AuditAction, AuditOutcome, Purpose, Role
from schemas.committee import CommitteeFigures, TimeClass
from schemas.plan import GoalProgress, NewEntry, NewProgress, PlanKind, PlanText
from schemas.staff import Band
from schemas.trial_action import NewJudgement, TrialOutcome, TrialStatus, TrialText
from tests.consents import open_course

NOW = datetime(2024, 2, 5, 9, 0, tzinfo=UTC)
REQUEST = AccessRequest(purpose=Purpose.MANAGEMENT, request_id="test")
TYPE = next(iter(goal_types()))
FIVE, TEN = Band(at_least=5, at_most=9), Band(at_least=10, at_most=14)
BEFORE = (60_000, 72_000, 48_000, 90_000, 40_000, 55_000)


def a_reader(role: Role) -> Actor:
    return Actor(id="g", name="Gitte Berg", title="leder", roles=frozenset({role}))


def read(session: Session, role: Role = Role.MANAGER, now: datetime = NOW) -> CommitteeFigures | None:
    return read_committee_figures(session, a_reader(role), REQUEST, now=now)


def told(session: Session, now: datetime = NOW) -> CommitteeFigures:
    figures = read(session, now=now)
    assert figures is not None
    return figures


def fill(session: Session, befores: Sequence[int] = BEFORE) -> list[tuple[UUID, UUID]]:
    """So many courses of one citizen each, with a goal and a trial action; their keys, and those of the goals."""
    made = []
    for before in befores:
        citizen, goal, trial = uuid4(), uuid4(), uuid4()
        course_id = open_course(session, "Et forløb", [citizen], date(2022, 2, 1))
        entry = NewEntry(kind=PlanKind.GOAL, text=PlanText(words="I skole", goal_type=TYPE))
        plan_repository.add_entry(
            session, course_id, citizen, goal, entry, by="a", now=danish_midnight(date(2023, 3, 1))
        )
        said = NewProgress(progress=GoalProgress.REACHED, on_day=date(2023, 6, 1), words="Ja")
        plan_repository.add_progress(session, goal, said, by="a", now=danish_midnight(date(2023, 6, 2)))
        text = TrialText(
            what="Én kontaktperson",
            why="Ro",
            first_day=date(2023, 1, 9),
            decided_by="teamet",
            cost_before=before,
            cost_after=before // 2,
            judge_on=date(2023, 9, 1),
        )
        day = danish_midnight(date(2023, 1, 2))
        trial_repository.add_trial(session, course_id, citizen, trial, text, by="a", now=day)
        made.append((course_id, trial))
    return made


def test_the_committee_is_told_in_bands_of_periods_that_are_over(database: Database) -> None:
    with database.transaction() as session:
        courses = fill(session)
        figures = told(session)
        assert figures.last_day == date(2023, 12, 31)
        assert [line.courses for line in figures.courses] == [FIVE] * 8
        (line,) = [each for each in figures.progress if each.goal_type == TYPE]
        assert [cell.citizens for cell in line.cells] == [FIVE, None, None, None, None]
        assert line.citizens.at_least <= 6 <= line.citizens.at_most
        assert {cell.status: cell.trials for cell in figures.trials}[TrialStatus.RUNNING] == FIVE
        (of_2023, *earlier) = figures.costs
        assert (of_2023.year, of_2023.trials, of_2023.before, of_2023.after) == (2023, FIVE, 370_000, 180_000)
        assert all(cost.trials is None and cost.before is None for cost in earlier)
        times = {cell.time: cell.goals for cell in figures.times[0].cells}
        assert times[TimeClass.UNDER_6_MONTHS] == FIVE
        assert set(times.values()) == {FIVE, None}

        # What is written after the quarter changes nothing of it.
        for course_id, trial in courses:
            stop = NewJudgement(outcome=TrialOutcome.STOP, on_day=date(2023, 12, 1), learned="Nej")
            trial_repository.add_judgement(session, trial, stop, by="a", now=NOW)
            end_course(session, course_id, date(2024, 1, 15))
        assert told(session) == figures
        later = told(session, now=datetime(2024, 4, 2, tzinfo=UTC))
        assert [line.courses for line in later.courses] == [FIVE] * 7 + [None]
        assert later.costs == figures.costs
        assert later.times == figures.times


def test_of_four_nothing_is_told_and_one_large_amount_hides_all(database: Database) -> None:
    with database.transaction() as session:
        fill(session, BEFORE[:4])
        figures = told(session)
        assert figures == told(session)
        bands = [line.courses for line in figures.courses]
        bands += [cell.citizens for line in figures.progress for cell in line.cells]
        bands += [cell.trials for cell in figures.trials] + [cost.trials for cost in figures.costs]
        bands += [cell.goals for year in figures.times for cell in year.cells]
        assert set(bands) == {None}
        assert {(cost.before, cost.after) for cost in figures.costs} == {(None, None)}
        fill(session, (1_000_000, 10_000))
        of_2023 = told(session).costs[0]
        assert (of_2023.trials, of_2023.before, of_2023.after) == (FIVE, None, None)


def test_managers_and_the_data_protection_officer_are_told_and_each_look_is_a_line(database: Database) -> None:
    with database.transaction() as session:
        for role in Role:
            assert (read(session, role) is not None) == (role in {Role.MANAGER, Role.DPO})
        lines = [logged.entry for logged in list_entries(session)]
    looks = [(line.role, line.outcome) for line in lines if line.action is AuditAction.READ_COMMITTEE_FIGURES]
    assert sorted(looks) == [
        (Role.ADMINISTRATOR, AuditOutcome.REFUSED),
        (Role.DPO, AuditOutcome.SHOWN),
        (Role.MANAGER, AuditOutcome.SHOWN),
        (Role.TEAM_MEMBER, AuditOutcome.REFUSED),
    ]


def test_times_fall_into_four_classes() -> None:
    assert [time_class(days) for days in (-3, 91, 92, 182, 183, 365, 366)] == [
        TimeClass.UNDER_3_MONTHS,
        TimeClass.UNDER_3_MONTHS,
        TimeClass.UNDER_6_MONTHS,
        TimeClass.UNDER_6_MONTHS,
        TimeClass.UNDER_12_MONTHS,
        TimeClass.UNDER_12_MONTHS,
        TimeClass.LONGER,
    ]
