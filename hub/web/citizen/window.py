"""The part of a timeline that is looked at: a year, or a quarter of it. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from hub.web.citizen import texts
from hub.web.shell.dates import month_text, short_day_text


@dataclass(frozen=True)
class Window:
    """A year, or a quarter of it."""

    year: int
    quarter: int | None = None

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, 3 * self.quarter - 2 if self.quarter else 1, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        ends_with_year = self.quarter in {None, 4}
        end = date(self.year + 1, 1, 1) if ends_with_year else date(self.year, 3 * (self.quarter or 0) + 1, 1)
        return end - timedelta(days=1)

    @property
    def title(self) -> str:
        """``2024`` or ``2. kvartal 2024``."""
        quarter = f"{texts.QUARTER.format(number=self.quarter)} " if self.quarter else ""
        return f"{quarter}{self.year}"

    def overlaps(self, start: date | None, last_day: date | None) -> bool:
        """Whether something from *start* to its last day is in it; None: it has not begun, it has no end."""
        return start is not None and start <= self.last and (last_day is None or last_day >= self.first)

    def ticks(self) -> Iterator[tuple[date, str]]:
        """The months of a year; of a quarter the first and the middle of each month."""
        for month in range(self.first.month, self.last.month + 1):
            first = date(self.year, month, 1)
            if self.quarter is None:
                yield first, month_text(first)
            else:
                yield from ((day, short_day_text(day)) for day in (first, first.replace(day=15)))
