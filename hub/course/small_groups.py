"""Pure: how figures are told so that nobody is pointed at, whoever puts all of them together.

The rules, which ``tests/hub/test_small_groups.py`` holds for every table that there may be:

* A number is told as its band of five (5 to 9, 10 to 14 ...); one that is about fewer than five citizens is not told.
* A table is cut in one way only, of periods that are over. No other cut of the same citizens is told, so that no two
  figures can be subtracted from each other.
* A total is told as a class that follows from what is told of its parts alone, and is so wide that each part may still
  be every number of its own band. Whoever knows this rule, and the total, knows no more of a part than without it.
* An amount is told for five citizens or more, of whom none carries it, and rounded.
"""

from collections.abc import Collection, Sequence
from datetime import date, timedelta

from schemas.staff import Band

FEWEST = 5
"""A figure is about so many citizens at least."""
_SPREAD = FEWEST - 1
"""Between the ends of a band."""
_SHARE = 0.25
"""What all but the two largest have together is at least this share of the largest, or the second could tell it."""
_DIGITS = 2
"""So many digits of an amount are told."""


def band_of(number: int, citizens: int) -> Band | None:
    """The band of five of *number*, which is about so many citizens. None: it is not told."""
    if min(number, citizens) < FEWEST:
        return None
    start = number - number % FEWEST
    return Band(at_least=start, at_most=start + _SPREAD)


def total_of(parts: Sequence[Band | None], total: int) -> Band:
    """The class in which the total of these parts lies; each part counts citizens, and each citizen is in one part.

    A part that is not told is 0 to 4. The classes begin at the smallest total that the parts allow, each five wide; the
    last takes what remains. So the first holds the smallest number of any part with the largest of all others, and the
    last the opposite: no part is narrowed by any class.
    """
    least = sum(part.at_least if part else 0 for part in parts)
    most = least + _SPREAD * len(parts)
    last_start = least + max((most - _SPREAD - least) // FEWEST, 0) * FEWEST
    start = min(total - (total - least) % FEWEST, last_start)
    return Band(at_least=start, at_most=most if start == last_start else start + _SPREAD)


def amount_of(amounts: Collection[int]) -> int | None:
    """The sum of what each citizen carries of it, rounded. None: it is not told."""
    first, second, *rest = sorted((*amounts, 0, 0), reverse=True)
    if len(amounts) < FEWEST or first == 0 or sum(rest) < _SHARE * first:
        return None
    total = first + second + sum(rest)
    unit = int(10 ** max(len(str(total)) - _DIGITS, 0))
    return (total + unit // 2) // unit * unit


def quarters_until(today: date, number: int) -> tuple[date, ...]:
    """The last days of the latest quarters that are over, the latest last."""
    day = date(today.year, today.month - (today.month - 1) % 3, 1)
    days = []
    for _ in range(number):
        days.append(day - timedelta(days=1))
        month = day.month - 3
        day = date(day.year, month, 1) if month > 0 else date(day.year - 1, month + 12, 1)
    return tuple(reversed(days))
