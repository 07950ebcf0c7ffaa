"""``make demo``: a made-up municipality, live, at a loopback address.

Starts the simulated fagsystemer and an embedded PostgreSQL beside each other, then the web server and the worker, and
shows what it is doing. Every start makes the same municipality anew; Ctrl-C ends everything.
"""

import shutil
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Annotated

import typer
import uvicorn
from pydantic import JsonValue, SecretStr
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from sqlalchemy import func, select

from connectors.base import Connector
from connectors.registry import build
from deploy.sandbox.clock import address_file
from deploy.sandbox.clock import follow as follow_clock
from deploy.sandbox.fagsystemer.beskedfordeler import CVR
from deploy.sandbox.fagsystemer.process import STAR_ENTITIES, Running, start, subscribe
from deploy.sandbox.municipality.catalogue import UNIT_BY_ID
from deploy.seed import Seeding
from deploy.seed_log import write_log
from hub import log
from hub.app import create_app
from hub.bus.base import OVERVIEWS, RECORDS
from hub.clock import DANISH_TIME, Clock, ShiftedClock
from hub.context import AppContext
from hub.embedded import application_url
from hub.embedded import start as start_postgres
from hub.inbox.listener import ListenerSettings, serve_in_background
from hub.inbox.service import Inbox
from hub.indexing.repository import count_outbox
from hub.indexing.writer import INDEX_GROUP
from hub.migrations import let_time_be_simulated, migrate
from hub.overview.tables import OverviewDueRow
from hub.pipeline import PIPELINE_GROUP
from hub.services import build_services
from hub.settings import Settings
from hub.sources.definitions import SourceDefinition
from hub.sources.schedule import Schedule
from hub.sources.service import add_source
from hub.sources.stream_repository import source_states
from hub.worker.supervisor import run
from schemas.source import Area, AreaContact

MORNING = time(9, 0, tzinfo=DANISH_TIME)
AREA_CONTACTS = {
    area: AreaContact(name=UNIT_BY_ID[unit].name, phone=UNIT_BY_ID[unit].phone)
    for area, unit in {
        Area.EMPLOYMENT: "employment:400",
        Area.SCHOOL: "school:510",
        Area.SOCIAL: "social:100",
        Area.HEALTH: "health:300",
    }.items()
}
console = Console(highlight=False)


def main(
    day: Annotated[
        datetime, typer.Option("--date", formats=["%Y-%m-%d"], help="The day the demo begins on.")
    ] = datetime(  # noqa: DTZ001  a day, not an instant
        2023, 9, 12
    ),
    citizens: Annotated[int, typer.Option(min=20, max=200_000, help="Size of the municipality.")] = 2000,
    seed: Annotated[int, typer.Option(help="The same seed makes the same people.")] = 7,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 takes a free one.")] = 8080,
) -> None:
    """Show Helhed with a made-up municipality. Nothing real, nothing leaves this machine."""
    log.set_up("WARNING")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # also where a shell made it deaf to SIGINT
    clock = ShiftedClock(morning_of(day.date()))
    with ExitStack() as stack:
        demo = _open(stack, day.date(), citizens, seed, free(port), clock)
        stop = Event()
        history = stack.enter_context(unsealed(demo.context))
        threads = [Thread(target=demo.server.run, name="web"), Thread(target=_work, args=(demo, stop), name="worker")]
        for thread in threads:
            thread.start()
        try:
            console.print(f"4/4  Open [bold]{demo.address}[/bold] and choose who you are while the citizens arrive")
            follow(demo.context, demo.seeding, demo.expected)
            end_history(demo.context, history)
            threads[0].join()
        except KeyboardInterrupt:
            console.print("\nEnding the demo …")
        finally:
            demo.server.should_exit = True
            stop.set()
            for thread in threads:
                thread.join()
            demo.context.close()


@contextmanager
def unsealed(context: AppContext) -> Iterator[ExitStack]:
    """Nothing of the log is sealed until the block ends, or what it gives is closed.

    The look-ups of the weeks before the demo are written last and belong into the first checkpoint: beside a signed one
    they are what they are, back-dated, and the log says so.
    """
    with ExitStack() as history:
        history.enter_context(context.database.leading("audit.seal"))
        yield history


