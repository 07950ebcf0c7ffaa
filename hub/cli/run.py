"""``helhed migrate | serve | worker | collect | settings``: what runs in production."""

import signal
from datetime import timedelta
from threading import Event
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from hub import tracing
from hub.cli.terms import configured, fail
from hub.db import Database
from hub.services import build_services, database_url
from hub.settings import Settings, load

console = Console()


def migrate() -> None:
    """Make or update the tables. Harmless to repeat; run it before a new version starts."""
    from hub.migrations import migrate as bring_to_head  # noqa: PLC0415  a command loads only what it needs

    with fail():
        url = database_url(load())
        database = Database(url)
        database.check()
        database.close()
        bring_to_head(url)
        console.print("The database is up to date.")


def serve() -> None:
    """Serve the pages and the API (HELHED_HOST, HELHED_PORT). Run as many as you need."""
    import uvicorn  # noqa: PLC0415  as above

    from hub.app import create_app  # noqa: PLC0415  as above

    with fail():
        settings, clock, connectors = configured()
        tracing.set_up(settings.otlp_endpoint, "web")
        context = build_services(settings, sources=tuple(one.source for one in connectors.values()), clock=clock)
        # The server ends what it is at and then raises the signal again: by default that would end us on the spot.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        uvicorn.run(create_app(context), host=settings.host, port=settings.port, access_log=False, log_config=None)
        context.close()


def worker(
    minutes: Annotated[float, typer.Option(min=0.1, help="Pause between two runs of one source.")] = 15,
    collecting: Annotated[bool, typer.Option("--collect/--no-collect", help="Also read the sources.")] = True,
) -> None:
    """Read the sources, process the records, keep the index. Ends cleanly on SIGTERM.

    Several workers share the work; let one of them read the sources ([bold]--collect[/bold]).
    """
    from hub.worker.supervisor import run  # noqa: PLC0415  as above

    with fail():
        settings, clock, connectors = configured()
        tracing.set_up(settings.otlp_endpoint, "worker")
        context = build_services(settings, sources=tuple(one.source for one in connectors.values()), clock=clock)
        stop = Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        run(context, connectors if collecting else {}, every=timedelta(minutes=minutes), stop=stop)
        context.close()


def collect(name: Annotated[str, typer.Argument(help="The source's name in the sources file.")]) -> None:
    """Read one source now, from where the last run ended, and put what it says on the bus."""
    from hub.collect.service import collect as collect_once  # noqa: PLC0415  as above
    from hub.worker.upkeep import create_topics  # noqa: PLC0415  as above

    with fail():
        settings, clock, connectors = configured(name)
        tracing.set_up(settings.otlp_endpoint, "worker")
        context = build_services(settings, sources=tuple(one.source for one in connectors.values()), clock=clock)
        create_topics(context)
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task(name, total=None)
            done = collect_once(
                connectors[name],
                bus=context.bus,
                database=context.database,
                clock=context.clock,
                digest_key=context.digest_key,
                cipher=context.payload_cipher,
                limits=context.reject_limits,
                progress=lambda at: progress.update(task, completed=at.read, total=at.total),
            )
        console.print(f"{done.outcome}: {done.read} read, {done.published} published, {done.rejected} in quarantine")
        if done.message:
            console.print(done.message)
        context.close()
        raise typer.Exit(0 if done.outcome == "complete" else 1)


def settings() -> None:
    """List every setting with its meaning and default; values are not shown."""
    table = Table("Variable", "Meaning", "Default", show_lines=True)
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None else str(field.default)
        table.add_row(f"HELHED_{name.upper()}", field.description or "", default)
    console.print(table)
