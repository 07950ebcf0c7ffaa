"""The demo's plan of Maja, Ida and Emil tells the case: from unchanged to reached, by people, with the agreement."""

from datetime import UTC, date, datetime
from uuid import uuid4

from sqlalchemy import select

from deploy.sandbox.municipality.generate import cohorts
from deploy.sandbox.municipality.plans import MAJAS_PLAN
from deploy.sandbox.municipality.staff import staff
from deploy.seed import effort_steps, plan_steps
from hub.course import plan_repository
from hub.course.plan_rules import entry_faults, progress_faults, still_since
from hub.course.service import open_course
from hub.db import Database
from hub.overview.tables import OverviewRow
from schemas.period import Period
from schemas.plan import GoalProgress, NewEntry, NewProgress, PlanKind, PlanState, PlanText
from tests.factories import make_effort, make_person, make_record
from tests.processing import process_records

NAMES = ("Maja", "Ida", "Emil")


def test_the_goals_go_from_unchanged_to_reached_and_the_agreement_stands(database: Database) -> None:
    citizens = {name: uuid4() for name in NAMES}
    with database.transaction() as session:
        course_id = open_course(session, "Maja, Ida og Emil", citizens.values(), date(2023, 3, 12))
        lines = [(citizens[line.given], line) for line in MAJAS_PLAN]
        for _, write_it in sorted(plan_steps(course_id, lines), key=lambda step: step[0]):
            assert write_it(session)
        plans = {name: plan_repository.read_plan(session, course_id, key) for name, key in citizens.items()}
    for name, plan in plans.items():
        goals = [entry for entry in plan.entries if entry.kind is PlanKind.GOAL]
        assert len(goals) == 1, name
        (goal,) = goals
        said = [progress.progress for progress in reversed(goal.progress)]
        assert said == [GoalProgress.UNCHANGED, GoalProgress.BETTER, GoalProgress.REACHED], name
        assert still_since(goal, date(2025, 12, 1)) is None
    agreement = next(entry for entry in plans["Ida"].entries if entry.kind is PlanKind.AGREEMENT)
    assert "300 kr." in agreement.text.words
    assert (agreement.text.who, agreement.versions[0].by) == ("Ida, Mads Krogh og Karim Nielsen", "karim.nielsen")
    assert agreement.parent_id in {entry.id for entry in plans["Ida"].entries if entry.kind is PlanKind.GOAL}
    # What worried is gone, and what works and their own words stand in its place.
    for name, plan in plans.items():
        open_kinds = [entry.kind for entry in plan.entries if entry.text.state is PlanState.OPEN]
        assert PlanKind.CONCERN not in open_kinds, name
    assert [entry.text.words for entry in plans["Maja"].entries if entry.kind is PlanKind.WISH][-1].startswith(
        "Jeg er glad for mit job"
    )
    assert "Ida har brugt sin belønning på bøger" in {entry.text.words for entry in plans["Ida"].entries}


def test_the_coordinator_comes_with_a_reason_before_the_agreement_and_the_job_after_it() -> None:
    course = staff().courses[0]
    (coordinator,) = [member for member in course.team if member.function == "citizen_coordinator"]
    (agreement,) = [line for _, line in course.plan if "300 kr." in line.words]
    first_job = next(event for event in cohorts().events if event.words == "Første ordinære job")
    assert (coordinator.employee, coordinator.reason) == ("karim.nielsen", "progressionen udeblev")
    assert course.started_on < coordinator.start < agreement.day < first_job.day


def test_every_line_is_as_the_pages_would_take_it() -> None:
    for line in MAJAS_PLAN:
        goal = uuid4()
        text = PlanText(words=line.words, who=line.who, due_on=line.due_on)
        assert entry_faults(NewEntry(kind=line.kind, parent_id=goal if line.goal else None, text=text), [goal]) == ()
        for said in line.progress:
            progress = NewProgress(progress=said.progress, on_day=said.day, words=said.words)
            assert progress_faults(line.kind, progress, said.day) == ()


def test_efforts_of_sources_serve_the_goals_as_soon_as_a_source_has_told_them(
    database: Database, digest_key: bytes
) -> None:
    now, (idas,) = datetime(2023, 9, 12, 7, 0, tzinfo=UTC), [line for line in MAJAS_PLAN if len(line.efforts) == 2]
    process_records(database, [make_person()], digest_key=digest_key, now=now)
    with database.transaction() as session:
        citizen_id = session.scalars(select(OverviewRow.citizen_id)).one()
        course_id = open_course(session, "Ida", [citizen_id], date(2023, 3, 12))
        plan_steps(course_id, [(citizen_id, idas)])[0][1](session)
        ((_, first), _) = efforts = effort_steps(course_id, [(citizen_id, idas)])
        assert not first(session), "no source has told of it"
    treatment = make_record(fact=make_effort("Familiebehandling"), valid=Period(start=date(2019, 9, 14)))
    process_records(database, [treatment], digest_key=digest_key, now=now)
    with database.transaction() as session:
        assert [attach(session) for _, attach in efforts] == [True, False]
        (goal,) = plan_repository.read_plan(session, course_id, citizen_id).entries
        assert len(goal.effort_ids) == 1
