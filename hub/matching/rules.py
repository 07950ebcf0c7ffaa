"""Who is who, as a function of the set of current claims. Pure; the order of claims never matters.

A *claim* is what one person record says: these identifiers are one person, and those are the person's
earlier national numbers. Nothing else joins identifiers: no name, no birth date, no likeness.

1. A national number stands for the number that replaced it, along declared replacements. Where an old
   number has two different successors, or a chain runs in a circle, nothing is followed.
2. A party with one national number (after that) is that person. With two it is a conflict.
3. A party without one is whom person records claim its local ids for: one person, or a conflict.
4. Where no national number is known, the person records with only local ids make a local person.
5. Otherwise the party waits, unmatched.

Two different national numbers are never one person but by a declared replacement.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from itertools import chain
from uuid import UUID

from schemas.identifiers import Identifier
from schemas.text import fold_text


@dataclass(frozen=True, order=True, slots=True)
class Key:
    """An identifier as a value to compare by; the value is left out of ``repr``."""

    namespace: str
    value: str = field(repr=False)
    national: bool = field(compare=False)

    @classmethod
    def of(cls, identifier: Identifier) -> "Key":
        """The key of an identifier."""
        return cls(identifier.namespace, identifier.value, identifier.is_national)


@dataclass(frozen=True, slots=True)
class Claim:
    """What one current person record says."""

    record_id: UUID
    keys: frozenset[Key]
    """All of them are one person."""
    replaces: frozenset[Key] = frozenset()
    """Earlier national numbers of that person."""
    birth_date: date | None = None
    name: str | None = None


class PartyState(StrEnum):
    """How a party was resolved."""

    LINKED = "linked"
    UNMATCHED = "unmatched"
    """Nothing is claimed yet; it waits."""
    CONFLICT = "conflict"
    """Claims contradict one another; it waits for a person."""


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


@dataclass(frozen=True, slots=True)
class Resolution:
    """Who a party is: the identifier that stands for the person, if there is exactly one."""

    state: PartyState
    root: Key | None = None


class Identities:
    """Answers who is who under one set of claims.

    The claims must be *closed*: with one claim on an identifier, all current ones on it.
    """

    def __init__(self, claims: Iterable[Claim]) -> None:
        self._claims = tuple(claims)
        self._roots: dict[Key, Key] = {}
        self._resolved: dict[frozenset[Key], Resolution] = {}

    def root(self, national: Key) -> Key:
        """The number that stands for this number's person."""
        if national not in self._roots:
            onward = self._onward(national)
            self._roots[national] = next(iter(onward)) if len(onward) == 1 else national
        return self._roots[national]

    def resolve(self, keys: Iterable[Key]) -> Resolution:
        """Who a party with these identifiers is."""
        given = frozenset(keys)
        if given not in self._resolved:
            self._resolved[given] = self._resolve(given)
        return self._resolved[given]

    def _resolve(self, given: frozenset[Key]) -> Resolution:
        found = {self.root(key) for key in given if key.national}
        if not found:
            found = set(chain.from_iterable(self._claimed(key) for key in given))
            found = {key for key in found if key.national} or found
        if len(found) > 1:
            return Resolution(PartyState.CONFLICT)
        return Resolution(PartyState.LINKED, found.pop()) if found else Resolution(PartyState.UNMATCHED)

    def conflicts(self) -> frozenset[tuple[ConflictKind, Key]]:
        """All contradictions, each with the identifier it is about."""
        found = {(ConflictKind.REPLACEMENT_CIRCULAR, old) for old in self._circular}
        for old in self._successors.keys() - self._circular:
            if len(self._onward(old)) > 1:
                found.add((ConflictKind.REPLACEMENT_FORKED, old))
        found |= {(ConflictKind.LOCAL_CLAIMED_TWICE, key) for key, roots in self._direct.items() if len(roots) > 1}
        said: dict[Key, list[Claim]] = defaultdict(list)
        for claim in self._claims:
            for root in {self.root(key) for key in claim.keys if key.national}:
                said[root].append(claim)
        found |= {(ConflictKind.DISAGREEING_PERSON, root) for root, claims in said.items() if _disagree(claims)}
        return frozenset(found)

    def _onward(self, national: Key) -> frozenset[Key]:
        """Where the successors of a number lead; empty when none may be followed."""
        if national in self._circular:
            return frozenset()
        return frozenset(self.root(new) for new in self._successors.get(national, ()))

    def _claimed(self, local: Key) -> frozenset[Key]:
        """Whom a local id is claimed for: national numbers, else the local person, else nobody."""
        if local in self._direct:
            return self._direct[local]
        together = self._together.get(local, frozenset())
        nationals = frozenset(chain.from_iterable(self._direct.get(key, ()) for key in together))
        return nationals or frozenset(sorted(together)[:1])

    @cached_property
    def _successors(self) -> Mapping[Key, frozenset[Key]]:
        found: dict[Key, frozenset[Key]] = {}
        for claim in self._claims:
            new = frozenset(key for key in claim.keys if key.national) - claim.replaces
            for old in claim.replaces if new else ():
                found[old] = found.get(old, frozenset()) | new
        return found

    @cached_property
    def _circular(self) -> frozenset[Key]:
        return frozenset(old for old in self._successors if old in self._reachable(old))

    def _reachable(self, start: Key) -> set[Key]:
        seen: set[Key] = set()
        ahead = set(self._successors.get(start, ()))
        while ahead:
            seen |= ahead
            ahead = set(chain.from_iterable(self._successors.get(key, ()) for key in ahead)) - seen
        return seen

    @cached_property
    def _direct(self) -> Mapping[Key, frozenset[Key]]:
        """Local ids that stand beside a national number in a person record, with what those numbers lead to."""
        found: dict[Key, frozenset[Key]] = {}
        for claim in self._claims:
            roots = frozenset(self.root(key) for key in claim.keys if key.national)
            for key in claim.keys if roots else ():
                if not key.national:
                    found[key] = found.get(key, frozenset()) | roots
        return found

    @cached_property
    def _together(self) -> Mapping[Key, frozenset[Key]]:
        """Local ids with all local ids that person records join them with, themselves included."""
        joined: dict[Key, frozenset[Key]] = {}
        for claim in self._claims:
            locals_ = frozenset(key for key in claim.keys if not key.national)
            group = locals_.union(*(joined.get(key, frozenset()) for key in locals_))
            joined.update(dict.fromkeys(group, group))
        return joined


def _disagree(claims: Iterable[Claim]) -> bool:
    births = {claim.birth_date for claim in claims if claim.birth_date}
    names = {fold_text(claim.name) for claim in claims if claim.name}
    return len(births) > 1 or len(names) > 1
