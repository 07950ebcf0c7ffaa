"""What Hvad er slettet shows."""

from dataclasses import dataclass
from typing import ClassVar

from hub.web.shell.view_models import Link


@dataclass(frozen=True)
class StoreLine:
    """One store on one day."""

    store: str
    rule: str
    deleted: str
    ran: str
    """When it ran last, and how often that day."""


@dataclass(frozen=True)
class DeletionDay:
    """What was deleted on a day."""

    day: str
    lines: tuple[StoreLine, ...]


@dataclass(frozen=True)
class DeletionsPage:
    """How much was deleted from each store by day, and what goes by itself."""

    template: ClassVar[str] = "deletions/templates/deletions.html"
    back: Link
    missing: str
    """Which daily deletion has not run as it should; empty: each has."""
    days: tuple[DeletionDay, ...]
    limits: tuple[str, ...]
    """The time limits."""
