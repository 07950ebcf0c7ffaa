"""Decisions of people beside claims, without a store: what holds for every set of both."""

from collections.abc import Sequence
from itertools import combinations
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.matching.claims import Claim
from hub.matching.decisions import Decision, DecisionKind, Decisions, disagree, statement_digest
from hub.matching.graphs import Key
from hub.matching.rules import Identities, PartyState

CPR = [Key("cpr", f"{61 + n}0190-4001", national=True) for n in range(5)]
LOCAL = [Key("social:person", f"{n:02d}", national=False) for n in range(5)]
KEYS = [*CPR, *LOCAL]

keys = st.frozensets(st.sampled_from(KEYS), max_size=3)
claims = st.lists(
    st.builds(
        lambda n, own, old, name: Claim(record_id=UUID(int=n), keys=own, replaces=old - own, name=name),
        st.integers(1, 10**6),
        keys.filter(bool),
        st.frozensets(st.sampled_from(KEYS), max_size=1),
        st.sampled_from([None, "Maja", "Ida"]),
    ),
    max_size=8,
    unique_by=lambda claim: claim.record_id,
)
apart = st.builds(
    lambda subject, target: Decision(DecisionKind.KEEP_APART, subject, target),
    st.sampled_from(KEYS),
    st.sampled_from(KEYS),
).filter(lambda each: each.subject != each.target)
links = st.builds(
    lambda subject, target: Decision(DecisionKind.LINK, subject, target), st.sampled_from(LOCAL), st.sampled_from(CPR)
)
merges = st.builds(
    lambda pair: Decision(DecisionKind.MERGE, CPR[max(pair)], CPR[min(pair)]),
    st.tuples(st.integers(0, 4), st.integers(0, 4)).filter(lambda pair: pair[0] != pair[1]),
)


def once(decisions: Sequence[Decision]) -> list[Decision]:
    """Only the first that joins a subject, as the store has it."""
    return list({(each.subject, each.kind is DecisionKind.KEEP_APART): each for each in reversed(decisions)}.values())


@given(claims, st.lists(apart | links | merges, max_size=5), st.integers())
def test_neither_the_order_of_claims_nor_that_of_decisions_matters(
    said: list[Claim], decided: list[Decision], seed: int
) -> None:
    decided = once(decided)
    shuffled, others = list(said), list(decided)
    Random(seed).shuffle(shuffled)  # noqa: S311  a seeded order, no secret
    Random(seed).shuffle(others)  # noqa: S311  as above
    one, other = Identities(said, Decisions(decided)), Identities(shuffled, Decisions(others))
    for party in [*([key] for key in KEYS), *combinations(KEYS, 2)]:
        assert one.resolve(party) == other.resolve(party)
    assert one.conflicts() == other.conflicts()


@given(claims, st.lists(apart, min_size=1, max_size=4))
def test_who_is_kept_apart_is_never_one_person_whatever_is_claimed(said: list[Claim], decided: list[Decision]) -> None:
    identities = Identities(said, Decisions(decided))
    for decision in decided:
        one, other = identities.resolve([decision.subject]), identities.resolve([decision.target])
        assert one.root is None or one.root != other.root


@given(claims, st.lists(apart | links | merges, max_size=5), keys)
def test_whoever_a_party_is_one_of_its_identifiers_names_alone(
    said: list[Claim], decided: list[Decision], party: frozenset[Key]
) -> None:
    identities = Identities(said, Decisions(once(decided)))
    if root := identities.resolve(party).root:
        assert root in {identities.resolve([key]).root for key in party}


@given(claims, st.lists(merges | links, min_size=1, max_size=4))
def test_who_is_joined_is_one_person_whatever_is_claimed(said: list[Claim], decided: list[Decision]) -> None:
    decided = once(decided)
    identities = Identities(said, Decisions(decided))
    for decision in decided:
        one, other = identities.resolve([decision.subject]), identities.resolve([decision.target])
        assert (one.state, one.root) == (PartyState.LINKED, other.root)


@given(claims)
def test_without_decisions_the_claims_alone_decide(said: list[Claim]) -> None:
    with_none, without = Identities(said, Decisions()), Identities(said)
    assert all(with_none.resolve([key]) == without.resolve([key]) for key in KEYS)


@pytest.mark.parametrize(
    ("names", "settled", "disputed"),
    [
        (["Maja", "Ida"], [], True),
        (["Maja", "Ida"], ["Maja", "Ida"], False),
        (["Maja", "Ida", "MAJA"], ["Maja", "Ida"], False),
        (["Maja", "Ida", "Olga"], ["Maja", "Ida"], True),
        (["Maja", "Ida", None], ["Maja", "Ida"], False),
        (["Olga"], ["Maja", "Ida"], False),
    ],
)
def test_what_was_settled_is_no_conflict_and_what_is_new_is(
    names: list[str | None], settled: list[str], disputed: bool
) -> None:
    said = [Claim(record_id=UUID(int=n), keys=frozenset(CPR[:1]), name=name) for n, name in enumerate(names)]
    digests = {statement_digest(Claim(record_id=UUID(int=9), keys=frozenset(), name=name)) for name in settled}
    assert disagree(said, digests) is disputed
