"""*Forløbet over tid*: lanes, bars and points as percentages, and the table with the same rows. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from hub.clock import danish_day
from hub.overview.efforts import Effort, EffortState, effort_state, efforts_of
from hub.web.citizen.page import Bar, Drawing, Lane, Point
from hub.web.citizen.page_data import PageData
from hub.web.citizen.page_timeline import TimelineRow
from hub.web.citizen.present_contacts import Contact, contact_outcome, contact_text, contacts_of, standing_text
from hub.web.citizen.present_efforts import source_line
from hub.web.citizen.present_identity import identity_mark
from hub.web.citizen.present_notifications import notification_rows, notifications_of
from hub.web.citizen.present_school import enrolment_text, enrolment_title, school_words
from hub.web.shell import texts as shared
from hub.web.shell.dates import capital, day_text, long_day_text, month_text, of_day
from hub.web.shell.people import sender
from schemas.facts import ContactFact, EffortFact, EffortStatus, EnrolmentFact
from schemas.overview import Entry
from schemas.source import Area

NOTIFICATIONS = "Underretninger"
STAYS = "Indlæggelser"
CLASSES = "Klasse"
MOST_YEARS = 12
"""Older years are left to the full timeline."""
LETTER = 0.85
"""Percent of a lane that a letter takes on a wide screen, with some air."""


def drawing(
    entries: Sequence[Entry], data: PageData, *, years: int = MOST_YEARS, year: int | None = None
) -> Drawing | None:
    """The lanes of the latest *years*, or of one *year* by months; None when there is nothing to draw."""
    efforts = _begun_efforts(entries, data.today)
    notifications = notifications_of(entries)
    days = [entry.valid.start for entry, _ in efforts if entry.valid.start]
    stays = [(entry, contact) for entry, contact in contacts_of(entries) if contact.is_stay and entry.valid.start]
    days += [entry.valid.start for entry, _ in stays if entry.valid.start]
    days += [danish_day(fact.received_at) for _, fact in notifications]
    days += [entry.valid.start for entry in entries if isinstance(entry.fact, EnrolmentFact) and entry.valid.start]
    if not days:
        return None
    today = data.today
    if year is None:
        first = date(max(min(days).year, today.year - years), 1, 1)
        last = today + timedelta(days=max((today - first).days // 60, 20))
    else:
        first, last = date(year, 1, 1), date(year, 12, 31)
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
    now = scale.at(today) if first <= today <= last else None
    on_paper = str(year or f"{first.year} til {long_day_text(today)}")
    span = on_paper if year or data.as_known else f"{first.year} til i dag"
    return Drawing(_ticks(first, today, year, scale), tuple(lanes), span, now, on_paper)


def _ticks(first: date, today: date, year: int | None, scale: "_Scale") -> tuple[tuple[float, str], ...]:
    if year is not None:
        return tuple((scale.at(day), month_text(day)) for day in (date(year, month, 1) for month in range(1, 13)))
    step = 1 if today.year - first.year <= 10 else 2  # noqa: PLR2004  so many year numbers fit
    return tuple((scale.at(date(number, 1, 1)), str(number)) for number in range(first.year, today.year + 1, step))


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
    left, right = scale.at(entry.valid.start), scale.at(min(entry.valid.end or today, today))
    if right <= 0 or left >= 100:  # noqa: PLR2004  percent
        return None
    width, label_width = round(max(right - left, 0.6), 2), len(title) * LETTER
    side = "in" if label_width <= width else "after" if left + width + label_width <= 100 else "before"  # noqa: PLR2004  percent
    return Bar(left, width, entry.area, title, full, side)


def _until(entry: Entry, effort: EffortFact, today: date) -> str:
    if effort_state(entry, effort, today) is EffortState.ONGOING:
        return "i gang"
    return f"til {day_text(entry.valid.last_day)}" if entry.valid.last_day else "afsluttet"


def timeline_rows(entries: Sequence[Entry], data: PageData) -> tuple[TimelineRow, ...]:
    """The table with the same rows as the drawing and more, newest first."""
    dated_rows = [
        (
            entry.valid.start or date.min,
            TimelineRow(
                lane=lane_name(entry, data),
                area=entry.area,
                start=of_day(entry.valid.start) if entry.valid.start else None,
                end=of_day(entry.valid.last_day) if entry.valid.last_day else None,
                text=effort.title,
                outcome=shared.EFFORT_STATUS[effort.status],
                source=source_line(entry, data).text,
                is_point=False,
                identity=identity_mark(entry, data),
            ),
        )
        for entry, effort in efforts_of(entries)
    ]
    dated_rows += [dated for entry in entries if (dated := _other_row(entry, data))]
    for entry, fact in notifications_of(entries):
        day = danish_day(fact.received_at)
        row = notification_rows([(entry, fact)], data)[0]
        dated_rows.append(
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
                    identity=row.source.identity,
                    outcome_on_paper=row.outcome_on_paper,
                ),
            )
        )
    return tuple(row for _, row in sorted(dated_rows, key=lambda dated: dated[0], reverse=True))


def _other_row(entry: Entry, data: PageData) -> tuple[date, TimelineRow] | None:
    """A stay, contact, case, plan, class, absence or somebody who works with the citizen; None of anything else."""
    if isinstance(entry.fact, ContactFact):
        text, outcome = capital(entry.fact.title), contact_outcome(entry, entry.fact, data.today)
    elif (words := standing_text(entry, data.today) or school_words(entry, data.today)) is not None:
        text, outcome = words
    else:
        return None
    start, end = entry.valid.start, entry.valid.end
    row = TimelineRow(
        lane=lane_name(entry, data),
        area=entry.area,
        start=of_day(start) if start else None,
        end=of_day(end - timedelta(days=1)) if end else None,
        text=text,
        outcome=outcome,
        source=source_line(entry, data).text,
        is_point=False,
        identity=identity_mark(entry, data),
    )
    return start or date.min, row
