"""Headers, cookie, form token, login: what guards every page."""

from dataclasses import replace

import httpx
import pytest

from hub.app import create_app
from hub.context import AppContext
from hub.settings import Settings
from hub.web.middlewares.security_headers import CONTENT_SECURITY_POLICY
from tests.web import maja
from tests.web.conftest import Town
from tests.web.routes import posts
from tests.web.serving import browsing, serving


def test_every_answer_carries_the_headers(town: Town) -> None:
    browser = town.client("anna.holm")
    for address in ("/mine-borgere", "/findes-ikke", "/static/hub.css", "/health/live", "/api/mig", "/api/findes-ikke"):
        headers = browser.get(address).headers
        assert headers["content-security-policy"] == CONTENT_SECURITY_POLICY
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == ("public, max-age=3600" if "static" in address else "no-store")


def test_the_policy_allows_no_inline_script_or_style(town: Town) -> None:
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    browser = town.client("anna.holm")
    for side in ("overblik", "familien", "tidslinje"):
        page = browser.get(f"/{side}/{town.ids[maja.MAJA]}").text
        assert " style=" not in page
        assert "<style" not in page
        assert " onclick=" not in page


SIGNED_BY_THE_PROVIDER = "/log-ind/afsluttet"
"""A logout that the provider tells of has its signature in place of a token, and does not exist without a provider."""


def test_a_form_without_its_token_is_refused(town: Town) -> None:
    browser = town.client("anna.holm")
    for path in posts(town.app):
        address = path.replace("{citizen_id}", str(town.ids[maja.MAJA]))
        fields = {"person": "jens.dam", "purpose": "case_work", "reason": "En lang nok grund", "text": "maja"}
        as_json = path.startswith("/api/")
        answer = browser.http.post(address, json=fields) if as_json else browser.http.post(address, data=fields)
        assert answer.status_code == (404 if path == SIGNED_BY_THE_PROVIDER else 403), path


def test_another_sessions_token_is_refused(town: Town) -> None:
    other = town.client("lene.friis").get("/api/mig").json()["csrf"]
    answer = town.client("anna.holm").http.post("/soeg", data={"csrf": other, "text": "maja"})
    assert answer.status_code == 403
    assert "Formularen er udløbet" in answer.text


def test_without_the_demo_nobody_logs_in_here(context: AppContext) -> None:
    app = create_app(replace(context, settings=Settings(demo=False, secure_cookies=False)))
    with serving(app) as address, browsing(address) as browser:
        assert "Kommunens login er ikke tilsluttet" in browser.get("/log-ind").text
        assert browser.token()
        answer = browser.post("/log-ind", person="anna.holm")
        assert answer.status_code == 403
        assert "kommunens login" in answer.text


def test_the_cookie_is_for_this_server_only(context: AppContext) -> None:
    app = create_app(replace(context, settings=Settings(demo=True, secure_cookies=True)))
    with serving(app) as address:
        answer = httpx.get(f"{address}/log-ind")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-helhed-login=")
    assert all(word in cookie.lower() for word in ("httponly", "secure", "samesite=lax", "path=/"))
    assert "domain" not in cookie.lower()
    assert "max-age" in answer.headers["strict-transport-security"]


@pytest.mark.parametrize("address", ["/mine-borgere", "/soeg", "/overblik/{maja}", "/kilder", "/tilsyn"])
def test_a_page_needs_a_login(town: Town, address: str) -> None:
    answer = town.client().get(address.format(maja=town.ids[maja.MAJA]))
    assert str(answer.url).endswith("/log-ind")


def test_an_error_page_says_what_was_saved_and_a_reference(town: Town) -> None:
    answer = town.client("anna.holm").get("/overblik/ikke-en-nøgle")
    assert answer.status_code == 404
    assert "Adressen kan ikke læses" in answer.text
    assert answer.headers["x-request-id"] in answer.text
    assert "intet er gået tabt" in answer.text


