"""The bus in Kafka: the common suite on a real broker, and what only this one can get wrong."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from time import monotonic
from typing import Any

import pytest
from kafka import KafkaAdminClient, KafkaProducer
from kafka.admin import ConfigResource, MemberToRemove

from deploy.sandbox.services.member import free_ports
from hub.bus import kafka, kafka_client, kafka_consumer
from hub.bus.base import RECORDS, BusRefused, BusUnavailable, Consumer, Message, Rewindable
from hub.bus.kafka import GROUPS, KafkaBus
from hub.bus.kafka_client import ANSWER_WITHIN, KafkaAccess
from hub.bus.kafka_consumer import KafkaConsumer
from hub.clock import FixedClock
from hub.collect.service import to_message
from hub.db import Database
from hub.pipeline import RoundResult, process_batch
from hub.quarantine.service import list_entries
from hub.secrets import PayloadCipher, derived_keys
from schemas.record import RejectionRule
from tests.contracts.bus import AT_ONCE, PATIENT, BusSuite, drain, make_messages, values
from tests.contracts.bus_schedules import ScheduleSuite
from tests.contracts.own_names import OwnConsumer, OwnNames
from tests.factories import MAJA, make_person, make_record

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


def make_bus(servers: str, *, replication: int = 1) -> KafkaBus:
    return KafkaBus(KafkaAccess(servers=tuple(servers.split(","))), replication=replication, retention=HOUR)


@pytest.fixture
def bus(kafka_servers: str) -> Iterator[OwnNames]:
    names = OwnNames(make_bus(kafka_servers))
    yield names
    names.close()


class InsideKafka:
    """Members and offsets behind the port, and topics under their real names."""

    def __init__(self, servers: str, prefix: str) -> None:
        self._access = KafkaAccess(servers=tuple(servers.split(",")))
        self.admin = self._access.open(KafkaAdminClient)
        self._prefix = prefix

    def committed(self, group: str, topic: str) -> dict[int, int]:
        name = GROUPS + self._prefix + group
        result = self.admin.list_group_offsets({name: None})[name]
        return {place.partition: told.offset for place, told in result.items() if place.topic == self._prefix + topic}

    def gathers(self, group: str) -> bool:
        """Whether somebody waits to be let in until the others have come to a rest."""
        name = GROUPS + self._prefix + group
        return bool(self.admin.describe_groups([name])[name]["group_state"] == "PreparingRebalance")

    def expel(self, consumer: Consumer, *, unnoticed: bool = False) -> None:
        """If *unnoticed*, the answer to its next joining is what tells it."""
        assert isinstance(consumer, OwnConsumer)
        inner = consumer.consumer
        assert isinstance(inner, KafkaConsumer)
        member = inner._consumer and inner._consumer.group_metadata()
        if unnoticed:
            assert inner._consumer
            inner._consumer._coordinator._disable_heartbeat()
            inner._consumer._coordinator.request_rejoin()
        if member and member.member_id:
            self.admin.remove_group_members(member.group_id, [MemberToRemove(member_id=member.member_id)])

    def write(self, topic: str, **record: Any) -> None:
        """As somebody else would who keeps none of our rules."""
        producer = self._access.open(KafkaProducer)
        producer.send(self._prefix + topic, **record).get(timeout=10)
        producer.close()

    def configs(self, topic: str) -> dict[str, str]:
        name = self._prefix + topic
        result = self.admin.describe_configs([ConfigResource("TOPIC", name)])
        return {key: value["value"] for key, value in next(iter(result.values()))[name].items()}


@pytest.fixture
def inside(kafka_servers: str, bus: OwnNames) -> Iterator[InsideKafka]:
    bus.create({"any": 1})
    bus.lag("readers", "any")  # waits until a broker that has just started knows who keeps the group's offsets
    kafka = InsideKafka(kafka_servers, bus.prefix)
    yield kafka
    kafka.admin.close()


class TestKafkaBus(BusSuite):
    """Every promise of the port."""


class TestKafkaSchedules(ScheduleSuite):
    """Members are thrown out at any time, and do not know it."""


def test_who_was_thrown_out_commits_nothing_and_comes_back(bus: OwnNames, inside: InsideKafka) -> None:
    bus.create({"t": 1})
    bus.publish("t", make_messages(10))
    with bus.consumer("readers", ["t"]) as slow, bus.consumer("readers", ["t"]) as heir:
        late = drain(slow, 10)
        inside.expel(slow)
        heir.commit(drain(heir, 10))
        slow.commit(late[:5])
        assert inside.committed("readers", "t") == {0: 10}
        bus.publish("t", make_messages(3))
        heir.close()
        assert values(drain(slow, 3)) == [0, 1, 2], "back again, and where the heir left off"
        slow.commit(late)
        assert inside.committed("readers", "t") == {0: 10}, "what it had before it lost the partition says nothing"


def test_while_nothing_comes_the_client_is_left_alone(bus: OwnNames, monkeypatch: pytest.MonkeyPatch) -> None:
    bus.create({"t": 1})
    bus.publish("t", make_messages(1))
    with bus.consumer("readers", ["t"]) as reader:
        drain(reader, 1)
        reader.poll(limit=1, timeout=timedelta(milliseconds=200))  # it asks for what comes next
        assert isinstance(reader, OwnConsumer)
        assert isinstance(reader.consumer, KafkaConsumer)
        with monkeypatch.context() as patched:
            patched.setattr(reader.consumer._consumer, "poll", None)
            assert reader.poll(limit=1, timeout=timedelta(milliseconds=300)) == []
        bus.publish("t", make_messages(1))
        assert len(drain(reader, 1)) == 1


def test_who_hears_by_joining_again_that_it_was_thrown_out_begins_anew(bus: OwnNames, inside: InsideKafka) -> None:
    bus.create({"t": 1})
    bus.publish("t", make_messages(10))
    with bus.consumer("readers", ["t"]) as slow:
        late = drain(slow, 10)
        inside.expel(slow, unnoticed=True)
        with bus.consumer("readers", ["t"]) as heir:
            heir.commit(drain(heir, 10)[:5])
        assert values(drain(slow, 5)) == [5, 6, 7, 8, 9], "where the heir left off"
        slow.commit(late[:3])
        assert inside.committed("readers", "t") == {0: 5}, "what it had before says nothing"


def test_a_member_may_miss_heartbeats_and_a_waiting_request_is_no_silent_broker() -> None:
    assert 3 * kafka_consumer._HEARTBEAT <= kafka_consumer._DEAD_AFTER
    assert kafka_consumer._FETCH_WAITS + timedelta(seconds=1) <= timedelta(seconds=ANSWER_WITHIN)


def test_who_joins_during_work_takes_nothing_that_is_worked_on(
    bus: OwnNames, inside: InsideKafka, monkeypatch: pytest.MonkeyPatch
) -> None:
    # While it works, a machine without time for its heartbeats must not make it a dead one: that is another case.
    monkeypatch.setattr(kafka_consumer, "_DEAD_AFTER", timedelta(minutes=2))
    bus.create({"t": 4})
    bus.publish("t", [Message(key=str(key), value=b"1") for key in range(100)])
    with bus.consumer("readers", ["t"]) as busy, ThreadPoolExecutor(1) as threads:
        messages = drain(busy, 100)
        with bus.consumer("readers", ["t"]) as newcomer:
            joining = threads.submit(drain, newcomer, 1)
            while not (joining.done() or inside.gathers("readers")):
                Event().wait(0.01)
            assert bus.lag("readers", "t") == 100
            assert not joining.done(), "it was let in before the other came to a rest"
            busy.commit(messages)
            assert bus.lag("readers", "t") == 0, "what was done before it joins still counts"
            bus.publish("t", [Message(key=str(key), value=b"2") for key in range(100)])
            came = []
            while not joining.done():
                came += busy.poll(limit=100, timeout=AT_ONCE)
            share = joining.result()
            assert set(values(came + share)) == {2}, "nothing of what was committed came again"
            assert {one.partition for one in share} < {0, 1, 2, 3}


def test_who_polls_for_moments_only_comes_to_its_messages(bus: OwnNames) -> None:
    bus.create({"t": 1})
    bus.publish("t", make_messages(1))
    with bus.consumer("readers", ["t"]) as consumer:
        until = monotonic() + PATIENT.total_seconds()
        while not (messages := consumer.poll(limit=1, timeout=AT_ONCE)) and monotonic() < until:
            Event().wait(0.1)  # whatever a poll began ends before the next
        assert values(messages) == [0]


def test_what_was_still_being_written_leaves_no_socket_open(kafka_servers: str) -> None:
    admin = KafkaAccess(servers=tuple(kafka_servers.split(","))).open(KafkaAdminClient)
    admin.describe_cluster()
    (transport,) = [transport for transport in list(admin._manager._transports) if transport._sock]
    socket = transport._sock
    transport._write_buffer.append(b"half a request")
    admin.close()
    assert socket.fileno() == -1


def test_topics_are_made_as_set(bus: OwnNames, inside: InsideKafka) -> None:
    bus.create({"t": 3})
    bus.create({"t": 5, "u": 2})
    topics = {topic["name"].removeprefix(bus.prefix): topic for topic in inside.admin.describe_topics()}
    assert [len(topics[topic]["partitions"]) for topic in ("t", "u")] == [3, 2]
    configs = inside.configs("t")
    assert configs["retention.ms"] == "3600000"
    assert configs["min.insync.replicas"] == "1"


def test_more_copies_than_brokers_are_refused(kafka_servers: str) -> None:
    bus = OwnNames(make_bus(kafka_servers, replication=5))
    with pytest.raises(BusRefused, match="HELHED_KAFKA_REPLICATION"):
        bus.create({"t": 1})
    bus.close()


@pytest.mark.parametrize("ask", ["create", "publish", "consumer", "lag"])
def test_no_broker_is_told_as_unavailable_and_making_the_bus_is_not_refused(
    ask: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (kafka, kafka_client):
        monkeypatch.setattr(module, "ANSWER_WITHIN", 1.0)
    bus = make_bus(f"127.0.0.1:{free_ports(1)[0]}")
    with pytest.raises(BusUnavailable):
        match ask:
            case "create":
                bus.create({"t": 1})
            case "publish":
                bus.publish("t", make_messages(1))
            case "consumer":
                bus.consumer("readers", ["t"])
            case _:
                bus.lag("readers", "t")
    bus.close()


class NotText(str):
    """The name of a header as a writer in C may give it."""

    __slots__ = ()

    def encode(self, *_: object) -> bytes:
        return b"\xff\xfe"


def test_what_others_write_against_all_rules_is_passed(bus: OwnNames, inside: InsideKafka) -> None:
    bus.create({"t": 1})
    bus.publish("t", make_messages(1))
    inside.write("t", value=b"no key")
    inside.write("t", key=b"tombstone", value=None)
    inside.write("t", key=b"\xff", value=b"\xff", headers=[("ce_source", b"\xfe"), ("ce_type", b"")])
    inside.write("t", key=b"k", value=b"hidden", headers=[(NotText("x"), b"1")])
    bus.publish("t", make_messages(2))
    with bus.consumer("readers", ["t"]) as consumer:
        messages = drain(consumer, 7)
        consumer.commit(messages)
    assert [message.offset for message in messages] == list(range(7))
    assert [message.message.value for message in messages] == [b"0", b"no key", b"", b"\xff", b"", b"0", b"1"]
    assert [message.message.key for message in messages][1:4] == ["", "tombstone", "�"]
    assert bus.lag("readers", "t") == 0
    with bus.consumer("others", ["t"]) as consumer:
        assert [consumer.poll(limit=1, timeout=PATIENT)[0].offset for _ in range(7)] == list(range(7))


def test_what_waits_in_memory_comes_bit_by_bit(bus: OwnNames) -> None:
    bus.create({"t": 2})
    for _ in range(3):
        bus.publish("t", [Message(key=str(key), value=bytes(20_000)) for key in range(40)])
    with bus.consumer("readers", ["t"]) as consumer:
        sizes: list[int] = []
        while sum(sizes) < 120:
            sizes.append(len(consumer.poll(limit=7, timeout=PATIENT)))
        assert max(sizes) <= 7
        assert consumer.poll(limit=7, timeout=AT_ONCE) == []


def test_a_consumer_that_waits_for_a_topic_gets_it_once_it_is_made(bus: OwnNames) -> None:
    with bus.consumer("readers", ["t"]) as consumer:
        assert consumer.poll(limit=1, timeout=SECOND) == []
        bus.create({"t": 1})
        bus.publish("t", make_messages(1))
        assert values(drain(consumer, 1)) == [0]


def test_the_pipeline_parks_from_kafka_what_nobody_can_read_and_goes_on(
    bus: OwnNames, inside: InsideKafka, database: Database, clock: FixedClock, digest_key: bytes
) -> None:
    bus.create({RECORDS: 1})
    source = [("ce_source", b"urn:helhed:source:social"), ("ce_id", b"effort/1/2")]
    inside.write(RECORDS, key=b"tombstone", value=None, headers=source)
    inside.write(RECORDS, key=b"\xff", value=b"\xff\x00", headers=[("ce_source", b"\xff"), ("ce_id", b"\x00")])
    inside.write(RECORDS, value=b"{}", headers=[(NotText("x"), b"1")])
    bus.publish(RECORDS, [to_message(record, digest_key) for record in (make_person(MAJA), make_record())])
    result = RoundResult()
    with bus.consumer("pipeline", [RECORDS]) as consumer:
        while bus.lag("pipeline", RECORDS):
            one = process_batch(
                database,
                consumer,
                digest_key=digest_key,
                cipher=PayloadCipher(derived_keys(b"only-for-tests")),
                clock=clock,
                limit=100,
                timeout=SECOND,
            )
            result = RoundResult(stored=result.stored + one.stored, parked=result.parked + one.parked)
    assert result == RoundResult(stored=2, parked=3)
    with database.transaction() as session:
        assert [entry.rule for entry in list_entries(session, "social")] == [RejectionRule.NOT_PROCESSED]
        assert len(list_entries(session, "(unknown)")) == 2


_HANGS = """
import sys
from datetime import timedelta
from hub.bus.kafka import KafkaBus
from hub.bus.kafka_client import KafkaAccess
servers, group, topic = sys.argv[1:]
bus = KafkaBus(KafkaAccess(servers=tuple(servers.split(","))), replication=1, retention=timedelta(hours=1))
consumer = bus.consumer(group, [topic])
while not consumer.poll(limit=100, timeout=timedelta(seconds=1)):
    pass
