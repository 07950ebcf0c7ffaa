"""``KafkaBus``: the ``Bus`` port on Kafka (docs/decisions/0009).

Clients connect on first use; a client that failed is closed and the next call opens another.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from threading import Event, Lock
from time import monotonic
from typing import TypeVar

from kafka import KafkaAdminClient, KafkaProducer, OffsetSpec, TopicPartition, errors

from hub.bus.base import BusRefused, BusState, BusUnavailable, Message, Offsets, TopicNotFound, check, lag_of
from hub.bus.kafka_client import ANSWER_WITHIN, KafkaAccess, translate_errors
from hub.bus.kafka_consumer import KafkaConsumer
from hub.bus.kafka_topics import belongs_to_topic, broker_version, copies_of, describe

_DELIVERED_WITHIN = 2 * ANSWER_WITHIN
"""Seconds for the required brokers to confirm a batch; enough for a second attempt with a new leader."""
_BATCH_BYTES = 1 << 19
"""Bytes sent to a partition at once: most batches fit, and it is well below a broker's limit."""
_LINGER = 0.1
"""Seconds to wait for a batch to fill; a full one is sent at once."""
_ALREADY = errors.TopicAlreadyExistsError.errno
_SETTLING = (errors.CoordinatorLoadInProgressError, errors.CoordinatorNotAvailableError, errors.NotCoordinatorError)
"""The coordinator of a group is being elected: at the group's first request, and when a broker leaves or joins."""
_MOMENT = 0.1
Answer = TypeVar("Answer")
GROUPS = "helhed."
"""Prefix of each group's name: a cluster may be shared with other systems."""


