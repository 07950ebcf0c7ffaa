"""Who may see what of whom, read from the made-up truth, its staff and docs/access.md, and from no code of the hub.

``Oracle.view`` is the decision about one citizen, ``Oracle.page`` all that a page about the citizen may speak of. What
the pages must say of it stands in ``oracle_pages``.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime

from deploy.sandbox.municipality.appointments import Appointment, appointments_of
from deploy.sandbox.municipality.employment import clients_of
from deploy.sandbox.municipality.staff import Course, Employee, Staff, staff
from deploy.sandbox.municipality.truth import (
    Contact,
    Effort,
    Enrolment,
    Goal,
    Municipality,
    Notification,
    Person,
    Relation,
)
from hub.clock import DANISH_TIME
from schemas.access import Role
from schemas.source import Area

FIRST_ORDINARY_ID = 1000
"""People with smaller numbers are the named ones, whose stories were written by hand."""
CONNECTED = frozenset({"employment", "social", "health", "school"})
"""Areas with a source; the municipality knows more than the sources tell."""
TOLD = frozenset({"employment", "social", "health"})
"""Areas whose source tells of efforts; the school's tells of classes and absence."""
TELLING_GOALS = frozenset({"social", "health"})
FUNCTIONS = {"lead_coordinator": "lead", "citizen_coordinator": "coordinator", "member": "member"}
"""The right of each place on the team, the first that applies."""
MASKED = "••••"
INVERSE = {"mother": "child", "father": "child", "child": "parent", "sibling": "sibling", "partner": "partner"}
WORKING = ("named_worker", "own_unit", "case_unit")
"""Working relations, the first that applies counts."""
OWN_UNIT_TAIL = 30
"""Days after an effort's last day for which it still opens the page to its unit."""
ADULT = 18
DIRECT = {"mother": "parent", "father": "parent", "child": "child", "sibling": "sibling", "partner": "partner"}
STOLEN = ("Tove", "Iversen")
"""Whose number a local patient carries, too."""


@dataclass(frozen=True)
class View:
    """How one employee stands to one citizen on the day."""

    basis: str
    """One of ``FUNCTIONS``, one of ``WORKING``, ``override`` or ``refused``."""
    shown: frozenset[str]
    """Areas, of those with a source, that are shown."""

    @property
    def is_team(self) -> bool:
        """Whether the team's right opens the page."""
        return self.basis in FUNCTIONS.values()

    @property
    def kind(self) -> str:
        """``team``, ``relation``, ``override`` or ``refused``."""
        if self.is_team:
            return "team"
        return "relation" if self.basis in WORKING else self.basis


@dataclass(frozen=True)
class Case:
    """The social system's case on somebody: it has one from the first thing that it knows."""

    person: Person
    opened_on: date
    is_open: bool
    """Whether something runs, or a notification waits for its outcome; else it rests."""

    @property
    def is_of_child(self) -> bool:
        """Whether it was opened on a child."""
        born, day = self.person.born, self.opened_on
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day)) < ADULT

    @property
    def title(self) -> str:
        """What the source calls it."""
        return "Børnesag" if self.is_of_child else "Voksensag"

    @property
    def worker(self) -> str:
        """Who holds it."""
        return "Anna Holm" if self.is_of_child else "Birgit Dahl"

    @property
    def unit(self) -> str:
        """The unit that holds it."""
        return "social:100" if self.is_of_child else "social:200"


@dataclass(frozen=True)
class Page:
    """Everything that a page about *person* may speak of."""

    employee: Employee
    person: Person
    view: View
    people: tuple[Person, ...]
    """The citizen, then the others of the course, eldest first."""
    views: dict[int, View]
    course: Course | None
    day: date
    """What the page is about: today, or the earlier day whose knowledge it shows."""
    now: datetime
    printed_on: date
    """Today."""


