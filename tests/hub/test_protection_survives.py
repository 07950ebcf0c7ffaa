"""Who cannot be read is protected all the same: other records name them, and pages must know what to hide."""

from datetime import timedelta

import pytest

from hub.clock import FixedClock
from hub.db import Database
from tests.connectors.social_reading import connect
from tests.connectors.social_server import Dubu, Item, person, sag, ydelse
from tests.connectors.social_server import serving as serving_dubu
from tests.connectors.star_server import KIRSTEN, Star, row, serving
from tests.hub.employment_hub import employment_hub
from tests.hub.source_hub import SourceHub, source_hub

IDA = "6303094002"
DAY = timedelta(days=1)


def is_protected(hub: SourceHub) -> bool:
    """Whether the page of the one whose person could not be read is."""
    (header,) = (
        overview.header
        for overview in hub.overviews()
        if {IDA, KIRSTEN} & {identifier.value for identifier in overview.header.identifiers}
    )
    return header.person.name_address_protected


@pytest.mark.parametrize(
    "fault", [{"foedselsdato": "31-02-2010"}, {"adressebeskyttelse": "måske"}], ids=["another field", "it itself"]
)
def test_in_social_until_the_person_can_be_read_again(database: Database, clock: FixedClock, fault: Item) -> None:
    ida = person(1, IDA, "Ida", adressebeskyttelse=True) | fault
    others = [sag(20 + key, person(20 + key, f"62010940{key:02}", "Bo")) for key in range(4)]
    dubu = Dubu(
        sager=[sag(10, ida), *others],
        aktiviteter={each["id"]: [] for each in (sag(10, ida), *others)},
        ydelser=[ydelse(900, 10, IDA, borgerNavn="Ida Testborger")],
    )
    with serving_dubu(dubu), source_hub(database, connect(dubu, clock), clock) as hub:

        def read() -> int:
            hub.clock.move(DAY)
            return hub.run("sager").published

        assert read() >= 2
        assert is_protected(hub)
        assert [field for field, _, _ in hub.quarantined()] == [f"primaerPerson.{next(iter(fault))}"]
        assert read() == 0, "told once"
        dubu.sager = [sag(10, person(1, IDA, "Ida", adressebeskyttelse=False)), *others]
        for _ in range(2):
            read()
        assert not is_protected(hub)
        assert not hub.quarantined()


@pytest.mark.parametrize(
    "fault", [{"address": ["Testvej"]}, {"nameAndAddressProtected": "måske"}], ids=["another field", "it itself"]
)
def test_in_employment_until_the_citizen_can_be_read_again(database: Database, clock: FixedClock, fault: Item) -> None:
    with serving(Star()) as star, employment_hub(database, star, clock) as hub:
        star.rows = [row(1, KIRSTEN, **{"nameAndAddressProtected": True, **fault})]
        hub.run("citizens")
        assert hub.entries("target_group"), "what could be read is shown"
        assert is_protected(hub)
        assert [field for field, _, _ in hub.quarantined()] == list(fault)
        star.rows = [row(1, KIRSTEN)]
        for _ in range(3):
            hub.clock.move(8 * DAY)
            hub.run("citizens")
        assert not is_protected(hub)
        assert not hub.quarantined()
