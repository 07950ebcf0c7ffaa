"""Through HTTP: what people see, what is refused, what is logged, and what never stands in an address."""

import re

import pytest
from sqlalchemy import text

from hub.audit.repository import list_entries
from hub.digest import keyed_digest
from hub.web.citizen import texts
from schemas.access import AuditAction, AuditEntry, AuditOutcome, Basis
from schemas.identifiers import Identifier
from tests.web import maja
from tests.web.conftest import HOSTILE, NUMBERS, Town

UNKNOWN = "00000000-0000-4000-8000-000000000000"


def lines(town: Town) -> list[AuditEntry]:
    with town.context.database.transaction() as session:
        return [line.entry for line in list_entries(session)]


def test_the_overview_answers_for_a_team_member(town: Town) -> None:
    page = town.client("anna.holm").get(f"/overblik/{town.ids[maja.MAJA]}")
    assert page.status_code == 200
    for words in (
        "Maja Testborger, 37 år",
        "tovholder i forløbet",
        "Ida: Familiebehandling",
        "passeret for 9 dage siden",
    ):
        assert words in page.text
    assert "8 underretninger fra 6 afsendere siden 2015" in page.text
    assert 'Sundhed: <span class="">ikke for dig at se' in page.text
    assert "750786-4002" not in page.text


def test_every_look_is_a_line_and_the_family_too(town: Town) -> None:
    town.client("anna.holm").get(f"/overblik/{town.ids[maja.MAJA]}")
    opened = [one for one in lines(town) if one.action is AuditAction.OPEN_OVERVIEW]
    assert {one.citizen_id for one in opened} == {town.ids[one] for one in (maja.MAJA, maja.IDA, maja.EMIL)}
    assert {one.basis for one in opened} == {Basis.TEAM}


def test_without_a_relation_the_page_asks_for_a_reason_and_then_opens(town: Town) -> None:
    browser = town.client("ole.bruun")
    address = f"/overblik/{town.ids[maja.MAJA]}"
    asked = browser.get(address)
    assert asked.status_code == 403
    assert "straffes efter straffeloven" in asked.text
    assert "Familiebehandling" not in asked.text
    short = browser.post(f"{address}/grund", purpose="case_work", reason="fordi")
    assert "mindst 10 tegn" in short.text
    shown = browser.post(f"{address}/grund", purpose="case_work", reason="Akut henvendelse fra hjemmet i nat")
    assert shown.status_code == 200
    assert "Du ser siden med <strong>en særlig grund</strong>" in shown.text
    last = lines(town)[0]
    assert (last.basis, last.override_reason) == (Basis.OVERRIDE, "Akut henvendelse fra hjemmet i nat")


def test_who_gives_too_short_a_reason_for_the_own_page_is_told_that_no_reason_opens_it(
    town: Town, digest_key: bytes
) -> None:
    with town.context.database.transaction() as session:
        own = keyed_digest(Identifier.national(NUMBERS[maja.MAJA]), digest_key)
        session.execute(text("UPDATE actors SET own_identifier_digest = :own WHERE id = 'ole.bruun'"), {"own": own})
    browser = town.client("ole.bruun")
    address = f"/overblik/{town.ids[maja.MAJA]}"
    for page in (browser.get(address), browser.post(f"{address}/grund", purpose="case_work", reason="fordi")):
        assert texts.SELF_REFUSED in page.text


def test_an_unknown_citizen_is_a_danish_page_and_a_line(town: Town) -> None:
    page = town.client("anna.holm").get(f"/overblik/{UNKNOWN}")
    assert page.status_code == 404
    assert "Borgeren findes ikke her" in page.text
    assert lines(town)[0].outcome is AuditOutcome.NOT_FOUND


def test_a_number_is_revealed_in_place_and_logged(town: Town) -> None:
    browser = town.client("anna.holm")
    address = f"/overblik/{town.ids[maja.MAJA]}/vis"
    assert "750786-4002" not in browser.post(address, reason="kort").text
    assert "750786-4002" in browser.post(address, reason="Skal skrives på en ansøgning").text
    assert [one.outcome for one in lines(town) if one.action is AuditAction.REVEAL] == [
        AuditOutcome.SHOWN,
        AuditOutcome.REFUSED,
    ]


