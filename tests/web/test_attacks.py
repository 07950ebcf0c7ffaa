"""Attacks on every route: other people's ids, forged and replayed cookies, headers that claim something."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest
from sqlalchemy import event

from hub.audit.repository import Selection, list_entries
from hub.web.api import with_own_version
from schemas.access import AuditOutcome
from schemas.overview import CitizenHeader, Overview
from schemas.people import PersonFact
from tests.web.conftest import HOSTILE, Town
from tests.web.route_table import route_table

UNKNOWN = "00000000-0000-4000-8000-000000000000"
BY_KEY = {
    "tine.skov": ("/identitet/borger", "/api/identitet"),
    "jens.dam": ("/tilsyn/rettigheder", "/api/tilsyn/rettigheder"),
}
"""Who may open which pages of a citizen by nothing but the key; none of them says the name."""
COPY = "/tilsyn/rettigheder/{citizen_id}/kopi"
"""The citizen's copy, which the DPO alone may make of whoever asks for it; tests/web/test_rights.py."""
REFUSED = {403, 404, 409, 410, 422}


def test_no_id_of_somebody_else_opens_anything(town: Town) -> None:
    stranger = str(town.ids[HOSTILE])
    opened = []
    for actor_id in ("ole.bruun", "tine.skov", "jens.dam"):
        browser = town.client(actor_id)
        for entry in route_table(town.app):
            if entry.method != "GET" or not entry.path_names:
                continue
            for key in (stranger, UNKNOWN):
                ids = {name: key if name == "citizen_id" else "4711" for name in entry.path_names}
                answer = browser.get(entry.address(**ids))
                may_see = entry.path.startswith(BY_KEY.get(actor_id, ("none",)))
                if answer.status_code not in REFUSED and not (may_see and key == stranger):
                    opened.append((actor_id, str(entry), key == stranger, answer.status_code))
                assert "O&#39;Brien" not in answer.text, entry
                assert "O'Brien" not in answer.text, entry
    assert not opened, "\n".join(map(str, opened))


def test_no_post_does_anything_to_somebody_elses_id(town: Town) -> None:
    """Every post with an id in its address, as each role, with a token that holds."""
    stranger, done = str(town.ids[HOSTILE]), []
    for actor_id in ("ole.bruun", "tine.skov", "jens.dam"):
        browser = town.client(actor_id)
        token = browser.token()
        for entry in route_table(town.app):
            if entry.method != "POST" or not entry.path_names:
                continue
            if actor_id == "jens.dam" and entry.path.endswith(COPY):
                continue
            for key in (stranger, UNKNOWN):
                ids = {name: key if name == "citizen_id" else "4711" for name in entry.path_names}
                fields = {"csrf": token, "purpose": "case_work", "side": "overblik"}
                answer = (
                    browser.http.post(entry.address(**ids), json={}, headers={"X-CSRF-Token": token})
                    if entry.is_api
                    else browser.http.post(entry.address(**ids), data=fields, follow_redirects=False)
                )
                if answer.status_code not in REFUSED | {204, 303}:
                    done.append((actor_id, str(entry), answer.status_code))
                assert "O&#39;Brien" not in answer.text, entry
                assert "O'Brien" not in answer.text, entry
    assert not done, "\n".join(map(str, done))
    with town.context.database.transaction() as session:
        lines = [each.entry for each in list_entries(session, Selection(citizen_id=town.ids[HOSTILE]), size=500)]
    shown = [(line.actor_id, line.action) for line in lines if line.outcome is AuditOutcome.SHOWN]
    assert not shown, "a line says that nothing of it was done or shown"


@contextmanager
def statements(town: Town) -> Iterator[list[str]]:
    """What is asked of the database meanwhile."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement.split("WHERE", maxsplit=1)[0])

    engine = town.context.database.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


FORGED = ["", "a", "x" * 43, "../../etc/passwd", "' OR 1=1 --", "%00", "A" * 3000]
CLAIMS = [
    *("x-forwarded-user", "x-remote-user", "remote-user", "x-auth-request-user", "x-original-url", "x-actor"),
    *("x-rewrite-url", "x-http-method-override", "x-forwarded-host", "x-client-cert", "x-forwarded-prefix"),
]


def test_a_forged_cookie_is_nobody(town: Town) -> None:
    http = town.client().http
    for value in FORGED:
        for header in (f"helhed={value}", f"__Host-helhed={value}", f"helhed={value}; helhed={value}"):
            assert http.get("/api/mig", headers={"cookie": header}).status_code == 401


def test_a_session_is_no_bearer_token_and_no_parameter(town: Town) -> None:
    browser = town.client("anna.holm")
    session = browser.http.cookies["helhed"]
    other = town.client().http
    assert other.get("/api/mig", headers={"authorization": f"Bearer {session}"}).status_code == 401
    assert other.get("/api/mig", params={"helhed": session, "session": session}).status_code == 401
    assert browser.http.get("/api/mig").status_code == 200


def test_no_header_claims_who_one_is_or_what_one_asks(town: Town) -> None:
    http = town.client().http
    for header in CLAIMS:
        for value in ("anna.holm", "/metrics", "DELETE", "127.0.0.1"):
            assert http.get("/api/mig", headers={header: value}).status_code == 401
        answer = http.get("/mine-borgere", headers={header: "ond.example"})
        assert "ond.example" not in answer.text + str(answer.url)


def test_nobody_writes_a_line_of_the_log_of_their_own(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    browser = town.client("anna.holm")
    injected = 'Maja\r\n{"event": "login.ok", "who": "dpo"}\x1b[2J'
    with caplog.at_level(logging.DEBUG):
        browser.post("/soeg", text=injected)
        browser.http.get("/mine-borgere", headers={"user-agent": "x\\n{event}", "traceparent": "{event}"})
        browser.http.get("/findes-ikke%0d%0alogin.ok")
    for record in caplog.records:
        if record.name.startswith("hub"):
            assert "login.ok" not in record.getMessage() + str(getattr(record, "fields", ""))


def test_unknown_and_forbidden_citizens_cost_the_same_questions(town: Town) -> None:
    browser = town.client("jens.dam")
    asked: dict[str, list[str]] = {}
    for name, key in (("forbidden", str(town.ids[HOSTILE])), ("unknown", UNKNOWN)):
        browser.get(f"/api/overblik/{key}")
        with statements(town) as noted:
            browser.get(f"/api/overblik/{key}")
        asked[name] = noted
    assert abs(len(asked["forbidden"]) - len(asked["unknown"])) <= 1, asked


def test_the_version_in_the_api_tells_of_nothing_that_is_hidden() -> None:
    def shown(version: int, name: str) -> int:
        header = CitizenHeader(person=PersonFact(given_name=name))
        overview = Overview(citizen_id=UUID(int=1), version=version, header=header, sections=())
        return with_own_version(overview).version

    assert shown(1, "Maja") == shown(500, "Maja")
    assert shown(1, "Maja") != shown(1, "Ida")
