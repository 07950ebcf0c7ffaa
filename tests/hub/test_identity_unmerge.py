"""Taking a merge back gives what would have been without it: the property, on random worlds in a real database."""

import re
from collections.abc import Iterable
from uuid import UUID

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from hub.clock import FixedClock
from hub.db import Database
from hub.digest import keyed_digest
from hub.matching import repository
from hub.matching.decision_repository import DecisionState, list_proposed
from hub.matching.identity_decisions import Author, confirm_merge, merge_citizens, unmerge_citizen
from hub.overview.repository import stored
from hub.overview.service import mark_due
from hub.pipeline import rebuild_due
from schemas.identifiers import Identifier
from schemas.overview import Overview
from schemas.record import PartyRole, SourceRecord
from tests.emptying import empty
from tests.factories import EMIL, IDA, JONAS, MAJA, local, make_party, make_person, make_record, make_relation
from tests.processing import RECORD_TABLES, process_records

KEY = b"only-for-tests-only-for-tests-only"
WIPED = (*RECORD_TABLES, "citizens", "identity_conflicts", "identity_decisions", "overviews", "overview_versions",
         "overview_due", "overview_outbox", "overview_units", "overview_workers")  # fmt: skip
OUR_KEYS = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
LOCALS = [local(n) for n in range(1, 5)]
EVERYBODY = [MAJA, IDA, EMIL, JONAS, *LOCALS]

identifiers = st.sampled_from(EVERYBODY)
persons = st.builds(
    lambda own, more, replaces, name, secret, source, n: make_person(
        *dict.fromkeys([own, *more]),
        replaces=[each for each in replaces if each not in {own, *more}],
        given_name=name,
        name_address_protected=secret,
        source=source,
        source_id=str(n),
    ),
    identifiers,
    st.lists(st.sampled_from(LOCALS), max_size=2),
    st.lists(identifiers, max_size=1),
    st.sampled_from(["Maja", "Maia", "Ida"]),
    st.booleans(),
    st.sampled_from(["social", "health"]),
    st.integers(1, 6),
)
efforts = st.builds(
    lambda who, beside, n: make_record(
        parties=[make_party(who), *([make_party(beside, role=PartyRole.CONCERNED)] if beside else [])], source_id=str(n)
    ),
    identifiers,
    st.none() | identifiers,
    st.integers(1, 12),
)
relations = st.builds(
    lambda one, other, n: make_relation(one, other, source_id=str(n)), identifiers, identifiers, st.integers(1, 4)
)
worlds = st.lists(persons | efforts | relations, min_size=2, max_size=14)


def process(database: Database, clock: FixedClock, records: Iterable[SourceRecord]) -> None:
    process_records(database, list(records), digest_key=KEY, now=clock.now())


def citizen(database: Database, identifier: Identifier) -> UUID | None:
    with database.transaction() as session:
        return repository.citizen_of(session, keyed_digest(identifier, KEY))


def stands_for(database: Database, citizen_id: UUID) -> UUID:
    """The citizen whom this one was merged into, or itself."""
    with database.transaction() as session:
        statement = text("SELECT coalesce(merged_into, id) FROM citizens WHERE id = :id")
        standing: UUID = session.execute(statement, {"id": citizen_id}).scalar_one()
    return standing


def author(name: str, clock: FixedClock) -> Author:
    return Author(name, "de to er samme borger", clock.now(), KEY)


def rebuild(database: Database, clock: FixedClock) -> None:
    rebuild_due(database, digest_key=KEY, until=clock.now(), now=clock.now(), limit=1000)


def merge(database: Database, clock: FixedClock, one: UUID, other: UUID) -> bool:
    """Merge two citizens, by a second person too where one is asked for; whether it was a new merge."""
    with database.transaction() as session:
        result = merge_citizens(session, one, other, author("anna", clock))
        mark_due(session, result.affected, since=clock.now())
    if result.state is DecisionState.PROPOSED:
        with database.transaction() as session:
            (proposed,) = list_proposed(session)
            confirmed = confirm_merge(session, proposed.id, author("bo", clock))
            mark_due(session, confirmed.affected, since=clock.now())
    rebuild(database, clock)
    return result.is_new


def pages(database: Database) -> list[str]:
    """All overviews without version and our keys; where people are named, by the numbers of their own page."""
    with database.transaction() as session:
        ids = session.scalars(text("SELECT citizen_id FROM overviews")).all()
        documents = stored(session, list(ids))
    overviews = {
        citizen_id: Overview.model_validate_json(each.document)
        for citizen_id, each in documents.items()
        if each.document
    }
    names = {
        str(citizen_id): "+".join(f"{one.namespace}/{one.value}" for one in overview.header.identifiers)
        for citizen_id, overview in overviews.items()
    }
    texts = (overview.model_copy(update={"version": 0}).model_dump_json() for overview in overviews.values())
    return sorted(OUR_KEYS.sub(lambda key: names.get(key[0], "nobody"), page) for page in texts)


def conflicts(database: Database) -> list[tuple[str, str]]:
    with database.transaction() as session:
        return sorted((each.kind, each.subject) for each in repository.conflicts(session))


def withdrawn(number: Identifier, old: Identifier) -> tuple[list[SourceRecord], list[SourceRecord]]:
    """A record says that a number replaced another; later the same record is about Maja."""
    replacing, maja = make_person(number, replaces=[old], source_id="1"), make_person(MAJA, source_id="1")
    return [make_person(MAJA, source_id="2"), replacing], [maja]


@example(*withdrawn(JONAS, IDA), (MAJA, IDA))
@example(*withdrawn(IDA, EMIL), (MAJA, EMIL))
@given(before=worlds, after=worlds, pair=st.tuples(identifiers, identifiers))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_taking_a_merge_back_leaves_every_page_as_if_nobody_had_merged(
    database: Database, clock: FixedClock, before: list[SourceRecord], after: list[SourceRecord],
    pair: tuple[Identifier, Identifier],
) -> None:  # fmt: skip
    with database.transaction() as session:
        empty(session, *WIPED)
    process(database, clock, before)
    process(database, clock, after)
    expected = (pages(database), conflicts(database))

    with database.transaction() as session:
        empty(session, *WIPED)
    process(database, clock, before)
    one, other = (citizen(database, identifier) for identifier in pair)
    is_merged = one is not None and other is not None and one != other and merge(database, clock, one, other)
    process(database, clock, after)
    if is_merged and one is not None and other is not None:
        # Of the citizens, not of the numbers: a source may have withdrawn meanwhile that one stands for another.
        assert stands_for(database, one) == stands_for(database, other)
        with database.transaction() as session:
            result = unmerge_citizen(session, one, author("carl", clock))
            mark_due(session, result.affected, since=clock.now())
        rebuild(database, clock)
    assert (pages(database), conflicts(database)) == expected
