"""Lets a PostgreSQL of its own apply the archived log to an unpacked backup, up to a moment."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from time import monotonic
from typing import NamedTuple

from hub.backup import repository
from hub.backup.binaries import Binaries, give_to
from hub.backup.errors import BackupFailed
from hub.backup.rules import BaseBackup
from hub.db import Database
from hub.errors import StoreUnavailable

OWNER = "postgres"
"""The superuser of the cluster; Debian, the images and the embedded server all call it so."""
STANDS_STILL = 600.0
"""Seconds without a file of the log after which the server counts as stuck."""
_MOMENT = 0.2
_STARTS_WITHIN = 30.0
"""Seconds in which a server that was started may have neither a process file nor a line in its log."""
_AUTO = "postgresql.auto.conf"
_NOT_REACHED = "recovery ended before configured recovery target was reached"
_RESTORED = re.compile(r'restored log file "[0-9A-F]{24}"')
_OURS = re.compile(r"^helhed: (.+)$", re.MULTILINE)
_FATAL = re.compile(r"(?:FATAL|PANIC):\s+(.+)$", re.MULTILINE)
_ARCHIVING = re.compile(r"^(archive_mode|archive_command|archive_timeout|archive_library|primary_conninfo)\b")
Progress = Callable[[int], None]
"""Told how many files of the log were applied."""


class Target(NamedTuple):
    """Where to, and how the log is fetched."""

    restore_command: str
    to: datetime | None
    """None: to the end of the log."""


@contextmanager
def recovered(
    binaries: Binaries,
    backup: BaseBackup,
    folder: Path,
    target: Target,
    environment: Mapping[str, str],
    *,
    progress: Progress | None = None,
) -> Iterator[Database]:
    """The database as it was at the moment, served on a socket that nobody else knows; stopped at the end.

    Args:
        binaries: of the backup's version.
        backup: that was unpacked.
        folder: the unpacked data folder; afterwards any server of that version can be started on it.
        target: where to.
        environment: what the command that fetches the log needs.
        progress: told how far it has come.

    Raises:
        BackupFailed: the log cannot be applied; says why.
    """
    own = _read_own(folder)
    scratch = Path(tempfile.mkdtemp(prefix="helhed-"))
    try:
        server = _Server(binaries, folder, scratch, environment)
        try:
            _write_target(folder, own, target)
            give_to(folder, binaries.user)
            try:
                server.start(progress)
            except _NotReached:
                # No transaction ended after the moment, so the end of the log is the moment.
                _write_target(folder, own, target._replace(to=None))
                give_to(folder, binaries.user)
                server.start(progress)
            database = Database(f"postgresql://{OWNER}@/{backup.database}?host={scratch}", pool_size=2)
            try:
                yield database
            finally:
                database.close()
        finally:
            server.stop()
            _write_own(folder, own)
            give_to(folder, binaries.user)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


class _NotReached(Exception):
    """The log ends before the moment."""


class _Server:
    """A PostgreSQL on an unpacked backup."""

    def __init__(self, binaries: Binaries, folder: Path, scratch: Path, environment: Mapping[str, str]) -> None:
        self._binaries = binaries
        self._folder = folder
        self._log = scratch / "log"
        self._environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", **environment}
        hba = scratch / "pg_hba.conf"
        hba.write_text("local all all trust\n", encoding="ascii")
        ident = scratch / "pg_ident.conf"
        ident.touch()
        give_to(scratch, binaries.user)
        settings = {
            "listen_addresses": "''",
            "unix_socket_directories": scratch,
            "hba_file": hba,
            "ident_file": ident,
            "hot_standby": "off",  # nobody reads before the end, so the settings of the server it is from do not matter
            "logging_collector": "off",
            "log_destination": "stderr",
            "ssl": "off",
            "shared_preload_libraries": "''",
            "external_pid_file": "''",
        }
        self._options = " ".join(f"-c {name}={value}" for name, value in settings.items())

    def start(self, progress: Progress | None) -> None:
        """Start it and wait until it serves."""
        self._log.unlink(missing_ok=True)
        started = monotonic()
        self._run("start", "-W", "-l", str(self._log), "-o", self._options)
        applied, since = 0, monotonic()
        while not self._serves():
            now_applied = len(_RESTORED.findall(self._told()))
            if now_applied != applied:
                applied, since = now_applied, monotonic()
                if progress:
                    progress(applied)
            is_silent = not self._told() and monotonic() - started < _STARTS_WITHIN
            if not self._runs() and not is_silent:
                self._explain()
            if monotonic() - since > STANDS_STILL:
                raise BackupFailed(
                    f"PostgreSQL has applied nothing for {STANDS_STILL / 60:.0f} minutes; see {self._log}"
                )
            Event().wait(_MOMENT)
        if progress:
            progress(len(_RESTORED.findall(self._told())))

    def stop(self) -> None:
        """Stop it with all on the disk."""
        if self._runs():
            self._run("stop", "-m", "fast", "-w", "-t", "600")

    def _serves(self) -> bool:
        database = Database(f"postgresql://{OWNER}@/postgres?host={self._log.parent}", pool_size=1)
        try:
            with suppress(StoreUnavailable), database.transaction() as session:
                return not repository.is_in_recovery(session)
        finally:
            database.close()
        return False

    def _runs(self) -> bool:
        return self._call("status").returncode == 0 or (not self._told() and (self._folder / "postmaster.pid").exists())

    def _run(self, verb: str, *options: str) -> None:
        if self._call(verb, *options).returncode != 0:
            self._explain()

    def _call(self, verb: str, *options: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(  # noqa: S603  the server's own program
            [self._binaries.path("pg_ctl"), verb, "-D", str(self._folder), *options],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # pg_ctl hands them on to the server, which would keep a pipe open
            stderr=subprocess.DEVNULL,
            env=self._environment,
            user=self._binaries.user,
            cwd="/",
        )

    def _told(self) -> str:
        try:
            return self._log.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return ""

    def _explain(self) -> None:
        output = self._told()
        if _NOT_REACHED in output:
            raise _NotReached
        ours = _OURS.findall(output)
        if ours:
            raise BackupFailed(ours[-1])
        if "WAL ends before end of online backup" in output or "could not locate required checkpoint" in output:
            raise BackupFailed("the archive ends before the backup was whole; take another backup: helhed backup list")
        if "No space left on device" in output:
            raise BackupFailed(f"the disk is full: {self._folder}; name a folder with more room")
        fatal = _FATAL.findall(output)
        raise BackupFailed(f"PostgreSQL could not apply the log: {fatal[-1] if fatal else 'it said nothing'}")


def _read_own(folder: Path) -> str:
    """The settings of the server it is from, without those of its archive: two must not write to one."""
    path = folder / _AUTO
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return "".join(f"{line}\n" for line in lines if not _ARCHIVING.match(line))


def _write_own(folder: Path, own: str) -> None:
    (folder / _AUTO).write_text(own, encoding="utf-8")
    (folder / "recovery.signal").unlink(missing_ok=True)


def _write_target(folder: Path, own: str, target: Target) -> None:
    settings = {
        "restore_command": target.restore_command,
        "recovery_target_action": "promote",
        "recovery_target_timeline": "latest",
        "archive_mode": "off",
        "fsync": "on",
    }
    if target.to is not None:
        settings["recovery_target_time"] = f"{target.to.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f+00}"
    lines = "".join(f"{name} = '{value.replace(chr(39), chr(39) * 2)}'\n" for name, value in settings.items())
    (folder / _AUTO).write_text(own + lines, encoding="utf-8")
    (folder / "recovery.signal").touch()
    (folder / "postmaster.pid").unlink(missing_ok=True)
    for name, text in (("postgresql.conf", ""), ("pg_hba.conf", "local all all peer\n"), ("pg_ident.conf", "")):
        # Debian keeps them elsewhere, and the programs want them here.
        if not (folder / name).exists():
            (folder / name).write_text(text, encoding="ascii")
