"""What the stream of citizens remembers between runs: whose rows it has read, and which entities each has.

The cursor holds ids alone, compressed; no numbers and no names.
"""

import base64
import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pydantic import JsonValue

from connectors.absence import KnownIds
from schemas.record import Cursor

Key = tuple[str, str]
"""Type and id of an entity."""


@dataclass
class CitizensState:
    """A cursor, opened."""

    repaired_at: datetime | None = None
    """When everything was last read to its end. None: the first load is under way."""
    rows: dict[str, str] = field(default_factory=dict)
    """Checksum of the row of each citizen who was read with everything, by the case system's id."""
    entities: dict[str, set[Key]] = field(default_factory=dict)
    """What each citizen has."""
    unproven: dict[str, set[str]] = field(default_factory=dict)
    """Missing in one complete reading, by type."""
    gone: dict[str, set[str]] = field(default_factory=dict)
    held: dict[str, set[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, cursor: Cursor) -> "CitizensState":
        """The state in a cursor; one that cannot be read is as good as none: everything is read anew."""
        packed, repaired = cursor.state.get("known"), cursor.state.get("repaired_at")
        try:
            stored = json.loads(zlib.decompress(base64.b64decode(packed))) if isinstance(packed, str) else {}
            return cls(
                repaired_at=datetime.fromisoformat(repaired).astimezone(UTC) if isinstance(repaired, str) else None,
                rows=dict(stored.get("rows", {})),
                entities={owner: {_key(text) for text in keys} for owner, keys in stored.get("entities", {}).items()},
                unproven=_sets(stored.get("unproven")),
                gone=_sets(stored.get("gone")),
                held=_sets(stored.get("held")),
            )
        except (ValueError, TypeError, AttributeError, zlib.error):
            return cls()

    def cursor(self) -> Cursor:
        """The state as a cursor."""
        stored = {
            "rows": dict(sorted(self.rows.items())),
            "entities": {owner: sorted("/".join(key) for key in keys) for owner, keys in sorted(self.entities.items())},
            "unproven": _lists(self.unproven),
            "gone": _lists(self.gone),
            "held": _lists(self.held),
        }
        packed = base64.b64encode(zlib.compress(json.dumps(stored).encode(), level=1)).decode()
        state: dict[str, JsonValue] = {
            "known": packed,
            "repaired_at": self.repaired_at.isoformat() if self.repaired_at else None,
        }
        return Cursor(state=state)

    def known(self, record_type: str, live: set[str]) -> KnownIds:
        """What the one judgement of missing entities takes; *live* are those that were there before."""
        unproven = self.unproven.get(record_type, set()) & live
        return KnownIds(
            live=frozenset(live - unproven),
            unproven=frozenset(unproven),
            gone=frozenset(self.gone.get(record_type, set())),
            held=frozenset(self.held.get(record_type, set())),
        )

    def replace(self, record_type: str, before: KnownIds, after: KnownIds) -> None:
        """Take over what was judged. What was not part of the judgement stays as it was."""
        others = self.unproven.get(record_type, set()) - before.unproven
        self.unproven[record_type] = others | set(after.unproven)
        self.gone[record_type] = set(after.gone)
        self.held[record_type] = set(after.held)


def checksum(row: Any) -> str:
    """Of a row of the search, to see whether it changed."""
    return hashlib.sha256(json.dumps(row, sort_keys=True, default=str).encode("utf-8", "replace")).hexdigest()[:16]


def _key(text: str) -> Key:
    record_type, _, entity_id = text.partition("/")
    return record_type, entity_id


def _sets(stored: object) -> dict[str, set[str]]:
    return {name: set(ids) for name, ids in stored.items()} if isinstance(stored, Mapping) else {}


def _lists(sets: Mapping[str, set[str]]) -> dict[str, list[str]]:
    return {name: sorted(ids) for name, ids in sorted(sets.items()) if ids}
