"""Nothing that is logged shows a national number."""

import logging
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.log import MaskingFormatter, mask


@pytest.mark.parametrize("number", ["6107864001", "610786-4001", "0703921VJ4", "070392-1VJ4"])
def test_a_number_is_masked_wherever_it_stands(number: str) -> None:
    record = logging.LogRecord("hub", logging.INFO, __file__, 1, f"collect.failed ({number})", None, None)
    record.fields = {"who": number, "count": 3}
    line = MaskingFormatter("%(message)s").format(record)
    assert number not in line
    assert "count=3" in line


def test_our_own_keys_stay_readable() -> None:
    line = "citizen=0190a1b2-1234-7abc-8def-0123456789ab port=8080"
    assert mask(line) == line


@given(st.text(), st.from_regex(r"[0-9]{6}-?[0-9]{4}", fullmatch=True), st.text())
def test_no_ten_digits_standing_alone_survive(before: str, number: str, after: str) -> None:
    assert number not in mask(f"{before} {number} {after}")


def test_an_exception_is_told_by_place_and_type_alone() -> None:
    try:
        try:
            int("Maja Testborger, Egevej 7")
        except ValueError:
            known: dict[str, int] = {}
            _ = known["Maja"]
    except KeyError:
        record = logging.LogRecord("hub", logging.ERROR, __file__, 1, "web.unexpected", None, sys.exc_info())
    told = MaskingFormatter("%(message)s").format(record)
    assert "Maja" not in told
    assert "Egevej" not in told
    assert told.index("ValueError") < told.index("KeyError")
    assert "test_log.py" in told
