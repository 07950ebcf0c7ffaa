"""What a timeline shows beside the entries of the sources: the plan, progress, and what lies ahead. Pure."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from hub.clock import danish_day
from hub.course.trial_rules import line_of
from hub.web.citizen import texts
from hub.web.citizen.page_data import PageData
from hub.web.shell.dates import clock_text, day_text
from hub.web.shell.meeting_texts import MEETING_KIND, MEETING_STATE
from hub.web.shell.plan_texts import GOAL_PROGRESS, NOT_ASSESSED, PLAN_KIND, PLAN_STATE
from hub.web.shell.transitions import TransitionLine
from hub.web.shell.trial_texts import TRIAL_DECISION, TRIAL_STATUS
from schemas.facts import AbsenceFact, ConcernNotificationFact, ContactFact, EffortFact, EnrolmentFact
from schemas.meeting import Meeting, MeetingState
from schemas.overview import Entry, Overview
from schemas.plan import GoalProgress, PlanEntry, PlanKind, PlanState
from schemas.trial_action import TrialAction, TrialStatus

LABEL_LENGTH = 36
"""So many letters of a mark stand in the drawing; all of them stand in its title and in the table."""
_GOALS = frozenset({PlanKind.GOAL, PlanKind.SUB_GOAL})
_SPANS = _GOALS | {PlanKind.AGREEMENT}


class TimelineKind(StrEnum):
    """What a line of the timeline is; stands in addresses."""

    EFFORT = "indsatser"
    NOTIFICATION = "underretninger"
    SCHOOL = "skole"
    CONTACT = "kontakter"
    CASE = "sager"
    PLAN = "plan"
    PROGRESS = "fremgang"
    TRIAL = "proevehandlinger"
    MEETING = "moeder"
    AHEAD = "forude"


@dataclass(frozen=True)
class Mark:
    """Something that no source tells: of the plan, or of what lies ahead."""

    kind: TimelineKind
    lane: str
    start: date
    end: date | None
    """The last day; None: none is set. Of what happens on one day, that day."""
    label: str
    """A few words for the drawing."""
    text: str
    outcome: str
    by: str
    """Who wrote it, or by which rule it is told."""

    @property
    def is_moment(self) -> bool:
        """Whether it happens on one day."""
        return self.start == self.end


def kind_of(entry: Entry) -> TimelineKind:
    """What an entry of a source is."""
    match entry.fact:
        case EffortFact():
            return TimelineKind.EFFORT
        case ConcernNotificationFact():
            return TimelineKind.NOTIFICATION
        case EnrolmentFact() | AbsenceFact():
            return TimelineKind.SCHOOL
        case ContactFact():
            return TimelineKind.CONTACT
    return TimelineKind.CASE


def course_marks(
    data: PageData, people: Sequence[Overview], ahead: Sequence[tuple[date | None, TransitionLine]]
) -> tuple[Mark, ...]:
    """The plans of those people with the progress, the team's meetings about them, then what lies ahead."""
    marks: list[Mark] = []
    for person in people:
        plan = data.plans.get(person.citizen_id)
        is_own = person.citizen_id == data.overview.citizen_id
        name = None if is_own else data.names.of(person.citizen_id)
        whose = f"{name} · " if name else ""
        for entry in plan.entries if plan else ():
            marks += _of_entry(entry, f"{whose}{texts.PLAN_PAGE}")
        for trial in data.trials:
            if trial.citizen_id == person.citizen_id:
                marks += _of_trial(trial, f"{whose}{texts.TRIALS}", data.today)
    shown = {person.citizen_id for person in people}
    marks += (_of_meeting(each, data, shown) for each in data.meetings if shown & set(each.text.citizen_ids))
    marks += (_of_transition(line, on) for on, line in ahead if on)
    return tuple(marks)


def _of_transition(line: TransitionLine, on: date) -> Mark:
    label, by = _short(line.on_paper), line.source
    return Mark(TimelineKind.AHEAD, texts.AHEAD_LANE, on, on, label, line.on_paper, "", by)


