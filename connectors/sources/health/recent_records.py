"""What a stream gave out lately, so that the overlap does not give it out once more.

Each run reads the newest minutes again. Without this memory it would publish them again too, and a source in which
nothing happens would look as if data came all the time.
"""

import base64
import hashlib
import zlib
from dataclasses import dataclass, field
from datetime import datetime
from heapq import nlargest

from schemas.record import SourceRecord

MOST = 50_000
"""Records that are remembered, the newest ones; about 30 bytes each. What is beyond that is given out again."""
_DELETION = "!"
"""Begins the key of a deletion that a history told of; no FHIR id can hold it."""


@dataclass
class RecentRecords:
    """By resource, a fingerprint of the record that was given out last."""

    before: dict[str, str] = field(default_factory=dict)
    """Of earlier runs."""
    _now: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    """Of this run, with the time of registration: given out, or found to be the same as before."""

    def is_new(self, record: SourceRecord) -> bool:
        """Remember the record. Returns whether it says anything but the one before it: other content counts."""
        key, fingerprint = _key(record), _fingerprint(record)
        earlier = self._now[key][1] if key in self._now else self.before.get(key)
        self._now[key] = (record.registered_at, fingerprint)
        if len(self._now) > 2 * MOST:
            self._now = dict(nlargest(MOST, self._now.items(), key=lambda item: item[1][0]))
        return earlier != fingerprint

    def pack(self, since: datetime | None) -> str:
        """What the next run may read again, which begins at *since*, as compact text."""
        recent = [(at, key, print_) for key, (at, print_) in self._now.items() if since is None or at >= since]
        lines = sorted(f"{key} {fingerprint}" for _, key, fingerprint in nlargest(MOST, recent))
        return base64.b64encode(zlib.compress("\n".join(lines).encode(), level=1)).decode() if lines else ""

    @classmethod
    def unpack(cls, text: str) -> "RecentRecords":
        """The same again. Text that cannot be read is as good as none: more is given out again."""
        try:
            lines = zlib.decompress(base64.b64decode(text)).decode().split("\n") if text else []
        except (ValueError, zlib.error):
            return cls()
        pairs = (line.partition(" ") for line in lines)
        return cls(before={key: fingerprint for key, _, fingerprint in pairs if key and fingerprint})


def _key(record: SourceRecord) -> str:
    return (_DELETION if record.ends_when_seen else "") + record.source_id


def _fingerprint(record: SourceRecord) -> str:
    """Of content and version, and of the time that the source gave. Never of the time of observation."""
    told_at = record.registered_at.isoformat() if record.registered_at != record.observed_at else ""
    return hashlib.sha256(f"{record.digest} {told_at}".encode()).hexdigest()[:16]
