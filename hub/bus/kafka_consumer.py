"""One member of a consumer group in Kafka (docs/decisions/0009).

Kafka's client keeps the membership alive from a thread of its own, however long the work on a batch takes, and moves
partitions only inside ``poll``. It does not prevent a late commit from moving an offset back; this class does.
"""

import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import timedelta
from threading import Event
from time import monotonic
from typing import Any, Self

import kafka
from kafka import (
    ConsumerGroupMetadata,
    ConsumerRebalanceListener,
    KafkaAdminClient,
    TopicPartition,
    errors,
)
from kafka.admin import MemberToRemove
from kafka.structs import MemberState

from hub.bus.base import BusRefused, BusUnavailable, Delivered, Message
from hub.bus.kafka_client import ANSWER_WITHIN, KafkaAccess, translate_errors
from hub.bus.kafka_topics import current_id, ignore_offsets_of_deleted_topics, offset_to_commit

log = logging.getLogger("hub.bus")

AdminOpener = Callable[[], AbstractContextManager[KafkaAdminClient]]

_DEAD_AFTER = timedelta(seconds=9)
"""A member without a heartbeat for so long counts as dead, and others get its partitions."""
_HEARTBEAT = timedelta(seconds=3)
"""Interval of heartbeats; the answer tells when the group rebalances."""
_FETCH_WAITS = timedelta(seconds=4)
"""So long a broker keeps a request for messages while there are none; less than ``ANSWER_WITHIN``. It answers at once
when there are some, so a short wait makes nothing sooner and only asks more often."""
_CLOSES_WITHIN = timedelta(seconds=1)
"""How long a client that leaves the group waits for answers."""
_STUCK_AFTER = timedelta(minutes=5)
"""A member that has not polled for so long loses its partitions, although its heartbeat goes on."""
_FETCHED_BYTES = 1 << 23
"""Most bytes that one broker sends at once: bounds the memory used between polls."""
_TOPICS_ANEW = timedelta(seconds=10)
"""How soon a topic is found that is created after a consumer subscribed to it."""
_MOVED = (
    errors.CommitFailedError,
    errors.FencedInstanceIdError,
    errors.IllegalGenerationError,
    errors.RebalanceInProgressError,
    errors.UnknownMemberIdError,
)


