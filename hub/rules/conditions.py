"""The conditions R1 to R8 of a coordinated course. Pure: declared facts and a limit in, hits out.

Each is monotone: more facts never take a hit away, so that whoever may see less never gets a hit that others do not.
Where the lack of something is the point (no successor), the condition asks whether all of that area is known.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from hub.overview.efforts import EffortState
from hub.rules.deadlines import ClockState
from hub.rules.facts import (
    AbsenceShare,
    CourseState,
    EffortSpan,
    GoalProgress,
    IndicatorRecorded,
    NotificationReceived,
    RuleFact,
    RuleInputs,
    UnknownReason,
    WishStated,
)
from hub.rules.findings import Value, day_value
from hub.rules.register import law_limit
from hub.rules.transitions import TransitionKind, list_transitions
from schemas.facts import AbsenceKind, Progress
from schemas.source import Area

A_YEAR = timedelta(days=365)
CLOCK_FORGOTTEN = timedelta(days=61)
"""A clock that ran out longer ago is history."""
ENDS_WITHIN = timedelta(days=60)
TURNS_18_WITHIN = timedelta(days=183)
_STANDS_STILL = frozenset({Progress.UNCHANGED, Progress.WORSE})
_UNMET = frozenset({ClockState.OVERDUE})


class Met(NamedTuple):
    """A condition that is met, by these facts."""

    facts: Sequence[RuleFact]
    values: dict[str, Value]


class CannotSay(NamedTuple):
    """The source does not say what the condition asks."""

    reason: UnknownReason
    areas: frozenset[Area] = frozenset()


Answer = Met | CannotSay


def unlawful_absence(inputs: RuleInputs, limit: float) -> Iterator[Answer]:
    """R1a: the newest quarter of the last year with unlawful absence of at least *limit* percent."""
    yield from _newest(_unlawful(inputs, limit), limit)


def unlawful_absence_to_warn(inputs: RuleInputs, limit: float) -> Iterator[Answer]:
    """R1b: likewise from *limit* percent to below the line of R1a."""
    notify_from = law_limit("absence_unlawful_15")
    yield from _newest([share for share in _unlawful(inputs, limit) if share.percent < notify_from], limit)


def _unlawful(inputs: RuleInputs, limit: float) -> list[AbsenceShare]:
    return [share for share in _recent(inputs) if share.absence is AbsenceKind.UNLAWFUL and share.percent >= limit]


def _recent(inputs: RuleInputs) -> list[AbsenceShare]:
    return [share for share in inputs.of(AbsenceShare) if inputs.today - A_YEAR <= quarter_end(share) and
            quarter_start(share) <= inputs.today]  # fmt: skip


def _newest(shares: Sequence[AbsenceShare], limit: float) -> Iterator[Answer]:
    if shares:
        share = max(shares, key=lambda each: (each.year, each.quarter, each.percent, each.id))
        yield Met([share], _quarter(share) | {"percent": round(share.percent, 4), "limit": limit})


def total_absence(inputs: RuleInputs, limit: float) -> Iterator[Answer]:
    """R1c: the newest quarter of the last year in which all absence together is at least *limit* percent."""
    quarters: dict[tuple[int, int], list[AbsenceShare]] = defaultdict(list)
    for share in _recent(inputs):
        if share.absence is not AbsenceKind.LATE:
            quarters[share.year, share.quarter].append(share)
    crossed = [key for key, shares in quarters.items() if sum(share.percent for share in shares) >= limit]
    if crossed:
        shares = quarters[max(crossed)]
        total = round(sum(share.percent for share in shares), 4)
        yield Met(shares, _quarter(shares[0]) | {"percent": total, "limit": limit})


def indicators_together(inputs: RuleInputs, limit: float) -> Iterator[Answer]:
    """R2: at least *limit* different professional indicators that are valid; all are shown."""
    valid = [fact for fact in inputs.of(IndicatorRecorded) if fact.recorded_on <= inputs.today < fact.valid_until]
    if len({fact.indicator for fact in valid}) >= limit:
        yield Met(valid, {"limit": limit})


def no_expected_progress(inputs: RuleInputs, limit: float) -> Iterator[Answer]:
    """R3: a goal whose review has passed without progress, or *limit* assessments without progress in a row.

    Where the team's plan has goals, they are what is reviewed; sources tell no day of review.
    """
    goals = inputs.of(GoalProgress)
    has_plan = any(goal.of_plan and not goal.is_closed for goal in goals)
    for goal in goals:
        if goal.is_closed:
            continue
        assessed = [(day, progress) for day, progress in goal.assessments if progress is not Progress.NOT_ASSESSED]
        latest = assessed[-1] if assessed else None
        last = [progress for _, progress in assessed][-int(limit) :]
        in_a_row = len(last) == limit and set(last) <= _STANDS_STILL
        review_passed = goal.review_on is not None and goal.review_on < inputs.today
        if in_a_row or (review_passed and (latest is None or latest[1] in _STANDS_STILL)):
            values: dict[str, Value] = {
                "review_on": day_value(goal.review_on) if review_passed else None,
                "progress": latest[1].value if latest else None,
                "assessed_on": day_value(latest[0]) if latest else None,
                "in_a_row": len(last) if in_a_row else None,
            }
            yield Met([goal], values)
        elif goal.review_on is None and (latest is None or latest[1] in _STANDS_STILL):
            if goal.of_plan:
                yield CannotSay(UnknownReason.NO_REVIEW_DAY)
            elif not has_plan:
                yield CannotSay(UnknownReason.NOT_STATED, frozenset({goal.area} if goal.area else ()))


def citizen_wish(inputs: RuleInputs, _limit: float) -> Iterator[Answer]:
    """R4: the citizen has said a wish; always enough alone. The newest is shown."""
    wishes = inputs.of(WishStated)
    if wishes:
        wish = max(wishes, key=lambda each: (each.stated_on or date.min, each.id))
        yield Met([wish], {"stated_on": day_value(wish.stated_on)})


def uncoordinated(inputs: RuleInputs, limit: float) -> Iterator[Answer]:
    """R5: efforts run in at least *limit* areas, and nobody has the lead. A fact about us, and no risk."""
    efforts = [effort for effort in inputs.of(EffortSpan) if effort.state is EffortState.ONGOING]
    areas = {effort.area for effort in efforts if effort.area}
    course = inputs.of(CourseState)
    if len(areas) >= limit and course and not any(state.has_lead for state in course):
        yield Met(efforts, {"areas": len(areas), "limit": limit})


def repeat_notification(inputs: RuleInputs, limit: float) -> Iterator[Answer]:
    """R6: at least *limit* notifications within 12 months, or one while an effort ran; the latest in the last year."""
    notifications = sorted(inputs.of(NotificationReceived), key=lambda each: (each.received_on, each.id))
    recent = [each for each in notifications if inputs.today - A_YEAR < each.received_on <= inputs.today]
    if not recent:
        return
    latest = recent[-1]
    together = [each for each in notifications if latest.received_on - A_YEAR < each.received_on <= latest.received_on]
    if len(together) >= limit:
        yield Met(together, {"latest_on": day_value(latest.received_on), "number": len(together), "effort": None})
        return
    # An effort that was already running when it came, of the area that assesses it.
    ran = [effort for effort in inputs.of(EffortSpan) if effort.area is latest.area and _ran_on(effort, latest)]
    if ran:
        yield Met([latest, *ran], {"latest_on": day_value(latest.received_on), "number": 1, "effort": ran[0].id})


def _ran_on(effort: EffortSpan, notification: NotificationReceived) -> bool:
    day = notification.received_on
    has_run = effort.state in {EffortState.ONGOING, EffortState.ENDED}
    return has_run and effort.start is not None and effort.start < day and (effort.end is None or day < effort.end)


def missed_deadline(inputs: RuleInputs, _limit: float) -> Iterator[Answer]:
    """R7: of the reader's own authority: the assessment (24 hours) or the receipt (6 working days) is missing."""
    for each in inputs.of(NotificationReceived):
        clocks = (
            ("assessment", each.assessment, each.assessment_due_at),
            ("receipt", each.receipt, each.receipt_due_at),
        )
        for clock, state, due_at in clocks:
            if each.is_own and state in _UNMET and due_at and inputs.today - due_at.date() <= CLOCK_FORGOTTEN:
                yield Met([each], {"clock": clock, "due_at": due_at.isoformat()})


