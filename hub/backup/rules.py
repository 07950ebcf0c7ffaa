"""Which backup leads to a moment, which files of the log it needs, and what may be removed. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from schemas.base import Instant, Schema

_SEGMENT_DIGITS = 24
_LOG_BYTES = 1 << 32


class BaseBackup(Schema):
    """A base backup, as it stands beside the file; nothing personal."""

    id: str
    """When it was begun, ``20261127T185307Z``."""
    started_at: Instant
    ended_at: Instant
    """From then on it can be restored to any moment."""
    server_version: int
    """Major version of PostgreSQL."""
    system_id: str
    """Of the cluster; another one is another database."""
    segment_bytes: int
    first_segment: str
    """The first file of the log that it needs."""
    holds_log: bool
    """Whether it holds what it needs of the log to be whole, because nothing was archived."""
    bytes: int
    """Of the encrypted file."""
    database: str
    """Name of the database with our tables, among those of the server."""
    revision: str
    """The newest migration of its tables."""
    verified_at: Instant | None = None
    """When it was last restored on trial."""


class Archive(NamedTuple):
    """Files of the log that are there, and when each was archived."""

    segments: Mapping[str, datetime]


class Reach(NamedTuple):
    """What a backup can be restored to."""

    last: str | None
    """The last file of the log that follows without a gap; None: none does."""
    until: datetime
    """Everything until then is there."""
    missing: str | None
    """The file that is missing though later ones are there; None: there is no gap."""


def is_segment(name: str) -> bool:
    """Whether it is a whole file of the log, and neither a history of timelines nor a label."""
    return len(name) == _SEGMENT_DIGITS and set(name) <= set("0123456789ABCDEF")


def number_of(segment: str, segment_bytes: int) -> int:
    """Its place in the log, whatever the timeline."""
    return int(segment[8:16], 16) * (_LOG_BYTES // segment_bytes) + int(segment[16:], 16)


def choose(backups: Iterable[BaseBackup], to: datetime | None) -> BaseBackup | None:
    """The newest one that leads to the moment; None: all are younger, or there is none."""
    fitting = [backup for backup in backups if to is None or backup.ended_at <= to]
    return max(fitting, key=lambda backup: backup.ended_at, default=None)


def reach(backup: BaseBackup, archive: Archive) -> Reach:
    """How far the archive leads from the backup on."""
    first = number_of(backup.first_segment, backup.segment_bytes)
    places: dict[int, tuple[datetime, str]] = {}
    for name, archived_at in archive.segments.items():
        place = number_of(name, backup.segment_bytes)
        if place >= first:
            # Of two timelines the later one holds what came after a restore.
            places[place] = max(places.get(place, (archived_at, name)), (archived_at, name))
    place = first
    while place in places:
        place += 1
    is_there = place > first
    until = places[place - 1][0] if is_there else backup.ended_at
    missing = _name_at(place, backup) if any(other > place for other in places) else None
    return Reach(places[place - 1][1] if is_there else None, max(until, backup.ended_at), missing)


def needed_backups(backups: Sequence[BaseBackup], now: datetime, retention: timedelta) -> list[BaseBackup]:
    """Those that are needed to restore to any moment of the retention; the newest one always."""
    limit = now - retention
    old = [backup for backup in backups if backup.ended_at <= limit]
    young = [backup for backup in backups if backup.ended_at > limit]
    return [*([max(old, key=lambda backup: backup.ended_at)] if old else []), *young]


def unneeded_segments(backups: Collection[BaseBackup], segments: Iterable[str]) -> list[str]:
    """Files of the log that none of these backups needs; without any backup all are kept."""
    if not backups:
        return []
    first = min(number_of(backup.first_segment, backup.segment_bytes) for backup in backups)
    size = next(iter(backups)).segment_bytes
    return sorted(name for name in segments if number_of(name, size) < first)


def gone_at(
    forgotten_at: datetime, backups: Sequence[BaseBackup], retention: timedelta, *, every: timedelta
) -> datetime:
    """When the last backup falls out that holds somebody who was forgotten then.

    A base backup that was begun before holds the person, and so does the log that follows it. It is kept until the
    first one that was begun afterwards is as old as the retention; the next one is due *every* so often.
    """
    after = [backup.ended_at for backup in backups if backup.started_at > forgotten_at]
    return (min(after) if after else forgotten_at + every) + retention


def _name_at(place: int, backup: BaseBackup) -> str:
    in_log = _LOG_BYTES // backup.segment_bytes
    return f"{backup.first_segment[:8]}{place // in_log:08X}{place % in_log:08X}"
