"""*Forløbet over tid*: lanes, bars and points as percentages, and the table with the same rows. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from hub.clock import danish_day
from hub.web.citizen.page import Bar, Drawing, Lane, Point, TimelineRow
from hub.web.citizen.page_data import Material
from hub.web.citizen.present_efforts import about, source_line
from hub.web.citizen.present_notifications import notifications, rows, sender, whom
from hub.web.shell import texts
from hub.web.shell.dates import day_text, long_day_text, month_text, of_day
from schemas.facts import EffortFact, EffortStatus
from schemas.overview import Entry
from schemas.source import Area

NOTIFICATIONS = "Underretninger"
MOST_YEARS = 12
"""Older years are left to the full timeline."""
LETTER = 0.85
"""Percent of a lane that a letter takes on a wide screen, with some air."""


def drawing(
    entries: Sequence[Entry], material: Material, *, years: int = MOST_YEARS, year: int | None = None
) -> Drawing | None:
    """The lanes of the latest *years*, or of one *year* by months; None when there is nothing to draw."""
    efforts = [entry for entry in _efforts(entries) if entry.valid.start]
    points = notifications(entries)
    days = [entry.valid.start for entry in efforts if entry.valid.start]
    days += [danish_day(fact.received_at) for _, fact in points]
    if not days:
        return None
    today = material.today
    if year is None:
        first = date(max(min(days).year, today.year - years), 1, 1)
        last = today + timedelta(days=max((today - first).days // 60, 20))
    else:
        first, last = date(year, 1, 1), date(year, 12, 31)
    scale = _Scale(first, last)
    named: dict[str, list[Entry]] = {}
    for entry in sorted(efforts, key=lambda entry: list(Area).index(entry.area)):
        named.setdefault(lane_name(entry, material), []).append(entry)
    lanes = [_lane(name, found, scale, today) for name, found in named.items()]
    lanes = [lane for lane in lanes if lane.bars]
    marks = tuple(
        Point(
            scale.at(danish_day(fact.received_at)),
            f"{day_text(danish_day(fact.received_at))}: {sender(fact)} om {whom(entry, material)}",
        )
        for entry, fact in points
        if first <= danish_day(fact.received_at) <= last
    )
    if marks:
        lanes.append(Lane(NOTIFICATIONS, (), marks, "; ".join(mark.full for mark in marks)))
    now = scale.at(today) if first <= today <= last else None
    until = long_day_text(today) if material.as_known else "i dag"
    return Drawing(_ticks(first, today, year, scale), tuple(lanes), str(year or f"{first.year} til {until}"), now)


def _ticks(first: date, today: date, year: int | None, scale: "_Scale") -> tuple[tuple[float, str], ...]:
    if year is not None:
        return tuple((scale.at(day), month_text(day)) for day in (date(year, month, 1) for month in range(1, 13)))
    step = 1 if today.year - first.year <= 10 else 2  # noqa: PLR2004  so many year numbers fit
    return tuple((scale.at(date(one, 1, 1)), str(one)) for one in range(first.year, today.year + 1, step))


class _Scale:
    """Days to percent of the lane."""

    def __init__(self, first: date, last: date) -> None:
        self._first, self._days = first, max((last - first).days, 1)

    def at(self, day: date) -> float:
        """How far in, between 0 and 100."""
        return round(min(max(100 * (day - self._first).days / self._days, 0), 100), 2)


def lane_name(entry: Entry, material: Material) -> str:
    """The area's name for the citizen, else first name and area."""
    other = about(entry, material)
    area = texts.AREA[entry.area]
    return f"{other} · {area}" if other else area


def _efforts(entries: Sequence[Entry]) -> list[Entry]:
    """Efforts that ran or run; the cancelled and the merely planned left out."""
    return [
        entry
        for entry in entries
        if isinstance(entry.fact, EffortFact)
        and entry.fact.status not in {EffortStatus.CANCELLED, EffortStatus.PLANNED}
    ]


def _lane(name: str, found: Sequence[Entry], scale: _Scale, today: date) -> Lane:
    ordered = sorted(found, key=lambda one: (one.valid.start or date.min, one.id))
    bars = _stacked([bar for entry in ordered if (bar := _bar(entry, scale, today))])
    rows_used = 1 + max((bar.row for bar in bars), default=0)
    return Lane(name, bars, (), "; ".join(bar.full for bar in bars), rows_used)


def _stacked(bars: Sequence[Bar]) -> tuple[Bar, ...]:
    """Each bar in the first row where neither it nor its label covers another."""
    rows: list[list[tuple[float, float]]] = []
    placed = []
    for bar in bars:
        left, right = _reach(bar)
        row = next(
            (at for at, taken in enumerate(rows) if all(right <= start or end <= left for start, end in taken)),
            len(rows),
        )
        rows[row : row + 1] = [[*(rows[row] if row < len(rows) else []), (left, right)]]
        placed.append(replace(bar, row=row))
    return tuple(placed)


def _reach(bar: Bar) -> tuple[float, float]:
    words = len(bar.label) * LETTER
    end = bar.left + bar.width
    return (bar.left - words if bar.side == "before" else bar.left), (end + words if bar.side == "after" else end)


def _bar(entry: Entry, scale: _Scale, today: date) -> Bar | None:
    if not isinstance(entry.fact, EffortFact) or entry.valid.start is None:
        return None
    left, right = scale.at(entry.valid.start), scale.at(min(entry.valid.end or today, today))
    if right <= 0 or left >= 100:  # noqa: PLR2004  percent
        return None
    until = f"til {day_text(entry.valid.end)}" if entry.valid.end and entry.valid.end <= today else "i gang"
    full = f"{entry.fact.title}, fra {day_text(entry.valid.start)}, {until}"
    width, words = round(max(right - left, 0.6), 2), len(entry.fact.title) * LETTER
    side = "in" if words <= width else "after" if left + width + words <= 100 else "before"  # noqa: PLR2004  percent
    return Bar(left, width, entry.area, entry.fact.title, full, side)


def timeline_rows(entries: Sequence[Entry], material: Material) -> tuple[TimelineRow, ...]:
    """The table with the same rows as the drawing and more, newest first."""
    found = [
        (
            entry.valid.start or date.min,
            TimelineRow(
                lane=lane_name(entry, material),
                area=entry.area,
                start=of_day(entry.valid.start) if entry.valid.start else None,
                end=of_day(entry.valid.end) if entry.valid.end else None,
                text=entry.fact.title,
                outcome=texts.EFFORT_STATUS[entry.fact.status],
                source=source_line(entry, material).text,
                is_point=False,
            ),
        )
        for entry in entries
        if isinstance(entry.fact, EffortFact)
    ]
    for entry, fact in notifications(entries):
        day = danish_day(fact.received_at)
        row = rows([(entry, fact)], material)[0]
        found.append(
            (
                day,
                TimelineRow(
                    lane=NOTIFICATIONS,
                    area=entry.area,
                    start=of_day(day),
                    end=None,
                    text=f"{row.senders[0]}: {row.reasons}",
                    outcome=row.outcome,
                    source=row.source.text,
                    is_point=True,
                ),
            )
        )
    return tuple(row for _, row in sorted(found, key=lambda pair: pair[0], reverse=True))
