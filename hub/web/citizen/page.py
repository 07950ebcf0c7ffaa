"""One frozen class a page: exactly what its template may use. Words are final here; templates only place them."""

from dataclasses import dataclass
from typing import ClassVar

from hub.web.citizen.page_point_rows import Points
from hub.web.shell.dates import When
from hub.web.shell.view_models import Choice, IdentityNote, Link, Person


@dataclass(frozen=True)
class SourceLine:
    """Where a line comes from, how old it is, and how fresh our reading is."""

    text: str
    """Source and paragraph."""
    registered: When | None
    """When the source registered it; None: it does not say."""
    read: When | None
    """When the source was last read to its end; None on a page of an earlier day, or when it was not yet."""
    link: Link | None
    identity: str | None = None
    """Set when the source says that the number is another person's than the headline's."""
    contested: str | None = None
    """That somebody whom it is about says that it is wrong, in words where the reader may see them."""


@dataclass(frozen=True)
class EffortRow:
    """One ongoing or planned effort."""

    area: str
    area_name: str
    title: str
    about: str | None
    """First name, when it is about another of the family."""
    status: str | None
    """Set when it is not simply running."""
    goal: str | None
    extent: str | None
    recommendation: str | None
    remark: str | None
    """Target group and next interview."""
    responsible: Person
    performer: str | None
    since: When | None
    follow_up: str
    follow_up_on: When | None
    overdue: bool
    source: SourceLine


@dataclass(frozen=True)
class ContactRow:
    """A stay, a contact, a case, a plan, or somebody who works with the citizen."""

    area: str
    area_name: str
    title: str
    about: str | None
    """First name, when it is about another of the family."""
    text: str
    """Where it stands, in a sentence."""
    who: Person | None
    """None: the source names nobody."""
    source: SourceLine
    lines: tuple[str, ...] = ()
    """Of a child's absence: the latest quarters, newest first."""


@dataclass(frozen=True)
class GapRow:
    """An area that has nothing to show, and why."""

    area: str
    area_name: str
    headline: str
    advice: str
    trouble: bool
    contact: Person | None
    """Whom to call about the area."""
    headline_on_paper: str = ""
    """The same with dates, where the headline tells how far away they are."""


@dataclass(frozen=True)
class NotificationRow:
    """One or more concern notifications from one sender on one day."""

    when: When
    senders: tuple[str, ...]
    """E.g. "Skolen om Ida"."""
    reasons: str
    outcome: str
    tone: str
    """``missing`` (red), ``followed`` (green) or ``plain``."""
    source: SourceLine
    outcome_on_paper: str
    informed: str
    """Whether a professional notifier was told what followed; empty: nobody is to be."""


@dataclass(frozen=True)
class Bar:
    """A span in a lane; left and width in percent of the lane."""

    left: float
    width: float
    area: str
    label: str
    full: str
    side: str
    """Where the label stands: ``in`` the bar, ``after`` or ``before`` it."""
    row: int = 0
    """Which of the lane's rows it lies in, so that bars of one time do not cover each other."""


@dataclass(frozen=True)
class Point:
    """A notification in a lane; left in percent."""

    left: float
    full: str


@dataclass(frozen=True)
class Lane:
    """One row of the drawing."""

    name: str
    bars: tuple[Bar, ...]
    points: tuple[Point, ...]
    description: str
    """The same in words, for those who do not see it."""
    rows: int = 1


@dataclass(frozen=True)
class Drawing:
    """The course over time."""

    years: tuple[tuple[float, str], ...]
    lanes: tuple[Lane, ...]
    span: str
    now: float | None
    """Where the page's day stands, in percent; None when it lies outside."""
    span_on_paper: str


@dataclass(frozen=True)
class StatedLine:
    """A wish, a strength or a goal, as somebody recorded it."""

    text: str
    by: str
    """Who said or assessed it, and when."""
    tag: str
    """Whose it is, what it is and how it goes, as far as the place does not say it; may be empty."""
    by_on_paper: str
    identity: str | None = None
    """As in ``SourceLine``."""
    contested: str | None = None
    """Likewise."""


@dataclass(frozen=True)
class Strengths:
    """What works: the citizen's own words first."""

    wishes: tuple[StatedLine, ...]
    """The citizen's words."""
    works: tuple[StatedLine, ...]
    goals: tuple[StatedLine, ...]
    """Goals and sub-goals that are not reached, however they go."""
    reached: tuple[StatedLine, ...]
    """Goals that were reached."""
    missing: str | None
    """What is said when there are neither words nor strengths nor goals that were reached."""


@dataclass(frozen=True)
class Freshness:
    """One source, how old its data are."""

    title: str
    text: str
    trouble: bool
    full: str
    on_paper: str
    """The text with dates."""


@dataclass(frozen=True)
class SeenBy:
    """Somebody else who has looked."""

    who: str
    when: When


