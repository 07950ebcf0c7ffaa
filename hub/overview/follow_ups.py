"""What followed a concern notification: as its source names it, else by time. Told, never scored."""

from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum

from hub.clock import danish_day
from schemas.base import Schema
from schemas.facts import ConcernNotificationFact, EffortFact, EffortStatus, Outcome
from schemas.overview import Entry, Overview
from schemas.source import Area

FOLLOWS_WITHIN = timedelta(days=183)
"""Half a year: an effort that begins later is not said to have followed."""
_NEVER_BEGAN = frozenset({EffortStatus.PLANNED, EffortStatus.CANCELLED})
_DECIDED_OTHERWISE = frozenset({Outcome.NO_ACTION, Outcome.TO_RUNNING_CASE})


class Ground(StrEnum):
    """Why an effort is said to have followed."""

    SOURCE = "source"
    """The source itself names the effort as an outcome of the notification."""
    TIME = "time"
    """A social effort of the citizen or family began within ``FOLLOWS_WITHIN``; whether because of it, nobody says.

    Not said where the source decided otherwise, nor of an effort that is named as the outcome of another notification.
    """


class Followed(Schema):
    """An effort that followed, and why it is said to."""

    effort: Entry
    ground: Ground


class Aftermath(Schema):
    """A notification and what followed."""

    notification: Entry
    followed: tuple[Followed, ...] = ()
    """Oldest first. Empty: none followed, as far as the sources say."""


def aftermath(overviews: Iterable[Overview]) -> tuple[Aftermath, ...]:
    """Each notification of these citizens (one, or a family) with what followed, newest notification first.

    An entry that stands on several overviews counts once.
    """
    entries = {entry.id: entry for overview in overviews for entry in overview.entries()}
    efforts = [entry for entry in entries.values() if isinstance(entry.fact, EffortFact)]
    notifications = [
        (entry, entry.fact) for entry in entries.values() if isinstance(entry.fact, ConcernNotificationFact)
    ]
    named = {effort.id for effort in efforts for entry, fact in notifications if _is_named(effort, entry, fact)}
    unnamed = [effort for effort in efforts if effort.id not in named]
    dated = [(fact.received_at, entry.id, _of(entry, fact, efforts, unnamed)) for entry, fact in notifications]
    return tuple(result for _, _, result in sorted(dated, key=lambda result: result[:2], reverse=True))


def _of(
    entry: Entry, notification: ConcernNotificationFact, efforts: Iterable[Entry], unnamed: Iterable[Entry]
) -> Aftermath:
    received = danish_day(notification.received_at)
    by_time = [] if notification.outcome in _DECIDED_OTHERWISE else unnamed
    named = [
        Followed(effort=effort, ground=Ground.SOURCE) for effort in efforts if _is_named(effort, entry, notification)
    ]
    followed = named or [
        Followed(effort=effort, ground=Ground.TIME)
        for effort in by_time
        if effort.area is Area.SOCIAL
        and isinstance(effort.fact, EffortFact)
        and effort.fact.status not in _NEVER_BEGAN
        and effort.valid.start is not None
        and received <= effort.valid.start <= received + FOLLOWS_WITHIN
    ]
    return Aftermath(
        notification=entry,
        followed=tuple(sorted(followed, key=lambda each: (str(each.effort.valid.start or ""), each.effort.id))),
    )


def _is_named(effort: Entry, entry: Entry, notification: ConcernNotificationFact) -> bool:
    same_source = effort.provenance.source == entry.provenance.source
    return same_source and effort.provenance.source_id in notification.outcome_efforts
