"""The two questions of time: what was known at an instant (registered time), what holds on a day (valid time)."""

from datetime import date, datetime

from hub.clock import danish_day
from schemas.facts import (
    ConcernNotificationFact,
    ContactFact,
    ContactState,
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


def known_then(fact: Fact, moment: datetime) -> Fact:
    """The fact without what happened after *moment*.

    A source may register all at once, and a statement with an early registered time still tell of later
    acts; standing in 2019 one must not see an assessment of 2020. Dates count to the end of their day.
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


def period_then(valid: Period, moment: datetime) -> Period:
    """The period as it was known, for a statement registered after *moment*: an end that was still to come was not."""
    if valid.end is not None and danish_day(moment) < valid.end:
        return Period(start=valid.start)
    return valid


def begun_then(fact: Fact, moment: datetime) -> Fact:
    """The fact as it began, for a statement registered after *moment*: what came later is taken out of it."""
    day = danish_day(moment)
    if isinstance(fact, EffortFact) and fact.status in {EffortStatus.ENDED, EffortStatus.CANCELLED}:
        return fact.model_copy(update={"status": EffortStatus.ACTIVE, "next_follow_up_on": None})
    if isinstance(fact, ContactFact) and fact.is_stay and fact.state is ContactState.ENDED:
        return fact.model_copy(update={"state": ContactState.ONGOING, "status": None})
    if isinstance(fact, PersonFact) and fact.died_on is not None and day < fact.died_on:
        return fact.model_copy(update={"life_status": LifeStatus.ALIVE, "died_on": None})
    return fact


def ongoing(overview: Overview, on: date) -> tuple[Entry, ...]:
    """Efforts that run on that day.

    The valid period contains the day, and the status (which is today's) says it runs or ran: active, on
    hold, or ended, since an effort that has ended ran on the earlier days of its period. An ended effort
    without an end date is not counted on any day. Planned and cancelled ones never ran.
    """
    return tuple(entry for entry in overview.entries() if _ran(entry, on))


def planned(overview: Overview, on: date) -> tuple[Entry, ...]:
    """Efforts that are planned: by status until the source says otherwise, or not begun by that day."""
    return tuple(entry for entry in overview.entries() if _is_planned(entry, on))


def _ran(entry: Entry, on: date) -> bool:
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
