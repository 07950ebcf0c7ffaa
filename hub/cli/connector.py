"""``helhed connector``: what a source can do, whether it can do it now, and how its data would land."""

import json
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from connectors.base import Connector
from connectors.kit import preview as preview_rows
from connectors.kit import read_all
from connectors.registry import CONNECTORS, folder_kinds
from hub.cli.terms import connector_named, fail
from hub.clock import SystemClock
from hub.errors import InvalidSetting
from schemas.base import Schema

app = typer.Typer(
    no_args_is_help=True,
    help="""
Look at sources: [bold]kinds[/bold] and [bold]spec[/bold] say what can be set up, [bold]check[/bold] whether it works,
[bold]discover[/bold] which fields are read and why, [bold]preview[/bold] how a few real items would land (masked),
[bold]read[/bold] reads all and counts, without storing anything.
""",
)
console = Console()

AsJson = Annotated[bool, typer.Option("--json", help="One line of JSON each, for other programs.")]
Name = Annotated[str, typer.Argument(help="The source's name; see: helhed source list")]


@app.command()
def kinds() -> None:
    """List the kinds of connector there are."""
    table = Table("Kind", "What it reads")
    for kind, connector in sorted(CONNECTORS.items()):
        table.add_row(kind, (connector.__doc__ or "").strip().splitlines()[0])
    console.print(table)


@app.command()
def spec(kind: Annotated[str, typer.Argument(help="as `helhed connector kinds` lists them, e.g. fhir")]) -> None:
    """Print a connector's settings as JSON Schema; secrets are marked writeOnly."""
    with fail():
        if kind not in CONNECTORS:
            raise InvalidSetting(f"no connector of kind {kind}; there are: {', '.join(sorted(CONNECTORS))}")
        typer.echo(json.dumps(CONNECTORS[kind].spec(), indent=2, ensure_ascii=False))


@app.command()
def check(name: Name) -> None:
    """Reach a source, log in, read one item; say in one line what to do if it fails."""
    with fail(), closing(connector_named(name)) as connector:
        result = connector.check()
        console.print(("[green]ok[/green] " if result.ok else "[red]not ok[/red] ") + result.message)
        raise typer.Exit(0 if result.ok else 1)


@app.command()
def discover(name: Name, as_json: AsJson = False) -> None:
    """List what a source offers, which fields are read, and why."""
    with fail():
        table = Table("Type", "Becomes", "Fields read", "Purpose", show_lines=True)
        with closing(connector_named(name)) as connector:
            record_types = [info for stream in connector.discover() for info in stream.record_types]
        if as_json:
            _print_lines(record_types)
            return
        for info in record_types:
            table.add_row(info.name, ", ".join(info.facts) or "-", ", ".join(info.fields_read), info.purpose)
        console.print(table)


@app.command()
def preview(
    name: Name,
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many items to show.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Show how a few real items would land in the common schema; every value is masked, nothing is stored."""
    with fail():
        table = Table("Type", "Becomes", "Fields", "Remarks", show_lines=True)
        with closing(connector_named(name)) as connector:
            rows = preview_rows(connector, limit)
        if as_json:
            _print_lines(rows)
            return
        for row in rows:
            fields = "\n".join(f"{field} = {value}" for field, value in row.fields.items())
            table.add_row(row.record_type, row.kind or "-", fields, ", ".join(row.remarks))
        console.print(table)


@app.command()
def read(
    name: Name,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--dir", exists=True, file_okay=False, help="Read the files in this folder instead of the source."
        ),
    ] = None,
    kind: Annotated[
        str | None, typer.Option(help="With --dir: the kind of connector; needed when several kinds read folders.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read a whole source, or a folder of its files, and count what became of each item. Nothing is stored.

    Example: [bold]helhed connector read health --dir deliveries/[/bold]
    """
    with fail(), ExitStack() as stack:
        counts: Counter[tuple[str, str]] = Counter()
        with Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
        ) as progress:
            progress.add_task(f"Reading {name}")
            opened = connector_named(name) if folder is None else _folder_connector(name, kind, folder)
            connector = stack.enter_context(closing(opened))
            for batch in read_all(connector):
                counts.update(
                    (record.record_type, "deleted" if record.deleted else "mapped") for record in batch.records
                )
                counts.update((rejection.record_type, f"quarantined: {rejection.rule}") for rejection in batch.rejected)
                for what, many in batch.skipped.items():
                    record_type, _, rule = what.partition(": ")
                    counts[record_type, f"skipped: {rule}"] += many
        if as_json:
            for (record_type, outcome), many in sorted(counts.items()):
                typer.echo(json.dumps({"type": record_type, "outcome": outcome, "count": many}, ensure_ascii=False))
            return
        table = Table("Type", "What became of it", "Count")
        for (record_type, outcome), many in sorted(counts.items()):
            table.add_row(record_type, outcome, f"{many:n}")
        console.print(table)
        console.print(f"{sum(counts.values())} items, 0 crashes")


def _folder_connector(name: str, kind: str | None, folder: Path) -> Connector:
    """The connector of the kind that reads folders; the only one, if none is named."""
    kinds = folder_kinds()
    chosen = kind or (next(iter(kinds)) if len(kinds) == 1 else None)
    if chosen not in kinds:
        raise InvalidSetting(f"--kind: folders are read by: {', '.join(sorted(kinds))}")
    return kinds[chosen].from_folder(name, folder, clock=SystemClock().now)


def _print_lines(rows: Iterable[Schema]) -> None:
    for row in rows:
        typer.echo(row.model_dump_json())
