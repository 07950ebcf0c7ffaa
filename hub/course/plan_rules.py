"""Pure: what an entry of the plan must say, and when a goal stands still."""

from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from hub.clock import danish_day
from schemas.codes import codes_of
from schemas.plan import CitizenPlan, GoalProgress, NewEntry, NewProgress, PlanEntry, PlanKind, PlanState, PlanText

STANDS_STILL_AFTER = timedelta(days=90)
"""So long without anybody entering that it is better a goal stands still; the page names the limit."""
GOALS = frozenset({PlanKind.GOAL, PlanKind.SUB_GOAL})
FORWARD = frozenset({GoalProgress.BETTER, GoalProgress.REACHED})
GOAL_TYPES_LIST = "care_social"
_GOAL_TYPES = "253bbdc0-c4ca-4e77-9d3e-3a9e51281636"
"""The branch of the code list that holds KL's types of goals."""


class PlanFault(StrEnum):
    """Why something of the plan is not stored."""

    NO_WORDS = "no_words"
    NO_WHO = "no_who"
    """An agreement says who does it; the citizen's words say whose they are."""
    NO_DUE_DAY = "no_due_day"
    """An agreement says by when."""
    NO_GOAL = "no_goal"
    """A sub-goal belongs to a goal of the plan."""
    GOAL_TYPE_UNKNOWN = "goal_type_unknown"
    NOT_A_GOAL = "not_a_goal"
    """Progress and efforts belong to goals."""
    ENTERED_AHEAD = "entered_ahead"
    """Progress is of a day that has come."""
    ENTRY_UNKNOWN = "entry_unknown"
    CHANGED_MEANWHILE = "changed_meanwhile"
    """Somebody else changed the entry after it was shown."""


def goal_types() -> dict[str, str]:
    """KL's types of goals: code and Danish words."""
    return {code.code: code.danish for code in codes_of(GOAL_TYPES_LIST) if code.parent == _GOAL_TYPES}


def entry_faults(entry: NewEntry, goals: Collection[UUID]) -> tuple[PlanFault, ...]:
    """What must be corrected before the entry can be added; *goals*: those of the plan."""
    faults = list(text_faults(entry.kind, entry.text))
    needs_goal = entry.kind is PlanKind.SUB_GOAL or entry.parent_id is not None
    if needs_goal and entry.parent_id not in goals:
        faults.append(PlanFault.NO_GOAL)
    return tuple(faults)


def text_faults(kind: PlanKind, text: PlanText) -> tuple[PlanFault, ...]:
    """What must be corrected in an entry of that kind."""
    return tuple(_of_text(kind, text))


def _of_text(kind: PlanKind, text: PlanText) -> Iterator[PlanFault]:
    if not text.words.strip():
        yield PlanFault.NO_WORDS
    if kind in {PlanKind.AGREEMENT, PlanKind.WISH} and not text.who.strip():
        yield PlanFault.NO_WHO
    if kind is PlanKind.AGREEMENT and text.due_on is None:
        yield PlanFault.NO_DUE_DAY
    if text.goal_type and (kind not in GOALS or text.goal_type not in goal_types()):
        yield PlanFault.GOAL_TYPE_UNKNOWN


def progress_faults(kind: PlanKind, progress: NewProgress, today: date) -> tuple[PlanFault, ...]:
    """What must be corrected before the progress can be entered."""
    faults = {
        PlanFault.NOT_A_GOAL: kind not in GOALS,
        PlanFault.NO_WORDS: not progress.words.strip(),
        PlanFault.ENTERED_AHEAD: progress.on_day > today,
    }
    return tuple(fault for fault, is_present in faults.items() if is_present)


def still_since(entry: PlanEntry, today: date) -> date | None:
    """Since when an open goal stands still: nobody entered for longer than the limit that it is better.

    None: it moves, is reached or closed, or is no goal.
    """
    if entry.kind not in GOALS or entry.text.state is not PlanState.OPEN:
        return None
    if entry.progress and entry.progress[0].progress is GoalProgress.REACHED:
        return None
    forward = [progress.on_day for progress in entry.progress if progress.progress in FORWARD]
    since = max([danish_day(entry.created_at), *forward])
    return since if today - since > STANDS_STILL_AFTER else None


def passed_agreements(plan: CitizenPlan, today: date) -> tuple[PlanEntry, ...]:
    """Open agreements that should have been kept before that day, the earliest first."""
    passed = [
        (entry.text.due_on, entry)
        for entry in plan.entries
        if entry.kind is PlanKind.AGREEMENT and entry.text.state is PlanState.OPEN
        if entry.text.due_on is not None and entry.text.due_on < today
    ]
    return tuple(entry for _, entry in sorted(passed, key=lambda pair: (pair[0], str(pair[1].id))))


def plan_on(plan: CitizenPlan, moment: datetime) -> CitizenPlan:
    """The plan as it was written at that instant: what came later is left out."""
    entries = []
    for entry in plan.entries:
        versions = tuple(version for version in entry.versions if version.at <= moment)
        progress = tuple(each for each in entry.progress if each.at <= moment)
        if versions:
            entries.append(entry.model_copy(update={"versions": versions, "progress": progress}))
    return plan.model_copy(update={"entries": tuple(entries)})
