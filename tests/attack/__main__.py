"""``make attack``: random questions to rights and search against an independent reading of docs/access.md."""

import shutil
import tempfile
from pathlib import Path
from time import monotonic
from typing import Annotated
from uuid import uuid4

import typer
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from hub.db import Database, with_driver
from hub.embedded import start
from hub.migrations import let_time_be_simulated, migrate
from search.postgres import PostgresIndex
from tests.attack.asking import ask

WORLD = 10_000
"""Questions to one random municipality."""


def main(
    questions: Annotated[int, typer.Option(min=1, help="How many.")] = 100_000,
    seed: Annotated[int, typer.Option(help="Of the first municipality; each next one has the next.")] = 1,
) -> None:
    """Ask so many random questions, and tell each answer that differs. Ends with 1 if one does."""
    folder = Path(tempfile.mkdtemp(prefix="helhed-attack-"))
    folder.chmod(0o755)
    server = start(folder)
    leaks, began = 0, monotonic()
    try:
        url = with_driver(server.get_uri())
        migrate(url)
        let_time_be_simulated(url)
        for number, first in enumerate(range(0, questions, WORLD)):
            name = f"attack_{uuid4().hex}"
            engine = create_engine(url, isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0"))
            engine.dispose()
            here = make_url(url).set(database=name)
            migrate(here)
            let_time_be_simulated(here)
            database = Database(here)
            index = PostgresIndex(here.set(drivername="postgresql").render_as_string(hide_password=False))
            index.create()
            for difference in ask(database, index, seed + number, min(WORLD, questions - first)):
                leaks += 1
                typer.echo(difference)
            index.close()
            database.close()
            typer.echo(f"{min(first + WORLD, questions):,} questions, {leaks} differences, {monotonic() - began:.0f} s")
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
    raise typer.Exit(1 if leaks else 0)


if __name__ == "__main__":
    typer.run(main)
