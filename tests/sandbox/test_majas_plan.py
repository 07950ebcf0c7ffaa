"""The demo's plan of Maja, Ida and Emil tells the case: from unchanged to reached, by people, with the agreement."""

from datetime import date
from uuid import uuid4

from deploy.sandbox.municipality.plans import MAJAS_PLAN
from deploy.seed import plan_steps
from hub.course import plan_repository
from hub.course.plan_rules import entry_faults, progress_faults, still_since
from hub.course.service import open_course
from hub.db import Database
from schemas.plan import GoalProgress, NewEntry, NewProgress, PlanKind, PlanText

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
    assert agreement.parent_id in {entry.id for entry in plans["Ida"].entries if entry.kind is PlanKind.GOAL}


def test_every_line_is_as_the_pages_would_take_it() -> None:
    for line in MAJAS_PLAN:
        goal = uuid4()
        text = PlanText(words=line.words, who=line.who, due_on=line.due_on)
        assert entry_faults(NewEntry(kind=line.kind, parent_id=goal if line.goal else None, text=text), [goal]) == ()
        for said in line.progress:
            progress = NewProgress(progress=said.progress, on_day=said.day, words=said.words)
            assert progress_faults(line.kind, progress, said.day) == ()
