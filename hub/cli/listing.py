"""A page of a list in the terminal: the rows as a table or as JSON, and how to see more."""

import json
from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from schemas.base import Schema

PAGE = 50
"""So many rows are shown at once."""
Start = Annotated[int, typer.Option("--from", min=0, help="Leave out so many; fifty are shown.")]
_Row = TypeVar("_Row", bound=Schema)
_console = Console()


def show_list(
    rows: Sequence[_Row],
    columns: dict[str, Callable[[_Row], str]],
    *,
    start: int,
    as_json: bool,
    empty: str,
) -> None:
    """Print one page.

    Args:
        rows: of the page; if there are ``PAGE``, there may be more.
        columns: what stands in each, by its heading.
        start: how many were left out before.
        as_json: whole rows, for other programs.
        empty: said where there is none.
    """
    if as_json:
        typer.echo(json.dumps([row.model_dump(mode="json") for row in rows], ensure_ascii=False))
        return
    table = Table(*columns)
    for row in rows:
        table.add_row(*(text(row) for text in columns.values()))
    _console.print(table if rows else empty)
    if len(rows) == PAGE:
        _console.print(f"More: --from {start + PAGE}")
