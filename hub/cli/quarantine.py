"""``helhed quarantine``: what could not be read or stored, and publishing again what could not be stored."""

from collections.abc import Mapping
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from hub.cli.source_record import record
from hub.cli.terms import fail, open_services, opened
from hub.clock import DANISH_TIME
from hub.collect.replay import replay_group, replay_parameters
from hub.collect.replay import republish as republish_all
from hub.context import AppContext
from hub.errors import InvalidSetting
from hub.quarantine.repository import fault_of, list_groups
from hub.quarantine.rules import UNKNOWN
from hub.quarantine.service import list_entries
from schemas.access import AuditAction

app = typer.Typer(
    no_args_is_help=True,
    help="""
What could not be read or stored: [bold]groups[/bold] and [bold]list[/bold] show it masked, [bold]replay[/bold] tries
it again once the fault is corrected, [bold]republish[/bold] what could not be stored.
""",
)
console = Console()
NO_SOURCE = "there is no source {source}, and nothing of one in quarantine; see: helhed source list"
ALL_SOURCES = "(all)"
"""In the log: the quarantine of all sources was read."""
Source = Annotated[str, typer.Argument(help="The source's name; (unknown) for messages that name none.")]


@app.command("list")
def list_open(
    source: Source,
    after: Annotated[int, typer.Option(help="Number of the last entry of the page before.")] = 0,
) -> None:
    """The open entries of a source, fifty at a time, oldest first. Values are masked, payloads are not shown."""
    with fail(), open_services() as context:
        with context.database.transaction() as session:
            record(session, AuditAction.READ_QUARANTINE, source, None, context.clock.now())
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
def groups(source: Annotated[str | None, typer.Argument(help="Only this source.")] = None) -> None:
    """What could not be read, one line a fault, with the key that [bold]replay[/bold] takes."""
    with fail(), opened() as context:
        with context.database.transaction() as session:
            record(session, AuditAction.READ_QUARANTINE, source or ALL_SOURCES, None, context.clock.now())
            faults = list_groups(session, source)
        table = Table("Key", "Source", "Type", "Field", "Rule", "Rows", "Value", "First seen", "Last seen")
        for group in faults:
            table.add_row(
                group.key,
                group.source,
                group.record_type,
                group.field,
                group.rule.value,
                str(group.payloads),
                group.masked_value or "",
                f"{group.first_seen_at.astimezone(DANISH_TIME):%Y-%m-%d}",
                f"{group.last_seen_at.astimezone(DANISH_TIME):%Y-%m-%d %H:%M}",
            )
        console.print(table if faults else "Nothing is in quarantine.")


@app.command()
def replay(
    key: Annotated[str | None, typer.Argument(help="Of a fault; see: helhed quarantine groups")] = None,
    entry: Annotated[int | None, typer.Option(help="Only the entry with this number; see: list.")] = None,
) -> None:
    """Try again what could not be read: with the translation of today, else by asking the source for that item.

    What needs its surroundings is read by the next run of the source. Progress stands in this terminal; on the page
    Karantæne a worker does the same.
    """
    with fail(), opened() as context:
        if (key is None) == (entry is None):
            raise InvalidSetting("give either the key of a fault, or --entry")
        with context.database.transaction() as session:
            group_of_key = next((group for group in list_groups(session) if group.key == key), None)
            fault = group_of_key if entry is None else fault_of(session, entry)
            if fault is None:
                raise InvalidSetting("nothing in quarantine has that key or number; see: helhed quarantine groups")
            record(session, AuditAction.REPLAY_QUARANTINE, fault.source, None, context.clock.now())
        counts = replay_group(context.replay_services, replay_parameters(entry or fault), _say_progress)
        console.print(", ".join(f"{count} {word}" for word, count in counts.items()) or "nothing was left to try")


@app.command()
def republish(source: Source) -> None:
    """Publish again what could not be stored (not_processed). Run it after an upgrade that corrects the fault.

    What still cannot be stored is back in quarantine. What could not be read is read again by the next run instead.
    """
    with fail(), open_services() as context:
        with context.database.transaction() as session:
            record(session, AuditAction.REPLAY_QUARANTINE, source, "republished", context.clock.now())
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


def _say_progress(done: int, total: int | None, _: Mapping[str, int]) -> None:
    if done and done % 100 == 0:
        console.print(f"{done} of {total}")


def _is_known(context: AppContext, source: str) -> bool:
    """Whether there is such a source, or it is the word for messages that name none."""
    return source == UNKNOWN or any(each.name == source for each in context.catalogue.known())
