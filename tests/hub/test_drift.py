"""Index and store compared: pure judgement by property, then drift made and repaired in the real thing."""

from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from hub.clock import FixedClock
from hub.db import Database
from hub.indexing import repository
from hub.indexing.comparison import compare, repair
from hub.indexing.drift import (
    AT_ONCE,
    PARTS,
    Comparison,
    Difference,
    by_source,
    differences,
    differing_buckets,
    find_drift,
    lasting_differences,
    whose_turn_it_is,
)
from hub.indexing.reindex import Progress, reindex
from hub.overview import repository as overviews
from schemas.identifiers import Identifier
from search.base import BUCKET, SearchUnavailable, Tallies, Tally
from search.postgres import PostgresIndex
from tests.factories import make_effort, make_party, make_record
from tests.processing import process_records

citizens = st.dictionaries(st.integers(0, 2**128 - 1).map(lambda number: UUID(int=number)), st.integers(1, 9))


def tallied(versions: dict[UUID, int]) -> Tallies:
    tallies: dict[str, Tally] = {}
    for citizen_id, version in versions.items():
        before = tallies.get(str(citizen_id)[:BUCKET], Tally(citizens=0, versions=0))
        tallies[str(citizen_id)[:BUCKET]] = Tally(citizens=before.citizens + 1, versions=before.versions + version)
    return {"": tallies}


@given(citizens, citizens)
def test_a_bucket_without_differences_never_differs(store: dict[UUID, int], index: dict[UUID, int]) -> None:
    differ = differences(store, index)
    assert {str(key)[:BUCKET] for key in differ} >= set(differing_buckets(tallied(store), tallied(index)))
    assert {key: (one.in_store, one.in_index) for key, one in differ.items()} == {
        key: (store.get(key), index.get(key)) for key in {*store, *index} if store.get(key) != index.get(key)
    }


@given(st.sets(st.integers(0, 255)), st.integers(1, 2000), st.integers(0, 99))
def test_differing_buckets_are_looked_into_at_once_or_in_turns(which: set[int], each: int, turn: int) -> None:
    buckets = [f"{one:02x}" for one in sorted(which)]
    store = {"": {bucket: Tally(citizens=each, versions=each) for bucket in buckets}}
    now = whose_turn_it_is(buckets, store, turn)
    if len(buckets) * each <= AT_ONCE:
        assert now == tuple(buckets)
    else:
        assert len(now) <= 256 // PARTS
    looks = [whose_turn_it_is(buckets, store, turn + later) for later in range(2 * PARTS + 1)]
    twice = [set(one) & set(other) for one, other in pairwise(looks)]
    assert set(buckets) == set().union(*twice), "each is looked into twice, one time after the other"


@given(citizens, st.data())
def test_one_lost_or_late_citizen_is_always_noticed(store: dict[UUID, int], data: st.DataObject) -> None:
    if not store:
        return
    one = data.draw(st.sampled_from(sorted(store)))
    index = dict(store)
    if data.draw(st.booleans()):
        del index[one]
    else:
        index[one] += data.draw(st.integers(-9, 9).filter(bool))
    assert differing_buckets(tallied(store), tallied(index)) == (str(one)[:BUCKET],)
    assert not by_source(tallied(store), tallied(index))[0].is_equal


@given(citizens, citizens, citizens)
def test_only_what_stands_unchanged_counts(
    first: dict[UUID, int], second: dict[UUID, int], index: dict[UUID, int]
) -> None:
    before = Comparison(sources=(), differences=differences(first, index))
    now = Comparison(sources=(), differences=differences(second, index))
    assert lasting_differences(before, now) == {
        key: one for key, one in now.differences.items() if first.get(key) == second.get(key)
    }


@given(citizens, st.sets(st.integers(0, 2**128 - 1).map(lambda number: UUID(int=number))))
def test_a_change_that_is_not_published_has_not_drifted(store: dict[UUID, int], others: set[UUID]) -> None:
    unpublished = frozenset({*list(store)[::2], *others})
    before = Comparison(sources=(), differences=differences(store, {}), unpublished=unpublished)
    now = Comparison(sources=(), differences=differences(store, {}))
    assert set(find_drift(before, now)) == set(store) - unpublished


def fill(database: Database, clock: FixedClock, digest_key: bytes, count: int = 5) -> list[UUID]:
    records = [
        make_record(
            fact=make_effort(), source_id=str(one), parties=[make_party(Identifier.national(f"610786-{one:04d}"))]
        )
        for one in range(count)
    ]
    return sorted(process_records(database, records, digest_key=digest_key, now=clock.now()).citizens)


def repaired(database: Database, index: PostgresIndex, digest_key: bytes, clock: FixedClock) -> int:
    differing = compare(database, index).differences
    return repair(database, index, differing, digest_key=digest_key, clock=clock)


