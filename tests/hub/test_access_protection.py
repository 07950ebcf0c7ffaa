"""A protected mother, the child who lives with her, and the other parent: no page tells where they are."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from hub.access import service
from hub.access.citizen_search import search
from hub.access.masking import MASK, ProtectedField, mask_protected
from hub.clock import FixedClock
from hub.course import repository
from hub.course import service as course
from hub.course.views import Membership
from hub.db import Database
from hub.digest import keyed_digest
from hub.indexing.documents import to_document
from hub.matching.repository import citizen_of
from hub.overview.service import read, rebuild
from schemas.facts import EffortFact, EffortStatus
from schemas.identifiers import Identifier
from schemas.overview import Overview
from schemas.people import Address, PersonFact, RelationFact, RelationKind, Responsible, Unit
from schemas.record import PartyRole, SourceRecord
from schemas.search import AccessFilter, SearchQuery
from schemas.source import Area
from search.postgres import PostgresIndex
from tests.access_town import COURSE_FROM, NOW, TODAY, WHY, an_actor, because
from tests.consents import consent_to_areas, open_course
from tests.factories import make_party, make_record
from tests.processing import process_records

SOFIE = Identifier.national("790191-4002")
HENRIK = Identifier.national("620888-4001")
ALMA = Identifier.national("721016-4002")
ANNA = an_actor()
WHERE = ("Hybenvej", "Krisecentret", "social:900", "55 55 55 55", "fagsystem.example", "Havskolen")
"""Words that tell where Sofie is."""
REFUGE = Responsible(unit=Unit(id="social:900", name="Krisecentret", phone="55 55 55 55"))


class Family(NamedTuple):
    """The three, by our keys."""

    sofie: UUID
    henrik: UUID
    alma: UUID


def person_record(who: Identifier, name: str, street: str, *, protected: bool = False) -> SourceRecord:
    fact = PersonFact(given_name=name, address=Address(street=street, town="Egelund"), name_address_protected=protected)
    return make_record(fact=fact, parties=[make_party(who, name=name)], record_type="Person", source_id=name)


def _parent(child: Identifier, parent: Identifier, household: bool | None) -> SourceRecord:
    fact = RelationFact(relation=RelationKind.PARENT, custody=True, shares_household=household)
    parties = [make_party(child), make_party(parent, role=PartyRole.OTHER)]
    key = f"{child.value[:6]}-{parent.value[:6]}"
    link = "https://fagsystem.example/Hybenvej"
    return make_record(fact=fact, parties=parties, record_type="Relation", source_id=key, link=link)


def family_records(together: bool | None) -> list[SourceRecord]:
    """The three, Sofie protected."""
    effort = EffortFact(title="Samvær", status=EffortStatus.ACTIVE, responsible=REFUGE, performer=REFUGE.unit)
    shared = [make_party(ALMA, name="Alma"), make_party(HENRIK, role=PartyRole.CONCERNED, name="Henrik")]
    return [
        person_record(SOFIE, "Sofie", "Hybenvej 77", protected=True),
        person_record(HENRIK, "Henrik", "Stationsvej 5"),
        person_record(ALMA, "Alma", "Hybenvej 77"),
        _parent(ALMA, SOFIE, together),
        _parent(ALMA, HENRIK, False),
        make_record(fact=effort, parties=shared, authority="0999", link="https://fagsystem.example/1"),
    ]


@pytest.fixture
def settled(database: Database, clock: FixedClock, digest_key: bytes) -> Callable[[bool | None], Family]:
    """Puts the family into the store, Anna on their team with consent to see the social area."""

    def settle(together: bool | None) -> Family:
        process_records(database, family_records(together), digest_key=digest_key, now=clock.now())
        with database.transaction() as session:
            results = [citizen_of(session, keyed_digest(who, digest_key)) for who in (SOFIE, HENRIK, ALMA)]
            family = Family(*(one for one in results if one is not None))
            course_id = open_course(session, "Familien", family, COURSE_FROM)
            course.join(session, course_id, Membership(actor_id=ANNA.id, reason="Tovholder"), COURSE_FROM)
            for one in family:
                consent_to_areas(session, course_id, one, [Area.SOCIAL], COURSE_FROM)
            rebuild(session, family, now=clock.now())
        return family

    return settle


def _opened(session: Session, citizen_id: UUID) -> Overview:
    result = service.open_overview(session, ANNA, citizen_id, WHY, now=NOW, read=lambda *_: read(session, citizen_id))
    assert result.overview is not None
    return result.overview


@pytest.mark.parametrize("together", [True, None])
def test_no_page_of_the_family_tells_where_she_is(
    database: Database, settled: Callable[[bool | None], Family], together: bool | None
) -> None:
    family = settled(together)
    with database.transaction() as session:
        for citizen_id in family:
            result = _opened(session, citizen_id).model_dump_json()
            assert not [word for word in WHERE if word in result]
        henrik = _opened(session, family.henrik)
    assert not henrik.header.person.name_address_protected
    assert henrik.header.person.address is not None
    assert henrik.header.person.address.street == "Stationsvej 5"
    assert [entry.fact.kind for entry in henrik.entries()] == ["effort"]


def test_the_child_is_revealed_on_her_own_page_and_nowhere_else(
    database: Database, settled: Callable[[bool | None], Family]
) -> None:
    family = settled(True)

    def revealed(session: Session, citizen_id: UUID) -> Overview | None:
        return service.reveal(
            session,
            ANNA,
            citizen_id,
            because(),
            fields=frozenset(ProtectedField),
            now=NOW,
            read=lambda *_: read(session, citizen_id),
            areas_of=lambda _: frozenset(),
        ).overview

    with database.transaction() as session:
        alma, henrik = revealed(session, family.alma), revealed(session, family.henrik)
    assert alma is not None
    assert "Hybenvej 77" in alma.model_dump_json()
    assert henrik is not None
    assert not [word for word in WHERE if word in henrik.model_dump_json()]


@pytest.mark.parametrize("first", ["social", "health"])
def test_whoever_says_that_they_live_together_counts_until_the_sources_agree(
    database: Database, clock: FixedClock, digest_key: bytes, first: str
) -> None:
    """Which of the two was registered last makes no difference."""
    later = {"registered_at": NOW - timedelta(hours=2)}
    told = {"social": True, "health": False}
    relations = [
        _parent(ALMA, SOFIE, household).model_copy(update={"source": source} | ({} if source == first else later))
        for source, household in told.items()
    ]
    people = [record for record in family_records(None) if record.record_type == "Person"]
    process_records(database, [*people, *relations], digest_key=digest_key, now=clock.now())
    with database.transaction() as session:
        alma = citizen_of(session, keyed_digest(ALMA, digest_key))
        assert alma is not None
        assert repository.access_facts_of(session, ANNA, [alma], TODAY)[alma].name_address_protected
        overview = read(session, alma)
        assert overview is not None
        (dispute,) = [each for each in overview.disagreements if each.field == "household"]
        assert {value.value for value in dispute.values} == {"yes", "no"}
        shown = mask_protected(overview, guarded=frozenset({alma}))
        (masked,) = [each for each in shown.disagreements if each.field == "household"]
        assert {value.value for value in masked.values} == {MASK}
    settled = _parent(ALMA, SOFIE, False).model_copy(update={"registered_at": NOW - timedelta(hours=1)})
    process_records(database, [settled], digest_key=digest_key, now=clock.now())
    with database.transaction() as session:
        assert not repository.access_facts_of(session, ANNA, [alma], TODAY)[alma].name_address_protected


def test_a_child_who_lives_elsewhere_is_not_guarded(
    database: Database, settled: Callable[[bool | None], Family]
) -> None:
    family = settled(False)
    with database.transaction() as session:
        facts = repository.access_facts_of(session, ANNA, family, TODAY)
    assert [facts[one].name_address_protected for one in family] == [True, False, False]


@pytest.mark.parametrize("is_known_to_the_index", [True, False])
def test_no_search_by_unit_finds_them(
    database: Database,
    settled: Callable[[bool | None], Family],
    digest_key: bytes,
    is_known_to_the_index: bool,
) -> None:
    family = settled(True)
    index = PostgresIndex(database.url.set(drivername="postgresql").render_as_string(hide_password=False))
    index.create()
    with database.transaction() as session:
        for one in (family.sofie, family.alma):
            overview = read(session, one)
            assert overview is not None
            index.put(
                [
                    to_document(
                        overview,
                        [],
                        digest_key=digest_key,
                        guarded=frozenset(family if is_known_to_the_index else ()),
                        areas={},
                    )
                ]
            )
        results = [
            SearchQuery(text="Krisecentret", access=AccessFilter(on=date.min)),
            SearchQuery(text="Alma", units=frozenset({"Krisecentret"}), access=AccessFilter(on=date.min)),
        ]
        for query in results:
            page = search(session, ANNA, query, WHY, index=index, digest_key=digest_key, now=NOW)
            assert page.page.hits == ()
        query = SearchQuery(text="Alma", access=AccessFilter(on=date.min))
        (hit,) = search(session, ANNA, query, WHY, index=index, digest_key=digest_key, now=NOW).page.hits
    index.close()
    assert hit.protected
    assert {reason.field for reason in hit.found_by} == {"name"}
