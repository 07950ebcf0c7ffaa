"""What Stikprøver shows."""

from dataclasses import dataclass
from typing import ClassVar

from hub.web.shell.dates import When
from hub.web.shell.view_models import Choice, Link, Outcome


@dataclass(frozen=True)
class SampleRow:
    """One sample on the list."""

    href: str
    title: str
    when: When
    by: str
    lines: str
    state: str
    is_waiting: bool


@dataclass(frozen=True)
class LineRow:
    """One line of a sample on a list."""

    href: str
    number: str
    when: When | None
    who: str
    unit: str
    citizen: str
    purpose: str
    relation: str
    is_without_relation: bool
    areas: str
    strata: tuple[str, ...]
    state: str
    is_waiting: bool
    reviewer: str


@dataclass(frozen=True)
class NumberField:
    """A number that is asked for, with its bounds."""

    name: str
    label: str
    value: str
    least: int
    most: int


@dataclass(frozen=True)
class DrawForm:
    """By what a sample is drawn."""

    first: str
    last: str
    numbers: tuple[NumberField, ...]
    send: bool


@dataclass(frozen=True)
class SamplesPage:
    """When is the next sample due, which were drawn, and what waits for me?"""

    template: ClassVar[str] = "samples/templates/samples.html"
    back: Link
    due: str
    is_overdue: bool
    retention: str
    samples: tuple[SampleRow, ...]
    older: str | None
    sent: tuple[LineRow, ...]
    """What waits for the reader."""
    draws: bool
    """The reader draws samples."""
    form: DrawForm | None
    result: Outcome | None


@dataclass(frozen=True)
class StratumRow:
    """What a stratum has and what was drawn of it."""

    title: str
    eligible: str
    drawn: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class SamplePage:
    """How was it drawn, and what came of it?"""

    template: ClassVar[str] = "samples/templates/sample.html"
    id: str
    title: str
    drawn: When
    by: str
    period: str
    parameters: str
    population: str
    seed: str
    digest: str
    last_seq: str
    checkpoint: str
    strata: tuple[StratumRow, ...]
    redraw: str
    is_redraw_trouble: bool
    filters: tuple[Link, ...]
    rows: tuple[LineRow, ...]
    empty: str
    more: str | None
    result: Outcome | None


@dataclass(frozen=True)
class EventLine:
    """What was done about a line."""

    text: str
    is_bad: bool
    words: str
    who: str
    when: When


@dataclass(frozen=True)
class LinePage:
    """What did the employee see, why was it drawn, and was it work?"""

    template: ClassVar[str] = "samples/templates/line.html"
    href: str
    back: Link
    title: str
    row: LineRow
    what: str
    printed: str
    basis: str
    reason: str
    erased: str
    log: tuple[Link, ...]
    """To all that the employee looked at, and all that looked at the citizen."""
    events: tuple[EventLine, ...]
    """The newest first."""
    events_seen: int
    may_review: bool
    no_form: str
    outcomes: tuple[Choice, ...]
    words: str
    """Typed and not stored, in the form that was sent."""
    typed_form: str
    receivers: tuple[Choice, ...]
    employee: str
    result: Outcome | None
