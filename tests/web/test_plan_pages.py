"""Borgerens plan: written by the team together, nothing of anybody lost, read by nobody else; on paper and as PDF."""

import re
from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from uuid import UUID, uuid4

from playwright.sync_api import Browser as Chromium

from hub.audit.repository import list_entries
from hub.course import plan_repository
from schemas.access import AuditAction, AuditOutcome
from schemas.plan import CitizenPlan
from tests.web import maja
from tests.web.chromium import MARKS, WIDTHS, comes, enter
from tests.web.conftest import Town
from tests.web.page_checks import faults_of
from tests.web.serving import Browser

WISH = {"kind": "wish", "words": "Jeg vil passe børn i en børnehave", "who": "Ida"}
GOAL = {"kind": "goal", "words": "Ida er i skole hver dag", "who": "Ida og Lene", "due_on": "2023-12-01"}
AGREEMENT = {
    "kind": "agreement",
    "words": "Går hun i skole, er hun i praktik én dag om ugen med 300 kr. i belønning",
    "who": "Ida og Lene Friis",
    "due_on": "2023-10-01",
}
CPR = "150786-4002"


def with_chromium(test: Callable[..., None]) -> Callable[..., None]:
    """Skip and group the test as those of a browser."""
    for mark in MARKS:
        test = mark(test)
    return test


