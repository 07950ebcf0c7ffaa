"""*Lige nu*: ongoing efforts by area, and the areas' gaps as sentences. Pure."""

import re
from collections.abc import Sequence
from datetime import date

from hub.web.citizen.page import EffortRow, GapRow, Link, Person, Phone, SourceLine
from hub.web.citizen.page_data import Material
from hub.web.shell import texts
from hub.web.shell.dates import aged, capital, counted, distance, lasted, of_day, of_moment, phone_text
from hub.web.shell.paragraphs import cited
from schemas.facts import EffortFact, EffortStatus, Responsible
from schemas.overview import Entry, Section, SectionState
from schemas.record import PartyRole
from schemas.source import Area

OPEN = frozenset({EffortStatus.PLANNED, EffortStatus.ACTIVE, EffortStatus.ON_HOLD})
"""Statuses that may stand under *Lige nu*."""
LOOPBACK = re.compile(r"http://(127\.0\.0\.1|localhost)(:\d+)?/")
"""Where the demo's sandboxes answer."""
NOT_SAID = "Ikke oplyst af kilden"


def distinct(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Each entry once, in the order they come: the same entry stands on each family member's overview."""
    return tuple({entry.id: entry for entry in reversed(entries)}.values())[::-1]


def family_entries(material: Material) -> tuple[Entry, ...]:
    """All entries of the citizen and the family members shown, each once; the citizen's own first."""
    return distinct([entry for person in material.people for entry in person.entries()])


def ongoing(entries: Sequence[Entry], today: date) -> tuple[Entry, ...]:
    """The efforts that run or are about to, by area, then oldest first."""
    order = list(Area)
    found = [entry for entry in entries if isinstance(entry.fact, EffortFact) and _is_open(entry, entry.fact, today)]
    return tuple(sorted(found, key=lambda entry: (order.index(entry.area), entry.valid.start or date.min, entry.id)))


def _is_open(entry: Entry, fact: EffortFact, today: date) -> bool:
    starts_later = entry.valid.start is not None and entry.valid.start > today
    return fact.status in OPEN and (entry.is_ongoing(today) or (starts_later and fact.status is EffortStatus.PLANNED))


def effort_rows(entries: Sequence[Entry], material: Material) -> tuple[EffortRow, ...]:
    """One row an effort."""
    return tuple(_row(entry, entry.fact, material) for entry in entries if isinstance(entry.fact, EffortFact))


def _row(entry: Entry, fact: EffortFact, material: Material) -> EffortRow:
    today, follow_up = material.today, fact.next_follow_up_on
    overdue = follow_up is not None and follow_up < today
    return EffortRow(
        area=entry.area,
        area_name=texts.AREA[entry.area],
        title=capital(fact.title),
        about=about(entry, material),
        status=None if fact.status is EffortStatus.ACTIVE else texts.EFFORT_STATUS[fact.status],
        goal=fact.purpose,
        extent=fact.extent,
        recommendation=fact.recommendation,
        responsible=person(fact.responsible),
        performer=fact.performer.name if fact.performer else None,
        since=of_day(entry.valid.start) if entry.valid.start else None,
        follow_up=_follow_up(follow_up, today),
        follow_up_on=of_day(follow_up) if follow_up else None,
        overdue=overdue,
        source=source_line(entry, material),
    )


def _follow_up(day: date | None, today: date) -> str:
    if day is None:
        return "ikke oplyst"
    if day < today:
        return "passeret i går" if (today - day).days == 1 else f"passeret {distance(day, today)}"
    return of_day(day).text


def about(entry: Entry, material: Material) -> str | None:
    """First name of whom the entry is about, when that is another of the family than the page's citizen."""
    primary = next((party for party in entry.parties if party.role is PartyRole.PRIMARY), None)
    if primary is None or primary.citizen_id == material.overview.citizen_id:
        return None
    return material.first_name(primary.citizen_id)


def person(responsible: Responsible | None) -> Person:
    """Name, unit and number in one."""
    if responsible is None or (responsible.worker is None and responsible.unit is None):
        return Person(NOT_SAID)
    names = [part.name for part in (responsible.worker, responsible.unit) if part]
    numbers = [part.phone for part in (responsible.worker, responsible.unit) if part and part.phone]
    return Person(", ".join(names), phone(numbers[0]) if numbers else None)


def phone(number: str) -> Phone:
    """A number as a link."""
    return Phone(phone_text(number), f"tel:{number.replace(' ', '')}")


def source_line(entry: Entry, material: Material) -> SourceLine:
    """Source, paragraph, age and the way into the fagsystem."""
    source = material.sources.get(entry.provenance.source)
    title = source.deep_link_title if source else None
    pieces = [_origin(texts.AREA[entry.area], source.title if source else entry.provenance.source)]
    if isinstance(entry.fact, EffortFact) and entry.fact.legal_basis:
        pieces.append(cited(entry.fact.legal_basis, entry.valid.start or material.today))
    link = entry.provenance.link
    opens = link is not None and (link.startswith("https://") or (material.demo and LOOPBACK.match(link) is not None))
    return SourceLine(
        text=" · ".join(pieces),
        updated=aged(entry.provenance.registration.registered_from, material.moment),
        link=Link(f"åbn i {title or 'fagsystemet'}", link) if link and opens else None,
    )


def _origin(area: str, title: str) -> str:
    """Area and source in one, the area said once: "Social (DUBU)"."""
    return title if title.startswith(area) else f"{area} · {title}"


def gaps(material: Material, shown: Sequence[Entry]) -> tuple[GapRow, ...]:
    """The areas that have no row under *Lige nu*, and those whose source is silent: why, and what one can do."""
    filled = {entry.area for entry in shown}
    return tuple(
        gap for section in material.overview.sections if (gap := _gap(section, section.area in filled, material))
    )


def _gap(section: Section, filled: bool, material: Material) -> GapRow | None:
    name = texts.AREA[section.area]
    # Of an area that is not covered, or not the actor's to know, the source's state says nothing.
    if section.state not in {SectionState.NOT_COVERED, SectionState.WITHHELD}:
        if section.is_unread:
            return GapRow(section.area, name, *texts.UNREAD, True)
        if section.silent_since is not None:
            headline = f"kilden har været tavs i {lasted(section.silent_since, material.now)}"
            return GapRow(section.area, name, headline, texts.SILENT, True)
    if filled:
        return None
    state = SectionState.NONE_FOUND if section.state is SectionState.ENTRIES else section.state
    headline, advice = texts.SECTION_STATE[state]
    return GapRow(section.area, name, headline, advice, False)


def now_line(shown: Sequence[Entry], material: Material) -> str:
    """How much there is, and how new: «4 igangværende indsatser i 3 områder. Sidst ændret i går»."""
    if not shown:
        return "Ingen igangværende indsatser i de kilder, du kan se."
    areas = len({entry.area for entry in shown})
    newest = max(entry.provenance.registration.registered_from for entry in shown)
    count = counted(len(shown), "igangværende indsats", "igangværende indsatser")
    where = counted(areas, "område", "områder")
    return f"{count} i {where}. Sidst ændret {of_moment(newest, material.now).text}."


def contradictions(shown: Sequence[Entry], material: Material) -> tuple[tuple[str, str], ...]:
    """Recommendations that the others around the citizen should know of: fact and source, no judgement."""
    return tuple(
        (f"{capital(fact.recommendation)}.", f"Anbefaling fra {source_line(entry, material).text}")
        for entry in shown
        if isinstance(fact := entry.fact, EffortFact) and fact.recommendation
    )
