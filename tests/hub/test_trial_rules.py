"""What a trial action and its judgement must say, and where it stands on a day; for all that somebody may write."""

from datetime import date, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from hub.clock import danish_midnight
from hub.course.trial_rules import (
    UNDECIDED,
    TrialFault,
    due_lines,
    judgement_faults,
    line_of,
    status_of,
    text_faults,
)
from schemas.trial_action import (
    NewJudgement,
    TrialAction,
    TrialJudgement,
    TrialOutcome,
    TrialStatus,
    TrialText,
    TrialVersion,
)

TODAY = date(2024, 9, 12)
DAYS = st.dates(TODAY - timedelta(days=20), TODAY + timedelta(days=20))
WORDS = st.sampled_from(["", "  ", "Skole først"])
TEXTS = st.builds(
    TrialText,
    what=WORDS,
    why=WORDS,
    first_day=DAYS,
    last_day=st.none() | DAYS,
    decided_by=WORDS,
    judge_on=DAYS,
    withdrawn_because=st.sampled_from(["", "Skrevet på den forkerte"]),
)
JUDGEMENTS = st.builds(
    NewJudgement,
    outcome=st.sampled_from(TrialOutcome),
    on_day=DAYS,
    learned=WORDS,
    works=st.booleans(),
    judge_next_on=st.none() | DAYS,
)


def a_trial(text: TrialText, judged: list[NewJudgement]) -> TrialAction:
    judgements = [
        TrialJudgement(**each.model_dump(), by="Anna Holm", at=danish_midnight(each.on_day) + timedelta(seconds=number))
        for number, each in enumerate(judged)
    ]
    return TrialAction(
        id=UUID(int=1),
        citizen_id=UUID(int=2),
        course_id=UUID(int=3),
        versions=(TrialVersion(text=text, by="Anna Holm", at=danish_midnight(text.first_day)),),
        judgements=tuple(sorted(judgements, key=lambda each: (each.on_day, each.at), reverse=True)),
    )


@given(text=TEXTS)
def test_a_trial_action_says_what_why_who_and_when(text: TrialText) -> None:
    faults = text_faults(text)
    assert (TrialFault.NO_WHAT in faults) == (not text.what.strip())
    assert (TrialFault.NO_WHY in faults) == (not text.why.strip())
    assert (TrialFault.NO_DECIDER in faults) == (not text.decided_by.strip())
    assert (TrialFault.ENDS_BEFORE_START in faults) == (text.last_day is not None and text.last_day < text.first_day)
    assert (TrialFault.JUDGED_BEFORE_START in faults) == (text.judge_on < text.first_day)


@given(text=TEXTS, judgement=JUDGEMENTS)
def test_a_judgement_says_what_was_learned_on_a_day_that_has_come_and_what_follows(
    text: TrialText, judgement: NewJudgement
) -> None:
    is_right = (
        not text.withdrawn_because
        and bool(judgement.learned.strip())
        and text.first_day <= judgement.on_day <= TODAY
        and (
            judgement.judge_next_on > judgement.on_day
            if judgement.judge_next_on and judgement.outcome is TrialOutcome.CONTINUE
            else (judgement.outcome is TrialOutcome.CONTINUE) is (judgement.judge_next_on is not None)
        )
    )
    assert (not judgement_faults(text, judgement, TODAY)) == is_right


@given(text=TEXTS, judged=st.lists(JUDGEMENTS, max_size=4), on=DAYS)
def test_where_it_stands_follows_from_its_days_and_the_latest_judgement(
    text: TrialText, judged: list[NewJudgement], on: date
) -> None:
    trial = a_trial(text, judged)
    status, counting = status_of(trial, on), [each for each in trial.judgements if each.on_day <= on]
    if text.withdrawn_because:
        assert status is TrialStatus.WITHDRAWN
    elif counting and counting[0].outcome is not TrialOutcome.CONTINUE:
        assert status in {TrialStatus.STOPPED, TrialStatus.PERMANENT}
    elif on < text.first_day:
        assert status is TrialStatus.PLANNED
    else:
        is_over = text.last_day is not None and text.last_day < on
        assert status is (TrialStatus.ENDED if is_over else TrialStatus.RUNNING)
    line = line_of(trial, on)
    assert bool(due_lines([line], on)) == (status in UNDECIDED and text.judge_on <= on)
    if status is TrialStatus.PERMANENT:
        assert line.last_day is None, "what is permanent has no end"
    if status is TrialStatus.STOPPED:
        assert line.last_day == counting[0].on_day
