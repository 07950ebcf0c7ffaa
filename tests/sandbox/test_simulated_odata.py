"""The social system over real HTTP: paging by key, sessions, what disappears."""

from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import text

from connectors.base import PushConnector, PushedEvent, ReadContext
from deploy.demo import connectors_to
from deploy.sandbox.fagsystemer.odata_rows import CONFIDENTIAL_NOTE
from deploy.sandbox.fagsystemer.process import Running, events_waiting, subscribe
from deploy.sandbox.municipality.generate import cohorts
from deploy.sandbox.municipality.staff import cpr_of
from hub.clock import SystemClock
from hub.db import Database
from hub.inbox.listener import ListenerSettings, serve_in_background
from hub.inbox.service import Inbox
from hub.secrets import PayloadCipher
from tests.sandbox.test_simulated_star import until
from tests.sources import add_connector, make_catalogue


def everything(client: httpx.Client, kind: str) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = []
    last = 0
    while True:
        query = {"$orderby": "id", "$top": "19", "$count": "true", "$filter": f"id gt {last}"}
        page = client.get(f"odata/{kind}", params=query).raise_for_status().json()
        if not page["value"]:
            return results
        results += page["value"]
        last = results[-1]["id"]


def test_paging_by_key_brings_each_row_exactly_once(odata: httpx.Client) -> None:
    for kind in ("Sag", "Ydelse"):
        results = [row["id"] for row in everything(odata, kind)]
        count = odata.get(f"odata/{kind}", params={"$count": "true", "$top": "1"}).json()["@odata.count"]
        assert len(results) == len(set(results)) == count


def test_the_named_family_comes_first(odata: httpx.Client) -> None:
    first = odata.get("odata/Sag", params={"$orderby": "id", "$top": "3"}).json()["value"]
    assert [row["primaerPerson"]["fornavn"] for row in first] == ["Maja", "Ida", "Emil"]
    efforts = odata.get("odata/Ydelse", params={"$orderby": "id", "$top": "2"}).json()["value"]
    assert [row["id"] for row in efforts] == [101, 102]


def test_activities_of_a_case_hold_notes_that_nobody_may_take_in(odata: httpx.Client) -> None:
    rows = odata.get("odata/Aktivitet/Default.GetBySag(Id=10002)").json()["value"]
    assert {row["notat"] for row in rows} == {CONFIDENTIAL_NOTE}
    school = next(row for row in rows if row.get("udfald") and row["udfald"]["brugervendtNoegle"] == "effort")
    assert school["medfoerteYdelser"] == [101, 103]
    assert school["underretter"] == {"brugervendtNoegle": "2", "titel": "Skolen"}


def test_a_filter_on_status_hides_cases_as_the_real_client_does(odata: httpx.Client) -> None:
    every = odata.get("odata/Sag", params={"$count": "true"}).json()["@odata.count"]
    filtered = {"$count": "true", "$filter": "status/brugervendtNoegle ne 'SagStatus3'"}
    assert 0 < odata.get("odata/Sag", params=filtered).json()["@odata.count"] < every


def test_without_a_session_there_is_a_login_page_and_with_one_data(running: Running) -> None:
    with httpx.Client(base_url=running.odata_url) as client:
        assert client.get("odata/Sag").headers["content-type"].startswith("text/html")
        form = {"user": running.client_id, "password": running.client_secret}
        client.post(running.odata_login_url, data=form).raise_for_status()
        assert client.get("odata/Sag").json()["value"]


def test_what_is_deleted_just_is_not_there_any_more(odata: httpx.Client, own_servers: Running) -> None:
    httpx.delete(f"{own_servers.odata_url}/_truth/Ydelse/101").raise_for_status()
    httpx.patch(f"{own_servers.odata_url}/_truth/Ydelse/102", json={"omfang": "1 time om ugen"}).raise_for_status()
    rows = {row["id"]: row for row in everything(odata, "Ydelse")}
    assert 101 not in rows
    assert rows[102]["omfang"] == "1 time om ugen"


def test_a_page_can_come_twice(odata: httpx.Client, running: Running) -> None:
    first = odata.get("odata/Ydelse", params={"$top": "2"}).json()
    httpx.post(f"{running.odata_url}/_faults", json={"kind": "repeat_page", "path": "/odata"}).raise_for_status()
    assert odata.get("odata/Ydelse", params={"$top": "2", "$filter": "id gt 105"}).json() == first


def test_a_change_is_told_by_beskedfordeler_and_says_whose_case_it_is(
    own_servers: Running, database: Database, cipher: PayloadCipher
) -> None:
    connector = connectors_to(own_servers, SystemClock())["social"]
    catalogue = make_catalogue(database, SystemClock())
    add_connector(database, catalogue, connector)
    inbox = Inbox(database=database, catalogue=catalogue, cipher=cipher, clock=SystemClock())
    folder = Path(own_servers.certificates)
    settings = ListenerSettings(
        host="127.0.0.1", port=0, certificate=folder / "listener.pem", authorities=folder / "ca.pem"
    )
    with serve_in_background(inbox, settings) as port:
        subscribe(own_servers, f"https://127.0.0.1:{port}")
        changed = {"status": {"brugervendtNoegle": "Afsluttet", "titel": "Afsluttet"}}
        httpx.patch(f"{own_servers.odata_url}/_truth/Ydelse/101", json=changed).raise_for_status()
        until(lambda: not events_waiting(own_servers))
    with database.transaction() as session:
        (event,) = session.execute(text("SELECT * FROM inbox_events WHERE source = 'social'")).all()
    body = cipher.open(event.body, f"inbox:social:{event.digest}".encode())
    assert isinstance(connector, PushConnector)
    pushed = PushedEvent(path=event.path, body=body, received_at=SystemClock().now())
    (hint,) = connector.resolve(pushed, ReadContext()).hints
    assert hint.citizen.value == cpr_of(cohorts(), "Ida", "Testborger")
