"""*Forløbet over tid*: lanes, bars and points as percentages. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from hub.clock import danish_day
from hub.overview.efforts import Effort, EffortState, effort_state, efforts_of
from hub.web.citizen.page import Bar, Drawing, Lane, Point
from hub.web.citizen.page_data import PageData
from hub.web.citizen.present_contacts import Contact, contact_text, contacts_of
from hub.web.citizen.present_notifications import notifications_of
from hub.web.citizen.present_school import enrolment_text, enrolment_title
from hub.web.citizen.timeline_marks import Mark
from hub.web.citizen.window import Window
from hub.web.shell import texts as shared
from hub.web.shell.dates import day_text, long_day_text
from hub.web.shell.people import sender
from schemas.facts import EffortFact, EffortStatus, EnrolmentFact
from schemas.overview import Entry
from schemas.source import Area

NOTIFICATIONS = "Underretninger"
STAYS = "Indlæggelser"
CLASSES = "Klasse"
AHEAD = timedelta(days=366)
"""So much of what is to come is drawn."""
MOST_YEARS = 12
"""Older years are left to the full timeline."""
LETTER = 0.85
"""Percent of a lane that a letter takes on a wide screen, with some air."""


def drawing(
    entries: Sequence[Entry],
    data: PageData,
    *,
    years: int = MOST_YEARS,
    window: Window | None = None,
    marks: Sequence[Mark] = (),
) -> Drawing | None:
    """The lanes of the latest *years*, or of one *window*; None when there is nothing to draw."""
    efforts = _begun_efforts(entries, data.today)
    notifications = notifications_of(entries)
    days = [entry.valid.start for entry, _ in efforts if entry.valid.start]
    stays = [(entry, contact) for entry, contact in contacts_of(entries) if contact.is_stay and entry.valid.start]
    days += [entry.valid.start for entry, _ in stays if entry.valid.start]
    days += [danish_day(fact.received_at) for _, fact in notifications]
    days += [entry.valid.start for entry in entries if isinstance(entry.fact, EnrolmentFact) and entry.valid.start]
    days += [mark.start for mark in marks]
    if not days:
        return None
    today = data.today
    if window is None:
        first = date(max(min(days).year, today.year - years), 1, 1)
        margin = timedelta(days=max((today - first).days // 60, 20))
        last = min(max([today, *(mark.end or mark.start for mark in marks)]), today + AHEAD) + margin
    else:
        first, last = window.first, window.last
    scale = _Scale(first, last)
    by_lane: dict[str, list[Effort]] = {}
    for entry, effort in sorted(efforts, key=lambda effort: list(Area).index(effort[0].area)):
        by_lane.setdefault(lane_name(entry, data), []).append((entry, effort))
    lanes = [_lane(name, lane_efforts, scale, today) for name, lane_efforts in by_lane.items()]
    lanes = [lane for lane in lanes if lane.bars]
    lanes += _stay_lanes(stays, scale, data)
    lanes += _school_lanes(entries, scale, data)
    points = tuple(
        Point(
            scale.at(danish_day(fact.received_at)),
            f"{day_text(danish_day(fact.received_at))}: {sender(fact)} om {data.names.concerned(entry)}",
        )
        for entry, fact in notifications
        if first <= danish_day(fact.received_at) <= last
    )
    if points:
        lanes.append(Lane(NOTIFICATIONS, (), points, "; ".join(point.full for point in points)))
    lanes += _mark_lanes(marks, scale, today)
    now = scale.at(today) if first <= today <= last else None
    on_paper = window.title if window else f"{first.year} til {long_day_text(today)}"
    span = on_paper if window or data.as_known else f"{first.year} til i dag"
    return Drawing(_ticks(first, last, window, scale), tuple(lanes), span, now, on_paper)


def _ticks(first: date, last: date, window: Window | None, scale: "_Scale") -> tuple[tuple[float, str], ...]:
    if window is not None:
        return tuple((scale.at(day), text) for day, text in window.ticks())
    step = 1 if last.year - first.year <= 10 else 2  # noqa: PLR2004  so many year numbers fit
    return tuple((scale.at(date(number, 1, 1)), str(number)) for number in range(first.year, last.year + 1, step))


class _Scale:
    """Days to percent of the lane."""

    def __init__(self, first: date, last: date) -> None:
        self._first, self._days = first, max((last - first).days, 1)

    def at(self, day: date) -> float:
        """How far in, between 0 and 100."""
        return round(min(max(100 * (day - self._first).days / self._days, 0), 100), 2)


def lane_name(entry: Entry, data: PageData) -> str:
    """The area's name for the citizen, else first name and area."""
    person = data.names.subject(entry)
    area = shared.AREA[entry.area]
    return f"{person} · {area}" if person else area


def _begun_efforts(entries: Sequence[Entry], today: date) -> list[Effort]:
    """Efforts that run or ran and whose start is known; what the source still calls planned has not begun."""
    return [
        (entry, effort)
        for entry, effort in efforts_of(entries)
        if entry.valid.start
        and effort.status is not EffortStatus.PLANNED
        and effort_state(entry, effort, today) in {EffortState.ONGOING, EffortState.ENDED}
    ]


