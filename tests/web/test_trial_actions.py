"""Prøvehandlinger: agreed, looked at, judged and learned from by the team together; Maria's is the golden case."""

import re
from datetime import date, timedelta
from http import HTTPStatus
from uuid import UUID, uuid4

import pytest
from playwright.sync_api import Browser as Chromium
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from hub.audit.repository import list_entries
from hub.course import trial_repository
from hub.web.shell.trial_lines import cost_text, judge_text
from hub.web.trial_actions.forms import read_amount
from schemas.access import AuditAction, AuditOutcome
from schemas.trial_action import TrialAction, TrialStatus, TrialText
from tests.web import maja
from tests.web.chromium import WIDTHS, comes, enter
from tests.web.conftest import Town
from tests.web.page_checks import faults_of
from tests.web.serving import Browser
from tests.web.test_plan_pages import CPR, with_chromium

MARIAS = TrialText(
    what="Campingvogn på forældrenes grund med udvidet støtte",
    why="Maria vil være tæt på familien, men kan hverken bo hjemme eller alene",
    first_day=date(2023, 11, 1),
    decided_by="Maria, forældrene og teamet",
    cost_before=1_000_000,
    cost_after=800_000,
    judge_on=date(2024, 5, 1),
)
"""The golden case of the municipality: 1.0 to 0.8 million kroner a year, all included."""
TRIAL = {
    "what": "Praktik i børnehave én dag om ugen ved siden af skolen",
    "why": "Ida vil passe børn, og skolen skal give mening",
    "decided_by": "Ida, Maja og teamet",
    "first_day": "2023-08-14",
    "last_day": "2023-12-22",
    "judge_on": "2023-09-10",
    "cost_before": "0",
    "cost_after": "12.000 kr.",
}
JUDGEMENT = {
    "outcome": "continue",
    "on_day": "2023-09-12",
    "learned": "Ida kommer, når hun ved, at praktikken venter",
    "judge_next_on": "2023-11-01",
}