@dataclass(frozen=True)
class CitizenHead:
    """The header every page about a citizen shares."""

    citizen_id: str
    name: str
    age: str
    cpr: str
    cpr_hidden: bool
    former_cprs: tuple[str, ...]
    """Numbers that the citizen had before, masked."""
    relatives: tuple[tuple[str, tuple[Link, ...]], ...]
    """Word ("Børn") and people."""
    course: str | None
    lead: Person | None
    team: str | None
    teammates: tuple[Person, ...]
    life: str | None
    """Set when the person is dead, has moved out, …"""
    identity: tuple[str, ...]
    """The sentences of the banner where the sources disagree on who the citizen is; else empty."""
    identity_settled: bool
    """Whether a person has decided that it is one person all the same."""
    protected: str | None
    """The sentence of the banner; None when not protected."""
    address: str | None
    may_reveal: bool
    disclosures: tuple[str, ...]
    """With which right areas other than the reader's own are shown."""
    consents: str | None
    """Address of the citizen's consents; None: the reader is on no team."""
    course_page: Link | None
    """The course, or the offer of one; None: neither is the reader's to do."""
    basis_word: str
    """"som" a function, "med" a reason."""
    basis: str
    override: str | None
    meeting: str | None
    """Until when what was disclosed for a meeting is open."""
    disclose: str | None
    """Address of the form by which the actor discloses to others."""
    """For whom and until when the reason holds that was given; None: none was."""
    purpose: str
    views: tuple[Link, ...]
    purposes: tuple[Choice, ...]
    earlier_day: str | None
    """Set when the page shows an earlier day: which, and what is therefore left out."""
    side: str
    """Which page about the citizen it stands on, as in its address."""
    printed: str
    """Who prints, and when; for paper only."""


@dataclass(frozen=True)
class OverviewPage:
    """Who is doing what, since when, for what, whom to call, what came in and what followed?"""

    template: ClassVar[str] = "citizen/templates/overview.html"
    head: CitizenHead
    now_line: str
    now_line_on_paper: str
    efforts: tuple[EffortRow, ...]
    classes: tuple[ContactRow, ...]
    """Each child's school and class, which is what the school does now."""
    gaps: tuple[GapRow, ...]
    stays: tuple[ContactRow, ...]
    """Who is in hospital now."""
    contacts: tuple[ContactRow, ...]
    """Other stays and contacts: planned, and the latest."""
    absence: tuple[ContactRow, ...]
    """Each child's latest quarters of absence from school."""
    standing: tuple[ContactRow, ...]
    """Open cases, plans in force, and those who work with the citizen."""
    withheld_of_some: tuple[str, ...]
    """Areas that are shown of some of the family only."""
    notifications_line: str
    notifications: tuple[NotificationRow, ...]
    older: tuple[NotificationRow, ...]
    older_line: str
    """What shows them."""
    drawing: Drawing | None
    disagreements: tuple[str, ...]
    points: Points
    """What the approved rules found."""
    recommendations: tuple[tuple[str, str], ...]
    """What the sources recommend: sentence, and where from."""
    changes_since: When | None
    changes: tuple[str, ...]
    strengths: Strengths
    since_course: tuple[str, ...]
    """What has moved since the course began; empty while nothing has."""
    sources: tuple[Freshness, ...]
    not_covered: str | None
    seen_by: tuple[SeenBy, ...]


@dataclass(frozen=True)
class FamilyCell:
    """What came about one person, or about several side by side."""

    span: int
    """Columns that it spans."""
    area: str
    """Empty for a notification."""
    who: str
    """First names, for narrow screens where columns lie below each other."""
    title: str
    text: str
    tone: str
    """Of a notification's text, as in ``NotificationRow``."""
    identity: str | None = None
    """As in ``SourceLine``."""
    text_on_paper: str = ""
    contested: str | None = None
    """That somebody says that it is wrong, without words."""


@dataclass(frozen=True)
class FamilyMoment:
    """One day; a cell a column or more, None where nothing came."""

    when: When
    cells: tuple[FamilyCell | None, ...]


@dataclass(frozen=True)
class FamilyColumn:
    """One person of the family."""

    name: str
    age: str
    identity: IdentityNote | None
    """Set when the sources disagree on who it is."""
    href: str
    efforts: tuple[EffortRow, ...]
    stays: tuple[str, ...]
    """Where the person is in hospital now."""
    classes: tuple[str, ...]
    """To which school and class the person goes."""
    notifications: str
    """How many there are, or why that is not said."""
    empty: str | None
    not_included: str | None
    """Areas of which something is, or may be, missing."""


@dataclass(frozen=True)
class FamilyPage:
    """How does it look for all of them at once?"""

    template: ClassVar[str] = "citizen/templates/family.html"
    head: CitizenHead
    columns: tuple[FamilyColumn, ...]
    notifications_line: str
    moments: tuple[FamilyMoment, ...]
    drawing: Drawing | None
    not_shown: str | None
    """Who of the family has no column, and why."""
