"""What every ``Bus`` must keep, whatever it is made of.

A module that inherits ``BusSuite`` gives the bus under test by a fixture ``bus``.
"""

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import monotonic
from uuid import uuid4

import pytest

from hub.bus.base import (
    LARGEST,
    Bus,
    Consumer,
    Delivered,
    Message,
    MessageTooLarge,
    Offsets,
    TopicNotFound,
    has_processed,
)

PARTITIONS = 4
AT_ONCE = timedelta(0)
PATIENT = timedelta(seconds=30)
"""Far longer than anything here takes: a test that waits it out has failed."""


def make_messages(count: int, key: str = "one") -> list[Message]:
    """Messages of one key, numbered in their values."""
    return [Message(key=key, value=str(number).encode()) for number in range(count)]


def drain(consumer: Consumer, count: int) -> list[Delivered]:
    """Poll until *count* messages have come; fails when they do not."""
    results: list[Delivered] = []
    while len(results) < count:
        messages = consumer.poll(limit=100, timeout=PATIENT)
        assert messages, f"{len(results)} of {count} messages came"
        results += messages
    return results


def values(delivered: list[Delivered]) -> list[int]:
    """The numbers in the values, in the order in which they came."""
    return [int(message.message.value) for message in delivered]


class BusSuite:
    """The promises of ``hub.bus.base``, one test each."""

    @pytest.fixture
    def topic(self, bus: Bus) -> str:
        """A fresh topic with four partitions."""
        name = f"test.{uuid4().hex}"
        bus.create({name: PARTITIONS})
        return name

    def test_what_was_published_is_read_whole(self, bus: Bus, topic: str) -> None:
        message = Message(key="ø", value=bytes(range(256)), headers={"ce_id": "1", "ce_type": "æøå"})
        bus.publish(topic, [message])
        with bus.consumer("readers", [topic]) as consumer:
            (messages,) = drain(consumer, 1)
        assert messages.message == message
        assert messages.topic == topic

    def test_nothing_to_publish_is_no_fault(self, bus: Bus, topic: str) -> None:
        bus.publish(topic, [])
        assert bus.lag("readers", topic) == 0

    def test_a_topic_that_nobody_made_is_refused(self, bus: Bus) -> None:
        nowhere = f"test.{uuid4().hex}"
        with pytest.raises(TopicNotFound):
            bus.publish(nowhere, make_messages(1))
        assert bus.lag("readers", nowhere) == 0

    def test_the_largest_message_is_taken_and_a_larger_one_with_its_whole_lot_refused(
        self, bus: Bus, topic: str
    ) -> None:
        largest = Message(key="one", value=b"0" * (LARGEST - 3))
        assert largest.size == LARGEST
        with pytest.raises(MessageTooLarge):
            bus.publish(topic, [*make_messages(3), Message(key="one", value=largest.value + b"0")])
        assert bus.lag("readers", topic) == 0
        bus.publish(topic, [largest])
        with bus.consumer("readers", [topic]) as consumer:
            assert drain(consumer, 1)[0].message == largest

    def test_creating_a_topic_again_is_harmless(self, bus: Bus, topic: str) -> None:
        bus.publish(topic, make_messages(3))
        bus.create({topic: 4})
        with bus.consumer("readers", [topic]) as consumer:
            assert values(drain(consumer, 3)) == [0, 1, 2]

    def test_an_empty_topic_gives_nothing(self, bus: Bus, topic: str) -> None:
        with bus.consumer("readers", [topic]) as consumer:
            assert consumer.poll(limit=10, timeout=AT_ONCE) == []

    def test_messages_of_a_key_come_in_order_from_one_partition(self, bus: Bus, topic: str) -> None:
        for number in range(30):
            bus.publish(topic, [Message(key=f"key {key}", value=str(number).encode()) for key in range(10)])
        by_key: dict[str, list[Delivered]] = defaultdict(list)
        with bus.consumer("readers", [topic]) as consumer:
            for message in drain(consumer, 300):
                by_key[message.message.key].append(message)
        assert len(by_key) == 10
        for got in by_key.values():
            assert values(got) == list(range(30))
            assert len({message.partition for message in got}) == 1
            assert [message.offset for message in got] == sorted({message.offset for message in got})

    def test_a_poll_brings_no_more_than_its_limit(self, bus: Bus, topic: str) -> None:
        bus.publish(topic, make_messages(5))
        with bus.consumer("readers", [topic]) as consumer:
            drain_first = consumer.poll(limit=2, timeout=PATIENT)
            assert values(drain_first) == [0, 1]
            assert values(drain(consumer, 3)) == [2, 3, 4]

    def test_only_commit_moves_where_a_successor_starts(self, bus: Bus, topic: str) -> None:
        bus.publish(topic, make_messages(6))
        with bus.consumer("readers", [topic]) as first:
            messages = drain(first, 6)
            first.commit(messages[:4])
        with bus.consumer("readers", [topic]) as second:
            assert values(drain(second, 2)) == [4, 5]

    def test_who_closes_without_commit_leaves_the_messages_to_the_next(self, bus: Bus, topic: str) -> None:
        bus.publish(topic, make_messages(3))
        with bus.consumer("readers", [topic]) as first:
            drain(first, 3)
        with bus.consumer("readers", [topic]) as second:
            assert values(drain(second, 3)) == [0, 1, 2]

    def test_a_commit_never_moves_back(self, bus: Bus, topic: str) -> None:
        bus.publish(topic, make_messages(4))
        with bus.consumer("readers", [topic]) as consumer:
            messages = drain(consumer, 4)
            consumer.commit(messages)
            consumer.commit(messages[:2])
            assert bus.lag("readers", topic) == 0

    def test_a_closed_consumer_commits_nothing(self, bus: Bus, topic: str) -> None:
        bus.publish(topic, make_messages(4))
        consumer = bus.consumer("readers", [topic])
        messages = drain(consumer, 4)
        consumer.close()
        consumer.commit(messages)
        consumer.close()
        assert bus.lag("readers", topic) == 4

    def test_groups_know_nothing_of_each_other(self, bus: Bus, topic: str) -> None:
        bus.publish(topic, make_messages(3))
        with bus.consumer("readers", [topic]) as one, bus.consumer("others", [topic]) as other:
            one.commit(drain(one, 3))
            assert values(drain(other, 3)) == [0, 1, 2]
        assert bus.lag("readers", topic) == 0
        assert bus.lag("others", topic) == 3

    def test_lag_counts_what_is_not_committed(self, bus: Bus, topic: str) -> None:
        assert bus.lag("readers", topic) == 0
        bus.publish(topic, make_messages(5))
        assert bus.lag("readers", topic) == 5
        with bus.consumer("readers", [topic]) as consumer:
            messages = drain(consumer, 5)
            assert bus.lag("readers", topic) == 5
            consumer.commit(messages[:2])
            assert bus.lag("readers", topic) == 3

    def test_offsets_tell_how_far_a_group_is_in_each_partition(self, bus: Bus, topic: str) -> None:
        before = bus.offsets("readers", topic)
        assert before == dict.fromkeys(range(PARTITIONS), Offsets(committed=0, end=0))
        bus.publish(topic, make_messages(5))
        with bus.consumer("readers", [topic]) as consumer:
            messages = drain(consumer, 5)
            result = bus.offsets("readers", topic)
            assert result == {**before, messages[0].partition: Offsets(committed=0, end=5)}
            assert not has_processed(result, result)
            bus.publish(topic, make_messages(2))
            consumer.commit(messages)
        now = bus.offsets("readers", topic)
        assert now == {**before, messages[0].partition: Offsets(committed=5, end=7)}
        assert has_processed(result, now)
        assert bus.offsets("readers", f"test.{uuid4().hex}") == {}

    def test_consumers_share_and_inherit(self, bus: Bus, topic: str) -> None:
        with bus.consumer("readers", [topic]) as first, bus.consumer("readers", [topic]) as second:
            parts = self._both_hold_something(bus, topic, first, second)
            assert parts[0].isdisjoint(parts[1])
            assert parts[0] | parts[1] == {0, 1, 2, 3}
            second.close()
            bus.publish(topic, [Message(key=str(key), value=b"2") for key in range(40)])
            inherited: set[int] = set()
            while inherited != {0, 1, 2, 3}:
                inherited |= {message.partition for message in first.poll(limit=100, timeout=AT_ONCE)}

    def test_a_commit_for_a_partition_that_moved_is_left_out(self, bus: Bus, topic: str) -> None:
        bus.publish(topic, [Message(key=str(key), value=b"0") for key in range(40)])
        with bus.consumer("readers", [topic]) as first:
            messages = drain(first, 40)
            with bus.consumer("readers", [topic]) as second:
                self._both_hold_something(bus, topic, first, second)
                before = bus.lag("readers", topic)
                first.commit(messages)
                assert 0 < bus.lag("readers", topic) < before

    def test_a_waiting_poll_is_woken_by_a_message(self, bus: Bus, topic: str) -> None:
        with bus.consumer("readers", [topic]) as consumer, ThreadPoolExecutor(1) as threads:
            assert consumer.poll(limit=1, timeout=AT_ONCE) == []
            waiting = threads.submit(consumer.poll, limit=10, timeout=PATIENT)
            bus.publish(topic, make_messages(1))
            assert values(waiting.result(timeout=PATIENT.total_seconds() / 2)) == [0]

    def test_many_publishers_lose_and_repeat_nothing(self, bus: Bus, topic: str) -> None:
        def publish(publisher: int) -> None:
            for number in range(20):
                lot = [Message(key=f"{publisher}/{key}", value=str(number).encode()) for key in range(5)]
                bus.publish(topic, lot)

        seen: dict[str, list[int]] = defaultdict(list)
        with bus.consumer("readers", [topic]) as consumer, ThreadPoolExecutor(4) as threads:
            publishing = [threads.submit(publish, publisher) for publisher in range(4)]
            for message in drain(consumer, 400):
                seen[message.message.key].append(int(message.message.value))
            for each in publishing:
                each.result()
            assert consumer.poll(limit=1, timeout=AT_ONCE) == []
        assert len(seen) == 20
        assert all(numbers == list(range(20)) for numbers in seen.values())

    @staticmethod
    def _both_hold_something(bus: Bus, topic: str, *consumers: Consumer) -> tuple[set[int], ...]:
        """Publish and poll until each consumer gets partitions that no other gets any more, and together all of them.

        A poll may bring a part of what was published, or what was fetched before partitions moved.
        """
        until = monotonic() + PATIENT.total_seconds()
        while True:
            bus.publish(topic, [Message(key=str(key), value=b"1") for key in range(40)])
            parts: list[set[int]] = [set() for _ in consumers]
            for part, consumer in zip(parts, consumers, strict=True):
                while messages := consumer.poll(limit=100, timeout=AT_ONCE):
                    part |= {one.partition for one in messages}
            shared = all(parts) and sum(map(len, parts)) == len(set.union(*parts)) == PARTITIONS
            if shared or monotonic() > until:
                return tuple(parts)

    def test_it_says_what_it_is_and_how_topics_are_kept(self, bus: Bus, topic: str) -> None:
        state = bus.state([topic, "nobody.made.it"])
        assert state.engine
        assert int(state.version.split(".")[0]) >= 4
        assert list(state.topics) == [topic]
        assert state.topics[topic].partitions == PARTITIONS
        assert 1 <= state.topics[topic].current_copies <= state.topics[topic].copies <= state.nodes
