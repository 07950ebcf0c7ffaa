"""Prøvehandlinger (trial actions): something that the team and the citizen try for a while, and then judge."""

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from schemas.base import Instant, Schema
from schemas.plan import PlanWords

Kroner = Annotated[int, Field(ge=0, le=1_000_000_000)]
"""An amount of whole kroner a year, all included."""
Version = Annotated[int, Field(ge=0, le=2**31 - 1)]


class TrialOutcome(StrEnum):
    """What a judgement decides."""

    CONTINUE = "continue"
    """It goes on, and is judged again on a day."""
    STOP = "stop"
    MAKE_PERMANENT = "make_permanent"


class TrialStatus(StrEnum):
    """Where a trial action stands on a day; it follows from its dates and its latest judgement."""

    PLANNED = "planned"
    RUNNING = "running"
    ENDED = "ended"
    """Its last day has passed, and nobody has said what follows."""
    STOPPED = "stopped"
    PERMANENT = "permanent"
    WITHDRAWN = "withdrawn"
    """It was taken back: it was written by mistake, or never began."""


class TrialText(Schema):
    """What a trial action says: everything that people can change of it."""

    what: Annotated[str, Field(max_length=300)]
    why: PlanWords
    first_day: date
    last_day: date | None = None
    """The last day on which it is tried; None: no end is planned."""
    decided_by: Annotated[str, Field(max_length=200)]
    """Who decided it, in words: the team decides by agreement with the citizen."""
    cost_before: Kroner | None = None
    """What helping the citizen cost before; None: not stated."""
    cost_after: Kroner | None = None
    judge_on: date
    """By when it is judged."""
    withdrawn_because: PlanWords = ""
    """Why it was taken back; empty: it stands."""


class TrialVersion(Schema):
    """A trial action as somebody wrote it."""

    text: TrialText
    by: str
    """Name of the employee."""
    at: Instant


class NewJudgement(Schema):
    """What somebody says of a trial action after a while."""

    outcome: TrialOutcome
    on_day: date
    learned: PlanWords
    works: bool = False
    """It stands under what works."""
    judge_next_on: date | None = None
    """Of one that goes on: by when it is judged again."""


class TrialJudgement(NewJudgement):
    """The same, as it stands."""

    by: str
    at: Instant


class TrialAction(Schema):
    """A trial action with its whole history."""

    id: UUID
    citizen_id: UUID
    course_id: UUID
    versions: tuple[TrialVersion, ...] = Field(min_length=1)
    """The newest first."""
    judgements: tuple[TrialJudgement, ...] = ()
    """The newest day first. A judgement is never changed; who erred judges again."""

    @property
    def text(self) -> TrialText:
        """As it stands."""
        return self.versions[0].text

    @property
    def version(self) -> int:
        """Grows with everything that is written of it, so that nobody overwrites what they have not read."""
        return len(self.versions) + len(self.judgements)


class TrialLine(Schema):
    """A trial action in one line, for timelines, lists and agendas."""

    trial_id: UUID
    citizen_id: UUID
    course_id: UUID
    title: str
    first_day: date
    last_day: date | None
    """The day on which it was stopped, else the planned one; None: no end is planned."""
    judge_on: date
    """By when it is judged; of one that was stopped or made permanent it no longer counts."""
    status: TrialStatus
