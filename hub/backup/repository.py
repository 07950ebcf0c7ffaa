"""Every statement about backups: what the server is, how its log is archived, and what the place holds."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from hub.backup.rules import BaseBackup
from hub.db import Database, fetch_rows

_SERVER = text("""
    SELECT current_setting('server_version_num')::int / 10000 AS major,
           (SELECT system_identifier::text FROM pg_control_system()) AS system_id,
           pg_size_bytes(current_setting('wal_segment_size')) AS segment_bytes,
           pg_walfile_name(pg_current_wal_insert_lsn()) AS segment,
           current_setting('archive_mode') <> 'off' AS archives,
           (SELECT coalesce(sum(pg_database_size(oid)), 0)::bigint FROM pg_database WHERE datallowconn) AS size,
           (SELECT usesuper FROM pg_user WHERE usename = current_user) AS is_superuser,
           clock_timestamp() AS now
""")
_ARCHIVER = text("""
    SELECT current_setting('archive_mode') <> 'off' AS is_on,
           last_archived_time AS archived_at, last_failed_time AS failed_at,
           coalesce(last_failed_time > last_archived_time, last_failed_time IS NOT NULL) AS fails,
           clock_timestamp() AS now
    FROM pg_stat_archiver
""")
_CLEAR = text("DELETE FROM backups")
_ADD = text("""
    INSERT INTO backups (id, started_at, ended_at, bytes, verified_at)
    VALUES (:id, :started_at, :ended_at, :bytes, :verified_at)
""")
_NEWEST = text("SELECT max(ended_at) AS ended_at FROM backups")
_STARTS = text("SELECT started_at, ended_at, verified_at FROM backups ORDER BY started_at")
_IN_RECOVERY = text("SELECT pg_is_in_recovery() AS is_in_recovery")
_REVISION = text("SELECT version_num FROM alembic_version")
_RELOAD = text("SELECT pg_reload_conf()")


class ServerState(NamedTuple):
    """The server, at the moment it was asked."""

    major: int
    system_id: str
    segment_bytes: int
    segment: str
    """The file of the log that is being written."""
    archives: bool
    size: int
    """Bytes of all databases."""
    is_superuser: bool
    now: datetime


class ArchiverState(NamedTuple):
    """How the log is archived, by PostgreSQL's own account."""

    is_on: bool
    archived_at: datetime | None
    failed_at: datetime | None
    fails: bool
    """The last try failed."""
    now: datetime


class Taken(NamedTuple):
    """When a base backup was taken."""

    started_at: datetime
    ended_at: datetime
    verified_at: datetime | None


def server_state(session: Session) -> ServerState:
    """The server as it is now; the role must be allowed to ask (``pg_monitor``)."""
    (row,) = fetch_rows(session, _SERVER, {})
    return ServerState(**row)


def archiver_state(session: Session) -> ArchiverState:
    """How the log is archived."""
    (row,) = fetch_rows(session, _ARCHIVER, {})
    return ArchiverState(**row)


def revision(session: Session) -> str:
    """The newest migration of the tables."""
    (row,) = fetch_rows(session, _REVISION, {})
    return str(row["version_num"])


def is_in_recovery(session: Session) -> bool:
    """Whether the server still applies the log."""
    (row,) = fetch_rows(session, _IN_RECOVERY, {})
    return bool(row["is_in_recovery"])


def alter_system(database: Database, settings: Sequence[tuple[str, str]]) -> bool:
    """Set these for the server and let it read them, outside of a transaction; whether the role may."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        try:
            for name, value in settings:
                literal = value.replace("'", "''").replace("%", "%%")
                connection.exec_driver_sql(f"ALTER SYSTEM SET {name} = '{literal}'")
            connection.execute(_RELOAD)
        except ProgrammingError:
            return False
    return True


def save_backups(session: Session, backups: Sequence[BaseBackup]) -> None:
    """Let the table say what the place holds."""
    fetch_rows(session, _CLEAR, {})
    for backup in backups:
        fetch_rows(session, _ADD, backup.model_dump(include={"id", "started_at", "ended_at", "bytes", "verified_at"}))


def newest_backup(session: Session) -> datetime | None:
    """When the newest backup was whole; None: there is none."""
    (row,) = fetch_rows(session, _NEWEST, {})
    ended_at: datetime | None = row["ended_at"]
    return ended_at


def backups_taken(session: Session) -> list[Taken]:
    """When each backup that is there was taken, the oldest first."""
    return [Taken(**row) for row in fetch_rows(session, _STARTS, {})]
