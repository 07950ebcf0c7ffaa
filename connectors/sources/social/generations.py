"""What changed between two complete readings of a source that has no change mechanism; pure.

A generation is one reading of everything. Compared are digests of the records, so that only what is read can count as
a change: an age, a note or a counter cannot. What is missing is judged by ``connectors.absence``, type by type.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import cast

from pydantic import JsonValue

from connectors.absence import AbsenceLimits, KnownIds, judge
from connectors.base import HeldDeletions, ReadContext
from schemas.record import Cursor, SourceRecord

HASH_LENGTH = 16
GONE = "gone"
"""Replaces the hash of a deleted entity, so that its return counts as a change."""
NAMELESS = "?"
"""Begins the key of a payload without a usable id: known again while it stays the same, never missed."""
CASE = "Sag"
OF_CASE = ("Sag.person", "Sag.part", "Aktivitet")
"""Types that are read through their case: without a statement about the case there is none about them."""
ALWAYS_HELD = AbsenceLimits(max_share=0, max_count=0, always_allowed=0)

Hashes = dict[str, dict[str, str]]
Ids = dict[str, list[str]]


@dataclass(frozen=True)
class Conclusion:
    """What a complete generation says about what was not in it."""

    gone: tuple[tuple[str, str], ...]
    """Type and id of what is deleted."""
    held: tuple[HeldDeletions, ...]
    not_judged: tuple[str, ...]
    """Lists with an item whose id cannot be read: it may be any of those that seem missing."""


@dataclass
class Generation:
    """One reading, compared with the one before.

    The state goes in and out by value: ``of(cursor)`` and, once the reading is complete and ``conclude`` was called,
    ``cursor()``.
    """

    number: int
    before: Hashes
    unproven: Ids
    held: Ids
    cases_before: dict[str, Ids]
    """What each case had, by case and type."""
    unread_before: frozenset[str]
    """Cases whose activities the last reading could not get."""
    now: Hashes = field(default_factory=dict)
    cases: dict[str, Ids] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)
    numbers: dict[str, list[str]] | None = field(default=None, repr=False)
    """National numbers of the people in each case, by which a hint finds it; None: no reading has noted them."""
    _waiting: frozenset[str] = frozenset()
    """Activities that were missing in the reading before: their cases must be read again."""
    _without_statement: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _after: dict[str, KnownIds] = field(default_factory=dict)

    @classmethod
    def of(cls, cursor: Cursor) -> "Generation":
        """The generation that follows the cursor's; the first when the cursor is empty."""
        state = cursor.state
        before = cast("Hashes", state.get("seen", {}))
        if cursor.from_start:  # the ids stay known; what is seen counts as changed
            before = {
                kind: {entity: digest if digest == GONE else "" for entity, digest in seen.items()}
                for kind, seen in before.items()
            }
        return cls(
            number=cast("int", state.get("generation", 0)) + 1,
            before=before,
            unproven=cast("Ids", state.get("unproven", {})),
            held=cast("Ids", state.get("held", {})),
            cases_before=cast("dict[str, Ids]", state.get("cases", {})),
            unread_before=frozenset(cast("list[str]", state.get("unread", []))),
            numbers=cast("dict[str, list[str]] | None", state.get("numbers")),
            _waiting=frozenset(
                entity
                for waiting in (state.get("unproven", {}), state.get("held", {}))
                for entity in cast("Ids", waiting).get("Aktivitet", ())
            ),
        )

    def begin_case(self, case_id: str) -> None:
        """Record that this reading has the case, readable or not."""
        self.cases.setdefault(case_id, {})

    def note_numbers(self, case_id: str, numbers: list[str]) -> None:
        """Record who is in a case."""
        self.numbers = self.numbers or {}
        self.numbers[case_id] = numbers

    def cases_of(self, numbers: frozenset[str]) -> frozenset[str] | None:
        """The cases of which one of these people is a part; None: no reading has noted whose they are."""
        if self.numbers is None:
            return None
        return frozenset(case for case, people in self.numbers.items() if not numbers.isdisjoint(people))

    def people(self) -> frozenset[str]:
        """The national numbers of everybody in a case."""
        return frozenset(number for people in (self.numbers or {}).values() for number in people)

    def changed(self, record: SourceRecord, of_case: str | None = None) -> SourceRecord | None:
        """The record as it shall be published; None when it is as before or came like this in this generation.

        A row that a list gives twice counts as it came last; what several cases have (a person) as it came first.

        The first statement on an entity keeps the entity's own registered time and needs no version. A later one was
        registered when it was seen, and its version names the generation, because what changes back again has the
        digest it had before.
        """
        short = record.digest[:HASH_LENGTH]
        earlier = self._note(record.record_type, record.source_id, short, of_case)
        if earlier is not None:
            return None if earlier == short or of_case is not None else self._versioned(record, short)
        stored_hash = self.before.get(record.record_type, {}).get(record.source_id)
        if stored_hash == short:
            return None
        return record if stored_hash is None else self._versioned(record, short)

    def rejected(self, record_type: str, source_id: str, digest: str, of_case: str | None = None) -> bool:
        """Whether a payload that cannot be read is new or differs from before; either way it is there."""
        short = f"!{digest[:HASH_LENGTH]}"
        if of_case is not None and source_id.startswith(NAMELESS):
            self.keep_known(of_case, (record_type,))  # it may be any of those that the case had
        earlier = self._note(record_type, source_id, short, of_case)
        if earlier is not None and of_case is not None:
            return False
        return short not in (earlier, self.before.get(record_type, {}).get(source_id))

    def keep(self, record_type: str, source_id: str, case_id: str) -> bool:
        """Keep an entity as it was because its case, which it borrows from, is missing; False when it is new.

        Without the case it would lose its citizen, although the source states no such change.
        """
        before = self.before.get(record_type, {}).get(source_id, GONE)
        if before == GONE or case_id in self.cases or case_id not in self.cases_before:
            return False
        self._note(record_type, source_id, before, None)
        return True

    def is_known_as_read(self, case_id: str) -> bool:
        """Whether the case is as before and its activities were read then, so that they need not be asked for."""
        before = self.before.get(CASE, {}).get(case_id)
        same = before is not None and before == self.now.get(CASE, {}).get(case_id)
        if not same or case_id not in self.cases_before or case_id in self.unread_before:
            return False
        return self._waiting.isdisjoint(self.cases_before[case_id].get("Aktivitet", ()))

    def keep_known(self, case_id: str, record_types: Iterable[str] = OF_CASE) -> None:
        """Keep what is known of a case's entities of these types, because this reading has no statement about them."""
        for record_type in record_types:
            self._without_statement[record_type].update(self.cases_before.get(case_id, {}).get(record_type, ()))

    def leave_unread(self, case_id: str) -> None:
        """Keep the activities of a case that could not be read; they are requested again next time."""
        self.keep_known(case_id, ("Aktivitet",))
        self.unread.add(case_id)

    def leave_entity_unread(self, record_type: str, source_id: str) -> None:
        """Keep an entity as it was: the source shows that it is there and does not let us read it now."""
        self._without_statement[record_type].add(source_id)

    def conclude(self, limits: AbsenceLimits, context: ReadContext) -> Conclusion:
        """What is deleted, what is held, and what follows for the next generation; once, after everything was read.

        Entities of a case follow it: they are kept while a missing case is not known to be deleted, and deleted with
        it, within the limits of their own type. While cases wait for a person, so do theirs, whatever was released.
        """
        conclusion = [self._judge(CASE, limits, context, frozenset())]
        missing_cases = self.cases_before.keys() - self.cases.keys()
        gone_cases = missing_cases & self._after[CASE].gone
        cases_wait = any(not context.is_refused(held) for held in conclusion[0].held)
        of_case = replace(context, releases={}) if cases_wait else context
        for case_id in missing_cases - gone_cases:
            if not cases_wait:
                self.keep_known(case_id)
        for record_type in OF_CASE:
            along = {entity for case_id in gone_cases for entity in self.cases_before[case_id].get(record_type, ())}
            is_suspicious = cases_wait or (record_type == "Aktivitet" and self._a_list_became_empty(limits))
            own_limits = ALWAYS_HELD if is_suspicious else limits
            conclusion.append(self._judge(record_type, own_limits, of_case, frozenset(along)))
        others = sorted((self.before.keys() | self.now.keys()) - {CASE, *OF_CASE})
        conclusion += [self._judge(record_type, limits, context, frozenset()) for record_type in others]
        return Conclusion(
            gone=tuple(gone for part in conclusion for gone in part.gone),
            held=tuple(held for part in conclusion for held in part.held),
            not_judged=tuple(record_type for part in conclusion for record_type in part.not_judged),
        )

    def tombstones(self, conclusion: Conclusion, source: str, observed_at: datetime) -> Iterator[SourceRecord]:
        """A tombstone for each entity that is gone."""
        for record_type, source_id in conclusion.gone:
            yield SourceRecord(
                source=source,
                record_type=record_type,
                source_id=source_id,
                source_version=f"g{self.number}:{GONE}",
                registered_at=observed_at,
                observed_at=observed_at,
                deleted=True,
                deleted_reason="missing_in_two_generations",
            )

    def cursor(self) -> Cursor:
        """The state after this generation; only for a complete and concluded one."""
        cases = self._cases_after()
        state = {
            "generation": self.number,
            "seen": {record_type: self._hashes_after(record_type) for record_type in self._after},
            "unproven": {name: sorted(ids.unproven) for name, ids in self._after.items() if ids.unproven},
            "held": {name: sorted(ids.held) for name, ids in self._after.items() if ids.held},
            "cases": cases,
            "unread": sorted(self.unread),
            "numbers": {case: people for case, people in (self.numbers or {}).items() if case in cases},
        }
        return Cursor(state=cast("dict[str, JsonValue]", state))

    def narrowed_cursor(self) -> Cursor:
        """The state after a reading of a few cases: what it has was seen, and of everything else it says nothing."""
        seen = {
            kind: self.before.get(kind, {}) | self.now.get(kind, {})
            for kind in sorted(self.before.keys() | self.now.keys())
        }
        cases = dict(self.cases_before)
        for case_id, read in self.cases.items():
            had = cases.get(case_id, {})
            parts = {kind: sorted({*read.get(kind, ()), *had.get(kind, ())}) for kind in OF_CASE}
            cases[case_id] = {kind: entities for kind, entities in parts.items() if entities}
        state = {
            "generation": self.number,
            "seen": seen,
            "unproven": self._unseen(self.unproven),
            "held": self._unseen(self.held),
            "cases": cases,
            "unread": sorted((self.unread_before - self.cases.keys()) | self.unread),
            "numbers": self.numbers or {},
        }
        return Cursor(state=cast("dict[str, JsonValue]", state))

    def _unseen(self, waiting: Ids) -> Ids:
        """What of it was not seen in this reading; what was seen lives."""
        left = {kind: sorted(set(ids) - self.now.get(kind, {}).keys()) for kind, ids in waiting.items()}
        return {kind: ids for kind, ids in left.items() if ids}

    def _judge(
        self, record_type: str, limits: AbsenceLimits, context: ReadContext, along: frozenset[str]
    ) -> Conclusion:
        """Judge one type; *along* belonged to a case that is gone, which counts as missing once before."""
        ids_before = self._known(record_type)
        stated = self.now.get(record_type, {})
        seen = frozenset(entity for entity in stated if not entity.startswith(NAMELESS))
        expected = ids_before.live | ids_before.unproven
        missing = expected - seen
        if len(seen) < len(stated) and missing and record_type not in OF_CASE:
            self._after[record_type] = KnownIds(
                live=ids_before.live | seen,
                unproven=ids_before.unproven - seen,
                gone=ids_before.gone - seen,
                held=ids_before.held,
            )
            return Conclusion(gone=(), held=(), not_judged=(record_type,))
        unread = (self._without_statement[record_type] & expected) - seen - along
        live_unread = unread & ids_before.live
        # Limits count against what was requested. A few may always be missing; then those not requested show that
        # the list is not empty.
        present = live_unread if len(missing - unread) <= limits.always_allowed else frozenset()
        unproven = (ids_before.unproven - unread) | (along & ids_before.live)
        expected_ids = KnownIds(
            live=(ids_before.live - unread - along) | present,
            unproven=unproven,
            gone=ids_before.gone,
            held=ids_before.held - unread,
        )
        verdict = judge(
            record_type,
            expected_ids,
            seen | present,
            limits=limits,
            released=context.releases.get(record_type),
            is_refused=record_type in context.refusals,
        )
        following = verdict.known
        if verdict.held:
            following = following.model_copy(
                update={"live": following.live | (along - seen), "unproven": following.unproven - along}
            )
        self._after[record_type] = KnownIds(
            live=following.live | live_unread,
            unproven=following.unproven | (unread & ids_before.unproven),
            gone=following.gone,
            held=following.held | (ids_before.held & unread),
        )
        return Conclusion(
            gone=tuple((record_type, entity) for entity in sorted(verdict.gone)),
            held=(verdict.held,) if verdict.held else (),
            not_judged=(),
        )

    def _known(self, record_type: str) -> KnownIds:
        hashes = self.before.get(record_type, {})
        entities = frozenset(entity for entity in hashes if not entity.startswith(NAMELESS))
        gone = frozenset(entity for entity in entities if hashes[entity] == GONE)
        unproven = entities.intersection(self.unproven.get(record_type, ())) - gone
        held = entities.intersection(self.held.get(record_type, ())) - gone
        return KnownIds(live=entities - gone - unproven, unproven=unproven, gone=gone, held=held)

    def _a_list_became_empty(self, limits: AbsenceLimits) -> bool:
        """Whether an existing case now has none of the activities it had: perhaps a lost right."""
        seen = self.now.get("Aktivitet", {})
        before = self.before.get("Aktivitet", {})
        for case_id in self.cases.keys() & self.cases_before.keys():
            had = [entity for entity in self.cases_before[case_id].get("Aktivitet", ()) if before.get(entity) != GONE]
            is_silent = not any(entity in seen or entity in self._without_statement["Aktivitet"] for entity in had)
            if len(had) > limits.always_allowed and is_silent:
                return True
        return False

    def _hashes_after(self, record_type: str) -> dict[str, str]:
        ids = self._after[record_type]
        before, now = self.before.get(record_type, {}), self.now.get(record_type, {})
        previous = {entity: before[entity] for entity in sorted((ids.live | ids.unproven) - now.keys())}
        return {**now, **previous, **dict.fromkeys(sorted(ids.gone), GONE)}

    def _cases_after(self) -> dict[str, Ids]:
        """What each case has: as read now, and what it had before and is still waited for."""
        waited_for = {
            name: (self._after[name].live | self._after[name].unproven) - self.now.get(name, {}).keys()
            for name in OF_CASE
        }
        after: dict[str, Ids] = {}
        for case_id in sorted(self.cases.keys() | (self.cases_before.keys() - self._after[CASE].gone)):
            read, had = self.cases.get(case_id, {}), self.cases_before.get(case_id, {})
            parts = {
                name: sorted({*read.get(name, ()), *waited_for[name].intersection(had.get(name, ()))})
                for name in OF_CASE
            }
            after[case_id] = {name: entities for name, entities in parts.items() if entities}
        return after

    def _note(self, record_type: str, source_id: str, short: str, of_case: str | None) -> str | None:
        """Record the hash of an entity; returns its earlier hash in this generation."""
        hashes = self.now.setdefault(record_type, {})
        earlier = hashes.get(source_id)
        if earlier is None or of_case is None:
            hashes[source_id] = short
        if of_case is not None and not source_id.startswith(NAMELESS):
            listed = self.cases.setdefault(of_case, {}).setdefault(record_type, [])
            if source_id not in listed:
                listed.append(source_id)
        return earlier

    def _versioned(self, record: SourceRecord, short: str) -> SourceRecord:
        content = record.model_dump(exclude={"digest"}) | {
            "source_version": f"g{self.number}:{short}",
            "registered_at": record.observed_at,
        }
        return SourceRecord.model_validate(content)
