"""Matching on a real database: claims come, go and contradict; the links follow."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random
from uuid import UUID

import pytest
from sqlalchemy import text

from hub.clock import FixedClock
from hub.db import Database
from hub.digest import keyed_digest
from hub.intake.service import receive
from hub.matching import repository
from hub.matching.service import match
from schemas.identifiers import Identifier
from schemas.people import PersonFact
from schemas.record import PartyRole, SourceRecord
from tests.emptying import empty
from tests.factories import (
    EMIL,
    IDA,
    JONAS,
    MAJA,
    REGISTERED_AT,
    local,
    make_party,
    make_person,
    make_record,
    make_relation,
)
from tests.processing import RECORD_TABLES

KEY = b"only-for-tests-only-for-tests-only"

MERGED_INTO = text("SELECT merged_into FROM citizen_keys WHERE id = :id")
DIGESTS_OF = text("SELECT digest FROM citizen_digests WHERE citizen_id = :id")


def process(database: Database, clock: FixedClock, *records: SourceRecord) -> frozenset[UUID]:
    with database.transaction() as session:
        received = receive(session, records, now=clock.now())
        return match(session, received.new, digest_key=KEY, now=clock.now())


def citizen(database: Database, identifier: Identifier) -> UUID | None:
    with database.transaction() as session:
        return repository.citizen_of(session, keyed_digest(identifier, KEY))


def entities_on_overview(database: Database, identifier: Identifier) -> list[str]:
    """Entities on the overview of whoever the identifier names."""
    citizen_id = citizen(database, identifier)
    if citizen_id is None:
        return []
    with database.transaction() as session:
        return [linked.record.entity for linked in repository.linked_records(session, [citizen_id])[citizen_id]]


def about(identifier: Identifier, source_id: str) -> SourceRecord:
    return make_record(parties=[make_party(identifier)], source_id=source_id)


def test_a_national_number_makes_a_citizen_at_once(database: Database, clock: FixedClock) -> None:
    affected = process(database, clock, about(MAJA, "1"), about(MAJA, "2"), about(IDA, "3"))
    assert affected == {citizen(database, MAJA), citizen(database, IDA)}
    assert entities_on_overview(database, MAJA) == ["social/Ydelse/1", "social/Ydelse/2"]


def test_a_local_id_waits_until_a_person_record_claims_it(database: Database, clock: FixedClock) -> None:
    assert process(database, clock, about(local(7), "1")) == frozenset()
    with database.transaction() as session:
        assert repository.unmatched_counts(session) == {"social": 1}
    affected = process(database, clock, make_person(MAJA, local(7)))
    assert affected == {citizen(database, MAJA)}
    assert entities_on_overview(database, MAJA) == ["social/Person/1", "social/Ydelse/1"]
    with database.transaction() as session:
        assert repository.unmatched_counts(session) == {}


def test_a_withdrawn_claim_withdraws_the_links(database: Database, clock: FixedClock) -> None:
    process(database, clock, make_person(MAJA, local(7)), about(local(7), "1"))
    gone = make_record(
        record_type="Person", source_id="1", deleted=True, registered_at=REGISTERED_AT + timedelta(days=1)
    )
    assert process(database, clock, gone) == {citizen(database, MAJA)}
    assert entities_on_overview(database, MAJA) == []


def test_a_local_person_moves_whole_to_the_national_citizen_and_back(database: Database, clock: FixedClock) -> None:
    process(database, clock, make_person(local(7)), about(local(7), "1"))
    lonely = citizen(database, local(7))
    assert lonely
    affected = process(database, clock, make_person(MAJA, local(7), source="health", source_id="9"))
    maja = citizen(database, MAJA)
    assert affected == {lonely, maja}
    assert citizen(database, local(7)) == maja
    assert entities_on_overview(database, MAJA) == ["health/Person/9", "social/Person/1", "social/Ydelse/1"]
    with database.transaction() as session:
        assert repository.linked_records(session, [lonely])[lonely] == ()
        assert session.scalar(MERGED_INTO, {"id": lonely}) == maja

    gone = make_record(
        source="health",
        record_type="Person",
        source_id="9",
        deleted=True,
        registered_at=REGISTERED_AT + timedelta(days=1),
    )
    process(database, clock, gone)
    assert citizen(database, local(7)) == lonely
    assert entities_on_overview(database, local(7)) == ["social/Person/1", "social/Ydelse/1"]


def test_a_declared_new_number_joins_the_two_and_nothing_else_does(database: Database, clock: FixedClock) -> None:
    process(database, clock, about(EMIL, "1"), about(JONAS, "2"))
    assert citizen(database, EMIL) != citizen(database, JONAS)
    process(database, clock, make_person(JONAS, replaces=[EMIL]))
    assert citizen(database, EMIL) == citizen(database, JONAS)
    assert entities_on_overview(database, EMIL) == ["social/Person/1", "social/Ydelse/1", "social/Ydelse/2"]
    with database.transaction() as session:
        digests = session.scalars(DIGESTS_OF, {"id": citizen(database, JONAS)}).all()
    assert set(digests) == {keyed_digest(EMIL, KEY), keyed_digest(JONAS, KEY)}


def test_contradicting_claims_park_the_record_and_are_shown_masked(database: Database, clock: FixedClock) -> None:
    process(
        database, clock, make_person(MAJA, local(7)), make_person(IDA, local(7), source_id="2"), about(local(7), "1")
    )
    with database.transaction() as session:
        result = repository.conflicts(session)
    assert [(one.kind, one.subject) for one in result] == [
        ("local_claimed_twice", "social:person:••••"),
        ("several_people", "social/Ydelse/1"),
    ]
    assert "social/Ydelse/1" not in entities_on_overview(database, MAJA) + entities_on_overview(database, IDA)


def test_sources_that_disagree_about_a_person_share_the_citizen_and_are_reported(
    database: Database, clock: FixedClock
) -> None:
    process(database, clock, make_person(MAJA), make_person(MAJA, source="health", given_name="Maia"))
    assert entities_on_overview(database, MAJA) == ["health/Person/1", "social/Person/1"]
    with database.transaction() as session:
        assert [conflict.kind for conflict in repository.conflicts(session)] == ["disagreeing_person"]
    process(database, clock, make_person(MAJA, source="health", registered_at=REGISTERED_AT + timedelta(days=1)))
    with database.transaction() as session:
        assert repository.conflicts(session) == ()


def test_a_record_that_moves_to_another_person_leaves_the_first(database: Database, clock: FixedClock) -> None:
    process(database, clock, make_record(parties=[make_party(MAJA)], version_order=1, source_version="1"))
    moved = make_record(
        parties=[make_party(IDA)], version_order=2, source_version="2", registered_at=REGISTERED_AT + timedelta(days=2)
    )
    assert process(database, clock, moved) == {citizen(database, MAJA), citizen(database, IDA)}
    assert (entities_on_overview(database, MAJA), entities_on_overview(database, IDA)) == ([], ["social/Ydelse/1"])
    maja = citizen(database, MAJA)
    assert maja
    with database.transaction() as session:
        before = repository.linked_records(session, [maja], REGISTERED_AT + timedelta(days=1))
    assert [linked.record.source_version for linked in before[maja]] == ["1"]


def test_others_get_relations_only_and_every_party_is_named_by_our_key(database: Database, clock: FixedClock) -> None:
    beside = make_record(parties=[make_party(MAJA), make_party(IDA, role=PartyRole.OTHER)])
    process(database, clock, beside, make_relation(MAJA, IDA))
    maja, ida = citizen(database, MAJA), citizen(database, IDA)
    assert maja
    assert ida
    with database.transaction() as session:
        linked = repository.linked_records(session, [maja, ida])
    assert [(one.record.record_type, one.role) for one in linked[ida]] == [("Relation", PartyRole.OTHER)]
    assert [one.record.record_type for one in linked[maja]] == ["Relation", "Ydelse"]
    assert all(one.party_citizens == (maja, ida) for one in linked[maja])


def story() -> list[SourceRecord]:
    """Claims, waiting records, a withdrawn claim, a new number, a contradiction."""
    later = REGISTERED_AT + timedelta(days=1)
    people = [
        make_person(MAJA, local(1)),
        make_person(local(1), local(2), source_id="2"),
        make_person(local(3), source_id="3"),
        make_person(IDA, local(3), source_id="4"),
        make_record(record_type="Person", source_id="4", deleted=True, registered_at=later),
        make_person(JONAS, replaces=[EMIL], source_id="5"),
        make_person(MAJA, local(6), source_id="6"),
        make_person(IDA, local(6), source_id="7"),
    ]
    efforts = [about(named, f"{n}") for n, named in enumerate([MAJA, IDA, EMIL, JONAS, *map(local, range(1, 9))])]
    return [*people, *efforts, make_relation(MAJA, local(2)), make_relation(EMIL, JONAS, source_id="2")]


def partition(database: Database) -> set[frozenset[str]]:
    """Which parties are the same citizen, without our keys; parked parties apart."""
    groups: dict[object, set[str]] = {}
    with database.transaction() as session:
        rows = session.execute(
            text(
                "SELECT e.record_type || '/' || e.source_id || '#' || p.party_index AS party, p.state, p.citizen_id"
                " FROM record_parties p JOIN records r ON r.id = p.record_id AND r.is_current"
                " JOIN record_entities e ON e.id = r.entity_id"
            )
        )
        for row in rows:
            groups.setdefault(row.citizen_id or row.state, set()).add(f"{row.party} {row.state}")
    return {frozenset(group) for group in groups.values()}


@pytest.mark.parametrize("seed", range(5))
def test_who_is_who_does_not_depend_on_order_batches_or_replays(
    database: Database, clock: FixedClock, seed: int
) -> None:
    records = story()
    process(database, clock, *records)
    expected = partition(database)
    with database.transaction() as session:
        conflicts = [(conflict.kind, conflict.subject) for conflict in repository.conflicts(session)]
        empty(session, *RECORD_TABLES, "citizens", "identity_conflicts")

    result = records + records[::3]
    Random(seed).shuffle(result)  # noqa: S311 - a seeded order, no secret
    for start in range(0, len(result), 3):
        process(database, clock, *result[start : start + 3])
    assert partition(database) == expected
    with database.transaction() as session:
        assert sorted((conflict.kind, conflict.subject) for conflict in repository.conflicts(session)) == sorted(
            conflicts
        )


def test_two_workers_at_once_agree_with_one_alone(database: Database, clock: FixedClock) -> None:
    records = story()
    process(database, clock, *records)
    expected = partition(database)
    with database.transaction() as session:
        empty(session, *RECORD_TABLES, "citizens", "identity_conflicts")
    with ThreadPoolExecutor(2) as workers:
        halves = [[records[n : n + 2] for n in range(start, len(records), 4)] for start in (0, 2)]
        halves = [[*half, *other] for half, other in (halves, halves[::-1])]
        list(workers.map(lambda half: [process(database, clock, *batch) for batch in half], halves))
    assert partition(database) == expected


@pytest.mark.parametrize("who_says", ["merged", "survivor"])
def test_what_pointed_at_a_merged_record_follows_it_and_comes_back(
    database: Database, clock: FixedClock, who_says: str
) -> None:
    old, survivor = local("a-17"), local("b-99")
    process(database, clock, make_person(old, source_id="a-17"), make_person(MAJA, survivor, source_id="b-99"))
    process(database, clock, about(old, "cp-17"))
    assert "social/Ydelse/cp-17" not in entities_on_overview(database, MAJA)

    def said(*, merged: bool, hours: int) -> SourceRecord:
        at = REGISTERED_AT + timedelta(hours=hours)
        if who_says == "survivor":
            return make_person(MAJA, survivor, replaces=[old] if merged else [], source_id="b-99", registered_at=at)
        person = make_person(old, source_id="a-17", registered_at=at)
        fact = PersonFact(given_name="Maja", replaced_by=(survivor,) if merged else ())
        return SourceRecord.model_validate({**person.model_dump(exclude={"digest"}), "fact": fact})

    process(database, clock, said(merged=True, hours=1))
    assert "social/Ydelse/cp-17" in entities_on_overview(database, MAJA)
    process(database, clock, about(old, "cp-18"))
    assert "social/Ydelse/cp-18" in entities_on_overview(database, MAJA), "also what comes later"
    process(database, clock, said(merged=False, hours=2))
    assert not {"social/Ydelse/cp-17", "social/Ydelse/cp-18"} & set(entities_on_overview(database, MAJA))
    assert "social/Ydelse/cp-17" in entities_on_overview(database, old)
