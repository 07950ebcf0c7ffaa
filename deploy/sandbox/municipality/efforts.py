"""Efforts of an ordinary person over the years: spells of help with pauses, stationary over the years.

Calibration (public estimates): 29 % of citizens have an ongoing effort, 1.4 efforts each; citizens with
a coordinated course have 4.5, between 2 and 10.
"""

from datetime import date, timedelta
from random import Random

from deploy.sandbox.municipality import catalogue, names
from deploy.sandbox.municipality.households import HISTORY_START, HORIZON
from deploy.sandbox.municipality.people import age
from deploy.sandbox.municipality.truth import Effort, Person, Plan

_ACTIVE_SHARE = 0.285
_SPELL_DAYS = (365, 1460)
_OFTEN = (72, 19, 7, 2)
"""Weights of one, two, three, four efforts at a time: 1.4 on average."""
_COORDINATED = (10, 22, 24, 18, 12, 7, 4, 2, 1)
"""Weights of two to ten efforts at a time: 4.5 on average."""
_OLD_AGE, _ADULT_AGE = 67, 18
_IDS_PER_PERSON = 1000


def efforts_of(rng: Random, person: Person) -> tuple[tuple[Effort, ...], tuple[Plan, ...]]:
    """All efforts and plans of one person between the start of the history and the horizon."""
    efforts: list[Effort] = []
    plans: list[Plan] = []
    stop = min(day for day in (person.died_on, person.moved_out_on, HORIZON) if day)
    for start, end in _spells(rng, person, stop):
        count = _count(rng, person)
        if count == 0:
            continue
        last = min(end, stop)
        for _ in range(count):
            efforts.append(_effort(rng, person, len(efforts), (start, last)))
        plans.extend(_plans(efforts[-count:], person, start, last, len(plans)))
    return tuple(efforts), tuple(plans)


def _spells(rng: Random, person: Person, stop: date) -> list[tuple[date, date]]:
    """Times in which something is going on; a coordinated citizen has one long one."""
    first = max(HISTORY_START, person.born)
    if person.coordinated:
        return [(first + timedelta(days=rng.randint(0, 900)), HORIZON)]
    mean = sum(_SPELL_DAYS) / 2
    pause = mean * (1 - _ACTIVE_SHARE) / _ACTIVE_SHARE
    day = HISTORY_START - timedelta(days=rng.randint(0, int(mean + pause)))
    spells = []
    while day < stop:
        length = rng.randint(*_SPELL_DAYS)
        start, end = max(day, first), day + timedelta(days=length)
        if start < min(end, stop):
            spells.append((start, end))
        day = end + timedelta(days=rng.randint(0, int(2 * pause)))
    return spells


def _count(rng: Random, person: Person) -> int:
    if person.coordinated:
        return rng.choices(range(2, 2 + len(_COORDINATED)), _COORDINATED)[0]
    return rng.choices(range(1, 1 + len(_OFTEN)), _OFTEN)[0]


def _effort(rng: Random, person: Person, index: int, spell: tuple[date, date]) -> Effort:
    start, end = spell
    years = age(person.born, start)
    pool = catalogue.CHILD if years < _ADULT_AGE else catalogue.OLD if years >= _OLD_AGE else catalogue.ADULT
    kind = rng.choice(pool)
    start_day = min(start + timedelta(days=rng.randint(0, 60)), end - timedelta(days=1))
    return Effort(
        id=person.id * _IDS_PER_PERSON + index,
        person=person.id,
        area=kind.area,
        title=kind.title,
        start=max(start_day, start),
        end=end,
        unit=kind.unit,
        paragraph=kind.paragraph_on(start),
        code=kind.code,
        kle=kind.kle,
        authority=_authority(kind.area, adult=years >= _ADULT_AGE),
        worker=rng.choice(names.WORKERS),
        purpose=rng.choice(catalogue.PURPOSES),
        extent=rng.choice(catalogue.EXTENTS),
        expected_end=end + timedelta(days=30),
        next_follow_up=start + timedelta(days=180),
    )


def _authority(area: str, *, adult: bool) -> str:
    if area == "social":
        return "social:200" if adult else "social:100"
    return {"health": "health:310", "employment": "employment:400", "school": "school:500"}[area]


def _plans(efforts: list[Effort], person: Person, start: date, end: date, index: int) -> list[Plan]:
    """One plan for each area that does something: two or more areas mean overlapping plans."""
    adult = age(person.born, start) >= _ADULT_AGE
    areas = sorted({effort.area for effort in efforts})
    return [
        Plan(
            id=person.id * _IDS_PER_PERSON + index + offset,
            person=person.id,
            area=area,
            title=catalogue.PLANS[f"social_{'adult' if adult else 'child'}" if area == "social" else area],
            start=start,
            end=end,
            due=start + timedelta(days=120),
        )
        for offset, area in enumerate(areas)
    ]
