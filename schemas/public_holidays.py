"""The Danish public holidays of a year. Pure.

They are counted from Easter Sunday or fall on a day of the month, as since the reform of 1770. Listed here because
the library that knows them loads those of every country, 18 MB a process; a test compares the two.
"""

from datetime import date, timedelta
from functools import cache

from dateutil.easter import easter

_FROM_EASTER = (-3, -2, 0, 1, 39, 49, 50)
"""Maundy Thursday, Good Friday, Easter Sunday and Monday, Ascension Day, Whit Sunday and Monday."""
_PRAYER_DAY = 26
_LAST_PRAYER_DAY = 2023
"""Store bededag is none since 1 January 2024 (lov nr. 214 af 06/03/2023)."""
_FIXED = ((1, 1), (12, 25), (12, 26))


@cache
def public_holidays(year: int) -> frozenset[date]:
    """The days, Sundays among them; Constitution Day, Christmas Eve and New Year's Eve are none."""
    sunday = easter_sunday(year)
    days = (*_FROM_EASTER, _PRAYER_DAY) if year <= _LAST_PRAYER_DAY else _FROM_EASTER
    return frozenset(
        {sunday + timedelta(days=number) for number in days} | {date(year, month, day) for month, day in _FIXED}
    )


def easter_sunday(year: int) -> date:
    """Easter Sunday of the Gregorian calendar."""
    day: date = easter(year)
    return day
