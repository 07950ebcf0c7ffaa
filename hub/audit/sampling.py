"""How a sample of look-ups is drawn: unpredictable before, the same for ever after. Pure.

Each look-up has a rank in each stratum, which the seed alone decides (HMAC-SHA-256). The lowest ranks are drawn. So
the order in which look-ups are read does not matter, a larger sample contains the smaller, and who does not know the
seed can tell nothing (docs/audit.md, the decision on samples).
"""

import hashlib
import hmac
from collections import Counter, deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from typing import NamedTuple
from uuid import UUID

from hub.clock import DANISH_TIME
from hub.rules.deadlines import is_working_day
from schemas.access import Basis
from schemas.lookup import Lookup
from schemas.sample import TARGETED, SampleParameters, Stratum, StratumCount

KNOWN_RELATIONS = frozenset({Basis.TEAM, Basis.NAMED_WORKER})
"""Relations of one employee to one citizen, which are sorted out of the targeted strata; a whole unit's is not."""
DRAWN_WHOLE = frozenset({Stratum.NO_RELATION, Stratum.PROTECTED})

Address = tuple[str, ...]
NOBODY = UUID(int=0)


@dataclass(frozen=True)
class SamplingFacts:
    """What is known of the people, beside the log."""

    actor_surnames: Mapping[str, str] = field(default_factory=dict)
    citizen_surnames: Mapping[UUID, str] = field(default_factory=dict)
    actor_addresses: Mapping[str, Address] = field(default_factory=dict)
    """Of employees who are citizens here, and whose number the login gave."""
    citizen_addresses: Mapping[UUID, Address] = field(default_factory=dict)
    own_citizens: Mapping[str, UUID] = field(default_factory=dict)
    """Who each of these employees is as a citizen."""
    protected: frozenset[UUID] = frozenset()
    known: frozenset[UUID] = frozenset()
    """Citizens whose overview is there; of others nothing can be told."""


class StratumLookups(NamedTuple):
    """What belongs to a stratum."""

    eligible: frozenset[int]
    sorted_out: int
    unchecked: int


class DrawnLine(NamedTuple):
    """A look-up that was drawn, and why."""

    seq: int
    strata: tuple[Stratum, ...]


def draw(
    seed: bytes,
    population: Collection[int],
    eligible: Mapping[Stratum, Collection[int]],
    parameters: SampleParameters,
) -> tuple[DrawnLine, ...]:
    """The lines of the sample, in the order of the log; the same for the same seed, sets and parameters."""
    picked = {Stratum.RANDOM: pick(seed, Stratum.RANDOM, population, random_number(len(population), parameters))}
    for stratum in TARGETED:
        picked[stratum] = pick(seed, stratum, eligible.get(stratum, ()), most_of(stratum, parameters))
    lines = sorted(frozenset[int]().union(*picked.values()))
    return tuple(DrawnLine(seq, tuple(each for each in Stratum if seq in picked[each])) for seq in lines)


def pick(seed: bytes, stratum: Stratum, seqs: Collection[int], number: int) -> frozenset[int]:
    """The *number* look-ups with the lowest rank in the stratum, or all."""
    return frozenset(sorted(set(seqs), key=lambda seq: rank(seed, stratum, seq))[:number])


def rank(seed: bytes, stratum: Stratum, seq: int) -> bytes:
    """Where a look-up stands in the stratum, by the seed."""
    return hmac.digest(seed, f"{stratum.value}\x1f{seq}".encode(), "sha256")


def random_number(population: int, parameters: SampleParameters) -> int:
    """How many are drawn at random: the share, rounded up, and no more than was set."""
    return min(parameters.most_random, ceil(population * parameters.percent / 100))


def most_of(stratum: Stratum, parameters: SampleParameters) -> int:
    """How many of a targeted stratum are drawn at most."""
    return parameters.most_whole if stratum in DRAWN_WHOLE else parameters.most_targeted


def population_digest(seqs: Iterable[int]) -> str:
    """Tells whether the same look-ups are there, in whatever order they are read."""
    return hashlib.sha256(",".join(map(str, sorted(seqs))).encode()).hexdigest()


