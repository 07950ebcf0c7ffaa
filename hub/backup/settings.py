"""What the settings say about backups: the place, its keys, and PostgreSQL's programs."""

import secrets
import shlex
import sys
from datetime import timedelta
from os import environ
from pathlib import Path

from hub.backup.errors import BackupFailed
from hub.backup.place import WAL, BackupPlace
from hub.errors import InvalidSetting
from hub.secrets import KEY_BYTES, parse_keys
from hub.settings import Settings

EVERY = timedelta(days=1)
"""How often a base backup is taken, by the timer."""


def backup_place(settings: Settings) -> BackupPlace:
    """Where the backups are.

    Raises:
        InvalidSetting: it is not set, or the keys are not as they must be.
    """
    if settings.backup_dir is None:
        raise InvalidSetting("HELHED_BACKUP_DIR is not set: a folder on another machine's disk, mounted here")
    return BackupPlace(settings.backup_dir, backup_keys(settings))


def backup_keys(settings: Settings) -> dict[str, bytes]:
    """The keys in ``HELHED_BACKUP_KEYS``; none where it is not set.

    Raises:
        InvalidSetting: they are not as they must be.
    """
    if settings.backup_keys is None:
        return {}
    return parse_keys("HELHED_BACKUP_KEYS", settings.backup_keys.get_secret_value())


def retention(settings: Settings) -> timedelta:
    """How far back it must be possible to restore."""
    return timedelta(days=settings.backup_retention_days)


def command_for(settings: Settings, *arguments: str) -> str:
    """A command for PostgreSQL that archives or fetches a file of the log.

    The key is not in it: it comes from the environment of the server, or from the folder of secrets.
    """
    folder = environ.get("HELHED_SECRETS_DIR")
    place = (settings.backup_dir or Path()).absolute()
    variables = {"HELHED_BACKUP_DIR": str(place)} | ({"HELHED_SECRETS_DIR": folder} if folder else {})
    # A shell says in a millisecond that a file is not there; PostgreSQL asks for several that never are.
    asks = f"test -e {shlex.quote(f'{place}/{WAL}')}/%f && " if arguments[0] == "get" else ""
    given = " ".join(f"{name}={shlex.quote(value)}" for name, value in variables.items())
    return f"{asks}{given} {shlex.quote(sys.executable)} -m hub.backup.segments {' '.join(arguments)}"


def write_key(path: Path) -> None:
    """Make a key, in a file that only its owner reads.

    Raises:
        BackupFailed: the file is there already, or cannot be written.
    """
    try:
        path.touch(mode=0o600, exist_ok=False)
        path.write_text(f"b1:{secrets.token_hex(KEY_BYTES)}\n", encoding="ascii")
    except OSError as error:
        raise BackupFailed(f"{path} cannot be written: {error.strerror}") from None
