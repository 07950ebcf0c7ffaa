"""``helhed schema``: the common citizen schema as JSON Schema."""

import json
from pathlib import Path
from typing import Annotated

import typer
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from rich.console import Console

from schemas.access import AuditEntry, Decision
from schemas.overview import Overview
from schemas.record import Rejection, SourceRecord
from schemas.search import SearchDocument, SearchPage, SearchQuery
from schemas.source import SourceSystem

app = typer.Typer(no_args_is_help=True, help="The common citizen schema, for those who build against it.")

EXPORTED: tuple[type[BaseModel], ...] = (
    SourceRecord,
    Rejection,
    SourceSystem,
    Overview,
    SearchDocument,
    SearchQuery,
    SearchPage,
    Decision,
    AuditEntry,
)


@app.callback()
def main() -> None:
    """The common citizen schema, for those who build against it."""


@app.command()
def export(
    to: Annotated[
        Path | None, typer.Option(help="Folder for one file a schema; without it, all in one on the screen.")
    ] = None,
) -> None:
    """Write the common schema as JSON Schema (draft 2020-12).

    Field descriptions hold the Danish term and the name in the national models.

    Example: [bold]helhed schema export --to build/schemas[/bold]
    """
    if to is None:
        _, whole = models_json_schema([(schema, "serialization") for schema in EXPORTED], title="Helhed")
        typer.echo(json.dumps(whole, indent=2, ensure_ascii=False))
        return
    to.mkdir(parents=True, exist_ok=True)
    for schema in EXPORTED:
        path = to / f"{schema.__name__}.schema.json"
        text = json.dumps(schema.model_json_schema(mode="serialization"), indent=2, ensure_ascii=False)
        path.write_text(text + "\n", encoding="utf-8")
    Console().print(f"{len(EXPORTED)} schemas written to {to}")
