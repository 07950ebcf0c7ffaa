"""How a sample is drawn: the same for a seed, in whatever order; who belongs where, and what cannot be told."""

import secrets
from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from hub.audit.sample_due import add_months, judge_due
from hub.audit.sampling import (
    SamplingFacts,
    draw,
    find_bursts,
    find_strata,
    is_out_of_hours,
    pick,
    population_digest,
    random_number,
    stratum_counts,
    surname_of,
)
from hub.settings import Settings
from schemas.access import Basis
from schemas.lookup import Lookup
from schemas.sample import TARGETED, SampleParameters, Stratum

PARAMETERS = SampleParameters(first_day=date(2026, 9, 1), last_day=date(2026, 9, 30), most_targeted=5, most_whole=7)
SEEDS = st.binary(min_size=32, max_size=32)
SEQS = st.frozensets(st.integers(1, 5_000), max_size=200)
ELIGIBLE = st.dictionaries(st.sampled_from(TARGETED), SEQS)
MONDAY = datetime(2026, 9, 7, 8, 0, tzinfo=UTC)
"""Ten o'clock in Denmark."""
MAJA, IDA, LENE = (UUID(int=number) for number in (1, 2, 3))


def look_up(seq: int = 1, **values: object) -> Lookup:
    fields = {"first_at": MONDAY, "last_at": MONDAY, "actor_id": "ole", "actor_name": "Ole Bruun", "citizen_id": MAJA}
    return Lookup.model_validate({"seq": seq, **fields, **values})


@given(SEEDS, SEQS, ELIGIBLE, st.randoms())
def test_a_seed_gives_the_same_lines_in_whatever_order_the_log_is_read(
    seed: bytes, population: frozenset[int], eligible: dict[Stratum, frozenset[int]], random: Random
) -> None:
    lines = draw(seed, population, eligible, PARAMETERS)
    shuffled = list(population)
    random.shuffle(shuffled)
    mixed = {stratum: sorted(seqs, key=lambda _: random.random()) for stratum, seqs in eligible.items()}
    assert draw(seed, shuffled, mixed, PARAMETERS) == lines
    assert [line.seq for line in lines] == sorted({line.seq for line in lines})
    assert all(line.strata for line in lines)


@given(SEEDS, SEQS, ELIGIBLE)
def test_no_stratum_gives_more_than_was_set_or_what_it_has_not(
    seed: bytes, population: frozenset[int], eligible: dict[Stratum, frozenset[int]]
) -> None:
    lines = draw(seed, population, eligible, PARAMETERS)
    for stratum in Stratum:
        seqs = population if stratum is Stratum.RANDOM else eligible.get(stratum, frozenset())
        drawn = {line.seq for line in lines if stratum in line.strata}
        most = {
            Stratum.RANDOM: random_number(len(population), PARAMETERS),
            Stratum.NO_RELATION: 7,
            Stratum.PROTECTED: 7,
        }
        assert drawn <= seqs
        assert len(drawn) == min(len(seqs), most.get(stratum, 5))


@given(SEEDS, SEQS, st.integers(0, 50), st.integers(0, 50))
def test_a_larger_sample_contains_the_smaller(seed: bytes, population: frozenset[int], first: int, second: int) -> None:
    small, large = sorted((first, second))
    assert pick(seed, Stratum.RANDOM, population, small) <= pick(seed, Stratum.RANDOM, population, large)


@given(SEEDS, st.frozensets(st.integers(1, 5_000), min_size=20, max_size=200), st.data())
def test_erasing_what_was_not_drawn_changes_nothing_that_was(
    seed: bytes, population: frozenset[int], data: st.DataObject
) -> None:
    drawn = pick(seed, Stratum.RANDOM, population, 5)
    erased = data.draw(st.frozensets(st.sampled_from(sorted(population - drawn))))
    assert pick(seed, Stratum.RANDOM, population - erased, 5) == drawn


def test_seeds_differ_and_so_do_their_samples() -> None:
    population = range(1, 2_001)
    samples = {pick(secrets.token_bytes(32), Stratum.RANDOM, population, 40) for _ in range(20)}
    assert len(samples) == 20


@given(SEQS, SEQS)
def test_the_digest_tells_whether_the_same_look_ups_are_there(some: frozenset[int], others: frozenset[int]) -> None:
    assert (population_digest(some) == population_digest(others)) == (some == others)


