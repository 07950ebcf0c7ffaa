"""The bus in Kafka: the common suite on a real broker, and what only this one can get wrong."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from hub.bus.kafka import KafkaBus
from hub.bus.kafka_client import KafkaAccess
from tests.contracts.bus import BusSuite
from tests.contracts.own_names import OwnNames

HOUR = timedelta(hours=1)


def make_bus(servers: str) -> KafkaBus:
    return KafkaBus(KafkaAccess(servers=tuple(servers.split(","))), replication=1, retention=HOUR)


@pytest.fixture
def bus(kafka_servers: str) -> Iterator[OwnNames]:
    made = OwnNames(make_bus(kafka_servers))
    yield made
    made.close()


class TestKafkaBus(BusSuite):
    """Every promise of the port."""
