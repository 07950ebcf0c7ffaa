"""What the pages of trial actions show."""

from dataclasses import dataclass
from typing import ClassVar

from hub.web.shell.trial_lines import TrialCard
from hub.web.shell.view_models import Choice, Outcome


@dataclass(frozen=True)
class TrialForm:
    """The fields of a trial action, with what was typed."""

    action: str
    what: str
    why: str
    decided_by: str
    first_day: str
    last_day: str
    judge_on: str
    cost_before: str
    cost_after: str
    withdrawn_because: str
    key: str = ""
    """Of a new one: its name, so that a form sent twice adds it once."""
    is_open: bool = False


@dataclass(frozen=True)
class JudgementForm:
    """Say what was learned, with what was typed."""

    action: str
    outcomes: tuple[Choice, ...]
    learned: str
    works: bool
    on_day: str
    judge_next_on: str


@dataclass(frozen=True)
class JudgementLine:
    """A judgement as somebody made it."""

    outcome: str
    learned: str
    detail: str
    by: str


@dataclass(frozen=True)
class VersionLine:
    """What a trial action said."""

    what: str
    why: str
    detail: str
    by: str


@dataclass(frozen=True)
class TrialsPage:
    """What do we try, and what have we learned?"""

    template: ClassVar[str] = "trial_actions/templates/trials.html"
    citizen_id: str
    name: str
    waiting: tuple[TrialCard, ...]
    """Nobody has decided whether they stop or stay."""
    decided: tuple[TrialCard, ...]
    withdrawn: tuple[TrialCard, ...]
    form: TrialForm
    result: Outcome | None


@dataclass(frozen=True)
class TrialPage:
    """What do we try here, what does it cost, what have we learned, and does it go on?"""

    template: ClassVar[str] = "trial_actions/templates/trial.html"
    citizen_id: str
    name: str
    card: TrialCard
    cost: str
    version: int
    is_withdrawn: bool
    is_decided: bool
    conflict: str
    """What somebody else wrote meanwhile; the form holds the reader's text."""
    conflict_by: str
    judge: JudgementForm
    change: TrialForm
    judgements: tuple[JudgementLine, ...]
    history: tuple[VersionLine, ...]
    result: Outcome | None
