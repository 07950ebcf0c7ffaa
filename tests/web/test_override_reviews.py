"""Særlige grunde: the DPO finds what waits, sees what was shown, and writes what the review came to."""

import re
from datetime import timedelta

from hub.clock import FixedClock
from schemas.access import AuditAction
from tests.web import maja
from tests.web.conftest import Town
from tests.web.test_oversight import acts, rows

REASON = "Akut henvendelse fra hjemmet i nat"
WORDS = "Ole havde vagten og blev ringet op"
LIST = "/tilsyn/saerlige-grunde"


def _text(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def _override(town: Town, reason: str = REASON) -> None:
    """Ole opens Maja for a reason: the overview, then the timeline."""
    ole, citizen_id = town.client("ole.bruun"), town.ids[maja.MAJA]
    ole.post(f"/overblik/{citizen_id}/grund", purpose="case_work", reason=reason)
    assert ole.get(f"/tidslinje/{citizen_id}").status_code == 200


def test_a_reason_waits_is_read_and_is_reviewed(town: Town, clock: FixedClock) -> None:
    jens = town.client("jens.dam")
    assert "Ingen særlige grunde venter på gennemgang" in jens.get("/tilsyn").text
    assert "Alle særlige grunde er gennemgået." in jens.get(LIST).text
    _override(town)
    clock.move(timedelta(hours=2))
    assert "1 særlig grund venter på gennemgang" in jens.get("/tilsyn").text
    listed = jens.get(LIST).text
    for words in (REASON, "Ole Bruun", "Hjemmeplejen", "Viste social", "Venter på gennemgang (1)"):
        assert words in _text(listed)
    assert "Maja" not in listed
    address = re.search(rf'href="({LIST}/[^"?]+)"', listed)
    assert address
    page = _text(jens.get(address[1]).text)
    for words in (
        "Åbnede overblikket",
        "Åbnede tidslinjen",
        "Ingen: ikke på teamet, ikke nævnt ansvarlig",
        "Sagsbehandling",
        "Gennemgå grunden",
    ):
        assert words in page
    short = jens.post(f"{address[1]}/gennemgang", outcome="justified", words="12345678901", reviews_seen="0").text
    assert "Skriv med ord, hvorfor" in short
    assert re.search(r'value="justified" required checked', short)
    done = jens.post(f"{address[1]}/gennemgang", outcome="not_justified", words=WORDS, reviews_seen="0").text
    assert "Gennemgangen er gemt: ikke berettiget." in done
    assert f"«{WORDS}»" in _text(done)
    assert "Skriv en ny gennemgang" in done
    assert "Gennemgået: ikke berettiget" in done
    meanwhile = jens.post(f"{address[1]}/gennemgang", outcome="justified", words=WORDS, reviews_seen="0").text
    assert "En anden har gennemgået den, mens du skrev." in meanwhile
    assert "Gennemgået (1)" in _text(jens.get(f"{LIST}?vis=reviewed").text)
    (row, *_) = rows(acts(town, AuditAction.REVIEW_OVERRIDE))
    assert (row.action, row.reason) == ("Gennemgik en særlig grund", WORDS)
    assert row.details.startswith("Ikke berettiget")


def test_one_reason_is_one_review_however_many_pages_it_opened(town: Town, clock: FixedClock) -> None:
    _override(town)
    clock.move(timedelta(minutes=30))
    _override(town, "Hjemmet ringede igen samme nat")
    listed = _text(town.client("jens.dam").get(LIST).text)
    assert "2 særlige grunde venter på gennemgang, ældste først" in listed
    assert listed.index(REASON) < listed.index("Hjemmet ringede igen")


def test_nobody_but_the_reviewer_comes_here(town: Town) -> None:
    _override(town)
    jens = town.client("jens.dam")
    (override,) = jens.get("/api" + LIST).json()["overrides"]
    for actor_id in ("ole.bruun", "anna.holm", "tine.skov"):
        client = town.client(actor_id)
        for address in (LIST, f"{LIST}/{override['id']}", f"/api{LIST}"):
            answer = client.get(address)
            assert answer.status_code == 403
            assert REASON not in answer.text
        written = client.post(f"{LIST}/{override['id']}/gennemgang", outcome="justified", words=WORDS)
        assert written.status_code == 403
    assert jens.get(f"{LIST}/findes-ikke").status_code == 404
    assert jens.post(f"{LIST}/findes-ikke/gennemgang", outcome="justified", words=WORDS).status_code == 404
    assert jens.get(f"/api{LIST}").json()["waiting"] == 1


def test_the_api_reviews_as_the_page_does(town: Town) -> None:
    _override(town)
    jens = town.client("jens.dam")
    answer = jens.get(f"/api{LIST}").json()
    (override,) = answer["overrides"]
    assert (answer["waiting"], answer["after"], override["reviews"]) == (1, None, [])
    address = f"/api{LIST}/{override['id']}"
    assert jens.get(address).json()["may_review"] is True
    ask = {"outcome": "needs_follow_up", "words": "Kort", "reviews_seen": 0}
    token = {"X-CSRF-Token": jens.token()}
    faults = jens.http.post(f"{address}/gennemgang", json=ask, headers=token).json()["faults"]
    assert [fault["fault"] for fault in faults] == ["words_missing"]
    stored = jens.http.post(f"{address}/gennemgang", json={**ask, "words": WORDS}, headers=token)
    assert stored.json() == {"faults": []}
    assert jens.get(f"/api{LIST}").json()["follow_up"] == 1
    (review,) = jens.get(address).json()["override"]["reviews"]
    assert (review["reviewer_id"], review["outcome"], review["words"]) == ("jens.dam", "needs_follow_up", WORDS)


def test_the_list_tells_ages_a_period_and_shares_and_is_exported_with_pseudonyms(town: Town, clock: FixedClock) -> None:
    _override(town)
    clock.move(timedelta(days=8))
    jens = town.client("jens.dam")
    page = _text(jens.get(LIST).text)
    assert "under 7 dage: 0, 7 til 30 dage: 1, over 30 dage: 0" in page
    assert "vises ikke: færre end 5 medarbejdere har slået op" in page
    today = clock.now().date().isoformat()
    assert "0 særlige grunde venter" in _text(jens.get(f"{LIST}?fra={today}").text)
    assert "Byt de to datoer om" in _text(jens.get(f"{LIST}?fra={today}&til=2020-01-01").text)
    table = jens.get(f"{LIST}.csv").text
    assert REASON in table
    assert "medarbejder-" in table
    assert "ole.bruun" not in table
    assert str(town.ids[maja.MAJA]) not in table
    (act, *_) = acts(town, AuditAction.EXPORT_LOG)
    assert act.lines[0].entry.actor_id == "jens.dam"
    assert town.client("gitte.berg").get(f"{LIST}.csv").status_code == 403