def _of_entry(entry: PlanEntry, lane: str) -> Iterator[Mark]:
    said, created = entry.text, danish_day(entry.created_at)
    yield Mark(
        kind=TimelineKind.PLAN,
        lane=lane,
        start=created,
        end=_last_day(entry) if entry.kind in _SPANS else created,
        label=_short(said.words),
        text=f"{PLAN_KIND[entry.kind]}: {said.words}",
        outcome=_outcome(entry),
        by=texts.OF_THE_PLAN.format(name=entry.versions[-1].by),
    )
    for progress in entry.progress:
        yield Mark(
            kind=TimelineKind.PROGRESS,
            lane=lane,
            start=progress.on_day,
            end=progress.on_day,
            label=GOAL_PROGRESS[progress.progress].lower(),
            text=f"«{said.words}»: {progress.words}",
            outcome=GOAL_PROGRESS[progress.progress],
            by=texts.OF_THE_PLAN.format(name=progress.by),
        )


def _of_trial(trial: TrialAction, lane: str, today: date) -> Iterator[Mark]:
    """A trial action with its judgements; nothing of one that was taken back."""
    line = line_of(trial, today)
    if line.status is TrialStatus.WITHDRAWN:
        return
    kind, what = TimelineKind.TRIAL, line.title
    by = texts.OF_THE_PLAN.format(name=trial.versions[-1].by)
    yield Mark(kind, lane, line.first_day, line.last_day, _short(what), what, TRIAL_STATUS[line.status], by)
    for judgement in trial.judgements:
        decided = TRIAL_DECISION[judgement.outcome]
        text, by = f"«{what}»: {judgement.learned}", texts.OF_THE_PLAN.format(name=judgement.by)
        yield Mark(kind, lane, judgement.on_day, judgement.on_day, decided.lower(), text, decided, by)


def _of_meeting(meeting: Meeting, data: PageData, shown: Collection[UUID]) -> Mark:
    """A meeting with what was decided about those who are shown; what is no agreement of a plan is a proposal."""
    said, day = meeting.text, danish_day(meeting.text.starts_at)
    kind = MEETING_KIND[said.kind]
    agreements = {entry.id for plan in data.plans.values() for entry in plan.entries}
    decisions = [each for each in data.decisions if each.meeting_id == meeting.id and each.citizen_id in shown]
    agreed = sorted(each.words for each in decisions if each.id in agreements)
    proposed = sorted(each.words for each in decisions if each.id not in agreements)
    sentences = [texts.MEETING.format(kind=kind, start=clock_text(said.starts_at), end=clock_text(said.ends_at))]
    sentences += [texts.DECIDED.format(words="; ".join(agreed))] if agreed else []
    sentences += [texts.PROPOSED.format(words="; ".join(proposed))] if proposed else []
    state = MEETING_STATE[said.state]
    label = f"{kind}, {state.lower()}" if said.state is not MeetingState.HELD else kind
    return Mark(TimelineKind.MEETING, texts.MEETINGS, day, day, label, ". ".join(sentences), state, texts.OF_THE_TEAM)


def _last_day(entry: PlanEntry) -> date | None:
    """Of a goal the day on which it was reached or closed, of an agreement by when it is kept or was closed.

    Never before it was written, whatever day is told.
    """
    said, newest, created = entry.text, entry.versions[0], danish_day(entry.created_at)
    closed_on = danish_day(newest.at) if said.state is not PlanState.OPEN else None
    if entry.kind is PlanKind.AGREEMENT:
        end = closed_on or said.due_on
        return max(end, created) if end else None
    latest = entry.progress[0] if entry.progress else None
    reached_on = latest.on_day if latest and latest.progress is GoalProgress.REACHED else None
    ends = [day for day in (closed_on, reached_on) if day is not None]
    return max(min(ends), created) if ends else None


def _outcome(entry: PlanEntry) -> str:
    said = entry.text
    if entry.kind in _GOALS and said.state is PlanState.OPEN:
        return GOAL_PROGRESS[entry.progress[0].progress] if entry.progress else NOT_ASSESSED
    if entry.kind is PlanKind.AGREEMENT and said.state is PlanState.OPEN and said.due_on:
        return texts.KEPT_BY.format(day=day_text(said.due_on))
    return PLAN_STATE[said.state]


def _short(words: str) -> str:
    if len(words) <= LABEL_LENGTH:
        return words
    return f"{words[:LABEL_LENGTH].rpartition(' ')[0] or words[:LABEL_LENGTH]} …"
