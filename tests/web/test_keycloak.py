"""Login through a real Keycloak in a real browser: each role, the logout, a copied cookie, changes at the provider."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy import text

from deploy.sandbox.services import keycloak as keycloak_service
from deploy.sandbox.services.artefacts import ServiceMissing
from deploy.sandbox.services.keycloak import Keycloak
from hub.access.account_acts import add_account, revoke_account
from hub.access.identity import actor as get_actor
from hub.access.service_accounts import ServiceAccount
from hub.app import create_app
from hub.oidc.citizen_login import CitizenLogin
from hub.oidc.mapping import RoleMapping
from hub.oidc.provider import Provider, ProviderSettings
from hub.oidc.service import MunicipalLogin
from hub.secrets import PayloadCipher, login_keys
from hub.settings import Settings
from schemas.access import AccessRequest, Purpose
from schemas.machine import Scope
from tests.web import maja
from tests.web.chromium import marks, take_picture
from tests.web.conftest import NUMBERS, Town
from tests.web.serving import serving

pytestmark = marks("keycloak")
PASSWORD, SECRET = "only-for-tests", "only-for-tests-either"
AUDIENCE = "helhed-api"
NUMBER_CLAIM = "https://data.gov.dk/model/core/eid/cprNumber"
CITIZEN = "maja.testborger"
OPERATIONS = AccessRequest(purpose=Purpose.OPERATIONS, request_id="r")
ROLES = {
    "anna.holm": ("helhed-sagsbehandler", "/mine-borgere"),
    "tine.skov": ("helhed-admin", "/kilder"),
    "jens.dam": ("helhed-dpo", "/tilsyn"),
}
MAPPING = RoleMapping.model_validate(
    {
        "contact": "IT-service, tlf. 44 77 40 40",
        "functions": [
            {"value": "helhed-sagsbehandler", "role": "team_member", "title": "tovholder"},
            {"value": "helhed-admin", "role": "administrator", "title": "systemadministrator"},
            {"value": "helhed-dpo", "role": "dpo", "title": "databeskyttelsesrådgiver"},
        ],
        "units": [{"value": "b1", "id": "social:100", "name": "Familieafdelingen", "area": "social"}],
    }
)


def realm(name: str, address: str) -> dict[str, Any]:
    """A realm with our two clients and four employees, one of whom has no function, and a citizen."""

    def user(username: str, *roles: str) -> dict[str, Any]:
        first, _, last = username.title().partition(".")
        return {
            "username": username,
            "enabled": True,
            "email": f"{username}@example.org",
            "emailVerified": True,
            "firstName": first,
            "lastName": last,
            "credentials": [{"type": "password", "value": PASSWORD, "temporary": False}],
            "realmRoles": list(roles),
        }

    def mapper(kind: str, **config: str) -> dict[str, Any]:
        shared = {"id.token.claim": "true", "jsonType.label": "String"}
        return {"name": kind, "protocol": "openid-connect", "protocolMapper": kind, "config": {**shared, **config}}

    client = {
        "clientId": "helhed",
        "secret": SECRET,
        "redirectUris": [f"{address}/log-ind/svar"],
        "attributes": {
            "pkce.code.challenge.method": "S256",
            "post.logout.redirect.uris": f"{address}/log-ind",
            "backchannel.logout.url": f"{address}/log-ind/afsluttet",
            "backchannel.logout.session.required": "true",
        },
        "protocolMappers": [
            mapper("oidc-usermodel-realm-role-mapper", **{"claim.name": "roles", "multivalued": "true"}),
            mapper("oidc-hardcoded-claim-mapper", **{"claim.name": "unit", "claim.value": "b1"}),
        ],
    }
    number = {"claim.name": NUMBER_CLAIM.replace(".", "\\."), "claim.value": NUMBERS[maja.MAJA].replace("-", "")}
    own_page = {
        "clientId": "helhed-min-side",
        "secret": SECRET,
        "redirectUris": [f"{address}/min-side/log-ind/svar"],
        "attributes": {
            "pkce.code.challenge.method": "S256",
            "post.logout.redirect.uris": f"{address}/min-side/log-ind",
        },
        "protocolMappers": [mapper("oidc-hardcoded-claim-mapper", **number)],
    }
    audience = {"included.custom.audience": AUDIENCE, "access.token.claim": "true", "id.token.claim": "false"}
    machine = {
        "clientId": "monitor",
        "secret": SECRET,
        "serviceAccountsEnabled": True,
        "standardFlowEnabled": False,
        "directAccessGrantsEnabled": True,
        "protocolMappers": [mapper("oidc-audience-mapper", **audience)],
    }
    return {
        "realm": name,
        "enabled": True,
        "components": {"org.keycloak.keys.KeyProvider": _key_providers()},
        "roles": {"realm": [{"name": role} for role, _ in ROLES.values()]},
        "clients": [client, own_page, machine, {**machine, "clientId": "stranger"}],
        "users": [
            *(user(username, role) for username, (role, _) in ROLES.items()),
            user("ny.person"),
            user(CITIZEN),
        ],
    }


@cache
def _key_providers() -> list[dict[str, Any]]:
    """Keys for every realm of these tests: to let Keycloak make two of its own takes three seconds a realm."""

    def provider(kind: str, algorithm: str, **config: list[str]) -> dict[str, Any]:
        return {"name": kind, "providerId": kind, "config": {"algorithm": [algorithm], "priority": ["100"], **config}}

    def private_key() -> list[str]:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        return [key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()]

    return [
        provider("rsa", "RS256", privateKey=private_key()),
        provider("rsa-enc", "RSA-OAEP", privateKey=private_key()),
        provider("hmac-generated", "HS512"),
        provider("aes-generated", "AES"),
    ]


@pytest.fixture(scope="module")
def keycloak(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keycloak]:
    """One Keycloak for all of these tests."""
    folder: Path = tmp_path_factory.mktemp("keycloak")
    server = keycloak_service.start(folder)
    try:
        running = server.__enter__()
    except ServiceMissing as missing:
        pytest.skip(f"KEYCLOAK IS MISSING: {missing}")
    yield running
    server.__exit__(None, None, None)


@dataclass
class Municipality:
    """The application behind Keycloak."""

    town: Town
    keycloak: Keycloak
    realm: str
    address: str

    def execute(self, statement: str) -> None:
        """Change the store."""
        with self.town.context.database.transaction() as session:
            session.execute(text(statement))


@pytest.fixture
def municipality(town: Town, keycloak: Keycloak) -> Iterator[Municipality]:
    name = f"kommune-{town.address.rpartition(':')[2]}"
    settings = ProviderSettings(
        issuer=keycloak.issuer(name),
        client_id="helhed",
        client_secret=SECRET,
        public_url="http://127.0.0.1",
        api_audience=AUDIENCE,
    )
    cipher = PayloadCipher(login_keys(town.context.session_key))
    login = MunicipalLogin(Provider(settings), MAPPING, cipher, town.context.digest_key)
    own_settings = replace(settings, client_id="helhed-min-side", login_path="/min-side/log-ind")
    own_login = CitizenLogin(Provider(own_settings), NUMBER_CLAIM, cipher, town.context.digest_key)
    context = replace(town.context, settings=Settings(secure_cookies=False), login=login, citizen_login=own_login)
    with serving(create_app(context)) as address:
        login.provider.settings = replace(settings, public_url=address)
        own_login.provider.settings = replace(own_settings, public_url=address)
        keycloak.add_realm(realm(name, address))
        yield Municipality(town, keycloak, name, address)
    login.provider.close()
    own_login.provider.close()


def log_in(browser: BrowserContext, municipality: Municipality, username: str) -> Page:
    """As a person does it."""
    page = browser.new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{municipality.address}/log-ind")
    page.get_by_role("link", name="Log ind med kommunens login").click()
    prove(page, username)
    page.wait_for_url(f"{municipality.address}/**")
    return page


def prove(page: Page, username: str) -> None:
    """Say to Keycloak who one is."""
    page.locator("#username").fill(username)
    page.locator("#password").fill(PASSWORD)
    page.locator("#kc-login").click()


def client_with_cookies(browser: BrowserContext, municipality: Municipality) -> httpx.Client:
    """Somebody who has copied our cookie."""
    cookies = {cookie["name"]: cookie["value"] for cookie in browser.cookies() if cookie["name"].startswith("helhed")}
    assert set(cookies) == {"helhed"}
    return httpx.Client(base_url=municipality.address, cookies=cookies)


@pytest.mark.parametrize("username", ROLES)
def test_each_role_logs_in_and_out_and_a_copied_cookie_is_dead(
    chromium: Browser, municipality: Municipality, username: str
) -> None:
    _, first_page = ROLES[username]
    with chromium.new_context(locale="da-DK") as browser:
        page = log_in(browser, municipality, username)
        assert page.url == f"{municipality.address}{first_page}"
        assert username.partition(".")[0].title() in page.locator(".me").inner_text()
        with client_with_cookies(browser, municipality) as thief:
            assert thief.get("/api/mig").json()["actor"]["id"] == username
            page.get_by_role("button", name="Log ud").click()
            page.wait_for_url(f"{municipality.address}/log-ind*")
            assert thief.get("/api/mig").status_code == 401
        page.get_by_role("link", name="Log ind med kommunens login").click()
        assert page.locator("#password").is_visible(), "the session at the provider is over too"


def test_a_person_without_a_function_reads_whom_to_ask(chromium: Browser, municipality: Municipality) -> None:
    for width in (1440, 390):
        with chromium.new_context(locale="da-DK", viewport={"width": width, "height": 900}) as browser:
            page = log_in(browser, municipality, "ny.person")
            assert page.locator("h1").inner_text() == "Du har ikke adgang til Helhed endnu"
            assert "IT-service, tlf. 44 77 40 40" in page.locator("main").inner_text()
            take_picture(page, f"log-ind-afvist-{width}")
            page.goto(f"{municipality.address}/log-ind")
            take_picture(page, f"log-ind-kommune-{width}")


def test_a_citizen_logs_in_to_their_own_page_and_out(chromium: Browser, municipality: Municipality) -> None:
    own_page = f"{municipality.address}/min-side"
    with chromium.new_context(locale="da-DK") as browser:
        page = browser.new_page()
        page.set_default_timeout(60_000)
        page.goto(own_page)
        page.get_by_role("link", name="Log ind med MitID").click()
        prove(page, CITIZEN)
        page.wait_for_url(own_page)
        assert page.locator("h1").inner_text() == "Maja Testborger"
        with httpx.Client(base_url=municipality.address) as thief:
            cookies = {cookie["name"]: cookie["value"] for cookie in browser.cookies()}
            thief.cookies.set("helhed-min-side", cookies["helhed-min-side"])
            assert "Maja Testborger" in thief.get("/min-side").text
            with page.expect_navigation():
                page.get_by_role("button", name="Log ud").click()
            assert "Maja Testborger" not in thief.get("/min-side").text
        page.get_by_role("link", name="Log ud hos login").click()
        page.locator("#kc-logout").click()  # no token of citizens is kept, so the provider asks
        page.wait_for_url(own_page)
        page.get_by_role("link", name="Log ind med MitID").click()
        assert page.locator("#password").is_visible(), "the session at the provider is over too"


def test_what_changes_at_the_provider_takes_effect_here(chromium: Browser, municipality: Municipality) -> None:
    keycloak, name = municipality.keycloak, municipality.realm
    with chromium.new_context(locale="da-DK") as browser:
        log_in(browser, municipality, "anna.holm")
        with client_with_cookies(browser, municipality) as client:
            keycloak.set_roles(name, "anna.holm", ["helhed-dpo"])
            keycloak.rotate_keys(name)
            municipality.execute("UPDATE login_sessions SET renew_at = now() - interval '1 second'")
            assert client.get("/api/mig").json()["actor"]["roles"] == ["dpo"], "renewed, under a new key"
            keycloak.end_sessions(name, "anna.holm")
            until = monotonic() + 30
            while client.get("/api/mig").status_code == 200 and monotonic() < until:
                Event().wait(0.2)
            assert client.get("/api/mig").status_code == 401, "ended by back channel"


def test_a_machine_reads_with_client_credentials_until_its_account_is_revoked(municipality: Municipality) -> None:
    keycloak, name, now = municipality.keycloak, municipality.realm, municipality.town.clock.now()
    account = ServiceAccount(
        client_id="monitor",
        name="Overvågningen",
        purpose=Purpose.OPERATIONS,
        description="Viser kilderne på en skærm",
        scopes=frozenset({Scope.SOURCES}),
        added_by="tine.skov",
    )
    with municipality.town.context.database.transaction() as session:
        tine = get_actor(session, "tine.skov")
        assert add_account(session, tine, account, OPERATIONS, now=now)

    def status(client_id: str = "monitor", address: str = "/api/kilder", **form: str) -> int:
        form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": SECRET, **form}
        place = f"{keycloak.issuer(name)}/protocol/openid-connect/token"
        token = httpx.post(place, data=form, timeout=60).raise_for_status().json()["access_token"]
        headers = {"authorization": f"Bearer {token}"}
        return httpx.get(f"{municipality.address}{address}", headers=headers, timeout=60).status_code

    assert status() == 200
    assert status(address="/api/mine-borgere") == 403, "outside its scope"
    assert status("stranger") == 401, "it has no account"
    assert status(grant_type="password", username="tine.skov", password=PASSWORD) == 401, "a person's token"
    keycloak.rotate_keys(name)
    assert status() == 200, "under a new key"
    with municipality.town.context.database.transaction() as session:
        assert revoke_account(session, tine, "monitor", OPERATIONS, now=now)
    assert status() == 401
