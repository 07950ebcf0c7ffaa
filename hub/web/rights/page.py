"""What Borgerens rettigheder shows."""

from dataclasses import dataclass
from typing import ClassVar

from hub.web.shell.dates import When
from hub.web.shell.view_models import Choice, Outcome


@dataclass(frozen=True)
class HoldLine:
    """A hold, and how it ended."""

    id: int
    citizen: str
    href: str
    reason: str
    until: str
    placed: str
    when: When
    is_standing: bool
    ended: str
    """How and why it ended; empty while it stands."""


@dataclass(frozen=True)
class RestrictionLine:
    """A restriction, and how it was lifted."""

    id: int
    citizen: str
    href: str
    reason: str
    review: str
    is_overdue: bool
    placed: str
    when: When
    ended: str
    """How and why it was lifted; empty while it stands."""


@dataclass(frozen=True)
class ForgettingLine:
    """A citizen who was forgotten."""

    id: int
    citizen: str
    when: When
    by: str
    reason: str
    deleted: str
    kept_out: str
    lifted: str
    """Since when and why sources may tell again; empty while they may not."""


@dataclass(frozen=True)
class PaperLine:
    """One thing that is stored, and what it says."""

    title: str
    details: tuple[str, ...]


@dataclass(frozen=True)
class PaperSection:
    """Things of one sort."""

    title: str
    lines: tuple[PaperLine, ...]
    empty: str


@dataclass(frozen=True)
class CopyPaper:
    """The citizen's copy on paper."""

    title: str
    made: str
    intro: tuple[str, ...]
    sections: tuple[PaperSection, ...]
    looks: tuple[tuple[str, str, str, str], ...]
    """When, who, what, why."""
    withheld: tuple[str, ...]


@dataclass(frozen=True)
class ContestLine:
    """Something that the citizen contests, and what came of it."""

    id: int
    fact: str
    words: str
    by: str
    when: When
    state: str
    is_standing: bool


@dataclass(frozen=True)
class FactGroup:
    """Lines of an area that can be contested."""

    title: str
    facts: tuple[Choice, ...]


@dataclass(frozen=True)
class ContestsPage:
    """What does the citizen say is wrong, and what came of it?"""

    template: ClassVar[str] = "rights/templates/contests.html"
    key: str
    heading: str
    contests: tuple[ContestLine, ...]
    groups: tuple[FactGroup, ...]
    form: str
    typed: dict[str, str]
    result: Outcome | None


@dataclass(frozen=True)
class RightsListPage:
    """Whose rights were decided about."""

    template: ClassVar[str] = "rights/templates/rights.html"
    not_found: bool
    holds: tuple[HoldLine, ...]
    holds_heading: str
    restrictions: tuple[RestrictionLine, ...]
    restrictions_heading: str
    forgettings: tuple[ForgettingLine, ...]
    after: str | None
    """Address of the next page."""
    result: Outcome | None


@dataclass(frozen=True)
class RightsPage:
    """What was decided about one citizen, and the forms to decide."""

    template: ClassVar[str] = "rights/templates/citizen.html"
    key: str
    heading: str
    is_known: bool
    holds: tuple[HoldLine, ...]
    is_held: bool
    restrictions: tuple[RestrictionLine, ...]
    is_restricted: bool
    order: tuple[str, ...]
    """What is deleted, in that order."""
    stays: tuple[str, ...]
    """What goes later, and when."""
    form: str
    """Which form the result is about."""
    typed: dict[str, str]
    result: Outcome | None
