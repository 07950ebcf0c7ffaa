"""Citizens log in at a provider of their own: the number of the ID token says who, and goes no further."""

import logging
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import text

from hub.app import create_app
from hub.oidc.citizen_login import CitizenLogin
from hub.oidc.provider import Provider, ProviderSettings
from hub.secrets import PayloadCipher, login_keys
from hub.settings import Settings
from tests.login_provider import CLIENT_ID, CLIENT_SECRET, LoginProvider, login_provider
from tests.web import maja
from tests.web.conftest import NUMBERS, Town
from tests.web.my_pages import OwnBrowser, own_browsing
from tests.web.serving import serving

CLAIM = "https://data.gov.dk/model/core/eid/cprNumber"
NUMBER = NUMBERS[maja.MAJA]


@pytest.fixture
def provider() -> Iterator[LoginProvider]:
    with login_provider() as started:
        started.person = {"sub": "7c0f", CLAIM: NUMBER.replace("-", "")}
        yield started


@pytest.fixture
def browser(town: Town, provider: LoginProvider) -> Iterator[OwnBrowser]:
    settings = ProviderSettings(
        issuer=provider.url,
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        public_url="http://127.0.0.1",
        login_path="/min-side/log-ind",
        scope="openid ssn",
    )
    cipher = PayloadCipher(login_keys(town.context.session_key))
    login = CitizenLogin(Provider(settings), CLAIM, cipher, town.context.digest_key)
    app = create_app(replace(town.context, settings=Settings(secure_cookies=False), citizen_login=login))
    with serving(app) as address:
        login.provider.settings = replace(settings, public_url=address)
        with own_browsing(address) as made:
            yield made
    login.provider.close()


def test_a_citizen_gets_in_by_the_number_and_nothing_keeps_it(
    town: Town, provider: LoginProvider, browser: OwnBrowser, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    assert "Log ind med MitID" in browser.get().text
    page = browser.get("/min-side/log-ind/start")
    assert (page.status_code, page.url.path) == (200, "/min-side")
    assert "Maja Testborger" in page.text
    assert provider.asked[0]["scope"] == "openid ssn"
    assert {(cookie.name, cookie.path) for cookie in browser.http.cookies.jar} == {("helhed-min-side", "/min-side")}
    assert browser.http.get("/mine-borgere", follow_redirects=False).status_code == 303
    digits = NUMBER.replace("-", "")
    visited = [str(answer.request.url) for answer in (*page.history, page)]
    assert not any(digits in address or NUMBER in address for address in visited)
    assert digits not in caplog.text
    with town.context.database.transaction() as session:
        for table in ("citizen_sessions", "audit_log"):
            rows = session.scalars(text(f"SELECT cast(t AS text) FROM {table} t")).all()  # noqa: S608  of our own
            assert rows
            assert not any(digits in row or NUMBER in row for row in rows)
    left = browser.post("/min-side/log-ud")
    assert "Du er logget ud af Min side" in left.text
    assert f"{provider.url}/logout" in left.text
    assert "Log ud" not in browser.get().text


def test_nobody_is_let_in_without_a_number_or_as_somebody_unknown(provider: LoginProvider, browser: OwnBrowser) -> None:
    provider.person[CLAIM] = None
    refused = browser.get("/min-side/log-ind/start")
    assert (refused.status_code, "Du kom ikke ind" in refused.text) == (403, True)
    provider.person[CLAIM] = "6101904000"
    unknown = browser.get("/min-side/log-ind/start")
    assert "Vi har ingen oplysninger om dig her" in unknown.text
    assert "6101904000" not in unknown.text
    assert not list(browser.http.cookies.jar)
    stale = browser.get("/min-side/log-ind/svar?state=x&code=y")
    assert stale.status_code == 403
    provider.is_down = True
    assert browser.get("/min-side/log-ind/start").status_code in {200, 303, 403, 503}
