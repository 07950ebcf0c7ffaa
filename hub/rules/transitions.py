"""Transitions (overgange) that lie ahead, a year before they come: which, when, and from which fact. Pure.

What must be planned then, by whom and by which law stands as dated data in ``transitions.toml``.
"""

import tomllib
from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from hub.overview.efforts import EffortState
from hub.rules.facts import Birth, EffortSpan, EnrolmentSpan, FactKind, Move, RuleFact, RuleInputs
from schemas.base import Schema
from schemas.period import Period

MOVE_REMEMBERED = timedelta(days=60)
"""So long after it a move is still one to be handed over."""
FULL_AGE = 18
LAST_GRADE = 9
TRANSITION_INPUTS = frozenset({FactKind.BIRTH, FactKind.EFFORT, FactKind.ENROLMENT, FactKind.MOVE})


class TransitionKind(StrEnum):
    """Which transition."""

    FULL_AGE = "full_age"
    SCHOOL_CHANGE = "school_change"
    SCHOOL_LEAVING = "school_leaving"
    PLACEMENT_ENDS = "placement_ends"
    MOVE = "move"
    EFFORT_ENDS = "effort_ends"


class Transition(NamedTuple):
    """A transition that lies ahead."""

    kind: TransitionKind
    on: date | None
    """The last day before it, of what ends; the day itself, of the others. None: no day is known."""
    fact: RuleFact


class TransitionDuty(Schema):
    """What must be planned for a transition, in Danish."""

    kind: TransitionKind
    valid: Period
    plan: tuple[str, ...]
    """What must be planned."""
    by: str
    """By whom."""
    source: str
    """Law or principle."""


def list_transitions(inputs: RuleInputs) -> Iterator[Transition]:
    """What comes within a year; of a move also what came in the last two months."""
    today = inputs.today
    horizon = birthday(today, today.year + 1)
    for birth in inputs.of(Birth):
        day = birthday(birth.born, birth.born.year + FULL_AGE)
        if today < day <= horizon:
            yield Transition(TransitionKind.FULL_AGE, day, birth)
    yield from _of_school(inputs.of(EnrolmentSpan), today, horizon)
    for effort in inputs.of(EffortSpan):
        if effort.is_placement and effort.state is EffortState.ONGOING and effort.end is not None:
            last = effort.end - timedelta(days=1)
            if today <= last <= horizon:
                yield Transition(TransitionKind.PLACEMENT_ENDS, last, effort)
    for move in inputs.of(Move):
        if move.on is not None and today - MOVE_REMEMBERED <= move.on <= horizon:
            yield Transition(TransitionKind.MOVE, move.on, move)


def _of_school(enrolments: list[EnrolmentSpan], today: date, horizon: date) -> Iterator[Transition]:
    current = [each for each in enrolments if _contains(each, today)]
    for enrolment in current:
        if enrolment.grade == LAST_GRADE and enrolment.end is not None and enrolment.end <= horizon:
            yield Transition(TransitionKind.SCHOOL_LEAVING, enrolment.end - timedelta(days=1), enrolment)
    schools = {each.school_key for each in current}
    for enrolment in enrolments:
        starts = enrolment.start
        if current and starts and today < starts <= horizon and enrolment.school_key not in schools:
            yield Transition(TransitionKind.SCHOOL_CHANGE, starts, enrolment)


def _contains(enrolment: EnrolmentSpan, day: date) -> bool:
    return (enrolment.start is None or enrolment.start <= day) and (enrolment.end is None or day < enrolment.end)


def birthday(born: date, year: int) -> date:
    """The birthday in that year; 1 March for who was born on 29 February, in other years."""
    try:
        return born.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


@cache
def _duties() -> tuple[TransitionDuty, ...]:
    rows = tomllib.loads((files("hub.rules") / "transitions.toml").read_text(encoding="utf-8"))["duty"]
    return tuple(
        TransitionDuty.model_validate(
            {key: value for key, value in row.items() if key not in {"valid_from", "valid_to"}}
            | {"valid": {"start": row.get("valid_from"), "end": row.get("valid_to")}}
        )
        for row in rows
    )


def duty_of(kind: TransitionKind, on: date) -> TransitionDuty | None:
    """What must be planned for the transition, by the law of that day; None: nothing is set down."""
    return next((duty for duty in _duties() if duty.kind is kind and duty.valid.contains(on)), None)
