"""``helhed index``: compare the search index with the store, and build it anew."""

from threading import Event
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from hub.bus.base import OVERVIEWS
from hub.cli.source_record import record
from hub.cli.terms import fail, open_services
from hub.context import AppContext
from hub.errors import InvalidSetting
from hub.indexing.comparison import compare, repair
from hub.indexing.drift import Comparison, Difference, lasting_differences
from hub.indexing.reindex import reindex as reindex_all
from hub.indexing.writer import INDEX_GROUP
from schemas.access import AuditAction
from search.base import ALL_SOURCES

app = typer.Typer(
    no_args_is_help=True,
    help="""
The search index: [bold]verify[/bold] compares it with the store, [bold]reindex[/bold] fills a new one beside it.

The worker compares by itself every 20 seconds, among hundreds of thousands of citizens up to every four minutes, and
repairs what drifted; these are for when you want to know now, and for after an upgrade that changes what the index
holds.
""",
)
console = Console()

_COMPARISONS = 5
_BETWEEN_COMPARISONS = 2.0
"""Seconds; what was on its way to the index has arrived by then."""
_DRIFTED = 1
SUBJECT = "search"
"""What the audit log calls the index, as the page does."""


@app.command()
def verify(
    repair_drift: Annotated[bool, typer.Option("--repair", help="Write what differs to the index again.")] = False,
) -> None:
    """Compare index and store, citizen by citizen where they differ. Ends with status 1 when they do.

    What is only on its way gets ten seconds to arrive.
    """
    with fail(), open_services() as context:
        comparison, drift = _compare_repeatedly(context)
        console.print(_table(comparison))
        if not drift:
            console.print("[green]Index and store are the same.[/green]")
            return
        _explain(context, drift)
        if not repair_drift:
            console.print("Repair them with: helhed index verify --repair")
            raise typer.Exit(_DRIFTED)
        _record(context, AuditAction.REPAIR_INDEX)
        repaired = repair(context.database, context.index, drift, digest_key=context.digest_key, clock=context.clock)
        _, left = _compare_repeatedly(context)
        console.print(f"{repaired} repaired, {len(left)} still differ.")
        if left:
            console.print(
                "OpenSearch remembers a deletion for a minute and takes nothing older meanwhile: if somebody deleted"
                " documents there, run this again in a minute. Else: helhed index reindex"
            )
        raise typer.Exit(_DRIFTED if left else 0)


@app.command()
def reindex() -> None:
    """Fill a new index while the current one serves, then replace it. Searches go on meanwhile.

    Stopped half way (Ctrl-C), the old index stays and the new one is removed.
    """
    with fail(), open_services() as context:
        with context.database.leading("index.reindex") as is_ours:
            if not is_ours:
                raise InvalidSetting("a reindex is running already; wait for that one to end")
            _record(context, AuditAction.REBUILD_INDEX)
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
                count = reindex_all(
                    context.database,
                    context.index,
                    digest_key=context.digest_key,
                    clock=context.clock,
                    progress=lambda at: progress.update(task, completed=at.done, total=at.total),
                )
        console.print(f"The new index serves, with {count:,} citizens.")


def _record(context: AppContext, action: AuditAction) -> None:
    with context.database.transaction() as session:
        record(session, action, SUBJECT, None, context.clock.now())


def _compare_repeatedly(context: AppContext) -> tuple[Comparison, dict[UUID, Difference]]:
    """The last comparison, and what differed in every one."""
    context.index.refresh()
    comparison = compare(context.database, context.index)
    for _ in range(_COMPARISONS):
        if not comparison.differences:
            break
        Event().wait(_BETWEEN_COMPARISONS)
        context.index.refresh()
        before, comparison = comparison, compare(context.database, context.index)
        lasting = lasting_differences(before, comparison)
        comparison = comparison.model_copy(update={"differences": lasting})
    return comparison, dict(comparison.differences)


def _table(comparison: Comparison) -> Table:
    table = Table("Source", "In the store", "In the index", "")
    for source in comparison.sources:
        name = "all citizens" if source.source == ALL_SOURCES else source.source
        word = "[green]same[/green]" if source.is_equal else "[red]differs[/red]"
        table.add_row(name, f"{source.in_store:,}", f"{source.in_index:,}", word)
    return table


def _explain(context: AppContext, drift: dict[UUID, Difference]) -> None:
    missing = sum(difference.in_index is None for difference in drift.values())
    extra = sum(difference.in_store is None for difference in drift.values())
    other = len(drift) - missing - extra
    console.print(f"{missing} missing from the index, {other} in another version, {extra} that should be gone.")
    if waiting := context.bus.lag(INDEX_GROUP, OVERVIEWS):
        console.print(f"{waiting:,} changes wait for a worker to index them; is one running?")