def stratum_counts(
    population: int, strata: Mapping[Stratum, StratumLookups], lines: Iterable[DrawnLine]
) -> tuple[StratumCount, ...]:
    """What each stratum has, and what was drawn of it."""
    drawn = Counter(stratum for line in lines for stratum in line.strata)
    return (
        StratumCount(stratum=Stratum.RANDOM, eligible=population, drawn=drawn[Stratum.RANDOM]),
        *(
            StratumCount(
                stratum=stratum,
                eligible=len(strata[stratum].eligible),
                drawn=drawn[stratum],
                sorted_out=strata[stratum].sorted_out,
                unchecked=strata[stratum].unchecked,
            )
            for stratum in TARGETED
        ),
    )


def find_strata(
    lookups: Sequence[Lookup], facts: SamplingFacts, parameters: SampleParameters
) -> dict[Stratum, StratumLookups]:
    """Which look-ups belong to each targeted stratum, which were sorted out, and which cannot be told."""
    bursts = find_bursts(lookups, parameters)
    answers = {lookup.seq: _answers(lookup, facts, parameters, bursts) for lookup in lookups}
    strata: dict[Stratum, StratumLookups] = {}
    for stratum in TARGETED:
        eligible = {lookup.seq for lookup in lookups if answers[lookup.seq][stratum]}
        known = {lookup.seq for lookup in lookups if lookup.seq in eligible and lookup.relation in KNOWN_RELATIONS}
        unchecked = sum(answers[lookup.seq][stratum] is None for lookup in lookups)
        strata[stratum] = StratumLookups(frozenset(eligible - known), len(known), unchecked)
    return strata


def _answers(
    lookup: Lookup, facts: SamplingFacts, parameters: SampleParameters, bursts: frozenset[int]
) -> dict[Stratum, bool | None]:
    """Whether the look-up belongs to each stratum; None: that cannot be told."""
    citizen, actor = lookup.citizen_id or NOBODY, lookup.actor_id
    surname, address = facts.actor_surnames.get(actor), facts.actor_addresses.get(actor)
    is_employee = citizen in facts.own_citizens.values()
    return {
        Stratum.NO_RELATION: None if lookup.relation is None else lookup.is_without_relation,
        Stratum.PROTECTED: citizen in facts.protected if citizen in facts.known else None,
        Stratum.SAME_SURNAME: _same(surname, facts.citizen_surnames.get(citizen)),
        Stratum.SAME_ADDRESS: _same(address, facts.citizen_addresses.get(citizen)),
        Stratum.OWN_OR_COLLEAGUE: True if is_employee else False if actor in facts.own_citizens else None,
        Stratum.OUT_OF_HOURS: is_out_of_hours(lookup.first_at, parameters),
        Stratum.BURST: lookup.seq in bursts,
        Stratum.ON_BEHALF: lookup.on_behalf_of is not None,
    }


def _same(mine: object, theirs: object) -> bool | None:
    return None if mine is None or theirs is None else mine == theirs


def is_out_of_hours(moment: datetime, parameters: SampleParameters) -> bool:
    """Whether it is outside of the declared working hours in Denmark: weekends and public holidays are."""
    local = moment.astimezone(DANISH_TIME)
    return not (is_working_day(local.date()) and parameters.opens <= local.hour < parameters.closes)


def find_bursts(lookups: Iterable[Lookup], parameters: SampleParameters) -> frozenset[int]:
    """Look-ups of employees who looked at many different citizens within a short time."""
    within = timedelta(minutes=parameters.burst_minutes)
    by_actor: dict[str, list[Lookup]] = {}
    for lookup in lookups:
        by_actor.setdefault(lookup.actor_id, []).append(lookup)
    bursts: set[int] = set()
    for own in by_actor.values():
        window: deque[Lookup] = deque()
        citizens: Counter[UUID | None] = Counter()
        for lookup in sorted(own, key=lambda each: (each.first_at, each.seq)):
            window.append(lookup)
            citizens[lookup.citizen_id] += 1
            while lookup.first_at - window[0].first_at > within:
                oldest = window.popleft().citizen_id
                citizens[oldest] -= 1
                if not citizens[oldest]:
                    del citizens[oldest]
            if len(citizens) >= parameters.burst_citizens:
                bursts.update(each.seq for each in window)
    return frozenset(bursts)


def surname_of(name: str | None) -> str | None:
    """The last word of a name, as it is compared; None: there is no name."""
    words = (name or "").casefold().split()
    return words[-1] if words else None