class KafkaBus:
    """Topics in Kafka. May be shared between threads; each consumer has connections of its own.

    Args:
        access: where Kafka is and how we are let in.
        replication: copies of each topic that is created.
        retention: how long a created topic keeps a message.
    """

    def __init__(self, access: KafkaAccess, *, replication: int, retention: timedelta) -> None:
        self._access = access
        self._replication = replication
        self._configs = {
            "min.insync.replicas": str(max(1, replication - 1)),
            "retention.ms": str(retention // timedelta(milliseconds=1)),
        }
        self._lock = Lock()
        self._producer: KafkaProducer | None = None
        self._admin: KafkaAdminClient | None = None
        self._using: Counter[KafkaAdminClient] = Counter()
        """Users of each admin client; the last user closes one that was replaced."""
        self._known: set[str] = set()

    def create(self, topics: Mapping[str, int]) -> None:
        """Create the topics that do not exist, with so many partitions.

        Raises:
            BusUnavailable: Kafka does not answer.
            BusRefused: it is not allowed, or there are fewer brokers than copies.
        """
        with self._open_admin() as admin:
            missing = {topic: partitions for topic, partitions in topics.items() if not describe(admin, topic)}
            if not missing:
                return
            options = {"replication_factor": self._replication, "configs": self._configs}
            created = admin.create_topics(
                {topic: {"num_partitions": partitions, **options} for topic, partitions in missing.items()},
                raise_errors=False,
            )
            for code in {topic["error_code"] for topic in created["topics"]} - {0, _ALREADY}:
                if code == errors.InvalidReplicationFactorError.errno:
                    raise BusRefused("HELHED_KAFKA_REPLICATION is more than there are brokers")
                raise errors.for_code(code)
            admin.wait_for_topics(list(missing), timeout_ms=int(ANSWER_WITHIN * 1000))

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
        self._require_topic(topic)
        records = [
            {
                "key": message.key.encode(),
                "value": message.value,
                "headers": [(name, value.encode()) for name, value in message.headers.items()],
            }
            for message in messages
        ]
        with self._open_producer() as producer:
            futures = [producer.send(topic, **record) for record in records]
            producer.flush(_DELIVERED_WITHIN)
            for future in futures:
                future.get(timeout=0)

    def consumer(self, group: str, topics: Sequence[str]) -> KafkaConsumer:
        """Join a group. Starts at the committed offset, or at the beginning of the topic.

        Raises:
            BusUnavailable: Kafka does not answer.
            BusRefused: it does not let us in.
        """
        return KafkaConsumer(self._access, self._open_admin, GROUPS + group, topics)

    def lag(self, group: str, topic: str) -> int:
        """How many messages the group has not committed yet. Exact: nothing but messages takes offsets.

        Raises:
            BusUnavailable: Kafka does not answer.
        """
        return lag_of(self.offsets(group, topic))

    def offsets(self, group: str, topic: str) -> dict[int, Offsets]:
        """Progress of the group in each partition; empty when the topic does not exist.

        Raises:
            BusUnavailable: Kafka does not answer.
        """
        return _once_settled(lambda: self._offsets(group, topic))

    def _offsets(self, group: str, topic: str) -> dict[int, Offsets]:
        with self._open_admin() as admin:
            described = describe(admin, topic)
            if described is None:
                return {}
            places = [TopicPartition(topic, partition) for partition in described.partitions]
            committed = admin.list_group_offsets({GROUPS + group: places})[GROUPS + group]
            # What retention removed is not waited for. The ends come last, or a commit between could pass them.
            firsts = admin.list_partition_offsets(dict.fromkeys(places, OffsetSpec.EARLIEST))
            ends = admin.list_partition_offsets(dict.fromkeys(places, OffsetSpec.LATEST))
        return {
            place.partition: Offsets(
                committed=max(
                    committed[place].offset if belongs_to_topic(committed[place], described.id) else 0,
                    firsts[place].offset,
                ),
                end=ends[place].offset,
            )
            for place in places
        }

    def rewind(self, group: str, topic: str) -> bool:
        """Let the group begin with the oldest message that is kept; whether it had begun at all.

        Raises:
            BusUnavailable: Kafka does not answer.
            BusRefused: a member of the group still reads.
        """
        return _once_settled(lambda: self._rewind(group, topic))

    def _rewind(self, group: str, topic: str) -> bool:
        with self._open_admin() as admin:
            described = describe(admin, topic)
            if described is None:
                return False
            places = [TopicPartition(topic, partition) for partition in described.partitions]
            committed = admin.list_group_offsets({GROUPS + group: places})[GROUPS + group]
            if all(each.offset < 0 for each in committed.values()):
                return False
            try:
                results = set(admin.delete_group_offsets(GROUPS + group, places).values()) - {errors.NoError}
            except errors.NonEmptyGroupError:
                results = {errors.GroupSubscribedToTopicError}
            if errors.GroupSubscribedToTopicError in results:
                raise BusRefused(f"a worker still reads {topic}; stop all workers, and wait ten seconds")
            for error in results:
                raise error
        return True

    def state(self, topics: Sequence[str]) -> BusState:
        """Brokers, version, and how these topics are copied.

        Raises:
            BusUnavailable: Kafka does not answer.
            BusRefused: it does not let us in.
        """
        with self._open_admin() as admin:
            brokers = admin.describe_cluster()["brokers"]
            copies = {topic: described for topic in topics if (described := copies_of(admin, topic)) is not None}
            version = broker_version(admin)
        return BusState(engine="Kafka", version=version, nodes=len(brokers), topics=copies)

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            producer, self._producer = self._producer, None
            admin, self._admin = self._admin, None
            in_use = self._using[admin]
        if producer is not None:
            _end(producer)
        if admin is not None and not in_use:
            admin.close()

    def _require_topic(self, topic: str) -> None:
        if topic not in self._known:
            with self._open_admin() as admin:
                if not describe(admin, topic):
                    raise TopicNotFound(topic)
            self._known.add(topic)

    @contextmanager
    def _open_producer(self) -> Iterator[KafkaProducer]:
        with self._lock:
            self._producer = producer = self._producer or self._access.open(
                KafkaProducer,
                acks="all",
                enable_idempotence=True,
                delivery_timeout_ms=int(_DELIVERED_WITHIN * 1000),
                max_block_ms=int(ANSWER_WITHIN * 1000),
                batch_size=_BATCH_BYTES,
                linger_ms=int(_LINGER * 1000),
                allow_auto_create_topics=False,
                metrics_enabled=False,
            )
        try:
            with translate_errors():
                yield producer
        except Exception:
            # The rest of this batch must not be appended after the batch was published again.
            self._known.clear()  # the topic may have been deleted
            with self._lock:
                self._producer = None if self._producer is producer else self._producer
            _end(producer)
            raise

    @contextmanager
    def _open_admin(self) -> Iterator[KafkaAdminClient]:
        with self._lock:
            self._admin = admin = self._admin or self._access.open(KafkaAdminClient)
            self._using[admin] += 1
        try:
            with translate_errors():
                yield admin
        except BusUnavailable:
            with self._lock:
                self._admin = None if self._admin is admin else self._admin
            raise
        finally:
            with self._lock:
                self._using[admin] -= 1
                given_up = self._admin is not admin and not self._using[admin]
            if given_up:
                del self._using[admin]
                admin.close()


def _once_settled(ask: Callable[[], Answer]) -> Answer:
    """The answer, once a coordinator of the group is elected."""
    until = monotonic() + ANSWER_WITHIN
    while True:
        try:
            return ask()
        except BusUnavailable as error:
            if monotonic() > until or not isinstance(error.__cause__, _SETTLING):
                raise
        Event().wait(_MOMENT)


def _end(producer: KafkaProducer) -> None:
    """Close it at once: ``close`` alone waits for messages that cannot be sent."""
    producer._sender.force_close()  # noqa: SLF001  the library offers no other way to drop what waits
    with suppress(errors.KafkaError):
        producer.close(timeout=1)
