"""*Lige nu*: ongoing efforts by area, and the areas' gaps as sentences. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from hub.overview.columns import worker_key
from hub.overview.efforts import LISTED, Effort, EffortState, effort_state, efforts_of
from hub.web.citizen import present_employment, texts
from hub.web.citizen.page import ContactRow, EffortRow, GapRow, SourceLine
from hub.web.citizen.page_data import PageData
from hub.web.citizen.present_contest import contest_words
from hub.web.citizen.present_coverage import NOT_READ
from hub.web.citizen.present_employment import not_ours, subject_of
from hub.web.citizen.present_identity import identity_mark
from hub.web.citizen.present_links import fagsystem_link
from hub.web.shell import texts as shared
from hub.web.shell.dates import (
    as_sentence,
    capital,
    counted,
    distance,
    listed,
    of_day,
    of_moment,
    paper_text,
    phone_text,
    plural_of,
)
from hub.web.shell.paragraphs import cited
from hub.web.shell.source_troubles import trouble_words
from hub.web.shell.view_models import Person, Phone
from schemas.facts import EffortFact, EffortStatus, NoAccessFact
from schemas.overview import Entry, Overview, Section, SectionState, SourceTrouble, TroubleKind
from schemas.people import Responsible
from schemas.source import Area, AreaContact
from schemas.staff import EmployeeContact

NOT_GIVEN = "Ikke oplyst af kilden"


def family_entries(data: PageData) -> tuple[Entry, ...]:
    """All entries of the citizen and the family members shown, the citizen's own first.

    An entry that stands on several members' overviews is taken once.
    """
    entries = [entry for person in data.people for entry in person.entries()]
    return tuple({entry.id: entry for entry in reversed(entries)}.values())[::-1]


def listed_efforts(entries: Sequence[Entry], today: date) -> tuple[Effort, ...]:
    """The efforts under *Lige nu*: those that run and those that are planned, by area, then oldest first."""
    order = list(Area)
    chosen = [effort for effort in efforts_of(entries) if effort_state(*effort, today) in LISTED]
    return tuple(
        sorted(
            chosen, key=lambda effort: (order.index(effort[0].area), effort[0].valid.start or date.min, effort[0].id)
        )
    )


def effort_rows(efforts: Sequence[Effort], data: PageData) -> tuple[EffortRow, ...]:
    """One row an effort. What is said once of a citizen in employment stands with the first of their efforts there."""
    entries = family_entries(data)
    remarks, elsewhere = dict(present_employment.remarks(entries, data.today)), not_ours(entries, data.today)
    rows = []
    for entry, effort in efforts:
        subject = subject_of(entry)
        remark = remarks.pop(subject, None) if entry.area is Area.EMPLOYMENT else None
        rows.append(_row(entry, effort, data, remark=remark, is_ours=subject not in elsewhere))
    return tuple(rows)


def _row(entry: Entry, effort: EffortFact, data: PageData, *, remark: str | None, is_ours: bool) -> EffortRow:
    today, follow_up = data.today, effort.next_follow_up_on
    overdue = follow_up is not None and follow_up < today
    return EffortRow(
        area=entry.area,
        area_name=shared.AREA[entry.area],
        title=capital(effort.title),
        about=data.names.subject(entry),
        status=_status(entry, effort, today) if is_ours else texts.NOT_OURS_TAG,
        goal=effort.purpose,
        extent=effort.extent,
        recommendation=effort.recommendation,
        remark=remark,
        responsible=responsible_person(entry, effort, data.contacts),
        performer=effort.performer.name if effort.performer else None,
        since=of_day(entry.valid.start) if entry.valid.start else None,
        follow_up=_follow_up(follow_up, today),
        follow_up_on=of_day(follow_up) if follow_up else None,
        overdue=overdue,
        source=source_line(entry, data),
    )


def _status(entry: Entry, effort: EffortFact, today: date) -> str | None:
    """What is said of an effort that is not simply running."""
    if effort_state(entry, effort, today) is EffortState.PLANNED:
        return shared.EFFORT_STATUS[EffortStatus.PLANNED]
    return None if effort.status is EffortStatus.ACTIVE else shared.EFFORT_STATUS[effort.status]


def _follow_up(day: date | None, today: date) -> str:
    if day is None:
        return "ikke oplyst"
    if day < today:
        return "passeret i går" if (today - day).days == 1 else f"passeret {distance(day, today)}"
    return of_day(day).text


def person(responsible: Responsible | None) -> Person:
    """Name, unit and number in one."""
    if responsible is None or (responsible.worker is None and responsible.unit is None):
        return Person(NOT_GIVEN)
    contacts = [contact for contact in (responsible.worker, responsible.unit) if contact]
    names = dict.fromkeys(contact.name for contact in contacts)
    numbers = [contact.phone for contact in contacts if contact.phone]
    return Person(", ".join(names), phone(numbers[0]) if numbers else None)


def responsible_person(entry: Entry, effort: EffortFact, contacts: Mapping[str, EmployeeContact]) -> Person:
    """Who answers for the effort, with job title and own number where the municipality declared the employee's id."""
    worker = effort.responsible.worker if effort.responsible else None
    contact = contacts.get(worker_key(entry, worker.id)) if worker and worker.id else None
    if effort.responsible is None or worker is None or contact is None:
        return person(effort.responsible)
    unit = effort.responsible.unit
    names = dict.fromkeys(part for part in (worker.name, contact.title, unit.name if unit else "") if part)
    number = worker.phone or contact.phone or (unit.phone if unit else None)
    return Person(", ".join(names), phone(number) if number else None)


