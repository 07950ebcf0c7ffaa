"""What a stream remembers between runs: how far it has read, which resources it knows, what its server cannot do.

The cursor holds the ids of what was read, compressed: about 30 bytes for each resource with a UUID.
"""

import base64
import zlib
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from pydantic import JsonValue

from connectors.absence import KnownIds, confirm_gone
from connectors.kit import version_order
from connectors.sources.health.recent_records import RecentRecords
from schemas.record import Cursor

OVERLAP = timedelta(minutes=10)
"""Read again each time: servers commit late and stamp several rows alike."""
LONGEST_VERSION = 20
"""Characters of a version that are remembered; a longer one is known by its checksum."""
RETRY_UNSUPPORTED = timedelta(days=30)
"""So long after a server refused a kind of request it is asked again, in case it has learnt."""
_UNPROVEN, _GONE, _LIVE = "u", "g", "l"
_RESTARTED = "!"


@dataclass
class KnownResources:
    """The ids that were read in the stream, with their versions, and what became of them."""

    live: set[str] = field(default_factory=set)
    unproven: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    held: frozenset[str] = frozenset()
    versions: dict[str, str] = field(default_factory=dict)
    """Version of each id when it was read last; begins with ``!`` when it once fell back to a lower one."""
    _packed: str | None = field(default=None, compare=False, repr=False)
    """The last result of ``pack``, as long as it holds."""

    def add(self, resource_id: str, version: str | None) -> bool:
        """Remember that a resource was read. Returns whether its versions were once counted anew (an expunge)."""
        before = self.versions.get(resource_id, "")
        restarted = before.startswith(_RESTARTED) or _is_lower(version, before)
        now = (_RESTARTED if restarted else "") + remembered_version(version)
        if resource_id not in self.live or now != before:
            self._packed = None
        self.live.add(resource_id)
        self.unproven.discard(resource_id)
        self.gone.discard(resource_id)
        if resource_id in self.held:
            self.held -= {resource_id}
            self._packed = None
        self.versions[resource_id] = now
        return restarted

    def knows_version(self, resource_id: str, version: str | None) -> bool:
        """Whether this version is the one that was read last. A list that gives no versions proves nothing."""
        stored_version = self.versions.get(resource_id, "").removeprefix(_RESTARTED)
        return resource_id in self.live and (
            not version or not stored_version or stored_version == remembered_version(version)
        )

    def ids(self) -> KnownIds:
        """The ids as the one judgement of missing entities takes them."""
        return KnownIds(
            live=frozenset(self.live), unproven=frozenset(self.unproven), gone=frozenset(self.gone), held=self.held
        )

    def replace_ids(self, ids: KnownIds) -> None:
        """Take over what was judged."""
        self._packed = None
        self.live, self.unproven, self.gone = set(ids.live), set(ids.unproven), set(ids.gone)
        self.held = ids.held

    def revive(self, ids: AbstractSet[str]) -> None:
        """Forget that these were deleted: they were seen."""
        if not self.gone.isdisjoint(ids):
            self._packed = None
            self.gone -= ids

    def remove(self, ids: AbstractSet[str]) -> None:
        """Remember that the source told of the deletion of these."""
        if ids:
            self.replace_ids(confirm_gone(self.ids(), ids))

    def pack(self) -> str:
        """All of it as compact text."""
        if self._packed is not None:
            return self._packed
        marks = [(_LIVE, self.live), (_UNPROVEN, self.unproven), (_GONE, self.gone)]
        lines = [
            f"{mark}{'h' if resource_id in self.held else ''} {resource_id} {self.versions.get(resource_id, '')}"
            for mark, ids in marks
            for resource_id in sorted(ids)
        ]
        self._packed = base64.b64encode(zlib.compress("\n".join(lines).encode(), level=1)).decode()
        return self._packed

    @classmethod
    def unpack(cls, text: str) -> "KnownResources":
        """The same again. Text that cannot be read is as good as none: the next comparison starts anew."""
        resources = cls()
        try:
            lines = zlib.decompress(base64.b64decode(text)).decode().split("\n")
        except (ValueError, zlib.error):
            return resources
        sets = {_LIVE: resources.live, _UNPROVEN: resources.unproven, _GONE: resources.gone}
        held = set()
        for line in lines:
            mark, _, rest = line.partition(" ")
            resource_id, _, version = rest.partition(" ")
            if not resource_id or mark[:1] not in sets:
                continue
            sets[mark[:1]].add(resource_id)
            resources.versions[resource_id] = version
            if mark.endswith("h"):
                held.add(resource_id)
        resources.held = frozenset(held)
        resources._packed = text
        return resources


