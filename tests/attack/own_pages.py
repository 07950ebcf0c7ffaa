"""Random citizens open random pages of *Min side*; an independent reading of docs/access.md says what each may hold."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID

from sqlalchemy.orm import Session

from hub.access.own_page import OwnPageDesk
from hub.access.own_page_acts import OwnActs
from hub.db import Database
from hub.overview import repository as overviews
from hub.overview.repository import NewOverview
from hub.web.my_page.present import own_page
from hub.web.my_page.present_log import log_page
from hub.web.shell.rendering import render as render_page
from hub.web.shell.view_models import Frame
from schemas.citizen_actor import CitizenActor
from schemas.overview import EntryParty, Overview, Provenance, Relative, RelativeStatement, StatedIdentity
from schemas.people import RelationKind
from schemas.period import Period, Registration
from schemas.record import PartyRole
from tests.access_town import NOW, TODAY
from tests.attack.oracle import is_guarded
from tests.attack.world import Citizen, World, make_world, overview_of, store

TOKEN = re.compile(r"(?:Maja|place|secret[a-z]+)(\d+)", re.IGNORECASE)
TOMORROW = TODAY + timedelta(days=1)
FRAME = Frame("Min side", None, "", "", (), can_search=False, csrf="", demo=True, municipality="")


@dataclass(frozen=True)
class Custody:
    """What the sources say of a parent of a child; each with its own period."""

    parent: int
    statements: tuple[tuple[bool | None, date | None], ...]
    relation: RelationKind


@dataclass(frozen=True)
class Family:
    """What is told of a citizen beside what ``tests.attack.world`` tells."""

    born: date | None
    is_disputed: bool
    parents: tuple[Custody, ...]
    first: tuple[int | None, ...]
    """Whom each line is about first; None: it names nobody."""


def attack_own_pages(database: Database, seed: int, questions: int) -> Iterator[str]:
    """Each difference in a line of text."""
    world, random = make_world(seed, 40, 5), Random(seed)  # noqa: S311  no secret
    families = [_family(random, citizen, len(world.citizens)) for citizen in world.citizens]
    with database.transaction() as session:
        store(session, world)
        pages = [_page(world, citizen, families) for citizen in world.citizens]
        _store_again(session, pages)
    for _ in range(questions):
        person = random.choice(world.citizens)
        close = [person.number, *(each.parent for each in families[person.number].parents)]
        viewer = world.citizens[random.choice([*close, *close, random.randrange(len(world.citizens))])]
        with database.transaction() as session:
            yield from _ask(session, world, families, viewer, person)


def _family(random: Random, citizen: Citizen, count: int) -> Family:
    parents = tuple(
        Custody(
            parent=random.choice([other for other in range(count) if other != citizen.number]),
            statements=tuple(
                (
                    random.choice([True, True, False, None]),
                    random.choice([None, None, TODAY, TODAY + timedelta(days=1)]),
                )
                for _ in range(random.randint(1, 3))
            ),
            relation=random.choice([RelationKind.PARENT] * 4 + [RelationKind.GUARDIAN, RelationKind.OTHER]),
        )
        for _ in range(random.randint(0, 2))
    )
    fifteenth = date(TODAY.year - 15, TODAY.month, TODAY.day)
    return Family(
        born=random.choice([None, fifteenth, fifteenth + timedelta(days=1), date(2014, 3, 1), date(1980, 5, 5)]),
        is_disputed=random.random() < 0.1,
        parents=parents if len({each.parent for each in parents}) == len(parents) else parents[:1],
        first=tuple(
            random.choice([None, citizen.number, citizen.number, random.randrange(count)]) for _ in citizen.lines
        ),
    )


def _page(world: World, citizen: Citizen, families: list[Family]) -> Overview:
    page, family = overview_of(world, citizen), families[citizen.number]
    relatives = [*page.header.relatives, *(_relative(page, world, each) for each in family.parents)]
    children = [
        _child(page, world, other, custody)
        for other, told in zip(world.citizens, families, strict=True)
        for custody in told.parents
        if custody.parent == citizen.number and custody.relation is RelationKind.PARENT
    ]
    person = page.header.person.model_copy(update={"birth_date": family.born})
    identities = (StatedIdentity(name="Another", sources=("social_system",)),) if family.is_disputed else ()
    header = page.header.model_copy(
        update={"person": person, "relatives": (*relatives, *children), "stated_identities": identities}
    )
    sections = tuple(
        section.model_copy(
            update={
                "entries": tuple(
                    entry.model_copy(update={"parties": _parties(world, citizen, family, int(entry.id.split("-")[-1]))})
                    for entry in section.entries
                )
            }
        )
        for section in page.sections
    )
    return page.model_copy(update={"version": 2, "header": header, "sections": sections})


def _parties(world: World, citizen: Citizen, family: Family, line: int) -> tuple[EntryParty, ...]:
    first = family.first[line]
    if first is None:
        return ()
    about = EntryParty(role=PartyRole.PRIMARY, citizen_id=world.citizens[first].key, name=f"Maja{first}")
    if first == citizen.number:
        return (about,)
    return (about, EntryParty(role=PartyRole.CONCERNED, citizen_id=citizen.key, name=f"Maja{citizen.number}"))


def _relative(page: Overview, world: World, custody: Custody) -> Relative:
    origin = _origin(page)
    statements = tuple(
        RelativeStatement(custody=value, valid=Period(end=end), provenance=origin) for value, end in custody.statements
    )
    told = {value for value, _ in custody.statements if value is not None}
    return Relative(
        citizen_id=world.citizens[custody.parent].key,
        relation=custody.relation,
        name=f"Maja{custody.parent}",
        custody=told.pop() if len(told) == 1 else None,
        shares_household=False,
        valid=statements[0].valid,
        provenance=origin,
        statements=statements if len(statements) > 1 else None,
    )


def _child(page: Overview, world: World, child: Citizen, custody: Custody) -> Relative:
    return _relative(page, world, custody).model_copy(
        update={"citizen_id": child.key, "relation": RelationKind.CHILD, "name": f"Maja{child.number}"}
    )


def _origin(page: Overview) -> Provenance:
    at = datetime.combine(TODAY, time(8), tzinfo=NOW.tzinfo)
    return Provenance(
        source="social_system",
        record_type="Relation",
        source_id=str(page.citizen_id)[:4],
        registration=Registration(registered_from=at),
        observed_at=at,
    )


def _store_again(session: Session, pages: list[Overview]) -> None:
    overviews.lock(session, [page.citizen_id for page in pages])
    new = [NewOverview(page.citizen_id, 2, "", page, page.model_dump_json(exclude_none=True)) for page in pages]
    overviews.write(session, new, NOW)


def _may_open(families: list[Family], viewer: Citizen, person: Citizen) -> bool:
    family = families[person.number]
    if family.is_disputed or family.born is None:
        return False
    fifteenth = date(family.born.year + 15, family.born.month, family.born.day)
    if viewer.number == person.number:
        return fifteenth <= TODAY
    said = [
        value
        for custody in family.parents
        if custody.parent == viewer.number and custody.relation is RelationKind.PARENT
        for value, end in custody.statements
        if value is not None and (end is None or end > TODAY)
    ]
    return fifteenth > TODAY and bool(said) and all(said)


def _ask(session: Session, world: World, families: list[Family], viewer: Citizen, person: Citizen) -> Iterator[str]:
    desk = OwnPageDesk(session, CitizenActor(citizen_id=viewer.key), person.key, "request", now=NOW)
    view, log = desk.read(), desk.read_log(after=None, size=26)
    who = f"{viewer.number} on the page of {person.number}"
    may_open = _may_open(families, viewer, person)
    if (view is not None) is not may_open or (log is not None) is not may_open:
        yield f"{who}: {'shown' if view else 'refused'}, and the page of rules says otherwise"
    acts = OwnActs(session, CitizenActor(citizen_id=viewer.key), desk)
    if not may_open and (acts.withdraw("course") is not None or acts.write_words(UUID(int=1), "Jeg vil") is not None):
        yield f"{who}: acts on a page that may not be opened"
    if view is None or log is None:
        return
    children = desk.list_children() if viewer is person else ()
    page = own_page(view, children, NOW, sources={}, states=(), contact="", result=None)
    told = log_page(log, CitizenActor(citizen_id=viewer.key), "", NOW, "", after=None)
    html = render_page(FRAME, page) + render_page(FRAME, told)
    for fault in (
        *_others_in(html, world, families, viewer, person),
        *_own_lines(html, world, families, viewer, person),
    ):
        yield f"{who}: {fault}"


def _others_in(html: str, world: World, families: list[Family], viewer: Citizen, person: Citizen) -> Iterator[str]:
    """Of others at most the first name of a child whose page may be opened, and its key in the link."""
    mine = {each.number for each in world.citizens if viewer is person and _may_open(families, viewer, each)}
    named = {int(number) for number in TOKEN.findall(html)} - {person.number}
    names = {int(number) for number in re.findall(r"Maja(\d+)", html)}
    if named - mine or named - names:
        yield f"tells of {sorted(named)}"
    for other in world.citizens:
        is_mine = other is person or other.number in mine
        if other.cpr.value in html or (str(other.key) in html and not is_mine):
            yield f"holds key or number of {other.number}"


def _own_lines(html: str, world: World, families: list[Family], viewer: Citizen, person: Citizen) -> Iterator[str]:
    """Every effort that is about the person first, and of a protected child neither titles nor places."""
    is_hidden = viewer is not person and is_guarded(world, person, TODAY)
    told = list(zip(person.lines, families[person.number].first, strict=True))
    for area in {line.area for line in person.lines}:
        is_told = any(
            line.kind == "effort" and line.area is area and first in {None, person.number} for line, first in told
        )
        is_shown = f"secret{area}{person.number}" in html.lower()
        if is_shown is not (is_told and not is_hidden):
            yield f"efforts of {area} are {'shown' if is_shown else 'missing'}"
    if is_hidden and f"place{person.number}" in html:
        yield "tells where a protected child is"
