"""What one value holds does not make a whole answer unreadable."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.transports.http import HttpSettings, HttpTransport, JsonAnswer
from connectors.transports.json_reader import DEEPEST, UnreadableValue, read_json
from tests.connectors.test_transports_http import JSON, Script, serving, transport

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def nested(levels: int, opening: str, closing: str) -> str:
    return opening * levels + "1" + closing * levels


@given(VALUES, st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"]), st.booleans())
@settings(max_examples=100, deadline=None)
def test_every_json_is_read_as_it_was_written(value: Any, encoding: str, ascii_only: bool) -> None:
    text = json.dumps({"value": value}, ensure_ascii=ascii_only)
    assert read_json(text.encode(encoding, "surrogatepass")) == {"value": value}


@given(st.lists(st.sampled_from(["deep", "huge", "plain", "brackets"]), min_size=1, max_size=8))
@settings(max_examples=30, deadline=None)
def test_items_beside_an_unreadable_value_are_whole(kinds: list[str]) -> None:
    texts = {
        "deep": nested(20_000, '{"a":[', "]}"),
        "huge": "-" + "7" * 6_000,
        "plain": '{"id": 1}',
        "brackets": json.dumps({"text": '[[{"\\' * 200}),
    }
    items = read_json(f'{{"value": [{",".join(texts[kind] for kind in kinds)}]}}'.encode())["value"]
    for kind, item in zip(kinds, items, strict=True):
        if kind == "huge":
            assert isinstance(item, UnreadableValue)
        elif kind == "deep":
            assert isinstance(item, dict)
            assert "UnreadableValue" in _innermost(item)
        else:
            assert item == json.loads(texts[kind])


def _innermost(value: Any) -> str:
    for _ in range(DEEPEST + 1):
        value = value["a"] if isinstance(value, dict) else value[0] if isinstance(value, list) else value
    return type(value).__name__


@pytest.mark.parametrize("raw", [b"", b'{"a": ', b"[" * 100_000, b'{"a":' * 100_000, b"no json", b"\xff\xfe\x00"])
def test_what_is_cut_off_or_no_json_is_refused_as_a_whole(raw: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_json(raw)


def test_raw_control_characters_and_bytes_that_are_no_text_stay_in_their_place() -> None:
    assert read_json(b'{"a": "x\x00\ty"}') == {"a": "x\x00\ty"}
    assert read_json(b'["\xff", "ok"]') == ["\udcff", "ok"]
    with pytest.raises(ValueError, match="utf-8"):
        read_json(b'["\xff"]', strict=True)


@pytest.mark.parametrize(
    ("charset", "expected"), [("iso-8859-1", "Ã¦"), ("utf-8", "æ"), ("UTF8", "æ"), ("base64", "æ"), ("x\x00", "æ")]
)
def test_a_stated_charset_counts_when_there_is_such_a_one(charset: str, expected: str) -> None:
    assert read_json('["æ"]'.encode(), charset) == [expected]


def test_blanks_in_a_question_are_written_so_that_every_server_reads_them() -> None:
    script = Script([(200, JSON, b"{}")])
    with serving(script) as url:
        client = HttpTransport(HttpSettings(base_url=url))
        client.get_json("Sag", {"$filter": "id gt 0", "x": "a+b&c=æ"})
        client.get_json("Sag?$skiptoken=a%2Bb", {"y": "1 2"})
        client.get_json(client.checked_next(f"{url}/Sag?$filter=id%20gt%200&$skiptoken=x+y"))
    assert script.paths == [
        "/base/Sag?%24filter=id%20gt%200&x=a%2Bb%26c%3D%C3%A6",
        "/base/Sag?$skiptoken=a%2Bb&y=1%202",
        "/base/Sag?$filter=id%20gt%200&$skiptoken=x+y",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Tue, 12 Sep 2023 07:00:00 GMT", datetime(2023, 9, 12, 7, tzinfo=UTC)), ("yesterday", None), (None, None)],
)
def test_an_answer_says_when_the_source_gave_it(text: str | None, expected: datetime | None) -> None:
    assert JsonAnswer(200, {"date": text} if text else {}, None, "").server_time == expected
    with serving(Script([(200, JSON, b"{}")])) as url:
        assert transport(url).get_json("x").server_time is not None
