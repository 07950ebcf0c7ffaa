"""*Søg*: whom a search by name finds, and what tells the hits apart."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from difflib import SequenceMatcher
from itertools import pairwise

from deploy.sandbox.municipality.appointments import UNIT
from deploy.sandbox.municipality.catalogue import UNIT_BY_ID
from deploy.sandbox.municipality.staff import Employee
from deploy.sandbox.municipality.truth import Notification, Person
from hub.clock import DANISH_TIME
from tests.truth.facts import Fact
from tests.truth.markup import Node, day_of, parsed
from tests.truth.oracle import Oracle, Page
from tests.truth.oracle_employment import OFFICE, told_by_job_centre
from tests.truth.oracle_pages import PRIVATE
from tests.truth.reading import Reader, names, split_list
from tests.truth.wording import age, full

LONG = 8
RIGHTS = {
    "du er på teamet": "team",
    "du er ansvarlig": "named_worker",
    "din enhed fører sagen": "case_unit",
    "din enhed har en indsats": "own_unit",
    "kræver begrundelse": "override",
}


RELATED = {
    "forælder til": "child", "barn af": "parent", "søskende til": "sibling", "partner til": "partner",
}  # fmt: skip
"""What the relative is to the one who was found, by what the page says before the name."""
ALIKE = 0.9
"""Share of signs that two names have in common when they can be mistaken for each other."""


def read_search(reader: Reader, html: str) -> list[Fact]:
    """What the page says."""
    page, today = parsed(html), reader.today
    found = list(reader.times(page))
    summary = page.all("h2")[0].text()
    count = re.match(r"(?:(\d+) borgere?|\d+–\d+ af (\d+))", summary)
    found.append(Fact("search.count", "", (count.group(1) or count.group(2)) if count else "0"))
    for line in page.first("section", "panel").all("p", "sub"):
        found += _alike(reader, line.text())
    found += _facets(reader, page)
    for hit in page.all("li", "hit"):
        name, words = hit.first("h3").text(), hit.direct("div")[0].text("span")
        years = re.search(r", (\d+ (?:år|måneder?))", words)
        found.append(Fact("search.hit", name, "found"))
        found.append(Fact("search.age", name, years.group(1) if years else words))
        right = hit.direct("span")[0].text()
        found.append(Fact("search.right", name, RIGHTS.get(right, right)))
        for line in hit.all("span", "k"):
            found += _details(reader, name, line.text())
        born = re.search(r"født (\d{1,2}\. \w+\.? \d{4})", hit.text())
        found.append(Fact("search.born", name, day_of(born.group(1), today) if born else "not said"))
    return found


def _details(reader: Reader, name: str, line: str) -> Iterator[Fact]:
    """Why somebody was found, or what tells people of one name apart: where they live, whose relatives they are."""
    why = re.fullmatch(r"(navn, der ligner|navn)(?:: (.+))?", line)
    if why:
        yield Fact("search.found", name, why.group(1))
        return
    for part in line.split(" · "):
        related = re.fullmatch(rf"({'|'.join(RELATED)}) (.+)", part)
        if related:
            yield from (
                Fact("search.relative", f"{name}: {other}", RELATED[related.group(1)])
                for other in split_list(related.group(2))
            )
        elif re.fullmatch(r"\d{4} .+", part):
            yield Fact("search.place", name, part)
        elif not part.startswith("født "):
            yield reader.unread("search", part)


def _alike(reader: Reader, line: str) -> Iterator[Fact]:
    """Advice on hits of nearly the same name."""
    said = re.fullmatch(
        r"(?:(\d+) borgere har samme eller næsten samme navn: (.+?)\. Se på fødselsdato, .+?\. )?"
        r"(Mindst en af dem er beskyttet, så adressen er skjult\. )?Andre med samme navn kan være skjult for dig\.",
        line,
    )
    if said is None:
        yield reader.unread("search", line)
        return
    yield Fact("search.alike", "", f"{said.group(1) or 0}: {names(said.group(2) or '')}")
    if said.group(3):
        yield Fact("search.alike.protected", "", "yes")


def _facets(reader: Reader, page: Node) -> Iterator[Fact]:
    """How many of those found each choice leaves."""
    for group in page.all("fieldset"):
        heading = group.first("legend").text()
        for choice in group.all("label", "tick") if heading != "Vis kun" else ():
            count = re.search(r"\((\d+)\)", choice.text())
            value = choice.first("input").attributes["value"]
            if count is None:
                yield reader.unread("facet", choice.text())
            else:
                yield Fact(f"search.{heading.lower()}", value, count.group(1))


def expected_search(oracle: Oracle, employee: Employee, words: str) -> list[Fact]:
    """What it should say: everybody of that name whom the employee may open without a reason.

    Who is called nearly so may be found, too.
    """
    found: list[Fact] = []
    exact, near = 0, 0
    for person in oracle.truth.people:
        view, names = oracle.view(employee, person), full(person).split()
        is_exact = words in names
        if view.kind not in {"team", "relation"} or not (is_exact or any(is_near(words, name) for name in names)):
            continue
        exact, near = exact + is_exact, near + (not is_exact)
        found += _told_apart(oracle, oracle.page(employee, person), optional=not is_exact)
        found.append(Fact("search.found", full(person), "navn" if is_exact else "navn, der ligner", not is_exact))
        found += [
            Fact("search.hit", full(person), "found", not is_exact),
            Fact("search.age", full(person), age(person.born, oracle.day), not is_exact),
            Fact("search.right", full(person), "team" if view.is_team else view.basis, not is_exact),
            Fact("search.born", full(person), person.born.isoformat(), not is_exact),
        ]
    return [Fact("search.count", "", " | ".join(str(exact + more) for more in range(near + 1))), *found]


def _told_apart(oracle: Oracle, page: Page, *, optional: bool) -> Iterator[Fact]:
    """Where somebody lives and whose relatives they are, as on their own page."""
    person = page.person
    if not (person.moved_out_on or oracle.is_guarded(person)):
        yield Fact("search.place", full(person), f"{person.postal_code} {person.town}", optional)
    for other, kind in oracle.relatives(page):
        yield Fact("search.relative", f"{full(person)}: {full(other)}", kind, optional)


def expected_lists(oracle: Oracle, employee: Employee, words: str, said: list[Fact]) -> list[Fact]:
    """Advice on names that are alike and numbers of choices, of those whom the page found."""
    hits = [fact.subject for fact in said if fact.rule == "search.hit"]
    people = [
        person for person in oracle.truth.people
        if full(person) in hits and oracle.view(employee, person).kind in {"team", "relation"}
        and any(words == name or is_near(words, name) for name in full(person).split())
    ]  # fmt: skip
    found = list(_expected_alike(oracle, people))
    areas: Counter[str] = Counter()
    paragraphs: Counter[str] = Counter()
    topics: Counter[str] = Counter()
    units: Counter[str] = Counter()
    for person in people:
        shown = oracle.view(employee, person).shown
        told = told_by_job_centre(oracle, person)
        has_more = {
            "employment": told is not None and told.has_more,
            "social": oracle.has_case(person),
            "health": bool(
                oracle.contacts(person)
                or oracle.agreed(person)
                or any(stay.person == person.id for stay in oracle.truth.stays)
            ),
            "school": False,  # classes and absence are not searched
        }
        with_entries = {effort.area for effort in oracle.efforts(person)}
        with_entries |= {goal.area for goal in oracle.goals(person)}
        areas.update(area for area in shown if area in with_entries or has_more[area])
        sections = {effort.paragraph for effort in oracle.efforts(person) if effort.area in shown}
        if "social" in shown:
            sections |= {_basis(note) for note in oracle.notifications(person)}
        paragraphs.update(section for section in sections if section)
        topics.update(_topics(oracle, person, shown))
        units.update(_units(oracle, person, shown))
    counted = {"område": areas, "paragraf": paragraphs, "emne (kle)": topics, "enhed": units}
    found += [
        Fact(f"search.{facet}", value, str(count))
        for facet, counts in counted.items()
        for value, count in counts.items()
    ]
    return found


def _topics(oracle: Oracle, person: Person, shown: frozenset[str]) -> set[str]:
    """KLE numbers of what is shown; the health source tells none."""
    topics = {effort.kle for effort in oracle.efforts(person) if effort.area in shown and effort.area != "health"}
    case = oracle.case(person)
    if case and "social" in shown:
        topics.add("27.24.00" if case.is_of_child else "27.36.00")
    return {topic for topic in topics if topic}


def _units(oracle: Oracle, person: Person, shown: frozenset[str]) -> set[str]:
    """Who does what is shown, or answers for it; of somebody protected no unit is named."""
    if oracle.is_guarded(person):
        return set()
    units = {UNIT_BY_ID[effort.unit].name for effort in oracle.efforts(person) if effort.area in shown}
    case, told = oracle.case(person), told_by_job_centre(oracle, person)
    if case and "social" in shown:
        units.add(UNIT_BY_ID[case.unit].name)
    if told and "employment" in shown and (told.workers or told.interviews):
        units.add(OFFICE.name)
    if "health" in shown:
        units |= {UNIT_BY_ID[contact.unit].name for contact in oracle.contacts(person)}
        units |= {UNIT_BY_ID[UNIT].name for _ in oracle.agreed(person)}
        units |= {stay.ward for stay in oracle.truth.stays if stay.person == person.id}
    return units


def _basis(note: Notification) -> str:
    """The paragraph by which somebody notified: professionals must, anybody may."""
    anybody = note.notifier in PRIVATE
    if note.received.astimezone(DANISH_TIME).date() >= date(2024, 1, 1):
        return f"Barnets lov § {'135' if anybody else '133'}"
    return f"Serviceloven § {'154' if anybody else '153'}"


def _expected_alike(oracle: Oracle, people: list[Person]) -> Iterator[Fact]:
    if not people:
        return
    alike = [
        person for person in people
        if any(other is not person and _are_alike(full(person), full(other)) for other in people)
    ]  # fmt: skip
    listed = " + ".join(sorted(dict.fromkeys(full(person) for person in alike)))
    yield Fact("search.alike", "", f"{len(alike)}: {listed}")
    if any(oracle.is_guarded(person) for person in alike):
        yield Fact("search.alike.protected", "", "yes")


def _are_alike(one: str, other: str) -> bool:
    return SequenceMatcher(None, _plain(one), _plain(other), autojunk=False).ratio() >= ALIKE


def is_near(words: str, name: str) -> bool:
    """Whether one is the other with a letter wrong, with two in a long name; Danish letters as they are spelt, too."""
    one, other = _plain(words), _plain(name)
    allowed = 2 if len(one) >= LONG else 1
    return _edits(one, other) <= allowed or _edits(one, other[: len(one)]) <= allowed


def _plain(words: str) -> str:
    return re.sub("ø|oe", "o", re.sub("å|aa", "a", re.sub("æ|ae", "a", words.lower())))


def _edits(one: str, other: str) -> int:
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        above, row = row, [at]
        for (left, up), sign in zip(pairwise(above), other, strict=True):
            row.append(min(left + (letter != sign), up + 1, row[-1] + 1))
    return row[-1]
