"""Borgerens rettigheder: the DPO sets a hold, deletes, and sees the proof; nobody else comes here."""

import re

import httpx

from hub.overview.repository import current
from hub.rights.repository import list_forgettings
from schemas.access import AuditAction, AuditOutcome
from schemas.record import PartyRole
from tests.web import maja
from tests.web.conftest import Town
from tests.web.serving import Browser
from tests.web.test_oversight import acts, rows

PATH = "/tilsyn/rettigheder"
WHY = "Klagesag ved Datatilsynet er i gang"


def send(client: Browser, address: str, ask: dict[str, object]) -> httpx.Response:
    return client.http.post(address, json=ask, headers={"X-CSRF-Token": client.token()})


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_a_hold_is_in_the_way_of_deleting_until_it_is_released(town: Town) -> None:
    jens, key = town.client("jens.dam"), town.ids[maja.MAJA]
    address = f"{PATH}/{key}"
    assert "Ingen borgere er slettet" in jens.get(PATH).text
    short = jens.post(f"{address}/hold", reason="kort", last_day="")
    assert "Begrundelsen mangler" in plain(short.text)
    assert ">kort</textarea>" in short.text, "nothing typed is lost"
    assert "Sidste dag er passeret" in plain(jens.post(f"{address}/hold", reason=WHY, last_day="2020-01-01").text)
    assert "kan ikke læses" in plain(jens.post(f"{address}/hold", reason=WHY, last_day="i morgen").text)
    placed = plain(jens.post(f"{address}/hold", reason=f"{WHY} om Maja", last_day="").text)
    assert "Gemt: intet om borgeren slettes nu." in placed
    assert "Maja" not in placed
    assert "Et hold er i vejen" in placed
    refused = plain(jens.post(f"{address}/slet", reason=WHY, confirmed="ja").text)
    assert "Ophæv det først. Intet er slettet." in refused
    assert acts(town, AuditAction.FORGET_CITIZEN)[0].lines[-1].entry.outcome is AuditOutcome.FAILED
    assert "1 hold gælder nu" in plain(jens.get(PATH).text)
    hold = re.search(rf'action="({address}/hold/\d+/ophaev)"', jens.get(address).text)
    assert hold
    assert "Ophævet: det, der skal slettes" in plain(jens.post(hold[1], reason="Klagen er afgjort nu").text)
    assert "Det er ophævet i forvejen" in plain(jens.post(hold[1], reason="Klagen er afgjort nu").text)
    (row, *_) = rows(acts(town, AuditAction.RELEASE_HOLD))
    assert row.reason == "Klagen er afgjort nu"


def test_a_citizen_is_deleted_with_course_and_plan_and_the_page_proves_it(town: Town) -> None:
    jens, anna, key = town.client("jens.dam"), town.client("anna.holm"), town.ids[maja.MAJA]
    address = f"{PATH}/{key}"
    assert anna.get(f"/overblik/{key}").status_code == 200
    assert "Sæt hak ved, at du vil slette" in plain(jens.post(f"{address}/slet", reason=WHY).text)
    done = plain(jens.post(f"{address}/slet", reason=WHY, confirmed="ja").text)
    assert "Alt om borgeren er slettet: " in done
    assert re.search(r"\d+ oplysninger fra kilderne", done)
    assert re.search(r"\d+ poster? i forløb, plan, samtykker og møder", done)
    assert anna.get(f"/overblik/{key}").status_code == 404
    assert "Maja" not in plain(anna.get("/").text)
    assert jens.get(address).status_code == 404
    proof = plain(jens.get("/tilsyn/sletning").text)
    assert "afgjort af databeskyttelsesrådgiveren" in proof
    assert "har ikke kørt i dag eller i går" in proof
    with town.context.database.transaction() as session:
        (forgetting,) = list_forgettings(session)
    lifted = jens.post(f"{PATH}/glemt/{forgetting.id}/ophaev", reason="Borgeren får hjælp igen nu")
    assert "Kilderne må fortælle om borgeren igen" in plain(lifted.text)
    (row, *_) = rows(acts(town, AuditAction.FORGET_CITIZEN))
    assert row.reason == WHY


