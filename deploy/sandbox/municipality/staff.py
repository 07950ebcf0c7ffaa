"""Who works in the municipality, their courses with citizens, and who looked before: plain data for the demo.

Citizens are named by their national number; whoever writes this into a database resolves it. Everything has
its day, so that a demo on another day shows who was there then: leave out what begins after it.
"""

from dataclasses import dataclass
from datetime import date, datetime

from deploy.sandbox.municipality.cohort import Story, at
from deploy.sandbox.municipality.generate import cohorts
from deploy.sandbox.municipality.meetings import MAJAS_MEETINGS, MeetingLine
from deploy.sandbox.municipality.names import worker_number
from deploy.sandbox.municipality.plans import MAJAS_PLAN, PlanLine, family_goal
from deploy.sandbox.municipality.trial_actions import MAJAS_TRIALS, MARIAS_TRIALS, TrialLine, family_trial
from schemas.access import Purpose, Role
from schemas.source import Area


@dataclass(frozen=True, slots=True, kw_only=True)
class Employee:
    """An employee. ``cpr`` only where the employee is a citizen of the municipality, too."""

    id: str
    name: str
    title: str
    role: Role
    unit_id: str | None = None
    area: Area | None = None
    cpr: str | None = None
    worker_ids: tuple[str, ...] = ()
    """Under which ids the sources name the employee, ``<source>:<id>``."""
    leads: tuple[str, ...] = ()
    """Ids of the units that the employee leads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """On the team of a course; function ``lead_coordinator``, ``citizen_coordinator`` or ``member``."""

    employee: str
    function: str
    start: date
    end: date | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentGiven:
    """What a citizen lets the team share, from when until when."""

    cpr: str
    area: Area
    given_on: date
    expires_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A course across areas (sammenhængende borgerforløb)."""

    title: str
    started_on: date
    cprs: tuple[str, ...]
    team: tuple[Membership, ...]
    consents: tuple[ConsentGiven, ...]
    plan: tuple[tuple[str, PlanLine], ...] = ()
    """Whose, by number, and what."""
    trials: tuple[tuple[str, TrialLine], ...] = ()
    meetings: tuple[MeetingLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierLookUp:
    """Somebody opened a citizen before the demo began."""

    employee: str
    cpr: str
    when: datetime
    purpose: Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """Everything of this page."""

    employees: tuple[Employee, ...]
    courses: tuple[Course, ...]
    look_ups: tuple[EarlierLookUp, ...]


_START = date(2023, 3, 12)
_RENEWED = 3
"""A health consent lapses after a year at the latest (sundhedsloven § 44) and is renewed in time."""
_WITHOUT_HEALTH = (Area.SOCIAL, Area.EMPLOYMENT, Area.SCHOOL)
_FAMILIES = ("Kjær Holm", "Åkjær", "Hussain", "Ravn Toft", "Nørgaard", "Korsgaard")


def staff() -> Staff:
    """Employees, courses and earlier look-ups of the demo."""
    story = cohorts()
    return Staff(
        employees=_employees(story),
        courses=(_maja(story), _maria(story), _ole(story), *_families(story)),
        look_ups=_look_ups(story),
    )


def cpr_of(story: Story, given: str, family: str) -> str:
    """The number of a named person (the first of that name).

    Raises:
        LookupError: nobody has that name.
    """
    for person in story.people:
        if (person.given, person.family) == (given, family):
            return person.cpr
    raise LookupError(f"{given} {family}")


def _employees(story: Story) -> tuple[Employee, ...]:
    def member(key: str, title: str, unit: str, area: Area) -> Employee:
        name = key.replace(".", " ").title()
        cpr = cpr_of(story, "Ole", "Bruun") if key == "ole.bruun" else None
        return Employee(
            id=key,
            name=name,
            title=title,
            role=Role.TEAM_MEMBER,
            unit_id=unit,
            area=area,
            cpr=cpr,
            worker_ids=(f"social:{worker_number(name)}",) if area is Area.SOCIAL else (),
        )

    return (
        member("anna.holm", "tovholder", "social:100", Area.SOCIAL),
        member("lene.friis", "familiebehandler", "social:110", Area.SOCIAL),
        member("peter.lund", "jobkonsulent", "employment:400", Area.EMPLOYMENT),
        member("mads.krogh", "lærer", "school:500", Area.SCHOOL),
        member("sara.winther", "sundhedsplejerske", "health:300", Area.HEALTH),
        member("karim.nielsen", "borgerkoordinator", "employment:400", Area.EMPLOYMENT),
        member("birgit.dahl", "tovholder", "social:200", Area.SOCIAL),
        member("ole.bruun", "hjemmesygeplejerske", "health:310", Area.HEALTH),
        Employee(
            id="gitte.berg",
            name="Gitte Berg",
            title="leder",
            role=Role.MANAGER,
            unit_id="social:100",
            area=Area.SOCIAL,
            leads=("social:100", "social:110"),
        ),
        Employee(id="tine.skov", name="Tine Skov", title="systemadministrator", role=Role.ADMINISTRATOR),
        Employee(id="jens.dam", name="Jens Dam", title="databeskyttelsesrådgiver", role=Role.DPO),
    )


def _maja(story: Story) -> Course:
    cprs = tuple(cpr_of(story, given_name, "Testborger") for given_name in ("Maja", "Ida", "Emil"))
    members = ("lene.friis", "peter.lund", "mads.krogh", "sara.winther")
    return Course(
        title="Maja, Ida og Emil",
        started_on=_START,
        cprs=cprs,
        team=(
            Membership(employee="anna.holm", function="lead_coordinator", start=_START, reason="tættest på familien"),
            *(
                Membership(employee=employee, function="member", start=_START, reason="valgt af borgeren")
                for employee in members
            ),
            Membership(
                employee="karim.nielsen",
                function="citizen_coordinator",
                start=date(2024, 3, 1),
                reason="progressionen udeblev",
            ),
        ),
        consents=(*_consents(cprs, _START), *_health_consents(cprs, _START)),
        plan=tuple((cpr_of(story, line.given, "Testborger"), line) for line in MAJAS_PLAN),
        trials=tuple((cpr_of(story, line.given, "Testborger"), line) for line in MAJAS_TRIALS),
        meetings=MAJAS_MEETINGS,
    )


def _maria(story: Story) -> Course:
    started_on = date(2023, 8, 1)
    cprs = (cpr_of(story, "Maria", "Testborg"),)
    health = _health_consents(cprs, started_on)
    lead = Membership(employee="birgit.dahl", function="lead_coordinator", start=started_on, reason="tættest på Maria")
    return Course(
        title="Maria",
        started_on=started_on,
        cprs=cprs,
        team=(lead,),
        consents=(*_consents(cprs, started_on), *health),
        trials=tuple((cprs[0], line) for line in MARIAS_TRIALS),
    )


def _ole(story: Story) -> Course:
    started_on = date(2023, 2, 1)
    cprs = (cpr_of(story, "Ole", "Bruun"),)
    lead = Membership(
        employee="birgit.dahl", function="lead_coordinator", start=started_on, reason="tættest på borgeren"
    )
    return Course(title="Ole", started_on=started_on, cprs=cprs, team=(lead,), consents=_consents(cprs, started_on))


def _families(story: Story) -> tuple[Course, ...]:
    """Six ordinary families whom Anna coordinates."""
    courses = []
    for index, family in enumerate(_FAMILIES):
        members = [person for person in story.people if person.family == family and person.coordinated]
        started_on = date(2022, 6 + index, 15)
        cprs = tuple(person.cpr for person in members)
        child = max(members, key=lambda person: person.born)
        other = ("lene.friis", "mads.krogh", "peter.lund")[index % 3]
        courses.append(
            Course(
                title=" og ".join(person.given for person in members),
                started_on=started_on,
                cprs=cprs,
                team=(
                    Membership(employee="anna.holm", function="lead_coordinator", start=started_on, reason="tovholder"),
                    Membership(employee=other, function="member", start=started_on, reason="valgt af borgeren"),
                ),
                consents=_consents(cprs, started_on),
                plan=((child.cpr, family_goal(child.given)),),
                trials=((child.cpr, family_trial(index, child.given)),),
            )
        )
    return tuple(courses)


def _consents(cprs: tuple[str, ...], given_on: date) -> tuple[ConsentGiven, ...]:
    return tuple(ConsentGiven(cpr=cpr, area=area, given_on=given_on) for cpr in cprs for area in _WITHOUT_HEALTH)


def _health_consents(cprs: tuple[str, ...], given_on: date) -> tuple[ConsentGiven, ...]:
    return tuple(
        ConsentGiven(
            cpr=cpr,
            area=Area.HEALTH,
            given_on=given_on.replace(year=given_on.year + year),
            expires_on=given_on.replace(year=given_on.year + year + 1),
        )
        for cpr in cprs
        for year in range(_RENEWED)
    )


def _look_ups(story: Story) -> tuple[EarlierLookUp, ...]:
    maja = cpr_of(story, "Maja", "Testborger")
    looked = (
        ("anna.holm", at(2023, 8, 28, 9, 5), Purpose.TEAM_MEETING),
        ("peter.lund", at(2023, 9, 4, 10, 20), Purpose.FOLLOW_UP),
        ("lene.friis", at(2023, 9, 11, 13, 45), Purpose.CASE_WORK),
    )
    return tuple(
        EarlierLookUp(employee=employee, cpr=maja, when=looked_up_at, purpose=why)
        for employee, looked_up_at, why in looked
    )
