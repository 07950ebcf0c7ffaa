"""What Adviser shows."""

from dataclasses import dataclass
from typing import ClassVar

from hub.web.shell.dates import When
from hub.web.shell.view_models import Choice, Link, Outcome


@dataclass(frozen=True)
class AlertTrace:
    """What somebody did about it."""

    text: str
    when: When
    words: str


@dataclass(frozen=True)
class AlertRow:
    """Something that happened."""

    id: str
    name: str
    href: str
    is_protected: bool
    area: str
    """Key of the area; empty: it is the team's."""
    area_name: str
    text: str
    more: str
    link: Link | None
    """Beside the citizen's page: where it is seen to."""
    when: When
    is_read: bool
    is_closed: bool
    keeper: str
    """Who sees to it."""
    trace: tuple[AlertTrace, ...]
    receivers: tuple[Choice, ...]
    may_take: bool
    words: str
    """What was typed, if it is to be corrected."""
    is_open: bool
    """Its form is shown, since something is to be corrected."""


@dataclass(frozen=True)
class AlertMeeting:
    """A planned meeting of today or tomorrow, whose agenda says what is new for it."""

    when: str
    agenda: str
    course: str


@dataclass(frozen=True)
class UnitAlertRow:
    """A clock that passed in a unit that the reader leads."""

    id: str
    text: str
    when: str
    is_read: bool


@dataclass(frozen=True)
class AlertsPage:
    """What happened, and who sees to it?"""

    template: ClassVar[str] = "alerts/templates/alerts.html"
    meetings: tuple[AlertMeeting, ...]
    units: tuple[UnitAlertRow, ...]
    """Of the reader's own units."""
    filters: tuple[Link, ...]
    rows: tuple[AlertRow, ...]
    none: str
    older: str
    """Where the list goes on; empty: nowhere."""
    unread: tuple[str, ...]
    """Ids of those on the page that are not read."""
    chosen: str
    result: Outcome | None


@dataclass(frozen=True)
class KindChoice:
    """A kind that one may be told of."""

    value: str
    text: str
    explained: str
    chosen: bool


@dataclass(frozen=True)
class AlertChoicesPage:
    """Of what am I told, and how?"""

    template: ClassVar[str] = "alerts/templates/choices.html"
    kinds: tuple[KindChoice, ...]
    can_mail: bool
    """Whether the installation sends mails."""
    domain: str
    """Of the addresses that may be given."""
    address: str
    wants_mail: bool
    result: Outcome | None
