"""How far a group has come: pure judgement by property."""

from hypothesis import given
from hypothesis import strategies as st

from hub.bus.base import Offsets, has_processed, lag_of

_PLACES = 4
_numbers = st.lists(st.integers(0, 50), min_size=_PLACES, max_size=_PLACES)


def offsets(committed: list[int], unread: list[int]) -> dict[int, Offsets]:
    return {place: Offsets(committed=one, end=one + unread[place]) for place, one in enumerate(committed)}


@given(_numbers, _numbers, _numbers, _numbers)
def test_a_group_has_passed_what_was_there_exactly_when_it_read_as_much_in_every_partition(
    committed: list[int], unread: list[int], read: list[int], came: list[int]
) -> None:
    result = offsets(committed, unread)
    read = [min(one, unread[place] + came[place]) for place, one in enumerate(read)]
    left = [unread[place] + came[place] - one for place, one in enumerate(read)]
    now = offsets([one + read[place] for place, one in enumerate(committed)], left)
    assert has_processed(result, now) == all(read[place] >= unread[place] for place in range(_PLACES))


@given(_numbers, _numbers, _numbers)
def test_a_group_with_nothing_left_has_passed_everything_even_in_a_topic_made_anew(
    committed: list[int], unread: list[int], anew: list[int]
) -> None:
    now = offsets(anew, [0] * _PLACES)
    assert lag_of(now) == 0
    assert has_processed(offsets(committed, unread), now)
    assert has_processed(offsets(committed, unread), {})
