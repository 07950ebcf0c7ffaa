"""The index in PostgreSQL: the common suite, and a plain model of who may be found by what."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql
from sqlalchemy import text

from hub.db import Database
from schemas.period import Period
from schemas.search import AccessFilter, AccessScope, SearchDocument, SearchEntry, SearchQuery, UnitGrant
from schemas.source import Area
from search import statements
from search.base import SearchUnavailable
from search.folding import fold
from search.postgres import PostgresIndex
from tests.contracts.search_access import SearchAccessSuite
from tests.contracts.search_area_names import SearchAreaNamesSuite
from tests.contracts.search_index import TODAY, SearchIndexSuite, citizen, make_document, make_entry, make_query
from tests.contracts.search_typing import SearchTypingSuite


@pytest.fixture
def index(postgres_index: PostgresIndex) -> PostgresIndex:
    return postgres_index


class TestPostgresIndex(SearchIndexSuite, SearchTypingSuite, SearchAccessSuite, SearchAreaNamesSuite):
    """Every promise of the port."""


_WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock'"
_HELD_BY_WHO_WAITS = """
SELECT count(*) FROM pg_locks JOIN pg_class c ON c.oid = relation AND c.relkind = 'r'
 WHERE granted AND mode = 'AccessExclusiveLock' AND pid IN (SELECT pid FROM pg_locks WHERE NOT granted)
   AND c.relnamespace = 'search_old'::regnamespace
