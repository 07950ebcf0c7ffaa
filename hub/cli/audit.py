"""``helhed audit``: the key that signs the log, whether the log is whole here, and the log for others."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from hub.audit.forms.choice import EventForm
from hub.cli.source_record import record_act
from hub.cli.terms import AsJson, fail, load_settings, open_services
from hub.clock import DANISH_TIME, danish_day, danish_midnight
from hub.errors import InvalidSetting
from schemas.access import AuditAction

app = typer.Typer(
    no_args_is_help=True,
    help="""
The audit log and its proof (docs/audit.md). A worker seals what is written, signs checkpoints and hands them to
witnesses; [bold]verify[/bold] checks an export off-line, as the package helhed-verify does by itself.
""",
)
console = Console()
DAY = "%Y-%m-%d"
FIRST_DAY = date(2000, 1, 1)
"""No line is older."""
Checkpoints = Annotated[
    list[Path] | None, typer.Option("--checkpoint", help="Checkpoints that a witness has kept; may be repeated.")
]


@app.command()
def key(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="Where the key is written; it must not exist.")],
) -> None:
    """Make the key that signs the log. Only the worker needs it: HELHED_AUDIT_KEY_FILE."""
    from hub.audit.signing import write_private_key  # noqa: PLC0415  a command loads only what it needs

    with fail():
        write_private_key(path)
        console.print(f"{path} holds the key. Set HELHED_AUDIT_KEY_FILE, then: helhed audit public-key", soft_wrap=True)


@app.command("public-key")
def public_key() -> None:
    """Print the public key of the log, which is handed out to everybody who verifies it."""
    from hub.audit.signing import signer_of  # noqa: PLC0415  as above

    with fail():
        typer.echo(str(signer_of(load_settings()).key))


@app.command()
def status(as_json: AsJson = False) -> None:
    """Say whether the log is whole: sealed, witnessed and verified. Ends with 1 if it is not."""
    from hub.audit.integrity import read_integrity  # noqa: PLC0415  as above

    with fail(), open_services() as context:
        now = context.clock.now()
        with context.database.transaction() as session:
            record_act(session, AuditAction.READ_INTEGRITY)
            integrity = read_integrity(session, now)
        is_whole = integrity.is_whole(now)
        if as_json:
            typer.echo(integrity.model_dump_json())
        else:
            console.print(
                f"The log is {'whole' if is_whole else 'NOT proved whole'}: {integrity.lines:,} lines sealed."
            )
            table = Table("Witness", "Lines", "Signed", "Behind")
            for witness in integrity.witnesses:
                signed = f"{witness.signed_at.astimezone(DANISH_TIME):%Y-%m-%d %H:%M}" if witness.signed_at else "-"
                table.add_row(witness.name, f"{witness.size:,}", signed, "yes" if witness.is_behind else "no")
            console.print(table if integrity.witnesses else "No witness has a checkpoint.")
            for line in (*integrity.faults, *integrity.findings):
                console.print(line, soft_wrap=True)
        raise typer.Exit(0 if is_whole else 1)


@app.command()
def export(
    form: Annotated[EventForm, typer.Option("--format", help="Elastic Common Schema, OCSF 1.5 or FHIR R4 AuditEvent.")],
    since: Annotated[datetime | None, typer.Option("--from", formats=[DAY], help="The first day, 2026-11-01.")] = None,
    until: Annotated[datetime | None, typer.Option("--to", formats=[DAY], help="The last day. Else: today.")] = None,
    output: Annotated[Path | None, typer.Option(help="Where it is written; it must not exist. Else: printed.")] = None,
) -> None:
    """Write the sealed log as events, one a line of JSON: pseudonyms, and neither names, free text nor numbers.

    The log in plain words, which the verifier reads, is the DPO's: fetch it on Tilsyn under "Er loggen hel?".
    """
    from hub.audit.streaming import export_events  # noqa: PLC0415  as above

    with fail(), open_services() as context:
        today = danish_day(context.clock.now())
        first, last = since.date() if since else FIRST_DAY, until.date() if until else today
        if first > last:
            raise InvalidSetting(f"--from {first} is after --to {last}")
        with context.database.transaction() as session:
            record_act(session, AuditAction.EXPORT_EVENTS)
        period = danish_midnight(first), danish_midnight(last + timedelta(days=1))
        lines = export_events(context.database, form, context.digest_key, period)
        if output is None:
            for line in lines:
                typer.echo(line.decode(), nl=False)
            return
        try:
            with output.open("xb") as file:
                written = sum(1 for line in lines if file.write(line))
        except OSError as error:
            raise InvalidSetting(f"{output} cannot be written: {error.strerror}") from None
        console.print(f"{output} has {written:,} events.", soft_wrap=True)


@app.command()
def verify(
    export: Annotated[
        Path, typer.Argument(metavar="EXPORT", help="The export, as fetched from Tilsyn; may be packed.")
    ],
    checkpoint: Checkpoints = None,
    keys: Annotated[Path | None, typer.Option("--key", help="The log's public keys, one a line.")] = None,
    retention_months: Annotated[int, typer.Option(min=1, help="Younger lines may not be erased.")] = 24,
    tolerance_minutes: Annotated[int, typer.Option(min=0, help="So late a line may be sealed.")] = 10,
) -> None:
    """Verify an export of the log without any database. Ends with 1 if something is wrong.

    Without --key the key in the export is believed if it has signed the checkpoint that you have from a witness.
    """
    from helhed_verify.__main__ import report_lines, verify_file  # noqa: PLC0415  as above
    from helhed_verify.note import InvalidNote, read_keys  # noqa: PLC0415  as above
    from helhed_verify.verification import CannotVerify  # noqa: PLC0415  as above

    with fail():
        try:
            report = verify_file(
                export,
                read_keys(keys.read_text(encoding="utf-8", errors="replace")) if keys is not None else (),
                checkpoint or (),
                retention_months=retention_months,
                tolerance=timedelta(minutes=tolerance_minutes),
            )
        except (CannotVerify, InvalidNote) as error:
            raise InvalidSetting(str(error)) from None
        except OSError as error:
            raise InvalidSetting(f"{error.filename} cannot be read: {error.strerror}") from None
        typer.echo("\n".join(report_lines(report)))
        raise typer.Exit(0 if report.is_whole else 1)
