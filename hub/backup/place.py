"""The folder with the backups: where each file lies, and how it is written whole or not at all.

``base/ID/backup.json`` (readable), ``base/ID/base.tar.gz`` (encrypted), ``wal/SEGMENT`` (encrypted), ``forgotten/…``
(encrypted). A file gets its name once it is on the medium.
"""

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from errno import EDQUOT, ENOSPC
from pathlib import Path
from typing import BinaryIO

from pydantic import ValidationError

from hub.backup.errors import BackupFailed
from hub.backup.rules import Archive, BaseBackup, is_segment
from hub.backup.sealing import seal, sealed_at, unseal

BASE = "base"
WAL = "wal"
FORGOTTEN = "forgotten"
TAR = "base.tar.gz"
_ABOUT = "backup.json"
_PART = ".part"


class BackupPlace:
    """A folder with backups.

    Args:
        folder: on another machine's disk, mounted here.
        keys: key by its id; the first encrypts, all decrypt. May be empty where nothing is opened.
    """

    def __init__(self, folder: Path, keys: Mapping[str, bytes]) -> None:
        self.folder = folder
        self._keys = dict(keys)

    def make(self) -> None:
        """Make the folders that are missing; they belong to whom the place belongs to.

        Raises:
            BackupFailed: it cannot be written.
        """
        with _told(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            owner = self.folder.stat()
            for name in (BASE, WAL, FORGOTTEN):
                inner = self.folder / name
                if not inner.is_dir():
                    inner.mkdir(mode=0o700, exist_ok=True)
                    if os.geteuid() == 0:
                        os.chown(inner, owner.st_uid, owner.st_gid)

    def give_to(self, user: str | None) -> None:
        """Let the folder belong to who runs the server, who writes the log there; None: to ourselves."""
        with _told(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            if user is not None:
                shutil.chown(self.folder, user, user)

    def is_writable(self) -> bool:
        """Whether files can be made in it."""
        return all(os.access(self.folder / name, os.W_OK | os.X_OK) for name in ("", BASE, WAL, FORGOTTEN))

    def write(self, place: str, plain: Iterable[bytes], now: datetime) -> int:
        """Seal *plain* under this place, whole or not at all; the bytes of the file.

        Raises:
            BackupFailed: there is no key, or it cannot be written.
        """
        target = self.folder / place
        part = target.with_name(f".{target.name}{_PART}")
        with _told(self.folder):
            try:
                with part.open("wb") as file:
                    written = seal(plain, file, self._keys, place, now)
                    file.flush()
                    os.fsync(file.fileno())
                part.replace(target)
                _sync_folder(target.parent)
            finally:
                part.unlink(missing_ok=True)
        return written

    @contextmanager
    def read(self, place: str) -> Iterator[Iterator[bytes]]:
        """What was sealed under this place, piece by piece.

        Raises:
            BackupFailed: it is not there, or does not open.
        """
        with _told(self.folder), self._open(place) as file:
            yield unseal(file, self._keys, place)

    def has(self, place: str) -> bool:
        """Whether there is such a file."""
        return (self.folder / place).is_file()

    def backups(self) -> list[BaseBackup]:
        """The base backups that are whole, the oldest first."""
        with _told(self.folder):
            backups = [_read_about(path) for path in sorted((self.folder / BASE).glob(f"[0-9]*/{_ABOUT}"))]
        return sorted(backups, key=lambda backup: backup.started_at)

    def save_about(self, backup: BaseBackup) -> None:
        """Write what is known of a backup; from then on it counts."""
        path = self.folder / BASE / backup.id / _ABOUT
        part = path.with_name(f".{_ABOUT}{_PART}")
        with _told(self.folder):
            part.write_text(backup.model_dump_json(indent=1), encoding="utf-8")
            part.replace(path)
            _sync_folder(path.parent)

    def make_base(self, backup_id: str) -> str:
        """The place for the file of a new backup."""
        with _told(self.folder):
            (self.folder / BASE / backup_id).mkdir(mode=0o700)
        return f"{BASE}/{backup_id}/{TAR}"

    def remove_base(self, backup_id: str) -> None:
        """Remove a backup; what is known of it goes first."""
        folder = self.folder / BASE / backup_id
        with _told(self.folder):
            (folder / _ABOUT).unlink(missing_ok=True)
            shutil.rmtree(folder, ignore_errors=True)

    def archive(self) -> Archive:
        """The files of the log, each with when it was archived."""
        return Archive({name: self.time_of(f"{WAL}/{name}") for name in self.names(WAL) if is_segment(name)})

    def names(self, inner: str) -> list[str]:
        """Names of the files in a folder of the place, in order."""
        with _told(self.folder):
            return sorted(path.name for path in (self.folder / inner).iterdir() if not path.name.startswith("."))

    def time_of(self, place: str) -> datetime:
        """When the file was sealed."""
        with _told(self.folder), self._open(place) as file:
            return sealed_at(file, place)

    def remove(self, place: str) -> None:
        """Remove a file."""
        with _told(self.folder):
            (self.folder / place).unlink(missing_ok=True)

    @contextmanager
    def _open(self, place: str) -> Iterator[BinaryIO]:
        try:
            file = (self.folder / place).open("rb")
        except FileNotFoundError:
            raise BackupFailed(f"{place} is not in {self.folder}") from None
        with file:
            yield file


def _read_about(path: Path) -> BaseBackup:
    try:
        return BaseBackup.model_validate_json(path.read_bytes())
    except ValidationError:
        raise BackupFailed(f"{path} cannot be read; move the folder {path.parent.name} away") from None


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """Turn an error of the file system into one that says what to do."""
    try:
        yield
    except OSError as error:
        if error.errno in {ENOSPC, EDQUOT}:
            raise BackupFailed(f"the disk is full: {folder}; make room, or run: helhed backup prune") from None
        raise BackupFailed(f"HELHED_BACKUP_DIR {folder}: {error.strerror or type(error).__name__}") from None


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
