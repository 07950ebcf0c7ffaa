"""The Maja family in a real database behind the real application; a client that logs in as people do."""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import sync_playwright
from sqlalchemy import Connection, text
from sqlalchemy.engine import URL

from deploy.browser import QUIET, find
from hub.access.tables import ActorRow
from hub.app import create_app
from hub.bus.postgres import PostgresBus
from hub.clock import FixedClock, danish_day
from hub.context import AppContext
from hub.course import service as course
from hub.course.views import Membership
from hub.db import Database
from hub.digest import keyed_digest
from hub.indexing.writer import build_documents
from hub.matching.repository import citizen_of
from hub.overview import repository as overviews
from hub.secrets import PayloadCipher, derived_keys
from hub.settings import Settings
from schemas.course import TeamFunction
from schemas.identifiers import Identifier
from schemas.overview import Entry
from schemas.people import PersonFact, RelationFact, RelationKind
from schemas.period import Period
from schemas.record import Party, PartyRole, SourceRecord
from schemas.source import Area
from search.postgres import PostgresIndex
from tests.conftest import DIGEST_KEY, fresh_database, make_clock
from tests.consents import consent_to_areas, open_course
from tests.processing import process_records
from tests.sources import SilentSource, add_connector, know_connector, make_catalogue
from tests.web import maja
from tests.web.serving import Browser, browsing, serving

SETTINGS = Settings(demo=True, secure_cookies=False)
"""Of every town. Nobody can change them, so they are read once."""
SESSION_KEY = b"only-for-tests-only-for-tests-only-session"
NUMBERS = {
    maja.MAJA: "750786-4002",
    maja.IDA: "630309-4002",
    maja.EMIL: "820512-4001",
    UUID(int=9): "710170-4001",
}
SOURCES = (maja.SOCIAL, maja.HEALTH)
COURSE_START = date(2023, 3, 12)
HOSTILE = UUID(int=9)
"""A citizen whose name is markup; on nobody's team, protected."""


@dataclass
class Town:
    """The running application, its context and who lives there."""

    app: FastAPI
    context: AppContext
    clock: FixedClock
    address: str
    stack: ExitStack
    ids: dict[UUID, UUID]
    """From the numbers in ``maja`` to the keys the hub gave."""
    course_id: UUID
    """Of Maja, Ida and Emil."""

    def client(self, actor_id: str | None = None) -> Browser:
        """A browser, logged in as the actor."""
        return self.stack.enter_context(browsing(self.address, actor_id))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=list(QUIET))
        yield browser
        browser.close()


@dataclass(frozen=True)
class SettledTown:
    """A database in which the town stands; that of each test is a copy, which takes a tenth of the time."""

    url: URL
    ids: dict[UUID, UUID]
    course_id: UUID


@pytest.fixture(scope="session")
def settled_town(administrator: Connection, template: URL) -> SettledTown:
    """Maja's family with course, team and search, as in September 2023."""
    administrator.execute(text(f"CREATE DATABASE helhed_town TEMPLATE {template.database}"))
    database, clock = Database(template.set(database="helhed_town")), make_clock()
    with closing(database), _live(database, clock) as context:
        context.index.create()
        for source in SOURCES:
            add_connector(database, context.catalogue, SilentSource(source))
        ids, course_id = _settle(context, clock)
    return SettledTown(database.url, ids, course_id)


@pytest.fixture
def database(administrator: Connection, template: URL, request: pytest.FixtureRequest) -> Iterator[Database]:
    """A fresh database for this test alone; for who asks for the town, one in which it stands."""
    has_town = "town" in request.fixturenames
    origin = request.getfixturevalue("settled_town").url if has_town else template
    with fresh_database(administrator, origin) as url, closing(Database(url)) as new_database:
        yield new_database


@pytest.fixture
def context(database: Database, clock: FixedClock, request: pytest.FixtureRequest) -> Iterator[AppContext]:
    """Live context of a demo with the sources social and health."""
    with _live(database, clock) as live:
        if "town" in request.fixturenames:  # all of it is in the database
            for source in SOURCES:
                know_connector(live.catalogue, SilentSource(source))
        else:
            live.index.create()
            for source in SOURCES:
                add_connector(database, live.catalogue, SilentSource(source))
        yield live


@pytest.fixture
def town(context: AppContext, clock: FixedClock, settled_town: SettledTown) -> Iterator[Town]:
    """Maja's family with course, team and search behind a running application."""
    app = create_app(context)
    with ExitStack() as stack:
        address = stack.enter_context(serving(app))
        yield Town(app, context, clock, address, stack, dict(settled_town.ids), settled_town.course_id)


@contextmanager
def _live(database: Database, clock: FixedClock) -> Iterator[AppContext]:
    live = AppContext(
        settings=SETTINGS,
        database=database,
        bus=PostgresBus(database.url),
        index=PostgresIndex(database.url.set(drivername="postgresql").render_as_string(hide_password=False)),
        clock=clock,
        catalogue=make_catalogue(database, clock),
        digest_key=DIGEST_KEY,
        session_key=SESSION_KEY,
        payload_cipher=PayloadCipher(derived_keys(DIGEST_KEY)),
    )
    yield live
    live.index.close()
    live.bus.close()


