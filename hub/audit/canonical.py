"""A line of the log as the bytes that are committed to. Pure.

The bytes never change: a field that a later release adds is left out where it is empty, and a field keeps its name here
whatever the column is called. ``tests/hub/test_audit_seal.py`` holds a line and its bytes fast.
"""

import json
from datetime import UTC, datetime

from schemas.access import AuditEntry

TIME = "%Y-%m-%dT%H:%M:%S.%fZ"


def canonical_entry(seq: int, entry: AuditEntry) -> bytes:
    """The line as JSON: its number and time first, then what is not empty, by name."""
    fields = entry.model_dump(mode="json", exclude={"recorded_at"})
    for name in ("sections_shown", "sections_withheld"):
        fields[name].sort()
    head = {"seq": seq, "recorded_at": stamp(entry.recorded_at)}
    rest = {name: fields[name] for name in sorted(fields) if fields[name] not in (None, [], {})}
    text = json.dumps(head | rest, ensure_ascii=False, separators=(",", ":"), sort_keys=False)
    return text.encode()


def stamp(moment: datetime) -> str:
    """A time as every line writes it."""
    return f"{moment.astimezone(UTC):{TIME}}"
