"""Index and store compared: pure judgement by property, then drift made and mended in the real thing."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from hub.clock import FixedClock
from hub.db import Database
from hub.indexing import comparison
from hub.indexing.drift import Difference, Look, by_source, differences, differing_buckets, drifted, standing
from hub.overview import repository
from hub.pipeline import carry
from schemas.identifiers import Identifier
from schemas.source import Area
from search.base import BUCKET, SearchUnavailable, Tallies, Tally
from search.postgres import PostgresIndex
from tests.access_town import TODAY
from tests.factories import make_effort, make_party, make_record

citizens = st.dictionaries(st.integers(0, 2**128 - 1).map(lambda number: UUID(int=number)), st.integers(1, 9))


def tallied(versions: dict[UUID, int]) -> Tallies:
    found: dict[str, Tally] = {}
    for citizen_id, version in versions.items():
        before = found.get(str(citizen_id)[:BUCKET], Tally(citizens=0, versions=0))
        found[str(citizen_id)[:BUCKET]] = Tally(citizens=before.citizens + 1, versions=before.versions + version)
    return {"": found}


@given(citizens, citizens)
def test_a_bucket_without_differences_never_differs(store: dict[UUID, int], index: dict[UUID, int]) -> None:
    differ = differences(store, index)
    assert {str(key)[:BUCKET] for key in differ} >= set(differing_buckets(tallied(store), tallied(index)))
    assert {key: (one.in_store, one.in_index) for key, one in differ.items()} == {
        key: (store.get(key), index.get(key)) for key in {*store, *index} if store.get(key) != index.get(key)
    }


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
    before = Look(sources=(), differences=differences(first, index))
    now = Look(sources=(), differences=differences(second, index))
    assert standing(before, now) == {
        key: one for key, one in now.differences.items() if first.get(key) == second.get(key)
    }


@given(citizens, st.sets(st.integers(0, 2**128 - 1).map(lambda number: UUID(int=number))))
def test_a_change_the_bus_was_not_told_of_has_not_drifted(store: dict[UUID, int], others: set[UUID]) -> None:
    untold = frozenset({*list(store)[::2], *others})
    before = Look(sources=(), differences=differences(store, {}), untold=untold)
    now = Look(sources=(), differences=differences(store, {}))
    assert set(drifted(before, now)) == set(store) - untold


def fill(database: Database, clock: FixedClock, digest_key: bytes, count: int = 5) -> list[UUID]:
    records = [
        make_record(
            fact=make_effort(), source_id=str(one), parties=[make_party(Identifier.national(f"610786-{one:04d}"))]
        )
        for one in range(count)
    ]
    with database.transaction() as session:
        return sorted(
            carry(session, records, areas={"social": Area.SOCIAL}, digest_key=digest_key, now=clock.now()).citizens
        )


def mended(database: Database, index: PostgresIndex, digest_key: bytes) -> int:
    seen = comparison.look(database, index)
    return comparison.mend(database, index, seen.differences, digest_key=digest_key, on=TODAY)


def test_whatever_drifts_is_found_and_mended(
    database: Database, index: PostgresIndex, clock: FixedClock, digest_key: bytes
) -> None:
    lost, late, ahead, removed, well = fill(database, clock, digest_key)
    assert mended(database, index, digest_key) == 5, "nothing was there"
    assert comparison.look(database, index).differences == {}
    stranger = UUID(int=7)
    with database.transaction() as session:
        session.execute(text("DELETE FROM search.documents WHERE citizen_id = :id"), {"id": lost})
        session.execute(text("UPDATE search.documents SET version = 0 WHERE citizen_id = :id"), {"id": late})
        session.execute(text("UPDATE search.documents SET version = 41 WHERE citizen_id = :id"), {"id": ahead})
        session.execute(text("DELETE FROM overviews WHERE citizen_id = :id"), {"id": removed})
        session.execute(
            text("INSERT INTO search.documents (citizen_id, version, document) VALUES (:id, 3, '{}')"), {"id": stranger}
        )
    assert comparison.look(database, index).differences == {
        lost: Difference(in_store=1, in_index=None),
        late: Difference(in_store=1, in_index=0),
        ahead: Difference(in_store=1, in_index=41),
        removed: Difference(in_store=None, in_index=1),
        stranger: Difference(in_store=None, in_index=3),
    }
    assert mended(database, index, digest_key) == 5
    assert comparison.look(database, index).differences == {}
    assert index.versions() == {lost: 1, late: 1, ahead: 42, well: 1}
    with database.transaction() as session:
        _, grown = repository.current(session, [ahead])[ahead]
    assert grown is not None
    assert grown.version == 42, "a version never falls, so the store goes beyond what the index had seen"


def test_a_look_tells_of_which_changes_the_bus_does_not_know(
    database: Database, index: PostgresIndex, clock: FixedClock, digest_key: bytes
) -> None:
    told, untold = fill(database, clock, digest_key, 2)
    with database.transaction() as session:
        waiting = repository.untold(session, 100)
        repository.delete_published(session, [one.id for one in waiting if one.citizen_id == told])
    seen = comparison.look(database, index)
    assert set(seen.differences) == {told, untold}
    assert seen.untold == {untold}
    mended(database, index, digest_key)
    assert comparison.look(database, index).untold == frozenset(), "it differs no more"


def test_what_a_comparison_found_is_kept(
    database: Database, index: PostgresIndex, clock: FixedClock, digest_key: bytes
) -> None:
    fill(database, clock, digest_key, 3)
    for repaired in (3, 0):
        with database.transaction() as session:
            repository.save_comparison(session, comparison.look(database, index).sources, repaired, clock.now())
        mended(database, index, digest_key)
    with database.transaction() as session:
        kept = repository.comparisons(session)
    assert {source: (one.in_store, one.in_index, one.is_equal) for source, one in kept.items()} == {
        "": (3, 3, True),
        "social": (3, 3, True),
    }
    assert (kept["social"].repaired, kept["social"].repaired_at) == (3, clock.now())


def test_a_rebuilt_index_holds_what_the_store_says(
    database: Database, index: PostgresIndex, clock: FixedClock, digest_key: bytes
) -> None:
    ids = fill(database, clock, digest_key, 7)
    told: list[tuple[int, int]] = []
    done = comparison.rebuild(
        database, index, digest_key=digest_key, on=TODAY, progress=lambda at: told.append((at.done, at.total))
    )
    assert done == 7
    assert told == [(7, 7)]
    assert index.versions() == dict.fromkeys(ids, 1)
    assert index.overview(ids[0]) is not None


def test_what_changes_during_a_rebuild_is_in_the_new_index(
    database: Database, index: PostgresIndex, clock: FixedClock, digest_key: bytes
) -> None:
    gone, *_ = fill(database, clock, digest_key, 4)

    def meanwhile(_: comparison.Progress) -> None:
        fill(database, clock, digest_key, 6)
        with database.transaction() as session:
            session.execute(text("DELETE FROM overviews WHERE citizen_id = :id"), {"id": gone})

    comparison.rebuild(database, index, digest_key=digest_key, on=TODAY, progress=meanwhile)
    assert comparison.look(database, index).differences == {}
    assert len(index.versions()) == 5


def test_a_rebuild_that_fails_leaves_the_old_index_serving(
    database: Database, index: PostgresIndex, clock: FixedClock, digest_key: bytes
) -> None:
    ids = fill(database, clock, digest_key, 3)
    mended(database, index, digest_key)

    def breaks(_: comparison.Progress) -> None:
        raise SearchUnavailable

    with pytest.raises(SearchUnavailable):
        comparison.rebuild(database, index, digest_key=digest_key, on=TODAY, progress=breaks)
    assert index.versions() == dict.fromkeys(ids, 1)
    with database.transaction() as session:
        assert session.scalar(text("SELECT to_regnamespace('search_beside')")) is None


def test_one_process_leads_until_it_lets_go(database: Database) -> None:
    with database.leading("x") as first, database.leading("x") as second, database.leading("y") as other:
        assert (first, second, other) == (True, False, True)
    with database.leading("x") as again:
        assert again
