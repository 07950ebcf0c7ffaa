"""What Søgningen shows."""

from dataclasses import dataclass
from typing import ClassVar

from hub.web.shell.dates import When
from hub.web.shell.jobs import JobProgress
from hub.web.shell.view_models import Outcome


@dataclass(frozen=True)
class ComparedRow:
    """What database and search have of one source."""

    source: str
    in_store: str
    in_index: str
    difference: str
    is_equal: bool


@dataclass(frozen=True)
class IndexWork:
    """One thing that can be done to the search, and how far it is."""

    progress: JobProgress | None
    may_start: bool


@dataclass(frozen=True)
class IndexPage:
    """Does the search know what the database knows, and if not what do I do?"""

    template: ClassVar[str] = "index/templates/index.html"

    summary: str
    trouble: bool
    compared: When | None
    result: Outcome | None
    rows: tuple[ComparedRow, ...]
    repaired: str | None
    """When and how many were last repaired. None: never."""
    cut: str | None
    """That the search holds only the newest of some citizens' entries. None: it holds all."""
    repair: IndexWork
    reindex: IndexWork


@dataclass(frozen=True)
class IndexProgress:
    """The piece of the page that is fetched again while the work goes on."""

    template: ClassVar[str] = "index/templates/progress.html"

    progress: JobProgress
