"""What changed between two pages of the same citizen, e.g. as known at an actor's last visit, and now."""

from datetime import date
from enum import StrEnum

from schemas.base import Schema
from schemas.facts import EffortFact, EffortStatus
from schemas.overview import Entry, Overview


class ChangeKind(StrEnum):
    """What happened to an entry."""

    NEW = "new"
    CHANGED = "changed"
    ENDED = "ended"
    """An effort that ran has ended (or was cancelled)."""
    GONE = "gone"
    """The source no longer says it: deleted, or no longer about this citizen."""


class Change(Schema):
    """One entry and what happened to it; the entry as it is now, or as it last was."""

    kind: ChangeKind
    entry: Entry


def changes(before: Overview, now: Overview, on: date) -> tuple[Change, ...]:
    """What is new, changed, ended or gone in *now*, newest registration first.

    Args:
        before: the overview as known at an earlier instant (``service.read(…, as_known=…)``).
        now: the overview today.
        on: today; an effort whose last day has passed by then has ended.
    """
    earlier = {entry.id: entry for entry in before.entries()}
    later = {entry.id: entry for entry in now.entries()}
    result = [Change(kind=ChangeKind.GONE, entry=entry) for key, entry in earlier.items() if key not in later]
    for key, entry in later.items():
        kind = _kind(earlier.get(key), entry, on)
        if kind is not None:
            result.append(Change(kind=kind, entry=entry))
    ordered = sorted(result, key=lambda change: change.entry.id)
    return tuple(sorted(ordered, key=lambda change: change.entry.provenance.registration.registered_from, reverse=True))


def _kind(before: Entry | None, now: Entry, on: date) -> ChangeKind | None:
    if before is None:
        return ChangeKind.NEW
    if (before.fact, before.valid) == (now.fact, now.valid):
        return None
    return ChangeKind.ENDED if _has_ended(now, on) and not _has_ended(before, on) else ChangeKind.CHANGED


def _has_ended(entry: Entry, on: date) -> bool:
    if not isinstance(entry.fact, EffortFact):
        return False
    stopped = entry.fact.status in {EffortStatus.ENDED, EffortStatus.CANCELLED}
    return stopped or (entry.valid.end is not None and entry.valid.end <= on)
