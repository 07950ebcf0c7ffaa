"""What Karantæne shows."""

from dataclasses import dataclass
from typing import ClassVar

from hub.web.shell.dates import When
from hub.web.shell.jobs import JobProgress
from hub.web.shell.view_models import Link, Outcome


@dataclass(frozen=True)
class FaultFacts:
    """Rows that could not be read for one and the same reason."""

    key: str
    """Names the group in its address."""
    source: str
    area: str
    what: str
    """Type and field."""
    problem: str
    advice: str
    count: str
    first: When
    last: When
    example: str | None
    """The value of one of them, masked."""


@dataclass(frozen=True)
class FaultyRow:
    """One row that could not be read."""

    id: int
    text: str
    """Case number and key, by which somebody finds it in the fagsystem."""
    last_seen: When


@dataclass(frozen=True)
class QuarantinePage:
    """What could not be read, and is it one fault or many?"""

    template: ClassVar[str] = "quarantine/templates/quarantine.html"

    summary: str
    only: str | None
    """That it shows one source only. None: all."""
    result: Outcome | None
    groups: tuple[FaultFacts, ...]
    more: Link | None


@dataclass(frozen=True)
class FaultPage:
    """One fault with all its rows."""

    template: ClassVar[str] = "quarantine/templates/fault.html"

    result: Outcome | None
    group: FaultFacts
    rows: tuple[FaultyRow, ...]
    more: Link | None
    retry: str
    progress: JobProgress | None
    """Of the latest replay of the group."""
    may_retry: bool


@dataclass(frozen=True)
class EntryPage:
    """One row that could not be read."""

    template: ClassVar[str] = "quarantine/templates/entry.html"

    result: Outcome | None
    id: int
    group: FaultFacts
    row: str
    value: str | None
    times: str
    first: When
    last: When
    storage: str
    """What became of what the source sent."""
    retry: str
    progress: JobProgress | None
    may_retry: bool


@dataclass(frozen=True)
class ClosedPage:
    """What was in quarantine and was tried again, and is not there any more."""

    template: ClassVar[str] = "quarantine/templates/closed.html"

    progress: JobProgress


@dataclass(frozen=True)
class ReplayProgress:
    """The piece of a page that is fetched again while a replay runs."""

    template: ClassVar[str] = "quarantine/templates/progress.html"

    progress: JobProgress
