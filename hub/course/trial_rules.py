"""Pure: what a trial action and its judgement must say, where it stands on a day, and when it is to be judged."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from enum import StrEnum

from schemas.trial_action import (
    NewJudgement,
    TrialAction,
    TrialJudgement,
    TrialLine,
    TrialOutcome,
    TrialStatus,
    TrialText,
)

UNDECIDED = frozenset({TrialStatus.PLANNED, TrialStatus.RUNNING, TrialStatus.ENDED})
"""Where nobody has said yet that it stops or stays."""
_DECIDED = {TrialOutcome.STOP: TrialStatus.STOPPED, TrialOutcome.MAKE_PERMANENT: TrialStatus.PERMANENT}


class TrialFault(StrEnum):
    """Why something of a trial action is not stored."""

    NO_WHAT = "no_what"
    NO_WHY = "no_why"
    NO_DECIDER = "no_decider"
    ENDS_BEFORE_START = "ends_before_start"
    JUDGED_BEFORE_START = "judged_before_start"
    NOTHING_LEARNED = "nothing_learned"
    """A judgement says in words what was learned."""
    JUDGED_AHEAD = "judged_ahead"
    """A judgement is of a day that has come."""
    NO_NEXT_DAY = "no_next_day"
    """What goes on is judged again, on a later day."""
    NEXT_DAY_OF_CLOSED = "next_day_of_closed"
    """What stops or stays is not judged again."""
    WITHDRAWN = "withdrawn"
    """What was taken back is not judged."""
    TRIAL_UNKNOWN = "trial_unknown"
    CHANGED_MEANWHILE = "changed_meanwhile"
    """Somebody else wrote of it after it was shown."""


def text_faults(text: TrialText) -> tuple[TrialFault, ...]:
    """What must be corrected before it can be stored."""
    return tuple(_of_text(text))


def judgement_faults(text: TrialText, judgement: NewJudgement, today: date) -> tuple[TrialFault, ...]:
    """What must be corrected before the trial action of that *text* can be judged so."""
    return tuple(_of_judgement(text, judgement, today))


def status_of(trial: TrialAction, on: date) -> TrialStatus:
    """Where it stands on that day, by what was judged until then."""
    text, judgement = trial.text, latest_judgement(trial, on)
    outcome = judgement.outcome if judgement else None
    return trial_status(text.first_day, text.last_day, outcome, on, is_withdrawn=bool(text.withdrawn_because))


def trial_status(
    first_day: date, last_day: date | None, outcome: TrialOutcome | None, on: date, *, is_withdrawn: bool
) -> TrialStatus:
    """The same from its days and the *outcome* of the judgement that counts on that day."""
    if is_withdrawn:
        return TrialStatus.WITHDRAWN
    if outcome in _DECIDED:
        return _DECIDED[outcome]
    if on < first_day:
        return TrialStatus.PLANNED
    return TrialStatus.ENDED if last_day is not None and last_day < on else TrialStatus.RUNNING


def latest_judgement(trial: TrialAction, on: date) -> TrialJudgement | None:
    """The one that counts on that day; a later one of the same day corrects an earlier one."""
    return next((judgement for judgement in trial.judgements if judgement.on_day <= on), None)


def line_of(trial: TrialAction, on: date) -> TrialLine:
    """The trial action in one line, as it stands on that day."""
    text, status, judgement = trial.text, status_of(trial, on), latest_judgement(trial, on)
    ends = {TrialStatus.PERMANENT: None, TrialStatus.STOPPED: judgement.on_day if judgement else None}
    return TrialLine(
        trial_id=trial.id,
        citizen_id=trial.citizen_id,
        course_id=trial.course_id,
        title=text.what,
        first_day=text.first_day,
        last_day=ends.get(status, text.last_day),
        judge_on=text.judge_on,
        status=status,
    )


def trial_on(trial: TrialAction, moment: datetime) -> TrialAction | None:
    """The trial action as it was written at that instant; None: nobody had written of it."""
    versions = tuple(version for version in trial.versions if version.at <= moment)
    judgements = tuple(judgement for judgement in trial.judgements if judgement.at <= moment)
    return trial.model_copy(update={"versions": versions, "judgements": judgements}) if versions else None


def due_lines(lines: Iterable[TrialLine], on: date) -> tuple[TrialLine, ...]:
    """Those that are to be judged on that day or should have been before, the longest overdue first."""
    due = [line for line in lines if line.status in UNDECIDED and line.judge_on <= on]
    return tuple(sorted(due, key=lambda line: (line.judge_on, line.first_day, line.trial_id)))


def _of_text(text: TrialText) -> Iterator[TrialFault]:
    if not text.what.strip():
        yield TrialFault.NO_WHAT
    if not text.why.strip():
        yield TrialFault.NO_WHY
    if not text.decided_by.strip():
        yield TrialFault.NO_DECIDER
    if text.last_day is not None and text.last_day < text.first_day:
        yield TrialFault.ENDS_BEFORE_START
    if text.judge_on < text.first_day:
        yield TrialFault.JUDGED_BEFORE_START


def _of_judgement(text: TrialText, judgement: NewJudgement, today: date) -> Iterator[TrialFault]:
    if text.withdrawn_because:
        yield TrialFault.WITHDRAWN
    if not judgement.learned.strip():
        yield TrialFault.NOTHING_LEARNED
    if judgement.on_day > today:
        yield TrialFault.JUDGED_AHEAD
    if judgement.on_day < text.first_day:
        yield TrialFault.JUDGED_BEFORE_START
    next_day = judgement.judge_next_on
    if judgement.outcome is not TrialOutcome.CONTINUE:
        if next_day is not None:
            yield TrialFault.NEXT_DAY_OF_CLOSED
    elif next_day is None or next_day <= judgement.on_day:
        yield TrialFault.NO_NEXT_DAY
