"""How named people and what happened to them are written down by hand."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TypedDict, Unpack

from connectors.sources.school.calendar import Quarter, school_days
from deploy.sandbox.municipality.catalogue import Kind
from deploy.sandbox.municipality.people import DAY_OFFSET
from deploy.sandbox.municipality.truth import (
    Absence,
    Contact,
    Effort,
    Goal,
    LifeEvent,
    Notification,
    Person,
    Plan,
    Relation,
    Stay,
)
from hub.clock import DANISH_TIME

FOLLOW_UP_EVERY = timedelta(days=182)
"""So often efforts of named people are followed up, where a day of it is told."""
_CENTURY, _EARLY, _LATE = 2000, 3000, 8000


class More(TypedDict, total=False):
    """What may be said of a named person beyond the ordinary."""

    street: str
    postal_code: str
    town: str
    known_from: date
    protected_in: frozenset[str]
    died_on: date
    moved_out_on: date
    earlier_number: str
    number_from: date
    social_family: str
    social_born: date
    coordinated: bool
    cpr: str


@dataclass(slots=True)
class Story:
    """Collects the people and facts of a story; the ids count up within each kind."""

    people: list[Person] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    efforts: list[Effort] = field(default_factory=list)
    notifications: list[Notification] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)
    plans: list[Plan] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    stays: list[Stay] = field(default_factory=list)
    absences: list[Absence] = field(default_factory=list)
    events: list[LifeEvent] = field(default_factory=list)

    def person(self, given: str, family: str, born: date, *, female: bool, **more: Unpack[More]) -> Person:
        """A named person; the number follows from birth date and order unless given."""
        index = len(self.people) + 1
        serial = (_LATE if born.year >= _CENTURY else _EARLY) + 2 * index + (0 if female else 1)
        details: More = {"cpr": f"{born.day + DAY_OFFSET:02d}{born:%m%y}{serial:04d}", **more}
        person = Person(id=index, given=given, family=family, born=born, female=female, **details)
        self.people.append(person)
        return person

    def relate(self, person: Person, other: Person, kind: str, **more: Unpack["Tie"]) -> None:
        """What *other* is to *person*."""
        start = more.get("start") or max(person.born, other.born)
        self.relations.append(
            Relation(
                id=len(self.relations) + 1,
                person=person.id,
                other=other.id,
                kind=kind,
                start=start,
                end=more.get("end"),
                custody=more.get("custody"),
                shares_household=more.get("together"),
            )
        )

    def parent(self, child: Person, parent: Person, *, custody: bool | None, together: bool) -> None:
        """A parent and a child, both ways."""
        self.relate(child, parent, "mother" if parent.female else "father", custody=custody, together=together)
        self.relate(parent, child, "child", custody=custody, together=together)

    def effort(self, person: Person, kind: Kind, start: date, **more: Unpack["Doing"]) -> int:
        """An effort of that kind; returns its id."""
        effort = Effort(
            id=len(self.efforts) + 101,
            person=person.id,
            area=kind.area,
            title=more.get("title", kind.title),
            start=start,
            end=more.get("end"),
            unit=more.get("unit", kind.unit),
            paragraph=kind.paragraph_on(start),
            code=kind.code,
            kle=kind.kle,
            authority=more.get("authority", kind.unit),
            worker=more.get("worker"),
            purpose=more.get("purpose"),
            extent=more.get("extent"),
            expected_end=more.get("expected_end"),
            next_follow_up=more.get("next_follow_up"),
            follow_up_every=FOLLOW_UP_EVERY,
            recommendation=more.get("recommendation"),
        )
        self.efforts.append(effort)
        return effort.id

    def notify(self, person: Person, received: datetime, notifier: tuple[str, str], **more: Unpack["Followed"]) -> None:
        """A notification; assessed after three hours and acknowledged after two days unless still pending."""
        pending = more.get("pending", False)
        self.notifications.append(
            Notification(
                id=len(self.notifications) + 501,
                person=person.id,
                also=more.get("also", ()),
                received=received,
                notifier=notifier[0],
                notifier_title=notifier[1],
                reasons=more.get("reasons", ()),
                assessed=None if pending else more.get("assessed", received + timedelta(hours=3)),
                receipt_on=None if pending else received.date() + timedelta(days=2),
                informed_on=more.get("informed_on"),
                outcome=more.get("outcome"),
                outcome_on=more.get("outcome_on"),
                efforts=more.get("efforts", ()),
                unborn=more.get("unborn", False),
            )
        )

    def say(self, person: Person, kind: str, text: str, stated: tuple[date, str], *steps: tuple[date, str]) -> None:
        """A goal, a wish or a strength, with when and by whom, and its assessments since."""
        self.goals.append(
            Goal(
                id=len(self.goals) + 701,
                person=person.id,
                kind=kind,
                text=text,
                stated_on=stated[0],
                stated_by=stated[1],
                assessments=steps,
            )
        )

    def plan(self, person: Person, area: str, title: str, start: date, end: date | None = None) -> None:
        """A plan of one area."""
        due = start + timedelta(days=120)
        self.plans.append(
            Plan(id=len(self.plans) + 801, person=person.id, area=area, title=title, start=start, end=end, due=due)
        )

    def contact(self, person: Person, title: str, day: date, unit: str) -> None:
        """A contact that took place."""
        self.contacts.append(Contact(id=len(self.contacts) + 901, person=person.id, title=title, day=day, unit=unit))

    def stay(self, person: Person, ward: str, admitted_on: date, **more: date) -> None:
        """A stay in hospital; *more* tells of leave and discharge."""
        number = len(self.stays) + 1
        self.stays.append(Stay(id=number, person=person.id, ward=ward, admitted_on=admitted_on, **more))

    def absence(self, person: Person, quarter: tuple[int, int], kind: str, days: int) -> None:
        """Absence in one quarter at the school of the cohort."""
        self.absences.append(
            Absence(
                id=len(self.absences) + 1,
                person=person.id,
                year=quarter[0],
                quarter=quarter[1],
                kind=kind,
                days=days,
                school_days=school_days(Quarter(*quarter)),
                school="school:500",
            )
        )

    def event(self, person: Person, day: date, words: str) -> None:
        """Something that happened in a life."""
        self.events.append(LifeEvent(person=person.id, day=day, words=words))


class Tie(TypedDict, total=False):
    """More about a relation."""

    start: date
    end: date
    custody: bool | None
    together: bool


class Doing(TypedDict, total=False):
    """More about an effort."""

    title: str
    end: date
    unit: str
    authority: str
    worker: str
    purpose: str
    extent: str
    expected_end: date
    next_follow_up: date
    recommendation: str


class Followed(TypedDict, total=False):
    """More about a notification."""

    also: tuple[int, ...]
    reasons: tuple[str, ...]
    assessed: datetime
    outcome: str
    outcome_on: date
    informed_on: date
    efforts: tuple[int, ...]
    pending: bool
    unborn: bool


def at(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    """An instant by the Danish wall clock."""
    return datetime(year, month, day, hour, minute, tzinfo=DANISH_TIME)
