"""What Særlige grunde shows."""

from dataclasses import dataclass
from typing import ClassVar

from hub.web.oversight.page import LogRow
from hub.web.shell.dates import When
from hub.web.shell.view_models import Choice, Link, Outcome


@dataclass(frozen=True)
class ReviewLine:
    """What a review came to."""

    outcome: str
    is_bad: bool
    words: str
    who: str
    when: When


@dataclass(frozen=True)
class OverrideRow:
    """One stated reason on the list."""

    id: str
    when: When
    who: str
    unit: str
    citizen: str
    reason: str
    shown: str
    review: ReviewLine | None
    """The latest; None: nobody has reviewed it."""


@dataclass(frozen=True)
class UnitLine:
    """How many of a unit's look-ups were opened for a stated reason."""

    unit: str
    share: str


@dataclass(frozen=True)
class OverrideListPage:
    """Which stated reasons wait, the oldest first?"""

    template: ClassVar[str] = "overrides/templates/overrides.html"
    back: Link
    heading: str
    filters: tuple[Link, ...]
    rows: tuple[OverrideRow, ...]
    empty: str
    after: str | None
    """Address of the next page."""
    first: str
    last: str
    """The chosen period; empty: none is chosen."""
    state: str
    ages: tuple[str, ...]
    """How long they have waited; empty where the reader is not told of all."""
    units: tuple[UnitLine, ...]
    units_of: str
    """The period of the shares."""
    csv: str | None
    result: Outcome | None


@dataclass(frozen=True)
class ReviewForm:
    """The outcome, and why."""

    outcomes: tuple[Choice, ...]
    words: str
    reviews_seen: int
    is_first: bool


@dataclass(frozen=True)
class OverridePage:
    """What was opened for that reason, and was it right?"""

    template: ClassVar[str] = "overrides/templates/override.html"
    id: str
    who: str
    unit: str
    actor_id: str
    citizen: Choice
    reads_log: bool
    """The reader may go on to the lines of the log."""
    when: When
    purpose: str
    relation: str
    reason: str
    state: str
    is_waiting: bool
    lines: tuple[LogRow, ...]
    reviews: tuple[ReviewLine, ...]
    """The newest first."""
    form: ReviewForm | None
    no_form: str
    """Why there is no form; empty where there is one."""
    result: Outcome | None