def test_whatever_drifts_is_found_and_repaired(
    database: Database, index: PostgresIndex, clock: FixedClock, digest_key: bytes
) -> None:
    lost, late, ahead, removed, well = fill(database, clock, digest_key)
    assert repaired(database, index, digest_key, clock) == 5, "nothing was there"
    assert compare(database, index).differences == {}
    stranger = UUID(int=7)
    with database.transaction() as session:
        session.execute(text("DELETE FROM search.documents WHERE citizen_id = :id"), {"id": lost})
        session.execute(text("UPDATE search.documents SET version = 0 WHERE citizen_id = :id"), {"id": late})
        session.execute(text("UPDATE search.documents SET version = 41 WHERE citizen_id = :id"), {"id": ahead})
        session.execute(text("DELETE FROM overviews WHERE citizen_id = :id"), {"id": removed})
        session.execute(
            text("INSERT INTO search.documents (citizen_id, version, document) VALUES (:id, 3, '{}')"), {"id": stranger}
        )
    assert compare(database, index).differences == {
        lost: Difference(in_store=1, in_index=None),
        late: Difference(in_store=1, in_index=0),
        ahead: Difference(in_store=1, in_index=41),
        removed: Difference(in_store=None, in_index=1),
        stranger: Difference(in_store=None, in_index=3),
    }
    assert repaired(database, index, digest_key, clock) == 5
    assert compare(database, index).differences == {}
    assert index.versions() == {lost: 1, late: 1, ahead: 42, well: 1}
    with database.transaction() as session:
        _, grown = overviews.current(session, [ahead])[ahead]
    assert grown is not None
    assert grown.version == 42, "a version never falls, so the store goes beyond what the index had seen"


def test_a_comparison_knows_which_changes_are_not_published(
    database: Database, index: PostgresIndex, clock: FixedClock, digest_key: bytes
) -> None:
    published, unpublished = fill(database, clock, digest_key, 2)
    with database.transaction() as session:
        entries = repository.pending_outbox(session, 100)
        repository.delete_published(session, [entry.id for entry in entries if entry.citizen_id == published])
    comparison = compare(database, index)
    assert set(comparison.differences) == {published, unpublished}
    assert comparison.unpublished == {unpublished}
    repaired(database, index, digest_key, clock)
    assert compare(database, index).unpublished == frozenset(), "it differs no more"


def test_what_a_comparison_found_is_kept(
    database: Database, index: PostgresIndex, clock: FixedClock, digest_key: bytes
) -> None:
    fill(database, clock, digest_key, 3)
    for citizens_repaired in (3, 0):
        with database.transaction() as session:
            repository.save_comparison(session, compare(database, index).sources, citizens_repaired, clock.now())
        repaired(database, index, digest_key, clock)
    with database.transaction() as session:
        result = repository.comparisons(session)
    assert {source: (one.in_store, one.in_index, one.is_equal) for source, one in result.items()} == {
        "": (3, 3, True),
        "social": (3, 3, True),
    }
    assert (result["social"].repaired_citizens, result["social"].repaired_at) == (3, clock.now())


def test_a_new_index_holds_what_the_store_says(
    database: Database, index: PostgresIndex, clock: FixedClock, digest_key: bytes
) -> None:
    ids = fill(database, clock, digest_key, 7)
    results: list[tuple[int, int]] = []
    result = reindex(
        database, index, digest_key=digest_key, clock=clock, progress=lambda at: results.append((at.done, at.total))
    )
    assert result == 7
    assert results == [(7, 7)]
    assert index.versions() == dict.fromkeys(ids, 1)
    assert index.overview(ids[0]) is not None


def test_what_changes_during_a_reindex_is_in_the_new_index(
    database: Database, index: PostgresIndex, clock: FixedClock, digest_key: bytes
) -> None:
    gone, *_ = fill(database, clock, digest_key, 4)

    def meanwhile(_: Progress) -> None:
        fill(database, clock, digest_key, 6)
        with database.transaction() as session:
            session.execute(text("DELETE FROM overviews WHERE citizen_id = :id"), {"id": gone})

    reindex(database, index, digest_key=digest_key, clock=clock, progress=meanwhile)
    assert compare(database, index).differences == {}
    assert len(index.versions()) == 5


def test_a_reindex_that_fails_leaves_the_old_index_serving(
    database: Database, index: PostgresIndex, clock: FixedClock, digest_key: bytes
) -> None:
    ids = fill(database, clock, digest_key, 3)
    repaired(database, index, digest_key, clock)

    def breaks(_: Progress) -> None:
        raise SearchUnavailable

    with pytest.raises(SearchUnavailable):
        reindex(database, index, digest_key=digest_key, clock=clock, progress=breaks)
    assert index.versions() == dict.fromkeys(ids, 1)
    with database.transaction() as session:
        assert session.scalar(text("SELECT to_regnamespace('search_shadow')")) is None


def test_one_process_leads_until_it_lets_go(database: Database) -> None:
    with database.leading("x") as first, database.leading("x") as second, database.leading("y") as other:
        assert (first, second, other) == (True, False, True)
    with database.leading("x") as again:
        assert again
