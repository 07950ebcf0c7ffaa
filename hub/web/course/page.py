"""What Forløb shows."""

from dataclasses import dataclass
from typing import ClassVar

from hub.web.shell.view_models import Choice, Link, Outcome, Phone


@dataclass(frozen=True)
class CourseRow:
    """A course on my list."""

    href: str
    title: str
    state: str
    is_waiting: bool
    function: str
    lead: str
    team: str


@dataclass(frozen=True)
class CourseListPage:
    """Which courses am I on the team of?"""

    template: ClassVar[str] = "course/templates/list.html"
    is_closed: bool
    """The list is of those that were closed."""
    rows: tuple[CourseRow, ...]
    earlier: Link | None
    later: Link | None
    result: Outcome | None


@dataclass(frozen=True)
class CitizenLine:
    """A citizen of the course."""

    name: str
    state: str
    has_consented: bool
    links: tuple[Link, ...]
    own_words: tuple[str, ...]
    """Written on Min side, waiting for the plan."""


@dataclass(frozen=True)
class MemberLine:
    """Somebody's place on the team."""

    actor_id: str
    name: str
    function: str
    about: str
    """Job and unit."""
    phone: Phone | None
    period: str
    reason: str
    authority: str
    say: str
    recorded: str
    end: str
    """Why the place ended; empty: it has not."""
    may_leave: bool


@dataclass(frozen=True)
class MemberForm:
    """Put somebody on the team, with what was typed."""

    words: str
    candidates: tuple[Choice, ...]
    nobody: str
    functions: tuple[Choice, ...]
    says: tuple[Choice, ...]
    valid_from: str
    valid_to: str
    reason: str
    authority: str
    citizen_words: str


@dataclass(frozen=True)
class LeaveForm:
    """Take somebody off the team, with what was typed."""

    actor_id: str
    says: tuple[Choice, ...]
    reason: str
    citizen_words: str


@dataclass(frozen=True)
class EndForm:
    """Close the course, with what stands or was typed."""

    ends_on: str
    outcomes: tuple[Choice, ...]
    follows: str
    is_open: bool
    """What was typed comes back with a fault: shown at once, not folded."""


@dataclass(frozen=True)
class CoursePage:
    """Who works together on it, why, and who decides who joins?"""

    template: ClassVar[str] = "course/templates/course.html"
    href: str
    title: str
    version: int
    state: str
    is_waiting: bool
    citizens: tuple[CitizenLine, ...]
    team: tuple[MemberLine, ...]
    earlier: tuple[MemberLine, ...]
    reasons: tuple[str, ...]
    indicators: tuple[str, ...]
    words: str
    offered: str
    """By whom; empty: it was not recorded."""
    ending: str
    follows: str
    is_closed: bool
    """It is over, and only read."""
    may_add_citizen: bool
    may_cancel_end: bool
    """An ending is planned that the reader may take back."""
    add: MemberForm | None
    leave: LeaveForm | None
    """With which the forms of the members begin; None: the reader may not change the team."""
    end: EndForm | None
    result: Outcome | None
    printed: str


@dataclass(frozen=True)
class FamilyFormPage:
    """Who of the family is taken into the course?"""

    template: ClassVar[str] = "course/templates/family.html"
    href: str
    title: str
    version: int
    family: tuple[Choice, ...]
    result: Outcome | None


@dataclass(frozen=True)
class OfferPage:
    """Why is a course offered, and to whom?"""

    template: ClassVar[str] = "course/templates/offer.html"
    citizen_id: str
    course_id: str
    """Names the course beforehand, so that a form sent twice offers it once."""
    name: str
    family: tuple[Choice, ...]
    reasons: tuple[Choice, ...]
    indicators: str
    words: str
    authority: str
    result: Outcome | None
