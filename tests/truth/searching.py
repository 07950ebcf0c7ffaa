"""*Søg*: whom a search by name finds, and what tells the hits apart."""

import re
from datetime import date
from itertools import pairwise

from deploy.sandbox.municipality.staff import Employee
from tests.truth.facts import Fact
from tests.truth.markup import day_of, parsed
from tests.truth.oracle import Oracle
from tests.truth.words import age, full

LONG = 8
RIGHTS = {
    "du er på teamet": "team",
    "du er ansvarlig": "named_worker",
    "din enhed fører sagen": "case_unit",
    "din enhed har en indsats": "own_unit",
    "kræver begrundelse": "override",
}


def read_search(html: str, today: date) -> list[Fact]:
    """What the page says."""
    page, found = parsed(html), []
    summary = page.all("h2")[0].text()
    count = re.match(r"(?:(\d+) borgere?|\d+–\d+ af (\d+))", summary)
    found.append(Fact("search.count", "", (count.group(1) or count.group(2)) if count else "0"))
    found += [Fact("search.alike", "", line.text()) for line in page.first("section", "panel").all("p", "sub")]
    for hit in page.all("li", "hit"):
        name, words = hit.first("h3").text(), hit.direct("div")[0].text("span")
        years = re.search(r", (\d+ (?:år|måneder?))", words)
        found.append(Fact("search.hit", name, "found"))
        found.append(Fact("search.age", name, years.group(1) if years else words))
        right = hit.direct("span")[0].text()
        found.append(Fact("search.right", name, RIGHTS.get(right, right)))
        found += [Fact("search.details", name, line.text()) for line in hit.all("span", "k")]
        born = re.search(r"født (\d{1,2}\. \w+\.? \d{4})", hit.text())
        found.append(Fact("search.born", name, day_of(born.group(1), today) if born else "not said"))
    return found


def expected_search(oracle: Oracle, employee: Employee, words: str) -> list[Fact]:
    """What it should say: everybody of that name whom the employee may open without a reason.

    Who is called nearly so may be found, too.
    """
    found, exact, near = [], 0, 0
    for person in oracle.truth.people:
        view, names = oracle.view(employee, person), full(person).split()
        is_exact = words in names
        if view.kind not in {"team", "relation"} or not (is_exact or any(is_near(words, name) for name in names)):
            continue
        exact, near = exact + is_exact, near + (not is_exact)
        found += [
            Fact("search.hit", full(person), "found", not is_exact),
            Fact("search.age", full(person), age(person.born, oracle.day), not is_exact),
            Fact("search.right", full(person), "team" if view.is_team else view.basis, not is_exact),
            Fact("search.born", full(person), person.born.isoformat(), not is_exact),
        ]
    return [Fact("search.count", "", " | ".join(str(exact + more) for more in range(near + 1))), *found]


def is_near(words: str, name: str) -> bool:
    """Whether one is the other with a letter wrong, with two in a long name; Danish letters as they are spelt, too."""
    one, other = (re.sub("ø|oe", "o", re.sub("å|aa", "a", re.sub("æ|ae", "a", word.lower()))) for word in (words, name))
    allowed = 2 if len(one) >= LONG else 1
    return _edits(one, other) <= allowed or _edits(one, other[: len(one)]) <= allowed


def _edits(one: str, other: str) -> int:
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        above, row = row, [at]
        for (left, up), sign in zip(pairwise(above), other, strict=True):
            row.append(min(left + (letter != sign), up + 1, row[-1] + 1))
    return row[-1]
