"""The two questions of time: what was known at an instant (registered time), what holds on a day (valid time)."""

from datetime import date, datetime

from hub.clock import danish_day
from schemas.codes import Coded
from schemas.facts import (
    CaseFact,
    ConcernNotificationFact,
    ContactFact,
    ContactState,
    EffortFact,
    EffortStatus,
    Fact,
    GoalFact,
    PlanFact,
    Progress,
)
from schemas.overview import Entry, Overview, Section
from schemas.people import PersonFact
from schemas.period import Period

ENDED_PLANS = frozenset({"completed", "revoked"})
"""Codes of ``plan_status``."""
UNKNOWN_STATUS = Coded(code_list="case_status", code="unknown")
"""Of a case on a day before the hub read it."""
_RUNNING_PLAN = Coded(code_list="plan_status", code="active")


def fact_as_known(fact: Fact, moment: datetime) -> Fact:
    """The fact without what happened after *moment*.

    A source may register everything at once, so a statement with an early registered time may hold later acts: a
    page as known in 2019 must not show an assessment of 2020. Dates count to the end of their day.
    """
    day = danish_day(moment)
    if isinstance(fact, ConcernNotificationFact):
        assessed = fact.assessed_at if fact.assessed_at is None or fact.assessed_at <= moment else None
        receipt = fact.receipt_sent_on if fact.receipt_sent_on is None or fact.receipt_sent_on <= day else None
        informed = fact.notifier_informed_on
        informed = informed if informed is None or informed <= day else None
        decided = fact.outcome_on is None or fact.outcome_on <= day
        cut: dict[str, object] = {
            "assessed_at": assessed,
            "receipt_sent_on": receipt,
            "notifier_informed_on": informed,
        }
        if not decided:
            cut |= {"outcome": None, "outcome_on": None, "outcome_efforts": (), "is_closed": None}
        return fact.model_copy(update=cut)
    if isinstance(fact, GoalFact) and fact.assessed_on is not None and day < fact.assessed_on:
        return fact.model_copy(update={"progress": Progress.NOT_ASSESSED, "assessed_on": None})
    if isinstance(fact, PersonFact) and fact.died_on is not None and day < fact.died_on:
        return fact.model_copy(update={"life_status": None, "died_on": None})
    return fact


def case_as_held(case: CaseFact, held: Fact | None) -> CaseFact:
    """The case with its status of an earlier day: as in *held*, which the hub had read by then.

    A source says how a case stands, and not since when. Before the hub read it, nobody knows.
    """
    if isinstance(held, CaseFact):
        return case.model_copy(update={"status": held.status, "next_deadline_on": held.next_deadline_on})
    return case.model_copy(update={"status": UNKNOWN_STATUS, "next_deadline_on": None})


def period_as_known(valid: Period, moment: datetime) -> Period:
    """The period as it was known, for a statement registered after *moment*: without an end that still lay ahead."""
    if valid.end is not None and danish_day(moment) < valid.end:
        return Period(start=valid.start)
    return valid


def with_states(overview: Overview, day: date) -> Overview:
    """The overview with efforts as they stand on *day*: one whose last day has passed has ended.

    Many sources give an effort an end and no status, or send no new version when its end comes.
    """
    return overview.model_copy(update={"sections": tuple(_section_on_day(each, day) for each in overview.sections)})


def _section_on_day(section: Section, day: date) -> Section:
    entries = tuple(_on_day(entry, day) for entry in section.entries)
    return section.model_copy(update={"entries": entries}) if entries != section.entries else section


def _on_day(entry: Entry, day: date) -> Entry:
    fact, end = entry.fact, entry.valid.end
    if not isinstance(fact, EffortFact) or end is None or day < end:
        return entry
    if fact.status in {EffortStatus.ENDED, EffortStatus.CANCELLED}:
        return entry
    return entry.model_copy(update={"fact": fact.model_copy(update={"status": EffortStatus.ENDED})})


def fact_as_begun(fact: Fact) -> Fact:
    """The fact as it began, for a statement registered later: without what happened since."""
    if isinstance(fact, EffortFact) and fact.status in {EffortStatus.ENDED, EffortStatus.CANCELLED}:
        return fact.model_copy(update={"status": EffortStatus.ACTIVE, "next_follow_up_on": None})
    if isinstance(fact, PlanFact) and fact.status.code in ENDED_PLANS:
        return fact.model_copy(update={"status": _RUNNING_PLAN, "next_follow_up_on": None})
    if isinstance(fact, ContactFact) and fact.is_stay and fact.state is ContactState.ENDED:
        return fact.model_copy(update={"state": ContactState.ONGOING, "status": None})
    return fact
