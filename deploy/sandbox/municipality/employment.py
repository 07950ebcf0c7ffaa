"""What the job centre knows beside the efforts: whom it lists, target groups, interviews, deadlines, absence, people.

It follows from the efforts and the plans alone, so that servers and tests come to the same.
"""

from dataclasses import dataclass
from datetime import date, time, timedelta

from deploy.sandbox.municipality.people import age
from deploy.sandbox.municipality.truth import Effort, Municipality, Person, Plan

LISTED_FOR = timedelta(days=730)
"""So long after their last effort people stay visible to a municipality that was responsible for them."""
_YOUNG = 30
_EVERY = 35
"""Days between two interviews."""
INTERVIEW_FROM, INTERVIEW_TO = time(10), time(11)
"""The hours of every interview, Danish time."""
AGREED_BEFORE = timedelta(days=45)
"""So long before its day an interview or a deadline is registered."""
_ILL_EVERY, _ILL_FOR = 91, 30
_ROW_FROM = date(2023, 9, 12)
"""A day from which the rows of interviews and of illness are counted, to both sides."""
GROUPS = {
    "young": ("6.5", "Aktivitetsparate modtagere af uddannelseshjælp"),
    "Ressourceforløb": ("6.8", "Personer i ressourceforløb"),
    "Virksomhedspraktik": ("6.2", "Jobparate modtagere af kontanthjælp"),
    "other": ("6.3", "Aktivitetsparate modtagere af kontanthjælp"),
}


@dataclass(frozen=True, slots=True)
class Meeting:
    """An interview, held or agreed on."""

    id: str
    day: date
    kind: int
    """STAR's number: 4 Opfølgning, 7 Jobsamtale."""


@dataclass(frozen=True, slots=True)
class Leave:
    """Absence of a job seeker."""

    id: str
    kind: int
    text: str
    start: date
    end: date | None


@dataclass(frozen=True, slots=True)
class Client:
    """One citizen as the job centre has them."""

    person: Person
    efforts: tuple[Effort, ...]
    plans: tuple[Plan, ...]
    is_active: bool
    group: tuple[str, str] | None
    """Number and words of the target group."""
    interviews: tuple[Meeting, ...]
    deadline: date | None
    """By which day the next interview must be held."""
    leaves: tuple[Leave, ...]
    workers: tuple[tuple[str, str], ...]
    """Role and name of those who are responsible."""


def clients_of(truth: Municipality) -> tuple[Client, ...]:
    """Everybody whom the job centre lists on that day."""
    efforts: dict[int, list[Effort]] = {}
    plans: dict[int, list[Plan]] = {}
    for effort in truth.efforts:
        if effort.area == "employment":
            efforts.setdefault(effort.person, []).append(effort)
    for plan in truth.plans:
        if plan.area == "employment":
            plans.setdefault(plan.person, []).append(plan)
    since = truth.today - LISTED_FOR
    return tuple(
        _client(person, efforts[person.id], plans.get(person.id, []), truth.today)
        for person in truth.people
        if person.id in efforts and any(each.end is None or each.end > since for each in efforts[person.id])
    )


def _client(person: Person, efforts: list[Effort], plans: list[Plan], today: date) -> Client:
    running = [effort for effort in efforts if effort.end is None or effort.end > today]
    is_active = bool(running) and person.died_on is None and person.moved_out_on is None
    workers = tuple(dict.fromkeys(effort.worker for effort in running if effort.worker)) if is_active else ()
    roles = ["employment_caseworker", *(["coordinating_caseworker"] if person.coordinated else [])]
    names = [*workers, "Peter Lund"] if is_active else []
    interviews = _interviews(person, today) if is_active else ()
    upcoming = [meeting.day for meeting in interviews if meeting.day >= today]
    return Client(
        person=person,
        efforts=tuple(efforts),
        plans=tuple(plans),
        is_active=is_active,
        group=_group(person, running, today) if is_active else None,
        interviews=interviews,
        deadline=upcoming[0] + timedelta(days=7) if upcoming else None,
        leaves=_leaves(person, today) if is_active else (),
        workers=tuple(zip(roles, names * len(roles), strict=False)) if is_active else (),
    )


def _group(person: Person, running: list[Effort], today: date) -> tuple[str, str]:
    titles = {effort.title for effort in running}
    for title in ("Ressourceforløb", "Virksomhedspraktik"):
        if title in titles:
            return GROUPS[title]
    return GROUPS["young" if age(person.born, today) < _YOUNG else "other"]


def _interviews(person: Person, today: date) -> tuple[Meeting, ...]:
    """The last one and the next one, of a row that stays the same from day to day."""
    ahead = (5 + person.id % 21 - (today - _ROW_FROM).days) % _EVERY
    days = (today - timedelta(days=_EVERY - ahead), today + timedelta(days=ahead))
    kind = 7 if person.id % 2 else 4
    return tuple(Meeting(f"{person.id}-{day.toordinal() // _EVERY}", day, kind) for day in days)


def _leaves(person: Person, today: date) -> tuple[Leave, ...]:
    """Every ninth is ill for some weeks of each quarter of a year, every seventh was on holiday."""
    leaves = []
    if person.id % 9 == 0:
        since = (8 + (today - _ROW_FROM).days) % _ILL_EVERY
        start = today - timedelta(days=since)
        end = start + timedelta(days=_ILL_FOR) if since >= _ILL_FOR else None
        leaves.append(Leave(f"{person.id}-s{start:%Y%m%d}", 11, "Sygdom", start, end))
    if person.id % 7 == 0:
        start = date(today.year - 1, 7, 10)
        leaves.append(Leave(f"{person.id}-f{start.year}", 10, "Ferie", start, start + timedelta(days=13)))
    return tuple(leaves)
