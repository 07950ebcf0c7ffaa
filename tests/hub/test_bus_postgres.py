"""The bus in PostgreSQL: the common suite, and what only this one can get wrong."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from sqlalchemy import text

from hub.bus.base import BusUnavailable, Consumer, Message
from hub.bus.consumer import PostgresConsumer
from hub.bus.postgres import PostgresBus, append, partition_of
from hub.db import Database
from tests.contracts.bus import AT_ONCE, PATIENT, BusSuite, drain, make_messages, values
from tests.contracts.bus_schedules import ScheduleSuite


@pytest.fixture
def bus(database: Database) -> Iterator[PostgresBus]:
    postgres_bus = PostgresBus(database.url)
    yield postgres_bus
    postgres_bus.close()


class TestPostgresBus(BusSuite):
    """Every promise of the port."""


def connect(database: Database) -> psycopg.Connection:
    return psycopg.connect(database.url.set(drivername="postgresql").render_as_string(hide_password=False))


def end_other_sessions(database: Database) -> None:
    """As a restart of the server would: every session but this one is ended."""
    with database.transaction() as session:
        session.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )


def test_a_reader_never_passes_what_becomes_visible_late(bus: PostgresBus, database: Database) -> None:
    bus.create({"t": 2})
    keys = {partition_of(key, 2): key for key in "abcdef"}
    late, same, other = (Message(key=keys[n], value=value) for n, value in ((0, b"1"), (0, b"2"), (1, b"3")))
    with (
        connect(database) as open_transaction,
        bus.consumer("readers", ["t"]) as reader,
        ThreadPoolExecutor(1) as threads,
    ):
        append(open_transaction, "t", [late], 2)
        bus.publish("t", [other])
        behind = threads.submit(bus.publish, "t", [same])
        assert values(drain(reader, 1)) == [3], "another partition does not wait"
        _until_somebody_waits_for_a_lock(database)
        assert reader.poll(limit=10, timeout=AT_ONCE) == []
        assert not behind.done()
        open_transaction.commit()
        behind.result(timeout=PATIENT.total_seconds())
        assert values(drain(reader, 2)) == [1, 2]


def test_a_plain_sequence_would_be_passed(database: Database) -> None:
    """Why offsets are not an identity column: numbers are taken at once, but become visible at commit."""
    with connect(database) as first, connect(database) as second, connect(database) as reader:
        reader.execute("CREATE TABLE plain (id bigint GENERATED ALWAYS AS IDENTITY)")
        reader.commit()
        first.execute("INSERT INTO plain DEFAULT VALUES")
        second.execute("INSERT INTO plain DEFAULT VALUES")
        second.commit()
        assert reader.execute("SELECT id FROM plain").fetchall() == [(2,)], "whoever goes on from 2 never sees 1"
        first.rollback()


def test_what_is_rolled_back_leaves_no_gap(bus: PostgresBus, database: Database) -> None:
    bus.create({"t": 1})
    with connect(database) as connection:
        append(connection, "t", make_messages(3), 1)
        connection.rollback()
    bus.publish("t", make_messages(1))
    with bus.consumer("readers", ["t"]) as reader:
        assert [message.offset for message in drain(reader, 1)] == [0]


def test_a_lot_is_published_whole_or_not_at_all(bus: PostgresBus, database: Database) -> None:
    bus.create({"t": 4})
    lot = [Message(key=str(key), value=b"1") for key in range(20)]
    with pytest.raises(psycopg.DataError):
        bus.publish("t", [*lot, Message(key="\x00", value=b"1")])
    with database.transaction() as session:
        assert session.scalar(text("SELECT count(*) FROM bus_messages")) == 0


def test_who_dies_leaves_everything_to_the_others(bus: PostgresBus, database: Database) -> None:
    bus.create({"t": 4})
    bus.publish("t", [Message(key=str(key), value=b"1") for key in range(40)])
    with bus.consumer("readers", ["t"]) as dead:
        drain(dead, 40)
        end_other_sessions(database)
        with bus.consumer("readers", ["t"]) as heir:
            assert {message.partition for message in drain(heir, 40)} == {0, 1, 2, 3}


def test_a_consumer_says_that_the_bus_is_gone_and_comes_back(bus: PostgresBus, database: Database) -> None:
    bus.create({"t": 1})
    bus.publish("t", make_messages(2))
    with bus.consumer("readers", ["t"]) as consumer:
        messages = drain(consumer, 2)
        consumer.commit(messages[:1])
        end_other_sessions(database)
        with pytest.raises(BusUnavailable):
            consumer.commit(messages)
        assert values(drain(consumer, 1)) == [1]


def test_publishing_survives_ended_sessions(bus: PostgresBus, database: Database) -> None:
    bus.create({"t": 1})
    bus.publish("t", make_messages(1))
    end_other_sessions(database)
    bus.publish("t", make_messages(1))
    assert bus.lag("readers", "t") == 2


def test_no_server_is_told_as_unavailable(database: Database) -> None:
    with pytest.raises(BusUnavailable):
        PostgresBus(database.url.set(database="nowhere")).consumer("readers", ["t"])


def test_members_get_equal_shares(bus: PostgresBus) -> None:
    bus.create({"t": 8})
    members = [bus.consumer("readers", ["t"]) for _ in range(4)]
    for _ in range(2):  # the first round lets go, the second takes
        for member in members:
            member.poll(limit=1, timeout=AT_ONCE)
    assert [len(member._positions) for member in members] == [2, 2, 2, 2]
    for member in members:
        member.close()


def test_prune_keeps_what_somebody_still_needs(bus: PostgresBus) -> None:
    bus.create({"t": 1})
    bus.publish("t", make_messages(5))
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    assert bus.prune(tomorrow) == 0, "nobody has read it yet"
    with bus.consumer("quick", ["t"]) as quick, bus.consumer("slow", ["t"]) as slow:
        quick.commit(drain(quick, 5))
        messages = drain(slow, 5)
        assert bus.prune(tomorrow) == 0, "the slow group has not committed any"
        slow.commit(messages[:3])
        assert bus.prune(tomorrow - timedelta(days=2)) == 0, "too young"
        assert bus.prune(tomorrow) == 3
    with bus.consumer("slow", ["t"]) as successor:
        assert values(drain(successor, 2)) == [3, 4]


def _until_somebody_waits_for_a_lock(database: Database) -> None:
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    while True:
        with database.transaction() as session:
            if session.scalar(waiting):
                return


class InsidePostgres:
    """Sessions and offsets behind the port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def committed(self, group: str, topic: str) -> dict[int, int]:
        result = text("SELECT partition, committed FROM bus_offsets WHERE group_name = :group AND topic = :topic")
        with self._database.transaction() as session:
            rows = session.execute(result, {"group": group, "topic": topic})
            return {partition: committed for partition, committed in rows}  # noqa: C416  a row is no pair to mypy

    def expel(self, consumer: Consumer) -> None:
        assert isinstance(consumer, PostgresConsumer)
        if consumer._connection is not None:
            end = text("SELECT pg_terminate_backend(:pid, 10000)")
            with self._database.transaction() as session:
                session.execute(end, {"pid": consumer._connection.info.backend_pid})


@pytest.fixture
def inside(database: Database) -> InsidePostgres:
    return InsidePostgres(database)


class TestPostgresSchedules(ScheduleSuite):
    """Sessions end at any time."""
