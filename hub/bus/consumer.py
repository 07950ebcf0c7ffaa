"""One member of a consumer group, on a PostgreSQL connection of its own (docs/decisions/0001).

Membership and partitions are session advisory locks: when the process dies,
PostgreSQL ends the session and the locks are gone, so there is no heartbeat to miss and nothing to clean up.
A member shows itself by a *shared* lock on group and topic; the members, ordered by backend, divide the partitions
round-robin; each holds its own partitions by *exclusive* locks.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from hashlib import blake2b
from time import monotonic
from typing import Self

import psycopg
from psycopg import sql

from hub.bus.base import BusUnavailable, Delivered, Message

Place = tuple[str, int]
"""Topic and partition."""

_MEMBER_CHECK_SECONDS = 1.0
"""Seconds after which a waiting poll checks for members that died; everything else wakes it by NOTIFY."""

_MEMBERS = """
SELECT pid FROM pg_locks
WHERE locktype = 'advisory' AND objsubid = 1 AND mode = 'ShareLock' AND granted
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND classid = ((%(lock)s::bigint >> 32) & 4294967295)::oid AND objid = (%(lock)s::bigint & 4294967295)::oid
ORDER BY pid
"""

_READ = """
SELECT m.topic, m.partition, m."offset", m.key, m.headers, m.value
FROM unnest(%s::text[], %s::int[], %s::bigint[]) WITH ORDINALITY AS p(topic, partition, position, turn)
CROSS JOIN LATERAL (
    SELECT * FROM bus_messages
    WHERE topic = p.topic AND partition = p.partition AND "offset" >= p.position
    ORDER BY "offset" LIMIT %s
) m
ORDER BY p.turn, m."offset" LIMIT %s
"""

_REGISTER = """
INSERT INTO bus_offsets (group_name, topic, partition)
SELECT %s, topic, partition FROM bus_partitions WHERE topic = ANY(%s) ON CONFLICT DO NOTHING
"""

_COMMIT = """
INSERT INTO bus_offsets (group_name, topic, partition, committed)
SELECT %s, p.* FROM unnest(%s::text[], %s::int[], %s::bigint[]) p
ON CONFLICT (group_name, topic, partition) DO UPDATE SET committed = greatest(bus_offsets.committed, excluded.committed)
"""


class PostgresConsumer:
    """Implements ``hub.bus.base.Consumer``. A lost connection is opened again by the next ``poll``."""

    def __init__(self, conninfo: str, group: str, topics: Sequence[str]) -> None:
        self._conninfo = conninfo
        self._group = group
        self._topics = tuple(topics)
        self._connection: psycopg.Connection | None = None
        self._positions: dict[Place, int] = {}
        """Partitions held, each with the offset that ``poll`` returns next."""
        self._turn = 0
        self._connect()

    def poll(self, *, limit: int, timeout: timedelta) -> list[Delivered]:
        """Up to *limit* messages of the partitions held, in order per partition.

        Raises:
            BusUnavailable: the bus does not answer.
        """
        until = monotonic() + timeout.total_seconds()
        with self._translate_errors():
            connection = self._connect()
            while True:
                _drain(connection)  # before reading: what is announced from here on wakes the wait below
                self._rebalance(connection)
                messages = self._read(connection, limit)
                left = until - monotonic()
                if messages or left <= 0:
                    return messages
                for _ in connection.notifies(timeout=min(left, _MEMBER_CHECK_SECONDS), stop_after=1):
                    pass

    def commit(self, delivered: Sequence[Delivered]) -> None:
        """Mark these messages, and all before them in their partitions, as processed.

        Raises:
            BusUnavailable: the bus does not answer; the messages come again.
        """
        offsets: dict[Place, int] = {}
        for message in delivered:
            place = (message.topic, message.partition)
            if place in self._positions:
                offsets[place] = max(offsets.get(place, 0), message.offset + 1)
        if not offsets or self._connection is None:
            return
        with self._translate_errors():
            self._connection.execute(
                _COMMIT,
                [
                    self._group,
                    [topic for topic, _ in offsets],
                    [partition for _, partition in offsets],
                    list(offsets.values()),
                ],
            )

    def close(self) -> None:
        """Leave the group; partitions go to the others at once."""
        connection, self._connection = self._connection, None
        self._positions = {}
        if connection is None:
            return
        with suppress(psycopg.Error), connection:
            connection.execute("SELECT pg_advisory_unlock_all()")
            self._announce(connection)

    def __enter__(self) -> Self:
        """The consumer itself."""
        return self

    def __exit__(self, *exc_info: object) -> None:
        """Close."""
        self.close()

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        try:
            yield
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            # A session that may be broken may have lost its locks: close it and connect again.
            connection, self._connection, self._positions = self._connection, None, {}
            if connection is not None:
                connection.close()
            raise BusUnavailable(type(error).__name__) from error

    def _connect(self) -> psycopg.Connection:
        if self._connection is None:
            with self._translate_errors():
                self._connection = psycopg.connect(self._conninfo, autocommit=True)
                for topic in self._topics:
                    self._connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel(topic))))
                    self._connection.execute("SELECT pg_advisory_lock_shared(%s)", [_lock(self._group, topic)])
                self._announce(self._connection)
        return self._connection

    def _announce(self, connection: psycopg.Connection) -> None:
        for topic in self._topics:
            connection.execute("SELECT pg_notify(%s, '')", [channel(topic)])

    def _rebalance(self, connection: psycopg.Connection) -> None:
        """Release the partitions of other members, and lock those assigned to this member that are free."""
        assigned = {place for topic in self._topics for place in self._assigned(connection, topic)}
        released = [place for place in self._positions if place not in assigned]
        for place in released:
            connection.execute("SELECT pg_advisory_unlock(%s)", [_lock(self._group, *place)])
            del self._positions[place]
        if released:
            self._announce(connection)
        acquired = [place for place in sorted(assigned - self._positions.keys()) if self._try_lock(connection, place)]
        if acquired:
            connection.execute(_REGISTER, [self._group, list(self._topics)])  # from now on ``prune`` waits for us
            self._positions |= self._committed(connection, acquired)

    def _assigned(self, connection: psycopg.Connection, topic: str) -> list[Place]:
        members = [pid for (pid,) in connection.execute(_MEMBERS, {"lock": _lock(self._group, topic)})]
        index = members.index(connection.info.backend_pid)
        row = connection.execute("SELECT count(*) FROM bus_partitions WHERE topic = %s", [topic]).fetchone()
        return [(topic, partition) for partition in range(index, row[0] if row else 0, len(members))]

    def _try_lock(self, connection: psycopg.Connection, place: Place) -> bool:
        row = connection.execute("SELECT pg_try_advisory_lock(%s)", [_lock(self._group, *place)]).fetchone()
        return bool(row and row[0])

    def _committed(self, connection: psycopg.Connection, places: Sequence[Place]) -> dict[Place, int]:
        rows = connection.execute(
            "SELECT topic, partition, committed FROM bus_offsets WHERE group_name = %s AND topic = ANY(%s)",
            [self._group, list(self._topics)],
        )
        offsets = {(topic, partition): committed for topic, partition, committed in rows}
        return {place: offsets.get(place, 0) for place in places}

    def _read(self, connection: psycopg.Connection, limit: int) -> list[Delivered]:
        held = sorted(self._positions)
        if not held:
            return []
        self._turn = (self._turn + 1) % len(held)  # so that a full partition does not keep the others waiting
        held = held[self._turn :] + held[: self._turn]
        topics, partitions = [topic for topic, _ in held], [partition for _, partition in held]
        positions = [self._positions[place] for place in held]
        messages = [
            Delivered(
                topic=topic,
                partition=partition,
                offset=offset,
                message=Message(key=key, headers=headers, value=bytes(value)),
            )
            for topic, partition, offset, key, headers, value in connection.execute(
                _READ, [topics, partitions, positions, limit, limit]
            ).fetchall()
        ]
        for message in messages:
            self._positions[message.topic, message.partition] = message.offset + 1
        return messages


def channel(topic: str) -> str:
    """The NOTIFY channel of a topic; short enough for a PostgreSQL name."""
    return f"bus_{blake2b(topic.encode(), digest_size=16).hexdigest()}"


def _lock(*context: object) -> int:
    """The 64-bit key of an advisory lock: (group, topic) for membership, (group, topic, partition) for holding."""
    name = "\x1f".join(map(str, ("helhed.bus", *context)))
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), signed=True)


def _drain(connection: psycopg.Connection) -> None:
    for _ in connection.notifies(timeout=0):
        pass
