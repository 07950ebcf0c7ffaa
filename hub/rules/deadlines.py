"""Pure: the clocks that run from a concern notification (underretning).

* Within 24 hours of receipt the municipality assesses whether acute action is needed (barnets lov § 136, earlier
  serviceloven). Calendar hours: the clock runs at night and on Sundays.
* Within 6 working days (hverdage) the notifier gets a receipt. Counted here: Monday to Friday that are
  no Danish public holiday, the day after receipt being the first. In older Danish usage a *hverdag* may
  include Saturday; then a receipt would be due earlier. The count without Saturday is how municipalities
  state the limit ("arbejdsdage"); it is a choice, made here and nowhere else.
* A professional notifier, who has a heightened duty to notify, is told whether it led to support (barnets lov ch. 16).
  No number of days was read in the law: nothing is ever called late here, only known or not known.
"""

from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from hub.clock import danish_day, danish_midnight
from schemas.base import Instant, Schema
from schemas.facts import ConcernNotificationFact
from schemas.public_holidays import public_holidays

ASSESSMENT_WITHIN = timedelta(hours=24)
RECEIPT_WITHIN_WORKING_DAYS = 6
_SATURDAY = 5
_ANONYMOUS = "8"  # in the code list ``notifier_categories``
_PROFESSIONALS = frozenset({"1", "2", "3", "4", "5", "6", "9"})
"""Of the same list: public services, doctors, placements. Private people are told no more than that it was received."""


class ClockState(StrEnum):
    """How a deadline stands."""

    NONE = "none"
    """It does not run, or nobody can say."""
    RUNNING = "running"
    OVERDUE = "overdue"
    MET = "met"
    """Done in time."""
    LATE = "late"
    """Done, but after the limit."""


class InformedState(StrEnum):
    """Whether a professional notifier was told what followed."""

    NOBODY = "nobody"
    """Nothing is decided yet, or the notifier is a private person."""
    INFORMED = "informed"
    NOT_STATED = "not_stated"
    """It is decided, and the source does not say that the notifier was told."""


class Deadline(Schema):
    """A deadline at one instant."""

    state: ClockState
    due_at: Instant | None = None
    """The limit: running until then, overdue since then. None exactly when the state is ``NONE``."""


def is_working_day(day: date) -> bool:
    """Whether *day* is a weekday and no Danish public holiday (store bededag counts until 2023)."""
    return day.weekday() < _SATURDAY and day not in public_holidays(day.year)


def assessment_due(received_at: datetime) -> datetime:
    """When the assessment must be made: 24 hours after receipt, whatever the clocks were set to meanwhile."""
    # Through UTC: adding to a Danish wall clock would give 23 or 25 hours across a change of summer time.
    return received_at.astimezone(UTC) + ASSESSMENT_WITHIN


def receipt_due(received_on: date) -> date:
    """The last day on which the receipt is in time: the sixth working day after the day of receipt."""
    day, left = received_on, RECEIPT_WITHIN_WORKING_DAYS
    while left:
        day += timedelta(days=1)
        left -= is_working_day(day)
    return day


def deadline_state(notification: ConcernNotificationFact, now: datetime) -> Deadline:
    """The 24-hour clock. A notification with an outcome or a closed one has been assessed, whenever that was."""
    if notification.received_at > now:
        return Deadline(state=ClockState.NONE)
    # Where the source gives a date only, the day's end is the latest it can have come: nobody is called late
    # for an hour that nobody recorded.
    received = notification.received_at if notification.received_has_time else _end_of_day(notification.received_at)
    due = assessment_due(received)
    if notification.assessed_at is not None and notification.assessed_at <= now:
        return Deadline(state=ClockState.MET if notification.assessed_at <= due else ClockState.LATE, due_at=due)
    if notification.outcome is not None or notification.is_closed:
        return Deadline(state=ClockState.NONE)
    return Deadline(state=ClockState.RUNNING if now < due else ClockState.OVERDUE, due_at=due)


def receipt_state(notification: ConcernNotificationFact, now: datetime) -> Deadline:
    """The clock of the receipt; it does not run for an anonymous notifier, to whom none can be sent."""
    if notification.received_at > now or notification.notifier.code == _ANONYMOUS:
        return Deadline(state=ClockState.NONE)
    last_day = receipt_due(danish_day(notification.received_at))
    due = _midnight_after(last_day)
    sent_on = notification.receipt_sent_on
    if sent_on is not None and sent_on <= danish_day(now):
        return Deadline(state=ClockState.MET if sent_on <= last_day else ClockState.LATE, due_at=due)
    return Deadline(state=ClockState.RUNNING if now < due else ClockState.OVERDUE, due_at=due)


def informed_state(notification: ConcernNotificationFact, now: datetime) -> InformedState:
    """Whether the professional behind the notification was told what it led to."""
    today = danish_day(now)
    informed_on, decided_on = notification.notifier_informed_on, notification.outcome_on
    if informed_on is not None and informed_on <= today:
        return InformedState.INFORMED
    is_decided = notification.outcome is not None and (decided_on is None or decided_on <= today)
    is_professional = notification.notifier.code in _PROFESSIONALS
    return InformedState.NOT_STATED if is_decided and is_professional else InformedState.NOBODY


def _end_of_day(moment: datetime) -> datetime:
    return _midnight_after(danish_day(moment))


def _midnight_after(day: date) -> datetime:
    return danish_midnight(day + timedelta(days=1))
