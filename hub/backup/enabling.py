"""Lets the server archive its log into the place of the backups."""

from hub.backup import repository
from hub.backup.place import BackupPlace
from hub.backup.settings import command_for
from hub.db import Database
from hub.settings import Settings


def archive_settings(settings: Settings, within: int) -> list[tuple[str, str]]:
    """What ``ALTER SYSTEM`` is to set; *within*: seconds after which an unfinished file of the log is archived."""
    return [
        ("archive_mode", "on"),
        ("archive_command", command_for(settings, "put", '"%p"', '"%f"')),
        ("archive_timeout", f"{within}s"),
    ]


def set_archive(owner: Database, settings: Settings, place: BackupPlace, options: list[tuple[str, str]]) -> bool:
    """Set it; whether the role may. Of the embedded server the place is given to the user who runs it."""
    if settings.database_url is None:
        from hub.embedded import server_user  # noqa: PLC0415  it touches the file system; see hub/embedded.py

        place.give_to(server_user())
    place.make()
    return repository.alter_system(owner, options)
