"""What Hvem er hvem shows."""

from dataclasses import dataclass
from typing import ClassVar

from hub.web.shell.dates import When
from hub.web.shell.view_models import Choice, Link, Outcome


@dataclass(frozen=True)
class ConflictRow:
    """Sources that contradict each other about who somebody is."""

    id: int
    problem: str
    subject: str
    """The masked identifier."""
    first_seen: When


@dataclass(frozen=True)
class DecisionRow:
    """What somebody has decided, or proposed."""

    id: int
    text: str
    """The two identifiers, masked, and what was decided of them."""
    state: str
    reason: str
    by: str
    at: When
    more: tuple[str, ...]
    """Who confirmed it, who took it back and why."""
    citizens: tuple[Link, ...]
    may_confirm: bool
    may_withdraw: bool


@dataclass(frozen=True)
class IdentityPage:
    """Is what the sources say about one person, or about two?"""

    template: ClassVar[str] = "identity/templates/identity.html"

    summary: str
    result: Outcome | None
    conflicts: tuple[ConflictRow, ...]
    proposals: tuple[DecisionRow, ...]
    more: Link | None


@dataclass(frozen=True)
class StatementCard:
    """What one record says of who somebody is, masked."""

    record: str
    where: str
    key: str
    name: str
    born: str
    identifiers: tuple[str, ...]
    registered: When
    read: When
    citizen: Link | None
    has_efforts: bool


@dataclass(frozen=True)
class ConflictPage:
    """One contradiction with its statements side by side."""

    template: ClassVar[str] = "identity/templates/conflict.html"

    result: Outcome | None
    conflict: ConflictRow
    advice: str
    statements: tuple[StatementCard, ...]
    choices: tuple[Choice, ...]
    """The citizens it may be, where there are several."""
    reason: str
    """What was typed before, where the form came back."""


@dataclass(frozen=True)
class NumberRow:
    """One identifier of a citizen and what it turned out to be."""

    identifier: str
    state: str
    sources: str
    since: When | None
    citizen: Link


@dataclass(frozen=True)
class CitizenIdentityPage:
    """Which identifiers are this citizen, what was decided, and what can be."""

    template: ClassVar[str] = "identity/templates/citizen.html"

    result: Outcome | None
    citizen_id: str
    merged_into: Link | None
    numbers: tuple[NumberRow, ...]
    decisions: tuple[DecisionRow, ...]
    reason: str
    other: str
    """Key of the other citizen, as it was typed."""
