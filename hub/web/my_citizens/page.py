"""What Mine borgere shows."""

from dataclasses import dataclass
from typing import ClassVar

from hub.web.shell.transitions import TransitionLine
from hub.web.shell.view_models import Choice, IdentityNote, Link


@dataclass(frozen=True)
class PersonLink:
    """Somebody on the team's course."""

    name: str
    age: str
    href: str
    protected: bool
    identity: IdentityNote | None = None
    """Set when the sources disagree on who it is."""


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
    still: tuple[Link, ...]
    """What stands still or waits in the plans, the longest ago first; each leads to where it is written."""
    more_still: str | None
    links: tuple[Link, ...]
    """The plans that I may open, the team, and the meetings."""
    upcoming: tuple[TransitionLine, ...]
    """What is coming that nobody may have planned for."""
    follow_up: str
    follow_up_of: str | None
    overdue: bool
    areas: tuple[tuple[str, str], ...]
    """Areas in which something runs: key and name."""


@dataclass(frozen=True)
class DeadlineRow:
    """One deadline that runs."""

    text: str
    when: str
    href: str
    name: str
    overdue: bool


@dataclass(frozen=True)
class MeetingToday:
    """A meeting of today."""

    when: str
    href: str
    names: str
    """First names of those it is about whom I may open."""
    state: str
    """Empty: it is planned."""


@dataclass(frozen=True)
class BirthdayRow:
    """Somebody on none of my teams, whom I am responsible for, and who turns 18."""

    name: str
    href: str
    when: str
    protected: bool


@dataclass(frozen=True)
class Filter:
    """One way to see fewer."""

    text: str
    href: str
    chosen: bool


@dataclass(frozen=True)
class MyCitizensPage:
    """What needs me today?"""

    template: ClassVar[str] = "my_citizens/templates/my_citizens.html"
    summary: str
    source_lines: tuple[str, ...]
    """Of which sources something may be missing, and why."""
    deadline_line: str
    deadlines: tuple[DeadlineRow, ...]
    """Of the own authority."""
    is_urgent: bool
    """Whether one of them cannot wait."""
    deadlines_of_others: tuple[DeadlineRow, ...]
    meetings: tuple[MeetingToday, ...]
    """Of today, in their order."""
    birthdays: tuple[BirthdayRow, ...]
    full_age: TransitionLine | None
    """What must be planned for them."""
    families: tuple[FamilyRow, ...]
    has_families: bool
    filters: tuple[Filter, ...]
    earlier: Link | None
    later: Link | None
    purpose: str
    purposes: tuple[Choice, ...]
    unit: str | None
    """Name of the own unit, whose citizens can be searched."""
