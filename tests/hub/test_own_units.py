"""Figures of a unit tell a number as a band, and never so that a citizen could be counted out of them."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from hub.access.own_units import FORGOTTEN, PassedClocks, band_of, passed_clocks
from hub.overview.figures_repository import UnitNotification
from schemas.codes import Coded
from schemas.facts import ConcernNotificationFact
from schemas.people import Responsible, Unit
from schemas.source import Area
from tests.access_town import NOW

FEW = 4


@given(st.integers(0, 10_000))
def test_a_band_holds_the_number_and_four_others_or_nothing(number: int) -> None:
    band = band_of(number)
    assert band.at_least <= number <= band.at_most
    assert (band.at_most == 0) == (number == 0)
    if number:
        assert band.at_most - band.at_least >= FEW - 1


@given(st.integers(1, 500), st.integers(1, 500))
def test_taking_one_band_from_another_never_gives_an_exact_number(first: int, second: int) -> None:
    """Of two employees and their sum: whoever knows the bands of the sum and of one has a choice for the other."""
    total, known = band_of(first + second), band_of(first)
    choices = {
        rest
        for rest in range(second + 10)
        if any(band_of(part + rest) == total for part in range(known.at_least, known.at_most + 1))
    }
    assert len(choices) >= FEW


def _notification(unit_id: str | None, entry_id: str, days: int, for_unit: str = "social:100") -> UnitNotification:
    unit = Unit(id=unit_id, name="Familieafdelingen") if unit_id else None
    fact = ConcernNotificationFact(
        received_at=NOW - timedelta(days=days),
        received_has_time=True,
        notifier=Coded(code_list="notifier_categories", code="1"),
        responsible=Responsible(unit=unit) if unit else None,
    )
    return UnitNotification.model_validate(
        {"unit_id": for_unit, "entry_id": entry_id, "area": Area.SOCIAL, "fact": fact.model_dump_json()}
    )


def test_clocks_are_those_of_the_own_notifications_each_once() -> None:
    notifications = [
        _notification("social:100", "a", 20),
        _notification("social:100", "a", 20),
        _notification("social:100", "b", 2),
        _notification(None, "c", 2),
        _notification("social:200", "d", 20),
        _notification("social:100", "e", 0),
        _notification("social:100", "f", FORGOTTEN.days + 30),
    ]
    assert passed_clocks(notifications, NOW) == {"social:100": PassedClocks(3, 1, 0)}
    assert passed_clocks([], NOW) == {}
