"""The page classes that are not about one citizen; see ``pages``."""

from dataclasses import dataclass

from hub.web.citizen.page import Choice, Link
from hub.web.shell.dates import When


@dataclass(frozen=True)
class DemoCard:
    """One person to be in the demo."""

    id: str
    name: str
    title: str
    unit: str
    sentence: str
    """What they can see."""
    team: str


@dataclass(frozen=True)
class LoginPage:
    """Who am I here?"""

    demo: bool
    cards: tuple[DemoCard, ...]


@dataclass(frozen=True)
class PersonLink:
    """Somebody on the team's course."""

    name: str
    age: str
    href: str
    protected: bool


@dataclass(frozen=True)
class FamilyRow:
    """One course I am on the team of."""

    title: str
    function: str
    people: tuple[PersonLink, ...]
    since: str
    """Since when the changes count, or that there are none."""
    changes: tuple[str, ...]
    more: str | None
    follow_up: str
    follow_up_of: str | None
    overdue: bool
    areas: tuple[tuple[str, str], ...]
    """Areas in which something runs: key and name."""


@dataclass(frozen=True)
class ClockRow:
    """One deadline that runs."""

    text: str
    when: str
    href: str
    name: str
    overdue: bool


@dataclass(frozen=True)
class Filter:
    """One way to see fewer."""

    text: str
    href: str
    chosen: bool


@dataclass(frozen=True)
class MyCitizensPage:
    """What needs me today?"""

    summary: str
    clock_line: str
    clocks: tuple[ClockRow, ...]
    families: tuple[FamilyRow, ...]
    has_families: bool
    filters: tuple[Filter, ...]
    earlier: Link | None
    later: Link | None
    purpose: str
    purposes: tuple[Choice, ...]
    unit: str | None
    """Name of the own unit, whose citizens can be searched."""


@dataclass(frozen=True)
class Hit:
    """One person that was found."""

    name: str
    age: str
    href: str
    relation: str
    needs_reason: bool
    reasons: tuple[tuple[str, tuple[tuple[str, bool], ...]], ...]
    """Field in words, and pieces of the text with whether each is what was searched for."""
    protected: bool


@dataclass(frozen=True)
class FacetChoice:
    """One value one may narrow to."""

    value: str
    text: str
    code: str | None
    """Stands small behind the name."""
    count: str
    chosen: bool


@dataclass(frozen=True)
class Facet:
    """One group of choices that narrow the search."""

    name: str
    field: str
    choices: tuple[FacetChoice, ...]
    more: tuple[FacetChoice, ...]
    """Folded away; none of them is chosen."""


@dataclass(frozen=True)
class SearchResultPage:
    """Is it this person, and may I?"""

    text: str
    asked: bool
    summary: str
    ongoing_only: bool
    own_unit: bool
    unit: str | None
    """Name of the own unit; None: no such choice."""
    hits: tuple[Hit, ...]
    facets: tuple[Facet, ...]
    after: str | None
    advice: tuple[str, ...]
    """What was searched, what is not covered, what to do."""


@dataclass(frozen=True)
class ReasonPage:
    """May I, and why do I need to?"""

    citizen_id: str
    warning: str
    refused: bool
    """No reason opens it (own page, or a role that never sees citizens)."""
    purposes: tuple[Choice, ...]
    side: str
    """Which page to open afterwards: ``overblik``, ``familien`` or ``tidslinje``."""
    reason: str
    error: str | None


@dataclass(frozen=True)
class QuarantineRow:
    """Payloads parked for one and the same reason."""

    what: str
    problem: str
    advice: str
    count: str
    seen: str
    example: str | None


@dataclass(frozen=True)
class RunBar:
    """One run of a source in the drawing."""

    height: int
    """Pixels, at most 32."""
    said: str
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
    message: str | None
    """The connector's own words, for whoever must mend it."""
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
    bars_said: str
    coverage: str
    authority: str
    legal_basis: str
    pause: PauseRow | None
    quarantine: tuple[QuarantineRow, ...]
    quarantined: str


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

    summary: str
    trouble: bool
    not_built: NotBuiltRow | None
    sources: tuple[SourceRow, ...]
    conflicts: tuple[ConflictRow, ...]
    unmatched: tuple[str, ...]


@dataclass(frozen=True)
class LogRow:
    """One line of the log."""

    when: When
    who: str
    unit: str
    action: str
    outcome: str
    refused: bool
    citizen: str
    citizen_href: str | None
    purpose: str
    basis: str
    details: str
    reason: str | None
    """What the person wrote."""
    override: bool


@dataclass(frozen=True)
class LogCount:
    """A number of today, and the choice that shows its lines."""

    number: str
    text: str
    only: str
    trouble: bool
    chosen: bool


@dataclass(frozen=True)
class OversightPage:
    """Who looked, with which right, and why?"""

    heading: str
    about: str | None
    """Who the heading is about, in small."""
    summary: str
    asked: str
    """``nothing``, ``citizen`` or ``actor``."""
    subject: str
    only: str
    counts: tuple[LogCount, ...]
    rows: tuple[LogRow, ...]
    after: str | None
    employees: tuple[Choice, ...]


@dataclass(frozen=True)
class ErrorPage:
    """What happened, and what now?"""

    headline: str
    advice: str
    saved: str
    reference: str
    way_on: Link


@dataclass(frozen=True)
class Revealed:
    """What was hidden, shown in place after a stated reason."""

    cpr: str | None
    address: str | None
    note: str


@dataclass(frozen=True)
class RevealedPage:
    """The same on a page of its own, without a script."""

    revealed: Revealed
    back: str
