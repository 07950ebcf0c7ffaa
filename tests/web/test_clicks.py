"""How many clicks the tasks of every day take, from Mine borgere on; typing is none. And 500 lines on a timeline."""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Locator, Page

from hub.course import meeting_repository, plan_repository
from hub.course.meeting_rules import planned_text
from schemas.meeting import MeetingKind, MeetingPlan, PlannedCitizen
from schemas.plan import GoalProgress, NewEntry, NewProgress, PlanKind, PlanText
from tests.web import maja
from tests.web.chromium import MARKS, PICTURES, comes, enter
from tests.web.conftest import Town

MOST_CLICKS = {
    "open before a meeting": 1,
    "add a member": 3,
    "write an agreement": 3,
    "enter progress": 4,
    "hold a meeting": 4,
}
"""``docs/brug/medarbejder.md`` has the same numbers; a choice among several is a click, too."""
LINES = 500


def with_chromium(test: Callable[..., None]) -> Callable[..., None]:
    """Skip and group the test as those of a browser."""
    for mark in MARKS:
        test = mark(test)
    return test


class Hand:
    """Clicks, and counts it."""

    def __init__(self, page: Page) -> None:
        self._page, self.clicks = page, 0
        page.goto("/mine-borgere")

    def click(self, target: Locator) -> None:
        target.click()
        self.clicks += 1

    def link(self, name: str) -> None:
        self.click(self._page.locator("main, header").get_by_role("link", name=name).first)


def _write_goal(town: Town, progress: int = 0) -> None:
    goal, ida = uuid4(), town.ids[maja.IDA]
    with town.context.database.transaction() as session:
        new = NewEntry(kind=PlanKind.GOAL, text=PlanText(words="Ida er i skole hver dag", who="Ida"))
        written_at = datetime(2023, 3, 12, 9, tzinfo=UTC)
        plan_repository.add_entry(session, town.course_id, ida, goal, new, by="anna.holm", now=written_at)
        for number in range(progress):
            day = date(2023, 9, 1) - timedelta(days=13 * number)
            words = f"Det gik sådan i uge {number}"
            said = NewProgress(progress=list(GoalProgress)[number % 4], on_day=day, words=words)
            plan_repository.add_progress(session, goal, said, by="anna.holm", now=written_at)


def _plan_meeting(town: Town) -> None:
    now = town.clock.now()
    plan = MeetingPlan(
        kind=MeetingKind.TEAM,
        starts_at=now + timedelta(hours=1),
        ends_at=now + timedelta(hours=2),
        citizens=(PlannedCitizen(citizen_id=town.ids[maja.IDA]),),
    )
    with town.context.database.transaction() as session:
        said = planned_text(plan, ())
        meeting_repository.add_meeting(session, town.course_id, uuid4(), said, by="anna.holm", now=now)


def _open_before_a_meeting(hand: Hand, page: Page) -> None:
    hand.link("Ida Testborger")
    comes(page.locator("h1"), "Ida Testborger")


def _add_a_member(hand: Hand, page: Page) -> None:
    hand.link("Forløb og team")
    page.get_by_label("Medarbejderens navn").fill("Ole Bruun")
    page.keyboard.press("Enter")
    page.get_by_label("Hvorfor er der brug for medarbejderen?").fill("Sundhedsplejen følger Ida")
    for legend in ("Hvem?", "Som hvad?", "Hvad siger borgeren?"):
        choices = page.get_by_role("group", name=legend).last.get_by_role("radio")
        if not choices.and_(page.locator(":checked")).count():
            hand.click(choices.first)
    hand.click(page.get_by_role("button", name="Sæt på teamet"))
    comes(page.locator("[aria-labelledby=team]"), "Ole Bruun")


