"""A period of days as a form asks for it, both days included. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from hub.clock import danish_midnight

FROM_MISSING = "»Fra« er ikke en dato. Skriv den som år-måned-dag, for eksempel 2026-01-31."
TO_MISSING = "»Til« er ikke en dato. Skriv den som år-måned-dag, for eksempel 2026-01-31."
TURNED = "»Fra« er efter »til«. Byt de to datoer om."


@dataclass(frozen=True)
class DayPeriod:
    """From a day to a day, both included."""

    first: date
    last: date

    @property
    def since(self) -> datetime:
        """The instant at which it begins."""
        return danish_midnight(self.first)

    @property
    def until(self) -> datetime:
        """The first instant after it."""
        return danish_midnight(self.last + timedelta(days=1))

    @property
    def query(self) -> dict[str, str]:
        """As it stands in an address."""
        return {"fra": self.first.isoformat(), "til": self.last.isoformat()}


def read_period(first: str, last: str, today: date, days: int) -> tuple[DayPeriod, tuple[str, ...]]:
    """The period that was typed, the latest *days* days where nothing was; and what must be corrected, if anything."""
    latest = DayPeriod(today - timedelta(days=days - 1), today)
    begin, end = _day(first, latest.first), _day(last, latest.last)
    faults = [fault for day, fault in ((begin, FROM_MISSING), (end, TO_MISSING)) if day is None]
    if begin is None or end is None:
        return latest, tuple(faults)
    if begin > end:
        return latest, (TURNED,)
    return DayPeriod(begin, end), ()


def _day(text: str, otherwise: date) -> date | None:
    if not text:
        return otherwise
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if date(1990, 1, 1) <= day <= date(2199, 12, 31) else None
