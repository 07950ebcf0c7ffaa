"""What pages must say of stays, contacts, cases and plans. Pure."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from deploy.sandbox.municipality import appointments
from deploy.sandbox.municipality.catalogue import UNIT_BY_ID
from deploy.sandbox.municipality.truth import Person, Plan, Stay
from tests.truth import oracle_employment
from tests.truth.facts import Fact
from tests.truth.oracle import Oracle, Page
from tests.truth.oracle_head import AREAS, MASK, about, last_day, stated
from tests.truth.wording import agreed, first, within

RECENT = timedelta(days=365)
SHOWN = 5
"""So many contacts that are over stand on the overview."""
STAY = "Indlæggelse"
HOURS = "kl. 10.30–11.15"
Place = tuple[date, str]
"""In the list of contacts: the day it began on, then the source's own id; the latest first."""


def plan_title(plan: Plan) -> str:
    """With the word plan in it."""
    return plan.title if "plan" in plan.title.lower() else f"Plan: {within(plan.title)}"


def plans(oracle: Oracle, page: Page) -> Iterator[tuple[str, Plan]]:
    """Plans that a source tells and the page may show, each with whom it is about."""
    for person in page.people:
        if "social" in page.views[person.id].shown:
            for plan in oracle.truth.plans:
                if plan.person == person.id and plan.area == "social":
                    yield about(page, person), plan


def stays(oracle: Oracle, page: Page) -> list[Stay]:
    """Stays in hospital that the page may show."""
    keys = {person.id for person in page.people if "health" in page.views[person.id].shown}
    return [stay for stay in oracle.truth.stays if stay.person in keys]


def stay_words(stay: Stay) -> str:
    """How a stay stands."""
    if stay.discharged_on:
        return f"{stay.admitted_on} til {stay.discharged_on}"
    admitted = f"indlagt siden {stay.admitted_on}"
    return f"på orlov fra sygehuset siden {stay.leave_since}; {admitted}" if stay.leave_since else admitted


def other_rows(oracle: Oracle, page: Page) -> Iterator[Fact]:
    """Rows of the timeline that are no efforts and no notifications."""
    for person in page.people:
        shown = page.views[person.id].shown
        prefix = "" if person == page.person else f"{first(person)} · "
        social, health = f"{prefix}{AREAS['social']}", f"{prefix}{AREAS['health']}"
        case = oracle.case(person) if "social" in shown else None
        if case:
            status = "aktiv" if case.is_open else "hvilende"
            # A source tells how a case stands today, and not since when: of a day before it was read nobody knows.
            told = status if page.day == page.printed_on else "status den dag kendes ikke"
            yield Fact("rows.other", f"{social} · {case.title} · {case.opened_on}", f"{told} · ingen slutdato")
        for plan in oracle.truth.plans if "social" in shown else ():
            if plan.person == person.id and plan.area == "social":
                how = f"afsluttet · {last_day(plan.end)}" if plan.end else "aktiv · ingen slutdato"
                yield Fact("rows.other", f"{social} · {plan_title(plan)} · {plan.start}", how)
        for contact in oracle.contacts(person) if "health" in shown else ():
            yield Fact("rows.other", f"{health} · {contact.title} · {contact.day}", f"gennemført · {contact.day}")
        for each in oracle.agreed(person) if "health" in shown else ():
            how, _ = agreed(each.day, HOURS, page.day)
            yield Fact("rows.other", f"{health} · {appointments.TITLE} · {each.day}", f"{how} · {each.day}")
        yield from oracle_employment.rows(oracle, page, person)
        for stay in stays(oracle, page):
            if stay.person == person.id:
                until = stay.discharged_on or "ingen slutdato"
                yield Fact("rows.other", f"{health} · {STAY} · {stay.admitted_on}", f"{stay_words(stay)} · {until}")


def panels(oracle: Oracle, page: Page) -> Iterator[Fact]:
    """*Lige nu*, *Indlæggelser og kontakter*, *Sager, planer og tilknyttede* of the overview."""
    yield from _contacts(oracle, page)
    yield from _standing(oracle, page)
    for person in page.people:
        for of, words, registered in oracle_employment.standing(oracle, page, person):
            yield Fact("standing.row", of, words)
            yield from _told("standing", of, oracle_employment.AREA, registered)


def _contacts(oracle: Oracle, page: Page) -> Iterator[Fact]:
    past: list[tuple[Place, date, str, str]] = []
    for stay in stays(oracle, page):
        person = oracle.people[stay.person]
        who = MASK if oracle.is_guarded(person) else stay.ward
        of, words = f"{about(page, person)}{STAY}", f"{stay_words(stay)} · {who}"
        if stay.discharged_on is None:
            yield Fact("stays.row", of, words)
            yield from _told("stays", of, "Sundhed", stay.leave_since or stay.admitted_on)
        elif stay.discharged_on >= page.day - RECENT:
            past.append(((stay.admitted_on, f"health/episode-{stay.id}"), stay.discharged_on, of, words))
    for person in page.people:
        for contact in oracle.contacts(person) if "health" in page.views[person.id].shown else ():
            if contact.day >= page.day - RECENT:
                who = MASK if oracle.is_guarded(person) else UNIT_BY_ID[contact.unit].name
                of = f"{about(page, person)}{contact.title}"
                past.append(((contact.day, f"health/e-{contact.id}"), contact.day, of, f"{contact.day} · {who}"))
    yield from _with_hours(oracle, page, past)


