"""A citizen with more than the index takes: found all the same, counted, and shown whole from the store."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.clock import FixedClock
from hub.db import Database
from hub.digest import keyed_digest
from hub.indexing.comparison import compare, repair
from hub.indexing.documents import merged
from hub.indexing.reindex import reindex
from hub.indexing.repository import count_cut_documents
from hub.overview.service import read
from schemas.period import Period
from schemas.search import AccessFilter, AccessScope, SearchQuery
from schemas.source import Area
from search import limits
from search.base import SearchIndex
from tests.factories import IDA, MAJA, make_effort, make_party, make_person, make_record
from tests.processing import process_records

TODAY = date(2023, 9, 12)
VISITS = 10_500


@pytest.fixture(params=["postgres", "opensearch"])
def index(request: pytest.FixtureRequest) -> SearchIndex:
    result: SearchIndex = request.getfixturevalue(f"{request.param}_index")
    return result


def index_all(database: Database, index: SearchIndex, digest_key: bytes, clock: FixedClock) -> None:
    differences = compare(database, index).differences
    repair(database, index, differences, digest_key=digest_key, clock=clock)
    index.refresh()


def cut_documents(database: Database) -> int:
    with database.transaction() as session:
        return count_cut_documents(session)


def test_a_citizen_with_more_entries_than_the_index_takes_is_found_counted_and_shown_whole(
    database: Database, opensearch_index: SearchIndex, clock: FixedClock, digest_key: bytes
) -> None:
    index = opensearch_index
    visits = [
        make_record(
            fact=make_effort(f"Besøg {number}"),
            source_id=str(number),
            valid=Period(start=TODAY - timedelta(days=number + 1), end=TODAY - timedelta(days=number)),
        )
        for number in range(VISITS)
    ]
    ida = make_record(source_id="ida", parties=[make_party(IDA)])
    records = [make_person(MAJA, source_id="maja"), *visits, ida]
    process_records(database, records, digest_key=digest_key, now=clock.now())
    index_all(database, index, digest_key, clock)
    assert cut_documents(database) == 1
    (maja,) = (key for key in index.versions() if (response := index.get(key)) and response.is_cut)
    scope = AccessScope(citizens=frozenset({maja}), areas=frozenset(Area))
    access = AccessFilter(on=TODAY, scopes=(scope,))
    for query in (
        SearchQuery(text="testborger", access=access),
        SearchQuery(text="besøg 17", access=access),
        SearchQuery(identifier_digests=(keyed_digest(MAJA, digest_key),), access=access),
    ):
        assert [hit.citizen_id for hit in index.find(query).hits] == [maja]
    assert index.find(SearchQuery(text=f"besøg {VISITS - 1}", access=access)).total == 0
    with database.transaction() as session:
        overview = read(session, maja)
    assert overview is not None
    assert len(overview.entries()) == VISITS
    stored = index.overview(maja)
    assert stored is not None, "the overview itself fits"
    assert compare(database, index).differences == {}, "a cut document is no drift"


def test_whose_document_is_cut_is_known_until_it_is_whole_again(
    database: Database,
    index: SearchIndex,
    clock: FixedClock,
    digest_key: bytes,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(limits, "MOST_ENTRIES", 2)
    records = [make_record(source_id=str(number), version_order=1) for number in range(3)]
    process_records(database, records, digest_key=digest_key, now=clock.now())
    index_all(database, index, digest_key, clock)
    assert cut_documents(database) == 1
    assert "index.cut" in caplog.text
    reindex(database, index, digest_key=digest_key, clock=clock)
    assert cut_documents(database) == 1
    deleted = [make_record(source_id="0", version_order=2, deleted=True)]
    process_records(database, deleted, digest_key=digest_key, now=clock.now())
    index_all(database, index, digest_key, clock)
    assert cut_documents(database) == 0
    process_records(
        database,
        [make_record(source_id=str(number), version_order=2) for number in (7, 8)],
        digest_key=digest_key,
        now=clock.now(),
    )
    index_all(database, index, digest_key, clock)
    assert cut_documents(database) == 1
    monkeypatch.setattr(limits, "MOST_ENTRIES", 10)
    reindex(database, index, digest_key=digest_key, clock=clock)
    assert cut_documents(database) == 0


DAY = timedelta(days=1)


def test_a_units_periods_that_meet_become_one_grant() -> None:
    daily = [Period(start=TODAY + number * DAY, end=TODAY + (number + 1) * DAY) for number in range(1000)]
    apart = Period(start=TODAY + 1002 * DAY)
    assert merged([*reversed(daily), apart]) == [Period(start=TODAY, end=TODAY + 1000 * DAY), apart]
    assert merged([Period(start=TODAY, end=TODAY), Period()]) == [Period()]


offsets = st.integers(0, 40)
periods = st.builds(
    lambda start, days: Period(
        start=None if start is None else TODAY + start * DAY,
        end=None if days is None else TODAY + ((start or 0) + days) * DAY,
    ),
    st.none() | offsets,
    st.none() | st.integers(0, 5),
)


@given(st.lists(periods, max_size=12))
def test_merged_periods_hold_on_the_same_days_and_are_the_fewest(given_periods: list[Period]) -> None:
    result = merged(given_periods)
    for number in range(-2, 50):
        day = TODAY + number * DAY
        holding = sum(period.contains(day) for period in result)
        assert holding == any(period.contains(day) for period in given_periods), "and never twice"
    for earlier, later in pairwise(result):
        assert earlier.end is not None
        assert later.start is not None
        assert earlier.end < later.start
