"""Which statement stands, judged on sets of statements alone."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.intake.rules import Statement, settle, told_once

START = datetime(2023, 3, 1, tzinfo=UTC)


def at(hours: int) -> datetime:
    return START + timedelta(hours=hours)


def statement(
    order: int | None, registered: int, digest: str = "a", *, deleted: bool = False, observed: int = 0
) -> Statement:
    version = at(registered).isoformat() if order is None else str(order)
    content = f"{digest}{deleted}{'' if order is None else order}"
    return Statement(uuid4(), version, content, order, at(registered), at(observed), deleted)


def current(*statements: Statement) -> Statement:
    settled = settle(told_once(statements))
    (standing,) = (one for one in statements if one.id in settled and settled[one.id].is_current)
    return standing


statements = st.builds(
    statement,
    st.none() | st.integers(1, 4),
    st.integers(0, 5),
    st.sampled_from("abc"),
    deleted=st.booleans(),
    observed=st.integers(0, 3),
)


def test_the_higher_order_is_newer_whatever_the_clock_says() -> None:
    newer = statement(2, registered=1)
    assert current(newer, statement(1, registered=5)) is newer


def test_a_tombstone_beats_its_own_version_but_not_a_higher_one() -> None:
    tombstone = statement(2, registered=1, deleted=True)
    assert current(tombstone, statement(2, registered=5), statement(1, registered=6)) is tombstone
    revived = statement(3, registered=0)
    assert current(tombstone, revived) is revived


def test_a_tombstone_without_a_version_beats_what_was_known_when_it_was_made() -> None:
    tombstone = statement(None, registered=3, deleted=True)
    assert current(statement(1, registered=5), statement(2, registered=2), tombstone) is tombstone
    later = statement(3, registered=4)
    assert current(statement(2, registered=2), tombstone, later) is later


def test_without_versions_the_later_registration_stands_and_a_tombstone_wins_the_tie() -> None:
    tombstone = statement(None, registered=3, deleted=True)
    assert current(statement(None, registered=3), tombstone) is tombstone
    revived = statement(None, registered=4)
    assert current(tombstone, revived) is revived


def test_a_repetition_says_nothing_new() -> None:
    first, repeated = statement(None, registered=1), statement(None, registered=2)
    settled = settle([repeated, first])
    assert settled[first.id].is_current
    assert settled[repeated.id].registered_to == repeated.registered_at


@settings(max_examples=100)
@given(told=st.lists(statements, min_size=1, max_size=7), data=st.data())
def test_the_answer_is_a_function_of_the_set(told: list[Statement], data: st.DataObject) -> None:
    def by_identity(several: list[Statement]) -> dict[tuple[str, str], object]:
        once = told_once(several)
        settled = settle(once)
        return {one.identity: settled[one.id] for one in once}

    assert by_identity(data.draw(st.permutations(told + told[:2]))) == by_identity(told)


@settings(max_examples=100)
@given(told=st.lists(statements, min_size=1, max_size=7))
def test_at_any_instant_at_most_one_stands_and_in_the_end_exactly_one(told: list[Statement]) -> None:
    places = list(settle(told_once(told)).values())
    assert sum(place.is_current for place in places) == 1
    for moment in map(at, range(6)):
        standing = [
            place
            for place in places
            if place.registered_at <= moment and (place.registered_to is None or moment < place.registered_to)
        ]
        assert len(standing) <= 1
        assert standing or all(place.registered_at > moment for place in places)
