"""What an entry of the plan must say, and when a goal stands still; for every entry that somebody may write."""

from datetime import date, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from hub.clock import danish_midnight
from hub.course.plan_rules import (
    GOALS,
    STANDS_STILL_AFTER,
    PlanFault,
    entry_faults,
    goal_types,
    progress_faults,
    still_since,
    text_faults,
)
from schemas.plan import (
    EntryVersion,
    GoalProgress,
    NewEntry,
    NewProgress,
    PlanEntry,
    PlanKind,
    PlanState,
    PlanText,
    ProgressEntry,
)

TODAY = date(2024, 9, 12)
GOAL = UUID(int=1)
WORDS = st.sampled_from(["", "Jeg vil gerne have et job"])
DAYS = st.dates(TODAY - timedelta(days=200), TODAY)
TEXTS = st.builds(
    PlanText,
    words=WORDS,
    who=st.sampled_from(["", "Maja"]),
    due_on=st.none() | DAYS,
    goal_type=st.sampled_from(["", "no-type", *goal_types()]),
    state=st.sampled_from(PlanState),
)
PROGRESS = st.lists(st.tuples(st.sampled_from(GoalProgress), DAYS), max_size=4)


def a_goal(created: date, said: list[tuple[GoalProgress, date]], state: PlanState = PlanState.OPEN) -> PlanEntry:
    version = EntryVersion(
        version=1, text=PlanText(words="I skole", state=state), by="Anna", at=danish_midnight(created)
    )
    progress = [
        ProgressEntry(progress=each, on_day=day, words="ord", by="Anna", at=danish_midnight(day))
        for each, day in sorted(said, key=lambda pair: pair[1], reverse=True)
    ]
    return PlanEntry(id=GOAL, kind=PlanKind.GOAL, parent_id=None, versions=(version,), progress=tuple(progress))


def test_the_types_of_goals_are_those_of_kl() -> None:
    assert {"FFB indsatsmål", "FFB delmål", "Indsatsformål", "Borgers ønsker og mål"} <= set(goal_types().values())


@given(kind=st.sampled_from(PlanKind), said=TEXTS, parent=st.sampled_from([None, GOAL, UUID(int=2)]))
def test_an_entry_says_what_its_kind_needs(kind: PlanKind, said: PlanText, parent: UUID | None) -> None:
    faults = entry_faults(NewEntry(kind=kind, parent_id=parent, text=said), [GOAL])
    assert set(text_faults(kind, said)) <= set(faults)
    assert (PlanFault.NO_WORDS in faults) == (not said.words)
    assert (PlanFault.NO_DUE_DAY in faults) == (kind is PlanKind.AGREEMENT and said.due_on is None)
    assert (PlanFault.NO_WHO in faults) == (kind in {PlanKind.AGREEMENT, PlanKind.WISH} and not said.who)
    is_homeless = parent == UUID(int=2) or (kind is PlanKind.SUB_GOAL and parent is None)
    assert (PlanFault.NO_GOAL in faults) == is_homeless
    if said.goal_type and PlanFault.GOAL_TYPE_UNKNOWN not in faults:
        assert kind in GOALS


@given(
    kind=st.sampled_from(PlanKind),
    progress=st.sampled_from(GoalProgress),
    day=st.dates(TODAY - timedelta(days=2), TODAY + timedelta(days=2)),
    words=WORDS,
)
def test_progress_is_said_in_words_of_a_goal_on_a_day_that_has_come(
    kind: PlanKind, progress: GoalProgress, day: date, words: str
) -> None:
    faults = progress_faults(kind, NewProgress(progress=progress, on_day=day, words=words), TODAY)
    assert (not faults) == (kind in GOALS and day <= TODAY and bool(words))


@given(created=DAYS, said=PROGRESS)
def test_a_goal_stands_still_when_nobody_has_said_for_the_limit_that_it_is_better(
    created: date, said: list[tuple[GoalProgress, date]]
) -> None:
    goal = a_goal(created, said)
    since = still_since(goal, TODAY)
    assert since is None or TODAY - since > STANDS_STILL_AFTER
    recent = [day for progress, day in said if progress is GoalProgress.BETTER and TODAY - day <= STANDS_STILL_AFTER]
    if recent:
        assert since is None
    if since is not None:
        assert not goal.progress or goal.progress[0].progress is not GoalProgress.REACHED
        later = a_goal(created, [*said, (GoalProgress.UNCHANGED, TODAY)])
        assert still_since(later, TODAY) == since, "to say that nothing moved moves nothing"
        assert still_since(a_goal(created, said, PlanState.DONE), TODAY) is None
