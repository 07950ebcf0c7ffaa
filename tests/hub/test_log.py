"""Nothing that is logged shows a national number."""

import json
import logging
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.log import JsonFormatter, RedactingFormatter, redact_cpr


@pytest.mark.parametrize("number", ["6107864001", "610786-4001", "0703921VJ4", "070392-1VJ4"])
def test_a_number_is_masked_wherever_it_stands(number: str) -> None:
    record = logging.LogRecord("hub", logging.INFO, __file__, 1, f"collect.failed ({number})", None, None)
    record.fields = {"who": number, "count": 3}
    line = RedactingFormatter("%(message)s").format(record)
    assert number not in line
    assert "count=3" in line


def test_our_own_keys_stay_readable() -> None:
    line = "citizen=0190a1b2-1234-7abc-8def-0123456789ab port=8080"
    assert redact_cpr(line) == line


@given(st.text(), st.from_regex(r"[0-9]{6}-?[0-9]{4}", fullmatch=True), st.text())
def test_no_ten_digits_standing_alone_survive(before: str, number: str, after: str) -> None:
    assert number not in redact_cpr(f"{before} {number} {after}")


def test_an_exception_is_told_by_place_and_type_alone() -> None:
    try:
        try:
            int("Maja Testborger, Egevej 7")
        except ValueError:
            known: dict[str, int] = {}
            _ = known["Maja"]
    except KeyError:
        record = logging.LogRecord("hub", logging.ERROR, __file__, 1, "web.unexpected", None, sys.exc_info())
    logged = RedactingFormatter("%(message)s").format(record)
    assert "Maja" not in logged
    assert "Egevej" not in logged
    assert logged.index("ValueError") < logged.index("KeyError")
    assert "test_log.py" in logged


HOSTILE = [
    "610786-4001",
    "\n6107864001",
    "\t6107864001\u2028forged",
    '"}{"cpr":"6107864001"}',
    {"a": ["6107864001", {"0703921VJ4": ("610786-4001",)}]},
    6107864001,
    6107864001.0,
    {"610786-4001"},
    b"6107864001",
    float("nan"),
]


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_one_json_object_a_line_and_no_number_at_any_depth(value: object) -> None:
    record = logging.LogRecord("hub", logging.INFO, __file__, 1, "collect.failed %s", (value,), None)
    record.fields = {"who": value, "count": 3}
    line = JsonFormatter().format(record)
    assert "\n" not in line
    result = json.loads(line, parse_constant=pytest.fail)
    assert result["fields"]["count"] == 3
    assert (result["level"], result["logger"]) == ("INFO", "hub")
    for number in ("610786-4001", "6107864001", "0703921VJ4"):
        assert number not in line


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_a_value_forges_no_line(value: object) -> None:
    record = logging.LogRecord("hub", logging.INFO, __file__, 1, "collect.failed", None, None)
    record.fields = {"who": value}
    line = RedactingFormatter("%(message)s").format(record)
    assert len(line.splitlines()) == 1
    assert "6107864001" not in line


@given(st.text(), st.from_regex(r"[0-9]{6}-?[0-9]{4}", fullmatch=True), st.text())
def test_no_number_survives_in_json(before: str, number: str, after: str) -> None:
    record = logging.LogRecord("hub", logging.INFO, __file__, 1, "event", None, None)
    record.fields = {"who": f"{before} {number} {after}"}
    result = json.loads(JsonFormatter().format(record))
    assert number not in result["fields"]["who"]


def test_an_exception_in_json_is_told_by_place_and_type_alone() -> None:
    try:
        int("Maja Testborger")
    except ValueError:
        record = logging.LogRecord("hub", logging.ERROR, __file__, 1, "web.unexpected", None, sys.exc_info())
    result = json.loads(JsonFormatter().format(record))
    assert result["error"].endswith("ValueError")
    assert "Maja" not in result["error"]
