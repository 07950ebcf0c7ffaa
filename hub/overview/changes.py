"""What changed between two pages of the same citizen, e.g. as known at an actor's last visit, and now."""

from datetime import date
from enum import StrEnum

from hub.overview.point_in_time import ENDED_PLANS, UNKNOWN_STATUS, case_as_held
from schemas.base import Schema
from schemas.facts import CaseFact, ConcernNotificationFact, EffortFact, EffortStatus, GoalFact, PlanFact, Progress
from schemas.overview import Entry, Overview

_EMPTY: tuple[object, ...] = (None, (), Progress.NOT_ASSESSED)
_PERSON_FIELDS = ("given_name", "family_name", "birth_date", "address")


class ChangeKind(StrEnum):
    """What happened to an entry."""

    NEW = "new"
    CHANGED = "changed"
    ENDED = "ended"
    """An effort or a plan that ran has ended (or was cancelled)."""
    GONE = "gone"
    """The source no longer says it: deleted, or no longer about this citizen."""


class Change(Schema):
    """One entry and what happened to it; the entry as it is now, or as it last was."""

    kind: ChangeKind
    entry: Entry
    """As it last was, where the source took back its words."""
    fields: tuple[str, ...] = ()
    """Of an entry that was there before: which fields of the fact differ; ``start`` and ``end`` of its valid time."""
    wiped: tuple[str, ...] = ()
    """Those of ``fields`` that the source tells no longer. That is silence, and no new statement."""


def changes(before: Overview, now: Overview, on: date) -> tuple[Change, ...]:
    """What is new, changed, ended or gone in *now*, newest registration first.

    Args:
        before: the overview as known at an earlier instant (``service.read(…, as_known=…)``).
        now: the overview today.
        on: today; an effort whose last day has passed by then has ended.
    """
    earlier = {entry.id: entry for entry in before.entries()}
    later = {entry.id: entry for entry in now.entries()}
    known_sources = {entry.provenance.source for entry in earlier.values()}
    requests = {
        f"{entry.provenance.source}/{request}"
        for entry in later.values()
        if isinstance(entry.fact, EffortFact)
        for request in entry.fact.requests
    }
    # A request that led to an effort is not gone: that effort is the line now.
    gone = (entry for key, entry in earlier.items() if key not in later and key not in requests)
    result = [Change(kind=ChangeKind.GONE, entry=entry) for entry in gone]
    for key, entry in later.items():
        previous = _comparable(earlier.get(key), entry)
        kind = _kind(previous, entry, on)
        is_first_reading = previous is None and entry.provenance.source not in known_sources
        if kind is None or (is_first_reading and not says_when(entry)):
            continue
        fields = _differences(previous, entry) if previous else {}
        wiped = tuple(field for field, is_wiped in fields.items() if is_wiped)
        entry_shown = previous if previous and isinstance(entry.fact, GoalFact) and "text" in wiped else entry
        result.append(Change(kind=kind, entry=entry_shown, fields=tuple(fields), wiped=wiped))
    ordered = sorted(result, key=lambda change: change.entry.id)
    return tuple(sorted(ordered, key=lambda change: change.entry.provenance.registration.registered_from, reverse=True))


def wiped_of_person(before: Overview, now: Overview) -> tuple[str, ...]:
    """What a source told of who the citizen is, and none tells any more.

    Not what is left open because the sources came to disagree on who it is; that is told by itself.
    """
    earlier, later = before.header.person, now.header.person
    if now.header.stated_identities or before.header.stated_identities:
        return ()
    return tuple(field for field in _PERSON_FIELDS if getattr(earlier, field) and not getattr(later, field))


def _differences(before: Entry, now: Entry) -> dict[str, bool]:
    """The fields that differ, each with whether it is empty now."""
    earlier, later = _values(before), _values(now)
    return {
        field: later.get(field) in _EMPTY
        for field in sorted(earlier.keys() | later.keys())
        if earlier.get(field) != later.get(field)
    }


def _values(entry: Entry) -> dict[str, object]:
    values = {field: getattr(entry.fact, field) for field in type(entry.fact).model_fields if field != "kind"}
    return {**values, "start": entry.valid.start, "end": entry.valid.end}


def _comparable(before: Entry | None, now: Entry) -> Entry | None:
    """The earlier entry; a case of whose status then nobody knows as if it had been the same."""
    if before is None or not isinstance(before.fact, CaseFact) or not isinstance(now.fact, CaseFact):
        return before
    if before.fact.status != UNKNOWN_STATUS:
        return before
    return before.model_copy(update={"fact": case_as_held(before.fact, now.fact)})


def says_when(entry: Entry) -> bool:
    """Whether the source says when it was registered, or since when it holds.

    Else nobody knows whether it is new, or was read for the first time.
    """
    if isinstance(entry.fact, ConcernNotificationFact):
        return True
    return entry.provenance.states_time or entry.valid.start is not None


def _kind(before: Entry | None, now: Entry, on: date) -> ChangeKind | None:
    if before is None:
        # What was over before it came to be known is no news that something begins.
        return ChangeKind.ENDED if _has_ended(now, on) else ChangeKind.NEW
    if (before.fact, before.valid) == (now.fact, now.valid):
        return None
    return ChangeKind.ENDED if _has_ended(now, on) and not _has_ended(before, on) else ChangeKind.CHANGED


def _has_ended(entry: Entry, on: date) -> bool:
    match entry.fact:
        case EffortFact(status=status):
            has_stopped = status in {EffortStatus.ENDED, EffortStatus.CANCELLED}
        case PlanFact(status=status):
            has_stopped = status.code in ENDED_PLANS
        case _:
            return False
    return has_stopped or (entry.valid.end is not None and entry.valid.end <= on)
