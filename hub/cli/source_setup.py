"""``helhed source check | discover | preview | start``: a source is set up in the terminal as on the pages."""

from collections.abc import Callable, Mapping
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from connectors.kit import PreviewRow
from connectors.probe import CheckStep, StepName
from hub.cli.source_input import read_schedule
from hub.cli.source_record import actor_id, record, record_act
from hub.cli.terms import AsJson, fail, opened
from hub.context import AppContext
from hub.errors import InvalidSetting
from hub.sources import approval_repository, repository, service, stream_repository
from hub.sources.approvals import declared_streams
from hub.sources.definitions import SourceLifecycle
from hub.sources.field_approvals import unapproved_fields
from hub.sources.trial_runner import run_trial
from hub.sources.trials import TrialKind, TrialResult
from schemas.access import AuditAction

console = Console()

Name = Annotated[str, typer.Argument(help="The source's name, also of a draft; see: helhed source list")]
Every = Annotated[str | None, typer.Option(help="Cadence of every stream: 12s, 15m, 2h, 1d.")]
At = Annotated[str | None, typer.Option(help="Time of day in Denmark, for every stream: 02:30.")]
STEP = {
    StepName.SETTINGS: "the settings are whole",
    StepName.RESOLVE: "the server's name is known",
    StepName.CONNECT: "the server answers on a connection we trust",
    StepName.LOG_IN: "we are let in",
    StepName.READ: "one row can be read",
}


def check(name: Name, as_json: AsJson = False) -> None:
    """Try the connection step by step: name, TLS, login, one row. The first step that fails says why.

    The result stands on the page of the source too. Ends with 1 if a step failed.

    Example: [bold]helhed source check social[/bold]. Then: helhed source discover social
    """
    with fail(), opened() as context:
        result = _try_source(context, name, TrialKind.CHECK, lambda step: None if as_json else _print_step(step))
        if as_json:
            typer.echo(result.model_dump_json(include={"steps"}))
        if not all(step.is_ok for step in result.steps):
            raise typer.Exit(1)


def discover(name: Name, as_json: AsJson = False) -> None:
    """List the streams, the fields that are read of each type, and why; what nobody has approved is marked with *.

    Example: [bold]helhed source discover social[/bold]. Then: helhed source approve social --by "Karen Krogh"
    """
    with fail(), opened() as context, context.database.transaction() as session:
        record_act(session, AuditAction.READ_SOURCES, name)
        streams = declared_streams(session, context.catalogue.builder, name)
        approvals = approval_repository.list_approvals(session, name)
        if as_json:
            for stream in streams:
                typer.echo(stream.model_dump_json())
            return
        wanting = {entry.record_type: entry.fields for entry in unapproved_fields(streams, approvals)}
        table = Table("Stream", "Type", "Fields read", "Purpose", "Approved", show_lines=True)
        for stream in streams:
            for info in stream.record_types:
                new = wanting.get(info.name, ())
                approval = approvals.get(info.name)
                table.add_row(
                    stream.name,
                    info.name,
                    ", ".join(f"{field}*" if field in new else field for field in info.fields_read),
                    info.purpose,
                    f"{approval.approver}, {approval.approved_at:%Y-%m-%d}" if approval else "not yet",
                )
        console.print(table)


def preview(name: Name, as_json: AsJson = False) -> None:
    """Show twenty real rows side by side: as the source says them, and as they would land. Masked; nothing is stored.

    Only fields that somebody has approved are read. Rows that cannot be read come first, with field and rule.

    Example: [bold]helhed source preview social[/bold]. Then: helhed source start social
    """
    with fail(), opened() as context:
        _require_approved(context, name)
        result = _try_source(context, name, TrialKind.PREVIEW, lambda _: None)
        if as_json:
            typer.echo(result.model_dump_json())
        else:
            _print_rows(result)
        if not all(step.is_ok for step in result.steps):
            raise typer.Exit(1)


def start(name: Name, every: Every = None, at: At = None) -> None:
    """Read a draft from now on. Its fields must be approved, by name.

    Example: [bold]helhed source start social --at 02:30[/bold]. How it goes: helhed source show social
    """
    with fail(), opened() as context:
        schedule = read_schedule(every, at)
        _require_approved(context, name)
        with context.database.transaction() as session:
            source = repository.existing_source(session, name)
            if source.is_active:
                console.print(f"{name} is read already.")
                return
            change = service.SourceChange(lifecycle=SourceLifecycle.ACTIVE)
            service.change_source(
                session, context.catalogue.builder, name, change, by=actor_id(), expected_version=source.version
            )
            if schedule is not None:
                for stream in stream_repository.list_streams(session, name):
                    stream_repository.save_schedule(session, name, stream.stream, schedule, is_enabled=True)
            record(session, AuditAction.CONFIGURE_SOURCE, name, "started", context.clock.now())
        console.print(f"{name} is read from now on; a worker begins within seconds.")


def _require_approved(context: AppContext, name: str) -> None:
    with context.database.transaction() as session:
        streams = declared_streams(session, context.catalogue.builder, name)
        if unapproved_fields(streams, approval_repository.list_approvals(session, name)):
            raise InvalidSetting(f"nobody has approved what {name} reads; see: helhed source approve {name}")


def _try_source(context: AppContext, name: str, kind: TrialKind, on_step: Callable[[CheckStep], None]) -> TrialResult:
    with context.database.transaction() as session:
        source = repository.existing_source(session, name)
        number = approval_repository.begin_trial(
            session, name, kind, source_version=source.version, now=context.clock.now()
        )
        tried = "checked" if kind is TrialKind.CHECK else "previewed"
        record(session, AuditAction.CONFIGURE_SOURCE, name, tried, context.clock.now())
    return run_trial(context.database, context.catalogue.builder, name, kind, number, on_step)


def _print_step(step: CheckStep) -> None:
    if step.is_ok:
        console.print(f"[green]ok[/green]      {STEP[step.name]}")
    else:
        console.print(f"[red]not ok[/red]  not so: {STEP[step.name]}")
        console.print(f"        {step.message or step.advice}", markup=False, highlight=False)


def _print_rows(result: TrialResult) -> None:
    for step in result.steps:
        if not step.is_ok:
            _print_step(step)
    table = Table("Type", "The source says", "It would land as", "Remarks", show_lines=True)
    for row in result.rows:
        table.add_row(row.record_type, _lines(row.source_fields), _landed(row), "\n".join(row.remarks))
    console.print(table)


def _landed(row: PreviewRow) -> str:
    return "rejected" if row.rejected else _lines(row.fields)


def _lines(fields: Mapping[str, str]) -> str:
    return "\n".join(f"{field} = {value}" for field, value in fields.items())
