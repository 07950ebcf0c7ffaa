"""OData servers differ: links, counts, ids, options. Each is read whole, or the reading is not called complete."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from connectors.base import ReadContext
from connectors.errors import ConnectorError, SourceRefused, SourceUnavailable
from connectors.sources.social.connector import SocialConnector
from hub.clock import FixedClock
from schemas.record import Cursor, SourceRecord
from tests.connectors.social_reading import connect, read
from tests.connectors.social_server import Dubu, Item, person, sag, serving, underretning, ydelse

IDA = "6303094002"
GET_BY_SAG = "/odata/Aktivitet/Default.GetBySag(Id=3)"
PARTS = [{"id": key, "fuldeNavn": f"Part {key}", "rolle": "Søskende"} for key in range(1, 6)]


@pytest.fixture
def dubu() -> Iterator[Dubu]:
    """Five cases; the third has five parties and five activities; and seven efforts."""
    held = Dubu(
        sager=[sag(key, person(key, None, "Ida"), sagsparter=PARTS if key == 3 else []) for key in range(1, 6)],
        aktiviteter={3: [underretning(30 + key, 3) for key in range(5)]},
        ydelser=[ydelse(900 + key, 3, IDA) for key in range(7)],
    )
    with serving(held) as served:
        yield served


@pytest.fixture
def connector(dubu: Dubu, clock: FixedClock) -> SocialConnector:
    return connect(dubu, clock)


EVERYTHING = 5 + 5 + 5 + 5 + 7


@pytest.mark.parametrize("links", ["absolute", "host", "service", "request"])
@pytest.mark.parametrize("counts", [True, False])
def test_next_links_are_followed_in_collections_functions_and_expands(
    dubu: Dubu, connector: SocialConnector, links: str, *, counts: bool
) -> None:
    dubu.links, dubu.most_per_page, dubu.counts = links, 2, counts
    run = read(connector)
    assert len(run.records) == EVERYTHING
    assert read(connector, run.cursor).records == {}
    assert [asked for asked in dubu.asked if "sagsparter?" in asked]
    assert [asked for asked in dubu.asked if asked.startswith(GET_BY_SAG) and "skiptoken" in asked]


@pytest.mark.parametrize("where", ["function", "expand"])
def test_a_next_link_that_cannot_be_followed_leaves_the_reading_incomplete(
    dubu: Dubu, connector: SocialConnector, where: str
) -> None:
    dubu.links, dubu.most_per_page = "absolute", 2
    cursor = read(connector).cursor
    dubu.ydelser.pop()
    dubu.statuses = {"/odata/Sag(3)/sagsparter": 404} if where == "expand" else {}

    def broken(path: str, params: dict[str, str], answer: Item) -> Item:
        if where == "function" and path == GET_BY_SAG and "$skiptoken" in params:
            return {"error": {"code": "500", "message": "no"}}
        return answer

    dubu.tamper = broken
    for _ in range(2):
        _is_unfinished(connector, cursor, SourceUnavailable)
    dubu.tamper, dubu.statuses = None, {}
    assert not read(connector, cursor).deleted


def _is_unfinished(connector: SocialConnector, cursor: Cursor, error: type[ConnectorError]) -> str:
    seen: list[SourceRecord] = []
    with pytest.raises(error) as failed:
        for batch in connector.read("sager", cursor, ReadContext()):
            assert batch.cursor is None
            seen.extend(batch.records)
    assert not [record for record in seen if record.deleted]
    return str(failed.value)


def test_links_to_a_proxy_s_host_are_refused_with_what_to_do(dubu: Dubu, connector: SocialConnector) -> None:
    dubu.links, dubu.most_per_page, dubu.elsewhere = "absolute", 2, "http://behind-the-proxy.example"
    result = _is_unfinished(connector, Cursor(), SourceRefused)
    assert "behind-the-proxy.example" in result
    assert dubu.url in result
    assert "external address" in result
    dubu.sager = dubu.sager[2:3]  # the case with links inside
    assert not connector.check().ok


def test_a_reading_goes_on_after_what_could_not_be_read_to_its_end(dubu: Dubu, connector: SocialConnector) -> None:
    dubu.statuses[GET_BY_SAG] = 500
    records: list[SourceRecord] = []
    with pytest.raises(SourceUnavailable):
        for batch in connector.read("sager", Cursor(), ReadContext()):
            records.extend(batch.records)
    assert len(records) == EVERYTHING - 5


def test_an_empty_page_with_a_next_link_is_followed_to_a_limit(dubu: Dubu, connector: SocialConnector) -> None:
    dubu.links, dubu.most_per_page = "service", 2

    def empty_first(path: str, params: dict[str, str], answer: Item) -> Item:
        if path == "/odata/Ydelse" and "$skiptoken" not in params and answer["value"]:
            link = (
                "Ydelse?$filter=" + params.get("$filter", "id gt 0").replace(" ", "%20") + "&$orderby=id&$skiptoken=0"
            )
            return answer | {"value": [], "@odata.nextLink": link}
        return answer

    dubu.tamper = empty_first
    assert len(read(connector).records) == EVERYTHING

    def always_empty(path: str, params: dict[str, str], answer: Item) -> Item:
        if path == "/odata/Ydelse":
            step = int(params.get("$skiptoken", "0")) + 1
            return answer | {"value": [], "@odata.nextLink": f"Ydelse?$skiptoken={step}"}
        return answer

    dubu.tamper = always_empty
    _is_unfinished(connector, Cursor(), SourceUnavailable)


def test_a_link_that_leads_to_itself_ends(dubu: Dubu, connector: SocialConnector) -> None:
    def itself(path: str, _params: dict[str, str], answer: Item) -> Item:
        return answer | {"@odata.nextLink": f"{dubu.url}{path}"} if path == GET_BY_SAG else answer

    dubu.tamper = itself
    _is_unfinished(connector, Cursor(), SourceUnavailable)


@pytest.mark.parametrize("option", ["$filter", "$orderby", "$count", "$top", "$select"])
def test_an_option_that_a_server_does_not_know_is_found_out_once(
    dubu: Dubu, connector: SocialConnector, option: str
) -> None:
    dubu.links, dubu.most_per_page, dubu.refused = "service", 2, frozenset({option})
    assert connector.check().ok
    assert option in connector.check().message
    run = read(connector)
    assert len(run.records) == EVERYTHING
    dubu.asked.clear()
    again = read(connector, run.cursor)
    assert again.records == {}
    assert not [asked for asked in dubu.asked if f"{option}=" in asked]
    dubu.ydelser.pop(2)
    once = read(connector, again.cursor)
    assert read(connector, once.cursor).deleted == {"Ydelse test:902"}


def test_an_option_that_cannot_be_done_without_needs_a_person(dubu: Dubu, connector: SocialConnector) -> None:
    dubu.refused = frozenset({"$expand"})
    assert not connector.check().ok
    assert "$expand" in connector.check().message
    with pytest.raises(SourceRefused, match=r"\$expand"):
        read(connector)


def test_a_server_that_ignores_order_is_read_along_its_links(dubu: Dubu, connector: SocialConnector) -> None:
    dubu.links, dubu.most_per_page = "service", 3
    dubu.ydelser.reverse()

    def unordered(path: str, params: dict[str, str], answer: Item) -> Item:
        if path == "/odata/Ydelse" and "$orderby" in params:
            rows = [row for row in dubu.ydelser if row["id"] > int(params["$filter"].removeprefix("id gt "))]
            return answer | {"value": rows[: int(params.get("$top", 9))]}
        return answer

    dubu.tamper = unordered
    run = read(connector)
    assert len(run.records) == EVERYTHING
    assert read(connector, run.cursor).records == {}


def test_ids_and_counts_as_text_are_the_same_ids_in_the_order_of_numbers(
    dubu: Dubu, connector: SocialConnector
) -> None:
    dubu.ydelser = [ydelse(key, 3, IDA) for key in (1, 2, 9, 10, 11, 100, 101)]
    first = read(connector)
    dubu.text_ids = True
    assert read(connector, first.cursor).records == {}
    assert len(read(connector).records) == EVERYTHING


def test_annotations_of_full_metadata_are_not_read(dubu: Dubu, connector: SocialConnector) -> None:
    cursor = read(connector).cursor

    def annotated(_path: str, _params: dict[str, str], answer: Item) -> Item:
        notes = {"@odata.type": "#D.X", "@odata.id": "X(1)", "id@odata.type": "#Int64", "titel@odata.type": "#String"}
        rows = [row | notes for row in answer["value"]]
        return {"@odata.context": f"{dubu.url}/odata/$metadata#X"} | answer | {"value": rows}

    dubu.tamper = annotated
    assert read(connector, cursor).records == {}


@pytest.mark.parametrize("where", ["/odata/Ydelse", GET_BY_SAG])
@pytest.mark.parametrize("shape", ["body", "item"])
def test_an_error_inside_an_answer_makes_it_incomplete(
    dubu: Dubu, connector: SocialConnector, where: str, shape: str
) -> None:
    cursor = read(connector).cursor
    dubu.ydelser.pop()
    error = {"error": {"code": "500", "message": "timeout"}}

    def failing(path: str, _params: dict[str, str], answer: Item) -> Item:
        if path != where:
            return answer
        return answer | error if shape == "body" else answer | {"value": [*answer["value"][:1], error]}

    dubu.tamper = failing
    for _ in range(2):
        _is_unfinished(connector, cursor, SourceUnavailable)


@pytest.mark.parametrize(
    ("kind", "encode"),
    [
        ("application/json; charset=iso-8859-1", lambda text: text.encode("iso-8859-1")),
        ("application/json", lambda text: b"\xef\xbb\xbf" + text.encode()),
        ("application/json; charset=utf-16", lambda text: text.encode("utf-16")),
        ("application/json;odata.metadata=minimal;charset=UTF-8", str.encode),
        ("application/json; charset=no-such-thing", str.encode),
    ],
)
def test_an_answer_is_read_in_its_own_encoding(dubu: Dubu, connector: SocialConnector, kind: str, encode: Any) -> None:
    dubu.raw = lambda _path, body: (encode(json.dumps(json.loads(body), ensure_ascii=False)), kind)
    run = read(connector)
    assert len(run.records) == EVERYTHING
    cases = [record.fact for record in run.records.values() if record.record_type == "Sag"]
    assert {fact.title for fact in cases if fact and fact.kind == "case"} == {"Børnesag"}


def test_a_check_asks_for_the_activities_of_a_case(dubu: Dubu, connector: SocialConnector) -> None:
    for status, ok in ((200, True), (404, False), (400, False), (403, False)):
        dubu.statuses = {} if ok else {"/odata/Aktivitet/Default.GetBySag(Id=1)": status}
        assert connector.check().ok is ok
    dubu.statuses = {"/odata/Ydelse": 404}
    assert "Ydelse" in connector.check().message
    dubu.sager, dubu.statuses = [], {}
    assert "no case" in connector.check().message


def test_a_right_that_is_lacking_for_all_activities_needs_a_person(dubu: Dubu, connector: SocialConnector) -> None:
    dubu.statuses = {f"/odata/Aktivitet/Default.GetBySag(Id={key})": 403 for key in range(1, 6)}
    with pytest.raises(SourceRefused, match="right"):
        read(connector)