class KafkaConsumer:
    """Implements ``hub.bus.base.Consumer``. A client that failed is closed; the next ``poll`` joins again.

    A member that joins waits until the others finish their batches, and all its requests on that connection wait too.
    Requests that must not wait use an admin client.
    """

    def __init__(self, access: KafkaAccess, open_admin: AdminOpener, group: str, topics: Sequence[str]) -> None:
        self._access = access
        self._open_admin = open_admin
        self._group = group
        self._topics = tuple(topics)
        self._floors: dict[TopicPartition, int] = {}
        """Partitions held and polled, each with the lowest offset that a commit may set."""
        self._topic_ids: dict[str, str] = {}
        """Ids of the topics when the present client subscribed."""
        self._heard = 0.0
        self._bell = Event()
        """Rung when the client has something to do for us. A round of its ``poll`` is several turns of its thread, so
        none is made while a request for messages only waits."""
        self._consumer: kafka.KafkaConsumer | None = None
        self._connect()

    def poll(self, *, limit: int, timeout: timedelta) -> list[Delivered]:
        """Up to *limit* messages of the partitions held, in order per partition.

        Raises:
            BusUnavailable: Kafka does not answer.
            BusRefused: it does not let us read.
        """
        with self._translate_errors():
            messages = self._poll(limit, timeout)
            while self._has_recreated_topic():
                # Positions of the old topic mean nothing in the new one. A new client reads it from its beginning.
                log.warning("bus.topic_recreated", extra={"fields": {"topics": list(self._topics)}})
                self.close()
                messages = self._poll(limit, timeout)
            if messages:
                self._heard = monotonic()
            elif monotonic() > max(self._heard, self._last_heartbeat()) + ANSWER_WITHIN:
                self._require_answer()
        for message in messages:
            self._floors.setdefault(TopicPartition(message.topic, message.partition), message.offset)
        return messages

    def commit(self, delivered: Sequence[Delivered]) -> None:
        """Mark these messages, and all before them in their partitions, as processed.

        Raises:
            BusUnavailable: Kafka does not answer; the messages come again.
        """
        offsets: dict[TopicPartition, int] = {}
        for message in delivered:
            place = TopicPartition(message.topic, message.partition)
            # A partition without floor was lost since, even if it is held again: another member may have
            # committed in it.
            if message.offset >= self._floors.get(place, message.offset + 1):
                offsets[place] = max(offsets.get(place, 0), message.offset + 1)
        if not offsets or self._consumer is None:
            return
        with self._translate_errors(), suppress(*_MOVED):
            self._consumer.commit(
                {
                    place: offset_to_commit(offset, self._topic_ids.get(place.topic, ""))
                    for place, offset in offsets.items()
                },
                timeout_ms=_milliseconds(timedelta(seconds=ANSWER_WITHIN)),
            )
            self._floors |= offsets

    def close(self) -> None:
        """Leave the group; partitions go to the others at once."""
        consumer, self._consumer = self._consumer, None
        self._floors.clear()
        self._topic_ids.clear()
        if consumer is not None:
            self._leave(consumer.group_metadata())
            with suppress(BusUnavailable, BusRefused), translate_errors():
                consumer.close(autocommit=False, timeout_ms=_milliseconds(_CLOSES_WITHIN))

    def __enter__(self) -> Self:
        """The consumer itself."""
        return self

    def __exit__(self, *exc_info: object) -> None:
        """Close."""
        self.close()

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        try:
            with translate_errors():
                yield
        except (BusUnavailable, BusRefused):
            self.close()
            raise

    def _connect(self) -> kafka.KafkaConsumer:
        if self._consumer is None:
            consumer = self._access.open(
                kafka.KafkaConsumer,
                group_id=self._group,
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                partition_assignment_strategy=(kafka.coordinator.assignors.roundrobin.RoundRobinPartitionAssignor,),
                session_timeout_ms=_milliseconds(_DEAD_AFTER),
                heartbeat_interval_ms=_milliseconds(_HEARTBEAT),
                max_poll_interval_ms=_milliseconds(_STUCK_AFTER),
                fetch_max_wait_ms=_milliseconds(_FETCH_WAITS),
                fetch_max_bytes=_FETCHED_BYTES,
                metadata_max_age_ms=_milliseconds(_TOPICS_ANEW),
                allow_auto_create_topics=False,
                metrics_enabled=False,
            )
            ignore_offsets_of_deleted_topics(consumer)
            _ring_when_joining(consumer, self._bell)
            consumer.subscribe(topics=self._topics, listener=_ResetPositions(self._floors, consumer))
            self._bell.set()
            self._consumer = consumer
            self._heard = monotonic()
        return self._consumer

    def _poll(self, limit: int, timeout: timedelta) -> list[Delivered]:
        until = monotonic() + timeout.total_seconds()
        messages: list[Delivered] = []
        while not messages and self._bell.wait(max(until - monotonic(), 0)):
            self._bell.clear()
            messages = self._poll_client(limit, timedelta(seconds=max(until - monotonic(), 0)))
            if messages or not self._ring_at_answer():
                self._bell.set()
            if monotonic() >= until:
                break
        return messages

    def _poll_client(self, limit: int, timeout: timedelta) -> list[Delivered]:
        """One round of the client. It may itself wait only where nothing would ring."""
        consumer = self._connect()
        _resume_join(consumer)
        try:
            waits = timedelta(0) if self._ring_at_answer() else timeout
            polled = consumer.poll(timeout_ms=_milliseconds(waits), max_records=limit)
            return [_delivered(record) for records in polled.values() for record in records]
        except errors.CorruptRecordError as error:
            if not isinstance(error.__context__, UnicodeDecodeError):
                raise
            return [_skip_unreadable(consumer)]

    def _ring_at_answer(self) -> bool:
        """Ring when a broker answers; False: no request waits there, or the group is not settled."""
        consumer = self._connect()
        futures = consumer._fetcher._fetch_futures  # noqa: SLF001  the library offers no other way
        waiting = [future for future in futures if not future.is_done]
        for future in waiting:
            future.add_both(self._ring)
        return bool(waiting) and consumer.group_metadata().state is MemberState.STABLE

    def _ring(self, _: object) -> None:
        self._bell.set()

    def _last_heartbeat(self) -> float:
        """When a broker last answered that we are a member."""
        return float(self._connect()._coordinator.heartbeat.last_receive)  # noqa: SLF001  the library offers no other way

    def _has_recreated_topic(self) -> bool:
        """Whether a topic has another id than the client saw first. The client asks for ids every ``_TOPICS_ANEW``."""
        consumer = self._connect()
        ids = {topic: topic_id for topic in self._topics if (topic_id := current_id(consumer, topic))}
        return any(self._topic_ids.setdefault(topic, topic_id) != topic_id for topic, topic_id in ids.items())

    def _require_answer(self) -> None:
        """Raise when no broker answers: after an empty poll, because the library retries for ever in silence."""
        with self._open_admin() as admin:
            admin.describe_cluster()
        self._heard = monotonic()

    def _leave(self, member: ConsumerGroupMetadata) -> None:
        """Leave while joining: the library's own leave would wait behind its join, and the others then for us."""
        if member.state is not MemberState.STABLE and member.member_id:
            with suppress(BusUnavailable, BusRefused), self._open_admin() as admin:
                admin.remove_group_members(self._group, [MemberToRemove(member_id=member.member_id)])


