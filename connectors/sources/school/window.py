"""One complete absence file against what is remembered of its school: added, corrected, deleted, held. Pure.

The file is the whole truth of a window. Days that can still be corrected are compared row by row; earlier days of a
quarter that is not over are compared as sums, and only where the window covers the quarter from its beginning, because
a sum cannot be corrected in part. What is missing is judged by ``connectors.absence``: the marker vouches that the file
is complete, so one reading proves it, within the limits.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from connectors.absence import AbsenceLimits, KnownIds, judge
from connectors.base import HeldDeletions
from connectors.sources.school.absence_file import ROW, Row, Unread, in_window
from connectors.sources.school.calendar import Quarter
from connectors.sources.school.partitions import partitioned
from connectors.sources.school.state import School, Totals, add_days, flat
from schemas.record import Rejection

MOST_ROWS_KEPT = 200_000
"""Rows of one school that can still be corrected. A school has a few hundred."""
_DAY = timedelta(days=1)

MOST_REJECTED = 2_000
"""Rows of one file that are rejected one by one; with more, the file is not what it should be."""


class TooManyRows(Exception):
    """The file has more rows that can still be corrected than are remembered."""


class TooManyUnread(Exception):
    """The file has more rows that cannot be read than are told one by one."""


@dataclass(slots=True)
class Comparison:
    """What came of comparing one file."""

    held: HeldDeletions | None = None
    deleted: int = 0
    rejected: list[Rejection] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class _Blocked:
    """Stored rows that an unreadable row may be."""

    keys: set[str] = field(default_factory=set)
    pupils: set[str] = field(default_factory=set)
    all: bool = False

    def add(self, unread: Unread) -> None:
        if unread.key is not None:
            self.keys.add(unread.key)
        elif unread.cpr is not None:
            self.pupils.add(unread.cpr)
        else:
            self.all = True


@dataclass(slots=True)
class _Read:
    """What one file says."""

    kept: dict[str, Row] = field(default_factory=dict)
    """Days that can still be corrected, by key."""
    sums: Totals = field(default_factory=dict)
    """Earlier days."""
    blocked: _Blocked = field(default_factory=_Blocked)


@dataclass(frozen=True, slots=True)
class WindowRules:
    """What is declared or released for comparing a file."""

    correction_days: int
    limits: AbsenceLimits
    released: int | None


def take_window(
    school: School,
    window: tuple[date, date],
    rows: Iterable[Row | Unread],
    *,
    parts: int,
    rules: WindowRules,
) -> Comparison:
    """Bring what is remembered of the school up to the file; on an error nothing of it is changed.

    Raises:
        TooManyRows: the file has more rows than are remembered.
        TooManyUnread: it has more rows that cannot be read than are told one by one.
        InvalidValue: the file cannot be read; raised by *rows*.
    """
    start, end = window
    outcome, read = Comparison(), _Read()
    remembered = timedelta(days=rules.correction_days)
    kept_from = school.kept_from or max(start, end - remembered)
    readable = _readable(rows, window, outcome, read.blocked)
    for part in partitioned(_survivors(readable, parts), lambda row: row.cpr, parts):
        early = [row for row in part if row.day < kept_from.isoformat()]
        add_days(read.sums, _comparable(early, school, start, outcome.skipped))
        read.kept |= {row.key: row for row in part if row.day >= kept_from.isoformat()}
        if len(read.kept) > MOST_ROWS_KEPT:
            raise TooManyRows
    _delete_missing(school, window, read, outcome, rules)
    for key, row in read.kept.items():
        earlier = school.rows.get(key)
        if earlier is None or row.changed >= earlier.changed:
            school.rows[key] = row
    for cpr, quarter, kind, total in flat(read.sums):
        school.sums.setdefault(cpr, {}).setdefault(quarter, {})[kind] = total
    if school.window_end is None or start > school.window_end + _DAY:
        school.covered_from = start
    school.window_end = end
    _fold(school, max(kept_from, end - remembered))
    return outcome


def _readable(
    rows: Iterable[Row | Unread], window: tuple[date, date], outcome: Comparison, blocked: _Blocked
) -> Iterator[Row]:
    for each in rows:
        row = in_window(each, *window) if isinstance(each, Row) else each
        if isinstance(row, Unread):
            outcome.rejected.append(row.rejection)
            blocked.add(row)
            if len(outcome.rejected) > MOST_REJECTED:
                raise TooManyUnread
        else:
            yield row


def _survivors(rows: Iterable[Row], parts: int) -> Iterator[Row]:
    """One row for each key: of several the one corrected last, else the one that stands last in the file."""
    for part in partitioned(rows, lambda row: row.key, parts):
        latest: dict[str, Row] = {}
        for row in part:
            earlier = latest.get(row.key)
            if earlier is None or row.changed >= earlier.changed:
                latest[row.key] = row
        yield from latest.values()


def _comparable(rows: Iterable[Row], school: School, start: date, skipped: Counter[str]) -> Iterator[Row]:
    """Those of a quarter that the file covers from its beginning, or that nothing is remembered of."""
    for row in rows:
        quarter = Quarter.of(date.fromisoformat(row.day))
        if school.window_end is None or quarter.start >= start:
            yield row
        else:
            skipped[f"{ROW}: before_what_can_be_corrected"] += 1


def _delete_missing(
    school: School, window: tuple[date, date], read: _Read, outcome: Comparison, rules: WindowRules
) -> None:
    start, end = window
    expected = {key for key, row in school.rows.items() if start.isoformat() <= row.day <= end.isoformat()}
    sum_keys = {
        _sum_key(cpr, quarter, kind): (cpr, quarter, kind)
        for cpr, quarter, kind, _ in flat(school.sums)
        if Quarter.parse(quarter).start >= start
    }
    expected |= sum_keys.keys()
    seen = read.kept.keys() | {_sum_key(cpr, quarter, kind) for cpr, quarter, kind, _ in flat(read.sums)}
    blocked = read.blocked
    if blocked.all:
        outcome.skipped[f"{ROW}: deletions_not_judged"] += len(expected - seen)
        gone: frozenset[str] = frozenset()
    else:
        protected = {key for key in expected if key in blocked.keys or _pupil(school, key, sum_keys) in blocked.pupils}
        verdict = judge(
            ROW,
            # The marker vouches for the whole window: one reading is proof.
            KnownIds(unproven=frozenset(expected)),
            seen | protected,
            limits=rules.limits,
            released=rules.released,
        )
        outcome.held, gone = verdict.held, verdict.gone
    for key in gone:
        if key in sum_keys:
            cpr, quarter, kind = sum_keys[key]
            del school.sums[cpr][quarter][kind]
        else:
            del school.rows[key]
    outcome.deleted = len(gone)


def _fold(school: School, kept_from: date) -> None:
    """Days before *kept_from* become part of their quarter's sum."""
    past = [row for row in school.rows.values() if row.day < kept_from.isoformat()]
    add_days(school.sums, past)
    for row in past:
        del school.rows[row.key]
    school.kept_from = kept_from


def forget_quarters(school: School) -> None:
    """Forget the sums of quarters that can no longer be corrected; those of unknown pupils wait on."""
    if school.kept_from is None:
        return
    for cpr in list(school.sums):
        if cpr not in school.pupils:
            continue
        for quarter in [name for name in school.sums[cpr] if Quarter.parse(name).end <= school.kept_from]:
            del school.sums[cpr][quarter]
        for kinds in school.sums[cpr].values():
            for total in kinds.values():
                total.changed = ""  # it was published; until then it told since when the sum was known
        if not school.sums[cpr]:
            del school.sums[cpr]


def _sum_key(cpr: str, quarter: str, kind: str) -> str:
    return f"sum/{cpr}/{quarter}/{kind}"


def _pupil(school: School, key: str, sum_keys: dict[str, tuple[str, str, str]]) -> str:
    return sum_keys[key][0] if key in sum_keys else school.rows[key].cpr
