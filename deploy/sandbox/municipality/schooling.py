"""School and class of every child, and the absence of ordinary children.

Calibration (public figures): pupils are away on about 7 percent of the school days, half of it ill, a third with
permission, the rest unlawful; one pupil in five is away more than 10 percent.
"""

from collections.abc import Iterable
from random import Random

from connectors.sources.school.calendar import Quarter, school_days
from deploy.sandbox.municipality.names import WORKERS
from deploy.sandbox.municipality.truth import Absence, Enrolment, Person

SCHOOLS = ("school:500", "school:520", "school:530")
"""Units that are schools; a household's children go to the same."""
FIRST_YEAR, LAST_YEAR = 2014, 2026
SCHOOL_AGE, LAST_GRADE = 6, 9
ABSENCE_FROM = Quarter(2022, 3)
"""Ordinary children's absence is known from here on."""
_KINDS = (("SICK", 3.0), ("PERMITTED", 1.6), ("UNLAWFUL", 0.6))
"""Days of a quarter on average."""
_WORRYING = 0.2


def enrolments_of(person: Person) -> tuple[Enrolment, ...]:
    """Every school year of a child from the age of six to the ninth class."""
    stop = min(day for day in (person.died_on, person.moved_out_on, None) if day) if _ends(person) else None
    school = SCHOOLS[0] if person.id < 1000 else SCHOOLS[len(person.family) % len(SCHOOLS)]  # noqa: PLR2004  the named people
    track = "AB"[person.id % 2]
    enrolments = []
    for grade in range(LAST_GRADE + 1):
        year = person.born.year + SCHOOL_AGE + grade
        if not FIRST_YEAR <= year <= LAST_YEAR or (stop is not None and stop.year <= year):
            continue
        enrolments.append(
            Enrolment(
                id=person.id * 10_000 + year,
                person=person.id,
                start_year=year,
                school=school,
                grade=grade,
                group=f"{grade}{track}",
                teacher=WORKERS[(grade * 2 + (track == "B") + len(school)) % len(WORKERS)],
            )
        )
    return tuple(enrolments)


def absences_of(rng: Random, person: Person, enrolments: Iterable[Enrolment]) -> tuple[Absence, ...]:
    """Absence of an ordinary child, quarter by quarter."""
    often = 3.0 if rng.random() < _WORRYING else 0.7
    absences: list[Absence] = []
    for enrolment in enrolments:
        for quarter in _quarters(enrolment.start_year):
            for kind, mean in _KINDS:
                days = min(int(rng.expovariate(1 / (mean * often))), school_days(quarter) // 3)
                if quarter >= ABSENCE_FROM and days:
                    absences.append(
                        Absence(
                            id=person.id * 1000 + len(absences),
                            person=person.id,
                            year=quarter.year,
                            quarter=quarter.number,
                            kind=kind,
                            days=days,
                            school_days=school_days(quarter),
                            school=enrolment.school,
                        )
                    )
    return tuple(absences)


def _quarters(start_year: int) -> tuple[Quarter, ...]:
    """The quarters of a school year; the summer quarter belongs to the year that begins in it."""
    return (
        Quarter(start_year, 3), Quarter(start_year, 4), Quarter(start_year + 1, 1), Quarter(start_year + 1, 2),
    )  # fmt: skip


def _ends(person: Person) -> bool:
    return person.died_on is not None or person.moved_out_on is not None
