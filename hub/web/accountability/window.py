"""Which days and which page of an answer are asked for. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from hub.clock import danish_midnight
from hub.web.accountability import texts

DAYS = 90
"""Shown unless other days are asked for."""
PAGE_SIZE = 50
ON_PAPER = 500
"""So many lines of a table stand on paper; the whole of it is in the file."""
LARGEST_FILE = 100_000
"""So many lines a file has at most; who needs more takes shorter periods."""


@dataclass(frozen=True)
class Window:
    """The days, and where in which table."""

    first_day: date
    last_day: date
    table: str = ""
    """Only this one; empty: all of them."""
    after: int | None = None
    size: int = PAGE_SIZE

    @property
    def since(self) -> datetime:
        """The first moment."""
        return danish_midnight(self.first_day)

    @property
    def until(self) -> datetime:
        """The first moment that does not belong to it."""
        return danish_midnight(self.last_day + timedelta(days=1))

    def shows(self, table: str) -> bool:
        """Whether that table is asked for."""
        return self.table in {"", table}


@dataclass(frozen=True)
class Row:
    """A line in words."""

    cells: tuple[str, ...]
    is_trouble: bool = False


class Fold(StrEnum):
    """How much of a table is folded together on the screen; on paper and in files nothing is."""

    NOTHING = "nothing"
    WHOLE = "whole"
    FIRST_COLUMN = "first_column"
    """The lines that begin with the same cell lie under it."""


@dataclass(frozen=True)
class Table:
    """Lines in words; *following* is where the next page begins."""

    key: str
    heading: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    note: str = ""
    empty: str = texts.NOTHING
    following: int | None = None
    fold: Fold = Fold.NOTHING


@dataclass(frozen=True)
class Answer:
    """The answer to a question, in words."""

    headline: str
    is_trouble: bool
    tables: tuple[Table, ...]
    gaps: tuple[str, ...] = field(default=())
    """What Helhed cannot know, in sentences."""


def read_period(since: str, until: str, today: date) -> tuple[date, date, str]:
    """First and last day, and what must be corrected of what was typed; then the days are those shown unasked."""
    first, last = today - timedelta(days=DAYS - 1), today
    try:
        asked_last = date.fromisoformat(until) if until else last
        asked_first = date.fromisoformat(since) if since else asked_last - timedelta(days=DAYS - 1)
    except (ValueError, OverflowError):
        return first, last, texts.DAY_UNREADABLE
    if asked_first > asked_last:
        return first, last, texts.ENDS_BEFORE
    if asked_last.year > today.year + 1 or asked_first.year < texts.EARLIEST_YEAR:
        return first, last, texts.TOO_FAR
    return asked_first, asked_last, ""


def page_of(rows: Sequence[Row], window: Window, table: str) -> tuple[tuple[Row, ...], int | None]:
    """The rows of this page of a table that is known whole, and where the next begins."""
    start = (window.after or 0) if window.table == table else 0
    end = start + window.size
    return tuple(rows[start:end]), end if len(rows) > end else None
