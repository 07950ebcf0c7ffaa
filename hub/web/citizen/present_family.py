"""*Familien*: the table of what came when, one column a person, what is shared across columns. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from hub.clock import danish_day
from hub.web.citizen.page import FamilyCell, FamilyMoment
from hub.web.citizen.page_data import Material
from hub.web.citizen.present_notifications import notifications, rows, sender
from hub.web.shell import texts
from hub.web.shell.dates import capital, day_text, of_day, within
from schemas.facts import EffortFact, EffortStatus
from schemas.overview import Entry
from schemas.record import PartyRole


@dataclass(frozen=True)
class _Event:
    day: date
    columns: tuple[int, ...]
    cell: FamilyCell


def moments(entries: Sequence[Entry], material: Material) -> tuple[FamilyMoment, ...]:
    """Newest first; what came on one day about different people stands side by side in one row."""
    events = sorted(
        _efforts(entries, material) + _notifications(entries, material), key=lambda one: one.day, reverse=True
    )
    found = []
    for day, same in groupby(events, key=lambda one: one.day):
        lines: list[dict[int, _Event]] = []
        for event in same:
            free = next((line for line in lines if not line.keys() & set(event.columns)), None)
            if free is None:
                free = {}
                lines.append(free)
            free |= dict.fromkeys(event.columns, event)
        found += [FamilyMoment(of_day(day), _cells(line, len(material.people))) for line in lines]
    return tuple(found)


def _cells(line: dict[int, _Event], width: int) -> tuple[FamilyCell | None, ...]:
    """One cell for each run of columns about the same event; None for an empty column."""
    cells: list[FamilyCell | None] = []
    for event, run in groupby(range(width), key=line.get):
        columns = list(run)
        cells += [replace(event.cell, span=len(columns))] if event else [None] * len(columns)
    return tuple(cells)


def _efforts(entries: Sequence[Entry], material: Material) -> list[_Event]:
    return [
        _Event(
            entry.valid.start,
            columns,
            FamilyCell(1, entry.area, _who(columns, material), capital(entry.fact.title), _span(entry, material), ""),
        )
        for entry in entries
        if isinstance(entry.fact, EffortFact)
        and entry.fact.status is not EffortStatus.CANCELLED
        and entry.valid.start
        and (columns := _columns([entry], material))
    ]


def _span(entry: Entry, material: Material) -> str:
    area = texts.AREA[entry.area]
    if entry.valid.start and entry.valid.start > material.today:
        return f"{area} · planlagt"
    if entry.valid.end is None or entry.valid.end > material.today:
        return f"{area} · i gang"
    return f"{area} · til {day_text(entry.valid.end)}"


def _notifications(entries: Sequence[Entry], material: Material) -> list[_Event]:
    key = lambda pair: (danish_day(pair[1].received_at), sender(pair[1]))  # noqa: E731  sorted and grouped by it
    found = []
    for (day, by), same in groupby(sorted(notifications(entries), key=key), key=key):
        group = list(same)
        columns = _columns([entry for entry, _ in group], material)
        row = rows(group, material)[0]
        title = f"Underretning fra {within(by)}"
        cell = FamilyCell(1, "", _who(columns, material), title, row.outcome, row.tone)
        found.append(_Event(day, columns or tuple(range(len(material.people))), cell))
    return found


def _columns(entries: Sequence[Entry], material: Material) -> tuple[int, ...]:
    """The people that the entries are about; with none named, those on whose pages they stand."""
    named = {party.citizen_id for entry in entries for party in entry.parties if party.role is not PartyRole.OTHER}
    ids = {entry.id for entry in entries}
    found = [at for at, person in enumerate(material.people) if person.citizen_id in named]
    stands = [at for at, person in enumerate(material.people) if ids & {one.id for one in person.entries()}]
    return tuple(found or stands)


def _who(columns: Sequence[int], material: Material) -> str:
    names = (material.first_name(material.people[at].citizen_id) for at in columns)
    return ", ".join(name for name in names if name) or "familien"
