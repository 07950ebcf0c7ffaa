"""A broker of the test's own that is killed and started again: told at once, and nothing lost."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Event
from time import monotonic

import pytest

from deploy.sandbox.services import kafka
from hub.bus.base import BusUnavailable, Consumer, Message
from hub.bus.kafka import KafkaBus
from hub.bus.kafka_client import KafkaAccess
from tests.contracts.bus import drain, make_messages, values

pytestmark = pytest.mark.xdist_group("broker")
SECOND = timedelta(seconds=1)
PATIENCE = 60.0
SOON = 20.0
"""Seconds in which it must be told that nobody answers, on however busy a machine."""


@pytest.fixture
def cluster(kafka_servers: str, tmp_path: Path) -> Iterator[kafka.Kafka]:
    assert kafka_servers, "where there is no Kafka, there is none here either"
    with kafka.start(tmp_path / "kafka") as running:
        yield running


@pytest.fixture
def bus(cluster: kafka.Kafka) -> Iterator[KafkaBus]:
    kafka_bus = KafkaBus(KafkaAccess(servers=(cluster.bootstrap,)), replication=1, retention=timedelta(hours=1))
    kafka_bus.create({"t": 2})
    yield kafka_bus
    kafka_bus.close()


def publish_until_taken(bus: KafkaBus, messages: list[Message]) -> None:
    end = monotonic() + PATIENCE
    while True:
        try:
            bus.publish("t", messages)
        except BusUnavailable:
            assert monotonic() < end, "the bus does not come back"
            Event().wait(0.1)
        else:
            return


def test_a_dead_broker_is_told_and_comes_back_with_everything(bus: KafkaBus, cluster: kafka.Kafka) -> None:
    bus.publish("t", make_messages(10))
    with bus.consumer("readers", ["t"]) as consumer, bus.consumer("others", ["t"]) as other:
        messages = drain(consumer, 10)
        consumer.commit(messages[:5])
        also = drain(other, 10)
        cluster.brokers[0].kill()
        killed = monotonic()
        with ThreadPoolExecutor(3) as threads:
            results = [
                threads.submit(bus.publish, "t", make_messages(1)),
                threads.submit(other.commit, also),
                threads.submit(_poll_until_told, consumer),
            ]
            for one in results:
                with pytest.raises(BusUnavailable):
                    one.result()
        assert monotonic() - killed < SOON
        cluster.brokers[0].start()
        cluster.wait()
        publish_until_taken(bus, [Message(key="one", value=b"10")])
        assert sorted({*_drain_through(consumer, 6)}) == [5, 6, 7, 8, 9, 10]
        assert (bus.lag("readers", "t"), bus.lag("others", "t")) == (6, 11)


def test_who_publishes_through_a_restart_loses_nothing_and_keeps_order(bus: KafkaBus, cluster: kafka.Kafka) -> None:
    lots = [[Message(key=f"key {key}", value=str(lot).encode()) for key in range(20)] for lot in range(60)]

    def publish() -> None:
        for number, lot in enumerate(lots):
            publish_until_taken(bus, lot)
            if number == 20:
                under_way.set()

    under_way = Event()
    with ThreadPoolExecutor(1) as threads, bus.consumer("readers", ["t"]) as consumer:
        publishing = threads.submit(publish)
        assert under_way.wait(PATIENCE)
        cluster.brokers[0].kill()
        cluster.brokers[0].start()
        first_times: dict[str, list[int]] = {f"key {key}": [] for key in range(20)}
        end = monotonic() + PATIENCE
        while not publishing.done() or any(len(seen) < len(lots) for seen in first_times.values()):
            assert monotonic() < end, "not everything came"
            try:
                messages = consumer.poll(limit=100, timeout=SECOND)
            except BusUnavailable:
                continue
            for one in messages:
                if int(one.message.value) not in first_times[one.message.key]:
                    first_times[one.message.key].append(int(one.message.value))
        publishing.result()
    assert all(seen == list(range(len(lots))) for seen in first_times.values())


def _poll_until_told(consumer: Consumer) -> None:
    while True:
        assert consumer.poll(limit=10, timeout=SECOND) == []


def _drain_through(consumer: Consumer, count: int) -> Iterator[int]:
    """As ``drain``, but patient with a bus that is just coming back."""
    result: set[int] = set()
    end = monotonic() + PATIENCE
    while len(result) < count:
        assert monotonic() < end, f"{len(result)} of {count} came"
        try:
            result |= {*values(consumer.poll(limit=100, timeout=SECOND))}
        except BusUnavailable:
            Event().wait(0.1)
    yield from result
