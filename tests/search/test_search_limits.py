"""Documents that are larger than an index takes: pure judgement by property, then both indices alike."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.period import Period
from schemas.search import SearchDocument, UnitGrant
from search import limits
from search.base import SearchIndex
from search.opensearch import OpenSearchIndex
from search.postgres import PostgresIndex
from tests.contracts.search_index import TODAY, citizen, make_document, make_entry, make_query, numbers
from tests.contracts.search_limits import SearchLimitsSuite

LARGEST_REQUEST = 200_000


@pytest.fixture(params=["postgres", "opensearch"])
def index(request: pytest.FixtureRequest) -> SearchIndex:
    result: SearchIndex = request.getfixturevalue(f"{request.param}_index")
    return result


class TestLimits(SearchLimitsSuite):
    """Both indices."""


days = st.dates(date(2000, 1, 1), date(2030, 1, 1))
periods = st.builds(
    lambda start, days: Period(start=start, end=None if days is None else start + timedelta(days=days)),
    days,
    st.none() | st.integers(0, 4000),
)
lengths = st.sampled_from([1, 300, 301, 500, 501, 4000, 4001])


@st.composite
def documents(draw: st.DrawFn) -> SearchDocument:
    entries = [
        make_entry(
            "x" * draw(lengths),
            entry_id=f"{number}" + "i" * draw(st.sampled_from([0, 600])),
            unit="u" * draw(lengths),
            valid=draw(periods),
        )
        for number in range(draw(st.integers(0, 12)))
    ]
    grants = tuple(UnitGrant(unit_id=f"{n}", valid=draw(periods)) for n in range(draw(st.integers(0, 5))))
    return make_document(1, "N" * draw(lengths), *entries, unit_grants=grants, identifier_digests=("ab",))


@given(documents(), st.integers(1, 8), st.integers(1, 3))
def test_a_document_is_cut_to_the_limits_and_no_further(document: SearchDocument, entries: int, grants: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limits, "MOST_ENTRIES", entries)
        patch.setattr(limits, "MOST_GRANTS", grants)
        small = limits.cut(document)
        assert limits.cut(small) == small, "cutting again changes nothing"
        assert small.is_cut == (small is not document)
        assert (small.citizen_id, small.version) == (document.citizen_id, document.version)
        assert small.identifier_digests == ("ab",)
        assert document.name.startswith(small.name)
        assert len(small.entries) <= entries
        assert len(small.unit_grants) <= grants
        ids = [entry.entry_id for entry in small.entries]
        fitting = [entry for entry in document.entries if len(entry.entry_id) <= limits.LONGEST_KEY]
        assert ids == [entry.entry_id for entry in fitting if entry.entry_id in ids], "their order is kept"
        assert len(ids) == min(entries, len(fitting))
        left_out = [entry for entry in fitting if entry.entry_id not in ids]
        ends = [entry.valid.end or date.max for entry in small.entries]
        assert all((entry.valid.end or date.max) <= min(ends) for entry in left_out), "the newest are kept"


def test_a_document_within_the_limits_is_left_as_it_is() -> None:
    document = make_document(
        1, "Maja", make_entry(), overview="{}", unit_grants=(UnitGrant(unit_id="1", valid=Period()),)
    )
    assert limits.cut(document) is document


def test_the_characters_of_all_entries_are_limited_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_CHARACTERS", 25)
    entries = [
        make_entry("x" * 10, entry_id=str(year), valid=Period(end=date(year, 1, 1))) for year in (2021, 2023, 2022)
    ]
    small = limits.cut(make_document(1, "Maja", *entries))
    assert [entry.entry_id for entry in small.entries] == ["2023", "2022"]


@pytest.mark.parametrize(("nested", "is_taken"), [(150, True), (20, False)])
def test_an_index_set_to_take_less_gets_the_least_there_is(
    opensearch_index: OpenSearchIndex, nested: int, is_taken: bool
) -> None:
    setting = {"index.mapping.nested_objects.limit": nested}
    opensearch_index._cluster.ask("PUT", f"/{opensearch_index._name}/_settings", setting)
    entries = [
        make_entry(f"Hemmelig {n}", entry_id=str(n), valid=Period(end=TODAY + timedelta(days=n))) for n in range(200)
    ]
    result = opensearch_index.put([make_document(1, "Maja", *entries), make_document(2, "Ida")])
    opensearch_index.refresh()
    if is_taken:
        assert (result.written, result.refused, result.cut) == (2, (), frozenset({citizen(1)}))
        assert numbers(opensearch_index.find(make_query("maja"))) == [1]
        assert numbers(opensearch_index.find(make_query("199"))) == [1]
    else:
        assert result.refused == ((citizen(1), "400 mapper_parsing_exception"),), "nothing of the document's own"
        assert (result.written, result.cut) == (1, frozenset())


def test_postgresql_too_tries_the_least_before_it_refuses(
    postgres_index: PostgresIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LONGEST_TEXT", "LONGEST_KEY", "MOST_CHARACTERS"):
        monkeypatch.setattr(limits, name, 10_000_000)
    words = " ".join(f"ord{number}" for number in range(200_000))
    entries = [make_entry(words, entry_id="old", valid=Period(end=date(2000, 1, 1)))]
    entries += [make_entry(entry_id=str(number)) for number in range(60)]
    refused = make_document(2, "Ida", make_entry(words))
    result = postgres_index.put([make_document(1, "Maja", *entries), refused, make_document(3, "Liv")])
    assert (result.written, result.cut) == (2, frozenset({citizen(1)}))
    assert result.refused == ((citizen(2), "ProgramLimitExceeded"),)
    assert numbers(postgres_index.find(make_query("maja"))) == [1]


@contextmanager
def limiting_proxy(node: str) -> Iterator[str]:
    """The address of a proxy that refuses requests of more than ``LARGEST_REQUEST`` bytes, while it runs."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def relay(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            if len(body) > LARGEST_REQUEST:
                self._answer(413, b"", "text/plain")
                return
            kind = self.headers.get("content-type", "application/json")
            answer = httpx.request(self.command, node + self.path, content=body, headers={"content-type": kind})
            self._answer(answer.status_code, answer.content, answer.headers.get("content-type", "application/json"))

        do_GET = do_POST = do_PUT = do_DELETE = relay  # noqa: N815  the names http.server asks for

        def _answer(self, status: int, content: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_request_that_is_too_large_is_sent_in_parts(opensearch_index: OpenSearchIndex, opensearch_urls: str) -> None:
    with limiting_proxy(opensearch_urls.split(",", maxsplit=1)[0]) as address:
        index = OpenSearchIndex([address], name=opensearch_index._name)
        documents = [make_document(number, f"Maja {number}", overview="x" * 30_000) for number in range(1, 20)]
        documents.append(make_document(20, "Ida", make_entry(), overview="x" * 2 * LARGEST_REQUEST))
        result = index.put(documents)
        assert (result.written, result.failed, result.refused, result.cut) == (20, (), (), frozenset({citizen(20)}))
        assert index.overview(citizen(19)) is not None
        assert index.overview(citizen(20)) is None, "its page comes from the store"
        index.refresh()
        assert numbers(index.find(make_query("familiebehandling"))) == [20]
        index.close()
