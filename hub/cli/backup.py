"""``helhed backup``: encrypted copies of the database, the archive of its log, and trial restores."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from hub.backup import repository
from hub.backup.base import Pruned, take_backup
from hub.backup.base import prune as prune_place
from hub.backup.binaries import find_binaries
from hub.backup.errors import BackupFailed
from hub.backup.place import BackupPlace
from hub.backup.restore import Told, find_route, try_restore
from hub.backup.rules import BaseBackup, gone_at, reach
from hub.backup.settings import EVERY, backup_place, retention, write_key
from hub.cli.source_record import record_act, require_right
from hub.cli.terms import AsJson, fail, load_settings
from hub.db import Database
from hub.errors import StoreUnavailable
from hub.operation.health import SCHEMA
from hub.recovery.register import prune_registers, read_register, save_register
from hub.recovery.trial import TrialReading, read_trial
from hub.services import backup_database_url, database_url
from hub.settings import Settings
from schemas.access import AuditAction

app = typer.Typer(
    invoke_without_command=True,
    help="""
Encrypted copies of the database in HELHED_BACKUP_DIR (docs/operation.md). Without a sub-command one is taken, what
the retention does not need is removed, and who was forgotten is written beside it.

[bold]Once:[/bold] helhed backup key · helhed backup enable   [bold]Each night:[/bold] helhed backup
[bold]Each week:[/bold] helhed backup verify   [bold]To get everything back:[/bold] helhed restore --help
""",
)
console = Console(soft_wrap=True)
_MB = 1 << 20
_TIME = "%Y-%m-%d %H:%M:%SZ"


@app.callback()
def take(context: typer.Context, as_json: AsJson = False) -> None:
    """Encrypted copies of the database. Without a sub-command one is taken."""
    if context.invoked_subcommand is not None:
        return
    with fail():
        settings = load_settings()
        place, binaries = backup_place(settings), find_binaries(settings)
        with _opened(backup_database_url(settings)) as owner, _opened(database_url(settings)) as database:
            with database.transaction() as session:
                record_act(session, AuditAction.BACK_UP)
            with _progress() as (bar, task):
                backup = take_backup(
                    owner,
                    place,
                    binaries,
                    progress=lambda done, whole: bar.update(task, completed=done, total=whole),
                )
            _save_register(database, place)
            pruned = _prune(settings, place, really=True)
            _save_list(database, place)
        if as_json:
            _say_json(backup=backup.model_dump(mode="json"), removed=pruned._asdict())
            return
        console.print(f"Backup {backup.id}: {backup.bytes / _MB:,.0f} MB, encrypted, in {place.folder}.")
        if backup.holds_log:
            console.print(
                "[yellow]The log is not archived: it can be restored to this moment alone.[/yellow]"
                " → helhed backup enable"
            )
        _say_pruned(pruned)


@app.command()
def key(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="Where the key is written; it must not exist.")],
) -> None:
    """Make a key for HELHED_BACKUP_KEYS. Keep a copy where neither database nor backups are."""
    with fail():
        write_key(path)
        console.print(
            f"{path} holds the key for HELHED_BACKUP_KEYS. Without it no backup opens: keep a copy elsewhere."
        )


@app.command()
def enable(
    show: Annotated[bool, typer.Option("--show", help="Only print the statements.")] = False,
    within: Annotated[int, typer.Option(min=5, max=3600, help="Seconds that may be lost at most.")] = 60,
) -> None:
    """Let PostgreSQL archive its log: the archive leads from each backup to any moment. It must be restarted once."""
    from hub.backup.enabling import archive_settings, set_archive  # noqa: PLC0415  a command loads only what it needs

    with fail():
        settings = load_settings()
        place = backup_place(settings)
        options = archive_settings(settings, within)
        statements = [f"ALTER SYSTEM SET {name} = '{value.replace(chr(39), chr(39) * 2)}';" for name, value in options]
        if show:
            require_right(AuditAction.BACK_UP)
            typer.echo("\n".join(statements))
            return
        with _opened(backup_database_url(settings)) as owner, _opened(database_url(settings)) as database:
            with database.transaction() as session:
                record_act(session, AuditAction.BACK_UP)
            is_set = set_archive(owner, settings, place, options)
        if not is_set:
            raise BackupFailed(
                "only a superuser may set it; let one run what this prints, in psql: helhed backup enable --show"
            )
        console.print("Set. Restart PostgreSQL (the embedded one: stop all processes of Helhed), then: helhed backup")


@app.command()
def wal(
    path: Annotated[Path, typer.Argument(help="The file of the log: %p in archive_command.")],
    name: Annotated[str, typer.Argument(help="Its name: %f.")],
) -> None:
    """Archive one file of the log, encrypted. For archive_command; [bold]enable[/bold] sets a faster form of it."""
    from hub.backup.segments import put  # noqa: PLC0415  as above

    with fail():
        put(backup_place(load_settings()), path, name)


@app.command()
def forgotten() -> None:
    """Write beside the backups who was forgotten, for a restore to forget them again. A worker does it each minute."""
    with fail():
        settings = load_settings()
        place = backup_place(settings)
        with _opened(database_url(settings)) as database:
            with database.transaction() as session:
                record_act(session, AuditAction.BACK_UP)
            is_new = _save_register(database, place)
        console.print("Written." if is_new else "It was there already.")


@app.command("list")
def list_backups(as_json: AsJson = False) -> None:
    """List the backups, how far the archive leads, and until when they hold who was forgotten. Needs no database."""
    with fail():
        require_right(AuditAction.BACK_UP)
        settings = load_settings()
        place = backup_place(settings)
        backups = place.backups()
        archive = place.archive()
        now = datetime.now(UTC)
        reached = {backup.id: reach(backup, archive) for backup in backups}
        gone = gone_at(now, backups, retention(settings), every=EVERY)
        if as_json:
            for backup in backups:
                leads = reached[backup.id]
                _say_json(
                    **backup.model_dump(mode="json"), reaches=leads.until.isoformat(), missing_segment=leads.missing
                )
            return
        if not backups:
            console.print("No backup yet: helhed backup")
            return
        table = Table("Backup", "Whole at", "MB", "Restores to", "Tried")
        for backup in backups:
            leads = reached[backup.id]
            until = f"{leads.until:{_TIME}}"
            tried = f"{backup.verified_at:{_TIME}}" if backup.verified_at else "never"
            table.add_row(backup.id, f"{backup.ended_at:{_TIME}}", f"{backup.bytes / _MB:,.0f}", until, tried)
        console.print(table)
        for backup in backups:
            if missing := reached[backup.id].missing:
                console.print(
                    f"[yellow]{backup.id}: the archive lacks {missing}; what follows cannot be applied.[/yellow]"
                )
        console.print(f"Who is forgotten now is in no backup any more from {gone:%Y-%m-%d}.")


@app.command()
def verify(
    backup_id: Annotated[str | None, typer.Argument(metavar="[BACKUP]", help="As listed; the newest.")] = None,
    scratch: Annotated[Path | None, typer.Option(help="Folder with room for the database; it is emptied.")] = None,
    as_json: AsJson = False,
) -> None:
    """Restore a backup on trial: every file against its SHA-256, the log of the database to its end, and read it.

    The server that is made for it listens on a socket of its own and is thrown away. Ends with 2 if it fails.
    """
    with fail():
        require_right(AuditAction.BACK_UP)
        settings = load_settings()
        place, binaries = backup_place(settings), find_binaries(settings)
        route = find_route(place, None, backup_id)
        with _progress() as (bar, task):
            read, files = try_restore(
                settings,
                place,
                binaries,
                route,
                read_trial,
                Told(
                    lambda done, whole: bar.update(task, completed=done, total=whole),
                    lambda applied: bar.update(task, description=f"{applied} files of the log applied"),
                ),
                scratch=scratch,
            )
        tried = route.backup.model_copy(update={"verified_at": datetime.now(UTC)})
        place.save_about(tried)
        if settings.database_url is not None or (settings.data_dir / "postgres").exists():
            with suppress(StoreUnavailable), _opened(database_url(settings)) as database:
                if database.revision() >= SCHEMA:
                    _save_list(database, place)
        _say_trial(tried, route.until, files, read, as_json=as_json)


@app.command()
def prune(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be removed.")] = False,
) -> None:
    """Remove what HELHED_BACKUP_RETENTION_DAYS does not need. Each backup does it too."""
    with fail():
        require_right(AuditAction.BACK_UP)
        settings = load_settings()
        _say_pruned(_prune(settings, backup_place(settings), really=not dry_run), really=not dry_run)


@contextmanager
def _opened(url: str) -> Iterator[Database]:
    database = Database(url, pool_size=2)
    try:
        yield database
    finally:
        database.close()


@contextmanager
def _progress() -> Iterator[tuple[Progress, TaskID]]:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        yield bar, bar.add_task("backup", total=None)


def _save_register(database: Database, place: BackupPlace) -> bool:
    place.make()
    with database.transaction() as session:
        register = read_register(session, datetime.now(UTC))
    return save_register(place, register)


def _save_list(database: Database, place: BackupPlace) -> None:
    with database.transaction() as session:
        repository.save_backups(session, place.backups())


def _prune(settings: Settings, place: BackupPlace, *, really: bool) -> Pruned:
    pruned = prune_place(place, datetime.now(UTC), retention(settings), really=really)
    backups = place.backups()
    if really and backups:
        prune_registers(place, min(backup.started_at for backup in backups))
    return pruned


def _say_pruned(pruned: Pruned, *, really: bool = True) -> None:
    if pruned.backups or pruned.segments:
        word = "Removed" if really else "Would remove"
        console.print(f"{word}: {len(pruned.backups)} backups, {pruned.segments} files of the log.")
    elif not really:
        console.print("Nothing would be removed.")


def _say_trial(backup: BaseBackup, until: datetime, files: int, read: TrialReading, *, as_json: bool) -> None:
    if as_json:
        _say_json(backup=backup.id, files=files, until=until.isoformat(), **read.model_dump(mode="json"))
        return
    console.print(
        f"Backup {backup.id} can be restored to {until:{_TIME}}: {files:,} files as saved, {read.citizens:,} citizens,"
        f" {read.log_lines:,} lines of the audit log, tables at {read.revision}."
    )


def _say_json(**fields: object) -> None:
    typer.echo(json.dumps(fields, ensure_ascii=False, default=str))