def transition_ahead(inputs: RuleInputs, _limit: float) -> Iterator[Answer]:
    """R8: somebody turns 18 within half a year, an effort ends within 60 days, a change of school, a move."""
    for transition in list_transitions(inputs):
        within = TURNS_18_WITHIN if transition.kind is TransitionKind.FULL_AGE else None
        if within is None or transition.on is None or transition.on - inputs.today <= within:
            yield Met([transition.fact], {"transition": transition.kind.value, "on": day_value(transition.on)})
    for effort in ends_soon(inputs.of(EffortSpan), inputs.today):
        if not effort.is_placement:
            yield Met([effort], {"transition": TransitionKind.EFFORT_ENDS.value, "on": day_value(last_day(effort))})


def ends_soon(efforts: Iterable[EffortSpan], today: date) -> Iterator[EffortSpan]:
    """Efforts that run and end within 60 days."""
    for effort in efforts:
        last = last_day(effort)
        if effort.state is EffortState.ONGOING and last is not None and today <= last <= today + ENDS_WITHIN:
            yield effort


def last_day(effort: EffortSpan) -> date | None:
    """The last day of the effort."""
    return effort.end - timedelta(days=1) if effort.end else None


def quarter_start(share: AbsenceShare) -> date:
    """The first day of the quarter."""
    return date(share.year, 3 * share.quarter - 2, 1)


def quarter_end(share: AbsenceShare) -> date:
    """The first day after the quarter."""
    return date(share.year + share.quarter // 4, 3 * (share.quarter % 4) + 1, 1)


def _quarter(share: AbsenceShare) -> dict[str, Value]:
    return {"year": share.year, "quarter": share.quarter}
