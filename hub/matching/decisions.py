"""What people have decided about who is who, as values beside the claims of the sources. Pure.

A decision outranks every claim for as long as it stands, whatever the sources send afterwards. Taking it back gives
what the claims alone say, because nothing else remembers it.

1. *Link*: the subject, a source's own id, is the person of the target, whatever is claimed for it. A *merge* says the
   same of two citizens: of a number it means that the target replaced it.
2. *Keep apart*: subject and target are two people. A record that names both speaks of the subject; no declared
   replacement, merging or link joins them.
3. *One person*: what the sources say under the subject, as they said it then, is one person. Another name or birth
   date that comes later is a conflict again.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from hub.matching.claims import Claim
from hub.matching.graphs import Key, Replacements
from schemas.text import fold_text


class DecisionKind(StrEnum):
    """What a person has decided."""

    LINK = "link"
    """A source's own id is that person."""
    MERGE = "merge"
    """Two citizens are one person."""
    KEEP_APART = "keep_apart"
    """Two identifiers are two people."""
    ONE_PERSON = "one_person"
    """What the sources say under one number is one person, though they differ."""


JOINING = frozenset({DecisionKind.LINK, DecisionKind.MERGE})


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision that stands."""

    kind: DecisionKind
    subject: Key
    target: Key
    """Of ``ONE_PERSON`` the subject itself."""
    statements: frozenset[str] = frozenset()
    """``statement_digest`` of every claim that was known to be about the one person."""


class Decisions:
    """All decisions that stand on some identifiers, by what they do."""

    def __init__(self, decisions: Iterable[Decision] = ()) -> None:
        self.all = tuple(decisions)
        self._apart: dict[Key, set[Key]] = defaultdict(set)
        self._loses: dict[Key, set[Key]] = defaultdict(set)
        self.replaced_numbers: dict[Key, Key] = {}
        """Numbers that were replaced by others."""
        self.links: dict[Key, Key] = {}
        """Local ids that are the person of a number, or of another local id."""
        for decision in self.all:
            if decision.kind is DecisionKind.KEEP_APART:
                self._apart[decision.subject].add(decision.target)
                self._apart[decision.target].add(decision.subject)
                self._loses[decision.subject].add(decision.target)
            elif decision.kind in JOINING:
                joined = self.replaced_numbers if decision.subject.national else self.links
                joined[decision.subject] = decision.target

    def followed(self, local: Key) -> Key:
        """The identifier that a local id was linked to, by way of others too; itself if it was not."""
        if not self.links:
            return local
        seen = {local}
        while (target := self.links.get(local)) is not None and target not in seen:
            seen.add(target)
            local = target
        return local

    @property
    def pairs_apart(self) -> Iterable[tuple[Key, Key]]:
        """Identifiers of different people; every pair from both ends."""
        return ((key, other) for key, others in self._apart.items() for other in others)

    def are_apart(self, key: Key, other: Key) -> bool:
        """Whether it was decided that these two are two people."""
        return other in self._apart.get(key, ())

    def apart_from(self, key: Key) -> Collection[Key]:
        """Identifiers of other people than this one's."""
        return self._apart.get(key, ())

    def named(self, keys: frozenset[Key]) -> frozenset[Key]:
        """Whom a record names by these identifiers: without those that are kept apart from another of them."""
        if not self._loses:
            return keys
        lost = {other for key in keys if key in self._loses for other in self._loses[key]}
        return keys - lost if lost else keys

    def separated(self, claim: Claim) -> Claim:
        """The claim without what would join people who are kept apart."""
        if not self._apart:
            return claim
        touched = [key for key in claim.keys | claim.replaces if key in self._apart]
        if not touched:
            return claim
        keys = self.named(claim.keys)
        apart = {other for key in keys for other in self.apart_from(key)}
        if any(key.national for key in claim.keys - keys):
            # Who does not have this number did not have its earlier ones either.
            apart |= {key for key in claim.replaces if key.national}
        return replace(claim, keys=keys, replaces=claim.replaces - apart)

    def settled_statements(self) -> Iterable[tuple[Key, frozenset[str]]]:
        """Identifiers with the statements that were decided to be about one person."""
        return ((each.target, each.statements) for each in self.all if each.statements)


def replacements(statements: Iterable[tuple[Iterable[Key], Iterable[Key]]], decisions: Decisions) -> Replacements:
    """Which number stands for which: as decided, else as declared. Who is kept apart stands for themselves."""
    if not decisions.all:
        return Replacements(statements)
    declared = [(frozenset(new), frozenset(old)) for new, old in statements]
    decided = decisions.replaced_numbers
    ended: set[Key] = set(decided)
    """Numbers whose declared successors do not count."""
    separate: set[Key] = set()
    """Numbers that nothing replaces, for they are kept apart from who stands for them."""
    while True:
        numbers = Replacements(
            [
                *((new, old - ended - separate) for new, old in declared),
                *(({new}, {old}) for old, new in decided.items() if old not in separate),
            ]
        )
        # A declared way back from the target would make a circle of what a person decided.
        circular = {new for new in decided.values() if new in numbers.circular} - ended
        joined = {
            key
            for key, other in decisions.pairs_apart
            if key.national and other.national and numbers.root(key) == numbers.root(other) != key
        } - separate
        if not circular and not joined:
            return numbers
        ended |= circular
        separate |= joined


def statement_digest(claim: Claim) -> str:
    """What a claim says of who the person is, as a digest: recognised when it is said again, and not readable."""
    return hashlib.sha256("\x1f".join(_statement(claim.birth_date, claim.name)).encode()).hexdigest()


def disagree(claims: Collection[Claim], settled: Collection[str] = ()) -> bool:
    """Whether these claims on one person differ in birth date or name.

    Claims whose statement is *settled* are one person; another must be like one of them.
    """
    settled_claims = [claim for claim in claims if statement_digest(claim) in settled] if settled else []
    if not settled_claims:
        return _differ(claims)
    new = [claim for claim in claims if statement_digest(claim) not in settled]
    return any(all(_differ((claim, other)) for other in settled_claims) for claim in new)


def _differ(claims: Iterable[Claim]) -> bool:
    births: set[date] = set()
    names: set[str] = set()
    for claim in claims:
        births |= {claim.birth_date} if claim.birth_date else set()
        names |= {fold_text(claim.name)} if claim.name else set()
    return len(births) > 1 or len(names) > 1


def _statement(birth_date: date | None, name: str | None) -> tuple[str, str]:
    return (birth_date.isoformat() if birth_date else "", fold_text(name) if name else "")
