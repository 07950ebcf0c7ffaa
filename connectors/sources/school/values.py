"""Single values as school systems write them. Pure; raises nothing but ``InvalidValue``."""

import re
from datetime import date
from functools import lru_cache

from connectors.kit import InvalidValue, read_date
from schemas.identifiers import Identifier
from schemas.record import RejectionRule
from schemas.text import normalise_text, without_separators

LEADING_ZERO = "leading_zero_restored"
"""Rule of the flag on a value whose first zero was lost."""
_DANISH_DAY = re.compile(r"(\d{1,2})[-./](\d{1,2})[-./](\d{4})(?:[ T]+(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?)?")
_NINE_DIGITS = re.compile(r"[0-9]{9}")
_NOTHING = frozenset({"", "null", "none", "nil", "-"})
_LONGEST_NOTHING = 4
_REMEMBERED = 16_384
"""The same days, numbers and schools come again and again in a file."""
SCHOOL_CODE_LENGTH = 6
POSTAL_CODE_LENGTH = 4


def given(text: str | None) -> str | None:
    """The text without blanks around it; None where nothing is given, also where that is written as ``NULL``."""
    if text is None:
        return None
    if not text:
        return None
    cleaned = normalise_text(text).strip().strip("'").strip()
    return None if len(cleaned) <= _LONGEST_NOTHING and cleaned.lower() in _NOTHING else cleaned


@lru_cache(_REMEMBERED)
def iso(text: str) -> str:
    """A Danish date (``09-03-2026``), with or without a time, as ISO writes it; other texts as they are."""
    match = _DANISH_DAY.fullmatch(text.strip())
    if match is None:
        return text
    day, month, year, hour, minute, second = match.groups()
    written = f"{year}-{int(month):02}-{int(day):02}"
    return f"{written}T{int(hour):02}:{minute}:{second or '00'}" if hour else written


@lru_cache(_REMEMBERED)
def read_day(field: str, text: str | None) -> date | None:
    """A whole day.

    Raises:
        InvalidValue: ``bad_date``.
    """
    value = given(text)
    parsed = read_date(field, iso(value)) if value else None
    if parsed is not None and parsed[1] != "day":
        raise InvalidValue(field, RejectionRule.BAD_DATE, value)
    return parsed[0] if parsed else None


@lru_cache(_REMEMBERED)
def read_number(field: str, text: str | None) -> tuple[Identifier, bool] | None:
    """A national number, and whether its leading zero was lost; None where none is given.

    A zero is put back only before nine digits that are a number with it. Six digits are a birth date and nobody's
    number.

    Raises:
        InvalidValue: ``bad_identifier``.
    """
    value = given(text)
    if value is None:
        return None
    bare = without_separators(value)
    is_short = _NINE_DIGITS.fullmatch(bare) is not None
    try:
        return Identifier.national(f"0{bare}" if is_short else value), is_short
    except ValueError:
        raise InvalidValue(field, RejectionRule.BAD_IDENTIFIER, value) from None


@lru_cache(_REMEMBERED)
def read_school_code(field: str, text: str | None) -> str:
    """The number of a school, with the zeros that an integer type takes from it.

    Raises:
        InvalidValue: it is missing or no number.
    """
    value = given(text)
    if value is None:
        raise InvalidValue(field, RejectionRule.MISSING_FIELD)
    if not value.isascii() or not value.isdecimal() or len(value) > SCHOOL_CODE_LENGTH:
        raise InvalidValue(field, RejectionRule.WRONG_SHAPE, value)
    return value.zfill(SCHOOL_CODE_LENGTH)


def read_postal_code(text: str | None) -> str | None:
    """A postal code; a Danish one has its leading zero again."""
    value = given(text)
    return value.zfill(POSTAL_CODE_LENGTH) if value and value.isdecimal() else value


def read_own_id(field: str, text: str | None) -> str:
    """A source's own short id.

    Raises:
        InvalidValue: it is missing, too long, or has the shape of a national number.
    """
    value = given(text)
    if value is None:
        raise InvalidValue(field, RejectionRule.MISSING_FIELD)
    if len(value) > 60:  # noqa: PLR2004  the ids seen have up to 36 characters
        raise InvalidValue(field, RejectionRule.TOO_LONG, value)
    if ":" in value or "/" in value:
        raise InvalidValue(field, RejectionRule.WRONG_SHAPE, value)
    try:
        Identifier.national(value)
    except ValueError:
        return value
    raise InvalidValue(field, RejectionRule.BAD_IDENTIFIER, value)
