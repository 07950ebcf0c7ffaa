"""What the store keeps beside an overview's document, derived from it: its sources, and who works with the citizen."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from hub.clock import danish_day
from schemas.facts import AssignmentFact, CaseFact, EffortFact, EffortStatus
from schemas.overview import Entry, Overview
from schemas.people import Responsible
from schemas.period import Period
from schemas.source import Area

_CLOSED_CASES = frozenset({"SagStatus2", "SagStatus5", "SagStatus6", "SagStatus7"})
"""Codes of ``case_status``."""
_RESTING_CASES = frozenset({"hvilende", "lukket", "afsluttet"})
"""Labels of statuses, whatever their code: nobody works on such a case."""


class UnitRelation(StrEnum):
    """What a unit has to do with a citizen."""

    EFFORT = "effort"
    """It is responsible for an effort, or performs it."""
    CASE = "case"
    """It holds an open case."""


class UnitPeriod(NamedTuple):
    """A unit that works with the citizen, and when."""

    unit_id: str
    area: Area
    relation: UnitRelation
    valid: Period


class WorkerPeriod(NamedTuple):
    """An employee whom a source names as responsible, and when."""

    worker_id: str
    """Scoped by source: ``<source>:<id>``."""
    area: Area
    valid: Period


def sources_of(overview: Overview) -> tuple[str, ...]:
    """Names of the sources that have a line in the overview, in order."""
    return tuple(sorted({entry.provenance.source for entry in overview.entries()}))


def units_of(overview: Overview) -> tuple[UnitPeriod, ...]:
    """Units that have an effort for the citizen or hold an open case; those of cancelled efforts left out."""
    units: list[UnitPeriod] = []
    for entry in _worked_on(overview):
        responsible = _responsible(entry)
        unit = responsible.unit if responsible else None
        if isinstance(entry.fact, EffortFact):
            relation, candidates = UnitRelation.EFFORT, (unit, entry.fact.performer)
        elif isinstance(entry.fact, CaseFact):
            relation, candidates = UnitRelation.CASE, (unit, None)
        else:
            continue
        period = _worked_during(entry)
        if not period.is_empty:
            units += [UnitPeriod(unit.id, entry.area, relation, period) for unit in candidates if unit is not None]
    return tuple(sorted(dict.fromkeys(units), key=lambda unit: (*unit[:3], *_order(unit.valid))))


def workers_of(overview: Overview) -> tuple[WorkerPeriod, ...]:
    """Employees whom a source names, by its own id of them, as responsible for an effort, a case or an assignment."""
    workers: list[WorkerPeriod] = []
    for entry in _worked_on(overview):
        responsible = _responsible(entry)
        worker = responsible.worker if responsible else None
        if worker is not None and worker.id:
            workers.append(WorkerPeriod(worker_key(entry, worker.id), entry.area, _worked_during(entry)))
    return tuple(sorted(dict.fromkeys(workers), key=lambda worker: (*worker[:2], *_order(worker.valid))))


def worker_key(entry: Entry, worker_id: str) -> str:
    """The id of an employee whom an entry names, scoped by its source, as in ``Actor.worker_ids``."""
    return f"{entry.provenance.source}:{worker_id}"


def _worked_on(overview: Overview) -> Iterable[Entry]:
    """Entries that somebody works on while they last: efforts, cases and assignments."""
    for entry in overview.entries():
        match entry.fact:
            case EffortFact() as fact if fact.status is not EffortStatus.CANCELLED:
                yield entry
            case CaseFact() as fact if not _is_resting(fact):
                yield entry
            case AssignmentFact():
                yield entry


def _worked_during(entry: Entry) -> Period:
    """When the entry is worked on, as its page says it.

    An effort that its source calls ended is over since the source said so, at the latest, whatever its period says.
    """
    if not isinstance(entry.fact, EffortFact) or entry.fact.status is not EffortStatus.ENDED:
        return entry.valid
    start, end = entry.valid.start, danish_day(entry.provenance.registration.registered_from)
    end = min(end, entry.valid.end or end)
    return Period(start=start, end=end if start is None else max(start, end))


def _order(period: Period) -> tuple[date, date]:
    return period.start or date.min, period.end or date.max


def _is_resting(case: CaseFact) -> bool:
    return case.status.code in _CLOSED_CASES or (case.status.label or "").casefold() in _RESTING_CASES


def _responsible(entry: Entry) -> Responsible | None:
    responsible = getattr(entry.fact, "responsible", None)
    return responsible if isinstance(responsible, Responsible) else None
