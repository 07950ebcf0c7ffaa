"""Text is normalised once, in one way, and what says the same folds to the same."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.text import fold_text, is_plain, loses_content, normalise_text, printable, without_separators

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=20)
"""Also control characters and lone surrogates."""


@pytest.mark.parametrize(
    ("text", "normal", "is_lossy"),
    [
        ("A\u030ase", "\u00c5se", False),
        ("Familie\u00a0behandling\u202f1", "Familie behandling 1", False),
        ("to\u2028linjer\r\n", "to linjer  ", False),
        ("Familie\u00adbehandling\u200b", "Familiebehandling", True),
        ("\ufeffMaja\u200e", "Maja", True),
        ("\u202eajaM", "ajaM", True),
        ("Ud at cykle \ud83d", "Ud at cykle ", True),
        ("Familiebehandling\x00", "Familiebehandling", True),
        ("\U0001f469\u200d\U0001f467", "\U0001f469\u200d\U0001f467", False),
        ("\u2764\ufe0f\u200d\U0001f525", "\u2764\ufe0f\u200d\U0001f525", False),
        ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", False),
        ("Ma\u200dja", "Maja", True),
    ],
)
def test_a_text_is_written_in_one_way(text: str, normal: str, is_lossy: bool) -> None:
    assert normalise_text(text) == normal
    assert loses_content(text) is is_lossy


@settings(max_examples=500)
@given(ANY_TEXT)
def test_any_text_becomes_one_that_every_database_takes_and_stays_as_it_is(text: str) -> None:
    normal = normalise_text(text)
    assert normalise_text(normal) == normal
    assert unicodedata.is_normalized("NFC", normal)
    assert "\x00" not in normal
    assert all(sign == " " or unicodedata.category(sign) not in {"Cc", "Cs", "Zl", "Zp", "Zs"} for sign in normal)
    normal.encode()
    printable(text).encode()
    fold_text(text).encode()


@settings(max_examples=300)
@given(ANY_TEXT)
def test_what_counts_as_plain_is_normal(text: str) -> None:
    assert not is_plain(text) or normalise_text(text) == text


@settings(max_examples=300)
@given(st.text("aåæøÅÆØéa\u030a- \u00a0\u2011\u00ad\u200bAB", max_size=12))
def test_the_ways_to_write_a_name_fold_to_one(text: str) -> None:
    ways = (
        unicodedata.normalize("NFD", text),
        text.upper(),
        text.replace("-", "\u2011"),
        f"\u200b{text}\u00a0",
        text.replace(" ", "  "),
    )
    assert {fold_text(way) for way in ways} == {fold_text(text)}


def test_a_letter_with_a_million_accents_takes_no_time() -> None:
    assert len(normalise_text("a" + "\u0301\u0323" * 500_000)) < 50
    assert len(normalise_text("a" + "\u20d0\u302a" * 500_000)) < 50


def test_an_identifier_is_its_characters_alone() -> None:
    ways = (
        "010190-1234",
        "010190 1234",
        "010190\u00a01234",
        "010190\u20121234",
        "010190\u20131234",
        "010190\u22121234",
        "0101\u200b901234 ",
    )
    assert {without_separators(way) for way in ways} == {"0101901234"}
