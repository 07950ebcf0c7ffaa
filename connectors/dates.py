"""Dates and instants as sources write them, and the dates that stand for "no date". Pure.

Databases and programs that must write something where nothing is known write the least or the greatest date they have.
``NO_DATE`` lists those that are known; each means "not given", never a day.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from schemas.record import EARLIEST_YEAR, LATEST_YEAR
from schemas.text import normalise_text

DANISH_TIME = ZoneInfo("Europe/Copenhagen")
LONGEST = 60
"""Characters of the longest way to write an instant, with a zone's name."""
_REMEMBERED = 8192
"""How many texts are remembered with the time they say: the same days, and each item's own instant, come repeatedly."""


@dataclass(frozen=True, slots=True)
class NoDate:
    """One date that stands for "no date"."""

    day: str
    """``YYYY-MM-DD``, as written or as the day in Denmark; ``YYYY`` for any day of that year."""
    reason: str
    """Which system writes it, and why it cannot be meant."""
    may_be_birth: bool = False
    """Whether somebody can be born on it; then it is a date where a date of birth is read."""
    only_as_instant: bool = False
    """Whether it stands for "no date" only as the first instant of the day; the plain date is a date."""


NO_DATE = (
    NoDate("0001", "least date of .NET, SQL and Java (0001-01-01)"),
    NoDate("9999", "greatest date of .NET and SQL, FHIR's and SAP's open end (9999-12-31)"),
    NoDate("2999-12-31", "open end, where a program refuses the year 9999"),
    NoDate("1753-01-01", "least datetime of SQL Server"),
    NoDate("1899-12-30", "zero of OLE Automation, Access and Delphi", may_be_birth=True),
    NoDate("1899-12-31", "zero of Excel", may_be_birth=True),
    NoDate("1900-01-01", "zero of SQL Server's datetime; no act of today's systems is so old", may_be_birth=True),
    NoDate("1970-01-01", "zero of Unix time, when written as an instant", may_be_birth=True, only_as_instant=True),
)
_BY_DAY = {entry.day: entry for entry in NO_DATE}
_YEARS = frozenset(f"{int(entry.day[:4]) + step:04}" for entry in NO_DATE for step in (-1, 0, 1))
"""The years in which such a date can be written, wherever the writer's clock stands. Most dates lie in no such year."""
_PARTIAL = re.compile(r"([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?")
_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(?:[.,]([0-9]{1,12}))?"
    r" ?([Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)?(?:\[[A-Za-z_/+-]{1,40}\])?"
)
_END_OF_DAY = re.compile(r"24:00(?::00)?")


def is_no_date(text: str, *, is_birth: bool = False) -> bool:
    """Whether the text is one of the dates that stand for "no date"."""
    if text[:4].isdecimal() and text[:4] not in _YEARS:
        return False
    cleaned = _clean(text)
    if cleaned[:4].isdecimal() and cleaned[:4] not in _YEARS:
        return False
    moment = _MOMENT.fullmatch(cleaned)
    day = moment[1] if moment else cleaned
    if any(_matches(entry, moment, is_birth=is_birth) for entry in _entries(day)):
        return True
    if moment is None:
        return False
    # Midnight of such a day here is the evening before in UTC.
    instant = _parsed(moment)
    local = None if instant is None else _danish(instant)
    if local is None or (local.hour, local.minute) != (0, 0):
        return day[:4] == "9999"
    return any(_matches(entry, moment, is_birth=is_birth) for entry in _entries(local.date().isoformat()))


def parse_date(text: str) -> tuple[date, str] | None:
    """A day and its precision (``year``, ``month``, ``day``); None when nobody can have meant it."""
    return _read_date(text) if len(text) <= LONGEST else None


