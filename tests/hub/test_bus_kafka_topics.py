"""A topic that is deleted and created again, on a real broker: noticed, and read from its beginning."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from time import monotonic

import pytest
from kafka import KafkaAdminClient, OffsetAndMetadata, TopicPartition
from kafka.errors import CoordinatorNotAvailableError, NoError, NotCoordinatorError

from hub.bus.base import BusUnavailable, Consumer, Message, TopicNotFound
from hub.bus.kafka import GROUPS
from hub.bus.kafka_client import KafkaAccess
from hub.bus.kafka_topics import belongs_to_topic, describe, offset_to_commit
from tests.contracts.bus import AT_ONCE, drain, make_messages, values
from tests.contracts.own_names import OwnNames
from tests.hub.test_bus_kafka import make_bus

SECOND = timedelta(seconds=1)
PATIENCE = 60.0


@pytest.fixture
def bus(kafka_servers: str) -> Iterator[OwnNames]:
    names = OwnNames(make_bus(kafka_servers))
    names.create({"t": 1})
    yield names
    names.close()


@pytest.fixture
def admin(kafka_servers: str) -> Iterator[KafkaAdminClient]:
    client = KafkaAccess(servers=tuple(kafka_servers.split(","))).open(KafkaAdminClient)
    yield client
    client.close()


def until(condition: Callable[[], object]) -> None:
    end = monotonic() + PATIENCE
    while not condition():
        assert monotonic() < end, "it did not come about"
        Event().wait(0.05)


def publish(bus: OwnNames, messages: list[Message]) -> None:
    """Again while the bus still knows the topic that is gone."""
    end = monotonic() + PATIENCE
    while True:
        try:
            bus.publish("t", messages)
        except BusUnavailable:
            assert monotonic() < end, "the topic does not come back"
        else:
            return


def alter_offset(admin: KafkaAdminClient, group: str, place: TopicPartition, offset: int) -> None:
    """Sets an offset by hand; again while a broker that has just started makes the topic that keeps the offsets."""

    def is_set() -> bool:
        try:
            answers = admin.alter_group_offsets(group, {place: OffsetAndMetadata(offset, "", -1)})
        except (CoordinatorNotAvailableError, NotCoordinatorError):
            return False
        return bool(answers[place] is NoError)

    until(is_set)


def delete(bus: OwnNames, admin: KafkaAdminClient) -> None:
    admin.delete_topics([bus.prefix + "t"])
    until(lambda: describe(admin, bus.prefix + "t") is None)


def recreate(bus: OwnNames, admin: KafkaAdminClient, messages: int) -> None:
    delete(bus, admin)
    bus.create({"t": 1})
    publish(bus, make_messages(messages))


def poll_all(bus: OwnNames, consumer: Consumer) -> list[int]:
    """Poll and commit until nothing is left; what came, in order."""
    results: list[int] = []
    end = monotonic() + PATIENCE
    while bus.lag("readers", "t"):
        assert monotonic() < end, f"only {results} came"
        delivered = consumer.poll(limit=3, timeout=SECOND)
        results += values(delivered)
        consumer.commit(delivered)
    return results


def test_who_is_idle_while_the_topic_is_recreated_reads_it_from_its_beginning(
    bus: OwnNames, admin: KafkaAdminClient
) -> None:
    publish(bus, make_messages(5))
    with bus.consumer("readers", ["t"]) as consumer:
        consumer.commit(drain(consumer, 5))
        assert consumer.poll(limit=10, timeout=AT_ONCE) == []
        recreate(bus, admin, 8)
        assert bus.lag("readers", "t") == 8, "nothing of the new topic is worked on"
        assert sorted(set(poll_all(bus, consumer))) == list(range(8))
    assert bus.lag("readers", "t") == 0


def test_who_reads_while_the_topic_is_recreated_misses_nothing_of_it(bus: OwnNames, admin: KafkaAdminClient) -> None:
    """More messages than before, so that the old position lies inside the new topic."""
    publish(bus, make_messages(50))
    seen: set[bytes] = set()
    stop = Event()

    def read() -> None:
        with bus.consumer("readers", ["t"]) as consumer:
            while not stop.is_set():
                try:
                    delivered = consumer.poll(limit=7, timeout=timedelta(milliseconds=100))
                except BusUnavailable:
                    continue
                seen.update(message.message.value for message in delivered)
                consumer.commit(delivered)

    with ThreadPoolExecutor(1) as threads:
        reading = threads.submit(read)
        try:
            until(lambda: len(seen) == 50)
            delete(bus, admin)
            bus.create({"t": 1})
            new = [Message(key=str(number), value=f"new {number}".encode()) for number in range(200)]
            publish(bus, new)
            until(lambda: seen.issuperset(message.value for message in new))
            until(lambda: bus.lag("readers", "t") == 0)
        finally:
            stop.set()
        reading.result()


def test_what_was_polled_from_the_old_topic_is_not_committed_to_the_new_one(
    bus: OwnNames, admin: KafkaAdminClient
) -> None:
    publish(bus, make_messages(5))
    with bus.consumer("readers", ["t"]) as consumer:
        old = drain(consumer, 5)
        recreate(bus, admin, 8)
        consumer.commit(old)
        assert bus.lag("readers", "t") == 8
    with bus.consumer("readers", ["t"]) as successor:
        assert poll_all(bus, successor) == list(range(8))


def test_an_offset_that_somebody_set_by_hand_counts(bus: OwnNames, admin: KafkaAdminClient) -> None:
    publish(bus, make_messages(5))
    alter_offset(admin, GROUPS + bus.prefix + "readers", TopicPartition(bus.prefix + "t", 0), 3)
    assert bus.lag("readers", "t") == 2
    with bus.consumer("readers", ["t"]) as consumer:
        assert values(drain(consumer, 2)) == [3, 4]


def test_publishing_to_a_topic_that_was_deleted_says_so_and_goes_on_when_it_is_back(
    bus: OwnNames, admin: KafkaAdminClient
) -> None:
    publish(bus, make_messages(1))
    delete(bus, admin)
    end = monotonic() + PATIENCE
    with pytest.raises(TopicNotFound):
        while monotonic() < end:
            publish(bus, make_messages(1))
    bus.create({"t": 1})
    publish(bus, make_messages(1))
    assert bus.lag("readers", "t") == 1


@pytest.mark.parametrize(
    ("committed", "current", "is_counted"),
    [("a", "a", True), ("a", "b", False), ("", "b", True), ("a", "", True), ("", "", True)],
)
def test_an_offset_counts_for_the_topic_it_was_committed_for(committed: str, current: str, is_counted: bool) -> None:
    assert belongs_to_topic(offset_to_commit(3, committed), current) is is_counted


def test_what_another_tool_notes_with_an_offset_is_no_id() -> None:
    assert belongs_to_topic(OffsetAndMetadata(3, "reset by hand", -1), "b")
