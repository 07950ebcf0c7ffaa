"""What Møder shows."""

from dataclasses import dataclass
from typing import ClassVar

from hub.web.shell.view_models import Choice, Link, Outcome


@dataclass(frozen=True)
class MeetingRow:
    """A meeting on a list."""

    href: str
    when: str
    kind: str
    state: str
    """Empty: it is planned."""
    is_today: bool
    about: str
    """First names of those it is about."""
    course: Link | None


@dataclass(frozen=True)
class CitizenField:
    """A citizen of the course in the form of a meeting."""

    key: str
    name: str
    is_about: bool
    is_without: bool
    """The meeting is to be held without the citizen."""
    reason: str


@dataclass(frozen=True)
class PlanForm:
    """Plan or move a meeting, with what stands or was typed."""

    action: str
    key: str
    """Of a new meeting: its name, so that a form sent twice plans it once."""
    version: int
    """Of a meeting that is moved; 0: it is new."""
    is_open: bool
    kinds: tuple[Choice, ...]
    on_day: str
    starts: str
    ends: str
    place: str
    citizens: tuple[CitizenField, ...]
    members: tuple[Choice, ...]
    """Of the team; chosen: invited."""
    guests: str
    """One on each line."""
    reason: str


@dataclass(frozen=True)
class MyMeetingsPage:
    """Which meetings do I have?"""

    template: ClassVar[str] = "meetings/templates/mine.html"
    rows: tuple[MeetingRow, ...]
    is_past: bool
    earlier: Link | None
    later: Link | None


@dataclass(frozen=True)
class CourseMeetingsPage:
    """Which meetings has the course, and when is the next?"""

    template: ClassVar[str] = "meetings/templates/course.html"
    course: Link
    rows: tuple[MeetingRow, ...]
    earlier: Link | None
    later: Link | None
    form: PlanForm
    result: Outcome | None


@dataclass(frozen=True)
class AgendaLine:
    """Something to talk about."""

    text: str
    source: str
    """Where it stands."""
    href: str
    is_late: bool = False


@dataclass(frozen=True)
class AgendaPart:
    """One part of the agenda."""

    key: str
    title: str
    lines: tuple[AgendaLine, ...]
    more: str
    """How many there are besides; empty: none."""
    empty: str
    """What is said where there is nothing."""


@dataclass(frozen=True)
class AttendanceLine:
    """Somebody at the meeting."""

    key: str
    name: str
    about: str
    state: str
    reason: str
    is_missing: bool
    is_ticked: bool
    """In the form."""


@dataclass(frozen=True)
class DecisionLine:
    """A decision."""

    id: str
    words: str
    detail: str
    """Who does it by when, and for whom."""
    state: str
    is_agreed: bool
    href: str
    """Where the agreement stands in the plan; of a proposal the plan."""
    agree: str
    """Where one says that the citizen agrees; empty: that is said already."""


@dataclass(frozen=True)
class DecisionField:
    """A decision that is being written."""

    key: str
    number: int
    words: str
    who: str
    due_on: str
    about: tuple[Choice, ...]
    """Whom it is for, or which of their goals."""
    is_agreed: bool


@dataclass(frozen=True)
class RecordForm:
    """Who came, what was said, what was decided: the whole meeting in one form."""

    action: str
    members: tuple[AttendanceLine, ...]
    citizens: tuple[AttendanceLine, ...]
    guests: tuple[AttendanceLine, ...]
    minutes: str
    decisions: tuple[DecisionField, ...]


@dataclass(frozen=True)
class HistoryLine:
    """What somebody did with the meeting."""

    text: str
    by: str


@dataclass(frozen=True)
class MeetingPage:
    """What is there to talk about, who came, and what did we decide?"""

    template: ClassVar[str] = "meetings/templates/meeting.html"
    href: str
    title: str
    state: str
    is_planned: bool
    is_held: bool
    place: str
    about: str
    course: Link
    meetings: Link
    version: int
    agenda: tuple[AgendaPart, ...]
    members: tuple[AttendanceLine, ...]
    citizens: tuple[AttendanceLine, ...]
    guests: tuple[AttendanceLine, ...]
    left_out: tuple[str, ...]
    hidden: str
    """Why place, guests or what was said are not shown; empty: they are."""
    minutes: tuple[str, ...]
    """Lines of them."""
    decisions: tuple[DecisionLine, ...]
    proposals: tuple[DecisionLine, ...]
    """Of earlier meetings, to which the citizen has not agreed."""
    record: RecordForm | None
    """None: the meeting is over, or the reader may not write."""
    conflict: tuple[HistoryLine, ...]
    """What somebody else wrote meanwhile; the form holds the reader's text."""
    move: PlanForm | None
    cancel: str
    """The reason that was typed."""
    is_cancel_open: bool
    history: tuple[HistoryLine, ...]
    result: Outcome | None


@dataclass(frozen=True)
class PaperPage:
    """The meeting on paper: for the table, and to take home."""

    template: ClassVar[str] = "meetings/templates/paper.html"
    meeting: MeetingPage
    printed: str
    """When, and by whom."""
