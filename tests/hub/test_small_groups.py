"""No figure of fewer than five can be computed from all that is told, also by those who know how it is told."""

from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from hub.course.small_groups import FEWEST, amount_of, band_of, quarters_until, total_of
from schemas.staff import Band

NUMBERS = st.lists(st.integers(0, 40), min_size=1, max_size=6)
Told = tuple[tuple[Band | None, ...], Band]


def told(numbers: tuple[int, ...]) -> Told:
    """A table of one line as it is told: its parts, and their total."""
    parts = tuple(band_of(number, number) for number in numbers)
    return parts, total_of(parts, sum(numbers))


def ends(part: Band | None) -> tuple[int, int]:
    return (part.at_least, part.at_most) if part else (0, FEWEST - 1)


def known_of(parts: tuple[Band | None, ...], total: Band, place: int) -> tuple[int, int]:
    """The least and the most that a part can be, by its own band, all others, and the total."""
    low, high = ends(parts[place])
    others = [ends(part) for number, part in enumerate(parts) if number != place]
    least_others, most_others = sum(end[0] for end in others), sum(end[1] for end in others)
    return max(low, total.at_least - most_others), min(high, total.at_most - least_others)


@given(number=st.integers(0, 200), citizens=st.integers(0, 200))
def test_what_is_about_fewer_than_five_is_not_told(number: int, citizens: int) -> None:
    band = band_of(number, citizens)
    assert (band is None) == (number < FEWEST or citizens < FEWEST)
    if band is not None:
        assert band.at_least <= number <= band.at_most == band.at_least + FEWEST - 1
        assert band.at_least >= FEWEST


@given(numbers=NUMBERS)
def test_a_total_is_true_and_tells_nothing_of_its_parts(numbers: list[int]) -> None:
    parts, total = told(tuple(numbers))
    assert total.at_least <= sum(numbers) <= total.at_most
    for place, part in enumerate(parts):
        assert known_of(parts, total, place) == ends(part)


@given(numbers=NUMBERS, data=st.data())
def test_every_number_of_a_band_is_told_in_the_same_words(numbers: list[int], data: st.DataObject) -> None:
    """Whoever knows the rule can rule out no number of a band: some table with it is told in the same words."""
    parts, total = told(tuple(numbers))
    place = data.draw(st.integers(0, len(parts) - 1))
    low, high = ends(parts[place])
    number = data.draw(st.integers(low, high))
    others = [ends(part) for at, part in enumerate(parts) if at != place]
    rest = max(total.at_least - number, sum(end[0] for end in others))
    table: list[int] = []
    for least, most in others:
        still = sum(end[0] for end in others[len(table) + 1 :])
        table.append(max(least, min(most, rest - sum(table) - still)))
    table.insert(place, number)
    assert told(tuple(table)) == (parts, total)


def test_all_tables_of_three_parts_hide_each_small_number_among_all_five() -> None:
    """By brute force: of all tables that are told in the same words each part takes every number of its band."""
    tables: dict[Told, list[tuple[int, ...]]] = defaultdict(list)
    for numbers in product(range(3 * FEWEST), repeat=3):
        parts, total = told(numbers)
        tables[parts, total].append(numbers)
    for (parts, _), alike in tables.items():
        for place, part in enumerate(parts):
            low, high = ends(part)
            assert {numbers[place] for numbers in alike} == set(range(low, high + 1))


def test_two_quarters_give_no_small_change_away() -> None:
    """Also who compares today's figures with those of the quarter before cannot tell how many came or went."""
    changes: dict[tuple[Told, Told], set[int]] = defaultdict(set)
    for before in product(range(2 * FEWEST), repeat=2):
        for after in product(range(2 * FEWEST), repeat=2):
            changes[told(before), told(after)].add(after[0] - before[0])
    assert min(map(len, changes.values())) >= 2 * FEWEST - 1


def test_by_linear_algebra_no_part_is_a_sum_of_what_is_told_exactly() -> None:
    """Of a line of parts nothing is told exactly: the equations that are known leave every part free."""
    for size in range(1, 7):
        for numbers in ((0,) * size, (4,) * size, (5,) * size, (9,) * size):
            parts, total = told(numbers)
            equations = [
                [Fraction(int(place == at)) for at in range(size)]
                for place, part in enumerate(parts)
                if ends(part)[0] == ends(part)[1]
            ]
            if total.at_least == total.at_most:
                equations.append([Fraction(1)] * size)
            assert equations == []


@given(amounts=st.lists(st.integers(0, 2_000_000), max_size=12))
def test_an_amount_is_carried_by_nobody_alone_and_rounded(amounts: list[int]) -> None:
    amount = amount_of(amounts)
    if amount is None:
        return
    first, second, *rest = sorted(amounts, reverse=True)
    assert len(amounts) >= FEWEST
    assert sum(rest) * 4 >= first, "the second of them cannot tell the first to a quarter of it"
    assert abs(amount - sum(amounts)) * 20 <= sum(amounts)
    assert second >= rest[0]


def test_marias_million_is_told_to_nobody() -> None:
    assert amount_of([1_000_000, 60_000, 40_000, 50_000, 30_000]) is None
    assert amount_of([60_000, 72_000, 48_000, 90_000, 40_000, 55_000]) == 370_000
    assert amount_of([60_000] * (FEWEST - 1)) is None
    assert amount_of([0] * 9) is None, "that nobody cost anything is something about each of them"


@given(today=st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_only_quarters_that_are_over_are_told(today: date) -> None:
    days = quarters_until(today, 8)
    assert list(days) == sorted(set(days))
    assert days[-1] < today <= days[-1] + timedelta(days=92)
    for day in days:
        next_day = day + timedelta(days=1)
        assert (next_day.day, next_day.month % 3) == (1, 1)
