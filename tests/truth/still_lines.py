"""What *Mine borgere* says of plans in which something stands still or waits, and what it should say."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from deploy.sandbox.municipality.plans import PlanLine
from deploy.sandbox.municipality.staff import Course
from deploy.sandbox.municipality.trial_actions import TrialLine
from deploy.sandbox.municipality.truth import Person
from schemas.plan import GoalProgress, PlanKind
from schemas.trial_action import TrialOutcome
from tests.truth.facts import Fact
from tests.truth.wording import first

STANDS_STILL_AFTER = timedelta(days=90)
SHOWN = 3
"""So many lines a family has."""
_SAID = re.compile(
    r"(.+?): (målet|aftalen|prøvehandlingen) ”(.+)”(?: \(.+\))?"
    r"(?:: ingen har skrevet, at det går bedre, siden| skulle være holdt| skulle være vurderet| skal vurderes) (.+)"
)


def read_still(of: str, text: str, day_of: Callable[[str], str]) -> Fact | None:
    """What a line says; None: no pattern reads it."""
    more = re.fullmatch(r"og (\d+) til", text)
    if more:
        return Fact("mine.more_still", of, more.group(1))
    said = _SAID.fullmatch(text)
    return said and Fact("mine.still", f"{of}: {said.group(1)} · {said.group(2)} · {said.group(3)}", day_of(said[4]))


def true_still(course: Course, people: list[Person], of: str, today: date) -> Iterator[Fact]:
    """What waits in the plans of those whom the reader meets on the team; three lines are shown."""
    lines = []
    for person in people:
        name = first(person)
        for cpr, line in course.plan:
            if cpr == person.cpr and line.day <= today and (day := _waits_since(line, today)):
                what = "aftalen" if line.kind is PlanKind.AGREEMENT else "målet"
                lines.append((day, f"{of}: {name} · {what} · {line.words}"))
        for cpr, trial in course.trials:
            if cpr == person.cpr and trial.day <= today and (day := _to_judge(trial, today)):
                lines.append((day, f"{of}: {name} · prøvehandlingen · {trial.what}"))
    is_cut = len(lines) > SHOWN
    yield from (Fact("mine.still", words, str(day), optional=is_cut) for day, words in lines)
    if is_cut:
        yield Fact("mine.more_still", of, str(len(lines) - SHOWN))


def _waits_since(line: PlanLine, today: date) -> date | None:
    if line.closed is not None and line.closed.day <= today:
        return None
    if line.kind is PlanKind.AGREEMENT:
        return line.due_on if line.due_on and line.due_on < today else None
    if line.kind is not PlanKind.GOAL:
        return None
    said = [each for each in line.progress if each.day <= today]
    if said and said[-1].progress is GoalProgress.REACHED:
        return None
    forward = [each.day for each in said if each.progress in {GoalProgress.BETTER, GoalProgress.REACHED}]
    since = max([line.day, *forward])
    return since if today - since > STANDS_STILL_AFTER else None


def _to_judge(trial: TrialLine, today: date) -> date | None:
    judged = [each for each in trial.judged if each.day <= today]
    if judged and judged[-1].outcome is not TrialOutcome.CONTINUE:
        return None
    day = (judged[-1].next_on if judged else None) or trial.judge_on
    return day if day <= today else None
