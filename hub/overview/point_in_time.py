"""The two questions of time: what was known at an instant (registered time), what holds on a day (valid time)."""

from datetime import date, datetime

from hub.clock import danish_day
from schemas.facts import (
    ConcernNotificationFact,
    EffortFact,
    EffortStatus,
    Fact,
    GoalFact,
    LifeStatus,
    PersonFact,
    Progress,
)
from schemas.overview import Entry, Overview
from schemas.period import Period

_RUNNING = frozenset({EffortStatus.ACTIVE, EffortStatus.ON_HOLD})


def fact_as_known(fact: Fact, moment: datetime) -> Fact:
    """The fact without what happened after *moment*.

    A source may register everything at once, so a statement with an early registered time may hold later acts: a
    page as known in 2019 must not show an assessment of 2020. Dates count to the end of their day.
    """
    day = danish_day(moment)
    if isinstance(fact, ConcernNotificationFact):
        assessed = fact.assessed_at if fact.assessed_at is None or fact.assessed_at <= moment else None
        receipt = fact.receipt_sent_on if fact.receipt_sent_on is None or fact.receipt_sent_on <= day else None
        decided = fact.outcome_on is None or fact.outcome_on <= day
        cut: dict[str, object] = {"assessed_at": assessed, "receipt_sent_on": receipt}
        if not decided:
            cut |= {"outcome": None, "outcome_on": None, "outcome_efforts": (), "is_closed": None}
        return fact.model_copy(update=cut)
    if isinstance(fact, GoalFact) and fact.assessed_on is not None and day < fact.assessed_on:
        return fact.model_copy(update={"progress": Progress.NOT_ASSESSED, "assessed_on": None})
    return fact


def period_as_known(valid: Period, moment: datetime) -> Period:
    """The period as it was known, for a statement registered after *moment*: without an end that still lay ahead."""
    if valid.end is not None and danish_day(moment) < valid.end:
        return Period(start=valid.start)
    return valid


def fact_as_begun(fact: Fact, moment: datetime) -> Fact:
    """The fact as it began, for a statement registered after *moment*: without what happened later."""
    day = danish_day(moment)
    if isinstance(fact, EffortFact) and fact.status in {EffortStatus.ENDED, EffortStatus.CANCELLED}:
        return fact.model_copy(update={"status": EffortStatus.ACTIVE, "next_follow_up_on": None})
    if isinstance(fact, PersonFact) and fact.died_on is not None and day < fact.died_on:
        return fact.model_copy(update={"life_status": LifeStatus.ALIVE, "died_on": None})
    return fact


def ongoing(overview: Overview, on: date) -> tuple[Entry, ...]:
    """Efforts that run on that day.

    The valid period contains the day, and the status (which is today's) is active, on hold or ended: an effort that
    has ended ran on the earlier days of its period. An ended effort without an end date is not counted on any day.
    Planned and cancelled efforts never ran.
    """
    return tuple(entry for entry in overview.entries() if _was_running(entry, on))


def planned(overview: Overview, on: date) -> tuple[Entry, ...]:
    """Efforts that are planned: by status until the source says otherwise, or not begun by that day."""
    return tuple(entry for entry in overview.entries() if _is_planned(entry, on))


def _was_running(entry: Entry, on: date) -> bool:
    if not isinstance(entry.fact, EffortFact) or not entry.valid.contains(on):
        return False
    if entry.fact.status is EffortStatus.ENDED:
        return entry.valid.end is not None
    return entry.fact.status in _RUNNING


def _is_planned(entry: Entry, on: date) -> bool:
    if not isinstance(entry.fact, EffortFact):
        return False
    if entry.fact.status is EffortStatus.PLANNED:
        return entry.valid.end is None or on < entry.valid.end
    return entry.fact.status in _RUNNING and entry.valid.start is not None and on < entry.valid.start