def _agreed(oracle: Oracle, page: Page, person: Person) -> Iterator[tuple[date, Fact, Fact, str]]:
    """What health agreed on, held or ahead: the day, the row, its age, the area."""
    for each in oracle.agreed(person) if "health" in page.views[person.id].shown else ():
        of = f"{about(page, person)}{appointments.TITLE}"
        who = MASK if oracle.is_guarded(person) else UNIT_BY_ID[appointments.UNIT].name
        registered = oracle_employment.registered_on(each, page.day)
        row = Fact("contacts.row", of, f"{agreed(each.day, HOURS, page.day)[1]} · {who}")
        yield each.day, row, Fact("contacts.updated", of, str(registered)), "Sundhed"


def agreed_news(oracle: Oracle, page: Page, person: Person) -> Iterator[tuple[str, str, date]]:
    """The same as it may be told as new: its words, the kind of change, and the day that the source registered it."""
    for each in oracle.agreed(person) if "health" in page.views[person.id].shown else ():
        yield within(appointments.TITLE), "Ny kontakt", oracle_employment.registered_on(each, page.day)


def _with_hours(oracle: Oracle, page: Page, past: list[tuple[Place, date, str, str]]) -> Iterator[Fact]:
    """Interviews and what health agreed on; *past*: other contacts that are over, which share the room.

    Each of the past has its place and the day it was told.
    """
    interviews = [
        (*each, oracle_employment.AREA)
        for person in page.people
        for each in oracle_employment.interview_panel(oracle, page, person)
    ] + [each for person in page.people for each in _agreed(oracle, page, person)]
    held, planned = ([each for each in interviews if (each[0] < page.day) is is_held] for is_held in (True, False))
    places = sorted([place for place, *_ in past] + [(day, "") for day, *_ in held], reverse=True)
    is_cut, last = len(places) > SHOWN, places[SHOWN - 1] if len(places) > SHOWN else (date.min, "")
    for place, day, of, words in past:
        if place < last:
            continue
        yield Fact("contacts.row", of, words, optional=is_cut)
        yield from _told("contacts", of, "Sundhed", day, optional=is_cut)
    for rows, optional in ((held, is_cut), (planned, len(planned) > SHOWN)):
        for day, row, updated, area in rows:
            if day < last[0]:
                continue
            source = Fact("contacts.source", row.subject, area)
            yield from (replace(fact, optional=optional) for fact in (row, updated, source))


def _standing(oracle: Oracle, page: Page) -> Iterator[Fact]:
    for person in page.people:
        case = oracle.case(person) if "social" in page.views[person.id].shown else None
        if case is None:
            continue
        unit = UNIT_BY_ID[case.unit]
        who = f"{case.worker}, {MASK}" if oracle.is_guarded(person) else f"{case.worker}, {unit.name} {unit.phone}"
        of = f"{about(page, person)}{case.title}"
        yield Fact("standing.row", of, f"{'aktiv' if case.is_open else 'hvilende'}, oprettet {case.opened_on} · {who}")
        yield from _told("standing", of, "Social", case.opened_on)
        mark = stated(oracle, person)
        if mark:
            yield Fact("standing.mark", of, mark)
        for prefix, plan in plans(oracle, page):
            if plan.person != person.id or plan.end:
                continue
            was = "var sat" if plan.due and plan.due < page.day else "er sat"
            due = f", opfølgning {was} til {plan.due}" if plan.due else ""
            title = f"{prefix}{plan.title}"
            yield Fact("standing.row", title, f"aktiv fra {plan.start}{due} · {who}")
            yield from _told("standing", title, "Social", plan.start)
            if mark:
                yield Fact("standing.mark", title, mark)


def _told(rule: str, of: str, area: str, day: date | None, *, optional: bool = False) -> Iterator[Fact]:
    yield Fact(f"{rule}.source", of, area, optional)
    yield Fact(f"{rule}.updated", of, day.isoformat() if day else "", optional)


def stay_bars(oracle: Oracle, page: Page) -> Iterator[Fact]:
    """The lanes of stays."""
    for stay in stays(oracle, page):
        person = oracle.people[stay.person]
        lane = "Indlæggelser" if person == page.person else f"{first(person)} · Indlæggelser"
        yield Fact("lanes.stay", lane, f"{STAY}, {stay_words(stay)}")


def stay_moments(oracle: Oracle, page: Page) -> Iterator[Fact]:
    """Stays among what happened when in the family."""
    for stay in stays(oracle, page):
        of = f"{stay.admitted_on} · {first(oracle.people[stay.person])} · {STAY}"
        yield Fact("moments.stay", of, stay_words(stay))


def column_stays(oracle: Oracle, page: Page) -> Iterator[Fact]:
    """Who of the family is in hospital."""
    for stay in stays(oracle, page):
        person = oracle.people[stay.person]
        if stay.discharged_on is None:
            words = stay_words(stay)
            where = MASK if oracle.is_guarded(person) else stay.ward
            yield Fact("column.stay", first(person), f"{words[0].upper()}{words[1:]}, {where}")