def _write_an_agreement(hand: Hand, page: Page) -> None:
    hand.link("Plan for Ida")
    hand.click(page.get_by_text("Skriv en aftale"))
    form = page.locator('form:has(input[value="agreement"])')
    form.get_by_label("Hvad er aftalt?").fill("Først skole, så praktik")
    form.get_by_label("Hvem gør det?").fill("Ida")
    form.get_by_label("Senest den").fill("2023-12-20")
    hand.click(form.get_by_role("button", name="Gem i planen"))
    comes(page.locator("main"), "Først skole, så praktik")


def _enter_progress(hand: Hand, page: Page) -> None:
    hand.link("Plan for Ida")
    hand.click(page.get_by_text("Skriv, hvordan det går").first)
    form = page.locator('form[action$="/fremgang"]').first
    hand.click(form.get_by_role("radio", name="Bedre"))
    form.get_by_label("Med egne ord").fill("Hun kommer tre dage om ugen")
    hand.click(form.get_by_role("button", name="Gem"))
    comes(page.locator("main"), "Hun kommer tre dage om ugen")


def _hold_a_meeting(hand: Hand, page: Page) -> None:
    """The team came, as is expected; that the citizen did, and agrees, is said by a click each."""
    hand.click(page.locator("[aria-labelledby=meetings-today] a[href^='/moeder/']").first)
    hand.click(page.get_by_role("group", name="Var borgeren med?").get_by_role("checkbox"))
    page.get_by_label("Beslutning 1: hvad?").fill("Skolen ringer hver fredag")
    page.get_by_label("Beslutning 1: hvem gør det?").fill("Mads")
    page.get_by_label("Beslutning 1: senest hvornår?").fill("2023-12-20")
    hand.click(page.get_by_label("Beslutning 1: borgeren er med på det"))
    page.get_by_label("Kort referat").fill("Vi talte om skolen")
    hand.click(page.get_by_role("button", name="Gem og luk mødet"))
    comes(page.locator("[aria-labelledby=minutes]"), "Vi talte om skolen")
    comes(page.locator("[aria-labelledby=decided]"), "Skolen ringer hver fredag")


TASKS = {
    "open before a meeting": _open_before_a_meeting,
    "add a member": _add_a_member,
    "write an agreement": _write_an_agreement,
    "enter progress": _enter_progress,
    "hold a meeting": _hold_a_meeting,
}


@with_chromium
def test_the_tasks_of_every_day_take_few_clicks(chromium: Chromium, town: Town) -> None:
    _write_goal(town)
    _plan_meeting(town)
    page = enter(chromium, town, "anna.holm")
    clicks = {}
    for name, task in TASKS.items():
        hand = Hand(page)
        task(hand, page)
        clicks[name] = hand.clicks
    assert clicks.keys() == MOST_CLICKS.keys()
    assert all(clicks[name] <= most for name, most in MOST_CLICKS.items()), clicks


@with_chromium
def test_500_lines_are_drawn_and_how_long_it_takes_is_kept(chromium: Chromium, town: Town) -> None:
    _write_goal(town, LINES)
    address = f"/tidslinje/{town.ids[maja.IDA]}"
    anna = town.client("anna.holm")
    anna.get(address)
    began = time.monotonic()
    anna.get(address)
    server = 1000 * (time.monotonic() - began)
    page = enter(chromium, town, "anna.holm")
    page.goto(address)
    assert page.locator("#timeline-rows tbody tr").count() > LINES
    assert page.locator("svg.lane svg").count() > LINES
    browser = page.evaluate(
        """() => new Promise(done => requestAnimationFrame(() => setTimeout(() => {
            const [at] = performance.getEntriesByType("navigation");
            done([at.domContentLoadedEventEnd - at.responseEnd, at.domComplete - at.responseEnd]);
        })))"""
    )
    PICTURES.mkdir(exist_ok=True)
    figures = f"server {server:.0f} ms, read {browser[0]:.0f} ms, drawn {browser[1]:.0f} ms after the answer\n"
    (PICTURES / "timeline-500.txt").write_text(figures, encoding="utf-8")
