"""The index in OpenSearch: the common suite, and what only OpenSearch can do wrong."""

import logging
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest

from schemas.search import AccessFilter, AccessScope
from schemas.source import Area
from search.base import SearchUnavailable
from search.opensearch import OpenSearchIndex
from search.opensearch_client import Cluster, OpenSearchRefuses
from search.opensearch_documents import DocumentSentFor
from search.opensearch_query import MOST_WORDS, body
from search.paging import PageStart
from tests.contracts.search_access import SearchAccessSuite
from tests.contracts.search_area_names import SearchAreaNamesSuite
from tests.contracts.search_index import (
    TODAY,
    SearchIndexSuite,
    citizen,
    make_document,
    make_entry,
    make_query,
    numbers,
)
from tests.contracts.search_typing import SearchTypingSuite


@pytest.fixture
def index(opensearch_index: OpenSearchIndex) -> OpenSearchIndex:
    return opensearch_index


class TestOpenSearchIndex(SearchIndexSuite, SearchTypingSuite, SearchAccessSuite, SearchAreaNamesSuite):
    """Every promise of the port."""


def _scopes_of(query: Any) -> list[Any]:
    """The clauses that every hit must satisfy and that name whom the actor may find."""
    conditions = query["bool"]["filter"]
    return [
        condition
        for condition in conditions
        if "citizen_id" in str(condition) or "unit_grants.unit_id" in str(condition)
    ]


