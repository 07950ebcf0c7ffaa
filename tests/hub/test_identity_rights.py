"""What a merge does to rights: courses and consents stay where they are, and a former number finds the citizen."""

from datetime import date
from uuid import UUID

import pytest

from hub.access.citizen_search import search
from hub.clock import FixedClock, danish_day
from hub.course import repository
from hub.course import service as course
from hub.course.views import Membership
from hub.db import Database
from hub.digest import keyed_digest
from hub.indexing.reindex import reindex
from schemas.access import AccessFacts, Actor
from schemas.identifiers import Identifier
from schemas.search import AccessFilter, SearchQuery
from schemas.source import Area
from search.base import SearchUnavailable
from search.postgres import PostgresIndex
from tests.access_town import COURSE_FROM, WHY, an_actor
from tests.consents import consent_to_areas, open_course, withdraw_areas
from tests.factories import IDA, JONAS, MAJA, make_party, make_person, make_record
from tests.identity import KEY, IdentityTown

ANNA, SARA = an_actor(), an_actor("sara.lund", area=Area.HEALTH, unit_id="health:7")


@pytest.fixture
def town(database: Database, clock: FixedClock) -> IdentityTown:
    town = IdentityTown(database, clock)
    town.process(
        make_person(MAJA),
        make_person(IDA, source_id="2"),
        make_record(parties=[make_party(MAJA)], source_id="1"),
        make_record(parties=[make_party(IDA)], source_id="2", source="health"),
    )
    return town


def on_course(town: IdentityTown, actor: Actor, identifier: Identifier, areas: set[Area]) -> UUID:
    with town.database.transaction() as session:
        citizen = town.own_citizen(identifier)
        course_id = open_course(session, f"Forløb for {actor.name}", [citizen], COURSE_FROM)
        course.join(session, course_id, Membership(actor_id=actor.id, reason="Arbejder med familien"), COURSE_FROM)
        consent_to_areas(session, course_id, citizen, areas, COURSE_FROM)
    return course_id


def facts(town: IdentityTown, actor: Actor, identifier: Identifier) -> AccessFacts | None:
    with town.database.transaction() as session:
        return repository.access_facts(session, actor, town.own_citizen(identifier), today(town))


def today(town: IdentityTown) -> date:
    return danish_day(town.clock.now())


def test_a_team_follows_its_citizen_into_a_merge_and_out_of_it(town: IdentityTown) -> None:
    on_course(town, ANNA, MAJA, {Area.SOCIAL})
    on_course(town, SARA, IDA, {Area.SCHOOL})
    before = [facts(town, actor, identifier) for actor in (ANNA, SARA) for identifier in (MAJA, IDA)]
    town.merge(IDA, MAJA)
    assert facts(town, SARA, IDA) is None, "there is one page, of the one who stays"
    by_team = {actor.id: facts(town, actor, MAJA) for actor in (ANNA, SARA)}
    assert {who: fact.consented_areas for who, fact in by_team.items() if fact and fact.on_team} == {
        ANNA.id: {Area.SOCIAL},
        SARA.id: {Area.SCHOOL},
    }, "each team has the consents that were given to it, and not the other's"
    with town.database.transaction() as session:
        assert {each.citizen_id for each in course.my_citizens(session, SARA, today(town))} == {town.own_citizen(MAJA)}
    town.unmerge(IDA)
    after = [facts(town, actor, identifier) for actor in (ANNA, SARA) for identifier in (MAJA, IDA)]
    assert [fact and fact.model_copy(update={"overview_version": 0}) for fact in after] == [
        fact and fact.model_copy(update={"overview_version": 0}) for fact in before
    ]


def test_a_consent_that_is_withdrawn_while_merged_is_withdrawn(town: IdentityTown) -> None:
    course_id = on_course(town, ANNA, IDA, {Area.HEALTH})
    town.merge(IDA, MAJA)
    fact = facts(town, ANNA, MAJA)
    assert fact
    assert fact.consented_areas == {Area.HEALTH}
    with town.database.transaction() as session:
        withdraw_areas(session, course_id, town.own_citizen(MAJA), [Area.HEALTH], today(town))
    fact = facts(town, ANNA, MAJA)
    assert fact
    assert not fact.consented_areas
    town.unmerge(IDA)
    fact = facts(town, ANNA, IDA)
    assert fact
    assert not fact.consented_areas


def test_nobody_opens_their_own_page_by_the_number_they_had_before(town: IdentityTown) -> None:
    own = ANNA.model_copy(update={"own_identifier_digest": keyed_digest(IDA, KEY)})
    town.merge(IDA, MAJA)
    fact = facts(town, own, MAJA)
    assert fact
    assert fact.is_self


class UnavailableIndex:
    """An index that does not answer."""

    def find(self, _query: SearchQuery) -> None:
        raise SearchUnavailable


@pytest.mark.parametrize("answers", [True, False], ids=["the index", "the store alone"])
def test_a_former_number_finds_the_citizen_and_is_told_as_such(
    answers: bool, town: IdentityTown, postgres_index: PostgresIndex
) -> None:
    def found(number: Identifier) -> list[tuple[UUID, str]]:
        reindex(town.database, postgres_index, digest_key=KEY, clock=town.clock)
        postgres_index.refresh()
        query = SearchQuery(text=number.value, size=20, access=AccessFilter(on=today(town)))
        index = postgres_index if answers else UnavailableIndex()
        with town.database.transaction() as session:
            result = search(session, ANNA, query, WHY, index=index, digest_key=KEY, now=town.clock.now())  # type: ignore[arg-type]
        return [(hit.citizen_id, hit.found_by[0].field) for hit in result.page.hits]

    maja, ida = town.own_citizen(MAJA), town.own_citizen(IDA)
    assert found(IDA) == [(ida, "identifier")]
    town.merge(IDA, MAJA)
    assert found(IDA) == [(maja, "former_identifier")]
    assert found(MAJA) == [(maja, "identifier")]
    town.unmerge(IDA)
    assert found(IDA) == [(ida, "identifier")]
    town.process(make_person(IDA, source_id="2", replaces=[JONAS], registered_at=town.clock.now()))
    assert found(JONAS) == [(ida, "former_identifier")]


def test_the_page_names_the_current_number_and_keeps_the_former(town: IdentityTown) -> None:
    town.merge(MAJA, IDA)
    page = town.page(IDA)
    assert page
    assert (page.header.national_number, page.header.former_numbers) == (IDA, (MAJA,))
    town.unmerge(MAJA)
    town.merge(IDA, MAJA)
    page = town.page(MAJA)
    assert page
    assert (page.header.national_number, page.header.former_numbers) == (MAJA, (IDA,))
