"""Walks citizens as every employee of the demo, and collects where a page and the truth disagree."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http import HTTPStatus

from deploy.sandbox.municipality.staff import Employee
from deploy.sandbox.municipality.truth import Person
from schemas.access import Role
from tests.truth import api, oracle_pages
from tests.truth.facts import NOTHING, Difference, Fact, differences
from tests.truth.loading import Client, Loaded, client, end_of
from tests.truth.markup import parsed
from tests.truth.my_citizens import expected_my_citizens, read_my_citizens
from tests.truth.oracle import FIRST_ORDINARY_ID, Oracle, Page, View
from tests.truth.oracle_head import UNSEEN, is_seen
from tests.truth.paper import read_paper
from tests.truth.plan_lines import true_plan
from tests.truth.points import true_ahead, true_points
from tests.truth.reading_pages import PageReader
from tests.truth.searching import expected_lists, expected_search, read_search
from tests.truth.wording import full

SEARCHES = ("Testborger", "Jeppesen", "Overgaard", "Iversen")
"""Family names of people whose stories show what must not go wrong."""
REASON = "Skal vurdere en henvendelse"
FINDER = "anna.holm"
"""Finds the keys of citizens by their whole numbers, in a session of her own."""
KNOWN_BEFORE = timedelta(days=800)
"""So much earlier is the day whose knowledge pages are asked for."""
TELLING = 0.6
"""Of a sample, the share taken from the named people, whose stories show what must not go wrong."""


@dataclass(frozen=True)
class PageDifference:
    """A difference, and where it was found."""

    day: str
    employee: str
    citizen: str
    page: str
    difference: Difference

    def __str__(self) -> str:
        return f"{self.day} {self.employee} · {self.citizen} · {self.page}: {self.difference}"


@dataclass
class Walk:
    """One walk through one municipality."""

    loaded: Loaded
    sample: int
    """Citizens of each kind (team, relation, neither) for each employee."""
    differences: list[PageDifference] = field(default_factory=list)
    pages: int = 0

    def __post_init__(self) -> None:
        not_ours = self.loaded.not_ours
        self.oracle = Oracle(self.loaded.truth, self.loaded.now, not_ours=not_ours)
        self.reader = PageReader(self.loaded.day)
        known_on = self.loaded.day - KNOWN_BEFORE
        then = self.loaded.known_on(known_on)
        self.then = Oracle(then, end_of(known_on), read_on=self.loaded.truth, not_ours=not_ours)
        self.looked: dict[int, set[str]] = {}
        for look in self.oracle.staff.look_ups:
            person = self.oracle.by_number(look.cpr)
            if look.when < self.loaded.now and person:
                self.looked.setdefault(person.id, set()).add(self._name(look.employee))

    def _name(self, key: str) -> str:
        return next(employee.name for employee in self.oracle.staff.employees if employee.id == key)

    def everybody(self) -> None:
        """Walk as each employee, one after the other."""
        with client(self.loaded, FINDER) as finder:
            self._everybody(finder)

    def _everybody(self, finder: Client) -> None:
        for number, employee in enumerate(self.oracle.staff.employees):
            with client(self.loaded, employee.id) as visitor:
                if employee.role is Role.TEAM_MEMBER:
                    self._lists(employee, visitor)
                if employee.role is Role.DPO:
                    log = list(self.reader.times(parsed(visitor.http.get("/tilsyn").text)))
                    self._compare(employee, None, "tilsyn", log, [])
                for person in self._sampled(employee, number):
                    self._citizen(employee, person, visitor, finder)

    def _sampled(self, employee: Employee, number: int) -> Iterator[Person]:
        """Of each kind of right so many; named people more often, others at a distance that differs by employee."""
        kinds: dict[str, list[Person]] = {}
        for person in self.oracle.truth.people:
            kinds.setdefault(self.oracle.view(employee, person).kind, []).append(person)
        for basis, people in kinds.items():
            named = [person for person in people if person.id < FIRST_ORDINARY_ID]
            others = [person for person in people if person.id >= FIRST_ORDINARY_ID]
            if basis == "refused":
                yield from people[:1]
                continue
            share = min(len(named), max(round(self.sample * TELLING), self.sample - len(others)))
            first = number * share % max(len(named), 1)
            turned = named[first:] + named[:first]
            yield from (named if basis == "team" else turned)[:share]
            step = max(len(others) // max(self.sample - share, 1), 1)
            yield from others[number % step :: step][: self.sample - share]

    def _citizen(self, employee: Employee, person: Person, visitor: Client, finder: Client) -> None:
        key = self.loaded.page_of(person, finder)
        if key is None:
            self._add(employee, person, "soeg", Difference("search.number", "", "(ingen)", full(person)))
            return
        opened = self._open(employee, person, visitor, key)
        if opened is None:
            return
        view, overview = opened
        page = self.oracle.page(employee, person, view)
        looked = frozenset(self.looked.get(person.id, set())) - {employee.name}
        true = self._with_units(
            [*oracle_pages.overview(self.oracle, page, looked), *true_points(self.oracle, page)], page
        )
        self._compare(employee, person, "overblik", self.reader.overview(overview), true)
        family, timeline = (self._read(visitor, f"/{side}/{key}") for side in ("familien", "tidslinje"))
        told = self.reader.family(family)
        self._compare(employee, person, "familien", told, oracle_pages.family(self.oracle, page))
        told = self.reader.timeline(timeline)
        true = [
            *oracle_pages.timeline(self.oracle, page),
            *true_ahead(self.oracle, page),
            *true_plan(self.oracle, page),
        ]
        self._compare(employee, person, "tidslinje", told, true)
        for side in (overview, family, timeline):
            self._compare(employee, person, "papir", list(read_paper(side, self.loaded.day)), [])
        answer = visitor.http.get(f"/api/overblik/{key}")
        self._compare(employee, person, "api", api.read_answer(answer.json()), api.expected_answer(self.oracle, page))
        self._known_then(employee, page, visitor, key)
        printed = visitor.browser.post(f"/overblik/{key}/udskrift", side="overblik")
        if printed.status_code != HTTPStatus.NO_CONTENT:
            self._add(employee, person, "udskrift", Difference("print", "", f"answers {printed.status_code}", "noted"))
        self.pages += 1
        for member in page.people:
            self.looked.setdefault(member.id, set()).add(employee.name)

    def _known_then(self, employee: Employee, page: Page, visitor: Client, key: str) -> None:
        """The timeline and its twin, of what was known on an earlier day."""
        day = self.then.day
        then = self.then.known_then(page, self.oracle)
        if then is None:
            return
        timeline = PageReader(day).timeline(self._read(visitor, f"/tidslinje/{key}?kendt={day}"))
        true = [*oracle_pages.timeline(self.then, then), *true_plan(self.then, then)]
        self._compare(employee, page.person, f"tidslinje {day}", timeline, true)
        answer = visitor.http.get(f"/api/tidslinje/{key}?kendt={day}").json()
        self._compare(
            employee, page.person, f"api {day}", api.read_answer(answer), api.expected_answer(self.then, then)
        )

    def _read(self, visitor: Client, address: str) -> str:
        answer = visitor.http.get(address)
        assert answer.status_code == HTTPStatus.OK, (address.split("/")[1], answer.status_code)
        self.pages += 1
        return answer.text

    def _open(self, employee: Employee, person: Person, visitor: Client, key: str) -> tuple[View, str] | None:
        """With which right *Overblik* opens, and the page; None: not at all."""
        view, address = self.oracle.view(employee, person), f"/overblik/{key}"
        answer = visitor.http.get(address)
        if answer.status_code == HTTPStatus.OK:
            if view.basis in {"override", "refused"}:
                self._add(employee, person, "adgang", Difference("open", "", "opens", view.basis))
            return view, answer.text
        said = "override" if parsed(answer.text).all("textarea") else "refused"
        if said != view.basis:
            right = "opens for " + view.basis
            self._add(employee, person, "adgang", Difference("open", "", f"asks for a reason: {said}", right))
        api_status = visitor.http.get(f"/api/overblik/{key}").status_code
        if api_status != HTTPStatus.FORBIDDEN:
            self._add(employee, person, "api", Difference("open", "", f"answers {api_status}", said))
        if said == "refused":
            return None
        is_named, is_known = full(person) in parsed(answer.text).text(), self.oracle.is_known_to(employee, person)
        if is_named is not is_known:
            said, true = (full(person) if named else NOTHING for named in (is_named, is_known))
            self._add(employee, person, "grund", Difference("reason.name", "", said, true))
        answer = visitor.browser.post(f"{address}/grund", purpose="case_work", reason=REASON, side="overblik")
        assert answer.status_code == HTTPStatus.OK
        own = employee.area.value if employee.area else ""
        return View("override", self.oracle.override_areas(own)), answer.text

    def _with_units(self, facts: list[Fact], page: Page) -> list[Fact]:
        """Who has looked, with the unit; nobody of an area that is not shown, and no unit beside somebody protected."""
        has_units = not any(map(self.oracle.is_guarded, page.people))
        known = {employee.name: employee for employee in self.oracle.staff.employees}

        def named(fact: Fact) -> Fact:
            employee = known[fact.subject]
            if not is_seen(employee, page):
                return replace(fact, subject=UNSEEN)
            return replace(fact, subject=f"{fact.subject}, {self.oracle.unit_name(employee)}") if has_units else fact

        seen = dict.fromkeys(named(fact) for fact in facts if fact.rule == "seen")
        return [*(fact for fact in facts if fact.rule != "seen"), *seen]

    def _lists(self, employee: Employee, visitor: Client) -> None:
        page = visitor.http.get("/mine-borgere").text
        said, true = read_my_citizens(self.reader, page), expected_my_citizens(self.oracle, employee)
        self._compare(employee, None, "mine-borgere", said, true)
        answer = visitor.http.get("/api/mine-borgere").json()
        self._compare(
            employee, None, "api/mine-borgere", api.read_my_citizens(answer), api.expected_listed(self.oracle, employee)
        )
        for words in SEARCHES:
            html = visitor.browser.post("/soeg", text=words).text
            said, true = read_search(self.reader, html), expected_search(self.oracle, employee, words)
            true += expected_lists(self.oracle, employee, words, said)
            self._compare(employee, None, f"soeg «{words}»", said, true)
            said = api.read_search(visitor.search(words))
            rules = {"search.hit", "search.place", "search.relative", "search.right", "search.born", "search.område"}
            true = [fact for fact in true if fact.rule in rules]
            self._compare(employee, None, f"api/soeg «{words}»", said, true)

    def _compare(
        self, employee: Employee, person: Person | None, page: str, said: list[Fact], true: list[Fact]
    ) -> None:
        for difference in differences(said, true):
            self._add(employee, person, page, difference)

    def _add(self, employee: Employee, person: Person | None, page: str, difference: Difference) -> None:
        citizen = full(person) if person else ""
        self.differences.append(PageDifference(self.loaded.day.isoformat(), employee.id, citizen, page, difference))
