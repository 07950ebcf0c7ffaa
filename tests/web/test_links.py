"""From another system to a citizen: an address without a number, opened once, that tells nobody who exists."""

from datetime import timedelta
from http import HTTPStatus

from sqlalchemy import text

from hub.access.account_acts import add_account
from hub.access.citizen_links import LINK_LASTS, CitizenLink, make_link
from hub.access.service_accounts import ServiceAccount
from hub.audit.repository import list_entries
from schemas.access import AccessRequest, Actor, AuditAction, AuditEntry, AuditOutcome, Purpose
from schemas.identifiers import Identifier
from schemas.machine import Machine, Scope
from tests.web import maja
from tests.web.conftest import NUMBERS, Town
from tests.web.serving import Browser
from tests.web.test_machines import OPERATIONS, TINE, Municipality
from tests.web.test_machines import municipality as municipality  # noqa: PLC0414  a fixture

MACHINE = Actor(
    id="machine:journal",
    name="Journalsystemet",
    title="",
    roles=frozenset(),
    machine=Machine(client_id="journal", name="Journalsystemet", scopes=frozenset({Scope.LINK})),
)
ACCOUNT = ServiceAccount(
    client_id="links",
    name="Journalsystemet",
    purpose=Purpose.CASE_WORK,
    description="Åbner borgeren fra journalen",
    scopes=frozenset({Scope.LINK}),
    added_by="tine.skov",
)
REQUEST = AccessRequest(purpose=Purpose.CASE_WORK, request_id="r")
NOBODY = "711190-4001"


def _link(town: Town, number: str = NUMBERS[maja.MAJA]) -> CitizenLink:
    with town.context.database.transaction() as session:
        return make_link(
            session,
            MACHINE,
            Identifier.national(number),
            REQUEST,
            digest_key=town.context.digest_key,
            now=town.clock.now(),
        )


def _lines(town: Town, action: AuditAction) -> list[AuditEntry]:
    with town.context.database.transaction() as session:
        return [line.entry for line in list_entries(session, size=200) if line.entry.action is action]


def _follow(browser: Browser, link: CitizenLink) -> tuple[int, str, str]:
    answer = browser.get(f"/aabn/{link.token}")
    return answer.status_code, answer.url.path, answer.text


def test_an_address_leads_once_to_the_citizen_and_the_page_decides(town: Town) -> None:
    anna, ole = town.client("anna.holm"), town.client("ole.bruun")
    overview = f"/overblik/{town.ids[maja.MAJA]}"
    link = _link(town)
    status, path, _ = _follow(anna, link)
    assert (status, path) == (HTTPStatus.OK, overview)
    assert _follow(anna, link)[0] == HTTPStatus.GONE
    status, path, page = _follow(ole, _link(town))
    assert (status, path) == (HTTPStatus.FORBIDDEN, overview)
    assert "Maja" not in page
    made, opened = _lines(town, AuditAction.MAKE_LINK), _lines(town, AuditAction.OPEN_LINK)
    assert {line.actor_id for line in made} == {"machine:journal"}
    assert {line.citizen_id for line in made} == {town.ids[maja.MAJA]}
    assert [(line.actor_id, line.outcome) for line in opened] == [
        ("ole.bruun", AuditOutcome.SHOWN),
        ("anna.holm", AuditOutcome.NOT_FOUND),
        ("anna.holm", AuditOutcome.SHOWN),
    ]


def test_whatever_is_wrong_with_an_address_the_page_is_the_same(town: Town) -> None:
    anna = town.client("anna.holm")
    old, used, nobodys = _link(town), _link(town), _link(town, NOBODY)
    _follow(anna, used)
    wrong = CitizenLink(token="0" * 43, expires_at=used.expires_at)
    pages = [_follow(anna, link) for link in (used, nobodys, wrong)]
    town.clock.move(LINK_LASTS)
    pages.append(_follow(anna, old))
    bodies = {page.partition("<main")[2] for _, _, page in pages}
    assert len(bodies) == 1
    assert "virker én gang" in bodies.pop()
    assert {status for status, _, _ in pages} == {HTTPStatus.GONE}


def test_who_is_not_logged_in_comes_to_the_citizen_after_the_login(town: Town) -> None:
    browser = town.client()
    link = _link(town)
    assert browser.get(f"/aabn/{link.token}").url.path == "/log-ind"
    answer = browser.post("/log-ind", person="anna.holm")
    assert answer.url.path == f"/overblik/{town.ids[maja.MAJA]}"
    assert browser.get("/").url.path == "/mine-borgere"


def test_only_a_hash_is_stored_and_it_is_forgotten(town: Town) -> None:
    link = _link(town)
    with town.context.database.transaction() as session:
        stored = session.execute(text("SELECT * FROM citizen_links")).mappings().one()
        assert link.token not in str(dict(stored))
        assert timedelta(0) < link.expires_at - town.clock.now() <= timedelta(minutes=10)
    _follow(town.client("anna.holm"), link)
    with town.context.database.transaction() as session:
        assert session.scalar(text("SELECT count(*) FROM citizen_links")) == 0


def test_an_administrator_cannot_follow_an_address_and_does_not_use_it_up(town: Town) -> None:
    link = _link(town)
    assert _follow(town.client("tine.skov"), link)[0] == HTTPStatus.FORBIDDEN
    assert _follow(town.client("anna.holm"), link)[0] == HTTPStatus.OK


def test_who_may_ask_for_no_address_is_refused_with_a_line_whatever_they_send(town: Town) -> None:
    anna = town.client("anna.holm")
    header = {"x-csrf-token": anna.token()}
    for number in (NUMBERS[maja.MAJA], "1234567890"):
        answer = anna.http.post("/api/links", json={"cpr": number}, headers=header)
        assert answer.status_code == HTTPStatus.FORBIDDEN
    assert [line.outcome for line in _lines(town, AuditAction.MAKE_LINK)] == [AuditOutcome.REFUSED] * 2


def test_a_machine_asks_by_the_api_and_learns_nothing(municipality: Municipality) -> None:
    with municipality.town.context.database.transaction() as session:
        assert add_account(session, TINE, ACCOUNT, OPERATIONS, now=municipality.town.clock.now())
    bodies = [{"cpr": NUMBERS[maja.MAJA]}, {"cpr": NOBODY.replace("-", "")}]
    answers = [municipality.ask("POST", "links", "/api/links", json=body) for body in bodies]
    assert [answer.status_code for answer in answers] == [HTTPStatus.CREATED] * 2
    assert {tuple(answer.json()) for answer in answers} == {("path", "expires_at")}
    anna = municipality.town.client("anna.holm")
    paths = [anna.get(answer.json()["path"]).url.path for answer in answers]
    assert paths[0] == f"/overblik/{municipality.town.ids[maja.MAJA]}"
    assert municipality.ask("POST", "links", "/api/links", json={"cpr": "1234567890"}).status_code == (
        HTTPStatus.UNPROCESSABLE_ENTITY
    )
    refused = municipality.ask("POST", "journal", "/api/links", json=bodies[0])
    assert refused.status_code == HTTPStatus.FORBIDDEN
