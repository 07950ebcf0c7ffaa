"""Quarters, school years and school days. Pure.

The lines of the law (10 and 15 percent unlawful absence) count per quarter of the calendar year. The school days of a
quarter are its weekdays without public holidays and the usual vacations; a municipality adds its own closed days.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Self

from schemas.public_holidays import easter_sunday, public_holidays

FIRST_MONTH = 8
"""A school year begins on the first of August."""
SCHOOL_YEARS = range(1900, 2200)
"""Years in which a school year can begin; another one is a slip, or stands for nothing."""
_DAY = timedelta(days=1)
_WEEKDAYS = 5
_SATURDAY = 5
_LAST_QUARTER = 4


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
        return date(self.year + 1, 1, 1) if self.number == _LAST_QUARTER else date(self.year, 3 * self.number + 1, 1)


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
    easter = easter_sunday(year)
    days = set(public_holidays(year))
    days.update(_days(easter - timedelta(days=6), easter))
    days.add(easter + timedelta(days=40))  # the Friday after Ascension Day
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


def _last_saturday_of_june(year: int) -> date:
    return max(day for day in _days(date(year, 6, 24), date(year, 7, 1)) if day.weekday() == _SATURDAY)


def _week(year: int, number: int) -> Iterable[date]:
    return (date.fromisocalendar(year, number, weekday) for weekday in range(1, 6))


def _days(start: date, end: date) -> Iterator[date]:
    day = start
    while day < end:
        yield day
        day += _DAY
