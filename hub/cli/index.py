"""``helhed index``: whether the search index says what the store says, and building it anew."""

from threading import Event
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from hub.bus.base import OVERVIEWS
from hub.cli.terms import fail, load_settings
from hub.clock import danish_day
from hub.context import AppContext
from hub.errors import SettingWrong
from hub.indexing import comparison
from hub.indexing.drift import ALL, Difference, Look, standing
from hub.services import build_services
from hub.worker import INDEX_GROUP

app = typer.Typer(
    no_args_is_help=True,
    help="""
The search index: [bold]verify[/bold] compares it with the store, [bold]rebuild[/bold] fills a new one beside it.

The worker compares by itself every 20 seconds and brings what drifted; these are for when you want to know now, and for
after an upgrade that changes what the index holds.
""",
)
console = Console()

_LOOKS = 5
_BETWEEN_LOOKS = 2.0
"""Seconds; what was on its way to the index has arrived by then."""
_DRIFTED = 1


@app.command()
def verify(
    repair: Annotated[bool, typer.Option("--repair", help="Bring what differs to the index again.")] = False,
) -> None:
    """Compare index and store, citizen by citizen where they differ. Ends with status 1 when they do.

    What is only on its way gets ten seconds to arrive.
    """
    with fail():
        context = build_services(load_settings())
        seen, drifted = _stood(context)
        console.print(_table(seen))
        if not drifted:
            console.print("[green]Index and store are the same.[/green]")
            return
        _tell(context, drifted)
        if not repair:
            console.print("Bring them again with: helhed index verify --repair")
            raise typer.Exit(_DRIFTED)
        on = danish_day(context.clock.now())
        mended = comparison.mend(context.database, context.index, drifted, digest_key=context.digest_key, on=on)
        _, left = _stood(context)
        console.print(f"{mended} brought again, {len(left)} still differ.")
        if left:
            console.print(
                "OpenSearch remembers a deletion for a minute and takes nothing older meanwhile: if somebody deleted"
                " documents there, run this again in a minute. Else: helhed index rebuild"
            )
        raise typer.Exit(_DRIFTED if left else 0)


@app.command()
def rebuild() -> None:
    """Fill a new index beside the one that serves, then let it take its place. Searches go on all the while.

    Stopped half way (Ctrl-C), the old index stays and the new one is removed.
    """
    with fail():
        context = build_services(load_settings())
        with context.database.leading("index.rebuild") as is_ours:
            if not is_ours:
                raise SettingWrong("the index is being rebuilt already; wait for that one to end")
            context.index.create()
            columns = (
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                TimeRemainingColumn(),
            )
            with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
                task = progress.add_task("citizens", total=None)
                done = comparison.rebuild(
                    context.database,
                    context.index,
                    digest_key=context.digest_key,
                    on=danish_day(context.clock.now()),
                    progress=lambda at: progress.update(task, completed=at.done, total=at.total),
                )
        console.print(f"The new index serves, with {done:,} citizens.")


def _stood(context: AppContext) -> tuple[Look, dict[UUID, Difference]]:
    """The last look, and what differed in every one."""
    context.index.refresh()
    seen = comparison.look(context.database, context.index)
    for _ in range(_LOOKS):
        if not seen.differences:
            break
        Event().wait(_BETWEEN_LOOKS)
        context.index.refresh()
        before, seen = seen, comparison.look(context.database, context.index)
        seen = seen.model_copy(update={"differences": standing(before, seen)})
    return seen, dict(seen.differences)


def _table(seen: Look) -> Table:
    table = Table("Source", "In the store", "In the index", "")
    for one in seen.sources:
        name = "all citizens" if one.source == ALL else one.source
        word = "[green]same[/green]" if one.is_equal else "[red]differs[/red]"
        table.add_row(name, f"{one.in_store:,}", f"{one.in_index:,}", word)
    return table


def _tell(context: AppContext, drifted: dict[UUID, Difference]) -> None:
    missing = sum(one.in_index is None for one in drifted.values())
    extra = sum(one.in_store is None for one in drifted.values())
    other = len(drifted) - missing - extra
    console.print(f"{missing} missing from the index, {other} in another version, {extra} that should be gone.")
    if waiting := context.bus.lag(INDEX_GROUP, OVERVIEWS):
        console.print(f"{waiting:,} changes wait for a worker to bring them; is one running?")