def _text(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def _plan(town: Town, citizen_id: UUID) -> CitizenPlan:
    with town.context.database.transaction() as session:
        return plan_repository.read_plan(session, town.course_id, citizen_id)


def _write_plan(browser: Browser, address: str) -> UUID:
    """Ida's plan as she and the team write it; the key of the goal."""
    goal = uuid4()
    browser.post(f"{address}/ny", **WISH, key=str(uuid4()))
    for _ in range(2):  # sent twice it stands once
        assert "Det står i planen nu." in browser.post(f"{address}/ny", **GOAL, key=str(goal)).text
    browser.post(f"{address}/ny", **AGREEMENT, goal=str(goal), key=str(uuid4()))
    strength = {"kind": "strength", "words": "Hun er tålmodig med små børn", "who": "moster"}
    browser.post(f"{address}/ny", **strength, key=str(uuid4()))
    concern = {"kind": "concern", "words": f"Hun mister modet, {CPR}", "who": "skolen"}
    browser.post(f"{address}/ny", **concern, key=str(uuid4()))
    sub_goal = {"kind": "sub_goal", "words": "Til time om mandagen", "who": "Mads", "goal": str(goal)}
    browser.post(f"{address}/ny", **sub_goal, key=str(uuid4()))
    return goal


def test_the_plan_is_written_together_and_progress_is_entered_by_people(town: Town) -> None:
    ida = town.ids[maja.IDA]
    address = f"/plan/{ida}"
    anna, lene = town.client("anna.holm"), town.client("lene.friis")
    assert "Borgerens egne ord mangler" in anna.get(address).text
    with town.context.database.transaction() as session:
        named = [logged.entry for logged in list_entries(session) if "shown_on" in logged.entry.details]
    assert {line.citizen_id for line in named} == {town.ids[maja.MAJA], town.ids[maja.EMIL]}, "who is named has a line"
    goal = _write_plan(anna, address)
    text = _text(lene.get(address).text)
    assert text.index("Jeg vil passe børn") < text.index("Ida er i skole hver dag") < text.index("Det, der virker")
    assert "Ikke vurderet endnu" in text
    assert CPR not in text
    assert "Skriv, hvornår aftalen" in anna.post(f"{address}/ny", **{**AGREEMENT, "due_on": ""}, key=str(uuid4())).text

    progress = {"progress": "unchanged", "on_day": "2023-09-12", "words": "Hun er der to dage om ugen"}
    answer = lene.post(f"{address}/post/{goal}/fremgang", **{**progress, "on_day": "2023-09-13"})
    assert "Dagen er ikke kommet endnu" in answer.text
    assert "Hun er der to dage om ugen" in answer.text, "nothing typed is lost"
    for _ in range(2):
        lene.post(f"{address}/post/{goal}/fremgang", **progress)
    reached = {"progress": "reached", "on_day": "2023-09-12", "words": "100 procent i august"}
    text = _text(anna.post(f"{address}/post/{goal}/fremgang", **reached).text)
    assert "Nået : 100 procent i august Anna Holm, 12. sep. 2023" in text
    (stored,) = [entry for entry in _plan(town, ida).entries if entry.id == goal]
    assert [(each.progress.value, each.by) for each in stored.progress] == [
        ("reached", "Anna Holm"),
        ("unchanged", "Lene Friis"),
    ]
    assert "Uændret" in anna.get(f"{address}/post/{goal}").text, "what was said before stays"


def test_two_who_write_at_once_lose_nothing(town: Town) -> None:
    ida = town.ids[maja.IDA]
    address = f"/plan/{ida}"
    anna, lene = town.client("anna.holm"), town.client("lene.friis")
    goal = _write_plan(anna, address)
    form = {"version": "1", "who": "Ida", "due_on": "2023-12-01", "state": "open"}
    entry = f"{address}/post/{goal}"
    anna.post(f"{entry}/ret", **form, words="Ida er i skole fire dage om ugen")
    for _ in range(2):
        page = lene.post(f"{entry}/ret", **form, words="Ida er i skole, når hun kan").text
        text = _text(page)
        assert "En anden har rettet det her" in text
        assert "Det står der nu Ida er i skole fire dage om ugen Anna Holm" in text
        assert "Ida er i skole, når hun kan</textarea>" in page
        assert 'name="version" value="2"' in page
    lene.post(f"{entry}/ret", **{**form, "version": "2"}, words="Ida er i skole fire dage om ugen, når hun kan")
    (stored,) = [each for each in _plan(town, ida).entries if each.id == goal]
    assert [(each.version, each.by) for each in stored.versions] == [
        (3, "Lene Friis"),
        (2, "Anna Holm"),
        (1, "Anna Holm"),
    ]
    history = _text(lene.get(entry).text)
    for words in ("fire dage om ugen, når hun kan", "fire dage om ugen Anna", "Ida er i skole hver dag"):
        assert words in history


def test_efforts_serve_goals_and_are_shown_to_those_who_may_see_them(town: Town) -> None:
    ida = town.ids[maja.IDA]
    address = f"/plan/{ida}"
    anna, lene = town.client("anna.holm"), town.client("lene.friis")
    goal = _write_plan(anna, address)
    entry = f"{address}/post/{goal}"
    effort = re.search(r'<option value="([^"]+)">Social: Familiebehandling', anna.get(entry).text)
    assert effort
    anna.post(f"{entry}/indsats", effort=effort.group(1), serves="true")
    assert "Social: Familiebehandling" in _text(lene.get(address).text)
    assert "ikke for dig at se" in anna.post(f"{entry}/indsats", effort="health/x/1", serves="true").text
    with town.context.database.transaction() as session:
        source = effort.group(1).partition("/")[0]
        plan_repository.delete_efforts_of(session, source)
    assert "Social: Familiebehandling" not in _text(lene.get(address).text)


def test_nobody_beside_the_team_reads_the_plan_and_a_withdrawal_closes_it(town: Town) -> None:
    ida = town.ids[maja.IDA]
    address = f"/plan/{ida}"
    anna = town.client("anna.holm")
    goal = _write_plan(anna, address)
    pages = (address, f"{address}/papir", f"{address}/plan.pdf", f"{address}/post/{goal}", f"/api{address}")
    for actor_id in ("ole.bruun", "tine.skov", "jens.dam"):
        browser = town.client(actor_id)
        for page in pages:
            answer = browser.get(page)
            assert answer.status_code == HTTPStatus.FORBIDDEN, f"{actor_id} {page}"
            assert "skole hver dag" not in answer.text
    other = anna.get(f"/plan/{town.ids[maja.EMIL]}/post/{goal}")
    assert other.status_code == HTTPStatus.FORBIDDEN, "an entry is reached through its own citizen alone"
    with town.context.database.transaction() as session:
        lines = [logged.entry for logged in list_entries(session)]
    by_ole = {line.outcome for line in lines if line.actor_id == "ole.bruun" and line.citizen_id == ida}
    assert by_ole == {AuditOutcome.REFUSED}
    consents = anna.get(f"/api/samtykker/{ida}").json()["consents"]["consents"]
    to_course = next(consent for consent in consents if consent["kind"] == "course")
    anna.post(f"/samtykker/{ida}/traek", consent=str(to_course["id"]))
    for page in pages:
        assert anna.get(page).status_code == HTTPStatus.FORBIDDEN


def test_the_paper_and_the_pdf_say_the_plan_and_are_lines_of_the_log(town: Town) -> None:
    ida = town.ids[maja.IDA]
    address = f"/plan/{ida}"
    anna = town.client("anna.holm")
    goal = _write_plan(anna, address)
    hostile = {**GOAL, "words": '#panic("x") *fed* <script>alert(1)</script> = overskrift'}
    anna.post(f"{address}/ny", **hostile, key=str(uuid4()))
    dropped = {"version": "1", "words": GOAL["words"], "who": "Ida", "due_on": "", "state": "dropped"}
    paper = _text(anna.get(f"{address}/papir").text)
    for words in (
        "Det siger Ida",
        "Jeg vil passe børn",
        "tålmodig",
        "300 kr.",
        "1. oktober 2023",
        "Sådan går det: Ikke",
    ):
        assert words in paper
    anna.post(f"{address}/post/{goal}/ret", **dropped)
    assert "skole hver dag" not in anna.get(f"{address}/papir").text
    answer = anna.get(f"{address}/plan.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert "Ida" not in answer.headers["content-disposition"]
    with town.context.database.transaction() as session:
        lines = [logged.entry for logged in list_entries(session)]
    prints = [line for line in lines if line.action is AuditAction.PRINT_PLAN]
    assert {(line.citizen_id, line.outcome) for line in prints} == {(ida, AuditOutcome.SHOWN)}
    assert len(prints) == 3


def test_what_lies_ahead_stands_in_the_plan_and_on_paper_with_what_must_be_planned(town: Town) -> None:
    address = f"/plan/{town.ids[maja.IDA]}"
    town.clock.move(timedelta(days=1096))  # half a year before Ida turns 18
    anna = town.client("anna.holm")
    text = _text(anna.get(address).text)
    assert "På vej det næste år" in text
    assert "Ida fylder 18 den 3. marts 2027" in text
    assert "et samtykke fra den unge selv: forældrenes gælder ikke længere" in text
    paper = _text(anna.get(f"{address}/papir").text)
    assert "Ida fylder 18 den 3. marts 2027 Det skal planlægges:" in paper
    assert "Børneområdet sammen med voksenområdet og jobcentret · Barnets lov" in paper
    assert anna.get(f"{address}/plan.pdf").content.startswith(b"%PDF-")


def test_the_api_reads_and_writes_as_the_page(town: Town) -> None:
    ida = town.ids[maja.IDA]
    anna = town.client("anna.holm")
    goal = _write_plan(anna, f"/plan/{ida}")
    header, address = {"x-csrf-token": anna.token()}, f"/api/plan/{ida}"
    entries = {entry["id"]: entry for entry in anna.get(address).json()["entries"]}
    assert len(entries) == 6
    said = entries[str(goal)]["versions"][0]["text"]
    ask = {"version": 1, "text": {**said, "words": "Ida er glad i skolen"}}
    for _ in range(2):  # the same said again is done
        assert anna.http.post(f"{address}/post/{goal}/ret", json=ask, headers=header).json() == {"faults": []}
    stale = {"version": 1, "text": {**said, "words": "Noget andet"}}
    answer = anna.http.post(f"{address}/post/{goal}/ret", json=stale, headers=header).json()
    assert [line["fault"] for line in answer["faults"]] == ["changed_meanwhile"]
    progress = {"progress": "better", "on_day": "2023-09-10", "words": "Hun kommer igen"}
    assert anna.http.post(f"{address}/post/{goal}/fremgang", json=progress, headers=header).json() == {"faults": []}
    unknown = anna.http.post(f"{address}/post/{uuid4()}/fremgang", json=progress, headers=header).json()
    assert [line["fault"] for line in unknown["faults"]] == ["entry_unknown"]


@with_chromium
def test_the_pages_are_right_in_a_browser_and_progress_takes_four_clicks(chromium: Chromium, town: Town) -> None:
    ida = town.ids[maja.IDA]
    address = f"/plan/{ida}"
    goal = _write_plan(town.client("anna.holm"), address)
    faults: list[str] = []
    for width in WIDTHS.values():
        page = enter(chromium, town, "anna.holm", width)
        for name, end in {"plan": "", "plan-post": f"/post/{goal}", "plan-papir": "/papir"}.items():
            page.goto(f"{address}{end}")
            faults += faults_of(page, f"{name}-{width}")
        page.context.close()
    assert not faults
    page = enter(chromium, town, "anna.holm")
    page.goto(f"/overblik/{ida}")
    page.get_by_role("link", name="Borgerens plan").click()
    page.get_by_text("Skriv, hvordan det går med Ida er i skole hver dag").click()
    form = page.locator("article").first.locator("form").first
    form.get_by_label("Bedre").click()
    form.get_by_label("Med egne ord").fill("Fire dage i træk")
    form.get_by_role("button", name="Gem").click()
    comes(page.locator("article").first, "Fire dage i træk")
    page.context.close()
