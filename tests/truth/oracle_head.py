"""What the head of a page, *Lige nu* and the columns of *Familien* must say. Pure."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from deploy.sandbox.municipality.catalogue import UNIT_BY_ID
from deploy.sandbox.municipality.staff import Employee
from deploy.sandbox.municipality.truth import Effort, Person
from tests.truth.facts import Fact
from tests.truth.oracle import CONNECTED, Oracle, Page, responsible_unit
from tests.truth.oracle_employment import remark
from tests.truth.oracle_school import column_classes, pupils
from tests.truth.wording import age, first, full, paragraph

MASK = "••••"
AREAS = {"employment": "Beskæftigelse", "school": "Skole", "social": "Social", "health": "Sundhed"}
CONTACTS = {
    "employment": "employment:400", "school": "school:510", "social": "social:100", "health": "health:300",
}  # fmt: skip
"""The unit that the demo names as each area's contact."""
SOURCES = {
    "employment": "Beskæftigelse (STAR)", "social": "Social (DUBU)", "health": "Sundhed (Nexus)",
    "school": "Skole (elevadministration)",
}  # fmt: skip
FUNCTIONS = {"lead_coordinator": "tovholder", "citizen_coordinator": "borgerkoordinator", "member": ""}


def last_day(end: date) -> str:
    """The last day on which something held; the truth has the first on which it no longer does."""
    return (end - timedelta(days=1)).isoformat()


def visible(oracle: Oracle, page: Page, person: Person) -> tuple[Effort, ...]:
    """The efforts of one person that the page may show."""
    shown = page.views[person.id].shown
    return tuple(effort for effort in oracle.efforts(person) if effort.area in shown)


def _protected_by_school(oracle: Oracle, page: Page) -> Iterator[Fact]:
    is_told = "school" in page.view.shown and len(page.person.protected_in) > 1
    if is_told and page.day == page.printed_on and _school_knows(oracle, page.person):
        yield Fact("head.protected.by", "", SOURCES["school"])


def _school_knows(oracle: Oracle, person: Person) -> bool:
    """Whether the person is a pupil, or whom the school calls about one."""
    if oracle.enrolment(person) is not None:
        return True
    return any(relation.other == person.id and oracle.tells_school(relation) for relation in oracle.truth.relations)


def about(page: Page, person: Person) -> str:
    """``Maja: `` before what is about another than the citizen."""
    return "" if person == page.person else f"{first(person)}: "


def head(oracle: Oracle, page: Page) -> Iterator[Fact]:
    """Who it is, who is around them, and as whom one looks."""
    person, guarded = page.person, oracle.is_guarded(page.person)
    yield Fact("head.name", "", full(person))
    yield Fact("head.age", "", age(person.born, page.day))
    numbers = (("head.cpr", person.cpr), ("head.former_cpr", person.earlier_number))
    yield from (Fact(kind, "", f"{number[:6]}-{MASK}") for kind, number in numbers if number)
    yield Fact("head.reveal", "", "no" if page.view.basis == "override" else "yes")
    yield Fact("head.basis", "", page.view.basis)
    yield Fact("head.printed", f"{page.employee.name}, {page.employee.title}", page.printed_on.isoformat())
    for other, kind in oracle.relatives(page):
        yield Fact("head.relative", first(other), kind)
        yield Fact("head.relative.age", first(other), age(other.born, page.day), optional=True)
    if oracle.sources_disagree(person):
        yield Fact("head.disagree", "", "yes")
    elif page.day < page.printed_on:
        # Who it is, and that the sources disagree on it, is said as it is known today.
        yield Fact("head.disagree", "", "yes", optional=True)
    if person.died_on:
        yield Fact("head.life", "", f"død {person.died_on.isoformat()}")
    elif person.moved_out_on:
        yield Fact("head.life", "", f"udrejst {person.moved_out_on.isoformat()}", optional=True)
    if guarded:
        yield Fact("head.protected", "", "yes")
        for source in sorted(person.protected_in & page.view.shown):
            knows = {"social": oracle.has_case(person), "employment": person.id in oracle.clients}
            if knows.get(source, True):
                yield Fact("head.protected.by", "", SOURCES[source])
        yield from _protected_by_school(oracle, page)
    if not person.moved_out_on and page.day == page.printed_on:
        yield Fact("head.address", "", MASK if guarded else f"{person.street}, {person.postal_code} {person.town}")
    yield from _course(oracle, page, guarded=any(map(oracle.is_guarded, page.people)))


UNSEEN = "en medarbejder fra et område, du ikke kan se"


def is_seen(employee: Employee, page: Page) -> bool:
    """Whether the page says who it is: only of areas that the reader sees, and oneself."""
    return employee == page.employee or (employee.area is not None and employee.area.value in page.view.shown)


def _course(oracle: Oracle, page: Page, *, guarded: bool) -> Iterator[Fact]:
    if page.course is None:
        yield Fact("head.course", "", "intet sammenhængende forløb")
        return
    yield Fact("head.course", "", page.course.started_on.isoformat())
    team = oracle.team_of(page.course)
    people = f"{len(team)} {'person' if len(team) == 1 else 'personer'}"
    unseen = [employee for employee, _ in team if not is_seen(employee, page)]
    areas = {employee.area for employee, _ in team}
    rest = f"heraf {len(unseen)} fra områder, du ikke kan se"
    rest = rest if unseen else f"{len(areas)} {'område' if len(areas) == 1 else 'områder'}"
    yield Fact("head.team", "", people if len(unseen) == len(team) else f"{people}, {rest}")
    for employee, function in team:
        if employee in unseen:
            words = ", ".join(filter(None, (UNSEEN, FUNCTIONS[function])))
            yield Fact("head.teammate", words, "on the team")
            if function == "lead_coordinator":
                yield Fact("head.lead", "", UNSEEN)
            continue
        unit = UNIT_BY_ID[employee.unit_id or ""]
        parts = [employee.name, employee.title, "" if guarded else unit.name, FUNCTIONS[function]]
        words = ", ".join(dict.fromkeys(part for part in parts if part))
        yield Fact("head.teammate", f"{words}{'' if guarded else f' {unit.phone}'}", "on the team")
        if function == "lead_coordinator":
            yield Fact("head.lead", "", f"{employee.name}, {unit.phone}")


