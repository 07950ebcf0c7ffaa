"""What Borgerens plan shows."""

from dataclasses import dataclass
from typing import ClassVar

from hub.web.shell.transitions import TransitionLine
from hub.web.shell.trial_lines import TrialCard
from hub.web.shell.view_models import Choice, Link, Outcome


@dataclass(frozen=True)
class EntryLine:
    """An entry as it stands."""

    href: str
    words: str
    by: str
    """Who said or does it, and who wrote it when."""
    due: str
    is_overdue: bool
    state: str
    """Empty: it counts."""


@dataclass(frozen=True)
class EffortLine:
    """An effort of a source that serves a goal."""

    effort_id: str
    text: str
    area: str


@dataclass(frozen=True)
class ProgressForm:
    """Enter how it is going, with what was typed."""

    href: str
    is_open: bool
    choices: tuple[Choice, ...]
    on_day: str
    words: str


@dataclass(frozen=True)
class SubGoalLine:
    """A sub-goal, how it is going, and what serves it."""

    entry: EntryLine
    kind: str
    goal_type: str
    progress: str
    """Word of the latest entry; "not assessed" where there is none."""
    is_forward: bool
    progress_words: str
    progress_by: str
    still: str
    """Empty: it moves."""
    efforts: tuple[EffortLine, ...]
    form: ProgressForm


@dataclass(frozen=True)
class GoalLine(SubGoalLine):
    """A goal, with its sub-goals and agreements too."""

    sub_goals: tuple[SubGoalLine, ...] = ()
    agreements: tuple[EntryLine, ...] = ()


@dataclass(frozen=True)
class EntryForm:
    """The fields of an entry, with what was typed."""

    action: str
    kind: str
    title: str
    is_open: bool
    key: str
    """Of a new entry: its name, so that a form sent twice adds it once."""
    words_label: str
    words: str
    who_label: str
    who: str
    who_required: bool
    due_label: str
    """Empty: it has no such field."""
    due_on: str
    due_required: bool
    goals: tuple[Choice, ...]
    """Goals to which it can belong; none: it belongs to none."""
    goal_required: bool
    types: tuple[Choice, ...]


@dataclass(frozen=True)
class PlanPage:
    """What do we want, who does what by when, and how is it going?"""

    template: ClassVar[str] = "plan/templates/plan.html"
    citizen_id: str
    name: str
    others: tuple[Link, ...]
    """Plans of the others on the course whom the reader may open."""
    wishes: tuple[EntryLine, ...]
    strengths: tuple[EntryLine, ...]
    concerns: tuple[EntryLine, ...]
    goals: tuple[GoalLine, ...]
    closed_goals: tuple[GoalLine, ...]
    agreements: tuple[EntryLine, ...]
    """Of no goal."""
    trials: tuple[TrialCard, ...]
    """Trial actions that were not taken back."""
    earlier: tuple[EntryLine, ...]
    """What counts no longer."""
    ahead: tuple[TransitionLine, ...]
    """Transitions within a year, with what must be planned and by whom."""
    forms: dict[str, EntryForm]
    """To add an entry, by kind."""
    result: Outcome | None


@dataclass(frozen=True)
class VersionLine:
    """What an entry said, and what changed."""

    words: str
    detail: str
    by: str


@dataclass(frozen=True)
class EntryPage:
    """What does this say, what did it say before, and how is it going?"""

    template: ClassVar[str] = "plan/templates/entry.html"
    citizen_id: str
    name: str
    kind: str
    line: EntryLine
    goal: GoalLine | None
    conflict: VersionLine | None
    """What somebody else wrote meanwhile; the form holds the reader's text."""
    form: EntryForm
    version: int
    states: tuple[Choice, ...]
    offered: tuple[EffortLine, ...]
    """Efforts that do not serve the goal and could."""
    progress: tuple[VersionLine, ...]
    history: tuple[VersionLine, ...]
    result: Outcome | None


@dataclass(frozen=True)
class PaperGoal:
    """A goal on paper."""

    words: str
    state: str
    remarks: tuple[str, ...]
    agreements: tuple[tuple[str, str, str], ...]
    """What, who, by when."""


@dataclass(frozen=True)
class PaperTrial:
    """A trial action on paper."""

    what: str
    state: str
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class PaperTransition:
    """A transition on paper."""

    text: str
    plan: tuple[str, ...]
    """What must be planned."""
    by: str
    """By whom, and by which law or principle."""


@dataclass(frozen=True)
class PaperPage:
    """The plan on one page in plain words, for the meeting with the citizen."""

    template: ClassVar[str] = "plan/templates/paper.html"
    citizen_id: str
    name: str
    wishes: tuple[str, ...]
    strengths: tuple[str, ...]
    concerns: tuple[str, ...]
    goals: tuple[PaperGoal, ...]
    agreements: tuple[tuple[str, str, str], ...]
    trials: tuple[PaperTrial, ...]
    ahead: tuple[PaperTransition, ...]
    printed: str
