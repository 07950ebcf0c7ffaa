"""What the pages of one source show."""

from dataclasses import dataclass
from typing import ClassVar

from hub.web.shell.dates import When
from hub.web.shell.jobs import JobProgress
from hub.web.shell.settings_form import SettingsForm
from hub.web.shell.view_models import Choice, Link
from hub.web.source.inbox import InboxBox


@dataclass(frozen=True)
class SourceHead:
    """What stands on top of each page of a source."""

    title: str
    area: str
    area_name: str
    state: str
    trouble: bool
    views: tuple[Link, ...]
    message: str | None
    """What an act that was just done has led to."""


@dataclass(frozen=True)
class RunningRow:
    """A run under way."""

    stream: str
    number: int | None
    text: str
    """How far it has come, in a sentence."""
    read: int
    total: int | None
    stop_state: str | None
    """That somebody has asked it to stop, or that its process is gone. None: it goes on."""


@dataclass(frozen=True)
class RunningPart:
    """What is read now; asked for again while it is."""

    template: ClassVar[str] = "source/templates/_running.html"

    name: str
    running: tuple[RunningRow, ...]
    csrf: str
    ended: bool
    """Whether a run has ended since the page was made."""


@dataclass(frozen=True)
class RunRow:
    """A run in a list."""

    href: str
    number: int | None
    """Counts the runs of a source; tells apart those that began in one minute."""
    started: When
    stream: str
    outcome: str
    failed: bool
    sentence: str
    counts: tuple[tuple[str, str], ...]
    """Word and number: read, new, changed, unchanged, deleted, left out, in quarantine, held."""
    lasted: str


@dataclass(frozen=True)
class StreamRow:
    """What is scheduled by itself."""

    name: str
    title: str
    schedule: str
    next_run: str
    last_data: When | None
    last_success: When | None
    is_pushed: bool


@dataclass(frozen=True)
class PauseLine:
    """Why a source is switched off."""

    reason: str
    by: str
    at: When


@dataclass(frozen=True)
class RunBar:
    """One run of a source in the drawing."""

    height: int
    """Pixels, at most 32."""
    text: str
    failed: bool


@dataclass(frozen=True)
class ContestedLine:
    """Something that the source says and a citizen contests; not whose it is."""

    what: str
    since: When
    state: str


@dataclass(frozen=True)
class SourcePage:
    """How is this source doing, and what can I do about it?"""

    template: ClassVar[str] = "source/templates/source.html"

    head: SourceHead
    name: str
    reason: str
    advice: str | None
    pause: PauseLine | None
    last_data: When | None
    next_run: str
    searchable: str
    compared: str | None
    """When search and store were last compared."""
    open_lines: str | None
    """How many lines could not be read. None: all could."""
    held: str | None
    """That deletions wait for a person."""
    unmatched: str | None
    contested_line: str | None
    """That citizens contest what it says. None: nobody does."""
    contested: tuple[ContestedLine, ...]
    inbox: InboxBox | None
    """What the source has sent. None: it sends nothing."""
    running: RunningPart
    can_run: bool
    may_since: bool
    """Whether it can be read again from a day."""
    streams: tuple[StreamRow, ...]
    runs: tuple[RunRow, ...]
    """The latest."""
    bars: tuple[RunBar, ...]
    """Oldest first."""
    bars_text: str
    coverage: str
    authority: str
    legal_basis: str


@dataclass(frozen=True)
class RunsPage:
    """What did the runs of this source bring?"""

    template: ClassVar[str] = "source/templates/runs.html"

    head: SourceHead
    name: str
    running: RunningPart
    runs: tuple[RunRow, ...]
    streams: tuple[Choice, ...]
    """To see only those of one."""
    older: str | None
    newest: str | None
    """Address of the first page. None: this is it."""


@dataclass(frozen=True)
class LogLine:
    """One line of a run's log."""

    at: When
    text: str


@dataclass(frozen=True)
class RunPage:
    """What happened in this run?"""

    template: ClassVar[str] = "source/templates/run.html"

    head: SourceHead
    run: RunRow
    asked_by: str
    ended: When
    advice: str | None
    waiting: str | None
    """That some of it is not stored yet."""
    skipped: tuple[tuple[str, str], ...]
    """What a rule left out: type and rule, and how many."""
    message: str | None
    """English, for who runs the system; without values of the source."""
    log: tuple[LogLine, ...]
    runs: Link


@dataclass(frozen=True)
class ChangeRow:
    """Who changed what."""

    what: str
    fields: tuple[str, ...]
    """Which settings; never their values."""
    by: str
    at: When


@dataclass(frozen=True)
class ChangesPage:
    """Who has changed what about this source?"""

    template: ClassVar[str] = "source/templates/changes.html"

    head: SourceHead
    rows: tuple[ChangeRow, ...]
    older: str | None


@dataclass(frozen=True)
class ScheduleRow:
    """When one stream is read, as a form."""

    stream: str
    title: str
    seen: str
    """What the form showed, so that a change that somebody else made meanwhile is noticed."""
    is_enabled: bool
    every: str
    at: str
    next_run: str
    error: str | None


@dataclass(frozen=True)
class SettingsPage:
    """How is this source reached?"""

    template: ClassVar[str] = "source/templates/settings.html"

    head: SourceHead
    name: str
    version: int
    """What the form showed, so that a change that somebody else made meanwhile is noticed."""
    title: str
    own_title: str
    """What the connector calls it."""
    areas: tuple[Choice, ...]
    form: SettingsForm
    changed: str
    """Who changed it last, and when."""
    problem: str | None
    """Why it cannot be changed here, or was not changed."""
    is_fixed: bool
    """It stands in the file of sources."""


@dataclass(frozen=True)
class RemovePage:
    """What happens if this source is removed?"""

    template: ClassVar[str] = "source/templates/remove.html"

    head: SourceHead
    name: str
    version: int
    data_text: str
    """How much it has said."""
    choices: tuple[Choice, ...]
    """What may become of that."""
    problem: str | None
    is_fixed: bool


@dataclass(frozen=True)
class ForgottenPage:
    """What is left of this removed source, and is it forgotten?"""

    template: ClassVar[str] = "source/templates/forgotten.html"

    name: str
    title: str
    area: str
    area_name: str
    removed: str
    left: str
    progress: JobProgress | None
    """Of the latest forgetting."""
    may_forget: bool


@dataclass(frozen=True)
class ForgettingProgress:
    """The piece of the page that is fetched again while the forgetting goes on."""

    template: ClassVar[str] = "source/templates/_forgetting.html"

    progress: JobProgress


@dataclass(frozen=True)
class SchedulePage:
    """When is this source read?"""

    template: ClassVar[str] = "source/templates/schedule.html"

    head: SourceHead
    name: str
    rows: tuple[ScheduleRow, ...]
    problem: str | None
    """Why it cannot be changed here, or was not changed."""
    is_fixed: bool
    """It stands in the file of sources."""
