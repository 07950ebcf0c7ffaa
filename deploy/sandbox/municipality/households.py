"""One household: adults, children and their relations. Calibrated to 21 % children at any date 2014-2026."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from deploy.sandbox.municipality.people import Numbers, address, family_name, given_name
from deploy.sandbox.municipality.truth import Person, Relation

HISTORY_START = date(2013, 9, 1)
HORIZON = date(2027, 1, 1)
"""Nothing happens after this day in the made-up world."""
_KINDS = (("single", 40), ("couple", 28), ("family", 22), ("single_parent", 10))
_CHILD_BIRTHS = (date(2003, 1, 1), date(2026, 12, 31))
_PROTECTED_SHARE = 0.015
_DEATH_SHARE, _MOVE_SHARE = 0.05, 0.06
_COORDINATED_SHARE = 0.012
_SHARED_NAME = 0.7
_OLD = date(1950, 1, 1)


@dataclass(frozen=True, slots=True)
class Household:
    """People under one roof, with the relations between them."""

    people: tuple[Person, ...]
    relations: tuple[Relation, ...]


def household(rng: Random, first_id: int, numbers: Numbers) -> Household:
    """A household whose members take ids from *first_id* on."""
    kind = rng.choices([name for name, _ in _KINDS], [weight for _, weight in _KINDS])[0]
    street, postal_code, town = address(rng)
    family = family_name(rng)
    has_children = kind in {"family", "single_parent"}
    youngest, oldest = (date(1970, 1, 1), date(1984, 12, 31)) if has_children else (date(1936, 1, 1), date(2004, 1, 1))
    protected = frozenset({"social", "health"}) if rng.random() < _PROTECTED_SHARE else frozenset[str]()
    coordinated = rng.random() < _COORDINATED_SHARE

    def member(index: int, born: date, name: str, *, female: bool) -> Person:
        return Person(
            id=first_id + index,
            cpr=numbers.next(born, female=female),
            given=given_name(rng, female=female),
            family=name,
            born=born,
            female=female,
            street=street,
            postal_code=postal_code,
            town=town,
            protected_in=protected,
            coordinated=coordinated,
        )

    first_female = rng.random() < (0.85 if kind == "single_parent" else 0.5)
    born = _between(rng, youngest, oldest)
    people = [member(0, born, family, female=first_female)]
    if kind in {"couple", "family"}:
        other_born = born + timedelta(days=rng.randint(-1800, 1800))
        other = family if rng.random() < _SHARED_NAME else family_name(rng)
        people.append(member(1, other_born, other, female=not first_female))
    adults = tuple(people)
    if has_children:
        born_on = _between(rng, *_CHILD_BIRTHS)
        for _ in range(rng.choices((1, 2, 3), (35, 45, 20) if kind == "family" else (50, 38, 12))[0]):
            if born_on > _CHILD_BIRTHS[1]:
                born_on -= timedelta(days=24 * 365)
            people.append(member(len(people), born_on, family, female=rng.random() < 1 / 2))
            born_on += timedelta(days=rng.randint(500, 1500))
    people = [_fate(rng, person) if person in adults else person for person in people]
    return Household(tuple(people), _relations(tuple(people), len(adults)))


def _fate(rng: Random, person: Person) -> Person:
    """A few die, mostly the old, and a few leave the municipality."""
    draw = rng.random()
    share = 3 * _DEATH_SHARE if person.born < _OLD else _DEATH_SHARE / 5
    day = _between(rng, HISTORY_START, HORIZON)
    if draw < share:
        return replace(person, died_on=day)
    return replace(person, moved_out_on=day) if draw < share + _MOVE_SHARE else person


def _relations(people: tuple[Person, ...], adults: int) -> tuple[Relation, ...]:
    relations: list[Relation] = []

    def relate(person: Person, other: Person, kind: str, *, custody: bool | None = None) -> None:
        start = max(person.born, other.born)
        relations.append(
            Relation(
                id=person.id * 10 + len([relation for relation in relations if relation.person == person.id]),
                person=person.id,
                other=other.id,
                kind=kind,
                start=start,
                custody=custody,
                shares_household=True,
            )
        )

    for child in people[adults:]:
        for parent in people[:adults]:
            relate(child, parent, "mother" if parent.female else "father", custody=True)
            relate(parent, child, "child", custody=True)
    if adults > 1:
        relate(people[0], people[1], "partner")
        relate(people[1], people[0], "partner")
    return tuple(relations)


def _between(rng: Random, first: date, last: date) -> date:
    return first + timedelta(days=rng.randint(0, (last - first).days))
