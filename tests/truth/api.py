"""The JSON twin of a citizen's pages: what it says and what it should say, as facts."""

from collections.abc import Iterator
from typing import Any

from deploy.sandbox.municipality.staff import Employee
from tests.truth.facts import Fact
from tests.truth.oracle import CONNECTED, Oracle, Page, responsible_unit
from tests.truth.oracle_employment import told_of
from tests.truth.oracle_head import AREAS, visible
from tests.truth.oracle_pages import PRIVATE, notifications, received, whom
from tests.truth.oracle_school import absences, was_read_of
from tests.truth.wording import first, full

MASK = "••••"


def read_answer(answer: dict[str, Any]) -> list[Fact]:
    """What the API says."""
    decision, own = answer["decision"], answer["overview"]
    person = own["header"]["person"]
    found = [
        Fact("api.basis", "", decision["basis"]),
        Fact("api.shown", "", ", ".join(sorted(CONNECTED & set(decision["shown"])))),
        Fact("api.name", "", f"{person['given_name']} {person['family_name']}"),
        Fact("api.born", "", str(person["birth_date"])),
        Fact("api.life", "", f"{person['life_status']} {person['died_on'] or ''}".strip()),
        *(Fact("api.section", AREAS[section["area"]], section["state"]) for section in own["sections"]),
    ]
    numbers = [number["value"] for number in own["header"]["identifiers"] if number["namespace"] == "cpr"]
    found += [Fact("api.cpr", "", number) for number in numbers]
    people = (own, *answer["family"])
    entries = {entry["id"]: entry for person in people for area in person["sections"] for entry in area["entries"]}
    given = {person["citizen_id"]: person["header"]["person"]["given_name"] for person in people}
    for entry in entries.values():
        found += _entry(entry, given)
    return found


def _entry(entry: dict[str, Any], given: dict[str, str]) -> Iterator[Fact]:
    fact, valid = entry["fact"], entry["valid"]
    parties = [party for party in entry["parties"] if party["role"] != "other"]
    names = [(given.get(party["citizen_id"]) or party["name"] or "?").split()[0] for party in parties]
    if fact["kind"] == "effort":
        of = f"{names[0]} · {fact['title']} · {valid['start']}"
        yield Fact("api.effort", of, f"{fact['status']} {valid['end'] or ''}".strip())
        worker = (fact["responsible"] or {}).get("worker") or {}
        yield Fact("api.worker", of, worker.get("name") or "")
    elif fact["kind"] == "concern_notification":
        of = f"{valid['start']} · {fact['notifier_title'] or fact['notifier']['code']}"
        yield Fact("api.note", of, "unborn" if fact["about_unborn"] else " + ".join(sorted(names)))
    elif fact["kind"] == "goal":
        yield Fact("api.goal", fact["text"], f"{fact['progress']} {fact['stated_by']}")


def read_my_citizens(answer: dict[str, Any]) -> list[Fact]:
    """What the list says."""
    found = []
    for row in answer["citizens"]:
        citizen, overview = row["citizen"], row["overview"]
        found.append(Fact("mine.api", citizen["name"], citizen["function"]))
        for section in overview["sections"]:
            found.append(Fact("mine.api.section", f"{citizen['name']} · {AREAS[section['area']]}", section["state"]))
            for entry in section["entries"]:
                fact = entry["fact"]
                if fact["kind"] == "effort":
                    of = f"{citizen['name']} · {fact['title']} · {entry['valid']['start']}"
                    found.append(Fact("mine.api.effort", of, fact["status"]))
        found += [
            Fact("mine.api.number", citizen["name"], each["value"])
            for each in overview["header"]["identifiers"]
            if each["namespace"] == "cpr"
        ]
    return found + [Fact("mine.api.incomplete", "", line) for line in answer["incomplete"]]


