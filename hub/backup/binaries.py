"""PostgreSQL's own programs: which ones are used, for which server, and as which user of the machine."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

from hub.backup.errors import BackupFailed
from hub.settings import Settings


class Binaries(NamedTuple):
    """A folder with PostgreSQL's programs."""

    folder: Path
    major: int
    user: str | None
    """The machine's user that servers of it run as; None: ourselves."""

    def path(self, name: str) -> str:
        """The path of a program."""
        return str(self.folder / name)


def find_binaries(settings: Settings) -> Binaries:
    """The programs that ``HELHED_BACKUP_BINARIES`` names, else those of the embedded server.

    Raises:
        BackupFailed: they are not there.
    """
    from hub.embedded import programs, server_user  # noqa: PLC0415  it touches the file system; see hub/embedded.py

    folder = settings.backup_binaries or programs()
    try:
        output = subprocess.run(  # noqa: S603  a program that the settings name
            [folder / "pg_basebackup", "--version"], check=True, capture_output=True, text=True, timeout=30
        ).stdout
        (folder / "postgres").stat()
    except (OSError, subprocess.SubprocessError):
        message = f"HELHED_BACKUP_BINARIES: {folder} does not hold pg_basebackup and postgres"
        raise BackupFailed(f"{message}; with Debian it is /usr/lib/postgresql/18/bin") from None
    major = re.search(r"\) (\d+)", output)
    return Binaries(folder, int(major[1]) if major else 0, server_user())


def require_new_enough(binaries: Binaries, server: int) -> None:
    """Older programs refuse a newer server; older than the server's own they cannot start it either.

    Raises:
        BackupFailed: they are older; says what is needed.
    """
    if binaries.major < server:
        raise BackupFailed(
            f"PostgreSQL's programs in {binaries.folder} are version {binaries.major} and the server is {server};"
            f" set HELHED_BACKUP_BINARIES to those of {server} (Debian: postgresql-client-{server}, and for a trial"
            f" restore postgresql-{server}: /usr/lib/postgresql/{server}/bin)"
        )


def require_same(binaries: Binaries, server: int) -> None:
    """A data folder is opened by programs of its own version alone.

    Raises:
        BackupFailed: they are of another; says what is needed.
    """
    require_new_enough(binaries, server)
    if binaries.major != server:
        raise BackupFailed(
            f"the backup is of PostgreSQL {server} and the programs in {binaries.folder} are version {binaries.major};"
            f" set HELHED_BACKUP_BINARIES to those of {server}"
        )


def give_to(folder: Path, user: str | None) -> None:
    """Let a folder with all in it belong to who runs the server, and let nobody else in."""
    folder.chmod(0o700)
    if user is None:
        return
    for path, folders, files in os.walk(folder):
        shutil.chown(path, user, user)
        for name in (*folders, *files):
            inner = Path(path) / name
            if not inner.is_symlink():
                shutil.chown(inner, user, user)
