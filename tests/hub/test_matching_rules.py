"""Who is who, judged on sets of claims alone."""

from itertools import combinations
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.matching.rules import Claim, ConflictKind, Identities, Key, PartyState, Resolution

CPR = [Key("cpr", f"{day}0190-4001", national=True) for day in range(61, 67)]
LOCAL = [Key("social:person", str(number), national=False) for number in range(1, 6)]


def claim(number: int, *keys: Key, replaces: tuple[Key, ...] = ()) -> Claim:
    return Claim(UUID(int=number), frozenset(keys), frozenset(replaces))


claims = st.builds(
    Claim,
    record_id=st.uuids(),
    keys=st.frozensets(st.sampled_from(CPR + LOCAL), min_size=1, max_size=3),
    replaces=st.frozensets(st.sampled_from(CPR), max_size=1),
)


def linked(key: Key) -> Resolution:
    return Resolution(PartyState.LINKED, key)


def test_a_number_alone_is_its_own_person() -> None:
    assert Identities([]).resolve([CPR[0]]) == linked(CPR[0])


def test_two_numbers_in_one_party_are_a_conflict_unless_one_replaced_the_other() -> None:
    assert Identities([]).resolve(CPR[:2]).state is PartyState.CONFLICT
    assert Identities([claim(1, CPR[1], replaces=(CPR[0],))]).resolve(CPR[:2]) == linked(CPR[1])


def test_a_number_replaced_twice_leads_to_the_last_even_when_a_source_tells_it_in_one_step() -> None:
    told = [claim(1, CPR[1], replaces=(CPR[0],)), claim(2, CPR[2], replaces=(CPR[0], CPR[1]))]
    assert Identities(told).root(CPR[0]) == CPR[2]
    assert Identities(told).conflicts() == frozenset()


def test_a_forked_replacement_is_not_followed() -> None:
    forked = Identities([claim(1, CPR[1], replaces=(CPR[0],)), claim(2, CPR[2], replaces=(CPR[0],))])
    assert {forked.root(key) for key in CPR[:3]} == set(CPR[:3])
    assert forked.conflicts() == {(ConflictKind.REPLACEMENT_FORKED, CPR[0])}


def test_a_circular_replacement_is_not_followed() -> None:
    circle = Identities([claim(1, CPR[1], replaces=(CPR[0],)), claim(2, CPR[0], replaces=(CPR[1],))])
    assert {circle.root(key) for key in CPR[:2]} == set(CPR[:2])
    assert circle.conflicts() == {(ConflictKind.REPLACEMENT_CIRCULAR, key) for key in CPR[:2]}


def test_a_local_id_is_whom_it_is_claimed_for() -> None:
    known = Identities([claim(1, CPR[0], LOCAL[0]), claim(2, LOCAL[0], LOCAL[1])])
    assert known.resolve([LOCAL[0]]) == linked(CPR[0])
    assert known.resolve([LOCAL[1]]) == linked(CPR[0])
    assert known.resolve([LOCAL[2]]).state is PartyState.UNMATCHED


def test_local_ids_that_person_records_join_are_one_local_person() -> None:
    known = Identities([claim(1, LOCAL[1], LOCAL[0]), claim(2, LOCAL[1], LOCAL[2])])
    assert {known.resolve([key]).root for key in LOCAL[:3]} == {LOCAL[0]}


def test_an_id_claimed_directly_is_not_drawn_into_its_neighbours_conflict() -> None:
    told = [claim(1, CPR[0], LOCAL[0]), claim(2, CPR[1], LOCAL[1]), claim(3, LOCAL[0], LOCAL[1], LOCAL[2])]
    known = Identities(told)
    assert [known.resolve([key]).root for key in LOCAL[:3]] == [CPR[0], CPR[1], None]
    assert known.resolve([LOCAL[2]]).state is PartyState.CONFLICT


@settings(max_examples=100)
@given(told=st.lists(claims, max_size=6), data=st.data())
def test_order_and_repetition_of_claims_do_not_matter(told: list[Claim], data: st.DataObject) -> None:
    again = data.draw(st.permutations(told + told[:2]))
    one, other = Identities(told), Identities(again)
    assert [one.resolve([key]) for key in CPR + LOCAL] == [other.resolve([key]) for key in reversed(CPR + LOCAL)][::-1]
    assert one.conflicts() == other.conflicts()


@settings(max_examples=100)
@given(told=st.lists(claims, max_size=6))
def test_two_numbers_share_a_person_only_along_declared_replacements(told: list[Claim]) -> None:
    known = Identities(told)
    declared = {frozenset((old, new)) for one in told for old in one.replaces for new in one.keys if new.national}
    for one, other in combinations(CPR, 2):
        if known.root(one) == known.root(other):
            reached = {one}
            while more := {key for pair in declared if pair & reached for key in pair} - reached:
                reached |= more
            assert other in reached


@settings(max_examples=100)
@given(told=st.lists(claims, max_size=6))
def test_a_root_stands_for_itself(told: list[Claim]) -> None:
    known = Identities(told)
    for key in CPR + LOCAL:
        root = known.resolve([key]).root
        if root is not None:
            assert known.resolve([root]) == linked(root)