def end_history(context: AppContext, history: ExitStack) -> None:
    """Write what was done before today, and let the log be sealed from now on."""
    write_log(context)
    history.close()
    console.print("     All are in. The sources are read again every minute; Ctrl-C ends the demo.")
    console.print("     Another day, all sources with it: make day DATE=2024-05-20 (SECONDS=60 takes its time)")


def morning_of(day: date) -> datetime:
    """When the demo begins on that day."""
    return datetime.combine(day, MORNING).astimezone(UTC)


@dataclass(frozen=True, kw_only=True)
class Demo:
    """The running pieces."""

    context: AppContext
    seeding: Seeding
    server: uvicorn.Server
    address: str
    expected: int


def _open(stack: ExitStack, day: date, citizens: int, seed: int, port: int, clock: ShiftedClock) -> Demo:
    folder = Path("var") / f"demo-{port}"
    settings = Settings(
        demo=True,
        municipality="Egelund Kommune",
        area_contacts=AREA_CONTACTS,
        secure_cookies=False,
        port=port,
        data_dir=folder,
        audit_witness_file=folder / "witness.txt",
        third_country_transfers="ingen",
    )
    console.print(f"[bold]Helhed[/bold] · a made-up municipality of {citizens:,} people on {day:%d.%m.%Y}")
    console.print("1/4  Starting the simulated fagsystemer: health, social, school (SFTP), employment (STAR)")
    with ThreadPoolExecutor(1) as side:  # a process of its own, so it takes no time from what is started meanwhile
        entering = side.submit(stack.enter_context, start(citizens=citizens, seed=seed, today=day))
        console.print("2/4  Starting PostgreSQL (embedded)")
        shutil.rmtree(settings.data_dir, ignore_errors=True)
        postgres = start_postgres(settings.data_dir)
        stack.callback(postgres.cleanup)
        migrate(postgres.get_uri())
        let_time_be_simulated(postgres.get_uri())
        url = application_url(postgres)
        running = entering.result()
    follow_sandbox(stack, clock, running, port)
    console.print("3/4  Starting the web server")
    context = build_services(settings.model_copy(update={"database_url": SecretStr(url)}), clock=clock)
    add_sources(context, running, Schedule(every=timedelta(minutes=1)))
    stack.enter_context(listening(context, running))
    seeding = Seeding(context)
    seeding.staff()
    config = uvicorn.Config(
        create_app(context), host=settings.host, port=port, http="h11", access_log=False, log_config=None
    )
    address = f"http://{settings.host}:{port}"
    return Demo(
        context=context,
        seeding=seeding,
        server=_Server(config),
        address=address,
        expected=running.citizens,
    )


def follow_sandbox(stack: ExitStack, clock: ShiftedClock, running: Running, port: int) -> None:
    """Keep the demo's clock at the time of the fagsystemer, and let ``make day`` find them."""
    address = address_file(port)
    address.write_text(running.control_url, encoding="utf-8")
    stack.callback(address.unlink, missing_ok=True)
    follow_clock(clock, running.control_url)


class _Server(uvicorn.Server):
    """Ctrl-C is the demo's to handle: the server runs in a thread and must not take the signals."""

    def install_signal_handlers(self) -> None:
        """Leave the signals alone."""


def connectors_to(
    running: Running, clock: Clock, environment: str = "demo", *, school_folder: str = ""
) -> dict[str, Connector]:
    """A connector to each of the simulated fagsystemer, by the source's name.

    The social source's rows of another *environment* are other rows; the school's files of another folder are not moved
    by who reads the usual one.
    """
    return {
        definition.name: build(
            definition.kind,
            definition.name,
            {**definition.settings, **secrets_of(definition, running)},
            clock.now,
        )
        for definition in definitions(running, environment, school_folder=school_folder)
    }


def secrets_of(definition: SourceDefinition, running: Running) -> dict[str, str]:
    """The secrets of one of the simulated fagsystemer."""
    if definition.kind == "files":
        return {"private_key": running.sftp_private_key}
    if definition.kind == "star":
        key = (Path(running.certificates) / "helhed-key.pem").read_text(encoding="ascii")
        return {"search_client_secret": running.client_secret, "client_key": key}
    return {"client_secret": running.client_secret}


