"""When a stream is read next. Pure."""

from datetime import datetime, time, timedelta
from typing import Self

from pydantic import model_validator

from hub.clock import DANISH_TIME, danish_day
from hub.sources.health import RunOutcome
from schemas.base import Schema
from schemas.duration import Duration, TimeOfDay, duration_text

RETRY_AFTER = timedelta(minutes=15)
"""A run that failed is repeated after so long at the latest, however seldom its stream is due."""


class Schedule(Schema):
    """Either a cadence or a time of day in Denmark."""

    every: Duration | None = None
    """From the start of one run to the start of the next."""
    at: TimeOfDay | None = None
    """Each day when the clock in Denmark shows this. When summer time begins, a time that does not exist comes an hour
    later; when it ends, a time that comes twice counts the first time."""

    @model_validator(mode="after")
    def _either(self) -> Self:
        if (self.every is None) == (self.at is None):
            msg = "give either every (as 15m, 2h, 1d) or at (as 02:30)"
            raise ValueError(msg)
        return self

    def __str__(self) -> str:
        """As people write it."""
        return f"every {duration_text(self.every)}" if self.every else f"at {self.at:%H:%M}"


DEFAULT_SCHEDULE = Schedule(every=timedelta(minutes=15))


def next_due(schedule: Schedule, after: datetime) -> datetime:
    """The first instant after *after* at which the stream is due."""
    if schedule.every is not None:
        return after + schedule.every
    today = danish_day(after)
    days = (today + timedelta(days=offset) for offset in range(-1, 3))
    instants = (
        datetime.combine(day, schedule.at or time(), tzinfo=DANISH_TIME).astimezone(after.tzinfo) for day in days
    )
    return next(instant for instant in instants if instant > after)


def due_after_run(schedule: Schedule, outcome: RunOutcome, *, started_at: datetime, ended_at: datetime) -> datetime:
    """When the stream is due again after a run: at once if it was stopped, soon if it failed."""
    if outcome is RunOutcome.STOPPED:
        return ended_at
    following = next_due(schedule, started_at)
    if outcome in {RunOutcome.COMPLETE, RunOutcome.HELD}:
        return following
    return min(following, ended_at + RETRY_AFTER)
