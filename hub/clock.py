"""Clocks, passed as arguments so that tests and the demo choose the time."""

from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

DANISH_TIME = ZoneInfo("Europe/Copenhagen")


class Clock(Protocol):
    """Source of the current time."""

    def now(self) -> datetime:
        """The instant, in UTC."""


class SystemClock:
    """The machine's time."""

    def now(self) -> datetime:
        """The instant, in UTC."""
        return datetime.now(UTC)


class ShiftedClock:
    """Starts at a given instant and runs on from there; for the demo, so that ages and deadlines are true."""

    def __init__(self, start: datetime) -> None:
        self._shift = timedelta()
        self.move_to(start)

    def now(self) -> datetime:
        """The shifted instant, in UTC."""
        return datetime.now(UTC) + self._shift

    def move_to(self, moment: datetime) -> None:
        """Go on from another instant."""
        self._shift = moment.astimezone(UTC) - datetime.now(UTC)


class FixedClock:
    """Stands still until it is moved; for tests."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment.astimezone(UTC)

    def now(self) -> datetime:
        """The instant it stands at, in UTC."""
        return self._moment

    def move(self, by: timedelta) -> None:
        """Go on by that much."""
        self._moment += by


def age_on(born: date, day: date) -> int:
    """Whole years on that day; a birthday on 29 February falls on 1 March in other years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def danish_day(moment: datetime) -> date:
    """The calendar day in Denmark at that instant."""
    return moment.astimezone(DANISH_TIME).date()


def danish_midnight(day: date) -> datetime:
    """The instant at which that day begins in Denmark, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=DANISH_TIME).astimezone(UTC)