def test_the_api_gives_the_same_decision_and_a_problem_document(town: Town) -> None:
    browser = town.client("anna.holm")
    answer = browser.get(f"/api/overblik/{town.ids[maja.MAJA]}")
    assert answer.json()["decision"]["basis"] == "team"
    assert "7507864002" not in answer.text
    missing = browser.get("/api/overblik/00000000-0000-4000-8000-000000000000")
    assert (missing.status_code, missing.headers["content-type"]) == (404, "application/problem+json")
    paths = browser.get("/api/openapi.json").json()["paths"]
    assert set(paths) == {
        "/api/mig",
        "/api/mine-borgere",
        "/api/soeg",
        "/api/overblik/{citizen_id}",
        "/api/tidslinje/{citizen_id}",
        "/api/familien/{citizen_id}",
        "/api/kilder",
        "/api/kilder/{name}/koersler",
        "/api/kilder/{name}/koersler/{number}",
        "/api/kilder/{name}/aendringer",
        "/api/kilder/{name}/koer",
        "/api/kilder/{name}/stands",
        "/api/kilder/{name}/indbakke",
        "/api/kilder/{name}/data",
        "/api/kilder/{name}/fjern",
        "/api/kilder/{name}/glem",
        "/api/kilder/typer",
        "/api/adviser",
        "/api/adviser/laest",
        "/api/adviser/valg",
        "/api/adviser/{alert_id}",
        "/api/forloeb/{course_id}/familie",
        "/api/forloeb/{course_id}/slut/fjern",
        "/api/sammenhaengsudvalg",
        "/api/tilsyn/svar/{question}",
        "/api/links",
        "/api/proevehandlinger/{citizen_id}",
        "/api/proevehandlinger/{citizen_id}/ny",
        "/api/proevehandlinger/{citizen_id}/{trial_id}/ret",
        "/api/proevehandlinger/{citizen_id}/{trial_id}/vurder",
        "/api/kilder/{name}/opsaetning",
        "/api/kilder/{name}/opsaetning/tjek",
        "/api/kilder/{name}/opsaetning/felter",
        "/api/kilder/{name}/opsaetning/proeve",
        "/api/kilder/{name}/opsaetning/start",
        "/api/beskeder",
        "/api/beskeder/webhooks",
        "/api/beskeder/webhooks/{webhook_id}",
        "/api/tilsyn",
        "/api/tilsyn/opslag",
        "/api/tilsyn/rettigheder",
        "/api/tilsyn/rettigheder/glemt/{forgetting_id}/ophaev",
        "/api/tilsyn/rettigheder/{citizen_id}",
        "/api/tilsyn/rettigheder/{citizen_id}/hold",
        "/api/tilsyn/rettigheder/{citizen_id}/kopi",
        "/api/tilsyn/rettigheder/{citizen_id}/hold/{hold_id}/ophaev",
        "/api/tilsyn/rettigheder/{citizen_id}/slet",
        "/api/tilsyn/rettigheder/{citizen_id}/begraensning",
        "/api/tilsyn/rettigheder/{citizen_id}/bestridt",
        "/api/tilsyn/rettigheder/{citizen_id}/bestridt/{contest_id}/afgoer",
        "/api/tilsyn/rettigheder/{citizen_id}/begraensning/{restriction_id}/ophaev",
        "/api/tilsyn/sletning",
        "/api/tilsyn/loggen/haendelser",
        "/api/tilsyn/loggen/navne",
        "/api/tilsyn/loggen/navne/afslut",
        "/api/tilsyn/saerlige-grunde",
        "/api/tilsyn/saerlige-grunde/{override_id}",
        "/api/tilsyn/saerlige-grunde/{override_id}/gennemgang",
        "/api/tilsyn/stikproever",
        "/api/tilsyn/stikproever/{sample_id}",
        "/api/tilsyn/stikproever/{sample_id}/linjer/{number}",
        "/api/tilbageholdt",
        "/api/tilbageholdt/{entry_id}",
        "/api/karantaene",
        "/api/karantaene/fejl/{key}/proev",
        "/api/karantaene/{entry_id}/proev",
        "/api/opgaver/{job_id}",
        "/api/indeks",
        "/api/samtykker",
        "/api/samtykker/{citizen_id}",
        "/api/samtykker/{citizen_id}/giv",
        "/api/samtykker/{citizen_id}/traek",
        "/api/identitet",
        "/api/identitet/{conflict_id}",
        "/api/identitet/afgoer",
        "/api/indeks/ret-op",
        "/api/indeks/byg",
        "/api/forloeb",
        "/api/forloeb/tilbyd/{citizen_id}",
        "/api/forloeb/{course_id}",
        "/api/forloeb/{course_id}/fjern",
        "/api/forloeb/{course_id}/moeder",
        "/api/forloeb/{course_id}/moeder/indkald",
        "/api/forloeb/{course_id}/slut",
        "/api/forloeb/{course_id}/team",
        "/api/mine-enheder",
        "/api/moeder",
        "/api/moeder/{meeting_id}",
        "/api/moeder/{meeting_id}/aflys",
        "/api/moeder/{meeting_id}/enig",
        "/api/moeder/{meeting_id}/flyt",
        "/api/moeder/{meeting_id}/hold",
        "/api/plan/{citizen_id}",
        "/api/plan/{citizen_id}/ny",
        "/api/plan/{citizen_id}/post/{entry_id}/fremgang",
        "/api/plan/{citizen_id}/post/{entry_id}/indsats",
        "/api/plan/{citizen_id}/post/{entry_id}/ret",
        "/api/punkter/{citizen_id}",
        "/api/punkter/{citizen_id}/vurder",
        "/api/regler",
        "/api/regler/{rule}",
        "/api/videregivelser",
        "/api/videregivelser/ny/{citizen_id}",
        "/api/videregivelser/{disclosure_id}/aabn",
        "/api/videregivelser/{disclosure_id}/luk",
    }