def test_known_relations_are_sorted_out_of_the_targeted_strata_alone() -> None:
    facts = SamplingFacts(
        actor_surnames={"ole": "bruun"},
        citizen_surnames={MAJA: "bruun", IDA: "holm"},
        protected=frozenset({MAJA}),
        known=frozenset({MAJA, IDA}),
    )
    lookups = [
        look_up(1, relation=Basis.NONE),
        look_up(2, relation=Basis.TEAM),
        look_up(3, relation=Basis.OWN_UNIT),
        look_up(4, relation=Basis.OWN_UNIT, citizen_id=IDA),
        look_up(5, relation=None, citizen_id=LENE),
    ]
    strata = find_strata(lookups, facts, PARAMETERS)
    assert tuple(strata[Stratum.NO_RELATION]) == ({1}, 0, 1)
    assert tuple(strata[Stratum.PROTECTED]) == ({1, 3}, 1, 1)
    assert tuple(strata[Stratum.SAME_SURNAME]) == ({1, 3}, 1, 1)
    assert tuple(strata[Stratum.SAME_ADDRESS]) == (frozenset(), 0, 5)
    assert tuple(strata[Stratum.OWN_OR_COLLEAGUE]) == (frozenset(), 0, 5)
    lines = draw(bytes(32), [1, 2, 3, 4, 5], {key: each.eligible for key, each in strata.items()}, PARAMETERS)
    counts = {count.stratum: count for count in stratum_counts(5, strata, lines)}
    assert counts[Stratum.PROTECTED].sorted_out == 1
    assert counts[Stratum.SAME_ADDRESS].unchecked == 5


def test_the_own_address_the_own_page_and_a_colleague_are_found_where_the_login_told_the_number() -> None:
    home = ("skolevej 2", "9999")
    facts = SamplingFacts(
        actor_addresses={"ole": home},
        citizen_addresses={MAJA: home, IDA: ("torvet 1", "9999")},
        own_citizens={"ole": IDA, "lene": LENE},
        known=frozenset({MAJA, IDA, LENE}),
    )
    lookups = [look_up(1), look_up(2, citizen_id=IDA), look_up(3, citizen_id=LENE), look_up(4, actor_id="anna")]
    strata = find_strata(lookups, facts, PARAMETERS)
    assert tuple(strata[Stratum.SAME_ADDRESS]) == ({1}, 0, 2)
    assert tuple(strata[Stratum.OWN_OR_COLLEAGUE]) == ({2, 3}, 0, 1)


def test_working_hours_are_danish_and_holidays_are_none() -> None:
    assert not is_out_of_hours(MONDAY, PARAMETERS)
    assert is_out_of_hours(datetime(2026, 9, 7, 4, 59, tzinfo=UTC), PARAMETERS)
    assert not is_out_of_hours(datetime(2026, 9, 7, 5, 0, tzinfo=UTC), PARAMETERS)
    assert is_out_of_hours(datetime(2026, 9, 7, 16, 0, tzinfo=UTC), PARAMETERS)
    assert is_out_of_hours(datetime(2026, 9, 5, 10, 0, tzinfo=UTC), PARAMETERS)
    assert is_out_of_hours(datetime(2026, 12, 25, 10, 0, tzinfo=UTC), PARAMETERS)
    assert is_out_of_hours(datetime(2026, 1, 7, 5, 30, tzinfo=UTC), PARAMETERS), "half past six in winter"


@given(st.integers(2, 12), st.integers(0, 12))
def test_a_burst_is_so_many_different_citizens_within_the_time(limit: int, citizens: int) -> None:
    parameters = PARAMETERS.model_copy(update={"burst_citizens": limit, "burst_minutes": 10})
    lookups = [
        look_up(seq, first_at=MONDAY + timedelta(seconds=seq), citizen_id=UUID(int=seq))
        for seq in range(1, citizens + 1)
    ]
    lookups += [look_up(100 + seq, first_at=MONDAY + timedelta(seconds=seq)) for seq in range(30)]
    later = look_up(999, first_at=MONDAY + timedelta(hours=5))
    bursts = find_bursts([*reversed(lookups), later], parameters)
    seen = len({lookup.citizen_id for lookup in lookups})
    assert bool(bursts) == (seen >= limit)
    assert 999 not in bursts


def test_a_surname_is_the_last_word() -> None:
    assert surname_of("Ole Erik BRUUN ") == "bruun"
    assert surname_of("") is None


def test_the_next_sample_is_due_by_the_rhythm_which_is_shorter_than_the_retention() -> None:
    assert add_months(date(2026, 11, 30), 3) == date(2027, 2, 28)
    due = judge_due(date(2026, 1, 10), None, date(2026, 4, 11), rhythm_months=3, retention_months=24)
    assert (due.due_on, due.is_overdue) == (date(2026, 4, 10), True)
    never = judge_due(None, date(2026, 1, 10), date(2026, 4, 10), rhythm_months=3, retention_months=24)
    assert (never.latest, never.is_overdue) == (None, False)
    fields = Settings.model_fields
    longest = next(each.le for each in fields["sample_months"].metadata if hasattr(each, "le"))
    shortest = next(each.ge for each in fields["audit_retention_months"].metadata if hasattr(each, "ge"))
    assert longest <= 6 < shortest
