"""Borgerens plan: one plan of the citizen and the team, in their own words (CitizenPlan)."""

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from schemas.base import Instant, Schema

PlanWords = Annotated[str, Field(max_length=1000)]


class PlanKind(StrEnum):
    """What an entry of the plan is; the KL goal types are those of the code list ``care_social``."""

    WISH = "wish"
    """The citizen's own words (KL: Borgers ønsker og mål)."""
    STRENGTH = "strength"
    """What the citizen is good at, and what works."""
    CONCERN = "concern"
    GOAL = "goal"
    SUB_GOAL = "sub_goal"
    """KL: FFB delmål."""
    AGREEMENT = "agreement"
    """Who does what by when."""


class PlanState(StrEnum):
    """Whether an entry still counts. What counts no longer stays in the history."""

    OPEN = "open"
    DONE = "done"
    """An agreement was kept, a goal is closed."""
    DROPPED = "dropped"


class GoalProgress(StrEnum):
    """What a named person says of a goal; entered with words, never computed."""

    REACHED = "reached"
    BETTER = "better"
    UNCHANGED = "unchanged"
    WORSE = "worse"


class PlanText(Schema):
    """What an entry says: everything that people can change of it."""

    words: PlanWords
    who: Annotated[str, Field(max_length=200)] = ""
    """Who said it, or who does it."""
    due_on: date | None = None
    """By when an agreement is kept, or a goal looked at again."""
    goal_type: Annotated[str, Field(max_length=60)] = ""
    """Of a goal: a code of the KL goal types; empty: none was chosen."""
    state: PlanState = PlanState.OPEN


class NewEntry(Schema):
    """An entry to add."""

    kind: PlanKind
    parent_id: UUID | None = None
    """The goal of a sub-goal or an agreement."""
    text: PlanText


class EntryVersion(Schema):
    """An entry as somebody wrote it."""

    version: int
    text: PlanText
    by: str
    """Name of the employee."""
    at: Instant


class ProgressEntry(Schema):
    """What somebody said of a goal on a day."""

    progress: GoalProgress
    on_day: date
    words: str
    by: str
    at: Instant


class NewProgress(Schema):
    """What to enter of a goal."""

    progress: GoalProgress
    on_day: date
    words: PlanWords


class PlanEntry(Schema):
    """An entry of the plan, with its whole history."""

    id: UUID
    kind: PlanKind
    parent_id: UUID | None
    versions: tuple[EntryVersion, ...] = Field(min_length=1)
    """The newest first."""
    progress: tuple[ProgressEntry, ...] = ()
    """The newest day first."""
    effort_ids: tuple[str, ...] = ()
    """Efforts of the sources that serve the goal, as ``Entry.id``; those that the reader may see."""

    @property
    def text(self) -> PlanText:
        """As it stands."""
        return self.versions[0].text

    @property
    def created_at(self) -> Instant:
        """When it was written first."""
        return self.versions[-1].at


class CitizenPlan(Schema):
    """The plan of a citizen in a course."""

    citizen_id: UUID
    course_id: UUID
    entries: tuple[PlanEntry, ...]
    """In the order in which they were written."""


class PassedReview(Schema):
    """A goal or an agreement that is open, and whose day has passed."""

    entry_id: UUID
    citizen_id: UUID
    due_on: date
