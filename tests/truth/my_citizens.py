"""*Mine borgere*: what it says and what it should say, as facts."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from deploy.sandbox.municipality.appointments import TITLE
from deploy.sandbox.municipality.meetings import ENDS, STARTS
from deploy.sandbox.municipality.notifications import PROFESSIONALS
from deploy.sandbox.municipality.staff import Course, Employee
from deploy.sandbox.municipality.truth import Notification, Person
from hub.clock import DANISH_TIME
from schemas.source import Area
from tests.truth.facts import Fact
from tests.truth.markup import Node, parsed
from tests.truth.oracle import Oracle, Page
from tests.truth.oracle_contacts import plans
from tests.truth.oracle_employment import news_items, registered_on
from tests.truth.oracle_head import AREAS, visible
from tests.truth.oracle_pages import news, notifications, seen_until, sender, whom
from tests.truth.oracle_school import school_news
from tests.truth.reading import Reader, bag
from tests.truth.still_lines import read_still, true_still
from tests.truth.transitions import full_age, read_transition, true_transitions
from tests.truth.wording import age, distance, first, full, within

FUNCTIONS = {
    "lead_coordinator": "tovholder",
    "citizen_coordinator": "borgerkoordinator",
    "member": "medlem af teamet",
}
GOALS = {"citizen_wish": "borgerens ord", "goal": "mål", "strength": "styrke"}
RECEIPT_DAYS, FRIDAY = 6, 5
SHOWN = 3
"""So many lines of news a family has."""
FORGOTTEN = timedelta(days=61)
NOBODY = "Du er ikke på noget team endnu"


def read_my_citizens(reader: Reader, html: str) -> list[Fact]:
    """What the page says."""
    page = parsed(html)
    found = list(reader.times(page))
    line = page.first("div", "headline").first("p", "sub").text()
    said = re.match(r"(\d+) forløb med (\d+) borgere?", line)
    if said:
        found.append(Fact("mine.count", "", f"{said.group(1)} with {said.group(2)}"))
    never = re.search(r"(\d+) forløb har du ikke åbnet før|Du har ikke åbnet (?:det|dem|nogen af dem) før", line)
    unopened = (never.group(1) or (said.group(1) if said else "?")) if never else "0"
    found.append(Fact("mine.unopened", "", unopened))
    for link in page.first("nav", "filters").all("a"):
        choice = re.fullmatch(r"(.+) \((\d+)\)", link.text())
        found.append(
            Fact("mine.filter", choice.group(1), choice.group(2)) if choice else reader.unread("filter", link.text())
        )
    found += [reader.unread("source", node.text()) for node in page.first("div", "headline").all("p", "incomplete")]
    passed = re.search(r"(\d+) opfølgning(?:er)? er (?:passeret|overskredet)", line)
    found.append(Fact("mine.passed", "", passed.group(1) if passed else "0"))
    news = re.search(r"[Nn]yt i (\d+)", line)
    calm = "intet nyt" in line.lower()
    found.append(Fact("mine.news", "", news.group(1) if news else "intet nyt" if calm else "nothing said"))
    birthdays = [row for section in page.all("section") for row in section.all("li", "clock")
                 if section.first("h2").text() == "Fylder 18 inden for et år"]  # fmt: skip
    for row in birthdays:
        when = re.fullmatch(r"fylder 18 den (.+), (?:om .+|i dag|i morgen)", row.direct("span")[0].text())
        name = row.first("a").text()
        found.append(Fact("mine.adult", name, reader.day(when.group(1))) if when else reader.unread("birthday", name))
    for clock in (row for row in page.all("li", "clock") if row not in birthdays):
        words = re.fullmatch(r"Underretning fra (.+), modtaget (.+?)(?:: |\. )(.+)", clock.direct("span")[0].text())
        sort = _clock(reader, words.group(3)) if words else None
        if words is None or sort is None:
            found.append(reader.unread("clock", clock.text()))
            continue
        of = f"{reader.day(words.group(2))} · {words.group(1)}"
        found.append(Fact("mine.clock", of, sort))
    for row in page.all("li", "meeting"):
        found.append(Fact("mine.meeting", "", row.text()))
    for row in page.all("li", "course"):
        found += _row(reader, row)
    return found


def _clock(reader: Reader, words: str) -> str | None:
    """Which clock it is, whose, and until when."""
    for pattern, value in (
        (r"skal vurderes senest .+ kl\. (\d\d\.\d\d)", "assess before {0}"),
        (r"fristen for vurdering udløb .+", "assessment overdue"),
        (r"kvittering skal sendes senest den (.+)", "receipt by {0}"),
        (r"ingen kvittering er registreret; den skulle være sendt senest den (.+)", "no receipt by {0}"),
        (r"om (?:.+) er orienteret om udfaldet, er ikke oplyst", "not known to be informed"),
        (r"Social- og familieforvaltningen vurderer den senest .+ kl\. (\d\d\.\d\d)\.", "others assess before {0}"),
        (r"Social- og familieforvaltningen vurderer den; fristen udløb .+\.", "others are overdue"),
    ):
        found = re.fullmatch(pattern, words)
        if found:
            return value.format(*(reader.day(part) for part in found.groups()))
    return None


def _row(reader: Reader, row: Node) -> Iterator[Fact]:
    people, since, follow_up, areas = row.direct("div")
    names = [link.text() for link in people.first("h2").all("a")]
    of = names[0] if names else "?"
    for name, years in zip(names, people.all("span", "age"), strict=True):
        yield Fact("mine.person", name, years.text().removeprefix(", "))
    yield Fact("mine.function", of, people.first("span", "k").text().removeprefix("Du er "))
    day, whose = follow_up.text("span"), follow_up.all("span", "k")[1:]
    passed = day.startswith("passeret ")
    value = day if passed else f"{reader.day(day)}, {day.partition(', ')[2]}"
    yield Fact("mine.follow_up", of, f"{value} · {whose[0].text()}" if whose else day)
    for area in areas.all("span", "edge"):
        yield Fact("mine.area", of, area.text())
    for heading, lines in zip(_headings_of_lists(since), since.all("ul", "news"), strict=True):
        for text in (item.text("details") for item in lines.direct("li")):
            if heading == "Står stille":
                yield read_still(of, text, reader.day) or reader.unread("still", text)
                continue
            if heading == "På vej" and (fact := read_transition(text, reader.day)):
                yield Fact(f"mine.{fact.rule}", f"{of}: {fact.subject}", fact.value)
                continue
            yield reader.unread("upcoming", text) if heading == "På vej" else _news(reader, of, text)
    words = since.text()
    known = (
        r"Siden sidst (Intet nyt siden|Du har ikke åbnet siden før)",
        r"(Siden du så efter|Nyt siden)",
    )
    latest = re.search(r"Du har ikke åbnet siden før\. Senest: (.+), (.+)$", since.text("ul"))
    if latest:
        yield Fact("mine.latest", f"{of}: {bag(latest.group(1))}", reader.day(latest.group(2)))
    told = re.search(r"(Intet nyt|Nyt) siden ((?:\d+\. \w+\.?(?: \d{4})?)|i dag|i går)", since.text("ul"))
    if told:
        yield Fact("mine.since", of, f"{told.group(1)} {reader.day(told.group(2))}")
    looked = next((found.group(1) for pattern in known if (found := re.match(pattern, words))), None)
    if looked is None:
        yield reader.unread("since", words)
        return
    yield Fact("mine.looked", of, "never" if looked.startswith("Du har ikke") else "has looked")


def _news(reader: Reader, of: str, text: str) -> Fact:
    more = re.fullmatch(r"og (\d+) til", text)
    if more:
        return Fact("mine.more", of, more.group(1))
    fact = reader.change(text, "mine")
    return Fact(fact.rule, f"{of}: {fact.subject}", fact.value) if fact.rule.startswith("mine.") else fact


def _headings_of_lists(since: Node) -> list[str]:
    """The words before each list; before text that is no list, *Siden sidst*."""
    return [node.text() for node in since.direct("span") if "k" in node.classes and node.text() != "Siden sidst"]


def expected_my_citizens(oracle: Oracle, employee: Employee) -> list[Fact]:
    """What it should say."""
    courses = [
        (course, functions)
        for course in oracle.courses
        if (functions := [function for member, function in oracle.team_of(course) if member == employee])
        and any(oracle.view(employee, person).is_team for person in oracle.members(course))
    ]
    found: list[Fact] = [
        Fact("mine.adult", full(person), full_age(person).isoformat())
        for person in oracle.truth.people
        if oracle.view(employee, person).basis == "named_worker" and _is_17(oracle, person) and not person.died_on
    ]
    passed, new, count, unopened, still = 0, 0, 0, 0, 0
    for course, functions in courses:
        people = [person for person in oracle.members(course) if oracle.view(employee, person).is_team]
        found += _meetings(oracle, course, people)
        count += len(people)
        of = full(people[0])
        found += [Fact("mine.person", full(person), age(person.born, oracle.day)) for person in people]
        found.append(Fact("mine.function", of, FUNCTIONS[functions[0]]))
        for person in people:
            ahead = true_transitions(oracle, person, oracle.view(employee, person).shown)
            found += [
                Fact(f"mine.{fact.rule}", f"{of}: {fact.subject}", fact.value, fact.optional)
                for fact in dict.fromkeys(ahead)
            ]
        waits = list(true_still(course, people, of, oracle.day))
        found += waits
        still += bool(waits)
        day, facts = _work(oracle, employee, course, of)
        found += facts
        passed += day
        seen = seen_until(oracle, employee, people)
        unopened += not seen
        found.append(Fact("mine.looked", of, "has looked" if seen else "never"))
        lines = list(_lines(oracle, employee, people, seen)) if seen else []
        found += [Fact(fact.rule, f"{of}: {fact.subject}", fact.value, fact.optional) for fact in lines]
        if seen:
            has_news = _has_news(oracle, employee, people, seen)
            new += has_news
            since = min(seen.values()).astimezone(DANISH_TIME).date()
            found.append(Fact("mine.since", of, f"{'Nyt' if has_news else 'Intet nyt'} {since}"))
            found.append(Fact("mine.more", of, " | ".join(map(str, range(1, 99))), optional=True))
        else:
            found += _latest(oracle, employee, people, of)
    found += _filters(found, len(courses), new, unopened, passed, still)
    if courses:
        found.append(Fact("mine.count", "", f"{len(courses)} with {count}"))
    # Nobody may be told "nothing new" about a family never looked at.
    calm = "nothing said" if unopened or not courses else "intet nyt | nothing said"
    found.append(Fact("mine.unopened", "", str(unopened)))
    found += [Fact("mine.passed", "", str(passed)), Fact("mine.news", "", str(new) if new else calm)]
    return [*found, *_clocks(oracle, employee, [course for course, _ in courses])]


def _meetings(oracle: Oracle, course: Course, people: list[Person]) -> Iterator[Fact]:
    """The course's meetings of the day; who may be opened is named."""
    names = [first(person) for person in people]
    for line in course.meetings:
        if line.day == oracle.day:
            about = f"{', '.join(names[:-1])} og {names[-1]}" if names[1:] else names[0]
            yield Fact("mine.meeting", "", f"kl. {STARTS}.00-{ENDS}.00 med {about}")


