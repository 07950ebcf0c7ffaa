"""*Forløbet over tid*: lanes, bars and points as percentages, and the table with the same rows. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from hub.clock import danish_day
from hub.web import texts
from hub.web.dates import day_text, of_day
from hub.web.material import Material
from hub.web.pages import Bar, Drawing, Lane, Point, TimelineRow
from hub.web.present_efforts import about, source_line
from hub.web.present_notifications import notifications, rows, sender, whom
from schemas.facts import EffortFact, EffortStatus
from schemas.overview import Entry
from schemas.source import Area

NOTIFICATIONS = "Underretninger"
MOST_YEARS = 12
"""Older years are left to the full timeline."""


def drawing(entries: Sequence[Entry], material: Material, *, years: int = MOST_YEARS) -> Drawing | None:
    """The lanes; None when there is nothing to draw."""
    efforts = [entry for entry in _efforts(entries) if entry.valid.start]
    points = notifications(entries)
    days = [entry.valid.start for entry in efforts if entry.valid.start]
    days += [danish_day(fact.received_at) for _, fact in points]
    if not days:
        return None
    today = material.today
    first_year = max(min(days).year, today.year - years)
    first, last = date(first_year, 1, 1), today + timedelta(days=max((today - date(first_year, 1, 1)).days // 60, 20))
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
        if danish_day(fact.received_at) >= first
    )
    if marks:
        lanes.append(Lane(NOTIFICATIONS, (), marks, "; ".join(mark.full for mark in marks)))
    step = 1 if today.year - first_year <= 10 else 2  # noqa: PLR2004  so many year numbers fit
    ticks = tuple((scale.at(date(year, 1, 1)), str(year)) for year in range(first_year, today.year + 1, step))
    return Drawing(ticks, tuple(lanes), f"{first_year} til i dag")


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
    return f"{other}, {area.lower()}" if other else area


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
    """Each bar in the first row where it covers no other."""
    ends: list[float] = []
    placed = []
    for bar in bars:
        row = next((index for index, end in enumerate(ends) if end <= bar.left), len(ends))
        ends[row : row + 1] = [bar.left + bar.width]
        placed.append(replace(bar, row=row))
    return tuple(placed)


def _bar(entry: Entry, scale: _Scale, today: date) -> Bar | None:
    if not isinstance(entry.fact, EffortFact) or entry.valid.start is None:
        return None
    left, right = scale.at(entry.valid.start), scale.at(min(entry.valid.end or today, today))
    if right <= 0:
        return None
    until = f"til {day_text(entry.valid.end)}" if entry.valid.end and entry.valid.end <= today else "i gang"
    full = f"{entry.fact.title}, fra {day_text(entry.valid.start)}, {until}"
    return Bar(left, round(max(right - left, 0.6), 2), entry.area, entry.fact.title, full)


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
