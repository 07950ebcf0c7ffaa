"""What people type: a reason has words, and a national number is hidden however it is spelled."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.access.policy import SHORTEST_REASON, is_reason
from hub.access.reason import has_words
from hub.access.redaction import redact_identifiers

DIGIT_SETS = [
    "0123456789",
    "０１２３４５６７８９",
    "٠١٢٣٤٥٦٧٨٩",
    "०१२३४५६७८९",
    "⁰¹²³⁴⁵⁶⁷⁸⁹",
    "₀₁₂₃₄₅₆₇₈₉",
    "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗",
    "⓪①②③④⑤⑥⑦⑧⑨",
]
BETWEEN = st.text(
    st.sampled_from(" .,-/\\_:;*()|#=~'\"<>…·•–—−‑＿\t\n\u00a0\u2003\u3000\u200b\u200d\u2060\u00ad\u3164\u2800\u0334"),
    max_size=4,
)
SPELLINGS = [
    "070761 løbenummer 4285",
    "født 070761, de sidste fire er 4285",
    "07.07.61 og så 42 85",
    "070761 kl 4285",
    "070761 slash 4285",
    "07.07.1961-4285",
    "1961-07-07 4285",
    "070761 A1B2",
    "070761AB12",
    "670761-KOT1",
    "67 07 61 - KOTA",
    "O7O761-4285",
    "07076l-4285",
    "nul syv nul syv seks en fire to otte fem",
    "0️⃣7️⃣0️⃣7️⃣6️⃣1️⃣4️⃣2️⃣8️⃣5️⃣",
    "<b>070761</b>4285",
    "070761&nbsp;4285",
    "(070761)(4285)",
    "cpr:0707614285x",
]
KEPT = [
    "Møde 12.03.2024 kl. 10.30 om indsatsen",
    "I perioden 01.03.2024-30.04.2024",
    "Fra 1. marts 2024 til 30. april 2025",
    "Skoleåret 2024-2025, uge 11",
    "Siden 2024-03-12, efter § 52, stk. 3",
    "Hverdage kl. 8-16, en af to",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_no_spelling_survives(spelling: str) -> None:
    hidden = redact_identifiers(f"Gælder {spelling} og hans søster")
    signs = re.sub(r"\W", "", unicodedata.normalize("NFKC", hidden))
    assert not re.search(r"4285|A1B2|AB12|KOT|fire to", signs)
    assert hidden.startswith("Gælder")
    assert hidden.endswith("og hans søster")


@given(st.from_regex(r"[0-3]\d[01]\d\d\d\d{4}", fullmatch=True), st.data())
def test_whatever_stands_between_the_digits_and_however_they_look(number: str, data: st.DataObject) -> None:
    digits = [data.draw(st.sampled_from(DIGIT_SETS))[int(digit)] for digit in number]
    spelling = "".join(digit + data.draw(BETWEEN) for digit in digits)
    shown = unicodedata.normalize("NFKC", redact_identifiers(f"om {spelling} igen"))
    assert sum(sign.isdigit() for sign in shown) < 6


@pytest.mark.parametrize("text", KEPT)
def test_days_years_and_times_are_kept(text: str) -> None:
    assert redact_identifiers(text) == text


@given(st.text(max_size=80))
def test_what_is_hidden_once_stays_as_it_is(text: str) -> None:
    once = redact_identifiers(text)
    assert redact_identifiers(once) == once


@pytest.mark.parametrize(
    "text",
    [
        *(
            "ㅤ" * 20,
            "⠀" * 20,
            "\u0301" * 20,
            "a" + "\u0301" * 20,
            "1234567890",
            "a" * 12,
            "ab" * 8,
            ". " * 12,
            "😀" * 12,
        ),
        *("x y z æ ø å q w e r t", "ok ok ok ok ok ok", "070761-4285 07", "Kort 070761-4285", "\u200b \u2060" * 9),
    ],
)
def test_what_nobody_can_read_is_no_reason(text: str) -> None:
    assert not is_reason(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "Akut henvendelse fra hjemmet i nat",
            "Vikar for Anna",
            "Opdatering",
            "Møde den 12.03.2024",
            "Ca. 5 børn mangler",
        ),
        *("Familiebehandling", "Ráðgjöf til fjølskyldu", "Aaja pillugu oqaloqatigiinneq"),
    ],
)
def test_what_case_workers_write_is_one(text: str) -> None:
    assert is_reason(text)


@given(st.text("0123456789٣ ½²—.,!?…\u3164\u2800\u0301\u200b😀", max_size=60))
def test_without_letters_there_are_no_words(text: str) -> None:
    assert not has_words(text)


@given(st.sampled_from(KEPT), st.sampled_from("\u200b\u2060\u3164\u2800\u0301"), st.integers(1, 30), st.integers(0, 20))
def test_signs_that_show_nothing_make_no_difference(text: str, sign: str, times: int, place: int) -> None:
    assert is_reason(text[:place] + sign * times + text[place:]) is is_reason(text)


@given(st.sampled_from("aåÆßжع字ﬁ"), st.integers(SHORTEST_REASON, 200))
def test_one_letter_again_and_again_is_no_reason(letter: str, times: int) -> None:
    assert not is_reason(letter * times)