def phone(number: str) -> Phone:
    """A number as a link."""
    return Phone(phone_text(number), f"tel:{number.replace(' ', '')}")


def source_line(entry: Entry, data: PageData) -> SourceLine:
    """Source, paragraph, age and the way into the fagsystem."""
    source = data.sources.get(entry.provenance.source)
    parts = [_origin(shared.AREA[entry.area], source.title if source else entry.provenance.source)]
    if isinstance(entry.fact, EffortFact) and entry.fact.legal_basis:
        parts.append(cited(entry.fact.legal_basis, entry.valid.start or data.today))
    read_at = next((age.last_read_at for age in data.source_ages if age.source.name == entry.provenance.source), None)
    return SourceLine(
        text=" · ".join(parts),
        registered=of_moment(entry.provenance.registration.registered_from, data.moment)
        if entry.provenance.states_time
        else None,
        read=None if data.as_known or read_at is None else of_moment(read_at, data.now),
        link=fagsystem_link(entry, data),
        identity=identity_mark(entry, data),
        contested=contest_words([entry], data),
    )


def _origin(area: str, title: str) -> str:
    """Area and source in one, the area said once: "Social (DUBU)"."""
    return title if title.startswith(area) else f"{area} · {title}"


def gaps(data: PageData, efforts: Sequence[Effort], classes: Sequence[ContactRow] = ()) -> tuple[GapRow, ...]:
    """The areas that have no row under *Lige nu*, and those whose source is silent: why, and what one can do."""
    filled = {entry.area for entry, _ in efforts} | {row.area for row in classes}
    return tuple(gap for section in data.overview.sections for gap in _gaps(section, section.area in filled, data))


