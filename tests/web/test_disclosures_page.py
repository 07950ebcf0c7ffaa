"""Videregivelser: disclose from the overview, see why it is shown, close it; for a meeting once."""

import re
from datetime import timedelta

from hub.clock import FixedClock, danish_day
from schemas.access import AuditAction
from tests.web import maja
from tests.web.conftest import Town
from tests.web.serving import Browser
from tests.web.test_override_reviews import _text
from tests.web.test_oversight import acts, rows

PATH = "/videregivelser"
WHY = "Hjemmeplejen skal kende indsatsen for at kunne tilrettelægge besøgene"


def _fields(town: Town, **changes: str) -> dict[str, str]:
    last_day = danish_day(town.clock.now()) + timedelta(days=30)
    return {
        "basis": "significant_importance",
        "category": "efforts",
        "receivers": "Ole Bruun",
        "reason": WHY,
        "last_day": last_day.isoformat(),
        **changes,
    }


def _id_of(client: Browser, which: str = "by_me") -> int:
    return int(client.get(f"/api{PATH}").json()[which][0]["disclosure"]["id"])


def test_disclosing_shows_the_area_with_its_basis_and_closing_ends_it(town: Town) -> None:
    anna, ole, citizen_id = town.client("anna.holm"), town.client("ole.bruun"), town.ids[maja.MAJA]
    assert ole.get(f"/overblik/{citizen_id}").status_code == 403
    assert f"{PATH}/ny/{citizen_id}" in anna.get(f"/overblik/{citizen_id}").text
    form = anna.get(f"{PATH}/ny/{citizen_id}").text
    assert "Videregiv om Maja" in form
    assert "sundhedsfaglig frigiver" not in form, "that is for health"
    missing = anna.post(f"{PATH}/ny/{citizen_id}", **_fields(town, receivers="ukendt", reason="kort"))
    assert "En af modtagerne kendes ikke" in missing.text
    assert "Skriv med ord" in missing.text
    done = anna.post(f"{PATH}/ny/{citizen_id}", **_fields(town))
    assert "Videregivelsen er gemt" in done.text
    page = ole.get(f"/overblik/{citizen_id}")
    assert page.status_code == 200
    assert "Noget af social vises: Anna Holm har videregivet det (væsentlig betydning)" in _text(page.text)
    assert "modtager af oplysninger" in page.text
    assert "Du ser indsatser og sager. Siden siger ikke, om der er andet." in _text(page.text)
    assert "Borgeren har samtykket" not in page.text
    second = _fields(town, basis="statutory_duty", legal_basis="barnets lov § 133", category="plans")
    anna.post(f"{PATH}/ny/{citizen_id}", **second)
    both = _text(ole.get(f"/overblik/{citizen_id}").text)
    assert "(væsentlig betydning)" in both
    assert "(lovbestemt pligt)" in both
    anna.post(f"{PATH}/{_id_of(anna)}/luk")
    api = ole.get(f"/api/overblik/{citizen_id}")
    assert api.status_code == 200
    assert f"/overblik/{citizen_id}" in ole.get(PATH).text
    (row, *_) = rows(acts(town, AuditAction.DISCLOSE))
    assert (row.action, row.who, row.reason) == ("Videregav oplysninger til andre", "Anna Holm", WHY)
    disclosure_id = _id_of(anna)
    assert ole.post(f"{PATH}/{disclosure_id}/luk").status_code == 404
    assert "Videregivelsen er lukket" in anna.post(f"{PATH}/{disclosure_id}/luk").text
    for address in (f"/overblik/{citizen_id}", f"/tidslinje/{citizen_id}", f"/api/overblik/{citizen_id}"):
        assert ole.get(address).status_code == 403
    assert ole.get(f"/api{PATH}").json()["to_me"] == []


