"""Stays and contacts, and the cases, plans and people a citizen has beside the efforts. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from hub.web.citizen.page import ContactRow
from hub.web.citizen.page_data import PageData
from hub.web.citizen.present_contest import with_note
from hub.web.citizen.present_efforts import person, source_line
from hub.web.citizen.present_employment import employment_text, is_current
from hub.web.shell import texts as shared
from hub.web.shell.dates import capital, day_text, hours_text, long_day_text, weekday_text, within
from hub.web.shell.plans import CLOSED_PLANS
from hub.web.shell.view_models import Person
from schemas.codes import Coded, danish_label
from schemas.facts import AssignmentFact, CaseFact, ContactFact, ContactState, PlanFact
from schemas.overview import Entry
from schemas.people import Responsible

Contact = tuple[Entry, ContactFact]
RECENT = timedelta(days=365)
"""So long a contact that is over stays on the overview."""
CONTACTS_SHOWN = 5
"""Contacts that are over, and those that are planned: so many of each; the timeline has all."""


def contacts_of(entries: Iterable[Entry]) -> list[Contact]:
    """The stays and contacts among the entries."""
    return [(entry, entry.fact) for entry in entries if isinstance(entry.fact, ContactFact)]


def is_current_stay(entry: Entry, contact: ContactFact, today: date) -> bool:
    """Whether the citizen is in hospital on that day, also while on leave from it."""
    if not contact.is_stay or contact.state not in {ContactState.ONGOING, ContactState.ON_LEAVE}:
        return False
    return entry.valid.contains(today)


def stay_rows(entries: Sequence[Entry], data: PageData) -> tuple[ContactRow, ...]:
    """Who is in hospital now."""
    return tuple(_contact_row(*each, data) for each in contacts_of(entries) if is_current_stay(*each, data.today))


def contact_rows(entries: Sequence[Entry], data: PageData) -> tuple[ContactRow, ...]:
    """What is planned, then the latest contacts that are over."""
    today = data.today
    contacts = sorted(contacts_of(entries), key=lambda each: (each[0].valid.start or date.min, each[0].id))
    others = [each for each in contacts if not is_current_stay(*each, today)]
    planned = [each for each in others if _is_ahead(*each, today)]
    past = [each for each in others if each not in planned and _last(each[0], today) >= today - RECENT]
    contacts_shown = [*planned[:CONTACTS_SHOWN], *past[::-1][:CONTACTS_SHOWN]]
    return tuple(_contact_row(entry, contact, data) for entry, contact in contacts_shown)


def standing_rows(entries: Sequence[Entry], data: PageData) -> tuple[ContactRow, ...]:
    """Open cases, plans in force, those who work with the citizen, and what employment tells."""
    rows = (_standing_row(entry, data) for entry in entries if is_current(entry, data.today))
    return tuple(row for row in rows if row is not None)


def _standing_row(entry: Entry, data: PageData) -> ContactRow | None:
    today = data.today
    match entry.fact:
        case CaseFact() as fact if not is_closed(fact):
            return _row(entry, capital(fact.title), _case_text(entry, fact, today), fact.responsible, data)
        case PlanFact() as fact if fact.status.code not in CLOSED_PLANS:
            return _row(entry, capital(fact.title), _plan_text(entry, fact, today), fact.responsible, data)
        case AssignmentFact() as fact:
            title = fact.role.label or danish_label(fact.role, today)
            return _row(entry, capital(title), "arbejder med borgeren", fact.responsible, data)
    words = employment_text(entry, today)
    return _row(entry, *words, getattr(entry.fact, "responsible", None), data) if words else None


def stay_lines(entries: Iterable[Entry], today: date) -> tuple[str, ...]:
    """For one of the family: "Indlagt siden 7. dec. 2022", where it is so."""
    stays = [each for each in contacts_of(entries) if is_current_stay(*each, today)]
    return tuple(
        capital(with_note(f"{contact_text(entry, contact, today)}{_place(contact)}", entry)) for entry, contact in stays
    )


def contact_text(entry: Entry, contact: ContactFact, today: date) -> str:
    """Where it stands, in a sentence."""
    start = entry.valid.start
    since = f"siden {day_text(start)}" if start else "det er ikke oplyst siden hvornår"
    if is_current_stay(entry, contact, today):
        admitted = f"indlagt {since}"
        if contact.state is ContactState.ON_LEAVE:
            leave = f" siden {day_text(contact.leave_since)}" if contact.leave_since else ""
            return f"på orlov fra sygehuset{leave}; {admitted}"
        return f"{admitted}, tilbage fra orlov" if contact.status and contact.status.code == "SLOR" else admitted
    if start is not None and _is_ahead(entry, contact, today):
        day = weekday_text(start) if contact.starts_at else long_day_text(start)
        return f"planlagt til {day}{_hours(contact)}"
    if contact.state is ContactState.PLANNED and start is not None:
        return f"var planlagt til {day_text(start)}{_hours(contact)}; kilden siger ikke, om det blev til noget"
    how = f", {within(danish_label(contact.status, today))}" if contact.status and contact.is_stay else ""
    return f"{_days(entry, contact)}{how}"


def _is_ahead(entry: Entry, contact: ContactFact, today: date) -> bool:
    """Whether the contact is still to come; what is planned for today may be."""
    start = entry.valid.start
    return start is not None and (start > today or (start == today and contact.state is ContactState.PLANNED))


def contact_outcome(entry: Entry, contact: ContactFact, today: date) -> str:
    """The same beside its days: of a contact that was held only that."""
    if contact.state is ContactState.ENDED and not contact.is_stay and entry.valid.start:
        return f"gennemført{_hours(contact)}"
    return contact_text(entry, contact, today)


def standing_text(entry: Entry, today: date) -> tuple[str, str] | None:
    """Title and state of a case, plan or assignment, or of what employment tells; None of anything else."""
    match entry.fact:
        case CaseFact() as fact:
            return _named("sag", fact.title), _status(fact.status, today)
        case PlanFact() as fact:
            return _named("plan", fact.title), _status(fact.status, today)
        case AssignmentFact() as fact:
            role = capital(fact.role.label or danish_label(fact.role, today))
            return f"{role}: {person(fact.responsible).text}", "arbejder med borgeren"
    return employment_text(entry, today)


def is_closed(case: CaseFact) -> bool:
    """Whether the source counts the case as closed."""
    return within(danish_label(case.status, date.max)).startswith(("lukket", "afsluttet"))


def _contact_row(entry: Entry, contact: ContactFact, data: PageData) -> ContactRow:
    return _row(entry, capital(contact.title), contact_text(entry, contact, data.today), contact.responsible, data)


def _row(entry: Entry, title: str, text: str, responsible: Responsible | None, data: PageData) -> ContactRow:
    is_named = responsible is not None and (responsible.unit or responsible.worker)
    return ContactRow(
        area=entry.area,
        area_name=shared.AREA[entry.area],
        title=title,
        about=data.names.subject(entry),
        text=text,
        who=person(responsible) if is_named else None,
        source=source_line(entry, data),
    )


def _case_text(entry: Entry, case: CaseFact, today: date) -> str:
    # The day the case was opened says nothing of when it came to rest.
    since = f", oprettet {day_text(entry.valid.start)}" if entry.valid.start else ""
    deadline = case.next_deadline_on
    due = f", nærmeste frist {'var' if deadline < today else 'er'} {day_text(deadline)}" if deadline else ""
    return f"{_status(case.status, today)}{since}{due}"


def _plan_text(entry: Entry, plan: PlanFact, today: date) -> str:
    since = f" fra {day_text(entry.valid.start)}" if entry.valid.start else ""
    follow_up = plan.next_follow_up_on
    due = f", opfølgning {'var sat' if follow_up < today else 'er sat'} til {day_text(follow_up)}" if follow_up else ""
    return f"{_status(plan.status, today)}{since}{due}"


def _status(status: Coded, today: date) -> str:
    return within(status.label or danish_label(status, today))


def _named(word: str, title: str) -> str:
    """With the word before it (Sag: …), unless the title says so itself (Børnesag)."""
    return capital(title) if word in title.lower() else f"{capital(word)}: {within(title)}"


def _place(contact: ContactFact) -> str:
    where: Person | None = person(contact.responsible) if contact.responsible else None
    return f", {where.text}" if where else ""


def _last(entry: Entry, today: date) -> date:
    """The last day of it, as far as it is over."""
    if entry.valid.end is not None:
        return entry.valid.end - timedelta(days=1)
    return entry.valid.start or today


def _days(entry: Entry, contact: ContactFact) -> str:
    start, end = entry.valid.start, entry.valid.end
    if start is None:
        return f"til {day_text(end - timedelta(days=1))}" if end else "dagen er ikke oplyst"
    if end is None:
        return f"fra {day_text(start)}" if contact.is_stay else f"{day_text(start)}{_hours(contact)}"
    last = end - timedelta(days=1)
    if contact.starts_at and not contact.is_stay:
        return f"{day_text(start)}{_hours(contact)}"
    return day_text(start) if last <= start else f"{day_text(start)} til {day_text(last)}"


def _hours(contact: ContactFact) -> str:
    """From and until which hour, after the day; empty where the source tells none."""
    return f" {hours_text(contact.starts_at, contact.ends_at)}" if contact.starts_at else ""