def _gaps(section: Section, filled: bool, data: PageData) -> Iterator[GapRow]:
    name = shared.AREA[section.area]
    contact = _area_contact(data.area_contacts.get(section.area))
    # Of an area that is not covered, or not the actor's to know, the source's state says nothing.
    if section.state not in NOT_READ:
        troubles = [
            GapRow(section.area, name, headline, advice, True, contact, on_paper)
            for headline, advice, on_paper in _troubles(section, data)
        ]
        yield from troubles
        filled = filled or bool(troubles)
    if section.shared_categories is not None:
        is_disclosed = any(each.area is section.area and each.stated for each in data.decision.disclosures)
        headline, advice = texts.DISCLOSED_IN_PART if is_disclosed else texts.SHARED_IN_PART
        shared_words = listed([shared.DATA_CATEGORY[category] for category in section.shared_categories])
        yield GapRow(section.area, name, headline, advice.format(categories=shared_words), False, contact)
        return
    if section.kle is not None:
        headline, advice = texts.LIMITED_BY_KLE
        yield GapRow(section.area, name, headline, advice.format(numbers=listed(section.kle)), False, contact)
        return
    if filled:
        return
    state = SectionState.NONE_FOUND if section.state is SectionState.ENTRIES else section.state
    headline, advice = texts.SECTION_STATE[state]
    if state is SectionState.NONE_FOUND and section.area is Area.SCHOOL:
        headline, advice = texts.NO_CLASS
    if state is SectionState.NONE_FOUND and section.has_unreadable:
        headline, advice = texts.UNREADABLE
    if section.exists is not None:
        advice = texts.EXISTS if section.exists else texts.EXISTS_NOT
    elif state is SectionState.WITHHELD and data.team_meets:
        advice = f"{advice} {texts.ASK_CONSENT}"
    yield GapRow(section.area, name, headline, advice, False, contact)


def _troubles(section: Section, data: PageData) -> Iterator[tuple[str, str, str]]:
    """Headline, advice and headline on paper for each source of the area that is not read as it should be."""
    kinds = {trouble.kind for trouble in section.troubles or ()}
    if section.is_unread and TroubleKind.PAUSED not in kinds:
        yield (*texts.UNREAD, "")
        return
    if section.is_loading:
        yield (*texts.LOADING, "")
    for title in _without_access(section, data):
        headline, advice = texts.NO_ACCESS
        yield headline.format(source=title), advice, ""
    troubles = section.troubles or ()
    if not troubles and section.silent_since:
        troubles = (SourceTrouble(source="", kind=TroubleKind.SILENT, since=section.silent_since),)
    is_one_of_several = sum(source.area is section.area for source in data.sources.values()) > 1
    for trouble in troubles:
        source = data.sources.get(trouble.source)
        name = source.title if source and is_one_of_several else "kilden"
        yield trouble_words(trouble, name, data.now)


def _without_access(section: Section, data: PageData) -> list[str]:
    """The sources of the area that hold the citizen and do not let us read what they have."""
    names = [entry.provenance.source for entry in section.entries if isinstance(entry.fact, NoAccessFact)]
    return [data.sources[name].title if name in data.sources else name for name in dict.fromkeys(names)]


def _area_contact(contact: AreaContact | None) -> Person | None:
    if contact is None:
        return None
    return Person(contact.name, phone(contact.phone) if contact.phone else None)


def now_line(efforts: Sequence[Effort], data: PageData, *, on_paper: bool = False) -> str:
    """How much there is, and how new: «4 igangværende indsatser i 3 områder. Indsatserne er sidst ændret i går»."""
    if not efforts:
        return no_efforts(data.people)
    areas = len({entry.area for entry, _ in efforts})
    stated = (entry.provenance for entry, _ in efforts if entry.provenance.states_time)
    newest = max((provenance.registration.registered_from for provenance in stated), default=None)
    count = counted(len(efforts), "igangværende indsats", "igangværende indsatser")
    where = counted(areas, "område", "områder")
    if newest is None:
        return f"{count} i {where}."
    changed = paper_text(newest, data.now) if on_paper else of_moment(newest, data.now).text
    which = plural_of(len(efforts), "Indsatsen", "Indsatserne")
    return f"{count} i {where}. {as_sentence(f'{which} er sidst ændret i kilderne {changed}')}"


def no_efforts(people: Sequence[Overview]) -> str:
    """That nothing runs, or only that nothing is read to run."""
    is_all_read = all(section.is_read_through for person in people for section in person.sections)
    return texts.NO_EFFORTS if is_all_read else texts.NO_EFFORTS_YET


def recommendations(efforts: Sequence[Effort], data: PageData) -> tuple[tuple[str, str], ...]:
    """Recommendations that the others around the citizen should know of: sentence and source, no judgement."""
    return tuple(
        (as_sentence(effort.recommendation), f"Anbefaling fra {source_line(entry, data).text}")
        for entry, effort in efforts
        if effort.recommendation
    )
