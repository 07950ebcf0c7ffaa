"""What is told of what is wrong: once as it begins, once as it is over, and not at night. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from hub.clock import DANISH_TIME
from hub.notices.conditions import GROWS_INTO, MATURES_AFTER, Condition, Key
from schemas.base import Instant, Schema

LONGEST_WAIT = timedelta(hours=1)
"""Between two attempts at sending."""


class OpenNotice(Schema):
    """A notice that is not over."""

    id: int
    condition: Condition
    began_at: Instant
    is_told: bool
    """Whether its beginning is told, or waits to be sent."""


@dataclass(frozen=True)
class Steps:
    """What follows from one look."""

    begin: tuple[Condition, ...] = ()
    """New; each is also told at once where it need not last first."""
    tell: tuple[OpenNotice, ...] = ()
    """They have lasted long enough."""
    end: tuple[OpenNotice, ...] = ()
    """They are over, and that is told."""
    drop: tuple[OpenNotice, ...] = ()
    """They are over, and nobody needs to know: they were never told, grew into another, or the source was removed."""
    refresh: tuple[tuple[OpenNotice, Condition], ...] = field(default=())
    """Their number is another now; it is shown on the page and sent to nobody."""


def next_steps(
    open_notices: Mapping[Key, OpenNotice],
    present: Mapping[Key, Condition],
    *,
    unjudged: Collection[str],
    known: Collection[str],
    now: datetime,
) -> Steps:
    """What to do after a look.

    Args:
        open_notices: those that are not over.
        present: what is wrong now.
        unjudged: sources of which nothing can be said; their notices stay as they are.
        known: all sources there are, and the empty name.
        now: when the look was.
    """
    begin = [condition for key, condition in present.items() if key not in open_notices]
    tell, end, drop, refresh = [], [], [], []
    for key, notice in open_notices.items():
        kind, source = key
        if key in present:
            if not notice.is_told and now - notice.began_at >= matures_after(notice.condition):
                tell.append(notice)
            if present[key] != notice.condition:
                refresh.append((notice, present[key]))
        elif source not in known:
            drop.append(notice)
        elif source in unjudged:
            continue
        elif notice.is_told and (GROWS_INTO.get(kind, kind), source) not in present:
            end.append(notice)
        else:
            drop.append(notice)
    return Steps(tuple(begin), tuple(tell), tuple(end), tuple(drop), tuple(refresh))


def matures_after(condition: Condition) -> timedelta:
    """How long it must last before it is told."""
    return MATURES_AFTER.get(condition.kind, timedelta(0))


@dataclass(frozen=True)
class QuietHours:
    """Between these times of day in Denmark nothing is sent. The same twice: never quiet."""

    begin: time
    end: time

    def send_at(self, now: datetime) -> datetime:
        """The first instant from *now* on that is not quiet."""
        local = now.astimezone(DANISH_TIME)
        if not self._is_quiet(local.time()):
            return now
        day = local.date() if local.time() < self.end else local.date() + timedelta(days=1)
        return datetime.combine(day, self.end, tzinfo=DANISH_TIME).astimezone(now.tzinfo)

    def _is_quiet(self, moment: time) -> bool:
        if self.begin <= self.end:
            return self.begin <= moment < self.end
        return moment >= self.begin or moment < self.end


def quiet_hours(text: str) -> QuietHours:
    """Of ``22:00-07:00``; of the empty text: never quiet.

    Raises:
        ValueError: it is something else.
    """
    if not text.strip():
        return QuietHours(time(), time())
    begin, separator, end = text.partition("-")
    if not separator:
        raise ValueError(text)
    return QuietHours(time.fromisoformat(begin.strip()), time.fromisoformat(end.strip()))


def retry_at(attempts: int, now: datetime) -> datetime:
    """When a message that could not be sent *attempts* times is tried again: later each time, and never given up."""
    return now + min(timedelta(seconds=30 * 2 ** min(attempts, 12)), LONGEST_WAIT)
