"""Who searches, looks up numbers, logs in or overrides too often is stopped, told when to come back, and seen."""

from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import text

from hub.audit.repository import list_entries
from hub.db import Database
from hub.rate_limits import limits
from hub.rate_limits.limits import Limit, Limited
from hub.rate_limits.repository import delete_unused, is_news, take
from schemas.access import AuditAction, AuditOutcome
from tests.web import maja
from tests.web.conftest import Town

FEW = Limit(3, timedelta(hours=1))


def few(monkeypatch: pytest.MonkeyPatch, *which: Limited, addresses: int = 100) -> None:
    for limited in which:
        monkeypatch.setitem(limits.OF_ACTOR, limited, FEW)
        monkeypatch.setitem(limits.OF_ADDRESS, limited, replace(FEW, count=addresses))


def test_whole_numbers_are_limited_logged_once_and_seen_by_the_dpo(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    few(monkeypatch, Limited.NUMBER)
    browser = town.client("ole.bruun")
    answers = [browser.post("/soeg", text=f"{number}0786-4002") for number in range(10, 17)]
    assert [answer.status_code for answer in answers] == [200] * 3 + [429] * 4
    assert 0 < int(answers[-1].headers["retry-after"]) <= FEW.every.total_seconds()
    assert "For mange på kort tid" in answers[-1].text
    assert "Databeskyttelsesrådgiveren kan se" in answers[-1].text
    with town.context.database.transaction() as session:
        reached = [line.entry for line in list_entries(session) if line.entry.action is AuditAction.REACH_LIMIT]
    (line,) = reached
    assert (line.actor_id, line.outcome, line.details) == ("ole.bruun", AuditOutcome.REFUSED, {"limit": "number"})
    dpo = town.client("jens.dam")
    assert "grænse nået" in dpo.get("/tilsyn").text
    page = dpo.get("/tilsyn?vis=limit").text
    assert "Nåede en grænse" in page
    assert "Ole Bruun" in page


def test_another_actor_and_words_are_not_held_back_and_the_api_counts_with_the_page(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    few(monkeypatch, Limited.NUMBER)
    browser = town.client("ole.bruun")
    for _ in range(3):
        browser.post("/soeg", text="750786-4002")
    headers = {"x-csrf-token": browser.token()}
    answer = browser.http.post("/api/soeg", json={"text": "750786-4002"}, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (429, "application/problem+json")
    assert browser.post("/soeg", text="mentor").status_code == 200
    assert town.client("anna.holm").post("/soeg", text="750786-4002").status_code == 200


def test_one_address_is_limited_whoever_asks(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    few(monkeypatch, Limited.SEARCH, addresses=4)
    browsers = [town.client("ole.bruun"), town.client("anna.holm")]
    statuses = [browser.post("/soeg", text="mentor").status_code for _ in range(3) for browser in browsers]
    assert statuses == [200] * 4 + [429] * 2
    spoofed = browsers[0].http.get("/soeg/resultat", headers={"x-real-ip": "10.0.0.9", "forwarded": "for=10.0.0.9"})
    assert spoofed.status_code == 429


def test_overrides_and_logins_are_limited(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    few(monkeypatch, Limited.OVERRIDE, Limited.LOGIN)
    browser = town.client("ole.bruun")
    address = f"/overblik/{town.ids[maja.MAJA]}/grund"
    why = {"purpose": "case_work", "reason": "Akut henvendelse fra hjemmet i nat"}
    assert [browser.post(address, **why).status_code for _ in range(4)][2:] == [200, 429]
    assert [town.client().post("/log-ind", person="anna.holm").status_code for _ in range(4)] == [200] * 3 + [429]


def test_a_limit_lets_the_count_through_at_once_and_then_one_at_a_time(database: Database) -> None:
    limit = Limit(5, timedelta(seconds=500))
    with database.transaction() as session:
        taken = [take(session, Limited.SEARCH, b"s", limit) for _ in range(7)]
        assert taken[:5] == [None] * 5
        assert taken[5] == taken[6] == timedelta(seconds=100)
        assert [is_news(session, Limited.SEARCH, b"s", limit) for _ in range(2)] == [True, False]
        assert take(session, Limited.SEARCH, b"another", limit) is None
        earlier = text("UPDATE rate_limits SET used_until = used_until - CAST(:passed AS interval)")
        session.execute(earlier, {"passed": timedelta(seconds=200)})
        again = [take(session, Limited.SEARCH, b"s", limit) for _ in range(3)]
        assert [wait is None for wait in again] == [True, True, False]
        session.execute(earlier, {"passed": timedelta(days=2)})
        delete_unused(session)
        assert session.scalar(text("SELECT count(*) FROM rate_limits")) == 0


def test_servers_count_together(database: Database) -> None:
    limit = Limit(4, timedelta(hours=1))
    allowed = 0
    for number in count():
        with database.transaction() as session:  # each as if it were another process
            if take(session, Limited.LOGIN, b"s", limit) is not None:
                break
            allowed = number + 1
    assert allowed == 4
