"""Half-open intervals: what contains, overlaps and is known when."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.period import Period

# A narrow range of days, so that periods meet often.
days = st.dates(date(2024, 1, 1), date(2024, 1, 12))
open_days = st.none() | days


@st.composite
def periods(draw: st.DrawFn) -> Period:
    """Any period: closed, open at either end, empty."""
    start, end = draw(open_days), draw(open_days)
    if start is not None and end is not None and end < start:
        start, end = end, start
    return Period(start=start, end=end)


@given(periods(), periods())
def test_overlap_is_symmetric(one: Period, other: Period) -> None:
    assert one.overlaps(other) == other.overlaps(one)


@given(periods(), periods())
def test_two_periods_overlap_exactly_when_a_day_lies_in_both(one: Period, other: Period) -> None:
    around = [date(2023, 12, 31) + timedelta(days=n) for n in range(15)]
    assert one.overlaps(other) == any(one.contains(day) and other.contains(day) for day in around)


@given(periods(), days)
def test_an_empty_period_contains_no_day(period: Period, day: date) -> None:
    assert not (period.is_empty and period.contains(day))


@given(periods())
def test_the_first_day_counts_and_the_end_does_not(period: Period) -> None:
    if period.start is not None and not period.is_empty:
        assert period.contains(period.start)
    if period.end is not None:
        assert not period.contains(period.end)


@given(periods())
def test_a_period_survives_json(period: Period) -> None:
    assert Period.model_validate_json(period.model_dump_json()) == period


def test_a_period_does_not_end_before_it_starts() -> None:
    with pytest.raises(ValidationError, match="must not end before it starts"):
        Period(start=date(2024, 1, 2), end=date(2024, 1, 1))


@given(start=st.dates(date(1990, 1, 1), date(2060, 1, 1)), length=st.integers(1, 5000))
def test_the_last_day_is_the_last_on_which_the_fact_holds(start: date, length: int) -> None:
    period = Period(start=start, end=start + timedelta(days=length))
    assert period.last_day is not None
    assert period.contains(period.last_day)
    assert not period.contains(period.last_day + timedelta(days=1))


def test_a_period_without_an_end_has_no_last_day_and_an_empty_one_its_beginning() -> None:
    day = date(2023, 4, 1)
    assert Period(start=day).last_day is None
    assert Period(start=day, end=day).last_day == day
