"""The clocks of a concern notification."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.clock import DANISH_TIME
from hub.rules.deadlines import (
    ClockState,
    InformedState,
    assessment_due,
    deadline_state,
    informed_state,
    is_working_day,
    receipt_due,
    receipt_state,
)
from schemas.codes import Coded
from schemas.facts import ConcernNotificationFact, Outcome

RECEIVED = datetime(2023, 9, 8, 13, 0, tzinfo=UTC)  # a Friday
SCHOOL = Coded(code_list="notifier_categories", code="2")
NOTIFICATION = ConcernNotificationFact(received_at=RECEIVED, received_has_time=True, notifier=SCHOOL)
HOUR = timedelta(hours=1)


def _with(**more: object) -> ConcernNotificationFact:
    return NOTIFICATION.model_copy(update=more)


@pytest.mark.parametrize(
    ("received_on", "due"),
    [
        (date(2023, 9, 4), date(2023, 9, 12)),  # Monday; one weekend between
        (date(2023, 9, 8), date(2023, 9, 18)),  # Friday; two weekends
        (date(2023, 9, 9), date(2023, 9, 18)),  # Saturday
        (date(2023, 5, 4), date(2023, 5, 15)),  # store bededag on 5 May 2023 is no working day
        (date(2024, 4, 25), date(2024, 5, 3)),  # on 26 April 2024 it no longer was a holiday
        (date(2023, 12, 21), date(2024, 1, 3)),  # Christmas and New Year
    ],
)
def test_the_receipt_is_due_on_the_sixth_working_day(received_on: date, due: date) -> None:
    assert receipt_due(received_on) == due


# No deadline of Hypothesis': the first day of a year works out that year's holidays.
@settings(deadline=None)
@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)))
def test_six_working_days_lie_between_receipt_and_limit(day: date) -> None:
    due = receipt_due(day)
    between = [day + timedelta(days=step) for step in range(1, (due - day).days + 1)]
    assert sum(map(is_working_day, between)) == 6
    assert is_working_day(due)
    assert receipt_due(day + timedelta(days=1)) >= due


@given(st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.just(DANISH_TIME)))  # noqa: DTZ001  Hypothesis adds the zone
def test_the_assessment_is_due_after_24_real_hours(received_at: datetime) -> None:
    assert assessment_due(received_at).astimezone(UTC) - received_at.astimezone(UTC) == 24 * HOUR


def test_the_24_hours_run_through_the_change_to_summer_time() -> None:
    received = datetime(2023, 3, 25, 12, 0, tzinfo=DANISH_TIME)
    assert assessment_due(received).astimezone(DANISH_TIME) == datetime(2023, 3, 26, 13, 0, tzinfo=DANISH_TIME)


@pytest.mark.parametrize(
    ("notification", "after", "state"),
    [
        (NOTIFICATION, -HOUR, ClockState.NONE),
        (NOTIFICATION, HOUR, ClockState.RUNNING),
        (NOTIFICATION, 24 * HOUR, ClockState.OVERDUE),
        (_with(assessed_at=RECEIVED + 24 * HOUR), 30 * HOUR, ClockState.MET),
        (_with(assessed_at=RECEIVED + 25 * HOUR), 30 * HOUR, ClockState.LATE),
        # seen from before it was assessed, the clock still ran
        (_with(assessed_at=RECEIVED + 25 * HOUR), 24.5 * HOUR, ClockState.OVERDUE),
        (_with(outcome=Outcome.NO_ACTION), 90 * HOUR, ClockState.NONE),
        (_with(is_closed=True), 90 * HOUR, ClockState.NONE),
        # a date only: midnight between Friday and Saturday is the latest it can have come
        (_with(received_has_time=False), 32 * HOUR, ClockState.RUNNING),
        (_with(received_has_time=False), 33 * HOUR, ClockState.OVERDUE),
    ],
)
def test_how_the_assessment_stands(notification: ConcernNotificationFact, after: timedelta, state: ClockState) -> None:
    deadline = deadline_state(notification, RECEIVED + after)
    assert deadline.state is state
    assert (deadline.due_at is None) is (state is ClockState.NONE)


@pytest.mark.parametrize(
    ("notification", "now", "state"),
    [
        (NOTIFICATION, date(2023, 9, 18), ClockState.RUNNING),
        (NOTIFICATION, date(2023, 9, 19), ClockState.OVERDUE),
        (_with(receipt_sent_on=date(2023, 9, 18)), date(2023, 10, 1), ClockState.MET),
        (_with(receipt_sent_on=date(2023, 9, 19)), date(2023, 10, 1), ClockState.LATE),
        (_with(receipt_sent_on=date(2023, 9, 19)), date(2023, 9, 18), ClockState.RUNNING),
        (_with(notifier=Coded(code_list="notifier_categories", code="8")), date(2023, 10, 1), ClockState.NONE),
    ],
)
def test_how_the_receipt_stands(notification: ConcernNotificationFact, now: date, state: ClockState) -> None:
    noon = datetime(now.year, now.month, now.day, 12, 0, tzinfo=DANISH_TIME)
    assert receipt_state(notification, noon).state is state


DECIDED = {"outcome": Outcome.NO_ACTION, "outcome_on": date(2023, 9, 18)}


@pytest.mark.parametrize(
    ("notification", "state"),
    [
        (NOTIFICATION, InformedState.NOBODY),
        (_with(**DECIDED), InformedState.NOT_STATED),
        (_with(**DECIDED, notifier_informed_on=date(2023, 9, 19)), InformedState.INFORMED),
        (_with(**DECIDED, notifier_informed_on=date(2023, 10, 2)), InformedState.NOT_STATED),
        (_with(**{**DECIDED, "outcome_on": date(2023, 10, 2)}), InformedState.NOBODY),
        (_with(**DECIDED, notifier=Coded(code_list="notifier_categories", code="13")), InformedState.NOBODY),
    ],
)
def test_whether_a_professional_was_told_is_known_or_not_known_and_never_late(
    notification: ConcernNotificationFact, state: InformedState
) -> None:
    assert informed_state(notification, datetime(2023, 10, 1, 12, 0, tzinfo=DANISH_TIME)) is state


@given(st.timedeltas(timedelta(0), timedelta(days=40)), st.timedeltas(timedelta(0), timedelta(days=40)))
def test_once_overdue_it_stays_overdue_until_somebody_acts(first: timedelta, later: timedelta) -> None:
    if deadline_state(NOTIFICATION, RECEIVED + first).state is ClockState.OVERDUE:
        assert deadline_state(NOTIFICATION, RECEIVED + first + later).state is ClockState.OVERDUE
