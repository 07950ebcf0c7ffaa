"""The kit: dates, lines, masks, and files from a folder."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from connectors.dates import NO_DATE
from connectors.errors import SourceRefused
from connectors.kit import (
    InvalidValue,
    clean_line,
    first_date,
    raw_payload,
    read_date,
    read_instant,
    validation_fault,
    version_order,
)
from connectors.masking import LONGEST_MASK, value_shape
from connectors.transports.files import JsonFile, list_files, read_json_file, read_json_files
from schemas.record import Rejection, RejectionRule
from tests.factories import make_record


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2023", (date(2023, 1, 1), "year")),
        ("2023-04", (date(2023, 4, 1), "month")),
        ("2023-04-05", (date(2023, 4, 5), "day")),
        ("2023-06-30T22:30:00Z", (date(2023, 7, 1), "day")),
        ("2023-12-31T23:30:00+01:00", (date(2023, 12, 31), "day")),
        ("2023-04-05T24:00:00", (date(2023, 4, 6), "day")),
        ("2023-04-05T10:00:00.1234567+0200", (date(2023, 4, 5), "day")),
        ("2023-10-10T17:10:11.3441152+02:00[Europe/Berlin]", (date(2023, 10, 10), "day")),
        ("\u200b2023-04-05\u00a0", (date(2023, 4, 5), "day")),
        ("1970-01-01", (date(1970, 1, 1), "day")),
        (None, None),
    ],
)
def test_a_date_has_the_precision_it_was_given(text: str | None, meant: tuple[date, str] | None) -> None:
    assert read_date("day", text) == meant


@pytest.mark.parametrize(
    "text", ["i går", "2023-13", "2023-02-30", "1700-01-01", "2201-01-01", "31-12-2023", "202", "2" * 10_000]
)
def test_what_nobody_can_have_meant_is_no_date(text: str) -> None:
    with pytest.raises(InvalidValue) as fault:
        read_date("day", text)
    assert fault.value.rule is RejectionRule.BAD_DATE


@pytest.mark.parametrize(
    "text",
    [
        *("0001-01-01", "0001-01-01T00:00:00", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+01:00"),
        *("9999-12-31", "9999-12-31T00:00:00", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59.9999999"),
        *("9999-12-30T23:00:00Z", "1753-01-01T00:00:00", "1899-12-30", "2999-12-31"),
        *("1900-01-01", "1900-01-01T00:00:00Z", "1899-12-31T23:00:00Z", "1970-01-01T00:00:00Z"),
        *("1970-01-01T01:00:00+01:00", "1970-01-01T02:00:00+02:00", "", " \u00a0"),
    ],
)
def test_a_date_that_stands_for_none_is_not_given(text: str) -> None:
    assert read_date("died", text) is None
    assert "T" not in text or read_instant("died", text) is None


def test_the_first_date_that_is_given_counts() -> None:
    assert first_date(None, "", "0001-01-01T00:00:00Z", "2023-04-05", "2023-04-06") == "2023-04-05"
    assert first_date("9999-12-31", " ") is None


def test_somebody_may_be_born_on_a_day_on_which_nothing_else_happened() -> None:
    assert read_date("born", "1900-01-01", is_birth=True) == (date(1900, 1, 1), "day")
    assert read_date("born", "1970-01-01T00:00:00", is_birth=True) == (date(1970, 1, 1), "day")
    assert read_date("born", "0001-01-01", is_birth=True) is None
    assert all(entry.reason for entry in NO_DATE)


def test_an_act_on_the_first_day_of_a_century_is_one_when_it_has_a_time() -> None:
    assert read_date("at", "1900-01-01T10:00:00Z") == (date(1900, 1, 1), "day")


def test_a_version_is_a_number_of_64_bits_or_has_no_order() -> None:
    assert version_order("17") == 17
    versions = ("20230911080000123456", "9" * 5_000, "abc", "1.2", "-1", "", None, "\u0661")
    assert [version_order(version) for version in versions] == [None] * len(versions)


def test_a_rejected_payload_is_kept_whatever_it_holds() -> None:
    assert raw_payload({"a": "half \ud83d", "b": "\x00"}) == b'{"a": "half \\ud83d", "b": "\\u0000"}'
    assert raw_payload({"a": "x" * 1_000_000}) is None
    assert raw_payload({"a": 10**5_000}) is None
    deep: object = "x"
    for _ in range(100_000):
        deep = [deep]
    assert raw_payload(deep) is None


def test_a_fault_of_a_record_names_field_and_rule() -> None:
    def fault(**values: Any) -> tuple[str, RejectionRule]:
        with pytest.raises(ValidationError) as error:
            make_record(**values)
        result = validation_fault(error.value)
        return result.field, result.rule

    assert fault(source_id="c\x00") == ("source_id", RejectionRule.CONTROL_CHARACTERS)
    assert fault(source_version="9" * 5_000) == ("source_version", RejectionRule.TOO_LONG)
    assert fault(authority="x" * 5_000) == ("authority", RejectionRule.TOO_LONG)
    assert fault(registered_at=datetime(1, 1, 2, tzinfo=UTC)) == ("registered_at", RejectionRule.BAD_DATE)


def test_a_local_time_is_danish_unless_the_clock_skipped_it() -> None:
    assert read_instant("at", "2026-03-29T01:30:00") == datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    with pytest.raises(InvalidValue):
        read_instant("at", "2026-03-29T02:30:00")


@given(st.text(max_size=40))
@settings(max_examples=100)
def test_any_text_is_a_date_or_a_fault(text: str) -> None:
    try:
        parsed = read_date("day", text)
    except InvalidValue:
        return
    assert parsed is None or 1850 <= parsed[0].year <= 2200


@given(st.text())
@settings(max_examples=100)
def test_a_mask_keeps_no_letter_and_no_digit(text: str) -> None:
    masked = value_shape(text)
    assert len(masked) <= LONGEST_MASK
    assert all(sign in "x9" for sign in masked if sign.isalnum())


def test_a_mask_survives_anything() -> None:
    deep: object = "x"
    for _ in range(100_000):
        deep = [deep]
    for value in (
        "\ud83d\x00\u202e",
        "x" * 1_000_000,
        10**5_000,
        -(10**5_000),
        deep,
        {"a": "\udfff"},
        b"\xff",
        None,
        float("nan"),
    ):
        value_shape(value).encode()
        assert len(value_shape(value)) <= LONGEST_MASK


def test_a_mask_shows_the_shape() -> None:
    assert value_shape("070761-4285 Åse") == "999999-9999 xxx"


@given(st.text())
@settings(max_examples=100)
def test_a_line_is_one_line_within_its_length(text: str) -> None:
    line, _ = clean_line("title", text, longest=50)
    assert line is None or (0 < len(line) <= 50 and "\n" not in line)


def test_a_line_says_what_was_mended_and_keeps_markup_as_text() -> None:
    assert clean_line("title", "<b>Sår\x07 pleje</b>\n nu")[0] == "<b>Sår pleje</b> nu"
    assert [flag.rule for flag in clean_line("title", "a\x00" + "b" * 600)[1]] == ["control_characters", "shortened"]
    assert clean_line("title", " \n ") == (None, ())


def test_a_bad_file_is_parked_and_the_others_are_read(tmp_path: Path) -> None:
    contents = {
        "a.json": b'{"a": 1}',
        "b.json": b'{"a": ',
        "c.json": b"\xff\xfe",
        "d.json": b"[" * 100_000,
        "e.json": b'\xef\xbb\xbf{"bom": true}',
        "f.json": b"no json",
        "g.txt": b"other",
        ".hidden.json": b"{}",
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    items = list(read_json_files(tmp_path))
    assert [one.content for one in items if isinstance(one, JsonFile)] == [{"a": 1}, {"bom": True}]
    assert [one.rule for one in items if isinstance(one, Rejection)] == [
        RejectionRule.TRUNCATED,
        RejectionRule.UNREADABLE,
        RejectionRule.UNREADABLE,
        RejectionRule.UNREADABLE,
    ]


def test_a_file_of_forty_megabytes_is_too_large(tmp_path: Path) -> None:
    large = tmp_path / "large.json"
    with large.open("wb") as file:
        file.truncate(40 * 1024 * 1024)
    json_file = read_json_file(large)
    assert isinstance(json_file, Rejection)
    assert (json_file.rule, json_file.raw) == (RejectionRule.TOO_LARGE, None)


def test_a_missing_folder_needs_a_person(tmp_path: Path) -> None:
    with pytest.raises(SourceRefused):
        list_files(tmp_path / "none")
