"""The limits. A municipality's employees often share one address, so that it has ten times as many."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Limited(StrEnum):
    """What has a limit."""

    SEARCH = "search"
    """By words."""
    NUMBER = "number"
    """By a whole national number."""
    LOGIN = "login"
    OVERRIDE = "override"
    """Opening for a stated reason."""
    MACHINE = "machine"
    """Any request of a machine."""
    CITIZEN = "citizen"
    """Any request of a citizen on *Min side*."""


@dataclass(frozen=True)
class Limit:
    """So many at once, and as many again in each *window*, evenly."""

    count: int
    window: timedelta

    @property
    def every(self) -> timedelta:
        """How long it takes until one more may be done."""
        return self.window / self.count

    def times(self, factor: int) -> "Limit":
        """The same window with so many times as many."""
        return Limit(self.count * factor, self.window)


OF_ACTOR = {
    Limited.SEARCH: Limit(120, timedelta(minutes=2)),
    Limited.NUMBER: Limit(60, timedelta(minutes=10)),
    Limited.LOGIN: Limit(60, timedelta(minutes=10)),
    Limited.OVERRIDE: Limit(20, timedelta(hours=1)),
    Limited.MACHINE: Limit(600, timedelta(minutes=10)),
    Limited.CITIZEN: Limit(200, timedelta(minutes=10)),
}
ADDRESS_FACTOR = 10
OF_ADDRESS = {what: Limit(limit.count * ADDRESS_FACTOR, limit.window) for what, limit in OF_ACTOR.items()}
