"""What is true in the municipality, before any source system has its own view of it.

Days are Danish calendar days, ends are the first day on which something no longer holds. ``known`` cuts
a whole history down to what had happened on a day.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from connectors.sources.school.calendar import Quarter, school_dates
from hub.clock import DANISH_TIME

MORNING = time(9, 0, tzinfo=DANISH_TIME)
"""Time of day at which a day is viewed: later events of the day have not happened yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One person. The number is day + 60 or an official test number: never a real CPR number."""

    id: int
    cpr: str
    given: str
    family: str
    born: date
    female: bool
    street: str = "Egevej 1"
    postal_code: str = "2999"
    town: str = "Egelund"
    known_from: date | None = None
    """First day the municipality knows of the person; None: the day of birth."""
    protected_in: frozenset[str] = frozenset()
    """Sources that hold the name and address protection."""
    died_on: date | None = None
    moved_out_on: date | None = None
    earlier_number: str | None = None
    """A replacement number used until ``number_from``."""
    number_from: date | None = None
    social_family: str | None = None
    """Family name as the social system spells it, where it differs."""
    social_born: date | None = None
    """Birth date as the social system has it, where it differs."""
    coordinated: bool = False
    """Has a course across areas (sammenhængende borgerforløb)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """What *other* is to *person*: ``mother``, ``father``, ``child``, ``sibling`` or ``partner``."""

    id: int
    person: int
    other: int
    kind: str
    start: date
    end: date | None = None
    custody: bool | None = None
    shares_household: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """An effort, an education, a benefit period: what is done, by whom, until when. Never an amount."""

    id: int
    person: int
    area: str
    title: str
    start: date
    unit: str
    end: date | None = None
    paragraph: str | None = None
    code: str | None = None
    """FSIII code (health only)."""
    kle: str | None = None
    authority: str = "social:100"
    worker: str | None = None
    purpose: str | None = None
    extent: str | None = None
    expected_end: date | None = None
    next_follow_up: date | None = None
    """In a whole history with ``follow_up_every``: one of the days on which it is followed up."""
    follow_up_every: timedelta | None = None
    """So often it is followed up, from its start to its end; None: once."""
    recommendation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """A concern notification. ``notifier`` and ``reasons`` are codes of Statistics Denmark's lists."""

    id: int
    person: int
    """The child, or the expectant mother."""
    also: tuple[int, ...] = ()
    """Siblings whom the same notification is about."""
    received: datetime
    notifier: str
    notifier_title: str
    reasons: tuple[str, ...] = ()
    assessed: datetime | None = None
    receipt_on: date | None = None
    informed_on: date | None = None
    """When a professional notifier was told what followed."""
    outcome: str | None = None
    outcome_on: date | None = None
    efforts: tuple[int, ...] = ()
    unborn: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """A goal (``goal``), the citizen's own words (``citizen_wish``) or a strength (``strength``), with its progress."""

    id: int
    person: int
    kind: str
    text: str
    stated_on: date
    stated_by: str
    area: str = "social"
    assessments: tuple[tuple[date, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A plan of one area for one person."""

    id: int
    person: int
    area: str
    title: str
    start: date
    end: date | None = None
    due: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """That a contact took place, and where."""

    id: int
    person: int
    title: str
    day: date
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A stay in hospital."""

    id: int
    person: int
    ward: str
    admitted_on: date
    leave_since: date | None = None
    """Since when the person is at home while the stay goes on."""
    discharged_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """Absence from school in one quarter, whole days."""

    id: int
    person: int
    year: int
    quarter: int
    kind: str
    days: int
    school_days: int
    school: str
    whole: int = 0
    """Days of the whole quarter, where *days* are those that have passed; 0: the same."""

    def dates(self) -> tuple[date, ...]:
        """The days of the whole quarter: spread over its school days, the same every time."""
        return _spread(self.person, self.year, self.quarter, self.whole or self.days)


@lru_cache(maxsize=200_000)
def _spread(person: int, year: int, quarter: int, count: int) -> tuple[date, ...]:
    days = school_dates(Quarter(year, quarter))
    count = min(count, len(days))
    shift = person % max(1, len(days))
    return tuple(sorted(days[(shift + index * len(days) // count) % len(days)] for index in range(count)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """A pupil in a class of a school, for one school year."""

    id: int
    person: int
    start_year: int
    """The school year begins on the first of August of this year."""
    school: str
    grade: int
    group: str
    teacher: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeEvent:
    """Something that happened in a life, in words; served by no source."""

    person: int
    day: date
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A unit of the municipality; ``id`` is ``<source>:<id>``."""

    id: str
    name: str
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Municipality:
    """All that is true on a day."""

    today: date
    people: tuple[Person, ...]
    relations: tuple[Relation, ...]
    efforts: tuple[Effort, ...]
    notifications: tuple[Notification, ...]
    goals: tuple[Goal, ...]
    plans: tuple[Plan, ...]
    contacts: tuple[Contact, ...]
    absences: tuple[Absence, ...]
    events: tuple[LifeEvent, ...]
    units: tuple[Unit, ...]
    stays: tuple[Stay, ...] = ()
    enrolments: tuple[Enrolment, ...] = ()


def known(whole: Municipality, today: date) -> Municipality:
    """The part of a whole history that had happened by the morning of *today*."""
    now = datetime.combine(today, MORNING)
    people = tuple(_person(person, today) for person in whole.people if (person.known_from or person.born) <= today)
    present = {person.id for person in people}
    return Municipality(
        today=today,
        people=people,
        relations=tuple(
            replace(event, end=_past(event.end, today))
            for event in whole.relations
            if event.start <= today and event.person in present and event.other in present
        ),
        efforts=tuple(
            replace(event, end=_past(event.end, today), next_follow_up=_follow_up(event, today))
            for event in whole.efforts
            if event.start <= today and event.person in present
        ),
        notifications=tuple(
            _notification(event, today, now)
            for event in whole.notifications
            if event.received <= now and event.person in present
        ),
        goals=tuple(
            replace(event, assessments=tuple(step for step in event.assessments if step[0] <= today))
            for event in whole.goals
            if event.stated_on <= today
        ),
        plans=tuple(replace(event, end=_past(event.end, today)) for event in whole.plans if event.start <= today),
        contacts=tuple(event for event in whole.contacts if event.day <= today),
        absences=tuple(
            replace(event, days=days, whole=event.whole or event.days)
            for event in whole.absences
            if event.person in present and (days := sum(day < today for day in event.dates()))
        ),
        events=tuple(event for event in whole.events if event.day <= today),
        units=whole.units,
        stays=tuple(
            replace(event, leave_since=_past(event.leave_since, today), discharged_on=_past(event.discharged_on, today))
            for event in whole.stays
            if event.admitted_on <= today
        ),
        enrolments=tuple(
            event for event in whole.enrolments if date(event.start_year, 8, 1) <= today and event.person in present
        ),
    )


def _past(day: date | None, today: date) -> date | None:
    return day if day is not None and day <= today else None


def _follow_up(effort: Effort, today: date) -> date | None:
    """The follow-up that was agreed on by *today*: the next of the row, and the last one before it ends."""
    row, every = effort.next_follow_up, effort.follow_up_every
    if row is None or every is None:
        return row
    following = today + (row - today) % every
    return following if effort.end is None or following < effort.end else following - every


def _person(person: Person, today: date) -> Person:
    """The number a person had on that day, and neither a death nor a move that has not happened."""
    if person.earlier_number and person.number_from and person.number_from > today:
        person = replace(person, cpr=person.earlier_number, earlier_number=None, number_from=None)
    if not person.died_on and not person.moved_out_on:
        return person
    return replace(person, died_on=_past(person.died_on, today), moved_out_on=_past(person.moved_out_on, today))


def _notification(notification: Notification, today: date, now: datetime) -> Notification:
    decided = _past(notification.outcome_on, today) is not None
    return replace(
        notification,
        assessed=notification.assessed if notification.assessed and notification.assessed <= now else None,
        receipt_on=_past(notification.receipt_on, today),
        informed_on=_past(notification.informed_on, today),
        outcome=notification.outcome if decided else None,
        outcome_on=notification.outcome_on if decided else None,
        efforts=notification.efforts if decided else (),
    )