def test_no_request_looks_for_citizens_without_the_access_filter(
    index: OpenSearchIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    results: list[tuple[str, Any]] = []
    ask = Cluster.ask

    def listening(self: Cluster, method: str, path: str, body: Any = None, **given: Any) -> Any:
        if "/_search" in path and method == "POST" and not path.endswith("/point_in_time"):
            results.append((path, body))
        return ask(self, method, path, body, **given)

    monkeypatch.setattr(Cluster, "ask", listening)
    document = make_document(1, "Maja", make_entry(), identifier_digests=("ab",))
    TestOpenSearchIndex.put(index, [document])
    calls: dict[str, Callable[[], object]] = {
        "create": index.create,
        "put": lambda: index.put([document]),
        "delete": lambda: index.delete(citizen(9), 1),
        "get": lambda: index.get(citizen(1)),
        "overview": lambda: index.overview(citizen(1)),
        "send_for_overview": lambda: (sent := index.send_for_overview(citizen(1))) and sent.result(5),
        "find": lambda: [
            index.find(one) for one in (make_query(), make_query("maja"), make_query("", areas={Area.SOCIAL}))
        ],
        "refresh": index.refresh,
        "create_shadow_index": lambda: index.create_shadow_index().discard(),
        # No citizen's content: keys, counts and sums.
        "tally": index.tally,
        "versions": index.versions,
        "state": index.state,
        "close": index.close,
    }
    assert set(calls) == {name for name in dir(OpenSearchIndex) if not name.startswith("_")}
    for name, call in calls.items():
        results.clear()
        call()
        if name == "find":
            assert len(results) == 3
            assert all(_scopes_of(query["query"]) for _, query in results)
        elif name in {"tally", "versions"}:
            (query,) = [query for _, query in results]
            assert query.get("_source") is False or query["size"] == 0
        else:
            assert not results, name


@pytest.mark.parametrize("text", ["", "maja"])
@pytest.mark.parametrize("scopes", [(), (AccessScope(areas=frozenset(Area)),)])
def test_nothing_is_asked_for_an_actor_who_may_find_nobody(text: str, scopes: tuple[AccessScope, ...]) -> None:
    query = make_query(text)
    assert body(query, AccessFilter(on=TODAY, scopes=scopes), PageStart()) is None
    assert body(query, AccessFilter(on=TODAY, scopes=scopes, known_identifier=True), PageStart()) is None


def test_a_citizen_in_several_scopes_counts_once_and_opens_the_areas_of_all(index: OpenSearchIndex) -> None:
    unit = {"unit": "Familiehuset"}
    entries = [make_entry("Støtte", area, **unit) for area in (Area.SOCIAL, Area.HEALTH, Area.SCHOOL)]
    TestOpenSearchIndex.put(index, [make_document(n, "Maja", *entries) for n in (1, 2, 3)])
    scopes = [
        AccessScope(citizens=frozenset(map(citizen, found)), areas=frozenset(areas))
        for found, areas in [((1, 2), {Area.SOCIAL}), ((2,), {Area.HEALTH, Area.SOCIAL}), ((3,), {Area.SCHOOL})]
    ]
    page = index.find(make_query("støtte", *scopes))
    assert numbers(page) == [1, 2, 3]
    assert {facet.value: facet.count for facet in page.facets["unit"]} == {"Familiehuset": 3}
    assert {facet.value: facet.count for facet in page.facets["area"]} == {"social": 2, "health": 1, "school": 1}


def test_as_many_words_as_the_search_takes_with_every_clause_are_few_enough_for_opensearch(
    index: OpenSearchIndex,
) -> None:
    TestOpenSearchIndex.put(index, [make_document(1, "Maja", make_entry(unit="A", kle_topic="1", paragraph="§"))])
    scopes = [
        AccessScope(citizens=frozenset({citizen(n)}), units=frozenset({f"u{n}"}), areas=frozenset({area}))
        for n, area in enumerate(Area, start=1)
    ]
    every: dict[str, Any] = {"units": {"A"}, "kle_topics": {"1"}, "paragraphs": {"§"}, "ongoing_only": True}
    words = " ".join(f"w{n}" for n in range(MOST_WORDS))
    assert index.find(make_query(words, *scopes, **every)).total == 0
    assert index.find(make_query("w " * 60 + "maja")).total == 0
    assert index.find(make_query(words + " and then one more")).total == 0


def test_two_who_create_at_once_make_one_index(opensearch_urls: str) -> None:
    name = f"test-{uuid4().hex}"
    results = [OpenSearchIndex(opensearch_urls.split(","), name=name, replicas=0) for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(OpenSearchIndex.create, results))
    assert list(results[0]._indices._all()) == [f"{name}-000001"]
    results[0].put([make_document()])
    assert results[3].overview(citizen(2)) is None
    assert results[3].get(citizen(1)) == make_document()
    results[0]._indices.remove(f"{name}-000001")
    for one in results:
        one.close()


def test_an_index_that_was_never_made_is_unavailable_and_not_made_by_writing(opensearch_urls: str) -> None:
    never = OpenSearchIndex(opensearch_urls.split(","), name=f"test-{uuid4().hex}")
    assert [citizen_id for citizen_id, _ in never.put([make_document()]).failed] == [citizen(1)]
    for ask in (
        lambda: never.find(make_query("maja")),
        lambda: never.overview(citizen(1)),
        lambda: never.delete(citizen(1), 1),
        never.versions,
        never.tally,
        never.refresh,
    ):
        with pytest.raises(SearchUnavailable):
            ask()
    assert not never._indices._all()
    never.close()


def test_many_documents_go_in_many_requests_and_all_their_answers_are_read(index: OpenSearchIndex) -> None:
    long = "x" * 30_000
    documents = [make_document(n, f"Maja {n}", overview=long, version=2) for n in range(1, 200)]
    assert index.put(documents[::2]).written == 100
    result = index.put([*documents, make_document(1, version=1)])
    assert (result.written, result.already_newer, result.failed) == (99, 101, ())
    assert index.versions() == {document.citizen_id: 2 for document in documents}


def test_versions_are_read_page_by_page(index: OpenSearchIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.opensearch._SCAN", 3)
    TestOpenSearchIndex.put(index, [make_document(n, version=n) for n in range(1, 10)])
    index.delete(citizen(9), 10)
    assert index.versions() == {citizen(n): n for n in range(1, 9)}


def test_other_peoples_indices_are_left_alone(index: OpenSearchIndex) -> None:
    name = f"{index._name}-archive"
    index._cluster.ask("PUT", f"/{name}", {"settings": {"number_of_replicas": 0}})
    index.create_shadow_index().promote()
    assert index._cluster.ask("GET", f"/{name}/_count")["count"] == 0
    assert list(index._indices._all()) == [f"{index._name}-000002"]
    index._indices.remove(name)


def test_a_fault_of_ours_is_loud_and_says_nothing_of_what_was_asked(
    index: OpenSearchIndex, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO), pytest.raises(OpenSearchRefuses) as caught:
        index._search({"query": {"wrong": {"citizen_id": "Hemmelig"}}})
    assert str(caught.value) == "400 parsing_exception"
    assert caught.value.__context__ is None
    assert "Hemmelig" not in caplog.text


def test_who_cannot_be_reached_is_unavailable_and_told_without_the_question(caplog: pytest.LogCaptureFixture) -> None:
    gone = OpenSearchIndex(["http://127.0.0.1:1"], name="test-gone", answer_within=1)
    with caplog.at_level(logging.INFO):
        for ask in (lambda: gone.find(make_query("hemmelig")), lambda: gone.put([make_document(1, "Hemmelig")])):
            with pytest.raises(SearchUnavailable) as caught:
                ask()
            assert caught.value.__context__ is None
    assert "emmelig" not in caplog.text
    gone.close()


def test_a_dead_node_is_passed_over(opensearch_index: OpenSearchIndex, opensearch_urls: str) -> None:
    opensearch_index.put([make_document(overview="{}")])
    several = OpenSearchIndex(["http://127.0.0.1:1", *opensearch_urls.split(",")], name=opensearch_index._name)
    for _ in range(6):
        assert several.overview(citizen(1)) is not None
    assert several.put([make_document(2)]).written == 1
    several.close()


def cut(index: OpenSearchIndex) -> None:
    """A proxy, or a node that stops, ends the connections that are kept."""
    for connection, _ in index._cluster.documents._kept:
        connection.sock.shutdown(socket.SHUT_RDWR)


def test_overviews_come_over_connections_that_are_kept(index: OpenSearchIndex) -> None:
    index.put([make_document(overview="{}"), make_document(2)])
    assert index.send_for_overview(citizen(1)) is None, "no connection is open"
    page = index.overview(citizen(1))
    sent = index.send_for_overview(citizen(1))
    assert sent is not None
    assert index.send_for_overview(citizen(1)) is None, "the only one is taken"
    assert sent.result(5) == page
    for number in (2, 3):  # without a page; not there
        sent = index.send_for_overview(citizen(number))
        assert sent is not None
        assert sent.result(5) is None
    cut(index)
    assert index.send_for_overview(citizen(1)) is None, "it has ended"
    assert index.overview(citizen(1)) == page
    sent = index.send_for_overview(citizen(1))
    assert sent is not None
    sent.cancel()
    assert index.send_for_overview(citizen(1)) is None, "an answer that nobody reads lies in it"


def test_an_overview_comes_also_when_its_connection_ends_under_way(index: OpenSearchIndex) -> None:
    index.put([make_document(overview="{}")])
    page = index.overview(citizen(1))
    sent = index.send_for_overview(citizen(1))
    assert isinstance(sent, DocumentSentFor)
    sent._connection.sock.shutdown(socket.SHUT_RDWR)
    assert sent.result(5) == page


def test_an_index_that_was_replaced_under_way_still_gives_the_overview(index: OpenSearchIndex) -> None:
    index.put([make_document(overview="{}")])
    page = index.overview(citizen(1))
    shadow = index.create_shadow_index()
    shadow.put([make_document(overview="{}")])
    shadow.promote()
    sent = index.send_for_overview(citizen(1))
    assert sent is not None
    assert sent.result(5) == page


def test_a_node_that_falls_silent_is_unavailable(index: OpenSearchIndex) -> None:
    index.put([make_document(overview="{}")])
    index.overview(citizen(1))
    ((connection, _),) = index._cluster.documents._kept
    with socket.create_server(("127.0.0.1", 0)) as silent:
        connection.sock.close()
        connection.sock = socket.create_connection(silent.getsockname())
        sent = index.send_for_overview(citizen(1))
        assert sent is not None
        with pytest.raises(SearchUnavailable, match="in time"):
            sent.result(0.05)
    assert not index._cluster.documents._kept


def test_a_late_deletion_of_the_same_version_wins(index: OpenSearchIndex) -> None:
    index.put([make_document(version=3)])
    index.delete(citizen(1), 3)
    assert index.get(citizen(1)) is None
    assert index.get(UUID(int=7)) is None
