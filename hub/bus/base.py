"""The ``Bus`` port.

Promises every implementation makes, and the contract suite checks:

* *Durable.* When ``publish`` returns, the messages survive a crash of any process.
* *At least once.* A consumer that dies before ``commit`` gives its messages to another. Handling
  a message must therefore be idempotent.
* *Ordered per key.* Messages with the same key lie in one partition, in the order they were published, and
  reach one consumer of a group at a time.
* *Never skipping.* A reader never skips a message that becomes visible late: offsets of a partition
  become visible in their own order, whatever transactions are open.
* *Shared.* Consumers of one group divide the partitions; when one closes or dies, the others get its
  partitions and go on from the last committed offset.

There are three positions, as in Kafka: the *position* (next message ``poll`` returns), the
*committed* offset (where a successor starts), and the *end* of the partition. ``poll`` moves the position,
only ``commit`` moves the committed offset.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple, Protocol, Self, runtime_checkable

from schemas.base import Schema

RECORDS = "helhed.records"
"""Records on their way from collect to the pipeline."""
OVERVIEWS = "helhed.overviews"
"""Citizens whose overview changed, for the indexer and for alerts."""


LARGEST = 1_000_000
"""Bytes that key, value and headers of a message may have together: the default limit of a Kafka broker."""


class BusUnavailable(Exception):
    """The bus does not answer; the publisher must not go on to its next step."""


class BusRefused(Exception):
    """The bus refuses, and will go on refusing until a person corrects something.

    The text names what, and repeats neither a value of a message nor an answer of a server.
    """


class TopicNotFound(BusRefused, LookupError):
    """The topic does not exist."""

    def __init__(self, topic: str) -> None:
        super().__init__(f"the topic {topic} does not exist")


class MessageTooLarge(BusRefused, ValueError):
    """A message has more than ``LARGEST`` bytes; nothing of its batch was published."""


class Message(NamedTuple):
    """What is published: CloudEvents 1.0 attributes as ``ce_…`` headers, the data as bytes.

    No schema, nor is ``Delivered``: three are made of every record, and a schema costs more than a tuple.
    """

    key: str
    """Keyed digest or citizen id; never a national number."""
    value: bytes
    headers: Mapping[str, str] = MappingProxyType({})

    @property
    def size(self) -> int:
        """Bytes of key, value and headers together; at most ``LARGEST`` can be published."""
        return len(self.value) + len("".join((self.key, *self.headers, *self.headers.values())).encode())

    def __repr__(self) -> str:
        return f"Message(key={self.key!r}, headers={dict(self.headers)!r})"


class Delivered(NamedTuple):
    """A message as a consumer gets it, with its topic, partition and offset."""

    topic: str
    partition: int
    offset: int
    message: Message


class Offsets(Schema):
    """Progress of a group in a partition."""

    committed: int
    """Offset of the first message that is not processed. Where nothing was committed yet, or retention removed unread
    messages: the first one that is there."""
    end: int
    """Offset of the next message to be published."""


class TopicState(Schema):
    """How a topic is kept."""

    partitions: int
    copies: int = 1
    """Of each message, where the partition has the fewest."""
    current_copies: int = 1
    """Of them, those that have everything."""


class BusState(Schema):
    """What the bus is and how it stands, for operators."""

    engine: str
    version: str
    nodes: int = 1
    topics: Mapping[str, TopicState]
    """Only those that exist."""


def lag_of(offsets: Mapping[int, Offsets]) -> int:
    """Count the messages in these partitions that are not processed yet."""
    return sum(partition.end - partition.committed for partition in offsets.values())


def has_processed(before: Mapping[int, Offsets], now: Mapping[int, Offsets]) -> bool:
    """Whether a group has by *now* processed everything that was published up to *before*; by partition.

    A topic that was created again in between begins at 0: reaching its end is enough.
    """
    return all(
        now[place].committed >= min(offsets.end, now[place].end) for place, offsets in before.items() if place in now
    )


def check(messages: Sequence[Message]) -> None:
    """Refuse a batch with a message that is too large, before any of it is published.

    Raises:
        MessageTooLarge: says how large.
    """
    largest = max(message.size for message in messages)
    if largest > LARGEST:
        raise MessageTooLarge(f"a message of {largest} bytes; at most {LARGEST} can be published")


class Consumer(Protocol):
    """One member of a consumer group. Not to be shared between threads."""

    def poll(self, *, limit: int, timeout: timedelta) -> list[Delivered]:
        """Up to *limit* messages of the partitions held, in order per partition.

        Waits up to *timeout* for the first one and returns as soon as there is any; empty when none came.
        Partitions may move between calls, never within one.

        Raises:
            BusUnavailable: the bus does not answer.
        """

    def commit(self, delivered: Sequence[Delivered]) -> None:
        """Mark these messages, and all before them in their partitions, as processed.

        A partition that has moved to another consumer meanwhile is left out silently: its messages come
        again there.
        """

    def close(self) -> None:
        """Leave the group; partitions go to the others at once."""

    def __enter__(self) -> Self:
        """The consumer itself."""

    def __exit__(self, *exc_info: object) -> None:
        """Close."""


class Bus(Protocol):
    """Topics with partitions, producers and groups of consumers."""

    def create(self, topics: Mapping[str, int]) -> None:
        """Create the topics that do not exist, with so many partitions."""

    def publish(self, topic: str, messages: Sequence[Message]) -> None:
        """Append the messages, durably, all or none.

        Raises:
            BusUnavailable: nothing was appended, or it is not known; publish again.
            TopicNotFound: create it first.
            MessageTooLarge: one of them has more than ``LARGEST`` bytes; nothing was appended.
        """

    def consumer(self, group: str, topics: Sequence[str]) -> Consumer:
        """Join a group. Starts at the committed offset, or at the beginning of the topic."""

    def offsets(self, group: str, topic: str) -> Mapping[int, Offsets]:
        """Progress of the group in each partition; empty when the topic does not exist.

        A message counts as published if it was published before this returns, and as committed if it was committed
        before this returns.
        """

    def lag(self, group: str, topic: str) -> int:
        """How many messages the group has not committed yet."""

    def state(self, topics: Sequence[str]) -> BusState:
        """What the bus is, and how these topics are kept.

        Raises:
            BusUnavailable: the bus does not answer.
        """

    def close(self) -> None:
        """Close the connections."""


@runtime_checkable
class Prunable(Protocol):
    """A bus whose old messages must be removed by ``prune``. Others, such as Kafka, remove them by retention."""

    def prune(self, before: datetime) -> int:
        """Remove messages published before *before* that every group has committed; returns how many.

        Raises:
            BusUnavailable: the bus does not answer.
        """


@runtime_checkable
class Rewindable(Protocol):
    """A bus that does not go back with the database when that is restored, such as Kafka."""

    def rewind(self, group: str, topic: str) -> bool:
        """Let the group begin with the oldest message that is kept; whether it had begun at all.

        Raises:
            BusUnavailable: the bus does not answer.
            BusRefused: a member of the group still reads.
        """