print("polled", flush=True)
sys.stdin.read()
"""


def test_a_killed_worker_s_partitions_move(bus: OwnNames, kafka_servers: str) -> None:
    bus.create({"t": 4})
    bus.publish("t", [Message(key=str(key), value=b"1") for key in range(40)])
    names = [bus.prefix + "readers", bus.prefix + "t"]
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", _HANGS, kafka_servers, *names],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == b"polled\n"
        worker.kill()
    killed = monotonic()
    with bus.consumer("readers", ["t"]) as heir:
        assert {message.partition for message in drain(heir, 40)} == {0, 1, 2, 3}
    assert monotonic() - killed < 20


def test_a_group_begins_anew_once_nobody_reads_for_it(bus: OwnNames) -> None:
    bus.create({"t": 2})
    bus.publish("t", make_messages(4))
    inner, group, topic = bus.bus, f"{bus.prefix}readers", f"{bus.prefix}t"
    assert isinstance(inner, Rewindable)
    assert not inner.rewind(group, topic), "it has not begun"
    assert not inner.rewind(group, f"{bus.prefix}none"), "there is no such topic"
    with bus.consumer("readers", ["t"]) as consumer:
        consumer.commit(drain(consumer, 4))
        assert bus.lag("readers", "t") == 0
        with pytest.raises(BusRefused, match="stop all workers"):
            inner.rewind(group, topic)
    assert inner.rewind(group, topic)
    assert bus.lag("readers", "t") == 4
    with bus.consumer("readers", ["t"]) as consumer:
        assert sorted(values(drain(consumer, 4))) == [0, 1, 2, 3]
