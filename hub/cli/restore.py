"""``helhed restore``: from a backup to a database as it was at a moment, fit for use."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.progress import TimeElapsedColumn as Elapsed

from helhed_verify.note import LogKey
from hub.audit.signing import signer_of
from hub.backup.binaries import find_binaries
from hub.backup.errors import BackupFailed
from hub.backup.restore import Told, find_route, restore_into
from hub.backup.settings import backup_place
from hub.cli.source_record import record_act, require_right
from hub.cli.terms import AsJson, fail, load_settings, open_services
from hub.errors import InvalidSetting
from hub.recovery import service
from hub.recovery.log import LogState, check_log
from hub.settings import Settings
from schemas.access import AuditAction

app = typer.Typer(
    invoke_without_command=True,
    help="""
Get everything back, step by step (docs/operation.md):

1. helhed restore --into FOLDER [--to TIME]   makes a data folder as it was then; nothing else is touched
2. start PostgreSQL on FOLDER/postgres, or set HELHED_DATA_DIR=FOLDER where it is embedded
3. helhed restore finish   before anything else runs: log, who was forgotten, bus, logins, index
""",
)
console = Console(soft_wrap=True)
_TIME = "%Y-%m-%d %H:%M:%SZ"
_INSTANT = TypeAdapter(datetime)
_SEEN_TO = 1


@app.callback()
def restore(
    context: typer.Context,
    into: Annotated[Path | None, typer.Option(metavar="FOLDER", help="A folder that is not there yet.")] = None,
    to: Annotated[
        str | None, typer.Option(metavar="TIME", help="With its zone, 2026-11-27T08:00:00+01:00; all there is.")
    ] = None,
    backup_id: Annotated[str | None, typer.Option("--backup", help="From this one; the newest before TIME.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a data folder as the database was at a moment. Ends with 2 if that cannot be reached."""
    if context.invoked_subcommand is not None:
        return
    with fail():
        require_right(AuditAction.RESTORE_BACKUP)
        if into is None:
            raise InvalidSetting("name the folder that is made: helhed restore --into FOLDER [--to TIME]")
        settings = load_settings()
        place, binaries = backup_place(settings), find_binaries(settings)
        route = find_route(place, _moment(to), backup_id)
        if not as_json:
            console.print(f"From backup {route.backup.id} to {route.until:{_TIME}}.")
        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), DownloadColumn(), Elapsed())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("unpacked", total=None)
            files = restore_into(
                settings,
                place,
                binaries,
                route,
                into,
                Told(
                    lambda done, whole: bar.update(task, completed=done, total=whole),
                    lambda applied: bar.update(task, description=f"{applied} files of the log applied"),
                ),
            )
        if as_json:
            _say_json(backup=route.backup.id, until=route.until.isoformat(), files=files, folder=str(into))
            return
        console.print(f"{into}/postgres is the database as it was then; {files:,} files are as they were saved.")
        console.print(
            f"Next: HELHED_DATA_DIR={into} where PostgreSQL is embedded, else start it on that folder."
            " Then, before anything else runs: helhed restore finish"
        )


