"""Numbers and names: how one made-up person comes about."""

from collections import Counter
from datetime import date
from random import Random

from deploy.sandbox.municipality import names
from deploy.sandbox.municipality.truth import Person

DAY_OFFSET = 60
"""Added to the day of every number, so that none can be a number of the civil registration system."""
_CENTURY = 2000
_EARLY, _LATE = 1000, 5000
"""First serial of a day: 7th digit 1-3 says 19xx, 5-8 says 20xx (both readings of the century rule)."""


class Numbers:
    """Gives out national numbers, each once; the n-th of a day depends only on those given before."""

    def __init__(self) -> None:
        self._given: Counter[tuple[date, bool]] = Counter()

    def next(self, born: date, *, female: bool) -> str:
        """A fresh number for somebody born on that day: even last digit for women, odd for men."""
        count = self._given[born, female]
        self._given[born, female] += 1
        first = _LATE if born.year >= _CENTURY else _EARLY
        serial = first + 2 * count + (0 if female else 1)
        return f"{born.day + DAY_OFFSET:02d}{born:%m%y}{serial:04d}"


def family_name(rng: Random) -> str:
    """An ordinary family name; one in seven is a double one."""
    name = rng.choice(names.FAMILY)
    return f"{rng.choice(names.FAMILY)} {name}" if rng.random() < 1 / 7 else name


def given_name(rng: Random, *, female: bool) -> str:
    """A given name; one in four has a middle name."""
    pool = names.FEMALE if female else names.MALE
    first = rng.choice(pool)
    return f"{first} {rng.choice(pool)}" if rng.random() < 1 / 4 else first


def address(rng: Random) -> tuple[str, str, str]:
    """Street with number, postal code, town."""
    postal_code, town = rng.choice(names.TOWNS)
    return f"{rng.choice(names.STREETS)} {rng.randint(1, 140)}", postal_code, town


def is_adult(person: Person, on: date) -> bool:
    """Whether the person has turned 18 by that day."""
    return age(person.born, on) >= 18  # noqa: PLR2004  the age of majority


def age(born: date, on: date) -> int:
    """Whole years of life on that day."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