def expected_listed(oracle: Oracle, employee: Employee) -> list[Fact]:
    """What it should say: of each what the page about the citizen shows, cut to the same right."""
    found = []
    for course in oracle.courses:
        for member, function in oracle.team_of(course):
            if member != employee:
                continue
            for person in oracle.members(course):
                page = oracle.page(employee, person)
                if not page.view.is_team:
                    continue
                found.append(Fact("mine.api", full(person), function))
                for area, name in AREAS.items():
                    found.append(Fact("mine.api.section", f"{full(person)} · {name}", _state(oracle, page, area)))
                for effort in visible(oracle, page, person):
                    of = f"{full(person)} · {effort.title} · {effort.start.isoformat()}"
                    found.append(Fact("mine.api.effort", of, "ended" if effort.end else "active"))
                numbers = [number for number in (person.cpr, person.earlier_number) if number]
                found += [Fact("mine.api.number", full(person), f"{number[:6]}{MASK}") for number in numbers]
    return found


def read_search(answer: dict[str, Any]) -> list[Fact]:
    """What the search finds."""
    found, page = [], answer["page"]
    for hit in page["hits"]:
        name, right = hit["name"], answer["rights"][hit["citizen_id"]]
        found += [Fact("search.hit", name, "found"), Fact("search.right", name, right)]
        found.append(Fact("search.born", name, hit["birth_date"]))
        if hit["place"]:
            found.append(Fact("search.place", name, hit["place"]))
        for relative in hit["relatives"]:
            found.append(Fact("search.relative", f"{name}: {relative['name']}", relative["relation"]))
    areas = page["facets"].get("area", ())
    return [*found, *(Fact("search.område", value["value"], str(value["count"])) for value in areas)]


def expected_answer(oracle: Oracle, page: Page) -> list[Fact]:
    """What it should say."""
    person, shown = page.person, page.view.shown
    found = [
        Fact("api.basis", "", "team" if page.view.is_team else page.view.basis),
        Fact("api.shown", "", ", ".join(sorted(shown))),
        Fact("api.name", "", full(person)),
        Fact("api.born", "", person.born.isoformat()),
        Fact("api.life", "", f"dead {person.died_on}" if person.died_on else "None"),
        *(Fact("api.cpr", "", f"{cpr[:6]}{MASK}") for cpr in (person.cpr, person.earlier_number) if cpr),
    ]
    found += [Fact("api.section", name, _state(oracle, page, area)) for area, name in AREAS.items()]
    for member in page.people:
        for effort in visible(oracle, page, member):
            of = f"{first(member)} · {effort.title} · {effort.start.isoformat()}"
            found.append(Fact("api.effort", of, f"ended {effort.end}" if effort.end else "active"))
            unit = next(unit.name for unit in oracle.truth.units if unit.id == responsible_unit(effort))
            found.append(Fact("api.worker", of, effort.worker or f" | {unit}"))
        for goal in oracle.goals(member):
            if goal.area in page.views[member.id].shown:
                progress = [goal.assessments[-1][1] if goal.assessments else "not_assessed"]
                # A source tells the last assessment only: what it said before is lost when there is a later one.
                progress += ["not_assessed"] if page.day < page.printed_on else []
                found.append(Fact("api.goal", goal.text, " | ".join(f"{each} {goal.stated_by}" for each in progress)))
    for note in notifications(oracle, page):
        by = note.notifier if note.notifier in PRIVATE else note.notifier_title
        of = f"{received(note).date().isoformat()} · {by}"
        found.append(Fact("api.note", of, "unborn" if note.unborn else whom(oracle, note)))
    return found


def _state(oracle: Oracle, page: Page, area: str) -> str:
    person = page.person
    if area not in CONNECTED:
        return "not_covered"
    if area not in page.view.shown:
        return "withheld"
    told = told_of(oracle, page, person)
    has_more = {
        "employment": told is not None and told.has_more,
        "social": oracle.has_case(person) or bool(oracle.notifications(person)),
        "health": bool(oracle.contacts(person) or oracle.agreed(person)),
        "school": oracle.enrolment(person) is not None
        if page.day == page.printed_on
        else was_read_of(person, page.printed_on) and bool(absences(oracle, page, person)),
    }
    has_efforts = any(effort.area == area for effort in oracle.efforts(person))
    return "entries" if has_more[area] or has_efforts else "none_found"
