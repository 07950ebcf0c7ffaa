"""Which statement stands, judged on sets of statements alone."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.intake.rules import Statement, merge_repeats, settle, version_key

START = datetime(2023, 3, 1, tzinfo=UTC)


def at(hours: int) -> datetime:
    return START + timedelta(hours=hours)


def statement(
    order: int | None,
    registered: int,
    digest: str = "a",
    *,
    deleted: bool = False,
    concluded: bool = False,
    in_history: bool = False,
    observed: int = 20,
) -> Statement:
    """Observed after all were registered, unless a test says otherwise."""
    stated_at = at(observed if concluded else registered)
    content = f"{digest}{deleted}{concluded}{in_history}{'' if order is None else order}"
    version = version_key(None if order is None else str(order), stated_at, at(observed))
    is_deleted = deleted or concluded or in_history
    return Statement(
        uuid4(), version, content, order, stated_at, at(observed), at(observed), is_deleted, concluded, in_history
    )


def current(*statements: Statement) -> Statement:
    merged = merge_repeats(statements)
    placements = settle(merged)
    (standing,) = (each for each in merged if placements[each.id].is_current)
    return next(statement for statement in statements if statement.id == standing.id)


statements = st.builds(
    statement,
    st.none() | st.integers(1, 4),
    st.integers(0, 9),
    st.sampled_from("abc"),
    deleted=st.booleans(),
    observed=st.integers(3, 6),
) | st.one_of(
    st.builds(statement, st.none(), st.just(0), concluded=st.just(True), observed=st.integers(3, 7)),
    st.builds(statement, st.integers(1, 4), st.integers(0, 9), in_history=st.just(True), observed=st.integers(3, 7)),
)
"""Some of them from the future, some that restart, some that were only concluded, and some of a history."""


def test_of_two_versions_the_higher_is_newer_though_the_clocks_differ_a_little() -> None:
    lower = statement(1, registered=5)
    slow = statement(2, registered=5)._replace(stated_at=at(5) - timedelta(seconds=50))
    assert current(slow, lower) is slow


def test_a_count_that_restarts_is_newer_and_flagged() -> None:
    old, again = statement(9, registered=1), statement(1, registered=5)
    for order in ([old, again], [again, old]):
        assert current(*order) is again
    placements = settle([old, again])
    assert [placements[each.id].flag for each in (old, again)] == [None, "version_restarted"]
    following = statement(2, registered=6)
    assert current(following, again, old) is following
    assert placements[old.id].registered_to == at(5)


def test_a_restart_with_the_content_of_before_is_another_statement() -> None:
    first, expunged = statement(1, registered=1), statement(2, registered=3, deleted=True)
    again = statement(1, registered=5)
    assert first.digest == again.digest
    assert current(again, expunged, first) is again


def test_a_version_whose_time_nobody_told_restarts_nothing() -> None:
    read_late = statement(1, registered=30, observed=30)
    newer = statement(2, registered=5)
    assert current(newer, read_late) is newer


def test_a_tombstone_beats_its_own_version_and_a_late_older_one_but_not_a_higher_one() -> None:
    tombstone = statement(2, registered=4, deleted=True)
    assert current(tombstone, statement(2, registered=3), statement(1, registered=2)) is tombstone
    revived = statement(3, registered=4)._replace(stated_at=at(4) - timedelta(seconds=30))
    assert current(tombstone, revived) is revived


def test_what_was_concluded_to_be_gone_stands_until_it_is_seen_again() -> None:
    gone = statement(None, 0, concluded=True, observed=25)
    version = statement(2, registered=3)
    assert current(gone, version) is gone
    seen_again = version._replace(observed_at=at(26))
    assert current(gone, version, seen_again) is version
    assert current(gone, statement(3, registered=24, observed=24)) is gone
    later = statement(1, registered=2, observed=26)
    assert current(gone, version, later) is version, "an older version that is seen proves that the entity is there"


def test_a_deletion_that_the_source_told_of_does_not_end_by_seeing_the_same_version() -> None:
    result = statement(None, registered=4, deleted=True)
    assert current(result, statement(2, registered=3, observed=30)) is result


def test_a_deletion_of_a_history_ends_when_the_same_version_is_read_later_and_not_with_it() -> None:
    gone = statement(2, registered=4, in_history=True, observed=25)
    version = statement(1, registered=3, observed=25)
    assert current(gone, version) is gone, "a page of the same reading may show it as it was before"
    restored = version._replace(observed_at=at(26))
    assert current(gone, version, restored) is version
    changed = statement(2, registered=5, observed=27)
    assert current(gone, restored, changed) is changed, "the number that the deletion had is free again"
    again = statement(3, registered=6, in_history=True, observed=28)
    assert current(gone, restored, changed, again) is again


def test_a_deletion_that_was_pushed_does_not_end_by_a_create_that_comes_late() -> None:
    gone = statement(2, registered=4, deleted=True, observed=25)
    assert current(gone, statement(1, registered=3, observed=30)) is gone


@settings(max_examples=400)
@given(seen=st.lists(statements, max_size=6), version=st.integers(1, 4))
def test_what_a_history_deletes_lives_exactly_if_it_was_read_later(seen: list[Statement], version: int) -> None:
    """Beside any versions that were read before the deletion or with it."""
    alive = [each for each in seen if not each.deleted]
    gone = statement(5, 9, in_history=True, observed=9)
    assert current(gone, *alive) is gone or any(each.is_future for each in alive)
    later = statement(version, 2, observed=30)
    assert not current(gone, *alive, later).deleted


def test_a_statement_from_the_future_does_not_outrank_later_corrections() -> None:
    future = statement(None, registered=10**6, digest="future", observed=5)
    beside = statement(None, registered=1, digest="b", observed=5)
    after = statement(None, registered=2, digest="c", observed=7)
    before = statement(None, registered=3, digest="d", observed=4)
    assert current(future, beside) is beside
    assert current(future, after) is after
    assert current(future, before) is future
    assert settle([future, before])[future.id].registered_at == at(5)
    nearer = statement(None, registered=1000, digest="e", observed=5)
    assert current(future, nearer) is nearer


def test_a_version_from_the_future_is_replaced_by_the_next_and_by_a_restart() -> None:
    future = statement(3, registered=10**6, observed=5)
    following = statement(4, registered=2)
    assert current(future, following) is following
    restarted = statement(1, registered=8)
    assert current(future, restarted) is restarted


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


@settings(max_examples=400)
@given(received=st.lists(statements, min_size=1, max_size=7), data=st.data())
def test_the_answer_is_a_function_of_the_set(received: list[Statement], data: st.DataObject) -> None:
    def by_identity(several: list[Statement]) -> dict[tuple[str, str], object]:
        merged = merge_repeats(several)
        placements = settle(merged)
        return {each.identity: placements[each.id] for each in merged}

    assert by_identity(data.draw(st.permutations(received + received[:2]))) == by_identity(received)


@settings(max_examples=400)
@given(received=st.lists(statements, min_size=1, max_size=7))
def test_at_any_instant_at_most_one_stands_and_in_the_end_exactly_one(received: list[Statement]) -> None:
    places = list(settle(merge_repeats(received)).values())
    assert sum(place.is_current for place in places) == 1
    for moment in map(at, range(10)):
        standing = [
            place
            for place in places
            if place.registered_at <= moment and (place.registered_to is None or moment < place.registered_to)
        ]
        assert len(standing) <= 1
        assert standing or all(place.registered_at > moment for place in places)