def _is_17(oracle: Oracle, person: Person) -> bool:
    return age(person.born, oracle.day) == "17 år"


def _filters(found: list[Fact], courses: int, new: int, unopened: int, passed: int, still: int) -> Iterator[Fact]:
    """How many families each choice leaves."""
    if not courses:
        return
    yield Fact("mine.filter", "Alle", str(courses))
    areas = Counter(fact.value for fact in found if fact.rule == "mine.area")
    choices = {"Nyt": new, "Ikke åbnet før": unopened, "Opfølgning overskredet": passed, "Står stille": still, **areas}
    yield from (Fact("mine.filter", choice, str(count)) for choice, count in choices.items() if count)


def _lines(oracle: Oracle, employee: Employee, people: list[Person], seen: dict[int, datetime]) -> Iterator[Fact]:
    """What is new, each line once however many of the family it is about; three of them are shown."""
    told = {fact for person in people for fact in news(oracle, oracle.page(employee, person), seen, "mine")}
    needed = [fact for fact in told if not fact.optional]
    yield from (replace(fact, optional=fact.optional or len(needed) > SHOWN) for fact in sorted(told))


def _latest(oracle: Oracle, employee: Employee, people: list[Person], of: str) -> Iterator[Fact]:
    """What may be told as the latest of a family that was never opened: anything, on a day it was registered."""
    days: dict[str, set[str]] = {}
    for person in people:
        page, name = oracle.page(employee, person), first(person)
        for note in notifications(oracle, page):
            moments = (note.received, note.assessed)
            told = {moment.astimezone(DANISH_TIME).date() for moment in moments if moment}
            told |= {day for day in (note.receipt_on, note.informed_on, note.outcome_on) if day}
            words = f"underretning fra {within(sender(note))} om {whom(oracle, note)}"
            days.setdefault(bag(words), set()).update(map(str, told))
        for effort in visible(oracle, page, person):
            ends = {effort.end, effort.end - timedelta(days=1)} if effort.end else set()
            words = bag(f"{within(effort.title)} for {name}")
            days.setdefault(words, set()).update(str(day) for day in {effort.start, *ends})
        for goal in oracle.goals(person) if page.views[person.id].shown else ():
            told = {goal.stated_on, *(day for day, _ in goal.assessments)}
            days.setdefault(bag(f"{GOALS[goal.kind]} {goal.text} ({name})"), set()).update(map(str, told))
        for words, told_on in _other_entries(oracle, page, person):
            days.setdefault(bag(f"{words} for {name}"), set()).update(map(str, told_on))
    for words, registered in days.items():
        yield Fact("mine.latest", f"{of}: {words}", " | ".join(sorted(registered)), optional=True)