@app.command()
def finish(
    checkpoint: Annotated[
        list[Path] | None, typer.Option("--checkpoint", help="File of a witness of the log; may be repeated.")
    ] = None,
    without_register: Annotated[
        bool,
        typer.Option("--without-register", help="Though HELHED_BACKUP_DIR is lost, where it says who was forgotten."),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether bus and index are meant.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a restored database fit for use, before anything else runs. Can be repeated.

    Verifies the log against its witnesses, forgets again who was forgotten, lets the bus begin anew, ends all logins
    and builds the index. Ends with 1 when lines of the log are lost or wrong, 2 when it could not be done.
    """
    with fail():
        settings = load_settings()
        files = checkpoint or ([settings.audit_witness_file] if settings.audit_witness_file else [])
        place = None if without_register else backup_place(settings)
        if settings.kafka_servers or settings.opensearch_urls:
            _confirm(settings, yes=yes)
        with open_services(settings) as services:
            service.require_restored(services)
            log = check_log(services.database, files, _keys(settings), retention_months=settings.audit_retention_months)
            with services.database.transaction() as session:
                record_act(session, AuditAction.RESTORE_BACKUP)
            again = service.forget_again(services, place) if place is not None else None
            groups = service.rewind(services)
            sessions = service.end_sessions(services)
            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Elapsed())
            with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
                task = bar.add_task("citizens to the index", total=None)
                citizens = service.build_index(services, lambda at: bar.update(task, completed=at.done, total=at.total))
        if as_json:
            _say_json(
                log=log.model_dump(mode="json"),
                forgotten_sources=again.sources if again else [],
                forgotten_citizens=again.citizens if again else 0,
                restricted_citizens=again.restricted if again else 0,
                restricted_absent=again.restricted_absent if again else 0,
                forgotten_known_at=again.known_at if again else None,
                rewound=groups,
                sessions=sessions,
                citizens=citizens,
            )
        else:
            _say_log(log)
            _say_forgotten(again)
            if groups:
                console.print(f"The bus begins with the oldest message that is kept: {', '.join(groups)}.")
            console.print(f"{sessions} logins ended. The new index has {citizens:,} citizens.")
            console.print(
                "Next: helhed backup enable, helhed backup, then start Helhed. Sources go on where they were."
            )
        raise typer.Exit(_SEEN_TO if log.lost or log.findings else 0)


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = _INSTANT.validate_python(text.replace(" ", "T", 1))
    except ValidationError:
        raise BackupFailed("--to is no time; it looks like 2026-11-27T08:00:00+01:00") from None
    if moment.tzinfo is None:
        raise BackupFailed("--to has no zone; it looks like 2026-11-27T08:00:00+01:00, or ends with Z")
    return moment.astimezone(UTC)


def _keys(settings: Settings) -> tuple[LogKey, ...]:
    """The log's keys as the settings have them; none where the key is not on this machine."""
    try:
        signer = signer_of(settings)
    except InvalidSetting:
        return ()
    return (signer.key, *signer.former)


def _confirm(settings: Settings, *, yes: bool) -> None:
    """A trial with the settings of production would replace what production uses."""
    used = [
        settings.kafka_servers,
        settings.opensearch_urls and f"{settings.opensearch_urls} {settings.opensearch_index}",
    ]
    named = " and ".join(each for each in used if each)
    if not yes and not typer.confirm(f"Begin the bus anew and replace the index of {named}?"):
        raise typer.Exit(2)


def _say_log(log: LogState) -> None:
    if log.lost is not None:
        after = f" after {log.lost.after:{_TIME}}" if log.lost.after else ""
        console.print(
            f"[yellow]The audit log lacks {log.lost.lines:,} lines{after}, which a witness has seen until"
            f" {log.lost.until:{_TIME}}.[/yellow] They stand in exports of the log that were fetched since (Tilsyn),"
            " and in the archive: helhed restore without --to. Keep what this says with the incident, set a new"
            " HELHED_AUDIT_LOG_NAME and put the former public key into HELHED_AUDIT_FORMER_KEYS (docs/audit.md)."
        )
    elif log.witnessed:
        console.print(f"The audit log is not behind its witness: {log.lines:,} lines, {log.witnessed:,} witnessed.")
    for finding in log.findings:
        console.print(f"[red]audit log: {finding}[/red]")
    if not log.is_verified and log.lines:
        console.print(
            "[yellow]The audit log was not verified:[/yellow] give the file of a witness (--checkpoint) or the key."
        )
    elif log.is_verified and not log.findings:
        console.print(f"{log.lines:,} sealed lines of the audit log are as they were written.")


def _say_forgotten(again: service.ForgottenAgain | None) -> None:
    if again is None or again.known_at is None:
        console.print(
            "[yellow]Beside the backups nothing says who was forgotten.[/yellow] Whoever was, after the moment that was"
            " restored, is back: ask the DPO for the list, and forget them again."
        )
        return
    console.print(
        f"Forgotten again, as of {again.known_at:{_TIME}}: {len(again.sources)} sources, {again.citizens} citizens;"
        f" restricted again: {again.restricted}."
    )
    if again.restricted_absent:
        console.print(
            f"[yellow]{again.restricted_absent} citizens who were restricted are not in the restored database[/yellow]"
            " and come back unrestricted when their sources are read: ask the DPO who they are, first."
        )


def _say_json(**fields: object) -> None:
    typer.echo(json.dumps(fields, ensure_ascii=False, default=str))
