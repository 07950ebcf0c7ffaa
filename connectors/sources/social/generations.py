"""What changed between two complete readings of a source that has no change mechanism; pure.

A generation is one reading of everything. Compared are digests of the records, so that only what is read
can count as a change: an age, a note or a counter cannot.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from pydantic import JsonValue

from schemas.record import Cursor, SourceRecord

HASH_LENGTH = 16
GONE = "gone"
"""Stands for the hash of what was reported missing, so that its return counts as a change."""
NAMELESS = "?"
"""Begins the key of a payload without a usable id: known again while it stays the same, never missed."""
GENERATIONS_UNTIL_MISSING = 2

Hashes = dict[str, dict[str, str]]


@dataclass
class Generation:
    """One reading, compared with the one before.

    The state goes in and out by value: ``of(cursor)`` and, once the reading is complete, ``cursor()``. Activities are
    noted with their case (``of_case``), because those of closed cases are not read again.
    """

    number: int
    before: Hashes
    missing_before: dict[str, dict[str, int]]
    activities_before: dict[str, list[str]]
    now: Hashes = field(default_factory=dict)
    activities: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, cursor: Cursor) -> "Generation":
        """The generation that follows the cursor's; the first when the cursor is empty."""
        state = cursor.state
        return cls(
            number=cast("int", state.get("generation", 0)) + 1,
            before=cast("Hashes", state.get("seen", {})),
            missing_before=cast("dict[str, dict[str, int]]", state.get("missing", {})),
            activities_before=cast("dict[str, list[str]]", state.get("activities", {})),
        )

    def changed(self, record: SourceRecord, of_case: str | None = None) -> SourceRecord | None:
        """The record as it shall be published; None when it is as before or came already in this generation.

        The first statement on an entity keeps the entity's own registered time and needs no version. A later one
        was registered when it was seen, and its version names the generation, because what changes back again has
        the digest it had before.
        """
        if self._noted(record.record_type, record.source_id, of_case):
            return None
        short = record.digest[:HASH_LENGTH]
        self.now.setdefault(record.record_type, {})[record.source_id] = short
        known = self.before.get(record.record_type, {}).get(record.source_id)
        if known == short:
            return None
        return record if known is None else self._versioned(record, short)

    def rejected(self, record_type: str, source_id: str, digest: str, of_case: str | None = None) -> bool:
        """Whether a payload that cannot be read is new or differs from before; either way it is there."""
        if self._noted(record_type, source_id, of_case):
            return False
        short = f"!{digest[:HASH_LENGTH]}"
        self.now.setdefault(record_type, {})[source_id] = short
        return self.before.get(record_type, {}).get(source_id) != short

    def is_new_or_changed(self, record_type: str, source_id: str) -> bool:
        """Whether an entity of this generation differs from the one before."""
        return self.now[record_type].get(source_id) != self.before.get(record_type, {}).get(source_id)

    def carry_activities(self, case_id: str) -> None:
        """The activities of a case that was not read again are as before."""
        kept = self.activities_before.get(case_id, [])
        self.activities[case_id] = kept
        before = self.before.get("Aktivitet", {})
        now = self.now.setdefault("Aktivitet", {})
        now.update({source_id: before[source_id] for source_id in kept if source_id in before})

    def tombstones(self, source: str, observed_at: datetime) -> Iterator[SourceRecord]:
        """What this and the generation before missed."""
        for record_type, source_id, times in self._missing():
            if times == GENERATIONS_UNTIL_MISSING:
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
        """The state after this generation; only for a complete one."""
        seen = {record_type: dict(hashes) for record_type, hashes in self.now.items()}
        missing: dict[str, dict[str, int]] = {}
        for record_type, source_id, times in self._missing():
            if times < GENERATIONS_UNTIL_MISSING:
                missing.setdefault(record_type, {})[source_id] = times
                kept = self.before[record_type][source_id]
            else:
                kept = GONE
            seen.setdefault(record_type, {})[source_id] = kept
        return Cursor(
            state=cast(
                "dict[str, JsonValue]",
                {"generation": self.number, "seen": seen, "missing": missing, "activities": self.activities},
            )
        )

    def _missing(self) -> Iterator[tuple[str, str, int]]:
        for record_type, hashes in self.before.items():
            for source_id, known in hashes.items():
                if self._seen(record_type, source_id) or source_id.startswith(NAMELESS):
                    continue
                times = self.missing_before.get(record_type, {}).get(source_id, 0) + 1
                yield record_type, source_id, GENERATIONS_UNTIL_MISSING + 1 if known == GONE else times

    def _noted(self, record_type: str, source_id: str, of_case: str | None) -> bool:
        if self._seen(record_type, source_id):
            return True
        if of_case is not None:
            self.activities.setdefault(of_case, []).append(source_id)
        return False

    def _seen(self, record_type: str, source_id: str) -> bool:
        return source_id in self.now.get(record_type, {})

    def _versioned(self, record: SourceRecord, short: str) -> SourceRecord:
        content = record.model_dump(exclude={"digest"}) | {
            "source_version": f"g{self.number}:{short}",
            "registered_at": record.observed_at,
        }
        return SourceRecord.model_validate(content)
