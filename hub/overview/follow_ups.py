"""What followed a concern notification: as its source names it, else by time. Told, never scored.

Nothing here says that no effort followed at all: only that the social area began none, where that can be known.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum

from hub.clock import danish_day
from schemas.base import Schema
from schemas.facts import ConcernNotificationFact, EffortFact, EffortStatus, Outcome
from schemas.overview import Entry, Overview, Section, SectionState
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


class FollowUp(Schema):
    """An effort that followed, and why it is said to."""

    effort: Entry
    ground: Ground


class Conclusion(StrEnum):
    """What can be said of what followed a notification, by what the reader may see on that day."""

    FOLLOWED = "followed"
    """An effort that is shown followed."""
    EFFORT_NOT_SHOWN = "effort_not_shown"
    """The source says that it led to an effort, and that effort is not among what is shown."""
    OTHER_OUTCOME = "other_outcome"
    """The source says what was decided, and that was not an effort."""
    NOT_LINKED = "not_linked"
    """A social effort began within ``FOLLOWS_WITHIN``, but its source names it as the outcome of another."""
    TOO_EARLY = "too_early"
    """None is seen, and ``FOLLOWS_WITHIN`` has not passed."""
    UNKNOWN = "unknown"
    """None is seen, and not all that the social area has was read."""
    NONE = "none"
    """The social area was read, and began no effort within ``FOLLOWS_WITHIN`` for those who are shown."""


class FollowUps(Schema):
    """A notification and what followed."""

    notification: Entry
    followed: tuple[FollowUp, ...] = ()
    """Oldest first. Empty: none is seen; ``conclusion`` says what that means."""
    conclusion: Conclusion


def conclusion(
    notification: ConcernNotificationFact,
    sections: Iterable[Section],
    on: date,
    *,
    has_followed: bool,
    has_begun: bool = False,
) -> Conclusion:
    """What can be said on that day.

    Args:
        notification: what came in.
        sections: of those who are shown, as they are read; only those of the social area count.
        on: the day.
        has_followed: whether an effort that is shown followed.
        has_begun: whether one that is shown began in time, whatever its source says of it (``began_after``).
    """
    if has_followed:
        return Conclusion.FOLLOWED
    if notification.outcome is not None:
        is_effort = notification.outcome is Outcome.EFFORT
        return Conclusion.EFFORT_NOT_SHOWN if is_effort else Conclusion.OTHER_OUTCOME
    if has_begun:
        return Conclusion.NOT_LINKED
    last = danish_day(notification.received_at) + FOLLOWS_WITHIN
    if on <= last:
        return Conclusion.TOO_EARLY
    is_whole = all(_is_whole(section, last) for section in sections if section.area is Area.SOCIAL)
    return Conclusion.NONE if is_whole else Conclusion.UNKNOWN


def _is_whole(section: Section, until: date) -> bool:
    """Whether nothing that began by that day can be missing; what is withheld is not among those who are shown."""
    if section.state in {SectionState.WITHHELD, SectionState.NOT_COVERED}:
        return True
    has_stopped = section.silent_since is not None and danish_day(section.silent_since) <= until
    return not (section.is_unread or section.is_loading or section.has_unreadable or has_stopped)


def list_follow_ups(overviews: Iterable[Overview], on: date) -> tuple[FollowUps, ...]:
    """Each notification of these citizens (one, or a family) with what followed, newest notification first.

    An entry that stands on several overviews counts once. *on*: the day on which it is judged.
    """
    overviews = tuple(overviews)
    sections = [section for overview in overviews for section in overview.sections]
    entries = {entry.id: entry for overview in overviews for entry in overview.entries()}
    efforts = [entry for entry in entries.values() if isinstance(entry.fact, EffortFact)]
    notifications = [
        (entry, entry.fact) for entry in entries.values() if isinstance(entry.fact, ConcernNotificationFact)
    ]
    named = {effort.id for effort in efforts for entry, fact in notifications if is_named(effort, entry, fact)}
    unnamed = [effort for effort in efforts if effort.id not in named]
    results = []
    for entry, fact in sorted(notifications, key=lambda pair: (pair[1].received_at, pair[0].id), reverse=True):
        followed = _followed(entry, fact, efforts, unnamed)
        has_begun = began_after(fact, efforts)
        said = conclusion(fact, sections, on, has_followed=bool(followed), has_begun=has_begun)
        results.append(FollowUps(notification=entry, followed=followed, conclusion=said))
    return tuple(results)


def _followed(
    entry: Entry, notification: ConcernNotificationFact, efforts: Iterable[Entry], unnamed: Iterable[Entry]
) -> tuple[FollowUp, ...]:
    """Those that the source names, else those that began in time; oldest first."""
    by_time = [] if notification.outcome in _DECIDED_OTHERWISE else unnamed
    named = [
        FollowUp(effort=effort, ground=Ground.SOURCE) for effort in efforts if is_named(effort, entry, notification)
    ]
    followed = named or [
        FollowUp(effort=effort, ground=Ground.TIME) for effort in by_time if _begins_after(notification, effort)
    ]
    return tuple(sorted(followed, key=lambda each: (str(each.effort.valid.start or ""), each.effort.id)))


def began_after(notification: ConcernNotificationFact, entries: Iterable[Entry]) -> bool:
    """Whether any of them is a social effort that began within ``FOLLOWS_WITHIN`` of the notification."""
    return any(_begins_after(notification, entry) for entry in entries)


def _begins_after(notification: ConcernNotificationFact, effort: Entry) -> bool:
    start = effort.valid.start
    if effort.area is not Area.SOCIAL or start is None or not isinstance(effort.fact, EffortFact):
        return False
    received = danish_day(notification.received_at)
    return effort.fact.status not in _NEVER_BEGAN and received <= start <= received + FOLLOWS_WITHIN


def is_named(effort: Entry, entry: Entry, notification: ConcernNotificationFact) -> bool:
    """Whether the notification's source names the effort as its outcome."""
    same_source = effort.provenance.source == entry.provenance.source
    return same_source and effort.provenance.source_id in notification.outcome_efforts
