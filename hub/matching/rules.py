"""Who is who, as a function of the set of current claims. Pure; the order of claims never matters.

A *claim* is what one person record says: these identifiers are one person, and those are the person's
earlier national numbers. Nothing else joins identifiers: no name, no birth date, no likeness.

1. A national number stands for the number that replaced it, along declared replacements. Where an old
   number has two different successors, or a chain runs in a circle, nothing is followed.
2. A party with one national number (after that) is that person. With two it is a conflict.
3. A party without one is whom person records claim its local ids for: one person, or a conflict.
4. Where no national number is known, the person records with only local ids make a local person.
5. Otherwise the party waits, unmatched.
6. A record that was merged into another gives its local ids to the person of the other, whichever of the two says so.
   A replacement number (erstatningspersonnummer) of the merged record follows; an ordinary number is replaced only
   where that is declared by number.

Two different national numbers are never one person but by a declared replacement, or because a person decided it: what
people decided (``decisions``) comes before all of this.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cached_property
from heapq import nsmallest
from itertools import chain
from typing import NamedTuple

from hub.matching.claims import Claim
from hub.matching.decisions import Decisions, disagree, replacements
from hub.matching.graphs import DisjointSets, Key, Replacements
from schemas.identifiers import REPLACEMENT_DAY_OFFSET

LARGEST_COMPONENT = 5_000
"""Identifiers that may hang together by claims. Beyond, nobody can be meant: an id that stands for "none" joins all who
have it. Such a component is a conflict, and what was known of its people stays."""


class PartyState(StrEnum):
    """How a party was resolved."""

    LINKED = "linked"
    UNMATCHED = "unmatched"
    """Nothing is claimed yet; it waits."""
    CONFLICT = "conflict"
    """Claims contradict one another; it waits for a person."""
    FORGOTTEN = "forgotten"
    """It was somebody who is forgotten; nothing names them any more."""


class ConflictKind(StrEnum):
    """A contradiction among claims."""

    REPLACEMENT_FORKED = "replacement_forked"
    """An old number is said to be replaced by two different ones."""
    REPLACEMENT_CIRCULAR = "replacement_circular"
    """Numbers are said to replace each other in a circle."""
    LOCAL_CLAIMED_TWICE = "local_claimed_twice"
    """A local id is claimed for two different national numbers."""
    DISAGREEING_PERSON = "disagreeing_person"
    """One number, but different birth dates or names."""
    NUMBER_CHANGED = "number_changed"
    """A record named its person by another number before, without saying that it was replaced; others still use it."""
    TOO_MANY_IDENTIFIERS = "too_many_identifiers"
    """So many identifiers hang together that nobody can be meant; they are left as they were."""


class Resolution(NamedTuple):
    """Who a party is: the identifier that stands for the person, if there is exactly one."""

    state: PartyState
    root: Key | None = None


class Identities:
    """Answers who is who under one set of claims.

    The claims must be *closed*: with one claim on an identifier, all current ones on it. The work is linear in the size
    of the claims; only where there are several answers are they compared, and two are enough for a conflict.
    """

    def __init__(self, claims: Iterable[Claim], decisions: Decisions | None = None) -> None:
        self._decisions = decisions or Decisions()
        self._claims = tuple(map(self._decisions.separated, claims))
        self._resolved: dict[frozenset[Key], Resolution] = {}

    def root(self, national: Key) -> Key:
        """The number that stands for this number's person."""
        return self._numbers.root(national)

    def resolve(self, keys: Iterable[Key]) -> Resolution:
        """Who a party with these identifiers is."""
        party = self._decisions.named(frozenset(keys))
        resolution = self._resolved.get(party)
        if resolution is None:
            resolution = self._resolved[party] = self._resolve(party)
        return resolution

    def _resolve(self, party: frozenset[Key]) -> Resolution:
        people = {self.root(key) for key in party if key.national}
        if not people:
            people = set(chain.from_iterable(self._person_of(key) for key in party))
            people = {key for key in people if key.national} or people
        if len(people) > 1:
            return Resolution(PartyState.CONFLICT)
        return Resolution(PartyState.LINKED, people.pop()) if people else Resolution(PartyState.UNMATCHED)

    def conflicts(self) -> frozenset[tuple[ConflictKind, Key]]:
        """All contradictions, each with the identifier it is about."""
        conflicts = {(ConflictKind.REPLACEMENT_CIRCULAR, old) for old in self._numbers.circular}
        conflicts |= {(ConflictKind.REPLACEMENT_FORKED, old) for old in self._numbers.forked}
        conflicts |= {(ConflictKind.LOCAL_CLAIMED_TWICE, key) for key, roots in self._direct.items() if len(roots) > 1}
        settled: dict[Key, set[str]] = defaultdict(set)
        for key, statements in self._decisions.settled_statements():
            settled[self.root(key)] |= statements
        by_root: dict[Key, list[Claim]] = defaultdict(list)
        for claim in self._claims:
            for root in {self.root(key) for key in claim.keys if key.national}:
                by_root[root].append(claim)
        conflicts |= {
            (ConflictKind.DISAGREEING_PERSON, root)
            for root, claims in by_root.items()
            if disagree(claims, settled.get(root, ()))
        }
        return frozenset(conflicts)

    def _person_of(self, local: Key) -> tuple[Key, ...]:
        """Whom a local id is claimed for, unless they are kept apart: then it is a person of its own."""
        people, apart = self._claimed(local), self._decisions.apart_from(local)
        if not apart:
            return people
        others = set[Key]()
        for other in apart:
            others |= {self.root(other)} if other.national else set(self._claimed(other))
        if not others.intersection(people):
            return people
        return tuple(key for key in people if key not in others) or (local,)

    def _claimed(self, local: Key) -> tuple[Key, ...]:
        """Whom a local id is claimed for: national numbers, else the local person, else nobody."""
        linked = self._decisions.followed(local)
        merged = linked if linked.national else self._merged.get(linked, linked)
        if merged.national:
            return (self.root(merged),)
        return self._direct.get(merged) or self._group_people.get(self._groups.find(merged), ())

    @cached_property
    def _numbers(self) -> Replacements:
        by_number = [(claim.numbers, claim.old_numbers) for claim in self._claims]
        return replacements([*by_number, *self._replaced_by_merging()], self._decisions)

    def _replaced_by_merging(self) -> Iterable[tuple[Iterable[Key], Iterable[Key]]]:
        """Replacement numbers of records that were merged into records whose number stands elsewhere.

        An ordinary number is never replaced in this way: it names somebody, if perhaps not this person.
        """
        merges = {
            claim.record_id: self._merged.get(local, local)
            for claim in self._claims
            if claim.old_numbers and not claim.numbers
            for local in claim.merged_into
        }
        numbers_by_target: dict[Key, set[Key]] = {target: set() for target in merges.values()}
        for claim in self._claims:
            for local in claim.locals & numbers_by_target.keys():
                numbers_by_target[local] |= claim.numbers
        for claim in self._claims:
            if claim.record_id in merges:
                yield numbers_by_target[merges[claim.record_id]], filter(_is_replacement_number, claim.old_numbers)

    @cached_property
    def _merged(self) -> Mapping[Key, Key]:
        """Local ids of records that were merged into others, with the identifier that stands for them now."""
        merges = Replacements((claim.merged_into, claim.old_locals) for claim in self._claims)
        return {old: root for old in merges.replaced if (root := merges.root(old)) != old}

    @cached_property
    def _direct(self) -> Mapping[Key, tuple[Key, ...]]:
        """Local ids that stand beside a national number in a person record, with what those numbers lead to."""
        claimed = self._targets_by_local(
            (claim.locals, (key for key in claim.keys if key.national)) for claim in self._claims
        )
        decided = {key: (self.root(target),) for key, target in self._decisions.links.items() if target.national}
        return {**claimed, **decided}

    @cached_property
    def _earlier(self) -> Mapping[Key, tuple[Key, ...]]:
        """The same of merged records: it counts where nobody knows the number of what they were merged into."""
        return self._targets_by_local((claim.locals | claim.old_locals, claim.old_numbers) for claim in self._claims)

    def _targets_by_local(self, pairs: Iterable[tuple[Iterable[Key], Iterable[Key]]]) -> dict[Key, tuple[Key, ...]]:
        people: dict[Key, tuple[Key, ...]] = {}
        for locals_, numbers in pairs:
            roots = _at_most_two(self.root(number) for number in numbers)
            for key in locals_ if roots else ():
                people[key] = _at_most_two((*people.get(key, ()), *roots))
        return people

    @cached_property
    def _groups(self) -> DisjointSets:
        """Local ids that person records join."""
        groups = DisjointSets()
        for claim in self._claims:
            groups.join(claim.locals | claim.old_locals)
        for key, other in self._decisions.links.items():
            groups.join((key,) if other.national else (key, other))
        return groups

    @cached_property
    def _group_people(self) -> Mapping[Key, tuple[Key, ...]]:
        """Who a whole group is: the national numbers that any of its ids is claimed for, else its least id."""
        people: dict[Key, tuple[Key, ...]] = {self._groups.find(key): () for key in self._groups.members()}
        for index in (self._direct, self._earlier):
            undecided = {group for group, person_ids in people.items() if not person_ids}
            for key in self._groups.members():
                if (group := self._groups.find(key)) in undecided:
                    people[group] = _at_most_two((*people[group], *index.get(key, ())))
        return {group: person_ids or (self._groups.least(group),) for group, person_ids in people.items()}


def _at_most_two(keys: Iterable[Key]) -> tuple[Key, ...]:
    """The two least of different keys: two make a conflict, and more would make no other."""
    return tuple(nsmallest(2, set(keys)))


def _is_replacement_number(number: Key) -> bool:
    return not number.value.isdigit() or int(number.value[:2]) > REPLACEMENT_DAY_OFFSET
