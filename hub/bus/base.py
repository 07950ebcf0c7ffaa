"""The ``Bus`` port.

Promises every implementation makes, and the contract suite checks:

* *Durable.* When ``publish`` returns, the messages survive a crash of any process.
* *At least once.* A consumer that dies before ``commit`` gives its messages to another. Whoever handles
  them must not mind a repetition.
* *Ordered per key.* Messages with the same key lie in one partition, in the order they were published, and
  reach one consumer of a group at a time.
* *Never skipping.* A reader never passes a message that becomes visible late: offsets of a partition
  become visible in their own order, whatever transactions are open.
* *Shared.* Consumers of one group divide the partitions; when one closes or dies, the others get its
  partitions and go on from the last committed offset.

Three positions are told apart, as in Kafka: the *position* (next message ``poll`` returns), the
*committed* offset (where a successor starts), and the *end* of the partition. ``poll`` moves the position,
only ``commit`` moves the committed offset.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol, Self, runtime_checkable

from pydantic import Field

from schemas.base import Schema

RECORDS = "helhed.records"
"""Records on their way from collect to journey."""
OVERVIEWS = "helhed.overviews"
"""Citizens whose overview changed, for the indexer and for alerts."""


LARGEST = 1_000_000
"""Bytes that key, value and headers of a message may have together: what a Kafka broker takes unless told otherwise."""


class BusUnavailable(Exception):
    """The bus does not answer: whoever publishes must not move on."""


class BusRefused(Exception):
    """The bus answers, but will not do it, now or later, until a person mends something.

    The text says what, in words of ours: no value of a message, no answer of a server.
    """


class TopicNotFound(BusRefused, LookupError):
    """Nobody has created that topic."""

    def __init__(self, topic: str) -> None:
        super().__init__(f"nobody has made the topic {topic}")


class MessageTooLarge(BusRefused, ValueError):
    """A message has more than ``LARGEST`` bytes; nothing of its lot was published."""


class Message(Schema):
    """What is published: CloudEvents 1.0 attributes as ``ce_…`` headers, the data as bytes."""

    key: str
    """Keyed digest or citizen id; never a national number."""
    value: bytes = Field(repr=False)
    headers: Mapping[str, str] = Field(default_factory=dict)

    @property
    def size(self) -> int:
        """Bytes of key, value and headers together; at most ``LARGEST`` can be published."""
        texts = (self.key, *self.headers, *self.headers.values())
        return len(self.value) + sum(len(text.encode()) for text in texts)


class Delivered(Schema):
    """A message as a consumer gets it, with where it lay."""

    topic: str
    partition: int
    offset: int
    message: Message


class Offsets(Schema):
    """How far a group has come in a partition."""

    committed: int
    """All before it are worked on. Where nothing was committed yet, or retention removed what was not read: the first
    one that is there."""
    end: int
    """The next message gets it."""


def lag_of(offsets: Mapping[int, Offsets]) -> int:
    """How many messages of all these partitions are not worked on yet."""
    return sum(partition.end - partition.committed for partition in offsets.values())


def has_processed(before: Mapping[int, Offsets], now: Mapping[int, Offsets]) -> bool:
    """Whether by *now* a group has worked on everything that was published until *then*; by partition.

    A topic that was made anew meanwhile begins at 0 again: reaching its end is enough.
    """
    return all(
        now[place].committed >= min(offsets.end, now[place].end) for place, offsets in before.items() if place in now
    )


def check(messages: Sequence[Message]) -> None:
    """Refuse a lot with a message that is too large, before any of it is published.

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
        """The work on these, and on all before them in their partitions, is done.

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
        """Make the topics with so many partitions if they are not there. Harmless when they are."""

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
        """How far the group has come in each partition; empty when nobody has made the topic.

        What is counted as published was published before this returns; what as committed, before it is called or
        while it works.
        """

    def lag(self, group: str, topic: str) -> int:
        """How many messages the group has not committed yet."""

    def close(self) -> None:
        """Let go of connections."""


@runtime_checkable
class Prunable(Protocol):
    """A bus that keeps messages until it is told to let go. Others, as Kafka, see to that themselves."""

    def prune(self, before: datetime) -> int:
        """Remove messages published before *before* that every group has committed; how many they were.

        Raises:
            BusUnavailable: the bus does not answer.
        """
