"""What was done before the demo began: by people and about citizens who are there, on days when people work."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from deploy.sandbox.municipality.generate import cohorts
from deploy.sandbox.municipality.staff import staff
from deploy.seed_log import LOGGED_IN, LOOK_UPS, sunday, working_day
from hub.rules.deadlines import is_working_day

DAYS = st.dates(date(2019, 1, 1), date(2030, 12, 31))


def test_everybody_who_looks_and_is_looked_at_is_there() -> None:
    names = {f"{person.given} {person.family}" for person in cohorts().people}
    assert {line.citizen for line in LOOK_UPS} <= names
    employees = {employee.id for employee in staff().employees}
    assert {*LOGGED_IN, *(line.employee for line in LOOK_UPS)} <= employees


@given(DAYS, st.integers(1, 70))
def test_working_days_are_counted_back(today: date, number: int) -> None:
    day = working_day(today, number)
    assert is_working_day(day)
    between = (date.fromordinal(ordinal) for ordinal in range(day.toordinal(), today.toordinal()))
    assert sum(map(is_working_day, between)) == number


@given(DAYS, st.integers(1, 10))
def test_a_sunday_is_one_and_lies_so_many_back(today: date, number: int) -> None:
    day = sunday(today, number)
    assert day.isoweekday() == 7
    assert 7 * (number - 1) < (today - day).days <= 7 * number
