"""Machines at the API: what lets a token in, what it opens by itself and on behalf of somebody, and how it ends."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
from joserfc.jwk import OctKey, RSAKey
from sqlalchemy import text

from hub.access.account_acts import add_account, revoke_account
from hub.access.service_accounts import ServiceAccount
from hub.app import create_app
from hub.audit.repository import EVERYTHING, Selection, list_entries
from hub.oidc.provider import Provider, ProviderSettings
from hub.oidc.service import MunicipalLogin
from hub.rate_limits.limits import OF_ACTOR, Limited
from hub.secrets import PayloadCipher, login_keys
from hub.settings import Settings
from schemas.access import AccessRequest, Actor, AuditAction, AuditEntry, AuditOutcome, Basis, Purpose, Role
from schemas.machine import Scope
from schemas.source import Area
from tests.login_provider import CLIENT_ID, CLIENT_SECRET, LoginProvider, login_provider
from tests.web import maja
from tests.web.conftest import Town
from tests.web.route_table import route_table
from tests.web.serving import browsing, serving
from tests.web.test_login import ANNA, FAR_AHEAD, LONG_AGO, MAPPING

AUDIENCE = "helhed-api"
TINE = Actor(id="tine.skov", name="Tine Skov", title="", roles=frozenset({Role.ADMINISTRATOR}))
OPERATIONS = AccessRequest(purpose=Purpose.OPERATIONS, request_id="r")
BY_ITSELF = ServiceAccount(
    client_id="journal",
    name="Journalsystemet",
    purpose=Purpose.CASE_WORK,
    description="Viser indsatser i journalen",
    scopes=frozenset({Scope.OVERVIEW, Scope.SEARCH}),
    unit_id="social:110",
    area=Area.SOCIAL,
    added_by="tine.skov",
)
FOR_EMPLOYEES = BY_ITSELF.model_copy(
    update={"client_id": "portal", "name": "Portalen", "for_employees": True, "unit_id": None, "area": None}
)
OPERATION = ServiceAccount(
    client_id="monitor",
    name="Overvågningen",
    purpose=Purpose.OPERATIONS,
    description="Viser kilderne på en skærm",
    scopes=frozenset({Scope.SOURCES}),
    added_by="tine.skov",
)
OTHER_KEY = RSAKey.generate_key(2048, parameters={"kid": "first", "use": "sig"})


@dataclass
class Municipality:
    """A running application with a provider that lets machines in."""

    town: Town
    provider: LoginProvider
    address: str
    client: httpx.Client

    def token(self, machine: str, **claims: Any) -> str:
        return self.provider.token(**{"aud": AUDIENCE, "azp": machine, "sub": f"service-{machine}", **claims})

    def get(self, machine: str, address: str, employee: str | None = None, **claims: Any) -> httpx.Response:
        return self.ask("GET", machine, address, employee, **claims)

    def ask(
        self,
        method: str,
        machine: str,
        address: str,
        employee: str | None = None,
        json: object = None,
        **claims: Any,
    ) -> httpx.Response:
        headers = {"authorization": f"Bearer {self.token(machine, **claims)}"}
        if employee is not None:
            headers["x-on-behalf-of"] = employee
        return self.client.request(method, address, headers=headers, json=json)

    def lines(self, count: int, selection: Selection = EVERYTHING) -> list[AuditEntry]:
        """The newest of the log."""
        with self.town.context.database.transaction() as session:
            return [line.entry for line in list_entries(session, selection, size=count)]

    def execute(self, statement: str) -> None:
        """Change the store."""
        with self.town.context.database.transaction() as session:
            session.execute(text(statement))


@pytest.fixture
def municipality(town: Town) -> Iterator[Municipality]:
    with login_provider() as provider:
        settings = ProviderSettings(
            issuer=provider.url,
            client_id=CLIENT_ID,
            client_secret=CLIENT_SECRET,
            public_url="http://127.0.0.1",
            api_audience=AUDIENCE,
        )
        cipher = PayloadCipher(login_keys(town.context.session_key))
        login = MunicipalLogin(Provider(settings), MAPPING, cipher, town.context.digest_key)
        app = create_app(replace(town.context, settings=Settings(secure_cookies=False), login=login))
        provider.person = dict(ANNA)
        with town.context.database.transaction() as session:
            for account in (BY_ITSELF, FOR_EMPLOYEES, OPERATION):
                assert add_account(session, TINE, account, OPERATIONS, now=town.clock.now())
        with serving(app) as address, httpx.Client(base_url=address, timeout=30) as client:
            login.provider.settings = replace(settings, public_url=address)
            yield Municipality(town, provider, address, client)
        login.provider.close()


WRONG: list[dict[str, Any]] = [
    {"iss": "https://somebody.else"},
    {"aud": CLIENT_ID},
    {"aud": None},
    {"exp": LONG_AGO},
    {"exp": None},
    {"iat": FAR_AHEAD},
    {"nbf": FAR_AHEAD},
    {"azp": None},
    {"azp": CLIENT_ID},
    {"client_id": "another"},
    {"nonce": "of a login"},
    {"sid": "of a login"},
    {"typ": "Refresh"},
]


def test_only_a_token_of_the_provider_for_the_api_gets_in(municipality: Municipality) -> None:
    assert municipality.get("monitor", "/api/mig").status_code == 200
    municipality.provider.rotate("second")
    assert municipality.get("monitor", "/api/mig").status_code == 200, "under a key that is new"
    for claims in WRONG:
        answer = municipality.get("monitor", "/api/mig", **claims)
        assert answer.status_code == 401, claims
        assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'
        assert answer.json()["type"] == "urn:helhed:token_refused"
    provider = municipality.provider
    for key, algorithm in (
        (OTHER_KEY, "RS256"),
        (OctKey.import_key("x" * 64, {"kid": "first"}), "HS256"),
        (None, "none"),
    ):
        provider.signs_with, provider.algorithm = key, algorithm
        assert municipality.get("monitor", "/api/mig").status_code == 401, algorithm
    provider.signs_with, provider.algorithm = None, "RS256"
    for token in ("a", "a.b.c", "x" * 20_000, "é"):
        headers = {b"authorization": b"Bearer " + token.encode()}
        assert municipality.client.get("/api/mig", headers=headers).status_code == 401
    assert not municipality.client.cookies, "a machine gets no session"
    page = municipality.client.get("/kilder", headers={"authorization": f"Bearer {municipality.token('monitor')}"})
    assert page.headers["location"] == "/log-ind", "pages take no token"


def test_an_unknown_or_revoked_account_is_shut_out_at_once_and_the_log_says_so(municipality: Municipality) -> None:
    assert municipality.get("stranger", "/api/mig").status_code == 401
    (line,) = municipality.lines(1)
    assert (line.action, line.outcome, line.actor_id) == (AuditAction.LOG_IN, AuditOutcome.REFUSED, "machine:stranger")
    assert line.details["rule"] == "no_account"
    token = {"authorization": f"Bearer {municipality.token('journal')}"}
    citizen = f"/api/overblik/{municipality.town.ids[maja.MAJA]}"
    assert municipality.client.get(citizen, headers=token).status_code == 200
    with municipality.town.context.database.transaction() as session:
        assert revoke_account(session, TINE, "journal", OPERATIONS, now=municipality.town.clock.now())
    assert municipality.client.get(citizen, headers=token).status_code == 401
    assert municipality.lines(1)[0].details["rule"] == "revoked"
    with municipality.town.context.database.transaction() as session:
        assert revoke_account(session, TINE, "journal", OPERATIONS, now=municipality.town.clock.now()) is False
        assert add_account(session, TINE, BY_ITSELF, OPERATIONS, now=municipality.town.clock.now())
        assert add_account(session, TINE, BY_ITSELF, OPERATIONS, now=municipality.town.clock.now()) is False
    assert municipality.client.get(citizen, headers=token).status_code == 200


def test_by_itself_it_reads_its_units_citizens_in_its_area_and_nothing_else(municipality: Municipality) -> None:
    ids = municipality.town.ids
    answer = municipality.get("journal", f"/api/overblik/{ids[maja.MAJA]}").json()
    assert answer["decision"]["basis"] == Basis.OWN_UNIT
    assert answer["decision"]["shown"] == ["social"]
    assert answer["family"] == []
    (line,) = municipality.lines(1)
    assert (line.actor_id, line.actor_name, line.on_behalf_of) == ("machine:journal", "Journalsystemet", None)
    assert (line.purpose, line.sections_shown, line.role) == (Purpose.CASE_WORK, frozenset({Area.SOCIAL}), None)
    stranger = max(ids, key=lambda number: number.int if number not in maja.NAMES else -1)
    assert municipality.get("journal", f"/api/overblik/{ids[stranger]}").status_code == 403
    assert municipality.lines(1)[0].outcome is AuditOutcome.REFUSED
    hits = municipality.ask("POST", "journal", "/api/soeg", json={"text": "Testborger"}).json()["page"]["hits"]
    assert str(ids[maja.MAJA]) in {hit["citizen_id"] for hit in hits}
    assert municipality.ask("POST", "journal", "/api/soeg", json={"text": "710170-4001"}).json()["page"]["hits"] == []
    assert municipality.get("journal", "/api/mine-borgere").status_code == 403
    narrowed = {"scope": "profile search:read"}
    assert municipality.get("journal", f"/api/overblik/{ids[maja.MAJA]}", **narrowed).status_code == 403
    assert municipality.get("journal", f"/api/overblik/{ids[maja.MAJA]}", "anna.holm").status_code == 403
    assert municipality.lines(1)[0].details["rule"] == "not_for_employees"


def test_on_behalf_of_an_employee_it_reads_what_both_may(municipality: Municipality) -> None:
    citizen = f"/api/overblik/{municipality.town.ids[maja.MAJA]}"
    assert municipality.get("portal", citizen).status_code == 403, "by itself it opens nobody"
    assert municipality.get("portal", citizen, "anna.holm").status_code == 403, "Anna is not logged in"
    line = municipality.lines(1)[0]
    assert (line.details["rule"], line.object_id) == ("not_logged_in", "anna.holm")
    with browsing(municipality.address) as browser:
        browser.get("/log-ind/start")
        own = browser.get(citizen).json()
        answer = municipality.get("portal", citizen, "anna.holm").json()
        assert set(answer["decision"]["shown"]) == set(own["decision"]["shown"]) == {"employment", "school", "social"}
        assert answer["overview"] == own["overview"]
        assert len(answer["family"]) == len(own["family"]) == 2
        line = municipality.lines(1)[0]
        assert (line.actor_id, line.on_behalf_of, line.basis) == ("machine:portal", "anna.holm", Basis.TEAM)
        by_anna = municipality.lines(50, Selection(actor_id="anna.holm"))
        assert {entry.actor_id for entry in by_anna} == {"anna.holm", "machine:portal"}
        listed = municipality.get("portal", "/api/mine-borgere", "anna.holm").json()["citizens"]
        assert {one["citizen"]["citizen_id"] for one in listed} >= {str(municipality.town.ids[maja.MAJA])}
        municipality.execute("UPDATE service_accounts SET area = 'school' WHERE client_id = 'portal'")
        narrowed = municipality.get("portal", citizen, "anna.holm").json()
        assert narrowed["decision"]["shown"] == ["school"]
        me = municipality.get("portal", "/api/mig", "anna.holm").json()
        assert me["actor"]["id"] == "machine:portal"
        assert "Familieafdelingen" not in str(me), "it has no scope to read who employees are"
        assert me["csrf"] == ""
        assert municipality.get("portal", "/api/kilder", "anna.holm").status_code == 403
        browser.post("/log-ud")
    assert municipality.get("portal", citizen, "anna.holm").status_code == 403, "she has logged out"


def test_every_answer_is_a_line_and_nothing_is_changed(municipality: Municipality) -> None:
    """Every route of the API, with all scopes that there are."""
    municipality.execute("UPDATE service_accounts SET scopes = '{overview:read,search:read,sources:read,log:read}'")
    reads = {"/api/soeg"}
    for entry in route_table(municipality.town.app):
        if not entry.is_api:
            continue
        address = entry.address(citizen_id=str(municipality.town.ids[maja.MAJA]), name="social", key="social-person")
        before = municipality.lines(1)[0]
        answer = municipality.ask(entry.method, "journal", address, json={})
        line = municipality.lines(1)[0]
        assert answer.status_code in {200, 403, 404, 409, 422}, (entry, answer.text)
        if entry.method != "GET" and entry.path not in reads:
            assert answer.status_code != 200, entry
        if answer.status_code in {200, 403}:
            assert line != before, f"{entry} answered {answer.status_code} without a line"
            assert line.actor_id == "machine:journal"


def test_a_machine_is_braked_like_people_and_as_a_whole(municipality: Municipality) -> None:
    limit = OF_ACTOR[Limited.NUMBER]
    answers = [
        municipality.ask("POST", "journal", "/api/soeg", json={"text": f"0101{number:02}-4001"}).status_code
        for number in range(limit.count + 2)
    ]
    assert answers.count(429) in {1, 2}
    line = next(line for line in municipality.lines(10) if line.action is AuditAction.REACH_LIMIT)
    assert (line.actor_id, line.details["limit"]) == ("machine:journal", "number")
    municipality.execute("UPDATE rate_limits SET used_until = now() + interval '1 hour' WHERE limited = 'machine'")
    answer = municipality.get("journal", "/api/mig")
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) >= 1
    assert municipality.lines(1)[0].details["limit"] == "machine"
    assert municipality.get("monitor", "/api/mig").status_code in {200, 429}


def test_the_administrator_sees_and_shuts_out_machines(municipality: Municipality) -> None:
    browser = municipality.town.client("tine.skov")
    page = re.sub(r"<[^>]+>|\s+", " ", browser.get("/medarbejdere/maskiner").text)
    for words in (
        "Journalsystemet",
        "Borgeres overblik og søgning",
        "Dem, enheden social:110 har en indsats hos; kun social",
        "Viser indsatser i journalen",
        "Dem, medarbejderen må se",
        "Ingen borgere",
    ):
        assert words in page
    assert municipality.get("journal", "/api/mig").status_code == 200
    answer = browser.post("/medarbejdere/maskiner/spaer", client_id="journal")
    assert "Maskinen er spærret" in answer.text
    assert municipality.get("journal", "/api/mig").status_code == 401
    line = next(line for line in municipality.lines(5) if line.action is AuditAction.CHANGE_ACCOUNT)
    assert (line.actor_id, line.object_id, line.details) == ("tine.skov", "machine:journal", {"change": "revoked"})
    assert municipality.town.client("anna.holm").get("/medarbejdere/maskiner").status_code == 403