"""


@pytest.mark.parametrize("table", statements.TABLES)
def test_who_waits_for_a_search_to_end_in_the_old_index_holds_none_of_its_tables(
    database: Database, index: PostgresIndex, table: str
) -> None:
    address = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    shadow = index.create_shadow_index()
    with psycopg.connect(address) as reading, psycopg.connect(address, autocommit=True) as watching:
        with ThreadPoolExecutor(1) as threads:
            reading.execute(sql.SQL("SELECT FROM search.{}").format(sql.Identifier(table)))
            promoting = threads.submit(shadow.promote)
            while watching.execute(_WAITING).fetchone() == (0,):
                assert not promoting.done()
            held = watching.execute(_HELD_BY_WHO_WAITS).fetchone()
            reading.rollback()
            promoting.result(timeout=60)
        assert held == (0,)


def test_words_of_entries_are_known_in_an_index_that_the_release_before_made_and_writes(
    database: Database, index: PostgresIndex
) -> None:
    everybody = AccessFilter(
        on=TODAY, scopes=(AccessScope(citizens=frozenset(map(citizen, (1, 2))), areas=frozenset(Area)),)
    )

    def total(words: str) -> int:
        return index.find(SearchQuery(text=words, access=everybody)).total

    index.put([make_document(1, "Maja", make_entry("Familiebehandling i hjemmet", Area.SOCIAL))])
    address = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as before:
        before.execute(
            "DROP TABLE search.entry_words; DROP FUNCTION search.note_entry_words CASCADE;"
            " ALTER TABLE search.unit_grants DROP COLUMN tokens"
        )
        assert total("hjem familiebehandling") == total("maja") == 1, "before a worker of this version has made them"
        index.create()
        assert total("hjem familiebehandling") == 1
        before.execute(
            "INSERT INTO search.entries (citizen_id, entry_id, area, kind, text, words, valid)"
            " VALUES (%s, '9', 'social', 'effort', 'Besøgsordninger', %s, '(,)')",
            [citizen(1), [fold("Besøgsordninger")]],
        )
    assert total("besøgsordning") == total("BESØGSORDNINGER") == total("maja besøgsordningen") == 1
    assert total("besøgsordnin") == 0, "only names are found by their beginning"


def test_names_are_found_within_a_unit_of_which_the_release_before_wrote_the_lines(
    database: Database, index: PostgresIndex
) -> None:
    grant = UnitGrant(unit_id="social:100", valid=Period())
    unit = AccessFilter(on=TODAY, scopes=(AccessScope(units=frozenset({"social:100"}), areas=frozenset(Area)),))

    def total(words: str) -> int:
        return index.find(SearchQuery(text=words, access=unit)).total

    index.put([make_document(n, "Maja Holm", unit_grants=(grant,)) for n in (1, 2)])
    index.put([make_document(3, f"Maja {'Ж' * 200}", unit_grants=(grant,))])
    address = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as before:
        beside = before.execute("SELECT citizen_id, tokens FROM search.unit_grants ORDER BY citizen_id").fetchall()
        assert beside == [(citizen(1), ["maja", "holm"]), (citizen(2), ["maja", "holm"]), (citizen(3), None)]
        before.execute("UPDATE search.unit_grants SET tokens = NULL WHERE citizen_id = %s", [citizen(1)])
        assert (total("maj"), total("hol maja"), total("жжж")) == (3, 2, 1)
        before.execute("ALTER TABLE search.unit_grants DROP COLUMN tokens")
        assert total("maj") == 3, "before a worker of this version has made it"
        index.create()
        filled = before.execute("SELECT tokens FROM search.unit_grants ORDER BY citizen_id").fetchall()
        assert [tokens and sorted(tokens) for (tokens,) in filled] == [["holm", "maja"], ["holm", "maja"], None]
    assert (total("maj"), total("holm"), total("жжж")) == (3, 2, 1)


NAMES = ("Maja", "Majken", "Holm", "Søren")
WORDS = ("familie", "skole", "støtte", "maja")
UNITS = ("social:100", "health:300")
periods = st.sampled_from(
    [Period(), Period(start=TODAY), Period(end=TODAY), Period(start=TODAY - timedelta(days=9), end=date(2023, 9, 13))]
)
areas = st.frozensets(st.sampled_from(Area), max_size=2)


@st.composite
def documents(draw: st.DrawFn) -> list[SearchDocument]:
    results = []
    for number in range(1, draw(st.integers(1, 5)) + 1):
        entries = draw(st.lists(st.tuples(st.sampled_from(Area), st.sampled_from(WORDS), periods), max_size=3))
        grants = draw(st.lists(st.tuples(st.sampled_from(UNITS), periods), max_size=2))
        results.append(
            make_document(
                number,
                " ".join(draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=2))),
                *(
                    make_entry(text, area, entry_id=str(n), valid=valid, unit=f"Enhed {area}")
                    for n, (area, text, valid) in enumerate(entries)
                ),
                identifier_digests=(str(number),),
                unit_grants=tuple(UnitGrant(unit_id=unit, valid=valid) for unit, valid in grants),
            )
        )
    return results


scopes = st.builds(
    AccessScope,
    citizens=st.frozensets(st.integers(1, 5).map(citizen), max_size=3),
    units=st.frozensets(st.sampled_from(UNITS), max_size=1),
    areas=areas,
)
queries = st.builds(
    SearchQuery,
    text=st.lists(st.sampled_from(["maja", "maj", "soeren", "holm", *WORDS]), max_size=2).map(" ".join),
    identifier_digests=st.none() | st.sampled_from([("1",), ("2",), ("2", "3")]),
    areas=areas,
    ongoing_only=st.booleans(),
    access=st.builds(
        AccessFilter, on=st.just(TODAY), scopes=st.lists(scopes, max_size=3).map(tuple), known_identifier=st.booleans()
    ),
    size=st.just(100),
)


def _opened(document: SearchDocument, access: AccessFilter) -> list[AccessScope]:
    return [
        scope
        for scope in access.scopes
        if document.citizen_id in scope.citizens
        or any(
            unit_grant.unit_id in scope.units and unit_grant.valid.contains(access.on)
            for unit_grant in document.unit_grants
        )
    ]


def _left(document: SearchDocument, query: SearchQuery) -> list[SearchEntry]:
    return [
        entry
        for entry in document.entries
        if any(entry.area in scope.areas for scope in _opened(document, query.access))
        and (not query.areas or entry.area in query.areas)
        and (not query.ongoing_only or entry.valid.contains(query.access.on))
    ]


def _found(document: SearchDocument, query: SearchQuery) -> bool:
    left = _left(document, query)
    if (query.areas or query.ongoing_only) and not left:
        return False
    reached = bool(_opened(document, query.access))
    if query.identifier_digests is not None:
        has_one = not set(query.identifier_digests).isdisjoint(document.identifier_digests)
        return has_one and (reached or query.access.known_identifier)
    names = document.name.lower().replace("ø", "oe").split()
    texts = [entry.text for entry in left]
    return reached and all(word in texts or any(name.startswith(word) for name in names) for word in query.text.split())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(corpus=documents(), query=queries)
def test_it_finds_exactly_what_a_plain_reading_of_the_rules_finds(
    index: PostgresIndex, corpus: list[SearchDocument], query: SearchQuery
) -> None:
    with index._transaction() as connection:
        connection.execute(
            "TRUNCATE search.documents, search.names, search.digests, search.entries, search.unit_grants"
        )
    index.put(corpus)
    expected = [document for document in corpus if _found(document, query)]
    page = index.find(query)
    assert {hit.citizen_id for hit in page.hits} == {document.citizen_id for document in expected}
    assert page.total == len(expected)
    for facet in ("area", "unit"):
        counted: dict[str, int] = {}
        for document in expected:
            for value in {str(getattr(entry, facet)) for entry in _left(document, query)}:
                counted[value] = counted.get(value, 0) + 1
        assert {one.value: one.count for one in page.facets[facet]} == counted
    texts = {document.citizen_id: {entry.text for entry in _left(document, query)} for document in expected}
    for hit in page.hits:
        for reason in hit.found_by:
            if reason.field == "effort":
                assert "".join(piece for piece, _ in reason.highlight) in texts[hit.citizen_id]


def test_batches_that_overlap_do_not_deadlock_and_the_newest_stays(index: PostgresIndex) -> None:
    lots = [[make_document(n, version=version) for n in range(1, 50)] for version in range(1, 9)]
    for turn, lot in enumerate(lots):
        lot.sort(key=lambda document: hash((document.citizen_id, turn)))
    with ThreadPoolExecutor(4) as threads:
        results = [result.written for result in threads.map(index.put, lots)]
    assert sum(results) >= 49
    assert set(index.versions().values()) == {8}


def test_a_connection_that_the_server_ended_is_replaced(database: Database, index: PostgresIndex) -> None:
    document = make_document(overview="{}")
    index.put([document])
    with database.transaction() as session:
        session.execute(
            text(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    assert index.overview(document.citizen_id) is not None


def test_a_dead_database_is_told_as_unavailable(database: Database) -> None:
    url = database.url.set(drivername="postgresql", database="nowhere").render_as_string(hide_password=False)
    gone = PostgresIndex(url, answer_within=0.2)
    with pytest.raises(SearchUnavailable):
        gone.find(make_query("x"))
    gone.close()
