"""What lies ahead within a year, on *Mine borgere* and the timeline: what the lines say and what is true."""

import re
from collections.abc import Callable, Iterator
from datetime import date

from deploy.sandbox.municipality.truth import Person
from tests.truth.facts import Fact
from tests.truth.oracle import Oracle
from tests.truth.wording import age, first

FAR = r"(?:, (?:om .+|for .+ siden|i dag|i morgen|i går))?"
LINES = (
    ("adult", rf"(.+) fylder 18 den (.+?){FAR}"),
    ("leaves", rf"(.+) slutter 9\. klasse den (.+?){FAR}"),
    ("move", rf"En anden kommune er myndighed for (.+) fra den (.+?){FAR}"),
    ("ends", r"(.+) slutter den (.+), og der er ikke registreret en ny indsats inden for .+"),
)
LAST_GRADE = 9


def read_transition(text: str, day_of: Callable[[str], str]) -> Fact | None:
    """What a line says; None: no pattern reads it."""
    for rule, pattern in LINES:
        said = re.fullmatch(pattern, text)
        if said:
            return Fact(rule, said.group(1), day_of(said.group(2)))
    return None


def true_transitions(oracle: Oracle, person: Person, shown: frozenset[str]) -> Iterator[Fact]:
    """What lies ahead for one person, as far as the reader sees the area that tells it."""
    if age(person.born, oracle.day) == "17 år" and not person.died_on:
        is_clear = not oracle.sources_disagree(person)
        yield Fact("adult", first(person), full_age(person).isoformat(), optional=not is_clear)
    enrolment = oracle.enrolment(person)
    if enrolment is not None and "school" in shown and enrolment.grade == LAST_GRADE:
        yield Fact("leaves", first(person), date(enrolment.start_year + 1, 7, 31).isoformat())
    if person.id in oracle.not_ours and "employment" in shown:
        # Since when, the job centre does not say: from the day on which it was read.
        yield Fact("move", first(person), oracle.day.isoformat())
    for effort in oracle.efforts(person):
        if effort.area in shown and effort.end is None and effort.expected_end:
            subject = f"{effort.title} for {first(person)}"
            yield Fact("ends", subject, effort.expected_end.isoformat(), optional=True)


def full_age(person: Person) -> date:
    """The eighteenth birthday; 1 March for who was born on a leap day."""
    leap = (person.born.month, person.born.day) == (2, 29)
    born = date(person.born.year, 3, 1) if leap else person.born
    return born.replace(year=person.born.year + 18)
