"""Who is who, judged on sets of claims alone."""

from itertools import combinations, pairwise
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.matching.claims import Claim
from hub.matching.graphs import DisjointSets, Key, Replacements
from hub.matching.rules import ConflictKind, Identities, PartyState, Resolution

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
    results = [claim(1, CPR[1], replaces=(CPR[0],)), claim(2, CPR[2], replaces=(CPR[0], CPR[1]))]
    assert Identities(results).root(CPR[0]) == CPR[2]
    assert Identities(results).conflicts() == frozenset()


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
    results = [claim(1, CPR[0], LOCAL[0]), claim(2, CPR[1], LOCAL[1]), claim(3, LOCAL[0], LOCAL[1], LOCAL[2])]
    known = Identities(results)
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
def test_two_numbers_share_a_person_only_along_declared_replacements_and_merges(told: list[Claim]) -> None:
    known = Identities(told)
    declared = {frozenset((old, new)) for one in told for old in one.replaces for new in one.keys}
    declared |= {frozenset((key, number)) for one in told for key in one.locals for number in one.numbers}
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


def test_what_points_at_a_merged_record_belongs_to_the_survivor_whoever_says_so() -> None:
    for told in (
        [claim(1, CPR[1], LOCAL[1]), claim(2, LOCAL[1], replaces=(LOCAL[0], CPR[0]))],
        [claim(1, CPR[1], LOCAL[1], replaces=(LOCAL[0],)), claim(2, CPR[0], LOCAL[0])],
    ):
        known = Identities(told)
        assert known.resolve([LOCAL[0]]) == known.resolve([LOCAL[1]]) == linked(CPR[1])


def test_merges_are_followed_along_a_chain_and_not_around_a_circle() -> None:
    chain = [claim(number, new, replaces=(old,)) for number, (old, new) in enumerate(pairwise(LOCAL[:4]), start=1)]
    known = Identities([*chain, claim(9, LOCAL[3], CPR[0])])
    assert {known.resolve([key]) for key in LOCAL[:4]} == {linked(CPR[0])}
    around = [claim(1, LOCAL[1], replaces=(LOCAL[0],)), claim(2, LOCAL[0], replaces=(LOCAL[1],))]
    assert Identities([*around, claim(3, LOCAL[0], CPR[0])]).resolve([LOCAL[0]]) == linked(CPR[0])


def test_a_merged_record_lends_its_number_while_nobody_knows_the_survivors() -> None:
    merged = Identities([claim(1, LOCAL[1], replaces=(LOCAL[0], CPR[0]))])
    assert merged.resolve([LOCAL[1]]) == merged.resolve([LOCAL[0]]) == linked(CPR[0])


def test_a_replacement_number_follows_a_merge_and_an_ordinary_number_does_not() -> None:
    ordinary = Key("cpr", "0101901234", national=True)
    survivor = claim(1, CPR[1], LOCAL[1])
    follows = Identities([survivor, claim(2, LOCAL[1], replaces=(LOCAL[0], CPR[0]))])
    stays = Identities([survivor, claim(2, LOCAL[1], replaces=(LOCAL[0], ordinary))])
    assert follows.root(CPR[0]) == CPR[1]
    assert stays.root(ordinary) == ordinary
    assert stays.resolve([LOCAL[0]]) == linked(CPR[1])
    declared = Identities([claim(1, CPR[1], LOCAL[1], replaces=(LOCAL[0], ordinary))])
    assert declared.root(ordinary) == CPR[1]


def test_names_that_differ_in_their_writing_alone_are_no_disagreement() -> None:
    names = (
        "\u00c5se Kj\u00e6rg\u00e5rd-Holm",
        "A\u030ase  KJ\u00c6RGA\u030aRD\u2011HOLM",
        "\u00c5se\u00a0Kj\u00e6rg\u00e5rd Holm\u200b",
    )
    same = [Claim(UUID(int=number), frozenset(CPR[:1]), name=name) for number, name in enumerate(names)]
    assert Identities(same).conflicts() == frozenset()


def numbers(count: int) -> list[Key]:
    return [Key("cpr", f"61{number:08}", national=True) for number in range(count)]


def steps(count: int) -> int:
    """How much is walked for a chain of so many replacements, and for records with as many numbers."""
    keys = numbers(count)
    chain = Replacements([([new], [old]) for old, new in pairwise(keys)])
    star = Replacements([(keys[: count // 2], keys[count // 2 :])] * 5)
    sets = DisjointSets()
    for pair in pairwise(keys):
        sets.join(pair)
    assert chain.root(keys[0]) == keys[-1]
    assert star.forked == set(keys[count // 2 :])
    assert sets.size(sets.find(keys[0])) == count
    return chain.steps + star.steps + sets.steps


def test_twice_as_many_claims_are_hardly_more_than_twice_the_work() -> None:
    assert steps(8_000) < 2.5 * steps(4_000)


def test_a_long_chain_and_a_record_with_very_many_numbers_are_resolved() -> None:
    keys = numbers(20_000)
    chain = Identities([claim(number, new, replaces=(old,)) for number, (old, new) in enumerate(pairwise(keys))])
    assert chain.resolve([keys[0]]) == linked(keys[-1])
    assert chain.conflicts() == frozenset()
    crowd = Identities([claim(1, *keys, LOCAL[0]), claim(2, LOCAL[0], LOCAL[1])])
    assert crowd.resolve([LOCAL[1]]).state is PartyState.CONFLICT
    assert crowd.resolve(keys).state is PartyState.CONFLICT
    assert crowd.conflicts() == {(ConflictKind.LOCAL_CLAIMED_TWICE, LOCAL[0])}
