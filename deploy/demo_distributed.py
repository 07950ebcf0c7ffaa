"""``make demo-distributed``: the same made-up municipality as it would run in a large one.

Kafka carries, OpenSearch serves, PostgreSQL vouches; two workers share the work and two web servers the visitors, each
a process of its own. Every process may be killed: the others go on, and nothing is lost.
"""

import os
import secrets
import shutil
import signal
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from deploy.demo import end_history, follow, follow_sandbox, free, listening, morning_of, unsealed
from deploy.sandbox.fagsystemer.process import SECRET, SFTP_KEY, start
from deploy.sandbox.services import kafka, opensearch
from deploy.sandbox.services.artefacts import ServiceMissing
from deploy.sandbox.services.member import Member, python
from deploy.seed import Seeding
from hub import log
from hub.clock import ShiftedClock
from hub.context import AppContext
from hub.embedded import application_url
from hub.embedded import start as start_postgres
from hub.migrations import let_time_be_simulated, migrate
from hub.services import build_services
from hub.settings import Settings

BEGAN = "HELHED_DEMO_BEGAN"
"""Variable with two instants: when the demo begins in its own time, and when that was in ours."""
CONTROL = "HELHED_DEMO_CONTROL"
"""Variable with the address at which the fagsystemer say which time it is."""
WEBS, WORKERS = 2, 2
console = Console(highlight=False)


@dataclass(frozen=True, kw_only=True)
class Distributed:
    """The running pieces."""

    context: AppContext
    seeding: Seeding
    members: tuple[Member, ...]
    expected: int
    history: ExitStack
    """Closed when the look-ups of the weeks before are written: then the log is sealed."""


def main(
    day: Annotated[
        datetime, typer.Option("--date", formats=["%Y-%m-%d"], help="The day the demo begins on.")
    ] = datetime(2023, 9, 12),  # noqa: DTZ001  a day, not an instant
    citizens: Annotated[int, typer.Option(min=20, max=200_000, help="Size of the municipality.")] = 2000,
    seed: Annotated[int, typer.Option(help="The same seed makes the same people.")] = 7,
    port: Annotated[int, typer.Option(min=1024, max=65534, help="First of two ports on 127.0.0.1.")] = 8080,
) -> None:
    """Show Helhed on Kafka and OpenSearch, with two workers and two web servers."""
    log.set_up("WARNING")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with ExitStack() as stack:
        try:
            running = _open(stack, day, citizens, seed, [free(port + number) for number in range(WEBS)])
            first = next(member for member in running.members if member.port)
            console.print(f"5/5  Open [bold]http://127.0.0.1:{first.port}[/bold] and choose who you are")
            follow(running.context, running.seeding, running.expected, each_time=running.seeding.what_is_there)
            end_history(running.context, running.history)
            while True:
                Event().wait(3600)
        except ServiceMissing as error:
            console.print(f"helhed: {error}\nThe demo without them: make demo")
            sys.exit(1)
        except KeyboardInterrupt:
            console.print("\nEnding the demo …")


def _open(stack: ExitStack, day: datetime, citizens: int, seed: int, ports: list[int]) -> Distributed:
    console.print(f"[bold]Helhed[/bold] · a made-up municipality of {citizens:,} people on {day:%d.%m.%Y}, distributed")
    folder = Path("var") / f"demo-distributed-{ports[0]}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    console.print("1/5  Starting Kafka (the first time its archives are fetched, about a minute)")
    bus = stack.enter_context(kafka.start(folder.resolve() / "kafka"))
    console.print("2/5  Starting OpenSearch")
    index = stack.enter_context(opensearch.start(folder.resolve() / "opensearch"))
    console.print("3/5  Starting PostgreSQL and the simulated fagsystemer")
    postgres = start_postgres(folder)
    stack.callback(postgres.cleanup)
    migrate(postgres.get_uri())
    let_time_be_simulated(postgres.get_uri())
    sources = stack.enter_context(start(citizens=citizens, seed=seed, today=day.date()))
    (folder / "sources.toml").write_text(sources.sources_file(every="1m"), encoding="utf-8")
    os.environ |= {
        CONTROL: sources.control_url,
        BEGAN: f"{morning_of(day.date()).isoformat()} {datetime.now(UTC).isoformat()}",
        SECRET: sources.client_secret,
        SFTP_KEY: sources.sftp_private_key,
        "HELHED_DEMO": "true",
        "HELHED_MUNICIPALITY": "Egelund Kommune",
        "HELHED_SECURE_COOKIES": "false",
        "HELHED_SESSION_KEY": secrets.token_hex(32),
        "HELHED_DATABASE_URL": application_url(postgres),
        "HELHED_SOURCES_FILE": str(folder / "sources.toml"),
        "HELHED_KAFKA_SERVERS": bus.bootstrap,
        "HELHED_KAFKA_REPLICATION": "1",
        "HELHED_OPENSEARCH_URLS": ",".join(index.urls),
        "HELHED_OPENSEARCH_REPLICAS": "0",
    }
    clock = clock_of_the_demo()
    follow_sandbox(stack, clock, sources, ports[0])
    context = build_services(Settings(), clock=clock)
    stack.callback(context.close)
    context.catalogue.synchronise()
    stack.enter_context(listening(context, sources))
    seeding = Seeding(context)
    seeding.staff()
    history = stack.enter_context(unsealed(context))
    console.print(f"4/5  Starting {WEBS} web servers and {WORKERS} workers")
    members = (
        *(_member(folder, f"web {number + 1}", port, "web", str(port)) for number, port in enumerate(ports)),
        *(_member(folder, f"worker {number + 1}", 0, "worker") for number in range(WORKERS)),
    )
    for member in members:
        stack.callback(member.stop)
        member.start()
    _tell(bus, index, members)
    return Distributed(context=context, seeding=seeding, members=members, expected=sources.citizens, history=history)


def clock_of_the_demo() -> ShiftedClock:
    """The demo's time, the same in every process."""
    then, began = map(datetime.fromisoformat, os.environ[BEGAN].split())
    return ShiftedClock(then + (datetime.now(UTC) - began))


def _member(folder: Path, name: str, port: int, *arguments: str) -> Member:
    return Member(name, port, python("deploy.demo_part", *arguments), folder / f"{name.replace(' ', '-')}.log")


def _tell(bus: kafka.Kafka, index: opensearch.OpenSearch, members: tuple[Member, ...]) -> None:
    table = Table("Part", "Where", "Process", box=None)
    for server in members:
        where = f"http://127.0.0.1:{server.port}" if server.port else "shares the work with the other"
        table.add_row(server.name, where, str(server.process.pid if server.process else ""))
    for server in (*bus.brokers, *index.nodes):
        table.add_row(server.name, f"127.0.0.1:{server.port}", str(server.process.pid if server.process else ""))
    console.print(table)
    console.print("     Kill any of them (kill -9 PROCESS): the others go on, and nothing is lost.")


if __name__ == "__main__":
    typer.run(main)
