"""*Søg*: whom a search by name finds, and what tells the hits apart."""

import re

from deploy.sandbox.municipality.staff import Employee
from tests.truth.facts import Fact
from tests.truth.markup import parsed
from tests.truth.oracle import Oracle
from tests.truth.words import age, full

RIGHTS = {
    "du er på teamet": "team",
    "din enhed har en indsats": "relation",
    "kræver begrundelse": "override",
}


def read_search(html: str) -> list[Fact]:
    """What the page says."""
    page, found = parsed(html), []
    summary = page.all("h2")[0].text()
    count = re.match(r"(?:(\d+) borgere?|\d+–\d+ af (\d+))", summary)
    found.append(Fact("search.count", "", (count.group(1) or count.group(2)) if count else "0"))
    for hit in page.all("li", "hit"):
        name, words = hit.first("h3").text(), hit.direct("div")[0].text("span")
        years = re.search(r", (\d+ (?:år|måneder?))", words)
        found.append(Fact("search.hit", name, "found"))
        found.append(Fact("search.age", name, years.group(1) if years else words))
        right = hit.direct("span")[0].text()
        found.append(Fact("search.right", name, RIGHTS.get(right, right)))
        born = re.search(r"født (?:den )?\d", hit.text())
        found.append(Fact("search.born", name, "said" if born else "not said"))
    return found


def expected_search(oracle: Oracle, employee: Employee, words: str) -> list[Fact]:
    """What it should say: everybody of that name whom the employee may open without a reason."""
    found = []
    for person in oracle.truth.people:
        basis = oracle.view(employee, person).basis
        if words not in full(person).split() or basis not in {"lead", "member", "relation"}:
            continue
        found += [
            Fact("search.hit", full(person), "found"),
            Fact("search.age", full(person), age(person.born, oracle.day)),
            Fact("search.right", full(person), "relation" if basis == "relation" else "team"),
            Fact("search.born", full(person), "said"),
        ]
    count = sum(fact.rule == "search.hit" for fact in found)
    return [Fact("search.count", "", str(count)), *found]
