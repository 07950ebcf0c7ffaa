"""Takes a base backup: pg_basebackup's stream, encrypted on its way, so that nothing readable lies on any disk."""

import subprocess
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlalchemy.engine import URL

from hub.backup import repository
from hub.backup.binaries import Binaries, require_new_enough
from hub.backup.errors import BackupFailed
from hub.backup.place import WAL, BackupPlace
from hub.backup.repository import ServerState
from hub.backup.rules import BaseBackup, needed_backups, unneeded_segments
from hub.db import Database

_READ = 1 << 20
_ID = "%Y%m%dT%H%M%SZ"
Progress = Callable[[int, int], None]
"""Bytes read so far, and about how many there will be."""


class Pruned(NamedTuple):
    """What was removed."""

    backups: tuple[str, ...]
    segments: int


def take_backup(
    database: Database, place: BackupPlace, binaries: Binaries, *, progress: Progress | None = None
) -> BaseBackup:
    """Take a base backup of the whole server; it counts once it is whole and on the medium.

    Args:
        database: as a role that may replicate.
        place: where it goes.
        binaries: PostgreSQL's programs.
        progress: told how far it has come.

    Raises:
        BackupFailed: says why and what to do; nothing half is left.
    """
    place.make()
    with database.transaction() as session:
        state = repository.server_state(session)
        revision = repository.revision(session)
    require_new_enough(binaries, state.major)
    is_archived = state.archives and bool(place.archive().segments)
    started_at = datetime.now(UTC)
    backup_id = started_at.strftime(_ID)
    try:
        where = place.make_base(backup_id)
        stream = _base_backup(database.url, binaries, state, progress, holds_log=not is_archived)
        size = place.write(where, stream, started_at)
        with database.transaction() as session:
            ended_at = repository.server_state(session).now
        backup = BaseBackup(
            id=backup_id,
            started_at=started_at,
            ended_at=ended_at,
            server_version=state.major,
            system_id=state.system_id,
            segment_bytes=state.segment_bytes,
            first_segment=state.segment,
            holds_log=not is_archived,
            bytes=size,
            database=database.url.database or "postgres",
            revision=revision,
        )
        place.save_about(backup)
    except BaseException:
        place.remove_base(backup_id)
        raise
    return backup


def prune(place: BackupPlace, now: datetime, retention: timedelta, *, really: bool = True) -> Pruned:
    """Remove what the declared retention does not need: base backups, then the log before the oldest that is kept."""
    backups = place.backups()
    needed = needed_backups(backups, now, retention)
    old = tuple(backup.id for backup in backups if backup not in needed)
    segments = unneeded_segments(needed, place.archive().segments)
    if really:
        for backup_id in old:
            place.remove_base(backup_id)
        for name in segments:
            place.remove(f"{WAL}/{name}")
    return Pruned(old, len(segments))


def _base_backup(
    url: URL, binaries: Binaries, state: ServerState, progress: Progress | None, *, holds_log: bool
) -> Iterator[bytes]:
    """The stream of pg_basebackup: a tar, packed, with its manifest inside.

    Where the log is archived here the backup waits until what it needs of it is there; else it holds that itself.
    """
    conninfo = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    command = [binaries.path("pg_basebackup"), "-d", conninfo, "-D", "-", "-F", "tar", "--no-password"]
    command += ["--compress=client-gzip:1", "--checkpoint=fast", "--manifest-checksums=SHA256"]
    command += ["--wal-method", "fetch" if holds_log else "none"]
    password = {"PGPASSWORD": str(url.password)} if url.password else {}
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(  # noqa: S603  the server's own program
            command, stdout=subprocess.PIPE, stderr=output, env={"LC_ALL": "C", **password}
        )
        try:
            stdout = process.stdout
            assert stdout is not None  # noqa: S101  it was asked for
            done = 0
            while piece := stdout.read(_READ):
                done += len(piece)
                if progress:
                    progress(done, max(state.size // 4, done))
                yield piece
            if process.wait() != 0:
                output.seek(0)
                raise BackupFailed(_why(output.read().decode(errors="replace")))
        finally:
            process.kill()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()


def _why(output: str) -> str:
    """What pg_basebackup said, as what to do; its own words name files and roles, no person."""
    if "replication" in output and ("permission denied" in output or "must be superuser" in output):
        return (
            "the role may take no base backup; as a superuser: ALTER ROLE … REPLICATION, and name it in"
            " HELHED_BACKUP_DATABASE_URL"
        )
    if "no pg_hba.conf entry" in output:
        return "pg_hba.conf lets the role not replicate; add: local replication ROLE peer (docs/operation.md)"
    if "has already been removed" in output:
        return "the log was removed before the backup ended; turn the archive on: helhed backup enable"
    if "single tablespace" in output or "tablespace" in output:
        return "the server has tablespaces of its own; move the tables back into pg_default"
    lines = [line.partition("error: ")[2] or line for line in output.splitlines() if line.strip()]
    return f"pg_basebackup ended without a backup: {lines[0] if lines else 'it said nothing'}"
