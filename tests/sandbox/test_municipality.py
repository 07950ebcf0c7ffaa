"""The made-up municipality: the same every time, true to the statistics, and nobody in it is real."""

from collections import Counter
from dataclasses import fields
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.sandbox.municipality.cases_rare import MEDCOM_TEST_PERSON
from deploy.sandbox.municipality.generate import _generate_history, generate
from deploy.sandbox.municipality.people import age
from deploy.sandbox.municipality.truth import Municipality
from hub.clock import danish_day
from schemas.identifiers import Identifier, birth_date_of

DAYS = st.dates(date(2004, 1, 1), date(2026, 12, 31))


def test_the_same_seed_makes_the_same_municipality() -> None:
    first = repr(generate(500, 3, date(2023, 9, 12))).encode()
    _generate_history.cache_clear()
    assert repr(generate(500, 3, date(2023, 9, 12))).encode() == first


def test_another_seed_makes_other_people() -> None:
    day = date(2023, 9, 12)
    assert generate(500, 3, day).people != generate(500, 4, day).people


def test_a_larger_municipality_begins_with_the_smaller() -> None:
    day = date(2023, 9, 12)
    small, large = generate(300, 3, day), generate(600, 3, day)
    assert large.people[: len(small.people)] == small.people
    assert large.efforts[: len(small.efforts)] == small.efforts


@settings(max_examples=25)
@given(DAYS, st.integers(0, 3000))
def test_what_was_known_earlier_is_still_there_later(earlier: date, days: int) -> None:
    before, after = generate(200, 5, earlier), generate(200, 5, earlier + timedelta(days=days))
    for kind in ("people", "relations", "efforts", "notifications", "goals", "plans", "contacts"):
        ids_before = {one.id for one in getattr(before, kind)}
        assert ids_before <= {one.id for one in getattr(after, kind)}, kind


@settings(max_examples=25)
@given(DAYS)
def test_nothing_is_dated_after_today_but_what_was_planned(today: date) -> None:
    truth = generate(200, 5, today)
    for effort in truth.efforts:
        assert effort.start <= today
        assert effort.end is None or effort.end <= today
    for notification in truth.notifications:
        assert danish_day(notification.received) <= today
        assert notification.assessed is None or danish_day(notification.assessed) <= today
        assert notification.outcome_on is None or notification.outcome_on <= today
        assert (notification.outcome is None) == (notification.outcome_on is None)
    assert all(step <= today for goal in truth.goals for step, _ in goal.assessments)
    assert all(person.died_on is None or person.died_on <= today for person in truth.people)


@pytest.mark.parametrize("day", [date(2019, 6, 1), date(2023, 9, 12), date(2025, 5, 20)])
def test_the_numbers_are_those_of_a_municipality(day: date) -> None:
    truth = generate(4000, 7, day)
    here = [person for person in truth.people if not (person.died_on or person.moved_out_on)]
    children = [person for person in here if age(person.born, day) < 18]
    coordinated = {person.id for person in here if person.coordinated}
    active = Counter(effort.person for effort in truth.efforts if effort.end is None)
    ordinary = [count for person, count in active.items() if person not in coordinated]
    of_coordinated = [count for person, count in active.items() if person in coordinated]
    protected = sum(bool(person.protected_in) for person in here)
    assert len(children) / len(here) == pytest.approx(0.21, abs=0.03)
    assert len(active) / len(here) == pytest.approx(0.29, abs=0.04)
    assert sum(ordinary) / len(ordinary) == pytest.approx(1.4, abs=0.1)
    assert sum(of_coordinated) / len(of_coordinated) == pytest.approx(4.5, abs=1.2)
    assert max(of_coordinated) <= 10
    assert 0.005 < protected / len(here) < 0.03


def test_notifications_are_as_many_and_from_whom_the_statistics_say(truth: Municipality) -> None:
    years = range(2016, 2023)
    children = sum(sum(0 <= age(person.born, date(year, 7, 1)) < 18 for person in truth.people) for year in years)
    results = [notification for notification in truth.notifications if notification.received.year in years]
    by_child = Counter((one.person, one.received.year) for one in results)
    share = Counter(one.notifier for one in results)
    assert len(results) / children == pytest.approx(0.13, abs=0.03)
    assert len(by_child) / children == pytest.approx(0.073, abs=0.02)
    assert max(by_child.values()) >= 5
    assert share["2"] / len(results) == pytest.approx(0.21, abs=0.06)
    assert (share["4"] + share["5"]) / len(results) == pytest.approx(0.196, abs=0.06)
    assert share["6"] / len(results) == pytest.approx(0.125, abs=0.05)


def test_no_number_can_be_a_real_persons(truth: Municipality) -> None:
    numbers = [number for person in truth.people for number in (person.cpr, person.earlier_number) if number]
    assert len(set(numbers)) == len(numbers)
    assert all(61 <= int(number[:2]) <= 91 for number in numbers if number != MEDCOM_TEST_PERSON)
    for person in truth.people:
        result = birth_date_of(Identifier.national(person.cpr))
        assert result in {person.born, None}


def test_every_list_has_each_id_once(truth: Municipality) -> None:
    for field in fields(truth):
        listed = getattr(truth, field.name)
        if field.name not in {"today", "events"}:
            assert len({one.id for one in listed}) == len(listed), field.name


def test_names_are_danish_and_some_double(truth: Municipality) -> None:
    spelled = " ".join(f"{person.given} {person.family}" for person in truth.people)
    assert set("æøåÆØÅ") & set(spelled)
    assert any(" " in person.family for person in truth.people)
