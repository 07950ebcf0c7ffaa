"""Hvem er hvem: side by side and masked, decided with a reason, a second person confirms, everything in the log."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Browser

from hub.access.tables import ActorRow
from hub.audit.repository import Selection, list_entries
from hub.errors import DecisionRule
from hub.matching.decision_repository import DecisionState
from hub.matching.decisions import DecisionKind
from hub.pipeline import rebuild_due
from hub.web.identity import texts
from schemas.access import AuditAction, AuditOutcome
from schemas.identifiers import Identifier
from schemas.record import SourceRecord
from tests.factories import make_party, make_person, make_record
from tests.processing import process_records
from tests.web import maja
from tests.web.chromium import MARKS, WIDTHS, enter
from tests.web.conftest import NUMBERS, Town
from tests.web.page_checks import check_page
from tests.web.serving import Browser as Client
from tests.web.serving import without_keys

WHY = "Afklaret med sagsbehandleren"
HIDDEN = ("Olga", "Majken", "Testborger", "750786-4002", "7507864002", "4002")
MAJA = Identifier.national(NUMBERS[maja.MAJA])


class Desk:
    """Two administrators, and a number that two sources disagree about."""

    def __init__(self, town: Town) -> None:
        self.town = town
        with town.context.database.transaction() as session:
            session.add(
                ActorRow(
                    id="bo.lind", name="Bo Lind", title="systemadministrator", roles=["administrator"], active=True
                )
            )
        self.process(
            make_person(
                MAJA,
                Identifier.local("social", "2"),
                source="social",
                source_id="70",
                given_name="Olga",
                birth_date=date(1950, 1, 1),
            ),
            make_record(parties=[make_party(MAJA)], source_id="71"),
        )
        self.maja, self.ida = town.ids[maja.MAJA], town.ids[maja.IDA]

    def process(self, *records: SourceRecord) -> None:
        context = self.town.context
        process_records(context.database, records, digest_key=context.digest_key, now=self.town.clock.now())

    def rebuild(self) -> None:
        now = self.town.clock.now()
        rebuild_due(self.town.context.database, digest_key=self.town.context.digest_key, until=now, now=now, limit=100)

    def conflict(self, client: Client) -> int:
        return int(client.get("/api/identitet").json()["conflicts"][0]["id"])

    def lines(self, action: AuditAction) -> list[tuple[AuditOutcome, str]]:
        with self.town.context.database.transaction() as session:
            entries = [line.entry for line in list_entries(session, Selection())]
        return [(entry.outcome, entry.actor_id) for entry in entries if entry.action is action]


@pytest.fixture
def desk(town: Town) -> Desk:
    return Desk(town)


def test_every_rule_kind_and_state_has_its_words() -> None:
    assert set(texts.REFUSED) == set(DecisionRule)
    assert set(texts.DECISION) == set(DecisionKind)
    assert set(texts.STATE) == set(DecisionState)


def test_without_any_the_page_says_so(town: Town) -> None:
    assert texts.EMPTY in town.client("tine.skov").get("/identitet").text


def test_the_claims_stand_side_by_side_masked_with_source_and_dates(desk: Desk) -> None:
    client = desk.town.client("tine.skov")
    assert "1 uenighed venter på en afgørelse." in client.get("/identitet").text
    page = client.get(f"/identitet/uenighed/{desk.conflict(client)}").text
    assert "O•••" in page
    assert "1950, passer ikke med cpr-nummeret" in page
    assert page.count("Registreret i kilden") >= 2
    assert "Social (DUBU)" in page
    pages = [page, client.get("/identitet").text, client.get(f"/identitet/borger/{desk.maja}").text]
    assert not [word for word in HIDDEN for text in pages if word in text]


def test_it_is_linked_with_a_reason_and_leaves_the_list(desk: Desk) -> None:
    client = desk.town.client("tine.skov")
    number = desk.conflict(client)
    short = client.post(f"/identitet/uenighed/{number}/samme", reason="Kort").text
    assert texts.REASON_MISSING.format(least=10) in short
    assert "Kort</textarea>" in short
    done = client.post(f"/identitet/uenighed/{number}/samme", reason=WHY)
    assert (done.url.path, texts.DECIDED in done.text) == ("/identitet", True)
    assert texts.EMPTY in client.get("/identitet").text
    again = client.post(f"/identitet/uenighed/{number}/samme", reason=WHY)
    assert texts.REFUSED[DecisionRule.UNKNOWN_CONFLICT] in again.text
    assert client.get(f"/identitet/uenighed/{number}").status_code == 404
    outcomes = [outcome for outcome, _ in desk.lines(AuditAction.LINK_IDENTITY)]
    assert set(outcomes) == {AuditOutcome.SHOWN, AuditOutcome.REFUSED}
    assert outcomes[0] is AuditOutcome.REFUSED


def test_a_record_is_kept_apart_and_that_is_taken_back(desk: Desk) -> None:
    client = desk.town.client("tine.skov")
    number = desk.conflict(client)
    stated = client.get(f"/api/identitet/{number}").json()["statements"]
    record = next(each["record"] for each in stated if each["source_id"] == "70")
    client.post(f"/identitet/uenighed/{number}/skil", reason=WHY, record=record)
    desk.rebuild()
    page = client.get(f"/identitet/borger/{desk.maja}").text
    assert texts.DECISION[DecisionKind.KEEP_APART] in page
    decision = page.split("/identitet/afgoerelse/")[1].split("/")[0]
    assert texts.WITHDRAWN in client.post(f"/identitet/afgoerelse/{decision}/traek-tilbage", reason=WHY).text
    desk.rebuild()
    assert "1 uenighed venter" in client.get("/identitet").text


def test_a_merge_of_two_with_efforts_waits_for_somebody_else_and_is_taken_back(desk: Desk) -> None:
    tine, bo = desk.town.client("tine.skov"), desk.town.client("bo.lind")
    proposed = tine.post(f"/identitet/borger/{desk.ida}/laeg-sammen", reason=WHY, other=f"/overblik/{desk.maja}")
    assert texts.PROPOSED in proposed.text
    queue = tine.get("/identitet").text
    assert "1 sammenlægning venter på, at en anden bekræfter." in queue
    assert "Bekræft</button>" not in queue, "not by who proposed it"
    decision = queue.split("/identitet/afgoerelse/")[1].split("/")[0]
    assert texts.REFUSED[DecisionRule.SECOND_PERSON] in tine.post(f"/identitet/afgoerelse/{decision}/bekraeft").text
    assert "Bekræft</button>" in bo.get("/identitet").text
    assert texts.DECIDED in bo.post(f"/identitet/afgoerelse/{decision}/bekraeft").text
    desk.rebuild()
    assert "Bekræftet af Bo Lind" in bo.get(f"/identitet/borger/{desk.maja}").text
    assert texts.WITHDRAWN in bo.post(f"/identitet/borger/{desk.ida}/skil-ad", reason=WHY).text
    assert desk.lines(AuditAction.CONFIRM_MERGE)[-1] == (AuditOutcome.REFUSED, "tine.skov")
    assert (AuditOutcome.SHOWN, "bo.lind") in desk.lines(AuditAction.CONFIRM_MERGE)


@pytest.mark.parametrize(
    ("way", "other", "rule"),
    [
        ("laeg-sammen", "750786-4002", DecisionRule.UNKNOWN_CITIZEN),
        ("laeg-sammen", "", DecisionRule.UNKNOWN_CITIZEN),
        ("laeg-sammen", "same", DecisionRule.SAME_CITIZEN),
        ("skil-ad", "", DecisionRule.NOT_MERGED),
    ],
)
def test_what_cannot_be_decided_is_one_sentence_and_a_line(
    desk: Desk, way: str, other: str, rule: DecisionRule
) -> None:
    client = desk.town.client("tine.skov")
    other = str(desk.maja) if other == "same" else other
    answer = client.post(f"/identitet/borger/{desk.maja}/{way}", reason=WHY, other=other)
    assert texts.REFUSED[rule] in answer.text
    assert f"{WHY}</textarea>" in answer.text, "nothing that was typed is lost"
    assert "4002" not in without_keys(answer.text)
    action = AuditAction.MERGE_CITIZENS if way == "laeg-sammen" else AuditAction.UNMERGE_CITIZENS
    assert (AuditOutcome.REFUSED, "tine.skov") in desk.lines(action)


def test_the_api_decides_the_same(desk: Desk) -> None:
    client = desk.town.client("tine.skov")
    headers, number = {"X-CSRF-Token": client.token()}, desk.conflict(client)
    assert client.http.post("/api/identitet/afgoer", json={"link": number}, headers=headers).status_code == 422
    assert client.http.post("/api/identitet/afgoer", json={"reason": WHY}, headers=headers).status_code == 422
    merge = {"merge": str(desk.ida), "other": str(desk.maja), "reason": WHY}
    proposal = client.http.post("/api/identitet/afgoer", json=merge, headers=headers).json()
    assert proposal["state"] == "proposed"
    own = client.http.post("/api/identitet/afgoer", json={"confirm": proposal["decisions"][0]}, headers=headers)
    assert (own.status_code, own.json()["type"]) == (409, "urn:helhed:decision_refused")
    for ask in (
        {"withdraw": proposal["decisions"][0]},
        {"link": number},
        {"keep_apart": str(desk.ida), "other": str(desk.maja)},
    ):
        answer = client.http.post("/api/identitet/afgoer", json=ask | {"reason": WHY}, headers=headers)
        assert answer.status_code == 200, ask
    assert client.get(f"/api/identitet/{number}").status_code == 404


def test_a_second_person_confirms_by_the_api(desk: Desk) -> None:
    tine, bo, anna = (desk.town.client(actor) for actor in ("tine.skov", "bo.lind", "anna.holm"))

    def decide(client: Client, body: Mapping[str, object]) -> tuple[int, Any]:
        headers = {"X-CSRF-Token": client.token()}
        answer = client.http.post("/api/identitet/afgoer", json=body, headers=headers)
        return answer.status_code, answer.json()

    merge = {"merge": str(desk.ida), "other": str(desk.maja), "reason": WHY}
    status, proposal = decide(tine, merge)
    assert (status, proposal["state"]) == (200, "proposed")
    (number,) = proposal["decisions"]
    assert decide(bo, merge)[1]["decisions"] == [number], "the same merge is one proposal"
    assert decide(anna, {"confirm": number})[0] == 403
    for _ in range(2):
        status, decision = decide(bo, {"confirm": number})
        assert (status, decision["state"]) == (200, "standing")
    assert (AuditOutcome.SHOWN, "bo.lind") in desk.lines(AuditAction.CONFIRM_MERGE)


def test_others_than_administrators_see_and_decide_nothing(desk: Desk) -> None:
    for actor in ("anna.holm", "jens.dam"):
        client = desk.town.client(actor)
        assert client.get("/identitet").status_code == 403
        assert client.get(f"/identitet/borger/{desk.maja}").status_code == 403
        assert client.post(f"/identitet/borger/{desk.maja}/skil-ad", reason=WHY).status_code == 403


class TestInABrowser:
    pytestmark = MARKS

    @pytest.mark.parametrize("width", WIDTHS)
    def test_a_contradiction_is_looked_at_and_decided_by_keyboard(
        self, chromium: Browser, desk: Desk, width: str
    ) -> None:
        page = enter(chromium, desk.town, "tine.skov", WIDTHS[width])
        page.goto(f"/identitet/borger/{desk.maja}")
        page.get_by_label("Den anden borgers nøgle eller side").fill(str(desk.ida))
        page.get_by_label("Hvorfor?").fill(WHY)
        check_page(page, f"identity-citizen-{WIDTHS[width]}")
        page.get_by_role("button", name="Læg sammen").focus()
        page.keyboard.press("Enter")
        page.get_by_text(texts.PROPOSED).wait_for()
        page.goto("/identitet")
        check_page(page, f"identity-{WIDTHS[width]}")
        page.locator("a[href^='/identitet/uenighed/']").first.focus()
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Det er den samme").wait_for()
        check_page(page, f"identity-conflict-{WIDTHS[width]}")
        page.locator("#reason").focus()
        page.keyboard.type(WHY)
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.get_by_text(texts.DECIDED).wait_for()
        page.context.close()
