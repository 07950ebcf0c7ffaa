"""Pure: find national numbers in what people type, so that none is logged or sent to the index."""

import re

from schemas.identifiers import Identifier

_NUMBER = re.compile(r"(?<![0-9A-Za-z])(?:[0-9]{6}[- ]?[0-9]{4}|[0-9]{6}-?[0-9A-Za-z]{4})(?![0-9A-Za-z])")
_MANY_DIGITS = re.compile(r"[0-9][0-9 -]{4,}[0-9](?:-[0-9A-Za-z]{1,4})?")
HIDDEN = "••••"


def national_in(text: str) -> Identifier | None:
    """The first whole national number in *text*, None when there is none."""
    for found in _NUMBER.finditer(text):
        try:
            return Identifier.national(found.group())
        except ValueError:
            continue
    return None


def without_numbers(text: str) -> str:
    """*text* with everything hidden that is a national number, or a mistyped one: six digits in a row or more."""
    return _MANY_DIGITS.sub(HIDDEN, _NUMBER.sub(HIDDEN, text))