@lru_cache(_REMEMBERED)
def _read_date(text: str) -> tuple[date, str] | None:
    match = _PARTIAL.fullmatch(_clean(text))
    if match is None:
        moment = parse_instant(text)
        return None if moment is None else (moment.astimezone(DANISH_TIME).date(), "day")
    year, month, day = (int(part) if part else None for part in match.groups())
    try:
        parsed = date(year or 0, month or 1, day or 1)
    except ValueError:
        return None
    if not EARLIEST_YEAR <= parsed.year <= LATEST_YEAR:
        return None
    return parsed, "day" if day else "month" if month else "year"


def parse_instant(text: str) -> datetime | None:
    """An instant in UTC; None when nobody can have meant it. Without a zone it is Danish time.

    Fractions of any length, ``24:00``, a leap second, an offset without a colon, and a zone's name behind the offset
    are read.
    """
    return _read_instant(text) if len(text) <= LONGEST else None


@lru_cache(_REMEMBERED)
def _read_instant(text: str) -> datetime | None:
    match = _MOMENT.fullmatch(_clean(text))
    moment = _parsed(match) if match else None
    return moment if moment is not None and EARLIEST_YEAR <= moment.year <= LATEST_YEAR else None


def told_hours(start: datetime | None, end: datetime | None) -> tuple[datetime | None, datetime | None]:
    """From and until which hour something is agreed on, as far as a source truly tells.

    Midnight in Denmark is a day written as an instant, and no hour. An end that comes after no beginning is none.
    """
    if start is None or _is_midnight(start):
        return None, None
    return start, end if end is not None and end > start and not _is_midnight(end) else None


def _is_midnight(moment: datetime) -> bool:
    local = moment.astimezone(DANISH_TIME)
    return (local.hour, local.minute, local.second) == (0, 0, 0)


def _parsed(match: re.Match[str]) -> datetime | None:
    day, clock, fraction, offset = match.groups()
    is_end = _END_OF_DAY.fullmatch(clock) is not None
    if clock.endswith(":60"):
        clock, fraction = clock.removesuffix("60") + "59", None
    zone = (offset or "").upper().replace("Z", "+00:00")
    try:
        moment = datetime.fromisoformat(f"{day}T{'00:00' if is_end else clock}{zone}") + timedelta(days=is_end)
        if fraction:
            moment = moment.replace(microsecond=int(fraction[:6].ljust(6, "0")))
        if moment.tzinfo is None:
            local = moment.replace(tzinfo=DANISH_TIME)
            is_skipped = local.astimezone(UTC).astimezone(DANISH_TIME).replace(tzinfo=None) != moment
            return None if is_skipped else local.astimezone(UTC)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _danish(moment: datetime) -> datetime | None:
    try:
        return moment.astimezone(DANISH_TIME)
    except OverflowError:
        return None


def _entries(day: str) -> list[NoDate]:
    return [entry for key in (day, day[:4]) if (entry := _BY_DAY.get(key)) is not None]


def _matches(entry: NoDate, moment: re.Match[str] | None, *, is_birth: bool) -> bool:
    if is_birth and entry.may_be_birth:
        return False
    if moment is None:
        return not entry.only_as_instant
    # A year that nobody lives in needs no midnight; a day that something can happen on does.
    return len(entry.day) == len("YYYY") or not entry.may_be_birth or _is_first_instant(moment)


def _is_first_instant(moment: re.Match[str]) -> bool:
    clock, fraction = moment[2], moment[3]
    instant = _parsed(moment)
    local = None if instant is None else _danish(instant)
    midnight = (0, 0, 0)
    is_midnight_here = local is not None and (local.hour, local.minute, local.second) == midnight
    # The zero of Unix time, written with the offset of Denmark, is 01:00.
    is_midnight_in_utc = instant is not None and (instant.hour, instant.minute, instant.second) == midnight
    is_written_midnight = set(clock) <= set("0:")
    return (is_written_midnight or is_midnight_here or is_midnight_in_utc) and set(fraction or "0") == {"0"}


def _clean(text: str) -> str:
    return normalise_text(text).strip() if len(text) <= LONGEST else ""
