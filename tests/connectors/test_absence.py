"""What a missing entity means, by example and by property."""

from collections.abc import Set as AbstractSet

from hypothesis import given
from hypothesis import strategies as st

from connectors.absence import AbsenceLimits, KnownIds, Verdict, confirm_gone, judge, still_held

LIMITS = AbsenceLimits()
A = frozenset("a")
NONE = frozenset[str]()
TEN = frozenset("abcdefghij")
ids = st.frozensets(st.sampled_from("abcdefghijklmnop"))


def read(
    known: KnownIds, seen: AbstractSet[str], released: int | None = None, *, vouched_empty: bool = False
) -> Verdict:
    return judge("Sag", known, seen, limits=LIMITS, released=released, vouched_empty=vouched_empty)


def test_missing_once_is_unproven_and_missing_twice_is_gone() -> None:
    first = read(KnownIds(live=TEN), TEN - A)
    assert (first.gone, first.held, first.known.unproven) == (NONE, None, A)
    second = read(first.known, TEN - A)
    assert (second.gone, second.known.gone) == (A, A)
    assert read(second.known, TEN - A).gone == NONE


def test_what_is_seen_again_is_back() -> None:
    known = KnownIds(live=TEN - A, gone=A)
    verdict = read(known, TEN)
    assert (verdict.back, verdict.known.gone, verdict.known.live) == (A, NONE, TEN)


def test_a_list_that_became_empty_is_held_however_short_it_was() -> None:
    verdict = read(KnownIds(live=frozenset("a")), NONE)
    assert verdict.held is not None
    assert (verdict.held.missing, verdict.held.known, verdict.gone) == (1, 1, NONE)
    assert read(KnownIds(), NONE).held is None


def test_an_empty_list_that_the_source_vouches_for_is_a_reading() -> None:
    first = read(KnownIds(live=TEN), NONE, vouched_empty=True)
    assert (first.held, first.known.unproven) == (None, TEN)


def test_a_shrunken_list_is_held_and_its_additions_count() -> None:
    seen = frozenset("abcde") | {"new"}
    verdict = read(KnownIds(live=TEN), seen)
    assert verdict.held is not None
    assert verdict.held.missing == 5
    assert verdict.known.live == TEN | {"new"}
    assert read(verdict.known, TEN | {"new"}).held is None


def test_a_release_covers_what_was_shown_and_no_more() -> None:
    seen = frozenset("abcde")
    held = read(KnownIds(live=TEN), seen)
    assert read(held.known, seen, released=5).gone == TEN - seen
    further = read(held.known, frozenset("abcd"), released=5)
    assert further.held is not None
    assert (further.held.missing, further.gone) == (6, NONE)


def test_of_a_release_only_what_was_missing_when_it_was_shown_is_gone() -> None:
    held = read(KnownIds(live=TEN), frozenset("abcde"))
    others = read(held.known, TEN - frozenset("abcde"), released=5)
    assert (others.gone, others.known.unproven) == (NONE, frozenset("abcde"))


def test_what_was_refused_is_kept_until_it_is_seen_though_it_is_within_the_limits_by_now() -> None:
    held = read(KnownIds(live=TEN), frozenset("abcde")).known
    grown = frozenset("abcde") | frozenset(map(str, range(100)))
    later = judge("Sag", held, grown, limits=LIMITS, is_refused=True)
    assert later.held is not None
    assert (later.held.missing, later.gone) == (5, NONE)
    still = still_held("Sag", later.known)
    assert still is not None
    assert (still.missing, still.known) == (5, 110)
    back = judge("Sag", later.known, grown | TEN, limits=LIMITS, is_refused=True)
    assert (back.held, still_held("Sag", back.known)) == (None, None)


@given(st.lists(ids, min_size=1, max_size=8), st.data())
def test_nothing_is_gone_that_was_missing_when_a_person_refused_until_it_was_seen(
    readings: list[frozenset[str]], data: st.DataObject
) -> None:
    known = judge("Sag", KnownIds(live=TEN), data.draw(st.just(NONE) | ids), limits=LIMITS).known
    refused = known.held
    for seen in readings:
        verdict = judge("Sag", known, seen, limits=LIMITS, is_refused=bool(refused))
        refused -= seen
        assert verdict.gone.isdisjoint(refused)
        known = verdict.known


def test_a_read_of_the_id_proves_at_once() -> None:
    known = confirm_gone(KnownIds(live=TEN, unproven=frozenset("x")), frozenset("ax"))
    assert (known.live, known.unproven, known.gone) == (TEN - A, NONE, frozenset("ax"))


@given(st.lists(ids, min_size=1, max_size=8))
def test_whatever_is_read_nothing_is_gone_that_was_seen_or_missing_only_once(readings: list[frozenset[str]]) -> None:
    known, before = KnownIds(), frozenset[str]()
    for seen in readings:
        verdict = read(known, seen)
        assert not verdict.gone & (seen | before)
        assert not (verdict.held and verdict.gone)
        assert not verdict.known.live & verdict.known.gone
        assert seen <= verdict.known.live
        known, before = verdict.known, seen


@given(st.lists(ids, min_size=1, max_size=8))
def test_whoever_is_seen_lives_again(readings: list[frozenset[str]]) -> None:
    known, reported = KnownIds(), set[str]()
    for seen in readings:
        verdict = read(known, seen)
        assert verdict.back == reported & seen
        reported = (reported | verdict.gone) - seen
        known = verdict.known
