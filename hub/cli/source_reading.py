"""What ``helhed source`` shows without changing anything: the list, the runs of a source, and who changed it."""

from typing import Annotated

import typer
from rich.console import Console

from hub.cli.source_output import list_rows, print_list, print_run, print_runs, print_source
from hub.cli.source_record import record_act
from hub.cli.terms import AsJson, fail, opened
from hub.errors import InvalidSetting, RunNotFound
from hub.inbox.backlog import read_backlog
from hub.notices.conditions import Limits
from hub.notices.source_listing import list_sources
from hub.sources import change_repository, held_repository, repository, run_repository, stream_repository
from schemas.access import AuditAction
from schemas.source import Area

console = Console()
Name = Annotated[str, typer.Argument(help="The source's name; see: helhed source list")]


def list_all(
    area: Annotated[Area | None, typer.Option(help="Only this area.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the sources, those that need a person first: how each is doing, what it brought, what waits."""
    with fail(), opened() as context:
        kinds = {kind: connector.area for kind, connector in context.catalogue.builder.kinds.items()}
        sources, now = context.catalogue.current(), context.clock.now()
        with context.database.transaction() as session:
            record_act(session, AuditAction.READ_SOURCES)
            listings = list_sources(session, sources, limits=Limits.of(context.settings), now=now)
        print_list(list_rows(context.catalogue.known(), listings, kinds, area), as_json=as_json)


def show(name: Name, as_json: AsJson = False) -> None:
    """Show one source: settings (never secrets), streams with schedule and lease, and its last runs."""
    with fail(), opened() as context, context.database.transaction() as session:
        record_act(session, AuditAction.READ_SOURCES, name)
        source = repository.get_source(session, name)
        if source is None:
            raise InvalidSetting(f"there is no source {name}; see: helhed source list")
        print_source(
            source,
            secrets=sorted(repository.secrets_of(session, name)),
            streams=stream_repository.list_streams(session, name),
            runs=stream_repository.runs(session, name, 10),
            pause=repository.pauses(session).get(name),
            held=held_repository.list_held(session, name),
            refusals=read_backlog(session, name).refusals,
            as_json=as_json,
        )


def runs(
    name: Name,
    number: Annotated[int | None, typer.Argument(help="One run with its log, instead of the list.")] = None,
    before: Annotated[int | None, typer.Option(help="Number of the last run of the page before.")] = None,
    as_json: AsJson = False,
) -> None:
    """The runs of a source with what each brought, fifty at a time, newest first; or one run with its log."""
    with fail(), opened() as context, context.database.transaction() as session:
        record_act(session, AuditAction.READ_SOURCES, name)
        repository.existing_source(session, name)
        if number is not None:
            run = run_repository.get_run(session, name, number)
            if run is None:
                raise RunNotFound(f"{name} has no run {number}; see: helhed source runs {name}")
            print_run(run, as_json=as_json)
            return
        progress = run_repository.list_progress(session, name)
        print_runs(progress, run_repository.list_runs(session, name, before=before, size=50), as_json=as_json)


def history(name: Name) -> None:
    """Who changed a source, when, and which fields; never what they were changed to."""
    with fail(), opened() as context, context.database.transaction() as session:
        record_act(session, AuditAction.READ_SOURCES, name)
        repository.existing_source(session, name)
        for entry in change_repository.list_changes(session, name, size=100):
            line = f"{entry.changed_at:%Y-%m-%d %H:%M} {entry.changed_by}: {entry.kind} {', '.join(entry.fields)}"
            console.print(line.strip(), markup=False, highlight=False)
