"""What lies ahead for somebody, in words: which transition, when, what must be planned, by whom. Pure.

Of an effort that ends it is told where none of the same area takes over, as far as all of that area is seen.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from hub.clock import danish_day
from hub.overview.efforts import EffortState
from hub.rules.conditions import Met, last_day
from hub.rules.extraction import extract_facts
from hub.rules.facts import CourseState, EffortSpan, RuleInputs
from hub.rules.overlaps import no_successor
from hub.rules.transitions import (
    FULL_AGE,
    TRANSITION_INPUTS,
    Transition,
    TransitionKind,
    birthday,
    duty_of,
    list_transitions,
)
from hub.web.shell import texts
from hub.web.shell.dates import distance, long_day_text, near_day_text, within
from hub.web.shell.people import FirstNames
from schemas.facts import EffortFact, EnrolmentFact
from schemas.overview import Entry, Overview

NO_COURSE = CourseState(id="course", has_course=False, has_lead=False)
"""No transition asks for the course."""


@dataclass(frozen=True)
class TransitionLine:
    """A transition that lies ahead."""

    text: str
    on_paper: str
    """The same with the whole date, and without how far away it is."""
    plan: tuple[str, ...]
    """What must be planned."""
    by: str
    source: str
    """Law or principle."""


def turning_18(born: date, today: date) -> str:
    """``fylder 18 den 3. marts 2024, om 5 måneder``."""
    day = birthday(born, born.year + FULL_AGE)
    return f"fylder {FULL_AGE} den {near_day_text(day, today)}, {distance(day, today)}"


def duty_line(kind: TransitionKind, today: date) -> TransitionLine | None:
    """What must be planned for every transition of the kind; None: nothing is set down."""
    duty = duty_of(kind, today)
    return TransitionLine("", "", duty.plan, duty.by, duty.source) if duty else None


def transition_lines(people: Sequence[Overview], names: FirstNames, now: datetime) -> tuple[TransitionLine, ...]:
    """What lies ahead for these people within a year, the nearest first, each transition once."""
    return tuple(line for _, line in dated_transitions(people, names, now))


def dated_transitions(
    people: Sequence[Overview], names: FirstNames, now: datetime
) -> tuple[tuple[date | None, TransitionLine], ...]:
    """The same, each with its day; None: of none, or nobody knows it."""
    lines: dict[tuple[date, str], TransitionLine] = {}
    for person in people:
        name = names.of(person.citizen_id) or "Borgeren"
        for transition in _ahead(person, now):
            entry = next((each for each in person.entries() if each.id == transition.fact.id), None)
            line = _line(transition, entry, name, names, danish_day(now))
            lines.setdefault((transition.on or date.max, line.text), line)
    ordered = sorted(lines.items(), key=lambda item: item[0])
    return tuple((None if on == date.max else on, line) for (on, _), line in ordered)


def _ahead(person: Overview, now: datetime) -> Iterator[Transition]:
    inputs = extract_facts(person, NO_COURSE, now, own_area=None, kinds=TRANSITION_INPUTS).only(TRANSITION_INPUTS)
    yield from list_transitions(inputs)
    yield from _endings(inputs)


def _endings(inputs: RuleInputs) -> Iterator[Transition]:
    """Efforts that run and end soon, after which none of the same area is registered."""
    for answer in no_successor(inputs, 0):
        if isinstance(answer, Met):
            (effort,) = answer.facts
            if isinstance(effort, EffortSpan) and effort.state is EffortState.ONGOING and not effort.is_placement:
                last = last_day(effort)
                if last is not None and last >= inputs.today:
                    yield Transition(TransitionKind.EFFORT_ENDS, last, effort)


def _line(transition: Transition, entry: Entry | None, name: str, names: FirstNames, today: date) -> TransitionLine:
    on, kind = transition.on, transition.kind
    duty = duty_of(kind, today)
    words = {"name": name, "what": "", "for_whom": "", "area": ""}
    if entry is not None:
        whose = names.primary(entry)
        words["for_whom"] = f" for {whose}" if whose else ""
        words["area"] = within(texts.AREA[entry.area])
        words["what"] = _what(entry)
    template = texts.TRANSITION[kind]
    far = f", {distance(on, today)}" if on else ""
    return TransitionLine(
        text=template.format(**words, day=near_day_text(on, today) if on else "", far=far),
        on_paper=template.format(**words, day=long_day_text(on) if on else "", far=""),
        plan=duty.plan if duty else (),
        by=duty.by if duty else "",
        source=duty.source if duty else "",
    )


def _what(entry: Entry) -> str:
    match entry.fact:
        case EffortFact(title=title):
            return title
        case EnrolmentFact() as fact:
            return fact.school.name
    return ""
