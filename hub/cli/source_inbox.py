"""``helhed source inbox``: what a source has sent that is not resolved yet. Counts and times; never an event."""

from typing import Annotated

import typer
from rich.console import Console

from hub.cli.source_output import print_refusals
from hub.cli.source_record import record_act
from hub.cli.terms import AsJson, fail, opened
from hub.clock import DANISH_TIME
from hub.errors import SourceNotFound
from hub.inbox.backlog import InboxBacklog, read_backlog
from schemas.access import AuditAction

console = Console()


def inbox(
    name: Annotated[str, typer.Argument(help="The source's name; see: helhed source list")],
    as_json: AsJson = False,
) -> None:
    """Show how many events that the source sent wait to be resolved, since when, why, and when they are tried next."""
    with fail(), opened() as context, context.database.transaction() as session:
        if name not in {source.name for source in context.catalogue.known()}:
            raise SourceNotFound
        record_act(session, AuditAction.READ_SOURCES, name)
        backlog = read_backlog(session, name)
    if as_json:
        typer.echo(backlog.model_dump_json())
    else:
        _print(backlog)


def _reason(backlog: InboxBacklog) -> str:
    if not backlog.tried:
        return "not tried yet"
    message = backlog.last_run.message if backlog.last_run else None
    return message or "the source could not tell yet what they are about"


def _print(line: InboxBacklog) -> None:
    print_refusals(line.refusals)
    if line.hints:
        console.print(f"Citizens the source told of, to be read next: {line.hints:,}", highlight=False)
    if line.since is None or line.next_attempt_at is None:
        console.print(f"No events of {line.source} wait.")
        return
    since, next_attempt = (f"{at.astimezone(DANISH_TIME):%Y-%m-%d %H:%M}" for at in (line.since, line.next_attempt_at))
    console.print(f"Events that wait: {line.events:,}, of which tried before: {line.tried:,}", highlight=False)
    console.print(f"Oldest since:     {since}", highlight=False)
    console.print(f"Tried next:       {next_attempt}", highlight=False)
    console.print(f"Why:              {_reason(line)}", highlight=False, markup=False)
    if line.tried:
        console.print("Nothing is lost; they are tried again by themselves.")
        console.print(f"Does it answer:   helhed connector check {line.source}", highlight=False)
    else:
        console.print("A worker takes them within seconds; is one running: helhed worker", highlight=False)
