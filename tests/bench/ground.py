"""What the benchmarks stand on: servers, a filled store and index, and rows of a table."""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median
from time import perf_counter

import psycopg
from pydantic import SecretStr

from connectors.base import Connector
from connectors.kit import read_all
from deploy.demo import connectors_to
from deploy.sandbox.fagsystemer.process import start as start_fagsystemer
from deploy.sandbox.services import kafka, opensearch
from hub.clock import SystemClock
from hub.context import AppContext
from hub.embedded import start as start_postgres
from hub.migrations import let_time_be_simulated, migrate
from hub.services import build_services
from hub.settings import Settings
from hub.worker.upkeep import create_topics
from schemas.record import SourceRecord
from tests.sources import add_connectors

DAY = date(2023, 9, 12)
KEY = SecretStr("only-for-this-only-for-this-only-for-this")


@dataclass(frozen=True)
class Row:
    """One line of the table: what was measured, beside the floor measured in the same run."""

    what: str
    ours: str
    floor: str = ""
    ratio: float | None = None
    goal: str = ""
    met: bool | None = None


@dataclass(frozen=True)
class Ground:
    """Contexts on one PostgreSQL: ``embedded`` with bus and index in it, ``distributed`` with Kafka and OpenSearch."""

    embedded: AppContext
    distributed: AppContext
    records: tuple[SourceRecord, ...]
    """What both sources of a made-up municipality say."""
    members: dict[str, int]
    """Name and process id of the servers."""


@contextmanager
def ground(citizens: int) -> Iterator[Ground]:
    """Everything started; the records are read, the store is empty."""
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="helhed-bench-"))
        folder.chmod(0o755)
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        bus = stack.enter_context(kafka.start(folder / "kafka", jvm=()))
        index = stack.enter_context(opensearch.start(folder / "opensearch", heap="2g", jvm=()))
        server = start_postgres(folder)
        stack.callback(server.cleanup)
        migrate(server.get_uri())
        let_time_be_simulated(server.get_uri())
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            # As anybody sets it who fills a database; with the default a million citizens are one checkpoint a minute.
            connection.execute("ALTER SYSTEM SET max_wal_size = '16GB'")
            connection.execute("SELECT pg_reload_conf()")
        records, connectors = read_municipality(citizens)
        here = Settings(
            database_url=SecretStr(server.get_uri()),
            digest_key=KEY,
            session_key=KEY,
            demo=True,
            secure_cookies=False,
            rate_limit_factor=1000,
        )
        result = here.model_copy(
            update={
                "kafka_servers": bus.bootstrap,
                "kafka_replication": 1,
                "opensearch_urls": ",".join(index.urls),
                "opensearch_replicas": 0,
            }
        )
        results = [build_services(settings) for settings in (here, result)]
        add_connectors(results[0], connectors)
        for context in results:
            stack.callback(context.close)
            create_topics(context)
            context.index.create()
        processes = {one.name: one.process.pid for one in (*bus.brokers, *index.nodes) if one.process}
        yield Ground(results[0], results[1], tuple(records), processes)


def read_municipality(citizens: int) -> tuple[list[SourceRecord], dict[str, Connector]]:
    """What the sources of a made-up municipality say, and the connectors that read it."""
    with start_fagsystemer(citizens=citizens, today=DAY) as sandbox:
        connectors = connectors_to(sandbox, SystemClock(), "bench")
        records = [
            record for connector in connectors.values() for page in read_all(connector) for record in page.records
        ]
    return records, connectors


def times_of(work: Sequence[Callable[[], object]]) -> list[float]:
    """Seconds of each."""
    results = []
    for one in work:
        began = perf_counter()
        one()
        results.append(perf_counter() - began)
    return results


def seconds_of(work: Callable[[], object]) -> float:
    """Seconds of one piece of work."""
    return times_of([work])[0]


def p50(seconds: Sequence[float]) -> float:
    """The median."""
    return median(seconds)


def p99(seconds: Sequence[float]) -> float:
    """What 99 of 100 stay below."""
    return sorted(seconds)[int(len(seconds) * 0.99)]


def milliseconds(seconds: float) -> str:
    """As the table shows it."""
    return f"{seconds * 1000:.2f} ms"


def compared(what: str, ours: float, floor: float, most: float | None = None) -> Row:
    """A time beside its floor, with the most it may be of it."""
    ratio = ours / floor
    goal = "" if most is None else f"≤ {most} ×"
    return Row(what, milliseconds(ours), milliseconds(floor), ratio, goal, None if most is None else ratio <= most)