def responsible_unit(effort: Effort) -> str:
    """Whom its source names as responsible: the authority in social (Familiehuset for its own), else who does it.

    Nexus tells no authority, and nobody has a right by what no source tells.
    """
    if effort.area == "social" and effort.unit != "social:110":
        return effort.authority
    return effort.unit


class Oracle:
    """Answers from the truth of one day."""

    def __init__(
        self,
        truth: Municipality,
        now: datetime,
        *,
        read_on: Municipality | None = None,
        not_ours: frozenset[int] = frozenset(),
    ) -> None:
        """Answer.

        Args:
            truth: what was true on the day.
            now: the instant of the day.
            read_on: what was true when the sources were read, where that was later.
            not_ours: people of whom the job centre says that another municipality is their authority.
        """
        self.truth, self.now, self.day = truth, now, truth.today
        self.not_ours = not_ours
        self.clients = {client.person.id: client for client in clients_of(read_on or truth)}
        """Whom the job centre lists, as it was read."""
        self._agreed = appointments_of(truth) if read_on is None else ()
        self._registered_on = {
            effort.id: effort.end or effort.start for client in self.clients.values() for effort in client.efforts
        }
        self.staff: Staff = staff()
        self.people = {person.id: person for person in truth.people}
        self._by_number = {
            number: person for person in truth.people for number in (person.cpr, person.earlier_number) if number
        }
        self.courses = tuple(
            course for course in self.staff.courses if course.started_on <= self.day and self._is_there(course)
        )

    def _is_there(self, course: Course) -> bool:
        return all(cpr in self._by_number for cpr in course.cprs)

    def by_number(self, cpr: str) -> Person | None:
        """The person with that national number."""
        return self._by_number.get(cpr)

    def members(self, course: Course) -> tuple[Person, ...]:
        """Citizens of a course, eldest first."""
        return tuple(sorted((self._by_number[cpr] for cpr in course.cprs), key=lambda person: person.born))

    def course_of(self, person: Person) -> Course | None:
        """The course of the citizen on the day."""
        return next((course for course in self.courses if person.cpr in course.cprs), None)

    def efforts(self, person: Person) -> tuple[Effort, ...]:
        """All efforts of the citizen until the day that a source tells."""
        return tuple(
            effort
            for effort in self.truth.efforts
            if effort.person == person.id
            and effort.area in TOLD
            and (effort.area != "employment" or self._is_told_by_job_centre(effort))
        )

    def _is_told_by_job_centre(self, effort: Effort) -> bool:
        """Whether the version that the job centre holds of the effort was registered by then.

        It tells nothing of those whom it no longer lists, or whose authority is another municipality.
        """
        registered = self._registered_on.get(effort.id)
        return effort.person not in self.not_ours and registered is not None and registered <= self.day

    def enrolment(self, person: Person) -> Enrolment | None:
        """The class of the citizen on the day, as the school tells it; None of those who died or moved away."""
        start = self.day.year if self.day.month >= 8 else self.day.year - 1
        if person.died_on or person.moved_out_on:
            return None
        own = (one for one in self.truth.enrolments if one.person == person.id and one.start_year == start)
        return next(own, None)

    def running(self, person: Person) -> tuple[Effort, ...]:
        """Those that run."""
        return tuple(effort for effort in self.efforts(person) if effort.end is None)

    def notifications(self, person: Person) -> tuple[Notification, ...]:
        """Those about the citizen, alone or with siblings."""
        return tuple(note for note in self.truth.notifications if person.id in (note.person, *note.also))

    def goals(self, person: Person) -> tuple[Goal, ...]:
        """Goals, wishes and strengths of the citizen that a source tells."""
        return tuple(goal for goal in self.truth.goals if goal.person == person.id and goal.area in TELLING_GOALS)

    def contacts(self, person: Person) -> tuple[Contact, ...]:
        """Contacts with the citizen that a source tells: those of the health area."""
        return tuple(
            contact
            for contact in self.truth.contacts
            if contact.person == person.id and contact.unit.startswith("health:")
        )

    def agreed(self, person: Person) -> tuple[Appointment, ...]:
        """What health tells that it agreed on with the citizen, held or ahead; of long ago it was not known."""
        return tuple(each for each in self._agreed if each.person == person.id)

    def has_case(self, person: Person) -> bool:
        """Whether the social system has a case on the citizen, and so tells of relations and household."""
        return self.case(person) is not None

    def case(self, person: Person) -> Case | None:
        """The social system's case on the citizen."""
        truth, key = self.truth, person.id
        efforts = [effort for effort in truth.efforts if effort.area == "social" and effort.person == key]
        days = [effort.start for effort in efforts]
        days += [note.received.astimezone(DANISH_TIME).date() for note in truth.notifications if note.person == key]
        days += [plan.start for plan in truth.plans if plan.area == "social" and plan.person == key]
        days += [goal.stated_on for goal in truth.goals if goal.area == "social" and goal.person == key]
        waits = any(note.outcome is None for note in truth.notifications if note.person == key)
        return Case(person, min(days), waits or any(effort.end is None for effort in efforts)) if days else None

    def team_of(self, course: Course) -> list[tuple[Employee, str]]:
        """Who is on the team on the day, with the function."""
        known = {employee.id: employee for employee in self.staff.employees}
        return [
            (known[place.employee], place.function)
            for place in course.team
            if place.start <= self.day and (place.end is None or self.day < place.end)
        ]

    def view(self, employee: Employee, person: Person) -> View:
        """The right that the employee has without giving a reason; ``override``: only with one."""
        if employee.role is not Role.TEAM_MEMBER or employee.cpr in {person.cpr, person.earlier_number} - {None}:
            return View("refused", frozenset())
        own = frozenset({employee.area.value} if employee.area else ())
        course = self.course_of(person)
        functions = {function for member, function in self.team_of(course) if member == employee} if course else set()
        if course and functions:
            consented = {
                consent.area.value
                for consent in course.consents
                if consent.cpr == person.cpr
                and consent.given_on <= self.day
                and (consent.expires_on is None or self.day < consent.expires_on)
            }
            basis = next(basis for function, basis in FUNCTIONS.items() if function in functions)
            return View(basis, (own | consented) & CONNECTED)
        working = self.working_relation(employee, person)
        if working:
            return View(working, own & CONNECTED)
        return View("override", self.override_areas(*own))

    def override_areas(self, *own: str) -> frozenset[str]:
        """What a stated reason opens: the own area and social."""
        return frozenset({*own, "social"}) & CONNECTED

    def unit_name(self, employee: Employee) -> str:
        """The employee's unit by name."""
        return next((unit.name for unit in self.truth.units if unit.id == employee.unit_id), "")

    def working_relation(self, employee: Employee, person: Person) -> str | None:
        """How the employee works for the citizen: named as responsible, or by what the unit does or holds."""
        running, case = self.running(person), self.case(person)
        case = case if case and case.is_open else None
        workers = {effort.worker for effort in running if effort.area == "social"} | ({case.worker} if case else set())
        if employee.area is Area.SOCIAL and employee.name in workers:
            return "named_worker"
        counting = (effort for effort in self.efforts(person) if self._counts_for_its_unit(effort))
        if employee.unit_id in {unit for effort in counting for unit in (effort.unit, responsible_unit(effort))}:
            return "own_unit"
        return "case_unit" if case and employee.unit_id == case.unit else None

    def _counts_for_its_unit(self, effort: Effort) -> bool:
        """Whether it runs, or its last day, the one before its end, lies at most so many days back."""
        return effort.end is None or (self.day - effort.end).days < OWN_UNIT_TAIL

    def page(self, employee: Employee, person: Person, view: View | None = None) -> Page:
        """What a page may speak of, opened with *view*: the employee's own right unless another was used."""
        own = view or self.view(employee, person)
        course = self.course_of(person)
        others = [other for other in self.members(course) if other != person] if course and own.is_team else []
        views = {other.id: self.view(employee, other) for other in others} | {person.id: own}
        others = [other for other in others if views[other.id].basis != "refused"]
        return Page(
            employee=employee,
            person=person,
            view=own,
            people=(person, *others),
            views=views,
            course=course,
            day=self.day,
            now=self.now,
            printed_on=self.day,
        )

    def known_then(self, page: Page, today: "Oracle") -> Page | None:
        """The same page as *today* opens it, of what was known on this oracle's day; None: nobody knew the citizen."""
        people = tuple(self.people[person.id] for person in page.people if person.id in self.people)
        if page.person.id not in self.people:
            return None
        person = self.people[page.person.id]
        return replace(
            page, person=person, people=people, course=self.course_of(person), day=self.day, now=self.now,
            printed_on=today.day,
        )  # fmt: skip

    def relatives(self, page: Page) -> list[tuple[Person, str]]:
        """Who is related on the day, as far as a source of a shown area tells, with what they are to the citizen."""
        found = {
            (other, kind): None
            for relation, other, kind in self._relations(page.person)
            if "health" in page.view.shown
            or ("social" in page.view.shown and self._tells_social(relation))
            or ("school" in page.view.shown and page.day == page.printed_on and self.tells_school(relation))
        }
        return [(self.people[other], kind) for other, kind in found]

    def is_known_to(self, employee: Employee, person: Person) -> bool:
        """Whether the employee reads the citizen's name on the page of a relative that opens without a reason."""
        for other, _ in self.all_relatives(person):
            page = self.page(employee, other)
            if page.view.kind in {"team", "relation"} and person in [relative for relative, _ in self.relatives(page)]:
                return True
        return False

    def all_relatives(self, person: Person) -> list[tuple[Person, str]]:
        """Everybody who is related to the citizen on the day."""
        found = dict.fromkeys((other, kind) for _, other, kind in self._relations(person))
        return [(self.people[other], kind) for other, kind in found]

    def _relations(self, person: Person) -> list[tuple[Relation, int, str]]:
        """Relations of the day, each with the other and what the other is to the citizen."""
        known = []
        for relation in self.truth.relations:
            if relation.start > self.day or (relation.end is not None and relation.end <= self.day):
                continue
            if relation.person == person.id:
                known.append((relation, relation.other, DIRECT[relation.kind]))
            elif relation.other == person.id:
                known.append((relation, relation.person, INVERSE[relation.kind]))
        return known

    def _tells_social(self, relation: Relation) -> bool:
        return self.has_case(self.people[relation.person])

    def tells_school(self, relation: Relation) -> bool:
        """Whether the school names the parent as a contact of its pupil."""
        pupil = self.people.get(relation.person)
        is_contact = relation.kind in {"mother", "father"} and relation.end is None
        is_near = bool(relation.custody or relation.shares_household)
        return is_contact and is_near and pupil is not None and self.enrolment(pupil) is not None

    def is_guarded(self, person: Person) -> bool:
        """Whether the citizen, or somebody the citizen lives with, has name and address protection in any source."""
        if person.protected_in:
            return True
        return any(self._lives_with(person, other) for other in self.people.values() if other.protected_in)

    def _lives_with(self, person: Person, other: Person) -> bool:
        """As a source says; where none says anything, parents, children and partners live together."""
        between = [(relation, kind) for relation, key, kind in self._relations(person) if key == other.id]
        said = {relation.shares_household for relation, _ in between if self._tells_social(relation)} - {None}
        return True in said if said else any(kind in {"parent", "child", "partner"} for _, kind in between)

    def sources_disagree(self, person: Person) -> bool:
        """Whether sources disagree on who the citizen is."""
        stolen = (person.given, person.family) == STOLEN
        return stolen or bool((person.social_family or person.social_born) and self.has_case(person))
