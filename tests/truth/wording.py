"""How the oracle says names, ages, lists and paragraphs: written anew, so that no mistake of the pages is shared."""

import re
from datetime import date

from deploy.sandbox.municipality.truth import Person


def first(person: Person) -> str:
    """The first given name."""
    return person.given.split()[0]


def full(person: Person) -> str:
    """Given and family name."""
    return f"{person.given} {person.family}"


def age(born: date, day: date) -> str:
    """Years; months below two years."""
    months = 12 * (day.year - born.year) + day.month - born.month - (day.day < born.day)
    if months >= 24:
        return f"{months // 12} år"
    return f"{months} måned{'' if months == 1 else 'er'}"


def within(title: str) -> str:
    """As it stands within a sentence."""
    return title if title[1:2].isupper() else title[0].lower() + title[1:]


def joined(parts: list[str]) -> str:
    """``a + b`` in one order, members that are lists themselves taken apart as a reader would."""
    return " + ".join(sorted(piece for part in parts for piece in re.split(r", | og ", part)))


def paragraph(text: str) -> str:
    """``Serviceloven § 52`` as ``servicelovens § 52``."""
    law, mark, section = text.partition(" §")
    law = law[0].lower() + law[1:]
    return f"{law}{'s' if law.endswith('loven') else ''}{mark}{section}"


def distance(day: date, today: date) -> str:
    """How far a day is from today: days for two months, then months for two years, then years."""
    days = abs((day - today).days)
    if days <= 1:
        return "i dag" if not days else "i morgen" if day > today else "i går"
    number, one, many = (days, "dag", "dage") if days < 60 else (days // 30, "måned", "måneder")
    if days >= 2 * 365:
        number, one, many = days // 365, "år", "år"
    span = f"{number} {one if number == 1 else many}"
    return f"om {span}" if day > today else f"for {span} siden"


WEEKDAYS = ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag")


def agreed(day: date, hours: str, today: date) -> tuple[str, str]:
    """How something with hours stands, beside its day and on the overview: planned, or held from the day after."""
    if day < today:
        return f"gennemført {hours}", f"{day} {hours}"
    planned = f"planlagt til {WEEKDAYS[day.weekday()]} {day} {hours}"
    return planned, planned
