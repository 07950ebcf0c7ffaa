"""Unpacks a base backup into a data folder and compares each file with the manifest of PostgreSQL."""

import hashlib
import json
import tarfile
import zlib
from collections.abc import Callable, Iterator
from errno import EDQUOT, ENOSPC
from pathlib import Path
from typing import BinaryIO, cast

from hub.backup.errors import BackupFailed
from hub.backup.place import BASE, TAR, BackupPlace
from hub.backup.rules import BaseBackup

MANIFEST = "backup_manifest"
_READ = 1 << 20
Progress = Callable[[int, int], None]


def unpack(place: BackupPlace, backup: BaseBackup, folder: Path, *, progress: Progress | None = None) -> int:
    """Unpack into *folder*, which must be empty or not there; how many files were compared with the manifest.

    Raises:
        BackupFailed: the backup does not open, is cut off, or a file is not as the manifest says; or there is no room.
    """
    if folder.exists() and any(folder.iterdir()):
        raise BackupFailed(f"{folder} is not empty; name a folder that is not there yet")
    where = f"{BASE}/{backup.id}/{TAR}"
    digests: dict[str, str] = {}
    manifest = b""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with place.read(where) as sealed:
            reader = _Reader(sealed, backup.bytes, progress)
            with tarfile.open(fileobj=cast("BinaryIO", reader), mode="r|gz", bufsize=_READ) as tar:
                for member in tar:
                    if member.name == MANIFEST:
                        manifest = b"".join(_content(tar, member))
                    else:
                        _extract(tar, member, folder, digests)
    except (tarfile.TarError, zlib.error, EOFError) as error:
        raise BackupFailed(f"{where} cannot be unpacked: {type(error).__name__}") from None
    except OSError as error:
        if error.errno in {ENOSPC, EDQUOT}:
            raise BackupFailed(f"the disk is full: {folder}; name a folder with more room") from None
        raise BackupFailed(f"{folder} cannot be written: {error.strerror or type(error).__name__}") from None
    return _compare(manifest, digests, where)


def _extract(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path, digests: dict[str, str]) -> None:
    target = folder / member.name
    if not target.resolve().is_relative_to(folder.resolve()):
        raise tarfile.ExtractError(f"{member.name} lies outside")  # tarfile's own error for it came in 3.11.4
    if member.isdir():
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
        return
    if not member.isfile():
        return  # a link to a tablespace; pg_basebackup refuses those before
    digest = hashlib.sha256()
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with target.open("wb") as file:
        for piece in _content(tar, member):
            digest.update(piece)
            file.write(piece)
    target.chmod(0o600)
    digests[member.name.removeprefix("./")] = digest.hexdigest()


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> Iterator[bytes]:
    file = tar.extractfile(member)
    while file is not None and (piece := file.read(_READ)):
        yield piece


def _compare(manifest: bytes, digests: dict[str, str], where: str) -> int:
    """Compare with backup_manifest; its last line is a checksum of the others."""
    body, _, _ = manifest.rpartition(b'"Manifest-Checksum"')
    if not body:
        raise BackupFailed(f"{where} has no backup_manifest; it is cut off")
    entries = json.loads(manifest)
    if hashlib.sha256(body).hexdigest() != entries["Manifest-Checksum"]:
        raise BackupFailed(f"the backup_manifest of {where} is not what was written")
    files = {file["Path"]: file for file in entries["Files"] if "Path" in file}
    missing = sorted(files.keys() - digests.keys())
    if missing:
        raise BackupFailed(f"{where} lacks {len(missing)} files, among them {missing[0]}")
    for path, file in files.items():
        if file.get("Checksum-Algorithm") == "SHA256" and file["Checksum"] != digests[path]:
            raise BackupFailed(f"{path} in {where} is not the file that was saved")
    return len(files)


class _Reader:
    """What tarfile reads from: the pieces of a sealed file, one after another."""

    def __init__(self, pieces: Iterator[bytes], whole: int, progress: Progress | None) -> None:
        self._pieces = pieces
        self._whole = whole
        self._progress = progress
        self._done = 0
        self._buffer = bytearray()

    def read(self, size: int) -> bytes:
        while len(self._buffer) < size:
            piece = next(self._pieces, b"")
            if not piece:
                break
            self._buffer += piece
            self._done += len(piece)
            if self._progress:
                self._progress(self._done, max(self._whole, self._done))
        given = bytes(self._buffer[:size])
        del self._buffer[:size]
        return given
