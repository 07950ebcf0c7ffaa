"""``helhed quarantine``: what could not be read or stored, and publishing again what could not be stored."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from hub.cli.terms import fail, open_services
from hub.clock import DANISH_TIME
from hub.collect.replay import republish as republish_all
from hub.context import AppContext
from hub.errors import InvalidSetting
from hub.quarantine.rules import UNKNOWN
from hub.quarantine.service import list_entries

app = typer.Typer(
    no_args_is_help=True,
    help="""
What could not be read or stored: [bold]list[/bold] shows it masked, [bold]republish[/bold] tries what could not be
stored again.
""",
)
console = Console()
NO_SOURCE = "there is no source {source}, and nothing of one in quarantine; see: helhed source list"
Source = Annotated[str, typer.Argument(help="The source's name; (unknown) for messages that name none.")]


@app.command("list")
def list_open(
    source: Source,
    after: Annotated[int, typer.Option(help="Number of the last entry of the page before.")] = 0,
) -> None:
    """The open entries of a source, fifty at a time, oldest first. Values are masked, payloads are not shown."""
    with fail(), open_services() as context:
        with context.database.transaction() as session:
            entries = list_entries(session, source, after=after)
        is_known = bool(entries) or _is_known(context, source)
        if not is_known:
            raise InvalidSetting(NO_SOURCE.format(source=source))
        if not entries:
            console.print(f"Nothing of {source} is in quarantine{f' after {after}' if after else ''}.")
            return
        table = Table("Number", "Type", "Id", "Field", "Rule", "Value", "Seen", "Last seen", "Payload")
        for entry in entries:
            table.add_row(
                str(entry.id),
                entry.record_type,
                entry.source_id or "",
                entry.field,
                entry.rule.value,
                entry.masked_value or "",
                str(entry.seen),
                f"{entry.last_seen_at.astimezone(DANISH_TIME):%Y-%m-%d %H:%M}",
                entry.payload_state.value,
            )
        console.print(table)


@app.command()
def republish(source: Source) -> None:
    """Publish again what could not be stored (not_processed). Run it after an upgrade that corrects the fault.

    What still cannot be stored is back in quarantine. What could not be read is read again by the next run instead.
    """
    with fail(), open_services() as context:
        result = republish_all(
            context.database,
            context.bus,
            source,
            cipher=context.payload_cipher,
            digest_key=context.digest_key,
            clock=context.clock,
        )
        is_known = bool(result.published or result.left) or _is_known(context, source)
        if not is_known:
            raise InvalidSetting(NO_SOURCE.format(source=source))
        console.print(f"{result.published} published again, {result.left} left: no payload, or still no valid record")


def _is_known(context: AppContext, source: str) -> bool:
    """Whether there is such a source, or it is the word for messages that name none."""
    return source == UNKNOWN or any(each.name == source for each in context.catalogue.known())
