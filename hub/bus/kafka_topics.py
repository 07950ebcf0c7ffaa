"""Which topic a name stands for: one that is deleted and created again keeps its name and gets another id.

An offset of the old topic means nothing in the new one. So every commit has the topic's id, and an offset that was
committed for another id does not count: the new topic is read from its beginning.
"""

from typing import Any, NamedTuple
from uuid import UUID

import kafka
from kafka import KafkaAdminClient, OffsetAndMetadata, errors

from hub.bus.base import TopicState

_PREFIX = "topic "
_NOT_THERE = errors.UnknownTopicOrPartitionError.errno


class Topic(NamedTuple):
    """A topic as Kafka describes it."""

    id: str
    """Empty where the broker has no ids."""
    partitions: tuple[int, ...]


def describe(admin: KafkaAdminClient, name: str) -> Topic | None:
    """The topic with that name; None when nobody has created it, or not wholly yet."""
    (described,) = admin.describe_topics([name])
    if described["error_code"] == _NOT_THERE:
        return None
    if described["error_code"]:
        raise errors.for_code(described["error_code"])
    partitions = sorted(partition["partition_index"] for partition in described["partitions"])
    return Topic(_text(described.get("topic_id")), tuple(partitions)) if partitions else None


def copies_of(admin: KafkaAdminClient, name: str) -> TopicState | None:
    """How the topic is copied: the fewest copies that a partition has, and has up to date; None: there is none."""
    (described,) = admin.describe_topics([name])
    partitions = described["partitions"]
    if described["error_code"] == _NOT_THERE or not partitions:
        return None
    return TopicState(
        partitions=len(partitions),
        copies=min(len(partition["replica_nodes"]) for partition in partitions),
        current_copies=min(len(partition["isr_nodes"]) for partition in partitions),
    )


def broker_version(admin: KafkaAdminClient) -> str:
    """As the library concludes from what the broker says it can do, e.g. ``4.1``."""
    version = admin._manager.broker_version  # noqa: SLF001  the library offers no other way
    return ".".join(map(str, version or ()))


def current_id(consumer: kafka.KafkaConsumer, name: str) -> str:
    """The id of the topic in what the consumer knows of the cluster; empty when it knows none."""
    return _text(consumer._cluster.topic_id(name))  # noqa: SLF001  the library offers no other way


def offset_to_commit(offset: int, topic_id: str) -> OffsetAndMetadata:
    """An offset with the topic's id as metadata, ready to be committed."""
    return OffsetAndMetadata(offset, f"{_PREFIX}{topic_id}" if topic_id else "", -1)


def belongs_to_topic(committed: OffsetAndMetadata, topic_id: str) -> bool:
    """Whether a committed offset belongs to that topic. One without an id was set by hand, and is accepted."""
    noted = _topic_id_of(committed)
    return not noted or not topic_id or noted == topic_id


def ignore_offsets_of_deleted_topics(consumer: kafka.KafkaConsumer) -> None:
    """Make the consumer start at the beginning of a topic whose committed offsets belong to a deleted one."""
    coordinator = consumer._coordinator  # noqa: SLF001  the library offers no way to judge a committed offset
    fetch = coordinator.fetch_committed_offsets_async

    async def fetch_current(partitions: Any, timeout_ms: float | None = None) -> dict[Any, OffsetAndMetadata]:
        committed = await fetch(partitions, timeout_ms=timeout_ms)
        if any(_topic_id_of(offset) and not current_id(consumer, place.topic) for place, offset in committed.items()):
            raise errors.KafkaTimeoutError("the topic's id is not known yet")  # the next poll tries again
        return {
            place: offset
            for place, offset in committed.items()
            if belongs_to_topic(offset, current_id(consumer, place.topic))
        }

    coordinator.fetch_committed_offsets_async = fetch_current


def _topic_id_of(committed: OffsetAndMetadata) -> str:
    metadata = committed.metadata or ""
    return metadata.removeprefix(_PREFIX) if metadata.startswith(_PREFIX) else ""


def _text(topic_id: UUID | str | None) -> str:
    text = str(topic_id or "")
    return "" if text == str(UUID(int=0)) else text
