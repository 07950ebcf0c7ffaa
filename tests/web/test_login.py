"""Login at the municipality's provider: what lets somebody in, what does not, and how it ends."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from joserfc.jwk import OctKey, RSAKey
from sqlalchemy import text

from hub.app import create_app
from hub.audit.repository import list_entries
from hub.oidc.mapping import RoleMapping
from hub.oidc.provider import Provider, ProviderSettings
from hub.oidc.service import MunicipalLogin
from hub.secrets import PayloadCipher, login_keys
from hub.settings import Settings
from hub.web.login import texts
from schemas.access import AuditAction, AuditOutcome
from tests.login_provider import CLIENT_ID, CLIENT_SECRET, LoginProvider, login_provider
from tests.web.conftest import Town
from tests.web.serving import Browser, browsing, serving

MAPPING = RoleMapping.model_validate(
    {
        "contact": "IT-service, tlf. 44 77 40 40",
        "functions": [
            {"value": "helhed-sagsbehandler", "role": "team_member"},
            {"value": "helhed-admin", "role": "administrator", "title": "systemadministrator"},
        ],
        "units": [{"value": "b1", "id": "social:100", "name": "Familieafdelingen", "area": "social"}],
    }
)
ANNA: dict[str, Any] = {
    "sub": "7c0f",
    "preferred_username": "anna.holm",
    "name": "Anna Holm",
    "roles": ["helhed-sagsbehandler"],
    "unit": "b1",
}
LEVEL = "https://data.gov.dk/concept/core/nsis/loa"
LONG_AGO, FAR_AHEAD = 1_000_000_000, 4_000_000_000
"""Seconds since 1970."""


@dataclass
class Municipality:
    """A running application with a provider."""

    town: Town
    provider: LoginProvider
    client: Provider
    """Our side of it."""
    address: str

    def log_in(self, browser: Browser) -> httpx.Response:
        """As a person does it: the link on the page of the login, there and back."""
        return browser.get("/log-ind/start")

    def refused_by(self, browser: Browser) -> str:
        """The rule by which a login fails, by the headline."""
        answer = self.log_in(browser)
        assert browser.http.get("/api/mig").status_code == 401
        return next(
            rule.value for rule, (headline, _) in texts.REFUSED.items() if f"<h1>{headline}</h1>" in answer.text
        )

    def execute(self, statement: str) -> None:
        """Change the store."""
        with self.town.context.database.transaction() as session:
            session.execute(text(statement))


@pytest.fixture
def municipality(town: Town) -> Iterator[Municipality]:
    with login_provider() as provider:
        settings = ProviderSettings(
            issuer=provider.url, client_id=CLIENT_ID, client_secret=CLIENT_SECRET, public_url="http://127.0.0.1"
        )
        key = login_keys(town.context.session_key)
        login = MunicipalLogin(Provider(settings), MAPPING, PayloadCipher(key), town.context.digest_key)
        app = create_app(replace(town.context, settings=Settings(secure_cookies=False), login=login))
        provider.person = dict(ANNA)
        with serving(app) as address:
            login.provider.settings = replace(settings, public_url=address)
            yield Municipality(town, provider, login.provider, address)
        login.provider.close()


@pytest.fixture
def browser(municipality: Municipality) -> Iterator[Browser]:
    with browsing(municipality.address) as made:
        yield made


def test_somebody_with_a_mapped_function_gets_in_with_role_unit_and_area(
    municipality: Municipality, browser: Browser
) -> None:
    assert "Log ind med kommunens login" in browser.get("/log-ind").text
    answer = municipality.log_in(browser)
    assert (answer.status_code, answer.url.path) == (200, "/mine-borgere")
    actor = browser.get("/api/mig").json()["actor"]
    assert (actor["id"], actor["roles"], actor["unit_id"]) == ("anna.holm", ["team_member"], "social:100")
    (asked,) = municipality.provider.asked
    assert asked["code_challenge_method"] == "S256"
    assert "acr_values" not in asked
    assert set(browser.http.cookies) == {"helhed"}


def test_a_person_without_a_mapped_function_reads_whom_to_ask_and_the_log_says_so(
    municipality: Municipality, browser: Browser
) -> None:
    municipality.provider.person |= {"preferred_username": "ny.person", "roles": ["something-else"], "sub": "9"}
    answer = municipality.log_in(browser)
    assert answer.status_code == 403
    assert "IT-service, tlf. 44 77 40 40" in answer.text
    with municipality.town.context.database.transaction() as session:
        entry = list_entries(session)[0].entry
        known = session.execute(text("SELECT count(*) FROM actors WHERE id = 'ny.person'")).scalar_one()
    assert (entry.action, entry.outcome, entry.actor_id) == (AuditAction.LOG_IN, AuditOutcome.REFUSED, "ny.person")
    assert known == 0, "whoever has no business here does not become an employee here"


OTHER_KEY = RSAKey.generate_key(2048, parameters={"kid": "first", "use": "sig"})


@pytest.mark.parametrize(
    "lies",
    [
        {"iss": "https://somebody.else"},
        {"iss": None},
        {"aud": "another-client"},
        {"aud": ["helhed", "another"], "azp": "another"},
        {"aud": None},
        {"exp": LONG_AGO},
        {"exp": None},
        {"iat": FAR_AHEAD},
        {"iat": None},
        {"nonce": "of another login"},
        {"nonce": None},
        {"sub": None},
        {"preferred_username": None},
        {"preferred_username": 7},
    ],
    ids=str,
)
def test_a_token_that_is_not_as_it_must_be_lets_nobody_in(
    municipality: Municipality, browser: Browser, lies: dict[str, Any]
) -> None:
    municipality.provider.lies = lies
    assert municipality.refused_by(browser) == "token"


def test_a_token_that_another_key_has_signed_lets_nobody_in(municipality: Municipality, browser: Browser) -> None:
    municipality.provider.signs_with = OTHER_KEY
    assert municipality.refused_by(browser) == "token"


def test_a_token_under_a_shared_secret_or_none_lets_nobody_in(municipality: Municipality, browser: Browser) -> None:
    municipality.provider.signs_with = OctKey.import_key(CLIENT_SECRET * 4, parameters={"kid": "first"})
    municipality.provider.algorithm = "HS256"
    assert municipality.refused_by(browser) == "token"
    municipality.provider.signs_with, municipality.provider.algorithm = None, "none"
    assert municipality.refused_by(browser) == "token"


@pytest.mark.parametrize("seconds", [-50, 50])
def test_the_clocks_may_differ_by_a_minute(municipality: Municipality, browser: Browser, seconds: int) -> None:
    now = int(time.time())
    municipality.provider.lies = {"iat": now + seconds, "exp": now + min(seconds, 0) + 1}
    assert municipality.log_in(browser).status_code == 200


def test_a_new_key_is_fetched_at_once_and_not_for_every_forgery(municipality: Municipality, browser: Browser) -> None:
    municipality.log_in(browser)
    assert municipality.provider.keys_fetched == 1
    municipality.provider.rotate("second")
    assert municipality.log_in(browser).status_code == 200
    assert municipality.provider.keys_fetched == 2
    municipality.provider.signs_with = OTHER_KEY
    for _ in range(5):
        municipality.log_in(browser)
    assert municipality.provider.keys_fetched == 2


def test_an_answer_belongs_to_the_browser_that_asked_and_counts_once(
    municipality: Municipality, browser: Browser
) -> None:
    start = browser.http.get("/log-ind/start", follow_redirects=False)
    answer = httpx.get(start.headers["location"]).headers["location"]
    with browsing(municipality.address) as other:
        assert "Du skal begynde forfra" in other.get(answer).text
        other.get("/log-ind/start")
        assert "Du skal begynde forfra" in other.get(answer).text, "it has begun another login"
    assert browser.get(answer).status_code == 200
    assert "Du skal begynde forfra" in browser.get(answer).text, "used once"


def test_an_attempt_runs_out(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    start = browser.http.get("/log-ind/start", follow_redirects=False)
    answer = httpx.get(start.headers["location"]).headers["location"]
    monkeypatch.setattr("hub.oidc.attempt.LASTS", timedelta(0))
    assert "Du skal begynde forfra" in browser.get(answer).text


def test_an_answer_of_another_issuer_lets_nobody_in(municipality: Municipality, browser: Browser) -> None:
    municipality.provider.sends_issuer = False
    assert municipality.refused_by(browser) == "token"


@pytest.mark.parametrize(("level", "rule"), [("Substantial", None), ("Low", "level"), (None, "level")])
def test_an_assurance_level_is_demanded(
    municipality: Municipality, browser: Browser, level: str | None, rule: str | None
) -> None:
    known = municipality.client
    known.settings = replace(known.settings, acr_values=("Substantial", "High"), acr_claim=LEVEL)
    municipality.provider.person[LEVEL] = level
    if rule is None:
        assert municipality.log_in(browser).status_code == 200
    else:
        assert municipality.refused_by(browser) == rule
    assert municipality.provider.asked[-1]["acr_values"] == "Substantial High"


def test_a_provider_that_is_down_is_said_to_be(municipality: Municipality, browser: Browser) -> None:
    municipality.provider.is_down = True
    answer = municipality.log_in(browser)
    assert (answer.status_code, "Kommunens login svarer ikke" in answer.text) == (503, True)


def test_changed_claims_take_effect_at_the_next_request_after_renewal(
    municipality: Municipality, browser: Browser
) -> None:
    municipality.log_in(browser)
    municipality.provider.person["roles"] = ["helhed-admin"]
    assert browser.get("/api/mig").json()["actor"]["roles"] == ["team_member"]
    municipality.execute("UPDATE login_sessions SET renew_at = now() - interval '1 second'")
    assert browser.get("/api/mig").json()["actor"]["roles"] == ["administrator"]
    assert browser.get("/mine-borgere").status_code == 403


@pytest.mark.parametrize("how", ["no function", "disabled", "left", "another person"])
def test_whoever_may_no_longer_is_out_after_the_renewal(municipality: Municipality, browser: Browser, how: str) -> None:
    municipality.log_in(browser)
    if how == "no function":
        municipality.provider.person["roles"] = []
    elif how == "another person":
        municipality.provider.person["sub"] = "somebody else"
    elif how == "left":
        municipality.execute("UPDATE actors SET active = false WHERE id = 'anna.holm'")
    else:
        municipality.provider.refuses_renewal = True
    municipality.execute("UPDATE login_sessions SET renew_at = now() - interval '1 second'")
    assert browser.get("/api/mig").status_code == 401
    with municipality.town.context.database.transaction() as session:
        roles, sessions = session.execute(
            text("SELECT roles, (SELECT count(*) FROM login_sessions) FROM actors WHERE id = 'anna.holm'")
        ).one()
    assert (roles == []) is (how == "no function")
    assert sessions == 0 or how == "left"


def test_a_session_goes_on_while_the_provider_is_down(municipality: Municipality, browser: Browser) -> None:
    municipality.log_in(browser)
    municipality.provider.is_down = True
    municipality.execute("UPDATE login_sessions SET renew_at = now() - interval '1 second'")
    assert browser.get("/api/mig").status_code == 200


def test_an_id_that_another_account_has_is_not_given_away(municipality: Municipality, browser: Browser) -> None:
    municipality.log_in(browser)
    municipality.provider.person["sub"] = "a new employee with an old name"
    with browsing(municipality.address) as other:
        assert municipality.refused_by(other) == "taken"
    assert browser.get("/api/mig").status_code == 200


def test_who_has_left_does_not_get_in(municipality: Municipality, browser: Browser) -> None:
    municipality.execute("UPDATE actors SET active = false WHERE id = 'anna.holm'")
    assert municipality.refused_by(browser) == "left"


def test_the_logout_leads_on_to_the_provider(municipality: Municipality, browser: Browser) -> None:
    municipality.log_in(browser)
    cookie = browser.http.cookies["helhed"]
    page = browser.post("/log-ud")
    assert page.url.path == "/log-ud/videre"
    assert f'content="0;url={municipality.provider.url}/logout?client_id=helhed&amp;' in page.text
    assert "id_token_hint=" in page.text
    with httpx.Client(base_url=municipality.address, cookies={"helhed": cookie}) as thief:
        assert thief.get("/api/mig").status_code == 401
    assert browser.get("/log-ud/videre").url.path == "/log-ind", "once"


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        ({}, 200),
        ({"sid": None, "sub": "7c0f"}, 200),
        ({"sid": "of another", "sub": "7c0f"}, 200),
        ({"sid": None, "sub": None}, 400),
        ({"events": {}}, 400),
        ({"nonce": "an ID token"}, 400),
        ({"jti": None}, 400),
        ({"aud": "another"}, 400),
        ({"iat": LONG_AGO}, 400),
    ],
    ids=str,
)
def test_the_provider_ends_a_session_by_back_channel(
    municipality: Municipality, browser: Browser, claims: dict[str, Any], status: int
) -> None:
    municipality.log_in(browser)
    token = municipality.provider.logout_token(**claims)
    with httpx.Client(base_url=municipality.address) as provider:
        answer = provider.post("/log-ind/afsluttet", data={"logout_token": token})
    assert (answer.status_code, answer.headers["cache-control"]) == (status, "no-store")
    is_over = status == 200 and claims.get("sid") != "of another"
    assert browser.get("/api/mig").status_code == (401 if is_over else 200)


def test_the_provider_ends_a_session_by_front_channel(municipality: Municipality, browser: Browser) -> None:
    municipality.log_in(browser)
    place = "/log-ind/afslut"
    assert httpx.get(f"{municipality.address}{place}?iss=https://other&sid=provider-session").status_code == 400
    assert httpx.get(f"{municipality.address}{place}?iss={municipality.provider.url}").status_code == 400
    assert browser.get("/api/mig").status_code == 200
    httpx.get(f"{municipality.address}{place}?iss={municipality.provider.url}&sid=provider-session").raise_for_status()
    assert browser.get("/api/mig").status_code == 401


def test_the_store_holds_no_token_in_clear(municipality: Municipality, browser: Browser) -> None:
    municipality.log_in(browser)
    with municipality.town.context.database.transaction() as session:
        tokens = session.execute(text("SELECT tokens FROM login_sessions")).scalar_one()
    assert b"eyJ" not in bytes(tokens)
    assert b"refresh_token" not in bytes(tokens)


def test_without_a_provider_its_addresses_do_not_exist(town: Town) -> None:
    for place in ("/log-ind/start", "/log-ind/svar", "/log-ind/afslut", "/log-ud/videre"):
        assert town.client().get(place).status_code == 404
