"""Answers about citizens, counted by the web server itself, against the lines of the log.

The count does not come from who writes lines: a middleware sees each answer leave. So an answer without a line shows,
whatever part of the program forgot it.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from threading import Lock
from typing import NamedTuple

from hub import metrics
from hub.audit import answer_repository as repository
from hub.clock import danish_day
from hub.db import Session

BEFORE = timedelta(minutes=10)
"""A line is written at most so long before its answer."""


class GivenAnswer(NamedTuple):
    """An answer about a citizen."""

    request_id: str
    given_at: datetime


class AnswerCounter:
    """The answers of this process that are not compared with the log yet. Shared by its threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._answers: list[GivenAnswer] = []

    def add(self, answer: GivenAnswer) -> int:
        """Count an answer; how many wait."""
        with self._lock:
            self._answers.append(answer)
            return len(self._answers)

    def take(self) -> list[GivenAnswer]:
        """Those that wait, which wait no longer."""
        with self._lock:
            answers, self._answers = self._answers, []
            return answers

    def put_back(self, answers: Iterable[GivenAnswer]) -> None:
        """They could not be compared: they wait again."""
        with self._lock:
            self._answers[:0] = answers


def compare_with_log(session: Session, answers: Iterable[GivenAnswer]) -> int:
    """Look for the line of each answer, and keep the numbers by day; how many answers have none."""
    by_day: dict[date, list[GivenAnswer]] = {}
    for answer in answers:
        by_day.setdefault(danish_day(answer.given_at), []).append(answer)
    missing = 0
    for day, given in sorted(by_day.items()):
        ids = {answer.request_id for answer in given}
        since = min(answer.given_at for answer in given) - BEFORE
        without_line = len(ids) - repository.count_with_line(session, ids, since)
        repository.add_answers(session, day, len(ids), without_line)
        metrics.answered(len(ids), without_line)
        missing += without_line
    return missing
