"""Random schedules of consumers that come, go, are thrown out, work and fail; what must hold in all of them.

A module that inherits ``ScheduleSuite`` gives the bus by a fixture ``bus``, and what lies behind it by ``inside``.
"""

from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import chain
from random import Random
from typing import Protocol
from uuid import uuid4

import pytest

from hub.bus.base import Bus, BusUnavailable, Consumer, Delivered, Message

GROUP = "readers"
PARTITIONS = 4
KEYS = 12
MESSAGES = 240
STEPS = 120
MOST_MEMBERS = 4
WAIT = timedelta(milliseconds=50)


class Inside(Protocol):
    """What a schedule does and sees behind the port."""

    def committed(self, group: str, topic: str) -> dict[int, int]:
        """The offset each partition's next reader starts at."""

    def expel(self, consumer: Consumer) -> None:
        """End the membership without the consumer's doing, as when it is taken for dead."""


@dataclass
class Member:
    """A consumer, where it goes on in each partition, and what it has not committed."""

    consumer: Consumer
    goes_on: dict[int, int] = field(default_factory=dict)
    polled: list[Delivered] = field(default_factory=list)
    expelled: bool = False
    """It may not know yet, and begin what it had ready when it was thrown out, wherever others have got to since."""


class Schedule:
    """One topic, one group, and whatever chance lets happen to it."""

    def __init__(self, bus: Bus, inside: Inside, seed: int) -> None:
        self.bus, self.inside, self.chance = bus, inside, Random(seed)  # noqa: S311  chance that can be repeated
        self.topic = f"test.{uuid4().hex}"
        self.members: list[Member] = []
        self.handled: dict[int, int] = defaultdict(int)
        """Up to where each partition was handled, without a gap."""
        self.first_times: dict[str, list[int]] = defaultdict(list)
        """Numbers of each key's messages, in the order in which they were handled for the first time."""
        self.committed: dict[int, set[int]] = defaultdict(lambda: {0})
        """Every offset that was ever committed in each partition."""
        bus.create({self.topic: PARTITIONS})
        for lot in range(0, MESSAGES, 40):
            numbers = range(lot, lot + 40)
            bus.publish(self.topic, [Message(key=f"key {n % KEYS}", value=str(n).encode()) for n in numbers])

    def run(self) -> None:
        """Let things happen, then let one consumer finish what is left."""
        happenings: list[Callable[[], None]] = [self.join, self.leave, self.expel]
        happenings += [self.commit] * 5 + [self.poll] * 12
        try:
            for _ in range(STEPS):
                self.chance.choice(happenings)()
            self.finish()
        finally:
            for member in self.members:
                member.consumer.close()
        assert {key: sorted(numbers) for key, numbers in self.first_times.items()} == self.first_times
        assert sorted(chain(*self.first_times.values())) == list(range(MESSAGES)), "each was handled"

    def join(self) -> None:
        if len(self.members) < MOST_MEMBERS:
            self.members.append(Member(self.bus.consumer(GROUP, [self.topic])))

    def leave(self) -> None:
        if self.members:
            self.members.pop(self.chance.randrange(len(self.members))).consumer.close()

    def expel(self) -> None:
        if self.members:
            member = self.chance.choice(self.members)
            member.expelled = True
            self.inside.expel(member.consumer)

    def poll(self, member: Member | None = None) -> None:
        """What comes either goes on where this member was, or starts again where the group has committed."""
        if not (member or self.members):
            return
        member = member or self.chance.choice(self.members)
        starts = self.inside.committed(GROUP, self.topic)
        try:
            messages = member.consumer.poll(limit=self.chance.choice([1, 7, 40]), timeout=WAIT)
        except BusUnavailable:
            member.goes_on = {}
            return
        for one in messages:
            expected = {starts.get(one.partition, 0), member.goes_on.get(one.partition)}
            assert one.offset in expected | (self.committed[one.partition] if member.expelled else set())
            assert one.offset <= self.handled[one.partition], "nothing is skipped"
            if one.offset == self.handled[one.partition]:
                self.handled[one.partition] += 1
                self.first_times[one.message.key].append(int(one.message.value))
            starts[one.partition] = member.goes_on[one.partition] = one.offset + 1
        member.polled += messages

    def commit(self, member: Member | None = None) -> None:
        """However late it comes, it never moves an offset back, nor past what was handled."""
        if not (member or self.members):
            return
        member = member or self.chance.choice(self.members)
        before = self.inside.committed(GROUP, self.topic)
        with suppress(BusUnavailable):
            member.consumer.commit(member.polled)
        after = self.inside.committed(GROUP, self.topic)
        assert all(after[partition] >= offset for partition, offset in before.items())
        assert all(offset <= self.handled[partition] for partition, offset in after.items())
        for partition, offset in after.items():
            self.committed[partition].add(offset)
        if self.chance.random() < 0.7:
            member.polled = []  # otherwise it will say so again, when others may have gone on

    def finish(self) -> None:
        while self.members:
            self.leave()
        with self.bus.consumer(GROUP, [self.topic]) as consumer:
            last = Member(consumer)
            while self.bus.lag(GROUP, self.topic):
                self.poll(last)
                self.commit(last)


class ScheduleSuite:
    """What must hold whatever happens."""

    @pytest.mark.parametrize("seed", [1, 2, 3])
    def test_order_and_offsets_hold_whoever_comes_and_goes(self, bus: Bus, inside: Inside, seed: int) -> None:
        Schedule(bus, inside, seed).run()
