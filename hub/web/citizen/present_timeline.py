"""*Tidslinje*: what happened in which order, drawn and as a table, the whole or a part that is chosen. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from hub.clock import danish_day
from hub.overview.efforts import efforts_of
from hub.web.citizen import texts
from hub.web.citizen.page_data import PageData
from hub.web.citizen.page_timeline import Field, Step, TimelinePage, TimelineRow
from hub.web.citizen.present_contacts import contact_outcome, standing_text
from hub.web.citizen.present_coverage import not_included, notification_gaps
from hub.web.citizen.present_drawing import NOTIFICATIONS, drawing, lane_name
from hub.web.citizen.present_efforts import family_entries, source_line
from hub.web.citizen.present_head import head
from hub.web.citizen.present_identity import identity_mark
from hub.web.citizen.present_notifications import notification_rows, notifications_of
from hub.web.citizen.present_school import school_words
from hub.web.citizen.timeline_marks import Mark, TimelineKind, course_marks, kind_of
from hub.web.citizen.window import Window
from hub.web.shell import texts as shared
from hub.web.shell.dates import capital, counted, long_day_text, of_day
from hub.web.shell.people import headline_name
from hub.web.shell.transitions import dated_transitions
from hub.web.shell.view_models import Choice
from schemas.facts import ContactFact
from schemas.overview import Entry

MOST_ZOOMS = 30
QUARTERS = range(1, 5)


@dataclass(frozen=True)
class TimelineView:
    """The part of the timeline that is chosen; nothing chosen is all of it."""

    year: int | None = None
    quarter: int | None = None
    """Of the year; without a year it means nothing."""
    kind: TimelineKind | None = None
    person: UUID | None = None
    """The citizen, or one of the family."""

    @property
    def window(self) -> Window | None:
        """The year or the quarter."""
        return Window(self.year, self.quarter) if self.year else None


class DatedRow(NamedTuple):
    """A line of the table with what it is sorted and chosen by."""

    day: date
    """The day it is sorted by; the first of all where the source tells none."""
    last_day: date | None
    kind: TimelineKind
    row: TimelineRow


WHOLE = TimelineView()


def timeline_page(data: PageData, view: TimelineView = WHOLE) -> TimelinePage:
    """The order of things, as known on a day; of it what is chosen."""
    known_on, today = data.as_known, danish_day(data.now)
    people = [person for person in data.people if view.person in {None, person.citizen_id}]
    ahead = () if known_on else dated_transitions(people, data.names, data.now)
    entries, marks = _of_person(data, view), course_marks(data, people, ahead)
    every_row = [*_rows(entries, data), *map(_mark_row, marks)]
    in_window = [row for row in every_row if _is_in(view.window, row)]
    rows = sorted((row for row in in_window if view.kind in {None, row.kind}), key=lambda row: row.day, reverse=True)
    known_line = (
        f"Du ser det, der var kendt den {long_day_text(known_on)}. Senere oplysninger er udeladt."
        if known_on
        else "Du ser alt, der er kendt i dag."
    )
    until_today = f"Du ser alt, der var kendt den {long_day_text(data.today)}."
    years = [row.day.year for row in every_row if row.day > date.min]
    address = _Address(f"/tidslinje/{data.overview.citizen_id}", data, view)
    return TimelinePage(
        head=head(data),
        heading=f"Tidslinje: {data.names.of(data.overview.citizen_id) or headline_name(data.overview.header)}",
        drawing=drawing(
            [entry for entry in entries if view.kind in {None, kind_of(entry)}],
            data,
            years=MOST_ZOOMS,
            window=view.window,
            marks=[mark for mark in marks if view.kind in {None, mark.kind}],
        ),
        rows=tuple(row.row for row in rows),
        ahead=tuple(line for _, line in ahead),
        not_included=not_included(data.people),
        notification_gaps=notification_gaps(data),
        count_line=f"{counted(len(rows), 'linje', 'linjer')}. Det nyeste først.",
        part=_part(data, view),
        as_known=(known_on or today).isoformat(),
        latest=today.isoformat(),
        known_line=known_line,
        known_line_on_paper=known_line if known_on else until_today,
        steps=_steps(min(years, default=today.year), today),
        address=address.page,
        chosen=tuple(Field(name, value) for name, value in address.query(view) if name != "kendt"),
        zooms=_zooms(address, years, data),
        quarters=_quarters(address),
        kinds=_kinds(address, Counter(row.kind for row in in_window)),
        people=_people(address, data),
    )


class _Address:
    """Addresses of parts of the timeline."""

    def __init__(self, page: str, data: PageData, view: TimelineView) -> None:
        self.page, self.view, self._known = page, view, data.as_known

    def query(self, view: TimelineView) -> Iterator[tuple[str, str]]:
        """What stands in the address."""
        chosen = {
            "kendt": self._known.isoformat() if self._known else None,
            "aar": view.year,
            "kvartal": view.quarter if view.year else None,
            "vis": view.kind,
            "hvem": view.person,
        }
        return ((name, str(value)) for name, value in chosen.items() if value is not None)

    def choice(self, view: TimelineView, text: str, *, is_chosen: bool) -> Choice:
        """A link to that part."""
        query = urlencode(list(self.query(view)))
        return Choice(f"{self.page}?{query}" if query else self.page, text, is_chosen)


def _steps(first_year: int, today: date) -> tuple[Step, ...]:
    return tuple(Step(str(number), f"{number}-12-31") for number in range(max(first_year, today.year - 12), today.year))


def _zooms(address: _Address, years: Sequence[int], data: PageData) -> tuple[Choice, ...]:
    """The whole course, then each year, also one in which something lies ahead."""
    view, today = address.view, data.today
    first, last = min(years, default=today.year), max([today.year, *years])
    shown = range(max(first, today.year - MOST_ZOOMS), min(last, today.year + 1) + 1)
    whole = address.choice(replace(view, year=None, quarter=None), texts.WHOLE_COURSE, is_chosen=view.year is None)
    return (
        whole,
        *(
            address.choice(replace(view, year=year, quarter=None), str(year), is_chosen=year == view.year)
            for year in shown
        ),
    )


def _quarters(address: _Address) -> tuple[Choice, ...]:
    """The year that is chosen, and each quarter of it; none where no year is."""
    view = address.view
    if view.year is None:
        return ()
    whole = address.choice(replace(view, quarter=None), f"Hele {view.year}", is_chosen=view.quarter is None)
    return (
        whole,
        *(
            address.choice(
                replace(view, quarter=number), texts.QUARTER.format(number=number), is_chosen=number == view.quarter
            )
            for number in QUARTERS
        ),
    )


def _kinds(address: _Address, counts: Counter[TimelineKind]) -> tuple[Choice, ...]:
    """Everything, then each kind of line that there is, with how many."""
    view = address.view
    everything = f"{texts.EVERYTHING} ({sum(counts.values())})"
    choices = [address.choice(replace(view, kind=None), everything, is_chosen=view.kind is None)]
    choices += [
        address.choice(replace(view, kind=kind), f"{texts.TIMELINE_KIND[kind]} ({counts[kind]})", is_chosen=is_chosen)
        for kind in TimelineKind
        if (is_chosen := kind is view.kind) or counts[kind]
    ]
    return tuple(choices)


def _people(address: _Address, data: PageData) -> tuple[Choice, ...]:
    """Everybody, then each of the family; none where the citizen is alone."""
    view = address.view
    if not data.family:
        return ()
    everybody = address.choice(replace(view, person=None), texts.EVERYBODY, is_chosen=view.person is None)
    return (
        everybody,
        *(
            address.choice(
                replace(view, person=person.citizen_id),
                data.names.of(person.citizen_id) or headline_name(person.header),
                is_chosen=person.citizen_id == view.person,
            )
            for person in data.people
        ),
    )


def _part(data: PageData, view: TimelineView) -> str:
    """What is chosen, for paper, which has no links; empty: everything."""
    name = next((data.names.of(person.citizen_id) for person in data.people if person.citizen_id == view.person), None)
    kind = texts.TIMELINE_KIND[view.kind] if view.kind else None
    chosen = [part for part in (view.window.title if view.window else None, kind, name) if part]
    return f"Udsnit: {', '.join(chosen)}." if chosen else ""


def _of_person(data: PageData, view: TimelineView) -> tuple[Entry, ...]:
    if view.person is None:
        return family_entries(data)
    return tuple(entry for person in data.people if person.citizen_id == view.person for entry in person.entries())


def _is_in(window: Window | None, row: DatedRow) -> bool:
    return window is None or window.overlaps(row.day if row.day > date.min else None, row.last_day)


def _rows(entries: Sequence[Entry], data: PageData) -> list[DatedRow]:
    """A line for every entry of the sources that is drawn, and more."""
    rows = [
        _dated(
            entry,
            TimelineRow(
                lane=lane_name(entry, data),
                area=entry.area,
                start=of_day(entry.valid.start) if entry.valid.start else None,
                end=of_day(entry.valid.last_day) if entry.valid.last_day else None,
                text=effort.title,
                outcome=shared.EFFORT_STATUS[effort.status],
                source=_source_text(entry, data),
                is_point=False,
                identity=identity_mark(entry, data),
            ),
        )
        for entry, effort in efforts_of(entries)
    ]
    rows += [_dated(entry, row) for entry in entries if (row := _other_row(entry, data))]
    for entry, fact in notifications_of(entries):
        day = danish_day(fact.received_at)
        notification = notification_rows([(entry, fact)], data)[0]
        row = TimelineRow(
            lane=NOTIFICATIONS,
            area="notified",
            start=of_day(day),
            end=None,
            text=f"{notification.senders[0]}: {notification.reasons}",
            outcome=notification.outcome,
            source=notification.source.text,
            is_point=True,
            identity=notification.source.identity,
            outcome_on_paper=notification.outcome_on_paper,
        )
        rows.append(DatedRow(day, day, TimelineKind.NOTIFICATION, row))
    return rows


def _dated(entry: Entry, row: TimelineRow) -> DatedRow:
    return DatedRow(entry.valid.start or date.min, entry.valid.last_day, kind_of(entry), row)


def _mark_row(mark: Mark) -> DatedRow:
    row = TimelineRow(
        lane=mark.lane,
        area="plan",
        start=of_day(mark.start),
        end=of_day(mark.end) if mark.end and not mark.is_moment else None,
        text=mark.text,
        outcome=mark.outcome,
        source=mark.by,
        is_point=mark.is_moment,
    )
    return DatedRow(mark.start, mark.end, mark.kind, row)


def _other_row(entry: Entry, data: PageData) -> TimelineRow | None:
    """A stay, contact, case, plan, class, absence or somebody who works with the citizen; None of anything else."""
    if isinstance(entry.fact, ContactFact):
        text, outcome = capital(entry.fact.title), contact_outcome(entry, entry.fact, data.today)
    elif (words := standing_text(entry, data.today) or school_words(entry, data.today)) is not None:
        text, outcome = words
    else:
        return None
    return TimelineRow(
        lane=lane_name(entry, data),
        area=entry.area,
        start=of_day(entry.valid.start) if entry.valid.start else None,
        end=of_day(entry.valid.last_day) if entry.valid.last_day else None,
        text=text,
        outcome=outcome,
        source=_source_text(entry, data),
        is_point=False,
        identity=identity_mark(entry, data),
    )


def _source_text(entry: Entry, data: PageData) -> str:
    line = source_line(entry, data)
    return f"{line.text} · {line.contested}" if line.contested else line.text
