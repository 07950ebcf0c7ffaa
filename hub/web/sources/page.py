"""What Kilder shows."""

from dataclasses import dataclass
from typing import ClassVar

from hub.web.shell.dates import When
from hub.web.shell.view_models import Link, Outcome


@dataclass(frozen=True)
class FaultyRow:
    """One row of the source that could not be read."""

    text: str
    """Case number and key, by which somebody finds it in the fagsystem."""
    seen: When


@dataclass(frozen=True)
class FaultGroup:
    """Rows that could not be read for one and the same reason."""

    what: str
    problem: str
    advice: str
    count: str
    seen: str
    example: str | None
    """The value of one of them, masked."""
    rows: tuple[FaultyRow, ...]
    """The latest."""
    more: str | None
    """Where the rest of the rows can be read."""


@dataclass(frozen=True)
class RunBar:
    """One run of a source in the drawing."""

    height: int
    """Pixels, at most 32."""
    text: str
    failed: bool


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
    last_data: When | None
    next_run: str
    counts: str
    searchable: str
    """How many of the source's citizens the search knows."""
    compared: str | None
    """When search and store were last compared."""
    last_run: str
    bars: tuple[RunBar, ...]
    """Oldest first."""
    bars_text: str
    coverage: str
    authority: str
    legal_basis: str
    pause: PauseRow | None
    quarantine: tuple[FaultGroup, ...]
    quarantine_line: str


@dataclass(frozen=True)
class ConflictRow:
    """Sources that contradict each other about who somebody is."""

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
    not_built: NotBuiltRow | None
    cut_documents: str | None
    """That the search holds only the newest of some citizens' entries. None: it holds all."""
    sources: tuple[SourceRow, ...]
    conflicts: tuple[ConflictRow, ...]
    unmatched: tuple[str, ...]
