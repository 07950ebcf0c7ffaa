"""Which clocks of notifications have passed: 24 hours without an assessment, 6 working days without a receipt. Pure."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum

from hub.alerts.repository import NewAlert
from hub.rules.deadlines import ClockState, Deadline, deadline_state, receipt_state
from schemas.alert import AlertKind, record_key
from schemas.facts import ConcernNotificationFact
from schemas.overview import Overview


class NotificationClock(StrEnum):
    """A clock of a notification; the occasion of its alert."""

    ASSESSMENT = "assessment"
    RECEIPT = "receipt"


def clock_of(fact: ConcernNotificationFact, clock: NotificationClock, now: datetime) -> Deadline:
    """How that clock of the notification stands."""
    return deadline_state(fact, now) if clock is NotificationClock.ASSESSMENT else receipt_state(fact, now)


def passed_clocks(overview: Overview, version: int, now: datetime, looks_back: timedelta) -> Iterator[NewAlert]:
    """An alert for each clock that ran out no longer ago than *looks_back*, with nothing done until now."""
    for entry in overview.entries():
        if not isinstance(entry.fact, ConcernNotificationFact):
            continue
        for clock in NotificationClock:
            deadline = clock_of(entry.fact, clock, now)
            if deadline.state is not ClockState.OVERDUE or deadline.due_at is None:
                continue
            if now - deadline.due_at <= looks_back:
                subject = record_key(entry.id)
                yield NewAlert(
                    citizen_id=overview.citizen_id,
                    kind=AlertKind.CLOCK_PASSED,
                    area=entry.area,
                    subject=subject,
                    occasion=clock.value,
                    source=subject.partition("/")[0],
                    version=version,
                    happened_at=deadline.due_at,
                )
