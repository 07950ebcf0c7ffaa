"""``PostgresBus``: the ``Bus`` port on three PostgreSQL tables (docs/decisions/0001).

Publishing locks the rows of ``bus_partitions`` it writes to, in order, until commit. So a transaction that
takes later offsets of a partition waits for the one that took earlier ones, and offsets become visible in order.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from zlib import crc32

import psycopg
from psycopg_pool import ConnectionPool, PoolTimeout
from sqlalchemy.engine import URL

from hub.bus.base import BusState, BusUnavailable, Message, Offsets, TopicNotFound, TopicState, check, lag_of
from hub.bus.consumer import PostgresConsumer, channel
from hub.db import with_driver

_ANSWER_WITHIN = 5.0
"""Seconds to wait for a connection before the bus counts as unavailable."""


class PostgresBus:
    """Topics in PostgreSQL. May be shared between threads; each consumer has a connection of its own.

    Args:
        url: the database with the tables of ``hub.bus.tables``.
    """

    def __init__(self, url: str | URL) -> None:
        self._conninfo = with_driver(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._pool = ConnectionPool(
            self._conninfo,
            min_size=0,
            max_size=8,
            timeout=_ANSWER_WITHIN,
            check=ConnectionPool.check_connection,
            open=True,
        )
        self._partitions: dict[str, int] = {}

    def create(self, topics: Mapping[str, int]) -> None:
        """Create the topics that do not exist, with so many partitions.

        Raises:
            BusUnavailable: PostgreSQL does not answer.
        """
        with self._transaction() as connection:
            for topic, partitions in sorted(topics.items()):
                # Two processes that create one topic at once must agree on one number.
                connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [channel(topic)])
                connection.execute(
                    "INSERT INTO bus_partitions (topic, partition)"
                    " SELECT %(topic)s, n FROM generate_series(0, %(last)s) n"
                    " WHERE NOT EXISTS (SELECT FROM bus_partitions WHERE topic = %(topic)s)",
                    {"topic": topic, "last": partitions - 1},
                )

    def publish(self, topic: str, messages: Sequence[Message]) -> None:
        """Append the messages, durably, all or none.

        Raises:
            BusUnavailable: nothing was appended, or it is not known; publish again.
            TopicNotFound: create it first.
            MessageTooLarge: one of them is; nothing was appended.
        """
        if not messages:
            return
        check(messages)
        with self._transaction() as connection:
            append(connection, topic, messages, self._partitions_of(connection, topic))

    def consumer(self, group: str, topics: Sequence[str]) -> PostgresConsumer:
        """Join a group. Starts at the committed offset, or at the beginning of the topic."""
        return PostgresConsumer(self._conninfo, group, topics)

    def offsets(self, group: str, topic: str) -> dict[int, Offsets]:
        """Progress of the group in each partition; empty when the topic does not exist.

        Raises:
            BusUnavailable: PostgreSQL does not answer.
        """
        with self._transaction() as connection:
            rows = connection.execute(
                "SELECT p.partition, coalesce(o.committed, 0), p.next_offset FROM bus_partitions p"
                " LEFT JOIN bus_offsets o ON o.topic = p.topic AND o.partition = p.partition AND o.group_name = %s"
                " WHERE p.topic = %s",
                [group, topic],
            ).fetchall()
        return {partition: Offsets(committed=committed, end=end) for partition, committed, end in rows}

    def lag(self, group: str, topic: str) -> int:
        """How many messages the group has not committed yet.

        Raises:
            BusUnavailable: PostgreSQL does not answer.
        """
        return lag_of(self.offsets(group, topic))

    def state(self, topics: Sequence[str]) -> BusState:
        """The server, and the partitions of these topics; copies are PostgreSQL's own matter.

        Raises:
            BusUnavailable: PostgreSQL does not answer.
        """
        with self._transaction() as connection:
            version = connection.execute("SHOW server_version").fetchone()
            rows = connection.execute(
                "SELECT topic, count(*) FROM bus_partitions WHERE topic = ANY(%s) GROUP BY topic", [list(topics)]
            ).fetchall()
        states = {topic: TopicState(partitions=partitions) for topic, partitions in rows}
        return BusState(engine="PostgreSQL", version=str(version[0] if version else ""), topics=states)

    def prune(self, before: datetime) -> int:
        """Remove messages published before *before* that every group has committed; returns how many.

        A group counts from its first ``poll`` on. A topic without any group keeps everything: a
        group may still be added.

        Raises:
            BusUnavailable: PostgreSQL does not answer.
        """
        with self._transaction() as connection:
            return connection.execute(
                "DELETE FROM bus_messages m USING (SELECT topic, partition, min(committed) AS done FROM bus_offsets"
                " GROUP BY topic, partition) o WHERE m.topic = o.topic AND m.partition = o.partition"
                ' AND m."offset" < o.done AND m.published_at < %s',
                [before],
            ).rowcount

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()

    @contextmanager
    def _transaction(self) -> Iterator[psycopg.Connection]:
        try:
            with self._pool.connection() as connection:
                yield connection
        except (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout) as error:
            raise BusUnavailable(type(error).__name__) from error

    def _partitions_of(self, connection: psycopg.Connection, topic: str) -> int:
        if topic not in self._partitions:
            row = connection.execute("SELECT count(*) FROM bus_partitions WHERE topic = %s", [topic]).fetchone()
            if row is None or not row[0]:
                raise TopicNotFound(topic)
            self._partitions[topic] = row[0]
        return self._partitions[topic]


def partition_of(key: str, partitions: int) -> int:
    """The partition a key lies in: CRC-32 of its UTF-8 bytes, the same on every machine and for ever."""
    return crc32(key.encode()) % partitions


def append(connection: psycopg.Connection, topic: str, messages: Sequence[Message], partitions: int) -> None:
    """Append inside the caller's open transaction; nobody sees the messages, nor any later ones, before its commit."""
    batches: dict[int, list[Message]] = defaultdict(list)
    for message in messages:
        batches[partition_of(message.key, partitions)].append(message)
    # Locking in the order of the partitions lets two publishers wait for each other, never deadlock.
    firsts = connection.execute(
        "SELECT partition, next_offset FROM bus_partitions WHERE topic = %s AND partition = ANY(%s)"
        " ORDER BY partition FOR UPDATE",
        [topic, sorted(batches)],
    ).fetchall()
    placed = [
        (partition, offset, message)
        for partition, first in firsts
        for offset, message in enumerate(batches[partition], start=first)
    ]
    connection.execute(
        'INSERT INTO bus_messages (topic, partition, "offset", key, headers, value)'
        " SELECT %s, m.* FROM unnest(%b::int[], %b::bigint[], %b::text[], %b::jsonb[], %b::bytea[]) m",
        [
            topic,
            [partition for partition, _, _ in placed],
            [offset for _, offset, _ in placed],
            [message.key for _, _, message in placed],
            [json.dumps(dict(message.headers)) for _, _, message in placed],
            [message.value for _, _, message in placed],
        ],
    )
    connection.execute(
        "UPDATE bus_partitions p SET next_offset = p.next_offset + n.taken"
        " FROM unnest(%s::int[], %s::bigint[]) n(partition, taken) WHERE p.topic = %s AND p.partition = n.partition",
        [list(batches), [len(batch) for batch in batches.values()], topic],
    )
    connection.execute("SELECT pg_notify(%s, '')", [channel(topic)])
