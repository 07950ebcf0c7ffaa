"""What Tilsyn shows."""

from dataclasses import dataclass
from typing import ClassVar

from hub.web.shell.dates import When
from hub.web.shell.view_models import Choice, Link


@dataclass(frozen=True)
class LogRow:
    """One act, or one line of one."""

    when: When
    who: str
    unit: str
    action: str
    outcome: str
    refused: bool
    people: tuple[Choice, ...]
    """Whom it is about: key, words; chosen where the page is about that citizen."""
    more_people: str
    purpose: str
    basis: str
    details: str
    reason: str | None
    """What the person wrote."""
    override: bool
    override_id: str | None
    """The stated reason, which has a page of its own."""


@dataclass(frozen=True)
class LogCount:
    """A number of today, and the choice that shows its lines."""

    number: str
    text: str
    only: str
    trouble: bool
    chosen: bool


@dataclass(frozen=True)
class Question:
    """One of what a DPO asks, and the pages that answer it."""

    text: str
    answers: tuple[Link, ...] = ()
    """None: there is no page for it yet."""


@dataclass(frozen=True)
class PolicyRule:
    """One policy."""

    key: str
    title: str


@dataclass(frozen=True)
class PolicyGroup:
    """Policies that answer one question."""

    question: str
    rules: tuple[PolicyRule, ...]


@dataclass(frozen=True)
class PolicyPage:
    """Which rules decide who sees what now?"""

    template: ClassVar[str] = "oversight/templates/policy.html"
    version: str
    groups: tuple[PolicyGroup, ...]


@dataclass(frozen=True)
class OversightPage:
    """Who looked, with which right, and why?"""

    template: ClassVar[str] = "oversight/templates/oversight.html"
    heading: str
    about: str | None
    """Who the heading is about, in small."""
    summary: str
    questions: tuple[Question, ...]
    waiting: str
    """How many stated reasons wait for a review."""
    is_any_waiting: bool
    integrity: str
    """Whether the log is whole."""
    is_integrity_trouble: bool
    sample: str
    """When the next sample is due, how often, and how far back the log goes."""
    is_sample_overdue: bool
    kind: str
    """``everything``, ``citizen`` or ``actor``."""
    key: str
    only: str
    counts: tuple[LogCount, ...]
    rows: tuple[LogRow, ...]
    after: str | None
    employees: tuple[Choice, ...]
