"""The social source against an OData server that is not ours: SAP CAP, with its own paging, parsing and links."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from connectors.sources.social.connector import SocialConnector
from connectors.sources.social.settings import SocialSettings
from deploy.sandbox.services.odata import ODataServer
from hub.clock import FixedClock
from tests.connectors.social_reading import connect, read
from tests.connectors.social_server import Dubu, Item, person, sag, serving, underretning, ydelse

pytestmark = pytest.mark.xdist_group("odata_server")
IDA, EMIL = "6303094002", "8205124001"
CASES = 5
"""More than one of the server's pages of four."""
EFFORTS = 9
EXPANDED = ("primaerPerson", "primaerBehandler", "foerstkommendeFrist")
PARTS = [{"id": key, "cprnr": None, "fuldeNavn": f"Part {key}", "rolle": "Søskende"} for key in range(1, 4)]


class Cap:
    """The server as tests fill it."""

    def __init__(self, server: ODataServer) -> None:
        self.server = server
        self.client = httpx.Client(
            base_url=f"{server.url}/odata/", headers={"Authorization": f"Bearer {server.token}"}, trust_env=False
        )
        self.connectors: list[SocialConnector] = []

    def empty(self) -> None:
        """Delete everything."""
        for name in ("Aktivitet", "Ydelse", "Sag", "Person", "Behandler", "Frist"):
            while rows := self.client.get(name, params={"$select": "id"}).json()["value"]:
                for row in rows:
                    self.delete(name, row["id"])

    def add(self, name: str, *rows: Item) -> None:
        """Add rows."""
        for row in rows:
            self.client.post(
                name, json={key: value for key, value in row.items() if value is not None}
            ).raise_for_status()

    def fill(self, dubu: Dubu) -> None:
        """Add what our own server would hold."""
        self.add("Behandler", dubu.sager[0]["primaerBehandler"])
        self.add("Frist", dubu.sager[0]["foerstkommendeFrist"])
        for case in dubu.sager:
            self.add("Person", case["primaerPerson"])
            self.add("Sag", case | {name: {"id": case[name]["id"]} for name in EXPANDED})
            self.add("Aktivitet", *dubu.aktiviteter[case["id"]])
        self.add("Ydelse", *dubu.ydelser)

    def delete(self, name: str, key: int) -> None:
        """Delete a row."""
        self.client.delete(f"{name}({key})").raise_for_status()

    def connector(self, clock: FixedClock, **settings: Any) -> SocialConnector:
        """A connector that reads it."""
        login = {"token_url": self.server.token_url, "client_id": "helhed", "client_secret": "any"}
        common = {"base_url": self.server.url, "environment": "test", "patience": "never", **login}
        connector = SocialConnector("social", SocialSettings.model_validate(common | settings), clock=clock.now)
        self.connectors.append(connector)
        return connector

    def close(self) -> None:
        """Let go of all connections."""
        self.client.close()
        for connector in self.connectors:
            connector.close()


def rows() -> Dubu:
    """What both servers hold."""
    return Dubu(
        sager=[
            sag(key, person(key, IDA if key == 1 else None, "Ida"), sagsparter=PARTS) for key in range(1, CASES + 1)
        ],
        aktiviteter={key: [underretning(100 * key + extra, key) for extra in range(2)] for key in range(1, CASES + 1)},
        ydelser=[ydelse(900 + key, 1 + key % CASES, EMIL) for key in range(EFFORTS)],
    )


@pytest.fixture(scope="module")
def cap(odata_server: ODataServer) -> Iterator[Cap]:
    """The server with the rows; who deletes some puts them back."""
    cap = Cap(odata_server)
    try:
        cap.empty()
        cap.fill(rows())
        yield cap
    finally:
        cap.close()


def test_it_is_read_as_our_own_server_is(cap: Cap, clock: FixedClock) -> None:
    connector = cap.connector(clock)
    assert connector.check().message == "logged in and read one case"
    run = read(connector)
    with serving(rows()) as dubu:
        ours = read(connect(dubu, clock))
    assert not run.rejected
    assert run.records.keys() == ours.records.keys()
    assert len(run.records) == CASES * (1 + 1 + len(PARTS) + 2) + EFFORTS
    for name, record in run.records.items():
        own = {"link", "digest"}
        assert record.model_dump(exclude=own) == ours.records[name].model_dump(exclude=own)
    assert read(connector, run.cursor).records == {}


def test_what_vanishes_is_deleted_after_two_readings_and_a_list_that_empties_is_held(
    cap: Cap, clock: FixedClock
) -> None:
    connector = cap.connector(clock, page_size=3)
    cursor = read(connector).cursor
    activity = rows().aktiviteter[3][1]
    cap.delete("Ydelse", 903)
    cap.delete("Aktivitet", activity["id"])
    once = read(connector, cursor)
    assert once.records == {}
    twice = read(connector, once.cursor)
    assert twice.deleted == {"Ydelse test:903", "Aktivitet test:301"}
    cap.add("Aktivitet", activity)
    for row in rows().ydelser:
        if row["id"] != 903:
            cap.delete("Ydelse", row["id"])
    held = read(connector, twice.cursor)
    assert held.held["Ydelse"].missing == EFFORTS - 1
    assert not held.deleted
    cap.add("Ydelse", *rows().ydelser)
    back = read(connector, held.cursor)
    assert set(back.records) == {"Ydelse test:903"}
    assert not back.deleted


def test_its_own_links_lead_through_everything(cap: Cap, clock: FixedClock) -> None:
    connector = cap.connector(clock)
    run = read(connector)
    state = dict(run.cursor.state) | {"refused": {"Sag": ["$filter"], "Ydelse": ["$orderby"]}}
    again = read(connector, run.cursor.model_copy(update={"state": state}))
    assert again.records == {}
    assert not again.held


def test_it_refuses_what_we_no_longer_send(cap: Cap, clock: FixedClock) -> None:
    assert cap.client.get("Sag?$filter=id+gt+0").status_code == 400
    assert cap.client.get("Sag?$filter=id%20gt%200").status_code == 200
    assert not cap.connector(clock, base_url=f"{cap.server.url}/no-such-place").check().ok
