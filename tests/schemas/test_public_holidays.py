"""Our public holidays beside those of a library that knows every country's."""

from holidays import country_holidays

from schemas.public_holidays import public_holidays


def test_the_public_holidays_are_those_of_the_library() -> None:
    for year in range(1900, 2101):  # it ends there
        assert public_holidays(year) == frozenset(country_holidays("DK", years=year))
