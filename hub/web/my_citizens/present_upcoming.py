"""What is coming for a family that nobody may have planned for: an effort that ends, somebody who turns 18. Pure."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from hub.overview.efforts import LISTED, Effort, EffortState, effort_state, efforts_of
from hub.web.my_citizens.families import Family, FamilyMember
from hub.web.shell import texts as shared
from hub.web.shell.dates import age_on, distance, near_day_text, within
from hub.web.shell.people import FirstNames, first_word
from schemas.people import LifeStatus

ENDS_WITHIN = timedelta(days=60)
SUCCEEDS_WITHIN = timedelta(days=30)
"""An effort of the same area that begins no longer before or after the end takes over from it."""
FULL_AGE = 18
_LAST_MINOR_AGE = FULL_AGE - 1


def upcoming(family: Family, names: FirstNames, today: date) -> tuple[str, ...]:
    """What is coming, the nearest first."""
    lines = [line for member in family.members for line in (*_full_age(member, today), *_endings(member, names, today))]
    return tuple(dict.fromkeys(text for _, text in sorted(lines)))


def _full_age(member: FamilyMember, today: date) -> Iterator[tuple[date, str]]:
    born, header = member.citizen.birth_date, member.overview.header if member.overview else None
    is_dead = header is not None and header.person.life_status is LifeStatus.DEAD
    if born is None or age_on(born, today) != _LAST_MINOR_AGE or is_dead:
        return
    name = first_word(member.citizen.name) or "Borgeren"
    yield birthday(born, born.year + FULL_AGE), f"{name} {turning_18(born, today)}"


def turning_18(born: date, today: date) -> str:
    """``fylder 18 den 3. marts 2024, om 5 måneder``."""
    day = birthday(born, born.year + FULL_AGE)
    return f"fylder {FULL_AGE} den {near_day_text(day, today)}, {distance(day, today)}"


def birthday(born: date, year: int) -> date:
    """The birthday in that year; 1 March for who was born on 29 February, in other years."""
    try:
        return born.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def _endings(member: FamilyMember, names: FirstNames, today: date) -> Iterator[tuple[date, str]]:
    """Efforts that end soon, after which none of the same area is registered."""
    efforts = [
        (entry, effort)
        for entry, effort in efforts_of(member.entries())
        if effort_state(entry, effort, today) in LISTED
    ]
    for entry, effort in efforts:
        last = last_day((entry, effort))
        if last is None or not today <= last <= today + ENDS_WITHIN or _is_succeeded((entry, effort), last, efforts):
            continue
        if effort_state(entry, effort, today) is EffortState.ONGOING:
            person = names.primary(entry)
            whose = f" for {person}" if person else ""
            area = within(shared.AREA[entry.area])
            end = f"{effort.title}{whose} slutter den {near_day_text(last, today)}"
            yield last, f"{end}, og der er ikke registreret en ny indsats inden for {area}"


def last_day(dated: Effort) -> date | None:
    """The last day of the effort, as its period or the source's expectation says."""
    entry, effort = dated
    ends = [entry.valid.end - timedelta(days=1)] if entry.valid.end else []
    if effort.expected_end_on:
        ends.append(effort.expected_end_on)
    return min(ends, default=None)


def _is_succeeded(ending: Effort, last: date, efforts: Sequence[Effort]) -> bool:
    entry, _ = ending
    return any(
        other.id != entry.id
        and other.area is entry.area
        and other.valid.start is not None
        and last - SUCCEEDS_WITHIN <= other.valid.start <= last + SUCCEEDS_WITHIN
        and (last_day((other, effort)) or date.max) > last
        for other, effort in efforts
    )
