"""*Familien*: the table of what came when, one column a person, what is shared across columns. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from hub.clock import danish_day
from hub.overview.efforts import EffortState, effort_state, efforts_of
from hub.web.citizen.page import FamilyCell, FamilyMoment
from hub.web.citizen.page_data import PageData
from hub.web.citizen.present_contacts import contact_text, contacts_of
from hub.web.citizen.present_contest import contest_note
from hub.web.citizen.present_identity import identity_mark
from hub.web.citizen.present_notifications import Notification, day_and_sender, notification_rows, notifications_of
from hub.web.citizen.present_school import crosses_line, school_words
from hub.web.shell import texts as shared
from hub.web.shell.dates import capital, day_text, listed, of_day, within
from hub.web.shell.people import sender
from schemas.overview import Entry
from schemas.record import PartyRole


@dataclass(frozen=True)
class _Event:
    day: date
    columns: tuple[int, ...]
    cell: FamilyCell


def moments(entries: Sequence[Entry], data: PageData) -> tuple[FamilyMoment, ...]:
    """Newest first; what came on one day about different people stands side by side in one row."""
    unordered = (
        _efforts(entries, data) + _stays(entries, data) + _absences(entries, data) + _notifications(entries, data)
    )
    events = sorted(unordered, key=lambda event: event.day, reverse=True)
    rows = []
    for day, of_day_events in groupby(events, key=lambda event: event.day):
        lines: list[dict[int, _Event]] = []
        for event in of_day_events:
            free = next((line for line in lines if not line.keys() & set(event.columns)), None)
            if free is None:
                free = {}
                lines.append(free)
            free |= dict.fromkeys(event.columns, event)
        rows += [FamilyMoment(of_day(day), _cells(line, len(data.people))) for line in lines]
    return tuple(rows)


def _cells(line: dict[int, _Event], width: int) -> tuple[FamilyCell | None, ...]:
    """One cell for each run of columns about the same event; None for an empty column."""
    cells: list[FamilyCell | None] = []
    for event, run in groupby(range(width), key=line.get):
        columns = list(run)
        cells += [replace(event.cell, span=len(columns))] if event else [None] * len(columns)
    return tuple(cells)


def _efforts(entries: Sequence[Entry], data: PageData) -> list[_Event]:
    events = []
    for entry, effort in efforts_of(entries):
        state, columns = effort_state(entry, effort, data.today), _columns([entry], data)
        if state is EffortState.CANCELLED or entry.valid.start is None or not columns:
            continue
        text = f"{shared.AREA[entry.area]} · {_state_text(entry, state)}"
        cell = _cell(entry, columns, capital(effort.title), text, data)
        events.append(_Event(entry.valid.start, columns, cell))
    return events


def _stays(entries: Sequence[Entry], data: PageData) -> list[_Event]:
    """Stays in hospital; shorter contacts are left to the timeline."""
    events = []
    for entry, contact in contacts_of(entries):
        columns = _columns([entry], data)
        if not contact.is_stay or entry.valid.start is None or not columns:
            continue
        text = f"{shared.AREA[entry.area]} · {contact_text(entry, contact, data.today)}"
        cell = _cell(entry, columns, capital(contact.title), text, data)
        events.append(_Event(entry.valid.start, columns, cell))
    return events


def _absences(entries: Sequence[Entry], data: PageData) -> list[_Event]:
    """Quarters in which unlawful absence crossed a line of the law; the others are left to the timeline."""
    events = []
    for entry in entries:
        columns, words = _columns([entry], data), school_words(entry, data.today)
        if not crosses_line(entry) or entry.valid.start is None or not columns or words is None:
            continue
        text = f"{shared.AREA[entry.area]} · {words[1]}"
        cell = _cell(entry, columns, words[0], text, data)
        events.append(_Event(entry.valid.start, columns, cell))
    return events


def _cell(entry: Entry, columns: Sequence[int], title: str, text: str, data: PageData) -> FamilyCell:
    mark, note = identity_mark(entry, data), contest_note([entry])
    return FamilyCell(1, entry.area, _who(columns, data), title, text, "", mark, contested=note)


def _state_text(entry: Entry, state: EffortState) -> str:
    if state is EffortState.PLANNED:
        return "planlagt"
    if state is EffortState.ONGOING:
        return "i gang"
    return f"til {day_text(entry.valid.last_day)}" if entry.valid.last_day else "afsluttet"


def _notifications(entries: Sequence[Entry], data: PageData) -> list[_Event]:
    events = []
    for _, same in groupby(sorted(notifications_of(entries), key=day_and_sender), key=day_and_sender):
        group = list(same)
        columns = _columns([entry for entry, _ in group], data)
        row = notification_rows(group, data)[0]
        _, fact = group[0]
        title = f"Underretning fra {within(sender(fact))}{_about(group, columns, data)}"
        cell = FamilyCell(1, "", _who(columns, data), title, row.outcome, row.tone, row.source.identity)
        cell = replace(cell, text_on_paper=row.outcome_on_paper, contested=contest_note(entry for entry, _ in group))
        events.append(_Event(danish_day(fact.received_at), columns or tuple(range(len(data.people))), cell))
    return events


def _columns(entries: Sequence[Entry], data: PageData) -> tuple[int, ...]:
    """The people that the entries are about; with none named, those on whose pages they stand."""
    named = {party.citizen_id for entry in entries for party in entry.parties if party.role is not PartyRole.OTHER}
    ids = {entry.id for entry in entries}
    about = [at for at, person in enumerate(data.people) if person.citizen_id in named]
    on_page_of = [at for at, person in enumerate(data.people) if ids & {entry.id for entry in person.entries()}]
    return tuple(about or on_page_of)


def _about(group: Sequence[Notification], columns: Sequence[int], data: PageData) -> str:
    """Whom the notifications are about, where the columns do not say it: somebody without one, or an unborn child."""
    in_columns = {data.names.of(data.people[at].citizen_id) for at in columns}
    names = list(dict.fromkeys(name for entry, _ in group for name in data.names.concerned_names(entry)))
    return "" if in_columns.issuperset(names) else f" om {listed(names)}"


def _who(columns: Sequence[int], data: PageData) -> str:
    names = (data.names.of(data.people[at].citizen_id) for at in columns)
    return ", ".join(name for name in names if name) or "familien"