def test_what_is_for_a_meeting_opens_once_for_an_hour_in_that_login(town: Town, clock: FixedClock) -> None:
    anna, ole, citizen_id = town.client("anna.holm"), town.client("ole.bruun"), town.ids[maja.MAJA]
    today = danish_day(clock.now()).isoformat()
    anna.post(
        f"{PATH}/ny/{citizen_id}",
        **_fields(town, basis="ssd_preventive", meeting="Netværksmøde", meeting_on=today, receivers="ole.bruun"),
    )
    disclosure_id = _id_of(anna)
    assert ole.get(f"/overblik/{citizen_id}").status_code == 403
    listed = ole.get(PATH).text
    assert "Åbn til mødet" in listed
    assert "Maja" not in listed
    assert town.client("lene.friis").post(f"{PATH}/{disclosure_id}/aabn").status_code == 404
    opened = ole.post(f"{PATH}/{disclosure_id}/aabn")
    assert opened.url.path == f"/overblik/{citizen_id}"
    assert "Det, der er videregivet til mødet, vises kun til kl." in opened.text
    assert town.client("ole.bruun").get(f"/overblik/{citizen_id}").status_code == 403, "another login"
    again = ole.post(f"{PATH}/{disclosure_id}/aabn")
    assert "kun én gang" in again.text
    assert ole.get(f"/tidslinje/{citizen_id}").status_code == 200
    clock.move(timedelta(minutes=61))
    assert ole.get(f"/overblik/{citizen_id}").status_code == 403
    assert re.search(r"Ole Bruun \(har åbnet\)", anna.get(PATH).text)


def test_it_is_closed_at_once_while_it_is_open_and_by_the_one_who_opened_it(town: Town, clock: FixedClock) -> None:
    anna, ole, citizen_id = town.client("anna.holm"), town.client("ole.bruun"), town.ids[maja.MAJA]
    today = danish_day(clock.now()).isoformat()
    fields = _fields(town, basis="ssd_preventive", meeting="Møde", meeting_on=today, receivers="ole.bruun")
    anna.post(f"{PATH}/ny/{citizen_id}", **fields)
    ole.post(f"{PATH}/{_id_of(anna)}/aabn")
    anna.post(f"{PATH}/{_id_of(anna)}/luk")
    assert ole.get(f"/overblik/{citizen_id}").status_code == 403
    anna.post(f"{PATH}/ny/{citizen_id}", **fields)
    assert ole.post(f"{PATH}/{_id_of(anna)}/aabn").status_code == 200
    ole.post(f"{PATH}/moede/afslut")
    assert ole.get(f"/overblik/{citizen_id}").status_code == 403


def test_the_api_discloses_as_the_page_and_only_for_those_who_may(town: Town) -> None:
    anna, citizen_id = town.client("anna.holm"), town.ids[maja.MAJA]
    ask = {
        "basis": "statutory_duty",
        "categories": ["efforts"],
        "reason": WHY,
        "receivers": ["ole.bruun"],
        "last_day": (danish_day(town.clock.now()) + timedelta(days=5)).isoformat(),
    }
    address = f"/api{PATH}/ny/{citizen_id}"

    def post(client: Browser, address: str, body: dict[str, object]) -> dict[str, object]:
        answer = client.http.post(address, json=body, headers={"X-CSRF-Token": client.token()})
        return {"status": answer.status_code, **answer.json()}

    faults = post(anna, address, dict(ask))
    assert [fault["fault"] for fault in faults["faults"]] == ["legal_basis_missing"]  # type: ignore[attr-defined]
    stored = post(anna, address, {**ask, "legal_basis": "barnets lov § 133"})
    assert stored["faults"] == []
    assert stored["id"] == _id_of(anna)
    for stranger in ("ole.bruun", "tine.skov", "jens.dam", "gitte.berg"):
        client = town.client(stranger)
        assert post(client, address, {**ask, "legal_basis": "x § 1"})["status"] == 403
        assert client.get(f"{PATH}/ny/{citizen_id}").status_code == 403
        expected = {"ole.bruun": {404}}.get(stranger, {403})
        assert post(client, f"/api{PATH}/{stored['id']}/luk", {})["status"] in expected
    assert post(anna, f"/api{PATH}/{stored['id']}/luk", {})["is_done"] is True
    assert post(anna, f"/api{PATH}/{stored['id']}/luk", {})["is_done"] is False
