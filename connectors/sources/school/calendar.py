"""Quarters, school years and school days. Pure.

The lines of the law (10 and 15 percent unlawful absence) count per quarter of the calendar year. The school days of a
quarter are its weekdays without public holidays and the usual vacations; a municipality adds its own closed days.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Self

FIRST_MONTH = 8
"""A school year begins on the first of August."""
LAST_PRAYER_DAY = 2023
"""From the year after, store bededag is a school day."""
_DAY = timedelta(days=1)
_WEEKDAYS = 5


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """A quarter of a calendar year."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Self:
        """The quarter that the day lies in."""
        return cls(day.year, (day.month + 2) // 3)

    @classmethod
    def parse(cls, text: str) -> Self:
        """As ``str`` writes it."""
        year, _, number = text.partition("-")
        return cls(int(year), int(number))

    def __str__(self) -> str:
        """``2026-1``."""
        return f"{self.year}-{self.number}"

    @property
    def start(self) -> date:
        """First day."""
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def end(self) -> date:
        """First day after it."""
        return date(self.year + 1, 1, 1) if self.number == 4 else date(self.year, 3 * self.number + 1, 1)  # noqa: PLR2004


@dataclass(frozen=True, slots=True, order=True)
class SchoolYear:
    """A school year, by the year in which it begins."""

    start_year: int

    @classmethod
    def of(cls, day: date) -> Self:
        """The school year that the day lies in."""
        return cls(day.year if day.month >= FIRST_MONTH else day.year - 1)

    @property
    def start(self) -> date:
        """First day."""
        return date(self.start_year, FIRST_MONTH, 1)

    @property
    def end(self) -> date:
        """First day after it."""
        return date(self.start_year + 1, FIRST_MONTH, 1)

    def __str__(self) -> str:
        """``2025/26``."""
        return f"{self.start_year}/{(self.start_year + 1) % 100:02}"


def school_days(quarter: Quarter, closed: tuple[str, ...] = ()) -> int:
    """How many days the pupils go to school in the quarter; at least one."""
    return max(1, _count(quarter, closed))


@cache
def _count(quarter: Quarter, closed: tuple[str, ...]) -> int:
    return len(school_dates(quarter, closed))


def school_dates(quarter: Quarter, closed: tuple[str, ...] = ()) -> tuple[date, ...]:
    """The days on which the pupils go to school in the quarter."""
    return tuple(_school_dates(quarter.start, quarter.end, closed))


def count_school_days(start: date, end: date, closed: tuple[str, ...] = ()) -> int:
    """School days from *start* to the day before *end*."""
    return sum(1 for _ in _school_dates(start, end, closed))


def _school_dates(start: date, end: date, closed: tuple[str, ...]) -> Iterator[date]:
    return (day for day in _days(start, end) if day.weekday() < _WEEKDAYS and day not in _closed_days(day.year, closed))


@cache
def _closed_days(year: int, closed: tuple[str, ...]) -> frozenset[date]:
    easter = _easter_sunday(year)
    days = {easter + timedelta(days=offset) for offset in range(-6, 2)}  # Easter week and Monday
    days |= {easter + timedelta(days=offset) for offset in (39, 40, 50)}  # Ascension Day, the day after, Whit Monday
    if year <= LAST_PRAYER_DAY:
        days.add(easter + timedelta(days=26))
    days.add(date(year, 6, 5))
    days.update(_week(year, 7))
    days.update(_week(year, 42))
    days.update(_days(_last_saturday_of_june(year), date(year, 8, 9)))
    days.update(_days(date(year, 1, 1), date(year, 1, 3)))
    days.update(_days(date(year, 12, 22), date(year + 1, 1, 1)))
    for period in closed:
        first, _, last = period.partition("/")
        days.update(_days(date.fromisoformat(first), date.fromisoformat(last) + _DAY))
    return frozenset(days)


def _easter_sunday(year: int) -> date:
    """By the Gregorian rule, as Gauss and Lichtenberg wrote it."""
    century = year // 100
    moon = 15 + (3 * century + 3) // 4 - (8 * century + 13) // 25
    sun = 2 - (3 * century + 3) // 4
    cycle = year % 19
    seed = (19 * cycle + moon) % 30
    full_moon = 21 + seed - (seed + cycle // 11) // 29
    first_sunday = 7 - (year + year // 4 + sun) % 7
    return date(year, 3, 1) + timedelta(days=full_moon + 7 - (full_moon - first_sunday) % 7 - 1)


def _last_saturday_of_june(year: int) -> date:
    return max(day for day in _days(date(year, 6, 24), date(year, 7, 1)) if day.weekday() == 5)  # noqa: PLR2004


def _week(year: int, number: int) -> Iterable[date]:
    return (date.fromisocalendar(year, number, weekday) for weekday in range(1, 6))


def _days(start: date, end: date) -> Iterator[date]:
    day = start
    while day < end:
        yield day
        day += _DAY