def test_the_api_does_the_same(town: Town) -> None:
    jens, key = town.client("jens.dam"), town.ids[maja.MAJA]
    address = f"/api{PATH}/{key}"
    assert jens.get(address).json()["is_held"] is False
    assert send(jens, f"{address}/hold", {"reason": "kort"}).json()["faults"][0]["fault"] == "reason_missing"
    assert send(jens, f"{address}/hold", {"reason": WHY}).json()["faults"] == []
    (hold,) = jens.get(address).json()["holds"]
    asked = {"reason": WHY, "confirmed": True}
    assert send(jens, f"{address}/slet", asked).json()["faults"][0]["fault"] == "held"
    assert send(jens, f"{address}/hold/{hold['id']}/ophaev", {"reason": WHY}).json()["faults"] == []
    assert send(jens, f"{address}/slet", asked).json()["deleted"]["records"] > 0
    assert {each["store"] for each in jens.get("/api/tilsyn/sletning").json()} >= {"records", "index", "courses"}
    (forgetting,) = jens.get(f"/api{PATH}").json()["forgettings"]
    lifted = send(jens, f"/api{PATH}/glemt/{forgetting['id']}/ophaev", {"reason": WHY})
    assert lifted.json()["faults"] == []


def test_nobody_but_the_dpo_decides_and_administrators_see_numbers_alone(town: Town) -> None:
    key = town.ids[maja.MAJA]
    for actor_id in ("anna.holm", "tine.skov"):
        client = town.client(actor_id)
        assert client.get(PATH).status_code == 403
        assert client.get(f"{PATH}/{key}").status_code == 403
        assert send(client, f"/api{PATH}/{key}/slet", {"reason": WHY, "confirmed": True}).status_code == 403
    assert town.client("anna.holm").get("/tilsyn/sletning").status_code == 403


def test_the_copy_has_what_is_the_citizens_own_and_nothing_of_others(town: Town) -> None:
    jens, key = town.client("jens.dam"), town.ids[maja.MAJA]
    town.client("anna.holm").get(f"/overblik/{key}")
    answer = send(jens, f"/api{PATH}/{key}/kopi", {})
    made = answer.json()["subject_copy"]
    assert made["person"]["given_name"] == "Maja"
    with town.context.database.transaction() as session:
        _, whole = current(session, [key])[key]
        others = {each: current(session, [each])[each][1] for each in town.ids.values() if each != key}
    assert whole
    about_her = [
        entry
        for entry in whole.entries()
        if any(party.citizen_id == key for party in entry.parties if party.role is PartyRole.PRIMARY)
    ]
    assert len(made["facts"]) == len(about_her) > 0, "everything of hers, nothing else"
    withheld = {each["rule"]: each["count"] for each in made["withheld"]}
    assert withheld["relatives"] == len(whole.header.relatives) > 0
    raw = answer.text
    for other in filter(None, others.values()):
        numbers = [each.value for each in other.header.identifiers if each.is_national]
        assert not [number for number in numbers if number in raw]
        assert (other.header.person.given_name or "-----") not in raw.replace("Maja", "")
    assert "notifier" not in {name for fact in made["facts"] for name in fact["says"]}
    looks = made["looks"]
    assert {look["employee"] for look in looks} == {None}
    assert "Anna Holm" not in str(looks)
    assert ("open_overview", "Familieafdelingen") in {(look["action"], look["unit"]) for look in looks}


def test_employees_are_named_only_for_a_reason_that_is_logged_and_the_paper_is_readable(town: Town) -> None:
    jens, key = town.client("jens.dam"), town.ids[maja.MAJA]
    town.client("anna.holm").get(f"/overblik/{key}")
    address = f"{PATH}/{key}/kopi"
    short = jens.post(address, with_names="ja", reason="kort")
    assert "Begrundelsen mangler" in plain(short.text)
    paper = jens.post(address, form="pdf")
    assert paper.headers["content-type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF")
    named = jens.post(address, form="json", with_names="ja", reason=WHY)
    assert "Anna Holm" in named.text
    (row, *_) = rows(acts(town, AuditAction.NAME_EMPLOYEES))
    assert row.reason == WHY
    assert send(town.client("anna.holm"), f"/api{PATH}/{key}/kopi", {}).status_code == 403