class _ResetPositions(ConsumerRebalanceListener):  # type: ignore[misc]  # kafka-python has no types
    """Forgets floors and positions of partitions that others may have held meanwhile, even if they are held again.

    The library forgets positions only if it knew that we were thrown out before it asked to join again; not if the
    answer tells it, nor if the group went through a round without us.
    """

    def __init__(self, floors: dict[TopicPartition, int], consumer: kafka.KafkaConsumer) -> None:
        self._floors = floors
        self._consumer = consumer
        self._member: ConsumerGroupMetadata = consumer.group_metadata()
        """Member id and generation of the last assignment."""

    def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        """Nothing to do: the assignment that follows says which partitions stay."""

    def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """Drop floors and positions of partitions that another member may have held."""
        before, self._member = self._member, self._consumer.group_metadata()
        rounds = self._member.generation_id - before.generation_id
        if self._member.member_id != before.member_id or rounds > 1:
            self._floors.clear()
            subscription = self._consumer._subscription  # noqa: SLF001  the library offers no way to drop a position
            subscription.assign_from_subscribed([])
            subscription.assign_from_subscribed(list(assigned))
        for place in self._floors.keys() - assigned:
            del self._floors[place]

    def on_partitions_lost(self, lost: Collection[TopicPartition]) -> None:  # noqa: ARG002  all of them are
        """This member was removed from the group."""
        self._floors.clear()


class _PendingJoin:
    """A join under way that counts as such until a ``poll`` has taken what came of it.

    One that finished between two polls the library forgets, and asks to join again. When the leader does, all others
    must too; members that poll for moments only then never come to a rest.
    """

    is_done = False

    def __init__(self, join: Any) -> None:
        self.add_callback = join.add_callback
        self.add_errback = join.add_errback


def _ring_when_joining(consumer: kafka.KafkaConsumer, bell: Event) -> None:
    """Ring when the group wants its members to join again, which only a ``poll`` does."""
    coordinator = consumer._coordinator  # noqa: SLF001  the library offers no other way
    request = coordinator.request_rejoin

    def request_rejoin() -> None:
        request()
        bell.set()

    coordinator.request_rejoin = request_rejoin


def _resume_join(consumer: kafka.KafkaConsumer) -> None:
    """Let a ``poll`` finish the join that an earlier one had no time for.

    A member that joined again because the topic had changed otherwise forgets about it, and waits for ever.
    """
    if consumer.group_metadata().state is MemberState.REBALANCING:
        coordinator = consumer._coordinator  # noqa: SLF001  the library offers no other way
        coordinator.request_rejoin()
        if coordinator._join_task is not None:  # noqa: SLF001  likewise
            coordinator._join_task = _PendingJoin(coordinator._join_task)  # noqa: SLF001  likewise


def _delivered(record: Any) -> Delivered:
    """Whoever else writes to the topic may leave out key, value or the value of a header, or not use UTF-8."""
    headers: Mapping[str, str] = {name: _text(value) for name, value in record.headers}
    message = Message(key=_text(record.key), value=record.value or b"", headers=headers)
    return Delivered(topic=record.topic, partition=record.partition, offset=record.offset, message=message)


def _text(encoded: bytes | None) -> str:
    return (encoded or b"").decode(errors="replace")


def _skip_unreadable(consumer: kafka.KafkaConsumer) -> Delivered:
    """Skip a message that the library cannot decode (a header's name is not UTF-8), and return it as an empty one.

    Otherwise the partition would never be read further.
    """
    stuck = consumer._fetcher._next_partition_records  # noqa: SLF001  the library does not say where it stumbled
    topic, partition = stuck.topic_partition
    consumer.seek(stuck.topic_partition, stuck.next_fetch_offset + 1)
    return Delivered(
        topic=topic, partition=partition, offset=stuck.next_fetch_offset, message=Message(key="", value=b"")
    )


def _milliseconds(time: timedelta) -> int:
    return time // timedelta(milliseconds=1)