def _text(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def _trials(town: Town, citizen_id: UUID) -> tuple[TrialAction, ...]:
    with town.context.database.transaction() as session:
        return trial_repository.list_trials(session, town.course_id, citizen_id)


def _add(browser: Browser, address: str, **fields: str) -> UUID:
    key = uuid4()
    for _ in range(2):  # sent twice it stands once
        assert "Prøvehandlingen står i planen nu." in browser.post(f"{address}/ny", key=str(key), **TRIAL | fields).text
    return key


def test_marias_trial_action_costs_200_000_less_a_year() -> None:
    assert cost_text(MARIAS) == (
        "Udgift om året: 1.000.000 kr. før, 800.000 kr. med prøvehandlingen. Det er 200.000 kr. mindre om året."
    )
    more = MARIAS.model_copy(update={"cost_before": 0, "cost_after": 12_000})
    assert cost_text(more).endswith("Det er 12.000 kr. mere om året.")
    assert cost_text(MARIAS.model_copy(update={"cost_after": 1_000_000})).endswith("Det er det samme som før.")
    assert "Hvad det koster nu" in cost_text(MARIAS.model_copy(update={"cost_after": None}))
    assert "Hvad det kostede før" in cost_text(MARIAS.model_copy(update={"cost_before": None}))
    assert cost_text(MARIAS.model_copy(update={"cost_before": None, "cost_after": None})) == ""


@pytest.mark.parametrize(
    ("typed", "amount"),
    [("", None), ("800000", 800_000), (" 1.000.000 kr. ", 1_000_000), ("12 000", 12_000), ("0", 0)]
    + [(wrong, wrong) for wrong in ("-5", "1,5", "1.00", "1.0 mio", "1e6", "٣")],
)
def test_amounts_are_whole_kroner_as_people_write_them(typed: str, amount: int | str | None) -> None:
    assert read_amount(typed) == amount


def test_a_trial_action_is_agreed_judged_and_learned_from(town: Town) -> None:
    ida = town.ids[maja.IDA]
    address, plan = f"/proevehandlinger/{ida}", f"/plan/{ida}"
    anna, lene = town.client("anna.holm"), town.client("lene.friis")
    assert "Ingen prøvehandling er aftalt" in anna.get(plan).text
    assert "Ingen prøvehandling er i gang" in anna.get(address).text
    page = anna.post(f"{address}/ny", key=str(uuid4()), **TRIAL | {"judge_on": "2023-01-01", "why": f"Se {CPR}"}).text
    assert "Den kan ikke vurderes, før den begynder" in page
    assert TRIAL["what"] in page, "nothing typed is lost"
    assert CPR not in page
    assert "hele kroner" in anna.post(f"{address}/ny", key=str(uuid4()), **TRIAL | {"cost_after": "-5"}).text
    trial = _add(anna, address)
    late = "Skulle være vurderet senest 10. sep. 2023. Vurder den sammen med borgeren"
    for words in (late, "12.000 kr. mere om året", "Besluttet af Ida, Maja og teamet", "Fra 14. aug. 2023"):
        assert words in _text(lene.get(plan).text)
    with town.context.database.transaction() as session:
        (due,) = trial_repository.trial_actions_due(session, list(town.ids.values()), date(2023, 9, 12))
        assert not trial_repository.trial_actions_due(session, list(town.ids.values()), date(2023, 9, 9))
    assert (due.trial_id, due.citizen_id, due.status) == (trial, ida, TrialStatus.RUNNING)
    assert judge_text(due, due.judge_on) == "Skal vurderes i dag: fortsæt, stop eller gør permanent"

    page_of_it = f"{address}/{trial}"
    assert (
        "vurderes igen: en dag efter"
        in lene.post(f"{page_of_it}/vurder", version="1", **JUDGEMENT | {"judge_next_on": ""}).text
    )
    for _ in range(2):
        answer = _text(lene.post(f"{page_of_it}/vurder", version="1", **JUDGEMENT).text)
    assert f"Fortsætter : {JUDGEMENT['learned']} Lene Friis, 12. sep. 2023 · vurderes igen 1. nov. 2023" in answer
    assert "Vurderes senest 1. nov. 2023" in answer
    permanent = {"outcome": "make_permanent", "learned": "Skole først virker", "judge_next_on": "", "works": "true"}
    town.clock.move(timedelta(days=60))
    anna, lene = town.client("anna.holm"), town.client("lene.friis")
    judged = JUDGEMENT | permanent | {"on_day": "2023-11-01"}
    assert "Vurderingen står i planen" in anna.post(f"{page_of_it}/vurder", version="3", **judged).text
    shown = _text(lene.get(plan).text)
    assert "Gjort permanent Fra 14. aug. 2023, permanent efter vurderingen 1. nov. 2023" in shown
    strengths = shown[shown.index("Det, der virker") :]
    assert "Skole først virker Anna Holm, 1. nov. 2023, fra prøvehandlingen »Praktik i børnehave" in strengths
    assert "Skulle være vurderet" not in shown
    paper = _text(lene.get(f"{plan}/papir").text)
    assert paper.count("Skole først virker") == 2
    assert lene.get(f"{plan}/plan.pdf").content.startswith(b"%PDF-")
    (stored,) = _trials(town, ida)
    assert [(each.outcome.value, each.by) for each in stored.judgements] == [
        ("make_permanent", "Anna Holm"),
        ("continue", "Lene Friis"),
    ]
    assert "Ida kommer, når hun ved" in lene.get(page_of_it).text, "what was learned before stays"


def test_two_who_write_at_once_lose_nothing_and_a_mistake_is_taken_back_with_a_trace(town: Town) -> None:
    ida = town.ids[maja.IDA]
    address = f"/proevehandlinger/{ida}"
    anna, lene = town.client("anna.holm"), town.client("lene.friis")
    page_of_it = f"{address}/{_add(anna, address)}"
    anna.post(f"{page_of_it}/ret", version="1", **TRIAL | {"what": "Praktik to dage om ugen"})
    page = lene.post(f"{page_of_it}/vurder", version="1", **JUDGEMENT).text
    assert "En anden har skrevet om den" in page
    assert "Det står der nu Praktik to dage om ugen" in _text(page)
    assert f"{JUDGEMENT['learned']}</textarea>" in page
    lene.post(f"{page_of_it}/vurder", version="2", **JUDGEMENT)
    page = anna.post(f"{page_of_it}/ret", version="2", **TRIAL | {"what": "Praktik tre dage"}).text
    assert "En anden har skrevet om den" in page
    assert 'value="Praktik tre dage"' in page
    back = TRIAL | {"judge_on": "2023-11-01", "withdrawn_because": "Skrevet på Ida, men gælder Emil"}
    anna.post(f"{page_of_it}/ret", version="4", **back)
    assert "Prøvehandlingen er taget tilbage" in anna.post(f"{page_of_it}/vurder", version="5", **JUDGEMENT).text
    assert "Praktik" not in _text(lene.get(f"/plan/{ida}").text)
    page = _text(lene.get(address).text)
    assert "Taget tilbage: Skrevet på Ida, men gælder Emil" in page
    history = _text(lene.get(page_of_it).text)
    for words in ("Praktik to dage om ugen", "Praktik i børnehave", "Skrevet på Ida", "Ida kommer, når hun ved"):
        assert words in history
    anna.post(f"{page_of_it}/ret", version="5", **back | {"withdrawn_because": ""})
    assert "Praktik i børnehave" in lene.get(f"/plan/{ida}").text
    (stored,) = _trials(town, ida)
    assert (len(stored.versions), len(stored.judgements)) == (5, 1)


def test_nobody_beside_the_team_reads_or_writes_them_and_each_act_is_a_line(town: Town) -> None:
    ida = town.ids[maja.IDA]
    address = f"/proevehandlinger/{ida}"
    anna = town.client("anna.holm")
    trial = _add(anna, address)
    anna.post(f"{address}/{trial}/vurder", version="1", **JUDGEMENT)
    for actor_id in ("ole.bruun", "tine.skov", "jens.dam", "gitte.berg"):
        browser = town.client(actor_id)
        for page in (address, f"{address}/{trial}", f"/api{address}"):
            answer = browser.get(page)
            assert answer.status_code == HTTPStatus.FORBIDDEN, f"{actor_id} {page}"
            assert "børnehave" not in answer.text
        assert browser.post(f"{address}/ny", key=str(uuid4()), **TRIAL).status_code == HTTPStatus.FORBIDDEN
    other = f"/proevehandlinger/{town.ids[maja.EMIL]}/{trial}"
    assert anna.get(other).status_code == HTTPStatus.FORBIDDEN, "it is reached through its own citizen alone"
    assert (
        "står ikke i planen"
        in anna.http.post(
            f"/api{other}/vurder",
            json={"version": 1, "judgement": JUDGEMENT},
            headers={"x-csrf-token": anna.token()},
        ).text
    )
    with town.context.database.transaction() as session:
        lines = [logged.entry for logged in list_entries(session)]
    acts = {line.action: line for line in lines if line.outcome is AuditOutcome.SHOWN}
    assert acts[AuditAction.CHANGE_TRIAL_ACTION].details == {"plan": {"trial_action": str(trial)}}
    said = {"trial_action": str(trial), "outcome": "continue", "works": False}
    assert acts[AuditAction.JUDGE_TRIAL_ACTION].details == {"plan": said}
    by_ole = {line.outcome for line in lines if line.actor_id == "ole.bruun" and line.citizen_id == ida}
    assert by_ole == {AuditOutcome.REFUSED}


def test_the_api_reads_and_writes_as_the_page(town: Town) -> None:
    ida = town.ids[maja.IDA]
    anna = town.client("anna.holm")
    header, address = {"x-csrf-token": anna.token()}, f"/api/proevehandlinger/{ida}"
    said = MARIAS.model_copy(update={"first_day": date(2023, 6, 1)}).model_dump(mode="json")
    key = str(uuid4())
    for _ in range(2):
        answer = anna.http.post(f"{address}/ny", json={"key": key, "text": said}, headers=header).json()
        assert answer == {"faults": []}
    changed = {"version": 1, "text": {**said, "what": "Campingvogn"}}
    assert anna.http.post(f"{address}/{key}/ret", json=changed, headers=header).json() == {"faults": []}
    stale = {"version": 1, "text": {**said, "what": "Hus"}}
    answer = anna.http.post(f"{address}/{key}/ret", json=stale, headers=header).json()
    assert [line["fault"] for line in answer["faults"]] == ["changed_meanwhile"]
    judged = {"version": 2, "judgement": {**JUDGEMENT, "works": True}}
    assert anna.http.post(f"{address}/{key}/vurder", json=judged, headers=header).json() == {"faults": []}
    (trial,) = anna.get(address).json()["trial_actions"]
    assert [version["text"]["what"] for version in trial["versions"]] == ["Campingvogn", "Campingvogn", MARIAS.what]
    negative = {"key": str(uuid4()), "text": {**said, "cost_after": -1}}
    assert anna.http.post(f"{address}/ny", json=negative, headers=header).status_code == HTTPStatus.UNPROCESSABLE_ENTITY


@with_chromium
def test_the_pages_are_right_in_a_browser_and_judging_takes_five_clicks(chromium: Chromium, town: Town) -> None:
    ida = town.ids[maja.IDA]
    address = f"/proevehandlinger/{ida}"
    anna = town.client("anna.holm")
    faults: list[str] = []
    page = enter(chromium, town, "anna.holm", WIDTHS["narrow"])
    page.goto(address)
    faults += faults_of(page, "proeve-tom-narrow")
    page.context.close()
    trial = _add(anna, address)
    anna.post(f"{address}/{trial}/vurder", version="1", **JUDGEMENT | {"works": "true"})
    _add(anna, address, what="Skolen ringer hver fredag", cost_before="", cost_after="")
    for width in WIDTHS.values():
        page = enter(chromium, town, "anna.holm", width)
        for name, where in {
            "proeve": address,
            "proeve-en": f"{address}/{trial}",
            "proeve-plan": f"/plan/{ida}",
        }.items():
            page.goto(where)
            faults += faults_of(page, f"{name}-{width}")
        page.context.close()
    assert not faults
    page = enter(chromium, town, "anna.holm")
    page.goto(f"/plan/{ida}")
    page.get_by_role("link", name="Skolen ringer hver fredag").click()
    page.get_by_label("Hvad har vi lært?").fill("Det gør en forskel at høre det gode først")
    page.get_by_label("Det virker").click()
    page.get_by_label("Gør permanent").click()
    page.get_by_role("button", name="Gem vurderingen").click()
    comes(page.locator("main"), "Gjort permanent: Det gør en forskel")
    page.context.close()


def test_the_application_can_change_nothing_that_was_said(town: Town) -> None:
    anna = town.client("anna.holm")
    address = f"/proevehandlinger/{town.ids[maja.IDA]}"
    trial = _add(anna, address)
    anna.post(f"{address}/{trial}/vurder", version="1", **JUDGEMENT)
    for statement in (
        "UPDATE trial_versions SET what = ''",
        "DELETE FROM trial_judgements",
        "UPDATE trial_judgements SET learned = ''",
        "DELETE FROM trial_actions",
    ):
        with pytest.raises(ProgrammingError, match="permission denied"), town.context.database.transaction() as session:
            session.execute(text("SET LOCAL ROLE helhed_application"))
            session.execute(text(statement))
