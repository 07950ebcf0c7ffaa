"""Paragraphs in the ways people cite them, as one key each: ``servicelovens § 52``, ``SEL § 52``, ``§ 52``. Pure."""

import re
from collections.abc import Iterator
from functools import cache

from schemas.codes import codes_of
from schemas.text import normalise_text

_SHORT = {
    "sel": "serviceloven",
    "lov om social service": "serviceloven",
    "bl": "barnets_lov",
    "beskæftigelsesindsatsloven": "lab",
}
"""Names of laws beside those in the code list."""


def citation_keys(text: str) -> list[str]:
    """The keys a text with paragraphs is found by: each citation as it stands, and with less said."""
    return list(dict.fromkeys(key for match in _pattern().finditer(normalise_text(text)) for key in _keys(match)))


def split_citations(text: str) -> tuple[list[str], str]:
    """The keys of the paragraphs in what was typed, and the rest of the text."""
    text = normalise_text(text)
    matches = list(_pattern().finditer(text))
    return list(dict.fromkeys(next(_keys(match)) for match in matches)), _pattern().sub(" ", text)


def citation_number(key: str) -> str:
    """The number of the section, as a word."""
    return key.split("/")[1]


def _keys(match: re.Match[str]) -> Iterator[str]:
    """What was cited, then the same without number, subsection or law."""
    law = _laws()[" ".join(match["law"].lower().split())] if match["law"] else ""
    section = match["section"] + (match["letter"] or "").strip().lower()
    for own_law in dict.fromkeys((law, "")):
        for subsection in dict.fromkeys((match["subsection"] or "", "")):
            for number in dict.fromkeys((match["number"] or "", "")):
                yield f"§{own_law}/{section}/{subsection}/{number}"


@cache
def _laws() -> dict[str, str]:
    """The code of each law by its names in small letters."""
    codes = codes_of("laws")
    names = {name.lower(): law.code for law in codes for name in (law.danish, law.code.replace("_", " "))}
    return {**names, **_SHORT}


@cache
def _pattern() -> re.Pattern[str]:
    # Longest first: "barnets lov" must not end at "barnets".
    laws = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in sorted(_laws(), key=len, reverse=True))
    return re.compile(
        rf"(?:\b(?P<law>{laws})s?\s*,?\s*(?:§+|paragraf)?\s*|(?:§+|\bparagraf\b)\s*)"
        r"(?P<section>\d{1,4})(?![.\d]*\d)"
        r"(?P<letter>[a-zæøå]\b|\s[a-zæøå](?=\s*(?:,|\(|$|stk|nr)))?"
        r"(?:\s*,?\s*stk\.?\s*(?P<subsection>\d{1,3}))?"
        r"(?:\s*,?\s*nr\.?\s*(?P<number>\d{1,3}))?"
        r"(?:\s*\([^()]*\))?",
        re.IGNORECASE,
    )
