"""What *Tidslinje* shows. Words are final here."""

from dataclasses import dataclass
from typing import ClassVar

from hub.web.citizen.page import CitizenHead, Drawing
from hub.web.shell.dates import When
from hub.web.shell.transitions import TransitionLine
from hub.web.shell.view_models import Choice


@dataclass(frozen=True)
class TimelineRow:
    """One line of the table behind the timeline."""

    lane: str
    area: str
    """Of the source; ``notified`` of a notification, ``plan`` of what no source tells."""
    start: When | None
    end: When | None
    text: str
    outcome: str
    source: str
    is_point: bool
    identity: str | None = None
    """As in ``SourceLine``."""
    outcome_on_paper: str = ""


@dataclass(frozen=True)
class Step:
    """A step of "Som kendt den …" by keyboard."""

    text: str
    value: str


@dataclass(frozen=True)
class Field:
    """A hidden field of the form "Som kendt den …", so that it keeps the part that is chosen."""

    name: str
    value: str


@dataclass(frozen=True)
class TimelinePage:
    """What happened in which order, and what did we know then?"""

    template: ClassVar[str] = "citizen/templates/timeline.html"
    head: CitizenHead
    heading: str
    drawing: Drawing | None
    rows: tuple[TimelineRow, ...]
    ahead: tuple[TransitionLine, ...]
    """What lies ahead within a year; nothing on a page of an earlier day."""
    not_included: str | None
    """Areas of which something is, or may be, missing."""
    notification_gaps: tuple[str, ...]
    """What may be missing from the notifications."""
    count_line: str
    part: str
    """What of the timeline is chosen, in words; empty: all of it."""
    as_known: str
    """ISO day in the form."""
    latest: str
    known_line: str
    known_line_on_paper: str
    steps: tuple[Step, ...]
    address: str
    zooms: tuple[Choice, ...]
    """The whole course, and each year of it; the value is the address."""
    quarters: tuple[Choice, ...]
    """The year that is chosen and its quarters; none where no year is."""
    kinds: tuple[Choice, ...]
    """Everything, and each kind of line of what is chosen otherwise."""
    people: tuple[Choice, ...]
    """Everybody, and each of the family; none where the citizen is alone."""
    chosen: tuple[Field, ...]
