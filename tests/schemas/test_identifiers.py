"""Identifiers of people: accepted in every shape the registers issue, and never printed."""

import string
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.identifiers import Identifier, IdentifierKind, birth_date_of
from schemas.test_persons import TEST_PERSONS

MEDCOM = sorted(TEST_PERSONS)
WEIGHTS = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)

days = st.dates(date(1900, 1, 1), date(2099, 12, 31))


@st.composite
def national_numbers(draw: st.DrawFn) -> str:
    """A date, perhaps with day + 60, and four digits or four digits and letters."""
    day = draw(days)
    offset = draw(st.sampled_from((0, 60)))
    tail = draw(st.text(string.digits, min_size=4, max_size=4) | st.text(string.digits + "VJW", min_size=4, max_size=4))
    return f"{day.day + offset:02}{day:%m%y}{tail}"


@given(national_numbers())
def test_every_shape_is_read_with_and_without_hyphen(number: str) -> None:
    read = Identifier.national(number)
    assert read.value == number
    assert Identifier.national(f" {number[:6]}-{number[6:]} ") == read
    assert read.is_national
    expected = IdentifierKind.CPR if number.isdigit() and int(number[:2]) <= 31 else IdentifierKind.ECPR
    assert read.kind is expected


@given(national_numbers())
def test_printing_never_shows_more_than_the_birth_date(number: str) -> None:
    identifier = Identifier.national(number)
    for shown in (repr(identifier), str(identifier), identifier.masked, f"{identifier}"):
        assert number not in shown
        assert shown.removeprefix("Identifier(").startswith(f"{number[:6]}-••••")


@given(st.text(string.ascii_letters + string.digits, min_size=4, max_size=40))
def test_printing_shows_nothing_of_a_local_id(value: str) -> None:
    text = repr(Identifier.local("source:Person", f"<{value}>"))
    assert value not in text.replace("source:Person", "")


@pytest.mark.parametrize("number", MEDCOM)
def test_modulus_11_refuses_nobody(number: str) -> None:
    assert sum(int(digit) * weight for digit, weight in zip(number, WEIGHTS, strict=True)) % 11 != 0
    assert Identifier.national(number).kind is IdentifierKind.CPR
    assert birth_date_of(Identifier.national(number)) is not None


@pytest.mark.parametrize("text", ["", "12345", "3213991234", "3002991234", "9213991234", "ABCDEF1234", "6107864001X"])
def test_what_is_no_number_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(ValueError, match="national number") as refused:
        Identifier.national(text)
    assert not text or text not in str(refused.value)


@given(st.sampled_from([chr(code) for code in range(0x20)] + ["\x7f"]))
def test_control_characters_are_refused_and_hidden(character: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Identifier.local("source:Person", f"secret{character}value")
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("number", "year"),
    [
        # Seventh digit, two-digit year -> century ("Personnummeret i CPR-systemet").
        ("0101003000", 1900),
        ("0101993000", 1999),
        ("0101004000", 2000),
        ("0101364000", 2036),
        ("0101374000", 1937),
        ("0101994000", 1999),
        ("0101005000", 2000),
        ("0101578000", 2057),
        ("0101585000", 1858),
        ("0101998000", 1899),
        ("0101009000", 2000),
        ("0101369000", 2036),
        ("0101379000", 1937),
        ("6101863000", 1986),
    ],
)
def test_the_seventh_digit_tells_the_century(number: str, year: int) -> None:
    assert birth_date_of(Identifier.national(number)) == date(year, 1, 1)


def test_numbers_with_letters_and_local_ids_tell_no_birth_date() -> None:
    assert birth_date_of(Identifier.national("0703921VJ4")) is None
    assert birth_date_of(Identifier.local("source:Person", "0101003000")) is None


def test_29_february_of_a_common_year_tells_no_birth_date() -> None:
    assert birth_date_of(Identifier.national("2902993000")) is None


@pytest.mark.parametrize(
    "separator", ["-", " ", "\u00a0", "\u2011", "\u2012", "\u2013", "\u2212", "\u200b", "\u00ad", " - ", "\u202f"]
)
@pytest.mark.parametrize("tail", ["1234", "1VJ4"])
def test_a_number_is_read_as_people_and_systems_write_it(separator: str, tail: str) -> None:
    assert Identifier.national(f"\u200e610190{separator}{tail.lower()}\u00a0").value == f"610190{tail}"


@pytest.mark.parametrize("text", ["610190\x001234", "610190\ud83d1234", "610190_1234", "6101901234" * 1000])
def test_a_number_with_other_signs_in_it_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="national number"):
        Identifier.national(text)


def test_a_uuid_is_one_id_however_it_is_written() -> None:
    result = "0F8FAD5B-D9CB-469F-A165-70867728950E"
    ways = (result, result.lower(), f"{{{result}}}", f"urn:uuid:{result}", f" {result}\u200b")
    assert {Identifier.local("source:Person", way).value for way in ways} == {result.lower()}
