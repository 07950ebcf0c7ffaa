"""What *Er loggen hel?* shows."""

from dataclasses import dataclass
from typing import ClassVar

from hub.web.shell.dates import When
from hub.web.shell.view_models import Link, Outcome


@dataclass(frozen=True)
class WitnessRow:
    """A witness, and the newest checkpoint that it has."""

    name: str
    lines: str
    when: When | None
    """None: it never took one."""
    state: str
    is_behind: bool


@dataclass(frozen=True)
class FindingRow:
    """What a verification found."""

    title: str
    detail: str


@dataclass(frozen=True)
class AnswerRow:
    """The answers of a day, and what the log has of them."""

    day: When
    answers: str
    without_line: str
    is_missing: bool
    lines: str


@dataclass(frozen=True)
class StreamPanel:
    """How far the system that watches has the log."""

    receiver: str
    waiting: str
    delivered: When | None
    """None: it never took anything."""
    state: str
    is_behind: bool
    fault: str | None


@dataclass(frozen=True)
class NamesPanel:
    """Whether events name people now, and the form to decide it."""

    until: When | None
    """None: no decision is in force."""
    who: str
    decided: When | None
    reason: str
    reaches: str
    days: str
    most_days: int
    typed_reason: str
    with_stream: bool


@dataclass(frozen=True)
class IntegrityPage:
    """Is the log whole, and how can I see that for myself?"""

    template: ClassVar[str] = "integrity/templates/integrity.html"
    back: Link
    headline: str
    is_trouble: bool
    witnesses: tuple[WitnessRow, ...]
    findings: tuple[FindingRow, ...]
    verified: When | None
    waiting: str
    erased: str
    oldest: When | None
    retention: str
    answers: tuple[AnswerRow, ...]
    answers_note: str
    is_answer_missing: bool
    may_export: bool
    is_sealed: bool
    stream: StreamPanel | None
    """None: nobody gets the log as it is sealed."""
    stream_note: str
    events_note: str
    """Whether events name people, for everybody who fetches them."""
    names: NamesPanel | None
    """None: it is not for the actor to decide."""
    result: Outcome | None
