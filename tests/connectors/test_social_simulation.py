"""A server that changes, loses rows and loses rights while it is read: nothing is deleted that exists."""

import random
from collections.abc import Callable, Iterator

import pytest

from connectors.base import Batch, ReadContext
from connectors.errors import ConnectorError
from connectors.sources.social.connector import SocialConnector
from hub.clock import FixedClock
from schemas.record import Cursor
from tests.connectors.social_reading import connect
from tests.connectors.social_server import Dubu, Item, person, sag, serving, underretning, ydelse

IDA = "6303094002"
CLOSED = {"brugervendtNoegle": "SagStatus2", "titel": "Lukket"}
Loss = Callable[[str, dict[str, str], Item], Item]


class Town:
    """The truth, what happens to it, and what the connector made of it."""

    def __init__(self, dubu: Dubu, chance: random.Random) -> None:
        self.dubu = dubu
        self.chance = chance
        self.next_id = 1000
        self.live: set[str] = set()
        self.cursor = Cursor()
        for key in range(1, 13):
            self.add_case(key)
        for _ in range(20):
            self.add_effort()

    def new_id(self) -> int:
        self.next_id += 1
        return self.next_id

    def add_case(self, key: int) -> None:
        part = {"id": key, "fuldeNavn": "Part", "rolle": "Mor"}
        self.dubu.sager.append(sag(key, person(key, None, "Ida"), sagsparter=[part]))
        self.dubu.aktiviteter[key] = [underretning(self.new_id(), key) for _ in range(4)]

    def add_effort(self) -> None:
        self.dubu.ydelser.append(ydelse(self.new_id(), self.chance.choice(self.dubu.sager)["id"], IDA))

    def happen(self) -> None:
        """One thing that is meant."""
        chance, dubu = self.chance, self.dubu
        case = chance.choice(dubu.sager)
        match chance.randrange(7):
            case 0:
                self.add_case(self.new_id())
            case 1:
                self.add_effort()
            case 2:
                dubu.ydelser.remove(chance.choice(dubu.ydelser))
            case 3 if len(dubu.sager) > 8:
                dubu.sager.remove(case)
                del dubu.aktiviteter[case["id"]]
            case 4 if case["status"] != CLOSED and len(dubu.aktiviteter[case["id"]]) > 1:
                dubu.aktiviteter[case["id"]].pop()
            case 5:
                chance.choice(dubu.ydelser)["omfang"] = str(chance.random())
            case _:
                case["status"] = CLOSED

    def loss(self) -> Loss:
        """One thing that goes wrong for a single reading."""
        chance, kind = self.chance, self.chance.randrange(7)
        hidden = chance.choice(self.dubu.sager if kind % 2 else self.dubu.ydelser)["id"]
        path = "/odata/Sag" if kind % 2 else "/odata/Ydelse"
        case = f"/odata/Aktivitet/Default.GetBySag(Id={chance.choice(self.dubu.sager)['id']})"

        def lose(asked: str, params: dict[str, str], answer: Item) -> Item:
            if kind in {0, 1} and asked == path:  # a row is not there, and not counted
                rows = [row for row in answer["value"] if row["id"] != hidden]
                after = int(params.get("$filter", "id gt 0").removeprefix("id gt "))
                return answer | {"value": rows, "@odata.count": answer["@odata.count"] - (hidden > after)}
            if kind in {2, 3} and asked == path:  # a lost right
                return answer | {"value": [], "@odata.count": 0}
            if kind == 4 and asked == case:
                return {"value": []}
            if kind == 5 and "GetBySag" in asked:
                return {"value": []}
            if kind == 6 and asked == path and "$orderby" in params:  # a row is dropped, but counted
                return answer | {"value": [row for row in answer["value"] if row["id"] != hidden]}
            return answer

        return lose

    def read(self, connector: SocialConnector, releases: dict[str, int] | None = None) -> Batch | None:
        """One reading; gives its last batch when it was complete."""
        exists = self.truth()
        last = None
        try:
            for batch in connector.read("sager", self.cursor, ReadContext(releases=releases or {})):
                for record in batch.records:
                    name = f"{record.record_type} {record.source_id}"
                    assert not (record.deleted and name in exists), f"{name} exists"
                    (self.live.discard if record.deleted else self.live.add)(name)
                self.cursor, last = batch.cursor or self.cursor, batch
        except ConnectorError:
            return None
        return last

    def truth(self) -> set[str]:
        """What there is."""
        dubu = self.dubu
        return {
            *(f"Sag test:{case['id']}" for case in dubu.sager),
            *(f"Sag.person test:{case['id']}" for case in dubu.sager),
            *(f"Sag.part test:{case['id']}/{case['id']}" for case in dubu.sager),
            *(f"Aktivitet test:{row['id']}" for rows in dubu.aktiviteter.values() for row in rows),
            *(f"Ydelse test:{row['id']}" for row in dubu.ydelser),
        }


@pytest.fixture
def dubu() -> Iterator[Dubu]:
    with serving(Dubu()) as served:
        yield served


@pytest.mark.parametrize("seed", range(4))
def test_nothing_that_exists_is_deleted_and_what_vanished_for_good_is(dubu: Dubu, clock: FixedClock, seed: int) -> None:
    connector = connect(dubu, clock, page_size=7)
    town = Town(dubu, random.Random(seed))  # noqa: S311  a repeatable choice
    assert town.read(connector) is not None
    assert town.live == town.truth()
    for _ in range(8):
        town.happen()
        town.happen()
        dubu.tamper = town.loss()
        town.read(connector)
        dubu.tamper = None
        town.read(connector)
    for _ in range(3):
        last = town.read(connector)
    while last is not None and last.held:
        last = town.read(connector, {held.record_type: held.missing for held in last.held})
    assert last is not None
    assert town.live == town.truth()
