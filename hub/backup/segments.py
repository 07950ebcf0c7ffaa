"""What PostgreSQL runs for each file of its log: ``put`` as archive_command, ``get`` as restore_command.

``python -m hub.backup.segments put PATH NAME`` is ``helhed backup wal PATH NAME`` without the rest of the program,
which takes seconds to load: PostgreSQL waits for it at each file. It ends with 0 only when the file is on the medium.
"""

import hashlib
import sys
import zlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from hub.backup.errors import BackupFailed
from hub.backup.place import WAL, BackupPlace
from hub.backup.settings import backup_place
from hub.errors import HubError
from hub.settings import load

STOP = 200
"""Of ``get``. Above 125: PostgreSQL stops its recovery. Below, it would take the file for missing and go on."""
NOT_ARCHIVED = 1
"""Of ``put``. Above 125 PostgreSQL would end its archiver and not count the failure, which ``helhed check`` reads."""
_READ = 1 << 20


def put(place: BackupPlace, path: Path, name: str) -> None:
    """Archive a file of the log; one that is there already must be the same.

    Raises:
        BackupFailed: another file of this name is there, or it cannot be written.
    """
    _require_name(name)
    where = f"{WAL}/{name}"
    if place.has(where):
        if _digest(_content(place, where)) != _digest(_read(path)):
            raise BackupFailed(
                f"{where} is there already and is another: two servers archive to one place; give each its own"
            )
        return
    place.write(where, _packed(_read(path)), datetime.now(UTC))


def get(place: BackupPlace, name: str, target: Path) -> bool:
    """Write the archived file of the log to *target*; whether there is one.

    Raises:
        BackupFailed: it does not open, or cannot be written.
    """
    _require_name(name)
    where = f"{WAL}/{name}"
    if not place.has(where):
        return False
    with target.open("wb") as file:
        for piece in _content(place, where):
            file.write(piece)
    return True


def main(arguments: list[str]) -> int:
    """0: done; 1: there is no such file (``get``), or ``NOT_ARCHIVED``; ``STOP``: it could not be got.

    A line says why.
    """
    try:
        place = backup_place(load())
        if arguments[0] == "put":
            put(place, Path(arguments[1]), arguments[2])
            return 0
        return 0 if get(place, arguments[1], Path(arguments[2])) else 1
    except HubError as error:
        sys.stderr.write(f"helhed: {error}\n")
    except (OSError, ValueError, IndexError) as error:
        sys.stderr.write(f"helhed: {type(error).__name__}\n")
    return NOT_ARCHIVED if arguments[:1] == ["put"] else STOP


def _require_name(name: str) -> None:
    if Path(name).name != name or name.startswith("."):
        raise BackupFailed("the name of a file of the log has no folder")


def _read(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while piece := file.read(_READ):
                yield piece
    except OSError as error:
        raise BackupFailed(f"{path} cannot be read: {error.strerror}") from None


def _packed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Most of a file that was cut off by ``archive_timeout`` is zeros."""
    packer = zlib.compressobj(1)
    for piece in pieces:
        yield packer.compress(piece)
    yield packer.flush()


def _content(place: BackupPlace, where: str) -> Iterator[bytes]:
    unpacker = zlib.decompressobj()
    with place.read(where) as sealed:
        for piece in sealed:
            yield unpacker.decompress(piece)
    yield unpacker.flush()


def _digest(pieces: Iterable[bytes]) -> bytes:
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.digest()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
