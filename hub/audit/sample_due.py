"""When the next sample of look-ups is due, and how far back the log goes."""

import calendar
from datetime import date, datetime

from sqlalchemy.orm import Session

from hub.audit import sample_repository as repository
from hub.clock import danish_day
from hub.settings import Settings
from schemas.base import Schema


class SampleDue(Schema):
    """What the declared rhythm asks for."""

    latest: date | None
    """The day of the latest draw; None: there was none."""
    due_on: date
    """The last day on which the next is in time; without any, counted from the oldest line of the log."""
    is_overdue: bool
    rhythm_months: int
    retention_months: int
    oldest: date | None
    """The day of the oldest line that still says something."""


def read_sample_due(session: Session, settings: Settings, now: datetime) -> SampleDue:
    """What the declared rhythm asks for now."""
    latest, oldest = repository.latest_draw(session), repository.first_line(session)
    return judge_due(
        danish_day(latest) if latest else None,
        danish_day(oldest) if oldest else None,
        danish_day(now),
        rhythm_months=settings.sample_months,
        retention_months=settings.audit_retention_months,
    )


def is_sample_overdue(session: Session, months: int, now: datetime) -> bool:
    """Whether the next sample should have been drawn, by a rhythm of so many months."""
    latest = repository.latest_draw(session) or repository.first_line(session)
    return latest is not None and danish_day(now) > add_months(danish_day(latest), months)


def judge_due(
    latest: date | None, oldest: date | None, today: date, *, rhythm_months: int, retention_months: int
) -> SampleDue:
    """The same from the days; pure."""
    due_on = add_months(latest or oldest or today, rhythm_months)
    return SampleDue(
        latest=latest,
        due_on=due_on,
        is_overdue=today > due_on,
        rhythm_months=rhythm_months,
        retention_months=retention_months,
        oldest=oldest,
    )


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or its last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
