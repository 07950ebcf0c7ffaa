"""``helhed source inbox``: what a source has sent that is not resolved yet. Counts and times; never an event."""

from typing import Annotated

import typer
from rich.console import Console

from hub.cli.terms import fail, opened
from hub.clock import DANISH_TIME
from hub.errors import SourceNotFound
from hub.inbox.repository import Backlog, get_backlog
from hub.sources import stream_repository
from schemas.base import Instant, Schema

RUNS_LOOKED_AT = 100
console = Console()


class InboxLine(Schema):
    """What waits of one source, and why."""

    source: str
    events: int = 0
    since: Instant | None = None
    """When the oldest came. None: nothing waits."""
    tried: int = 0
    """How many of them were tried and failed."""
    next_attempt_at: Instant | None = None
    reason: str | None = None
    """English, without values from the source."""


def inbox(
    name: Annotated[str, typer.Argument(help="The source's name; see: helhed source list")],
    as_json: Annotated[bool, typer.Option("--json", help="JSON, for other programs.")] = False,
) -> None:
    """Show how many events that the source sent wait to be resolved, since when, why, and when they are tried next."""
    with fail(), opened() as context, context.database.transaction() as session:
        if name not in {source.name for source in context.catalogue.known()}:
            raise SourceNotFound
        backlog = get_backlog(session, name)
        pushed = {stream.stream for stream in stream_repository.list_streams(session, name) if stream.is_pushed}
        runs = stream_repository.runs(session, name, RUNS_LOOKED_AT)
        last_message = next((run.message for run in runs if run.stream in pushed), None)
    line = InboxLine(source=name)
    if backlog is not None:
        line = InboxLine(source=name, **backlog._asdict(), reason=_reason(backlog, last_message))
    if as_json:
        typer.echo(line.model_dump_json())
    else:
        _print(line)


def _reason(backlog: Backlog, last_message: str | None) -> str:
    if not backlog.tried:
        return "not tried yet"
    return last_message or "the source could not tell yet what they are about"


def _print(line: InboxLine) -> None:
    if line.since is None or line.next_attempt_at is None:
        console.print(f"No events of {line.source} wait.")
        return
    since, next_attempt = (f"{at.astimezone(DANISH_TIME):%Y-%m-%d %H:%M}" for at in (line.since, line.next_attempt_at))
    console.print(f"Events that wait: {line.events:,}, of which tried before: {line.tried:,}", highlight=False)
    console.print(f"Oldest since:     {since}", highlight=False)
    console.print(f"Tried next:       {next_attempt}", highlight=False)
    console.print(f"Why:              {line.reason}", highlight=False, markup=False)
    if line.tried:
        console.print("Nothing is lost; they are tried again by themselves.")
        console.print(f"Does it answer:   helhed connector check {line.source}", highlight=False)
    else:
        console.print("A worker takes them within seconds; is one running: helhed worker", highlight=False)
