"""A whole Helhed of real processes on this machine: sources, Kafka, OpenSearch, PostgreSQL, workers, web servers."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from deploy.sandbox.fagsystemer.process import Running
from deploy.sandbox.fagsystemer.process import start as start_fagsystemer
from deploy.sandbox.services import kafka, opensearch
from deploy.sandbox.services.member import Member, free_ports
from hub.access.tables import ActorRow
from hub.db import Database
from hub.embedded import start as start_postgres
from hub.migrations import let_time_be_simulated, migrate
from tests.fagsystemer import environment
from tests.forking import Commands, commands

DAY = date(2023, 9, 12)
LOOKER = "chaos.looker"


class Postgres:
    """The embedded server in a folder; can be stopped and started again at the same address."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.start()

    def start(self) -> None:
        """Start it, or find it running."""
        self._server = start_postgres(self._folder)
        self.url = self._server.get_uri()

    def stop(self) -> None:
        """Stop it, whoever is connected."""
        self._server.cleanup()


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Everything that runs, and where."""

    folder: Path
    day: date
    """Of the municipality, as the run began."""
    sources: Running
    postgres: Postgres
    database: Database
    kafka: kafka.Kafka
    opensearch: opensearch.OpenSearch
    workers: tuple[Member, ...]
    webs: tuple[Member, ...]
    listener: Member
    """Takes the events of the job centre; whoever needs them starts it and subscribes."""
    environment: dict[str, str]

    @property
    def addresses(self) -> tuple[str, ...]:
        """Of the web servers."""
        return tuple(f"http://127.0.0.1:{web.port}" for web in self.webs)


@contextmanager
def staged(
    *,
    citizens: int,
    seed: int,
    brokers: int,
    nodes: int,
    webs: int = 2,
    day: date = DAY,
    repair_every: str = "7d",
    prepare: Callable[[Path], AbstractContextManager[object]] = nullcontext,
) -> Iterator[Stage]:
    """The whole, started but for the workers, which begin to read as soon as they are. Everything ends with the block.

    Args:
        citizens: size of the municipality.
        seed: of its people.
        brokers: of Kafka.
        nodes: of OpenSearch.
        webs: how many web servers; none where nobody asks one.
        day: of the municipality. The processes run on today's clock: only what happens of late is news to them.
        repair_every: how often the job centre is read whole, as ISO 8601 writes it.
        prepare: the folder in which ``postgres``, ``kafka`` and ``opensearch`` will lie, before they do.

    Raises:
        ServiceMissing: Kafka or OpenSearch cannot be had here.
    """
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="helhed-chaos-"))
        folder.chmod(0o755)
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        stack.enter_context(prepare(folder))
        bus = stack.enter_context(kafka.start(folder / "kafka", brokers=brokers))
        index = stack.enter_context(opensearch.start(folder / "opensearch", nodes=nodes))
        postgres = Postgres(folder)
        stack.callback(postgres.stop)
        migrate(postgres.url)
        let_time_be_simulated(postgres.url)
        database = Database(postgres.url)
        stack.callback(database.close)
        with database.transaction() as session:
            unit = {"unit_id": "social:100", "unit_name": "Familieafdelingen", "area": "social"}
            session.add(
                ActorRow(id=LOOKER, name="Looker", title="rådgiver", roles=["team_member"], active=True, **unit)
            )
        sources = stack.enter_context(start_fagsystemer(citizens=citizens, seed=seed, today=day))
        variables = _environment(folder, sources, database, bus, index, repair_every)
        forking = stack.enter_context(commands(folder))
        workers = tuple(_worker(forking, folder, number, variables, port) for number, port in enumerate(free_ports(2)))
        servers = tuple(_web(forking, folder, number, variables, port) for number, port in enumerate(free_ports(webs)))
        listener = _listener(forking, folder, variables, sources)
        for one in (*workers, *servers, listener):
            stack.callback(one.kill)
        for server in servers:
            server.start()
        yield Stage(
            folder=folder,
            day=day,
            sources=sources,
            postgres=postgres,
            database=database,
            kafka=bus,
            opensearch=index,
            workers=workers,
            webs=servers,
            listener=listener,
            environment=variables,
        )


def _environment(
    folder: Path,
    sources: Running,
    database: Database,
    bus: kafka.Kafka,
    index: opensearch.OpenSearch,
    repair_every: str,
) -> dict[str, str]:
    return environment(folder, sources, database, every="12s", repair_every=repair_every) | {
        "HELHED_SECURE_COOKIES": "false",
        "HELHED_KAFKA_SERVERS": bus.bootstrap,
        "HELHED_KAFKA_REPLICATION": str(min(3, len(bus.brokers))),
        "HELHED_OPENSEARCH_URLS": ",".join(index.urls),
        "HELHED_OPENSEARCH_REPLICAS": str(min(1, len(index.nodes) - 1)),
        "HELHED_BUS_PARTITIONS": "4",
        "HELHED_BATCH_SIZE": "200",
    }


def _worker(forking: Commands, folder: Path, number: int, variables: dict[str, str], port: int) -> Member:
    log, own = folder / f"worker-{number}.log", {"HELHED_WORKER_PORT": str(port)}
    return Member(f"worker {number}", port, ["worker"], log, variables | own, launch=forking.launch)


def _web(forking: Commands, folder: Path, number: int, variables: dict[str, str], port: int) -> Member:
    log, own = folder / f"web-{number}.log", {"HELHED_PORT": str(port)}
    return Member(f"web {number}", port, ["serve"], log, variables | own, launch=forking.launch)


def _listener(forking: Commands, folder: Path, variables: dict[str, str], sources: Running) -> Member:
    (port,) = free_ports(1)
    own = {
        "HELHED_LISTEN_PORT": str(port),
        "HELHED_LISTEN_CERTIFICATE": f"{sources.certificates}/listener.pem",
        "HELHED_LISTEN_CA": f"{sources.certificates}/ca.pem",
    }
    return Member("listener", port, ["listen"], folder / "listener.log", variables | own, launch=forking.launch)