def _other_entries(oracle: Oracle, page: Page, person: Person) -> Iterator[tuple[str, list[date]]]:
    """What is no notification, effort or goal, and the days on which it may have been registered."""
    case = oracle.case(person) if "social" in page.view.shown else None
    if case:
        yield within(case.title), [case.opened_on]
    yield from ((within(plan.title), [plan.start]) for _, plan in plans(oracle, page))
    labels = {"Nyt fravær": "fravær ", "Ny frist": "frist "}
    yield from ((f"{labels.get(kind, '')}{words}", [day]) for words, kind, day in news_items(oracle, page, person))
    yield from school_news(oracle, page, person)
    if "health" in page.view.shown:
        yield from ((within(contact.title), [contact.day]) for contact in oracle.contacts(person))
        yield from ((within(TITLE), [registered_on(each, page.day)]) for each in oracle.agreed(person))


def _has_news(oracle: Oracle, employee: Employee, people: list[Person], seen: dict[int, datetime]) -> bool:
    for person in people:
        page, since = oracle.page(employee, person), seen[person.id]
        begun = [effort.start for effort in oracle.efforts(person) if effort.area in page.view.shown]
        if any(note.received > since for note in notifications(oracle, page)):
            return True
        if any(day > since.date() for day in begun):
            return True
        said = [goal for goal in oracle.goals(person) if goal.area in page.view.shown]
        if any(max([goal.stated_on, *(day for day, _ in goal.assessments)]) > since.date() for goal in said):
            return True
    return False


