"""A random municipality for the attack: citizens, what sources say of them, employees, courses; written to a store."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from uuid import UUID, uuid4

from sqlalchemy import insert
from sqlalchemy.orm import Session

from hub.course.consent_rules import kind_of
from hub.course.tables import ConsentRow, CourseCitizenRow, CourseRow, TeamMembershipRow
from hub.digest import keyed_digest
from hub.matching.tables import CitizenIdentifierRow, CitizenRow
from hub.overview import repository as overviews
from hub.overview.repository import NewOverview
from schemas.access import Actor, Role
from schemas.codes import Coded
from schemas.consent import AREA_CATEGORIES, ConsentCell, ConsentForm, ConsentGiver
from schemas.data_category import DataCategory
from schemas.facts import AssignmentFact, CaseFact, EffortFact, EffortStatus
from schemas.identifiers import Identifier
from schemas.overview import (
    CitizenHeader,
    Entry,
    Overview,
    Provenance,
    Relative,
    RelativeStatement,
    Section,
    SectionState,
)
from schemas.people import Address, PersonFact, RelationKind, Responsible, Unit, Worker
from schemas.period import Period, Registration
from schemas.source import Area
from tests.access_town import NOW, SOURCES, TODAY
from tests.conftest import DIGEST_KEY
from tests.processing import store_areas

DAYS = (TODAY - timedelta(days=40), TODAY - timedelta(days=1), TODAY, TODAY + timedelta(days=13))
"""Days on which is asked."""
OPEN_CASE, CLOSED_CASE = "SagStatus1", "SagStatus5"
UNITS = tuple(f"{area}:{number}" for area in Area for number in (100, 200))


@dataclass(frozen=True)
class Line:
    """Something that a source says somebody works on."""

    kind: str
    """``effort``, ``case`` or ``assignment``."""
    area: Area
    unit: str | None
    performer: str | None
    worker: str | None
    start: date | None
    end: date | None
    status: str
    registered: date
    kle: str | None = None


@dataclass(frozen=True)
class Living:
    """What a source says of the household with another citizen; None: nothing."""

    other: int
    relation: RelationKind
    statements: tuple[bool | None, ...]
    until: date | None


@dataclass
class Citizen:
    """A citizen of the random municipality."""

    number: int
    key: UUID
    cpr: Identifier
    protected: bool
    lines: tuple[Line, ...]
    living: tuple[Living, ...] = ()


@dataclass(frozen=True)
class Consent:
    """What a citizen consented to: these categories of an area; of no area: the course."""

    area: Area | None
    categories: tuple[DataCategory, ...]
    given: date
    expires: date | None
    withdrawn: date | None


@dataclass(frozen=True)
class Course:
    """A course with one employee on its team, and what one citizen consented to."""

    citizen: int
    actor: str
    started: date
    ended: date | None
    joined: date
    left: date | None
    consents: tuple[Consent, ...]


@dataclass
class World:
    """Everything the two readings are asked about."""

    citizens: list[Citizen]
    actors: list[Actor]
    courses: list[Course] = field(default_factory=list)


def make_world(seed: int, citizens: int, actors: int) -> World:
    """The same seed makes the same world."""
    random = Random(seed)  # noqa: S311  no secret
    people = [_citizen(random, number) for number in range(citizens)]
    for person in people:
        others = random.sample(range(citizens), 2)
        person.living = tuple(
            Living(
                other=other,
                relation=random.choice([*RelationKind, RelationKind.PARENT, RelationKind.CHILD, RelationKind.PARTNER]),
                statements=tuple(
                    random.choice([None, True, False] if random.random() < 0.5 else [None])
                    for _ in range(random.randint(1, 2))
                ),
                until=random.choice([None, None, *DAYS, TODAY + timedelta(days=1)]),
            )
            for other in others
            if other != person.number and random.random() < 0.5
        )
    staff = [_actor(random, number, people) for number in range(actors)]
    courses = [
        _course(random, person.number, random.choice(staff).id)
        for person in people
        for _ in range(random.randint(0, 3))
    ]
    return World(people, staff, courses)


def _day(random: Random, spread: int = 60) -> date:
    return TODAY + timedelta(days=random.randint(-spread, spread))


def _citizen(random: Random, number: int) -> Citizen:
    cpr = Identifier.national(f"{61 + number % 28:02d}01{number // 28 % 80 + 10:02d}{4000 + number:04d}")
    lines = tuple(_line(random) for _ in range(random.randint(0, 4)))
    return Citizen(number, UUID(int=random.getrandbits(128)), cpr, random.random() < 0.35, lines)


def _line(random: Random) -> Line:
    area = random.choice(list(Area))
    start = random.choice([None, _day(random)])
    end = random.choice([None, _day(random)])
    if start and end and end < start:
        start, end = end, start
    # The days on which something just counts, or just no more: random days hardly ever meet them.
    match random.randrange(6):
        case 0:
            start, end = random.choice(DAYS) + timedelta(days=random.choice((13, 14, 15))), None
        case 1:
            start, end = None, random.choice(DAYS) - timedelta(days=random.choice((29, 30, 31)))
    kind = random.choice(["effort", "effort", "case", "assignment"])
    return Line(
        kind=kind,
        area=area,
        unit=random.choice([None, *UNITS]),
        performer=random.choice([None, *UNITS]) if kind == "effort" else None,
        worker=random.choice([None, "1", "2", "3"]),
        start=start,
        end=end,
        status=random.choice(list(EffortStatus)).value if kind == "effort" else random.choice([OPEN_CASE, CLOSED_CASE]),
        registered=_day(random, 30),
        kle=random.choice([None, "27.24.45", "27.36.12", "15.20.10"]) if kind != "assignment" else None,
    )


def _actor(random: Random, number: int, people: list[Citizen]) -> Actor:
    roles = random.choice(
        [[Role.TEAM_MEMBER]] * 8
        + [[Role.DPO], [Role.MANAGER], [Role.MANAGER, Role.TEAM_MEMBER]]
        + [[Role.ADMINISTRATOR, Role.TEAM_MEMBER], []]
    )
    unit = random.choice([None, *UNITS])
    own = random.choice(people).cpr if random.random() < 0.3 else None
    area = random.choice(list(Area)) if unit is None else Area(unit.partition(":")[0])
    return Actor(
        id=f"actor-{number}",
        name=f"Actor {number}",
        title="rådgiver",
        roles=frozenset(roles),
        unit_id=unit,
        unit_name=unit,
        area=random.choice([area, None]) if unit is None else area,
        kle=random.choice([None] * 4 + [frozenset({"27"}), frozenset({"27.24", "15.20.10"}), frozenset()]),
        worker_ids=frozenset(f"{source}:{random.choice('1234')}" for source in random.sample(list(SOURCES), 2)),
        own_identifier_digest=keyed_digest(own, DIGEST_KEY) if own else None,
    )


def _course(random: Random, citizen: int, actor: str) -> Course:
    started = _day(random, 90)
    to_course = Consent(
        None,
        (),
        started + timedelta(days=random.choice([0, 0, 0, 20])),
        None,
        random.choice([None, None, _day(random)]),
    )
    consents = tuple(_consent(random, area) for area in random.sample(list(Area), random.randint(0, 4)))
    return Course(
        citizen,
        actor,
        started,
        random.choice([None, started + timedelta(days=random.randint(1, 90))]),
        started + timedelta(days=random.randint(0, 30)),
        random.choice([None, started + timedelta(days=random.randint(31, 90))]),
        (to_course, *consents),
    )


def _consent(random: Random, area: Area) -> Consent:
    """To all of an area, to some of it, or only that others know whether there is anything."""
    given = _day(random, 50)
    all_categories = AREA_CATEGORIES[area]
    some = tuple(random.sample(all_categories, random.randint(1, len(all_categories))))
    return Consent(
        area,
        random.choice([all_categories, all_categories, some, (DataCategory.EXISTENCE,)]),
        given,
        given + timedelta(days=90) if area is Area.HEALTH else None,
        random.choice([None, _day(random)]),
    )


def overview_of(world: World, citizen: Citizen) -> Overview:
    """The page as the hub would have built it; every text says what it may be shown with."""

    def provenance(area: Area, number: int, registered: date) -> Provenance:
        at = datetime.combine(registered, time(8), tzinfo=UTC)
        return Provenance(
            source=f"{area}_system",
            record_type="Line",
            source_id=str(number),
            registration=Registration(registered_from=at),
            observed_at=at,
            authority=f"place{citizen.number}",
            link=f"https://place{citizen.number}.example/{number}",
        )

    def entry(number: int, line: Line) -> Entry:
        phone = f"place{citizen.number}"
        unit = Unit(id=line.unit, name=f"place{citizen.number}", phone=phone) if line.unit else None
        worker = Worker(id=line.worker, name="Lene", phone=phone) if line.worker else None
        responsible = Responsible(unit=unit, worker=worker)
        word = f"secret{line.area}{citizen.number}"
        fact: EffortFact | CaseFact | AssignmentFact
        if line.kind == "effort":
            performer = Unit(id=line.performer, name=f"place{citizen.number}") if line.performer else None
            fact = EffortFact(
                title=word,
                status=EffortStatus(line.status),
                responsible=responsible,
                performer=performer,
                kle_topic=line.kle,
            )
        elif line.kind == "case":
            fact = CaseFact(
                title=word,
                case_number=str(number),
                status=Coded(code_list="case_status", code=line.status),
                responsible=responsible,
                kle_topic=line.kle,
            )
        else:
            fact = AssignmentFact(
                role=Coded(code_list="assignment_roles", code="x", label=word), responsible=responsible
            )
        return Entry(
            id=f"{line.area}_system/Line/{citizen.number}-{number}",
            area=line.area,
            fact=fact,
            valid=Period(start=line.start, end=line.end),
            provenance=provenance(line.area, number, line.registered),
        )

    entries = [entry(number, line) for number, line in enumerate(citizen.lines)]

    def relative(living: Living) -> Relative:
        valid = Period(end=living.until)
        areas = list(Area)[: len(living.statements)]
        statements = tuple(
            RelativeStatement(shares_household=value, valid=valid, provenance=provenance(area, 9, TODAY))
            for area, value in zip(areas, living.statements, strict=True)
        )
        return Relative(
            citizen_id=world.citizens[living.other].key,
            relation=living.relation,
            # As the newest would have it: the strictest must win all the same.
            shares_household=living.statements[0],
            valid=valid,
            provenance=statements[0].provenance,
            statements=statements if len(statements) > 1 else None,
        )

    return Overview(
        citizen_id=citizen.key,
        version=1,
        header=CitizenHeader(
            person=PersonFact(
                given_name=f"Maja{citizen.number}",
                family_name="Testborger",
                name_address_protected=citizen.protected,
                address=Address(street=f"place{citizen.number}"),
            ),
            identifiers=(citizen.cpr,),
            relatives=tuple(map(relative, citizen.living)),
        ),
        sections=tuple(
            Section(area=area, state=SectionState.ENTRIES if own else SectionState.NONE_FOUND, entries=own)
            for area in Area
            for own in [tuple(each for each in entries if each.area is area)]
        ),
    )


def store(session: Session, world: World) -> None:
    """Write the world; periods of units and workers are what the hub makes of the pages."""
    store_areas(session, NOW, SOURCES)
    session.execute(insert(CitizenRow), [{"id": each.key, "created_at": NOW} for each in world.citizens])
    session.execute(
        insert(CitizenIdentifierRow),
        [
            {
                "namespace": each.cpr.namespace,
                "value": each.cpr.value,
                "national": True,
                "digest": keyed_digest(each.cpr, DIGEST_KEY),
                "citizen_id": each.key,
            }
            for each in world.citizens
        ],
    )
    overviews.lock(session, [each.key for each in world.citizens])
    pages = [overview_of(world, each) for each in world.citizens]
    new = [NewOverview(page.citizen_id, 1, "stored", page, page.model_dump_json(exclude_none=True)) for page in pages]
    overviews.write(session, new, NOW)
    for course in world.courses:
        course_id, citizen_id = uuid4(), world.citizens[course.citizen].key
        session.add(CourseRow(id=course_id, title="Forløb", started_on=course.started, ended_on=course.ended))
        session.flush()
        session.add(CourseCitizenRow(course_id=course_id, citizen_id=citizen_id, valid_from=course.started))
        session.add(
            TeamMembershipRow(
                course_id=course_id,
                actor_id=course.actor,
                function="member",
                reason="Behov",
                valid_from=course.joined,
                valid_to=course.left,
            )
        )
        session.flush()
        session.add_all(row for consent in course.consents for row in _consent_rows(consent, course_id, citizen_id))
        session.flush()


def _consent_rows(consent: Consent, course_id: UUID, citizen_id: UUID) -> list[ConsentRow]:
    area = consent.area
    return [
        ConsentRow(
            course_id=course_id,
            citizen_id=citizen_id,
            kind=kind_of(cell),
            area=area,
            source=cell and cell.source,
            category=cell and cell.category,
            given_on=consent.given,
            expires_on=consent.expires,
            form=ConsentForm.WRITTEN,
            given_by=ConsentGiver.CITIZEN,
            evidence="Blanket",
            withdrawn_on=consent.withdrawn,
            withdrawn_by=consent.withdrawn and "lead",
        )
        for cell in (
            [ConsentCell(area=area, source=f"{area}_system", category=each) for each in consent.categories]
            if area
            else [None]
        )
    ]
