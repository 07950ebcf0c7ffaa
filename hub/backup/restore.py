"""From the place of the backups to a data folder as it was at a moment, and trial restores."""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from os import environ
from pathlib import Path
from typing import NamedTuple, TypeVar

from hub.backup.binaries import Binaries, require_same
from hub.backup.errors import BackupFailed
from hub.backup.place import BackupPlace
from hub.backup.recovery import Target, recovered
from hub.backup.rules import BaseBackup, Reach, choose, reach
from hub.backup.settings import command_for
from hub.backup.unpack import unpack
from hub.db import Database
from hub.settings import Settings

DATA = "postgres"
"""Name of the data folder in the folder that is named; the embedded server has it there too."""
Read = TypeVar("Read")


class Told(NamedTuple):
    """Who is told how far it has come: bytes unpacked of how many, and files of the log applied."""

    unpacked: Callable[[int, int], None] | None = None
    applied: Callable[[int], None] | None = None


class Route(NamedTuple):
    """How a moment is reached."""

    backup: BaseBackup
    reach: Reach
    to: datetime | None
    """None: to the end of the log."""

    @property
    def until(self) -> datetime:
        """The moment that is reached: the one asked for, or the end of the log before it."""
        return self.reach.until if self.to is None else min(self.to, self.reach.until)


def find_route(place: BackupPlace, to: datetime | None, backup_id: str | None = None) -> Route:
    """The backup and the log that lead to the moment.

    Raises:
        BackupFailed: nothing leads there; says how far one can get.
    """
    backups = [each for each in place.backups() if backup_id in {None, each.id}]
    if not backups:
        named = f"no backup {backup_id}" if backup_id else "no backup"
        raise BackupFailed(f"there is {named} in {place.folder}; see: helhed backup list")
    now = datetime.now(UTC)
    if to is not None and to > now:
        raise BackupFailed("--to is in the future; leave it out to restore all there is")
    backup = choose(backups, to)
    if backup is None:
        oldest = min(each.ended_at for each in backups)
        raise BackupFailed(
            f"the oldest backup was whole at {oldest:%Y-%m-%dT%H:%M:%SZ}; nothing before can be restored"
        )
    reached = reach(backup, place.archive())
    if reached.missing is not None and (to is None or to > reached.until):
        raise BackupFailed(
            f"the archive lacks {reached.missing}, and later files are there: what follows cannot be applied;"
            f" find it (pg_wal of the old server), or restore with --to {reached.until:%Y-%m-%dT%H:%M:%SZ}"
        )
    return Route(backup, reached, to)


def restore_into(
    settings: Settings, place: BackupPlace, binaries: Binaries, route: Route, folder: Path, report: Told
) -> int:
    """Make ``folder/postgres`` a data folder as it was then; how many files were compared with the manifest.

    Raises:
        BackupFailed: says why; the folder can be removed.
    """
    with _restored(settings, place, binaries, route, folder, report) as (_, files):
        return files


def try_restore(  # noqa: PLR0913  keyword-only the last
    settings: Settings,
    place: BackupPlace,
    binaries: Binaries,
    route: Route,
    read: Callable[[Database], Read],
    report: Told,
    *,
    scratch: Path | None = None,
) -> tuple[Read, int]:
    """Restore into a folder that is thrown away, and read from it; what was read, and how many files were compared.

    Raises:
        BackupFailed: the backup cannot be restored; says why.
    """
    folder = Path(tempfile.mkdtemp(prefix="helhed-trial-", dir=scratch))
    folder.chmod(0o711)  # the server may be another user
    try:
        with _restored(settings, place, binaries, route, folder, report) as (database, files):
            return read(database), files
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _restored(
    settings: Settings, place: BackupPlace, binaries: Binaries, route: Route, folder: Path, report: Told
) -> Iterator[tuple[Database, int]]:
    require_same(binaries, route.backup.server_version)
    data = folder / DATA
    files = unpack(place, route.backup, data, progress=report.unpacked)
    target = Target(command_for(settings, "get", "%f", "%p"), route.to)
    with recovered(binaries, route.backup, data, target, _environment(settings), progress=report.applied) as database:
        yield database, files


def _environment(settings: Settings) -> Mapping[str, str]:
    """What the command that fetches the log needs; the key is handed on, and stands in no file."""
    keys = settings.backup_keys
    handed = {"HELHED_BACKUP_KEYS": keys.get_secret_value()} if keys is not None else {}
    return {name: environ[name] for name in ("PYTHONPATH",) if name in environ} | handed