def effort_facts(oracle: Oracle, page: Page, person: Person, effort: Effort, rule: str = "now") -> Iterator[Fact]:
    """One effort that runs: what, for what, by whom, since when, until which follow-up, from which source."""
    masked = oracle.is_guarded(person)
    prefix = f"{first(person)}: " if rule == "column" else about(page, person)
    of = f"{prefix}{effort.title}{f', {effort.extent}' if effort.extent else ''} · {effort.start.isoformat()}"
    unit = UNIT_BY_ID[responsible_unit(effort)]
    titles = [
        employee.title for employee in oracle.staff.employees if employee.worker_ids and employee.name == effort.worker
    ]
    title = titles if effort.area == "social" else []
    names = dict.fromkeys((effort.worker or unit.name, *title, unit.name))
    if masked:
        names = dict.fromkeys((*([effort.worker] if effort.worker else []), MASK))
    mark = stated(oracle, person) if effort.area == "social" else None
    if mark:
        yield Fact(f"{rule}.mark", of, mark)
    told_once = remark(oracle, page, person, effort) if effort.area == "employment" else None
    if told_once:
        yield Fact(f"{rule}.remark", of, told_once)
    yield Fact(f"{rule}.effort", of, effort.area)
    yield Fact(f"{rule}.responsible", of, ", ".join(names))
    if not masked:
        yield Fact(f"{rule}.phone", of, unit.phone)
    performer = MASK if masked else UNIT_BY_ID[effort.unit].name
    yield Fact(f"{rule}.performer", of, performer, optional=effort.area == "health")
    yield Fact(f"{rule}.source", of, AREAS[effort.area])
    yield Fact(f"{rule}.updated", of, effort.start.isoformat())
    if effort.purpose:
        yield Fact(f"{rule}.goal", of, effort.purpose)
    if effort.paragraph:
        yield Fact(f"{rule}.paragraph", of, paragraph(effort.paragraph))
    if effort.recommendation:
        yield Fact(f"{rule}.recommendation", of, effort.recommendation)
    if effort.next_follow_up:
        day = effort.next_follow_up
        yield Fact(f"{rule}.follow_up", of, f"{day.isoformat()}{' passed' if day < page.day else ''}")


def stated(oracle: Oracle, person: Person) -> str | None:
    """Whom the social system says that the citizen is, where that is another; it stands at what the system tells."""
    if not (oracle.has_case(person) and (person.social_family or person.social_born)):
        return None
    born = person.social_born or person.born
    return f"Kilden siger {person.given} {person.social_family or person.family}, født {born.isoformat()}"


def now(oracle: Oracle, page: Page) -> Iterator[Fact]:
    """*Lige nu*: what runs in the family, and what each other area says instead."""
    running = [
        (person, effort) for person in page.people for effort in visible(oracle, page, person) if effort.end is None
    ]
    areas = {effort.area for _, effort in running}
    yield Fact("now.count", "", f"{len(running)} in {len(areas)}" if running else "none")
    if running:
        yield Fact("now.changed", "", max(effort.start for _, effort in running).isoformat())
    for person, effort in running:
        yield from effort_facts(oracle, page, person, effort)
    for area, name in AREAS.items():
        if area in areas or (area == "school" and any(pupils(oracle, page))):
            continue
        state = "none_found" if area in page.view.shown else "withheld"
        yield Fact("now.gap", name, state if area in CONNECTED else "not_covered")
        unit = UNIT_BY_ID[CONTACTS[area]]
        yield Fact("now.contact", name, f"{unit.name}, {unit.phone}")
    for _, effort in running:
        if effort.recommendation:
            yield Fact("talk", effort.recommendation.lower(), "recommended")
    if oracle.sources_disagree(page.person):
        for field in ("efternavnet", "fornavnet", "fødselsdatoen"):
            yield Fact("now.disagree", field, "yes", optional=True)


def columns(oracle: Oracle, page: Page) -> Iterator[Fact]:
    """*Familien*: what runs for each, how many notifications, and who has no column."""
    for person in page.people:
        shown = page.views[person.id].shown
        count = len(oracle.notifications(person))
        yield Fact("column.name", first(person), full(person))
        yield Fact("column.age", first(person), age(person.born, page.day))
        yield Fact("column.notes", first(person), str(count) if "social" in shown else "withheld")
        for effort in visible(oracle, page, person):
            if effort.end is None:
                yield from effort_facts(oracle, page, person, effort, "column")
    yield from column_classes(oracle, page)
    keys = {person.id for person in page.people}
    yield from _left_out(other for other, _ in oracle.relatives(page) if other.id not in keys)


def _left_out(others: Iterable[Person]) -> Iterator[Fact]:
    yield from (Fact("column.left_out", name, "left out") for name in dict.fromkeys(first(other) for other in others))