def _lane(name: str, efforts: Sequence[Effort], scale: _Scale, today: date) -> Lane:
    ordered = sorted(efforts, key=lambda effort: (effort[0].valid.start or date.min, effort[0].id))
    bars = _stacked([bar for entry, effort in ordered if (bar := _bar(entry, effort, scale, today))])
    row_count = 1 + max((bar.row for bar in bars), default=0)
    return Lane(name, bars, (), "; ".join(bar.full for bar in bars), row_count)


def _stay_lanes(stays: Sequence[Contact], scale: _Scale, data: PageData) -> list[Lane]:
    """Stays in hospital, a lane for each person."""
    by_person: dict[str, list[Bar]] = {}
    for entry, contact in sorted(stays, key=lambda stay: (stay[0].valid.start or date.min, stay[0].id)):
        subject = data.names.subject(entry)
        full = f"{contact.title}, {contact_text(entry, contact, data.today)}"
        bar = _span_bar(entry, contact.title, full, scale, data.today)
        if bar is not None:
            by_person.setdefault(f"{subject} · {STAYS}" if subject else STAYS, []).append(bar)
    lanes = [(name, _stacked(bars)) for name, bars in by_person.items()]
    return [
        Lane(name, bars, (), "; ".join(bar.full for bar in bars), 1 + max(bar.row for bar in bars))
        for name, bars in lanes
    ]


def _school_lanes(entries: Sequence[Entry], scale: _Scale, data: PageData) -> list[Lane]:
    """The school years of each child, a lane for each."""
    by_person: dict[str, list[Bar]] = {}
    classes = [(entry, entry.fact) for entry in entries if isinstance(entry.fact, EnrolmentFact)]
    for entry, fact in sorted(classes, key=lambda each: (each[0].valid.start or date.min, each[0].id)):
        full = f"{enrolment_title(fact)}, {enrolment_text(fact)}"
        bar = _span_bar(entry, fact.group or fact.school.name, full, scale, data.today)
        if bar is not None:
            subject = data.names.subject(entry)
            by_person.setdefault(f"{subject} · {CLASSES}" if subject else CLASSES, []).append(bar)
    lanes = [(name, _stacked(bars)) for name, bars in by_person.items()]
    return [
        Lane(name, bars, (), "; ".join(bar.full for bar in bars), 1 + max(bar.row for bar in bars))
        for name, bars in lanes
    ]


def _mark_lanes(marks: Sequence[Mark], scale: _Scale, today: date) -> list[Lane]:
    """What no source tells, a lane for each person's plan, then what lies ahead."""
    by_lane: dict[str, list[Bar]] = {}
    for mark in sorted(marks, key=lambda mark: mark.start):
        lane = by_lane.setdefault(mark.lane, [])
        if mark.is_moment:
            full, end = f"{mark.text}, {day_text(mark.start)}", mark.start
        else:
            unended = "i gang" if mark.start <= today else "aftalt"
            until = f"til {day_text(mark.end)}" if mark.end else unended
            full = f"{mark.text}, fra {day_text(mark.start)}, {until}"
            end = mark.end or max(mark.start, today)
        bar = _placed_bar(mark.start, end + timedelta(days=1), "plan", mark.label, full, scale)
        if bar is not None:
            lane.append(bar)
    return [
        Lane(name, bars, (), "; ".join(bar.full for bar in bars), 1 + max(bar.row for bar in bars))
        for name, bars in ((name, _stacked(bars)) for name, bars in by_lane.items())
        if bars
    ]


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
    label_width = len(bar.label) * LETTER
    left, right = bar.left, bar.left + bar.width
    return (left - label_width if bar.side == "before" else left), (
        right + label_width if bar.side == "after" else right
    )


def _bar(entry: Entry, effort: EffortFact, scale: _Scale, today: date) -> Bar | None:
    if entry.valid.start is None:
        return None
    full = f"{effort.title}, fra {day_text(entry.valid.start)}, {_until(entry, effort, today)}"
    return _span_bar(entry, effort.title, full, scale, today)


def _span_bar(entry: Entry, title: str, full: str, scale: _Scale, today: date) -> Bar | None:
    if entry.valid.start is None:
        return None
    return _placed_bar(entry.valid.start, min(entry.valid.end or today, today), entry.area, title, full, scale)


def _placed_bar(start: date, end: date, area: str, title: str, full: str, scale: _Scale) -> Bar | None:
    """The bar of a span that ends before *end*; None: it is outside."""
    left, right = scale.at(start), scale.at(end)
    if right <= 0 or left >= 100:  # noqa: PLR2004  percent
        return None
    width, label_width = round(max(right - left, 0.6), 2), len(title) * LETTER
    side = "in" if label_width <= width else "after" if left + width + label_width <= 100 else "before"  # noqa: PLR2004  percent
    return Bar(left, width, area, title, full, side)


def _until(entry: Entry, effort: EffortFact, today: date) -> str:
    if effort_state(entry, effort, today) is EffortState.ONGOING:
        return "i gang"
    return f"til {day_text(entry.valid.last_day)}" if entry.valid.last_day else "afsluttet"