@dataclass
class StreamState:
    """A stream's cursor, opened."""

    since: datetime | None = None
    """Everything that changed before this time has been read; the server's time, never ahead of ours."""
    known: KnownResources = field(default_factory=KnownResources)
    recent: RecentRecords = field(default_factory=RecentRecords)
    compared_at: datetime | None = None
    """When all ids were compared last. None: they are compared in the next run."""
    unsupported: dict[str, datetime] = field(default_factory=dict)
    """Kinds of request that the server does not know, and when it said so."""
    statement_read_at: datetime | None = None
    """When the server's CapabilityStatement was read last."""

    @classmethod
    def of(cls, cursor: Cursor) -> "StreamState":
        """The state in a cursor; what cannot be read is left out, and read anew from the source."""
        state = cursor.state
        known, recent, unsupported = state.get("known"), state.get("recent"), state.get("unsupported")
        refused = unsupported if isinstance(unsupported, Mapping) else {}
        moments = {name: moment for name, value in refused.items() if (moment := _moment(value)) is not None}
        if cursor.from_start:
            return cls(known=KnownResources.unpack(known) if isinstance(known, str) else KnownResources())
        return cls(
            since=_moment(state.get("since")),
            known=KnownResources.unpack(known) if isinstance(known, str) else KnownResources(),
            recent=RecentRecords.unpack(recent) if isinstance(recent, str) else RecentRecords(),
            compared_at=_moment(state.get("compared_at")),
            unsupported=moments,
            statement_read_at=_moment(state.get("statement_read_at")),
        )

    def cursor(self) -> Cursor:
        """The state as a cursor."""
        return Cursor(
            state={
                "since": self.since.isoformat() if self.since else None,
                "known": self.known.pack(),
                "recent": self.recent.pack(None if self.since is None else self.since - OVERLAP),
                "compared_at": self.compared_at.isoformat() if self.compared_at else None,
                "unsupported": {name: moment.isoformat() for name, moment in self.unsupported.items()},
                "statement_read_at": self.statement_read_at.isoformat() if self.statement_read_at else None,
            }
        )

    def reread_since(self, since: datetime) -> "StreamState":
        """The state from which everything that changed since then is given out again; never from a later time."""
        earlier = since if self.since is None else min(since, self.since)
        return replace(self, since=None if self.since is None else earlier, recent=RecentRecords())

    def is_unsupported(self, request: str, now: datetime) -> bool:
        """Whether the server said not long ago that it does not know this kind of request."""
        refused_at = self.unsupported.get(request)
        return refused_at is not None and now - refused_at < RETRY_UNSUPPORTED


def remembered_version(version: str | None) -> str:
    """A version as it is remembered: itself, or the checksum of one that is long or strange."""
    if not version:
        return ""
    is_short = len(version) <= LONGEST_VERSION and version.isascii() and version.isalnum()
    return version if is_short else f"~{zlib.crc32(version.encode('utf-8', 'replace')):08x}"


def _is_lower(version: str | None, before: str) -> bool:
    now, then = version_order(version), version_order(before)
    return now is not None and then is not None and now < then


def _moment(value: JsonValue) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo is not None else None
