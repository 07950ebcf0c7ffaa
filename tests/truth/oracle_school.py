"""What pages must say of school, class and absence per quarter. Pure."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from deploy.sandbox.municipality.catalogue import UNIT_BY_ID
from deploy.sandbox.municipality.schooling import enrolments_of
from deploy.sandbox.municipality.truth import Absence, Enrolment, Person
from tests.truth.facts import Fact
from tests.truth.oracle import MASKED, Oracle, Page
from tests.truth.wording import first

SHOWN = 4
"""So many quarters of each child stand on the overview."""
WORDS = {"UNLAWFUL": "ulovligt fravær", "SICK": "sygefravær", "PERMITTED": "fravær med tilladelse"}


def title(oracle: Oracle, person: Person, enrolment: Enrolment) -> str:
    """Class and school."""
    school = MASKED if oracle.is_guarded(person) else UNIT_BY_ID[enrolment.school].name
    return f"{enrolment.group} på {school}"


def state(enrolment: Enrolment) -> str:
    """Grade and school year."""
    grade = f"{enrolment.grade}. klasse" if enrolment.grade else "børnehaveklasse"
    return f"{grade} i skoleåret {enrolment.start_year}/{(enrolment.start_year + 1) % 100:02}"


def share(absence: Absence) -> str:
    """Kind, share and days, with the line of the law that is reached."""
    tenths = 1000 * absence.days // absence.school_days
    percent = f"{tenths // 10},{tenths % 10}".removesuffix(",0")
    text = f"{WORDS[absence.kind]} {percent} % ({absence.days} af {absence.school_days} skoledage)"
    line = next((line for line in (15, 10) if 100 * absence.days >= line * absence.school_days), None)
    if line is None or absence.kind != "UNLAWFUL":
        return text
    where = "lige på" if 100 * absence.days == line * absence.school_days else "over"
    return f"{text}, {where} grænsen på {line} %"


def start_of(absence: Absence) -> date:
    """First day of the quarter."""
    return date(absence.year, 3 * absence.quarter - 2, 1)


def last_of(absence: Absence) -> date:
    """Last day of the quarter."""
    following = date(absence.year + absence.quarter // 4, 3 * absence.quarter % 12 + 1, 1)
    return following - timedelta(days=1)


def until_now(absence: Absence, today: date) -> str:
    """Before what is told of a quarter that is going on."""
    return "indtil nu " if start_of(absence) <= today <= last_of(absence) else ""


def pupils(oracle: Oracle, page: Page) -> Iterator[tuple[Person, Enrolment]]:
    """The pupils of the page whose school may be shown."""
    for person in page.people:
        enrolment = oracle.enrolment(person)
        if enrolment is not None and "school" in page.views[person.id].shown:
            yield person, enrolment


def absences(oracle: Oracle, page: Page, person: Person) -> list[Absence]:
    """The pupil's absence, newest quarter first, the unlawful before other.

    On a page as known on an earlier day: the quarters whose last day of absence was registered by then.
    """
    own = [absence for absence in oracle.truth.absences if absence.person == person.id]
    if page.day < page.printed_on:
        known = [absence for absence in own if absence.dates()[-1] <= page.day]
        own = [replace(absence, days=absence.whole or absence.days) for absence in known]
    return sorted(own, key=lambda each: (-each.year, -each.quarter, list(WORDS).index(each.kind)))


def was_read_of(person: Person, on: date) -> bool:
    """Whether the school tells of the person on the day; of who is no pupil any more nothing was ever read."""
    start = on.year if on.month >= 8 else on.year - 1
    return any(enrolment.start_year == start for enrolment in enrolments_of(person))


def school_panel(oracle: Oracle, page: Page) -> Iterator[Fact]:
    """Classes under *Lige nu* of the overview, and *Fravær fra skolen*."""
    for person, enrolment in pupils(oracle, page):
        who = "" if person == page.person else f"{first(person)}: "
        of = f"{who}{title(oracle, person, enrolment)}"
        unit = MASKED if oracle.is_guarded(person) else UNIT_BY_ID[enrolment.school].name
        yield Fact("school.row", of, f"{state(enrolment)} · {enrolment.teacher}, {unit}")
        quarters: dict[tuple[int, int], list[Absence]] = {}
        for absence in absences(oracle, page, person):
            quarters.setdefault((absence.year, absence.quarter), []).append(absence)
        for (year, quarter), own in list(quarters.items())[:SHOWN]:
            told = [share(absence) for absence in own]
            listed = told[0] if len(told) == 1 else f"{', '.join(told[:-1])} og {told[-1]}"
            yield Fact("school.quarter", f"{who}{quarter}. kvartal {year}", f"{until_now(own[0], page.day)}{listed}")


def column_classes(oracle: Oracle, page: Page) -> Iterator[Fact]:
    """To which class each of the family goes."""
    for person, enrolment in pupils(oracle, page):
        yield Fact("column.class", first(person), f"{title(oracle, person, enrolment)}, {state(enrolment)}")


def school_rows(oracle: Oracle, page: Page) -> Iterator[Fact]:
    """Rows of the timeline."""
    for person, enrolment in pupils(oracle, page):
        lane = "Skole" if person == page.person else f"{first(person)} · Skole"
        start, last = date(enrolment.start_year, 8, 1), date(enrolment.start_year + 1, 7, 31)
        of = f"{lane} · {title(oracle, person, enrolment)} · {start}"
        if page.day == page.printed_on:  # the class of an earlier year was never read
            yield Fact("rows.other", of, f"{state(enrolment)} · {last}")
        for absence in absences(oracle, page, person):
            of = f"{lane} · Fravær i {absence.quarter}. kvartal {absence.year} · {start_of(absence)}"
            words = f"{until_now(absence, page.day)}{share(absence)}"
            # Of who is no pupil any more nothing was ever read.
            is_earlier = page.day < page.printed_on
            yield Fact("rows.other", of, f"{words} · {last_of(absence)}", optional=is_earlier)


def school_bars(oracle: Oracle, page: Page) -> Iterator[Fact]:
    """The lanes of classes."""
    for person, enrolment in pupils(oracle, page) if page.day == page.printed_on else ():
        lane = "Klasse" if person == page.person else f"{first(person)} · Klasse"
        yield Fact("lanes.class", lane, f"{title(oracle, person, enrolment)}, {state(enrolment)}")


def school_moments(oracle: Oracle, page: Page) -> Iterator[Fact]:
    """Quarters that crossed a line, among what happened when in the family."""
    for person, _ in pupils(oracle, page):
        for absence in absences(oracle, page, person):
            if absence.kind == "UNLAWFUL" and 10 * absence.days >= absence.school_days:
                of = f"{start_of(absence)} · {first(person)} · Fravær i {absence.quarter}. kvartal {absence.year}"
                yield Fact("moments.absence", of, f"{until_now(absence, page.day)}{share(absence)}")


def school_news(oracle: Oracle, page: Page, person: Person) -> Iterator[tuple[str, list[date]]]:
    """What may be told as new of one person's school, and the days on which it may have been registered."""
    enrolment = oracle.enrolment(person)
    if enrolment is None or "school" not in page.views[person.id].shown:
        return
    yield title(oracle, person, enrolment), [date(enrolment.start_year, 8, 1)]
    for absence in absences(oracle, page, person):
        yield f"fravær i {absence.quarter}. kvartal {absence.year}", list(absence.dates())