def test_search_finds_my_citizens_and_keeps_what_was_typed_out_of_every_address(town: Town) -> None:
    browser = town.client("anna.holm")
    assert "Maja Testborger" in browser.post("/soeg", text="maja testb").text
    by_number = browser.post("/soeg", text="750786-4002")
    assert "Maja Testborger" in by_number.text
    browser.get(f"/overblik/{town.ids[maja.MAJA]}")
    browser.post("/formaal", purpose="team_meeting", citizen=str(town.ids[maja.MAJA]))
    browser.post("/log-ud")
    told = " ".join(browser.addresses)
    for number in NUMBERS.values():
        assert number not in told
        assert number.replace("-", "") not in told
    assert not re.search(r"\d{6}-?\d{4}", re.sub(r"[0-9a-f-]{36}", "", told))


def test_markup_in_a_name_stays_text(town: Town) -> None:
    browser = town.client("ole.bruun")
    address = f"/overblik/{town.ids[HOSTILE]}"
    page = browser.post(f"{address}/grund", purpose="case_work", reason="Afprøver en henvendelse")
    assert "<img src=x" not in page.text
    assert "&lt;img src=x" in page.text


def test_the_timeline_shows_what_was_known_then(town: Town) -> None:
    browser = town.client("anna.holm")
    address = f"/tidslinje/{town.ids[maja.MAJA]}"
    then = browser.get(f"{address}?kendt=2019-05-01").text
    assert "1. maj 2019" in then
    assert "Politiet" in then
    assert "Skolen om Ida" not in then
    assert "Skolen om Ida" in browser.get(address).text
    before = browser.get(f"{address}?kendt=2010-01-01")
    assert before.status_code == 200
    assert "Maja Testborger" in before.text, "no source told of her yet, and the page still says whom it is about"
    assert "Ida" not in before.text.partition('class="why"')[0]


def test_the_family_page_has_a_column_for_each(town: Town) -> None:
    page = town.client("anna.holm").get(f"/familien/{town.ids[maja.MAJA]}").text
    for name in ("Maja Testborger", "Ida Testborger", "Emil Testborger"):
        assert f'<th scope="col" role="columnheader">{name}</th>' in page


def test_pages_answer_their_role_only_and_the_refusal_is_logged(town: Town) -> None:
    allowed = {"anna.holm": "/mine-borgere", "tine.skov": "/kilder", "jens.dam": "/tilsyn"}
    for actor_id, own in allowed.items():
        browser = town.client(actor_id)
        for address in allowed.values():
            assert browser.get(address).status_code == (200 if address == own else 403), (actor_id, address)
    refused = {one.action for one in lines(town) if one.outcome is AuditOutcome.REFUSED}
    assert refused == {AuditAction.LIST_CITIZENS, AuditAction.READ_SOURCES, AuditAction.READ_LOG}


def test_administrator_and_dpo_never_see_a_citizen(town: Town) -> None:
    address = f"/overblik/{town.ids[maja.MAJA]}"
    for actor_id in ("tine.skov", "jens.dam"):
        browser = town.client(actor_id)
        assert browser.get(address).status_code == 403
        page = browser.post(f"{address}/grund", purpose="case_work", reason="Jeg vil gerne se siden nu")
        assert page.status_code == 403
        assert "Familiebehandling" not in page.text


def test_the_dpo_finds_lines_by_number_and_by_employee(town: Town) -> None:
    town.client("anna.holm").get(f"/overblik/{town.ids[maja.MAJA]}")
    browser = town.client("jens.dam")
    assert "Anna Holm" in browser.post("/tilsyn", citizen="750786-4002").text
    assert "Åbnede overblikket" in browser.post("/tilsyn", employee="anna.holm").text
    assert "Ingen borger har det nummer" in browser.post("/tilsyn", citizen="ukendt").text


def test_my_citizens_tells_the_running_clock(town: Town) -> None:
    page = town.client("anna.holm").get("/mine-borgere").text
    assert "24 timer: 1 udløber i dag kl. 14.10" in page
    assert "skal vurderes senest i dag kl. 14.10" in page


@pytest.mark.parametrize(
    "address", ["/mine-borgere", "/soeg", "/overblik/{maja}", "/familien/{maja}", "/tidslinje/{maja}"]
)
def test_each_page_has_language_title_and_one_heading(town: Town, address: str) -> None:
    page = town.client("anna.holm").get(address.format(maja=town.ids[maja.MAJA])).text
    assert '<html lang="da">' in page
    assert re.search(r"<title>[^<]+ – Helhed</title>", page)
    assert page.count("<h1>") == 1