def definitions(
    running: Running, environment: str = "demo", *, school_folder: str = ""
) -> tuple[SourceDefinition, ...]:
    """The simulated fagsystemer as sources, without their secret; as for ``connectors_to``."""
    folder = Path(running.certificates)
    social: dict[str, JsonValue] = {
        "base_url": running.odata_url,
        "token_url": running.odata_token_url,
        "environment": environment,
        "client_id": running.client_id,
        "authority_cvr": CVR,
        "push_fingerprints": [running.beskedfordeler_fingerprint],
    }
    health: dict[str, JsonValue] = {
        "base_url": running.fhir_url,
        "token_url": running.fhir_token_url,
        "client_id": running.client_id,
        "link_template": running.fhir_url.removesuffix("/r4") + "/vis/{type}/{id}",
    }
    employment: dict[str, JsonValue] = {
        "base_url": running.star_url,
        "ca_certificates": (folder / "ca.pem").read_text(encoding="ascii"),
        "client_certificate": (folder / "helhed-certificate.pem").read_text(encoding="ascii"),
        "municipality_code": "0999",
        "environment": environment,
        "entities": list[JsonValue](STAR_ENTITIES),
        "push_fingerprints": [running.star_fingerprint],
        "search_url": running.star_url,
        "search_token_url": f"{running.star_url}/token",
        "search_client_id": running.client_id,
    }
    school: dict[str, JsonValue] = {
        "host": running.sftp_host,
        "port": running.sftp_port,
        "user": "helhed",
        "host_key": running.sftp_host_key,
        "folder": school_folder,
        "synthetic": True,
    }
    return (
        SourceDefinition(name="social", kind="odata", settings=social),
        SourceDefinition(name="health", kind="fhir", settings=health),
        SourceDefinition(name="employment", kind="star", settings=employment),
        SourceDefinition(name="school", kind="files", settings=school),
    )


def add_sources(
    context: AppContext, running: Running, schedule: Schedule, *, without: frozenset[str] = frozenset()
) -> None:
    """Store the simulated fagsystemer as an administrator would, but for those named in *without*."""
    with context.database.transaction() as session:
        for definition in (each for each in definitions(running) if each.name not in without):
            secrets = secrets_of(definition, running)
            add_source(session, context.catalogue.builder, definition, secrets=secrets, by="demo", schedule=schedule)


@contextmanager
def listening(context: AppContext, running: Running) -> Iterator[None]:
    """Take what STAR and Beskedfordeler send, while the block runs, and ask them to send."""
    folder = Path(running.certificates)
    inbox = Inbox(
        database=context.database, catalogue=context.catalogue, cipher=context.payload_cipher, clock=context.clock
    )
    settings = ListenerSettings(
        host="127.0.0.1", port=0, certificate=folder / "listener.pem", authorities=folder / "ca.pem"
    )
    with serve_in_background(inbox, settings) as port:
        subscribe(running, f"https://127.0.0.1:{port}", recent=20)
        yield


def _work(demo: Demo, stop: Event) -> None:
    run(demo.context, stop=stop, on_batch=demo.seeding.what_is_there)


def follow(
    context: AppContext, seeding: Seeding, expected: int, *, each_time: Callable[[], None] = lambda: None
) -> None:
    """Show the loading as it goes, until all are in; the demo is usable from the first citizens on."""
    columns = (
        SpinnerColumn(),
        TextColumn("     {task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("citizens", total=expected)
        while True:
            each_time()
            there = seeding.citizens()
            progress.update(task, completed=there)
            if there >= expected and _all_read(context, seeding):
                break
            Event().wait(0.5)


def _all_read(context: AppContext, seeding: Seeding) -> bool:
    """Whether every source was read once, all of it is carried, shown and found, and the courses are open."""
    systems = context.catalogue.systems()
    with context.database.transaction() as session:
        states = source_states(session, systems, context.clock.now())
        due = session.scalar(select(func.count()).select_from(OverviewDueRow)) or count_outbox(session)
    read = not due and all(state.last_success_at is not None for state in states)
    carried = context.bus.lag(PIPELINE_GROUP, RECORDS) == 0 and context.bus.lag(INDEX_GROUP, OVERVIEWS) == 0
    return read and seeding.is_done() and carried


def free(port: int) -> int:
    """The port, if nobody has it; a free one for 0."""
    with socket.socket() as tried:
        try:
            tried.bind(("127.0.0.1", port))
        except OSError:
            console.print(f"helhed: port {port} is taken. Try: make demo PORT={port + 1}")
            sys.exit(1)
        return int(tried.getsockname()[1])


if __name__ == "__main__":
    typer.run(main)
