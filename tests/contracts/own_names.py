"""A bus whose topics and groups are this test's own, on a broker that many tests use at once."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Self
from uuid import uuid4

from hub.bus.base import Bus, BusState, Consumer, Delivered, Message, Offsets


class OwnNames:
    """Implements ``hub.bus.base.Bus`` by another: puts a prefix before every name, and takes it off what comes back."""

    def __init__(self, bus: Bus) -> None:
        self.bus = bus
        self.prefix = f"{uuid4().hex}."

    def create(self, topics: Mapping[str, int]) -> None:
        self.bus.create({self.prefix + topic: partitions for topic, partitions in topics.items()})

    def publish(self, topic: str, messages: Sequence[Message]) -> None:
        self.bus.publish(self.prefix + topic, messages)

    def consumer(self, group: str, topics: Sequence[str]) -> Consumer:
        return OwnConsumer(
            self.bus.consumer(self.prefix + group, [self.prefix + topic for topic in topics]), self.prefix
        )

    def offsets(self, group: str, topic: str) -> Mapping[int, Offsets]:
        return self.bus.offsets(self.prefix + group, self.prefix + topic)

    def lag(self, group: str, topic: str) -> int:
        return self.bus.lag(self.prefix + group, self.prefix + topic)

    def state(self, topics: Sequence[str]) -> BusState:
        state = self.bus.state([self.prefix + topic for topic in topics])
        own = {topic.removeprefix(self.prefix): topic_state for topic, topic_state in state.topics.items()}
        return state.model_copy(update={"topics": own})

    def close(self) -> None:
        self.bus.close()


class OwnConsumer:
    """Implements ``hub.bus.base.Consumer`` likewise."""

    def __init__(self, consumer: Consumer, prefix: str) -> None:
        self.consumer = consumer
        self._prefix = prefix

    def poll(self, *, limit: int, timeout: timedelta) -> list[Delivered]:
        messages = self.consumer.poll(limit=limit, timeout=timeout)
        return [one._replace(topic=one.topic.removeprefix(self._prefix)) for one in messages]

    def commit(self, delivered: Sequence[Delivered]) -> None:
        self.consumer.commit([message._replace(topic=self._prefix + message.topic) for message in delivered])

    def close(self) -> None:
        self.consumer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()
