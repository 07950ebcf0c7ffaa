"""What the pages show on which a source is set up."""

from dataclasses import dataclass
from typing import ClassVar

from hub.web.shell.dates import When
from hub.web.shell.settings_form import SettingsForm
from hub.web.shell.view_models import Choice, Outcome


@dataclass(frozen=True)
class KindChoice:
    """A kind of fagsystem that can be connected."""

    kind: str
    title: str
    reads: str
    needs: str
    """What one must have at hand."""


@dataclass(frozen=True)
class NewSourcePage:
    """Which fagsystem is to be connected?"""

    template: ClassVar[str] = "connect/templates/new_source.html"
    kinds: tuple[KindChoice, ...]


@dataclass(frozen=True)
class SetupStep:
    """One of the steps that lead to a source that is read."""

    text: str
    href: str
    is_current: bool
    is_done: bool


@dataclass(frozen=True)
class SetupHead:
    """Above every step."""

    name: str
    title: str
    state: str
    """Whether it is a draft."""
    steps: tuple[SetupStep, ...]
    version: int
    """Of the source as the page shows it."""
    is_draft: bool
    outcome: Outcome | None = None
    """What came of the form before."""


@dataclass(frozen=True)
class SettingsPage:
    """Where is the fagsystem, and how do we log in?"""

    template: ClassVar[str] = "connect/templates/settings.html"
    head: SetupHead
    form: SettingsForm
    own_title: str
    declared_title: str


@dataclass(frozen=True)
class StepLine:
    """One step of a check."""

    text: str
    is_ok: bool
    advice: str | None


@dataclass(frozen=True)
class CheckPart:
    """How far the check has come."""

    name: str
    is_running: bool
    lines: tuple[StepLine, ...]
    waiting: str | None
    """The step that is under way."""
    conclusion: str
    is_ok: bool
    tried: When | None


@dataclass(frozen=True)
class CheckProgress:
    """The part of the page that is replaced in place while the check runs."""

    template: ClassVar[str] = "connect/templates/_check.html"
    check: CheckPart


@dataclass(frozen=True)
class CheckPage:
    """Can it be read?"""

    template: ClassVar[str] = "connect/templates/check.html"
    head: SetupHead
    check: CheckPart


@dataclass(frozen=True)
class FieldLine:
    """One field of the field list."""

    word: str
    path: str
    is_new: bool
    """Nobody has approved it."""


@dataclass(frozen=True)
class TypeLine:
    """One type with what is read of it, and why."""

    title: str
    purpose: str
    fields: tuple[FieldLine, ...]
    count: str
    approved: str
    has_new: bool
    """It reads more than was approved before."""


@dataclass(frozen=True)
class StreamLine:
    """One stream: whether and when it is read."""

    name: str
    title: str
    is_enabled: bool
    is_pushed: bool
    every: str
    units: tuple[Choice, ...]
    at: str
    types: tuple[TypeLine, ...]


@dataclass(frozen=True)
class FieldsPage:
    """What is read, with which right, and when?"""

    template: ClassVar[str] = "connect/templates/fields.html"
    head: SetupHead
    authority: str
    legal_basis: str
    coverage: str
    not_covered: str
    streams: tuple[StreamLine, ...]
    wanting: str | None
    """What nobody has approved; None: nothing."""
    approver: str


@dataclass(frozen=True)
class ValueLine:
    """One value, masked."""

    word: str
    value: str


@dataclass(frozen=True)
class PreviewLine:
    """One row: what the source said, and how it would land."""

    title: str
    is_rejected: bool
    source: tuple[ValueLine, ...]
    becomes: str | None
    """What it is in the common schema; None: nothing."""
    landed: tuple[ValueLine, ...]
    remarks: tuple[str, ...]
    problem: str | None
    advice: str | None


@dataclass(frozen=True)
class PreviewPart:
    """How far the preview has come."""

    name: str
    is_running: bool
    rows: tuple[PreviewLine, ...]
    """What cannot be read comes first."""
    conclusion: str
    rejected: str | None
    """How many cannot be read. None: all can."""
    advice: str | None
    is_ok: bool
    tried: When | None


@dataclass(frozen=True)
class PreviewProgress:
    """The part of the page that is replaced in place while rows are fetched."""

    template: ClassVar[str] = "connect/templates/_preview.html"
    preview: PreviewPart


@dataclass(frozen=True)
class PreviewPage:
    """How will it land?"""

    template: ClassVar[str] = "connect/templates/preview.html"
    head: SetupHead
    preview: PreviewPart
    can_start: bool
