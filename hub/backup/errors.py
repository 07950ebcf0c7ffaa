"""What goes wrong with backups."""

from hub.errors import InvalidSetting


class BackupFailed(InvalidSetting):
    """A backup could not be taken, read or restored; the message says why and what to do."""

    key = "backup_failed"
