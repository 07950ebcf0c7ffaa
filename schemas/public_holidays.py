"""The Danish public holidays of a year. Pure.

They are counted from Easter Sunday or fall on a day of the month, as since the reform of 1770. Worked out here
because the library that knows them loads those of every country, 18 MB a process; a test compares the two.
"""

from datetime import date, timedelta
from functools import cache

_FROM_EASTER = (-3, -2, 0, 1, 39, 49, 50)
"""Maundy Thursday, Good Friday, Easter Sunday and Monday, Ascension Day, Whit Sunday and Monday."""
_PRAYER_DAY = 26
_LAST_PRAYER_DAY = 2023
"""Store bededag is none since 1 January 2024 (lov nr. 214 af 06/03/2023)."""
_FIXED = ((1, 1), (12, 25), (12, 26))


@cache
def public_holidays(year: int) -> frozenset[date]:
    """The days, Sundays among them; Constitution Day, Christmas Eve and New Year's Eve are none."""
    easter = easter_sunday(year)
    days = (*_FROM_EASTER, _PRAYER_DAY) if year <= _LAST_PRAYER_DAY else _FROM_EASTER
    return frozenset(
        {easter + timedelta(days=number) for number in days} | {date(year, month, day) for month, day in _FIXED}
    )


def easter_sunday(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Meeus, Astronomical Algorithms, chapter 8)."""
    golden, century, in_century = year % 19, year // 100, year % 100
    correction = (century - (century + 8) // 25 + 1) // 3
    moon = (19 * golden + century - century // 4 - correction + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (in_century // 4) - moon - in_century % 4) % 7
    shift = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)