def _work(oracle: Oracle, employee: Employee, course: Course, of: str) -> tuple[bool, list[Fact]]:
    """The next follow-up of the family and the areas in which something runs."""
    running = [
        (person, effort)
        for person in oracle.members(course)
        for effort in oracle.running(person)
        if oracle.view(employee, person).is_team and effort.area in oracle.view(employee, person).shown
    ]
    areas = [
        Fact("mine.area", of, name) for area, name in AREAS.items() if area in {effort.area for _, effort in running}
    ]
    followed = [(effort.next_follow_up, effort.title, first(person)) for person, effort in running]
    followed += [
        (plan.due, plan.title, first(person))
        for person in oracle.members(course)
        for plan in oracle.truth.plans
        if plan.person == person.id and plan.area == "social" and not plan.end and plan.start <= oracle.day
        if oracle.view(employee, person).is_team and plan.area in oracle.view(employee, person).shown
    ]
    due = sorted((day, title, name) for day, title, name in followed if day)
    if not due:
        said = "dato ikke oplyst af kilden" if running else "ingen indsats i gang"
        return False, [Fact("mine.follow_up", of, said), *areas]
    day, title, name = due[0]
    when = distance(day, oracle.day)
    value = f"passeret {when}" if day < oracle.day else f"{day.isoformat()}, {when}"
    return day < oracle.day, [Fact("mine.follow_up", of, f"{value} · {name}: {title}"), *areas]


def _clocks(oracle: Oracle, employee: Employee, courses: list[Course]) -> Iterator[Fact]:
    for course in courses:
        pages = [oracle.page(employee, person) for person in oracle.members(course)]
        for note in {note.id: note for page in pages for note in notifications(oracle, page)}.values():
            came = note.received.astimezone(DANISH_TIME).date()
            of, is_own = f"{came} · {within(sender(note))} om {whom(oracle, note)}", employee.area is Area.SOCIAL
            due = note.received.astimezone(UTC) + timedelta(hours=24)
            if not (note.assessed or note.outcome) and oracle.now - due < FORGOTTEN:
                clock, is_late = f"{due.astimezone(DANISH_TIME):%H.%M}", due < oracle.now
                if is_own:
                    yield Fact("mine.clock", of, "assessment overdue" if is_late else f"assess before {clock}")
                else:
                    yield Fact("mine.clock", of, "others are overdue" if is_late else f"others assess before {clock}")
            last = _after_working_days(came)
            if is_own and not note.receipt_on and oracle.day - last <= FORGOTTEN:
                yield Fact("mine.clock", of, f"{'no receipt' if last < oracle.day else 'receipt'} by {last}")
            if is_own and _is_informing(oracle, note):
                yield Fact("mine.clock", of, "not known to be informed")


def _is_informing(oracle: Oracle, note: Notification) -> bool:
    """Whether a professional is to be told what was decided lately, and nothing says that it was done."""
    if not note.outcome or not note.outcome_on or note.informed_on or note.notifier not in PROFESSIONALS:
        return False
    return oracle.now - datetime.combine(note.outcome_on, time.min, DANISH_TIME) < FORGOTTEN


def _after_working_days(day: date) -> date:
    """The sixth working day after; weekends are none, holidays do not occur in what is compared."""
    for _ in range(RECEIPT_DAYS):
        day += timedelta(days=1)
        while day.isoweekday() > FRIDAY:
            day += timedelta(days=1)
    return day
