"""Dates, ages and counts as people read them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.clock import DANISH_TIME, age_on
from hub.web.shell import dates

NOW = datetime(2023, 9, 12, 9, 0, tzinfo=DANISH_TIME)
INSTANTS = st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  zone beside


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (NOW, "lige nu"),
        (NOW - timedelta(minutes=1), "for 1 minut siden"),
        (NOW - timedelta(hours=2, minutes=59), "for 2 timer siden"),
        (datetime(2023, 9, 12, 3, 12, tzinfo=DANISH_TIME), "i nat 03.12"),
        (datetime(2023, 9, 12, 14, 10, tzinfo=DANISH_TIME), "i dag 14.10"),
        (datetime(2023, 9, 11, 22, 40, tzinfo=DANISH_TIME), "i går 22.40"),
        (datetime(2023, 9, 6, 8, 0, tzinfo=DANISH_TIME), "6. sep."),
        (datetime(2022, 5, 18, 8, 0, tzinfo=DANISH_TIME), "18. maj 2022"),
    ],
)
def test_a_moment_is_said_as_people_say_it(moment: datetime, words: str) -> None:
    assert dates.of_moment(moment, NOW).text == words


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "i dag"),
        (1, "i morgen"),
        (-1, "i går"),
        (-9, "for 9 dage siden"),
        (5, "om 5 dage"),
        (-70, "for 2 måneder siden"),
        (-1100, "for 3 år siden"),
    ],
)
def test_a_distance_is_said_in_days_months_or_years(days: int, words: str) -> None:
    today = date(2023, 9, 12)
    assert dates.distance(today + timedelta(days=days), today) == words


@given(moment=INSTANTS, now=INSTANTS)
def test_the_machine_form_is_always_the_instant(moment: datetime, now: datetime) -> None:
    said = dates.of_moment(moment, now)
    assert datetime.fromisoformat(said.iso) == moment.replace(microsecond=0)
    assert said.text


@given(born=st.dates(date(1900, 1, 1), date(2023, 1, 1)), on=st.dates(date(2023, 1, 1), date(2060, 1, 1)))
def test_age_grows_by_one_on_the_birthday(born: date, on: date) -> None:
    age = age_on(born, on)
    assert 0 <= age <= on.year - born.year
    assert age_on(born, on + timedelta(days=366)) >= age + 1


def test_numbers_lists_and_phones() -> None:
    assert dates.number_text(1204118) == "1.204.118"
    assert dates.listed(["a", "b", "c"]) == "a, b og c"
    assert dates.phone_text("44773002") == "44 77 30 02"
    assert dates.phone_text("+45 1") == "+45 1"
    assert dates.age_text(date(2023, 1, 31), date(2023, 9, 12)) == "7 måneder"
