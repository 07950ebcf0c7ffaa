"""SQL of the answers that were given, by day."""

from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.clock import danish_midnight
from hub.db import fetch_rows

_WITH_LINE = text("""
    SELECT count(DISTINCT request_id) AS number FROM audit_log
    WHERE recorded_at >= :since AND request_id = ANY(:ids)
""")
_ADD = text("""
    INSERT INTO audit_answers AS a (day, answers, without_line) VALUES (:day, :answers, :without_line)
    ON CONFLICT (day) DO UPDATE SET answers = a.answers + excluded.answers,
        without_line = a.without_line + excluded.without_line
""")
_DAYS = text("SELECT day, answers, without_line FROM audit_answers ORDER BY day DESC LIMIT :size")
_LINES = text("SELECT count(*) AS number FROM audit_log WHERE recorded_at >= :since AND recorded_at < :until")


class DayOfAnswers(NamedTuple):
    """How many answers about citizens were given on a Danish day, and what the log has of it."""

    day: date
    answers: int
    without_line: int
    lines: int
    """Of the log on that day, whatever they tell of."""


def count_with_line(session: Session, ids: Collection[str], since: datetime) -> int:
    """How many of these requests have a line that was written since then."""
    (row,) = fetch_rows(session, _WITH_LINE, {"ids": sorted(ids), "since": since})
    return int(row["number"])


def add_answers(session: Session, day: date, answers: int, without_line: int) -> None:
    """Add to the numbers of the day."""
    fetch_rows(session, _ADD, {"day": day, "answers": answers, "without_line": without_line})


def list_days(session: Session, size: int) -> list[DayOfAnswers]:
    """The latest days with an answer."""
    return [_with_lines(session, **row) for row in fetch_rows(session, _DAYS, {"size": size})]


def _with_lines(session: Session, day: date, answers: int, without_line: int) -> DayOfAnswers:
    until = danish_midnight(date.fromordinal(day.toordinal() + 1))
    (row,) = fetch_rows(session, _LINES, {"since": danish_midnight(day), "until": until})
    return DayOfAnswers(day, answers, without_line, row["number"])
