"""What Kilder shows."""

from dataclasses import dataclass
from typing import ClassVar

from hub.web.shell.dates import When
from hub.web.shell.view_models import Link, Outcome


@dataclass(frozen=True)
class DayBar:
    """One day of a source in the drawing."""

    height: int
    """Pixels, at most 32; 0: nothing was read that day."""
    text: str
    failed: bool
    """Whether a run went wrong that day."""


@dataclass(frozen=True)
class RunningLine:
    """A run under way, in a list."""

    number: int
    text: str
    read: int
    total: int | None
    """None: the source does not say how many there are."""


@dataclass(frozen=True)
class RunningLines:
    """What is read of a source now; asked for again while it is."""

    template: ClassVar[str] = "sources/templates/_running.html"

    name: str
    running: tuple[RunningLine, ...]
    ended: bool
    """Whether a run has ended since the page was made."""


@dataclass(frozen=True)
class PauseRow:
    """Why a source is switched off."""

    reason: str
    by: str
    at: When


@dataclass(frozen=True)
class SourceRow:
    """How one source is doing."""

    name: str
    title: str
    area: str
    area_name: str
    state: str
    trouble: bool
    reason: str
    advice: str | None
    needs: tuple[Link, ...]
    """What waits for a person, each with where it is dealt with."""
    pause: PauseRow | None
    last_data: When | None
    next_run: str
    streams: str
    """What is read, in words."""
    expiry: str | None
    """How long its certificates are valid. None: it has none."""
    running: RunningLines
    bars: tuple[DayBar, ...]
    """Fourteen, the oldest first; none where nothing was read."""
    bars_text: str


@dataclass(frozen=True)
class ConflictRow:
    """A record of which sources do not say of whom it is."""

    problem: str
    subject: str
    advice: str
    first_seen: When


@dataclass(frozen=True)
class NotBuiltRow:
    """Citizens whose overview could not be built from what the sources last said; in numbers only."""

    count: str
    sentence: str
    first: When


@dataclass(frozen=True)
class SourcesPage:
    """Is every source all right, and if not what do I do?"""

    template: ClassVar[str] = "sources/templates/sources.html"
    summary: str
    trouble: bool
    outcome: Outcome | None
    """What came of the form before."""
    drafts: tuple[Link, ...]
    """Sources that are being set up."""
    removed: tuple[Link, ...]
    """Sources that are read no more, of which something may be left."""
    areas: tuple[Link, ...]
    """To see the sources of one area only."""
    not_built: NotBuiltRow | None
    needing: tuple[SourceRow, ...]
    """Those that need a person."""
    others: tuple[SourceRow, ...]
    empty: str | None
    """That none of the sources is on this page."""
    earlier: str | None
    later: str | None
    """Addresses of the pages before and after."""
    identity: str | None
    """How many contradictions wait on the page about who is who."""
    conflicts: tuple[ConflictRow, ...]
    more_conflicts: str | None