def _settle(context: AppContext, clock: FixedClock) -> tuple[dict[UUID, UUID], UUID]:
    process_records(context.database, _records(), digest_key=context.digest_key, now=clock.now())
    with context.database.transaction() as session:
        ids = {
            number: found
            for number, number_text in NUMBERS.items()
            if (found := citizen_of(session, keyed_digest(Identifier.national(number_text), context.digest_key)))
        }
        session.add_all(_staff())
        session.flush()
        family = [ids[maja.MAJA], ids[maja.IDA], ids[maja.EMIL]]
        started = COURSE_START
        majas = open_course(session, "Majas forløb", family, started)
        lead = Membership(actor_id="anna.holm", function=TeamFunction.LEAD_COORDINATOR, reason="Tovholder")
        course.join(session, majas, lead, started)
        course.join(session, majas, Membership(actor_id="lene.friis", reason="Familiebehandling"), started)
        for one in family:
            consent_to_areas(session, majas, one, [Area.SOCIAL, Area.EMPLOYMENT, Area.SCHOOL], started)
        stored = [one.document for one in overviews.stored(session, ids.values()).values() if one.document]
        context.index.put(build_documents(session, stored, context.digest_key, danish_day(clock.now())))
    context.index.refresh()
    return ids, majas


def _staff() -> list[ActorRow]:
    def worker(key: str, name: str, title: str, role: str = "team_member", **more: str) -> ActorRow:
        return ActorRow(id=key, name=name, title=title, roles=[role], active=True, **more)

    family = {"unit_id": "social:100", "unit_name": "Familieafdelingen", "area": "social", "phone": "44773000"}
    house = {"unit_id": "social:110", "unit_name": "Familiehuset", "area": "social"}
    nurses = {"unit_id": "health:310", "unit_name": "Hjemmeplejen", "area": "health"}
    return [
        worker("anna.holm", "Anna Holm", "tovholder", **family),
        worker("lene.friis", "Lene Friis", "familiebehandler", **house),
        worker("ole.bruun", "Ole Bruun", "hjemmesygeplejerske", **nurses),
        worker("gitte.berg", "Gitte Berg", "leder", role="manager", **family),
        worker("tine.skov", "Tine Skov", "systemadministrator", role="administrator"),
        worker("jens.dam", "Jens Dam", "databeskyttelsesrådgiver", role="dpo"),
    ]


def _records() -> list[SourceRecord]:
    everything = [
        maja.FAMILY_TREATMENT,
        maja.SUPPORT,
        maja.PLACED,
        maja.CONTACT,
        maja.TALKS,
        maja.WISH,
        *maja.STRENGTHS,
        *maja.NOTIFICATIONS,
    ]
    people = [
        _person(maja.MAJA, "Maja", "Testborger", date(1986, 7, 15)),
        _person(maja.IDA, "Ida", "Testborger", date(2009, 3, 3)),
        _person(maja.EMIL, "Emil", "Testborger", date(2012, 5, 22)),
        _person(HOSTILE, '<img src=x onerror="alert(1)">', "O'Brien & Søn", date(1970, 1, 11), protected=True),
    ]
    return [*people, _child(maja.IDA), _child(maja.EMIL), *map(record_of, everything)]


def _party(citizen: UUID, role: PartyRole = PartyRole.PRIMARY) -> Party:
    return Party(role=role, identifiers=(Identifier.national(NUMBERS[citizen]),), name=maja.NAMES.get(citizen))


def record_of(entry: Entry) -> SourceRecord:
    """The entry as its source would have given it."""
    where = entry.provenance
    return SourceRecord(
        source=where.source,
        record_type=where.record_type,
        source_id=where.source_id,
        registered_at=where.registration.registered_from,
        observed_at=where.observed_at,
        valid=entry.valid,
        parties=tuple(_party(one.citizen_id, one.role) for one in entry.parties if one.citizen_id),
        fact=entry.fact,
        link=where.link,
        synthetic=True,
    )


def _person(citizen: UUID, given: str, family: str, born: date, *, protected: bool = False) -> SourceRecord:
    fact = PersonFact(given_name=given, family_name=family, birth_date=born, name_address_protected=protected)
    return plain_record("person", citizen, fact)


def _child(child: UUID) -> SourceRecord:
    record = plain_record(
        "relation", maja.MAJA, RelationFact(relation=RelationKind.CHILD, shares_household=True), child.int
    )
    return record.model_copy(update={"parties": (_party(maja.MAJA), _party(child, PartyRole.OTHER)), "digest": ""})


def plain_record(kind: str, citizen: UUID, fact: PersonFact | RelationFact, number: int = 0) -> SourceRecord:
    """A record of the social source about one of the family."""
    return SourceRecord(
        source="social",
        record_type=kind,
        source_id=f"{citizen.int}-{number}",
        registered_at=datetime(2015, 1, 5, tzinfo=UTC),
        observed_at=maja.NOW,
        valid=Period(start=date(2012, 5, 22)),
        parties=(_party(citizen),),
        fact=fact,
        synthetic=True,
    )
