"""Fixtures for all tests: a real PostgreSQL, one fresh database a test, a clock that stands still."""

import gc
import logging
import os
import shutil
import ssl
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import settings
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import URL

from hub.clock import FixedClock
from hub.db import Database, with_driver
from hub.embedded import start
from hub.migrations import let_time_be_simulated, migrate
from hub.quarantine.rules import RejectLimits
from hub.secrets import PayloadCipher, derived_keys
from search.opensearch import OpenSearchIndex
from search.opensearch_client import Cluster
from search.postgres import PostgresIndex

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")  # a busy machine is no fault of what is tested

for _name in [name for name in os.environ if name.startswith("HELHED_") and not name.startswith("HELHED_TEST_")]:
    del os.environ[_name]  # the settings of whoever runs the tests are not those of what is tested

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # else each of some hundred processes compiles the whole hub anew
sys.dont_write_bytecode = False

_authorities = Path(os.environ.get("SSL_CERT_DIR") or ssl.get_default_verify_paths().capath or "")
if _one := next(_authorities.glob("*.0"), None):
    # Each client reads all authorities of the world from one file (50 ms); in their folder only the one is read that is
    # needed.
    os.environ |= {"SSL_CERT_FILE": str(_one), "SSL_CERT_DIR": str(_authorities)}

LONGEST = (
    "chaos",
    "kills",
    "nights",
    "keycloak",
    "truth",
    "browser",
    "sandbox_control",
    "pages",
    "connect",
    "broker",
    "upgrade",
    "paper",
    "api_contract",
    "sandbox",
)
"""Groups of tests of one process, those that take longest first: what begins last decides when all is over."""
MEMORY = Path("/dev/shm")  # noqa: S108  the databases of tests hold nothing secret
ROOM = 4 * 2**30
"""Bytes."""
MOST_USED = 20
"""Indices in OpenSearch that wait for their removal."""
TAKEN_AS_WRITTEN = ("join_collapse_limit", "from_collapse_limit")
"""Joins in the order they are written. In a fresh database a statement is planned for one or two uses, on tables of a
few rows, and to try every order of eight tables takes longer than all else the server does for a page."""
GARBAGE_AFTER = 50_000
"""Objects made since garbage was last looked for; Python's own 700 has the tests looked through all the time."""
DIGEST_KEY = b"only-for-tests-only-for-tests-only"


gc.set_threshold(GARBAGE_AFTER)


def pytest_collection_finish() -> None:
    """Look for no garbage any more among modules and tests, which stay to the end."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Deal out long groups first, the other groups then, and the tests without a group last."""
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    group = item.get_closest_marker("xdist_group")
    if group is None:
        return len(LONGEST) + 1
    return LONGEST.index(group.args[0]) if group.args[0] in LONGEST else len(LONGEST)


def _memory() -> Path | None:
    """The file system in memory, if it has room for the databases: a copy of the template takes a tenth of the time."""
    is_roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM
    return MEMORY if is_roomy else None


@pytest.fixture(scope="session")
def postgres() -> Iterator[URL]:
    """The embedded PostgreSQL, started once a run in a folder of its own, without fsync."""
    folder = Path(tempfile.mkdtemp(prefix="helhed-test-", dir=_memory()))
    folder.chmod(0o755)
    server = start(folder)
    url = with_driver(server.get_uri())
    _admin(
        url,
        "ALTER SYSTEM SET fsync = off",
        "ALTER SYSTEM SET max_connections = 200",
        "ALTER SYSTEM SET max_wal_size = '256MB'",  # it lies in memory
        "ALTER SYSTEM SET full_page_writes = off",  # each copy of the template is a checkpoint
        *(f"ALTER SYSTEM SET {setting} = 1" for setting in TAKEN_AS_WRITTEN),
        "SELECT pg_reload_conf()",
    )
    yield url
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def administrator(postgres: URL) -> Iterator[Connection]:
    """One session that makes and drops databases, kept for the whole run."""
    engine = create_engine(postgres, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture(scope="session")
def template(postgres: URL, administrator: Connection) -> URL:
    """A database with the real migrations applied; every test's database is a copy of it."""
    administrator.execute(text("CREATE DATABASE helhed_template"))
    url = postgres.set(database="helhed_template")
    migrate(url)
    let_time_be_simulated(url)
    return url


@contextmanager
def fresh_database(administrator: Connection, template: URL) -> Iterator[URL]:
    """The address of a fresh database with all tables; it is dropped when the block ends, and nobody may hold it."""
    name = f"test_{uuid4().hex}"
    # Copying the files takes two thirds of what it takes to copy page by page through the log.
    administrator.execute(text(f"CREATE DATABASE {name} TEMPLATE {template.database} STRATEGY file_copy"))
    yield template.set(database=name)
    administrator.execute(text(f"DROP DATABASE {name}"))


@pytest.fixture(autouse=True)
def log_as_before() -> Iterator[None]:
    """A command that runs in the test logs to a stream that pytest closes with the test; later tests must not."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers = handlers
    root.setLevel(level)


@pytest.fixture
def database(administrator: Connection, template: URL) -> Iterator[Database]:
    """A fresh database with all tables, for this test alone; a test that leaves a connection to it open fails."""
    with fresh_database(administrator, template) as url:
        new_database = Database(url)
        yield new_database
        new_database.close()


@pytest.fixture
def postgres_index(database: Database) -> Iterator[PostgresIndex]:
    """The index in PostgreSQL, empty."""
    index = PostgresIndex(database.url.set(drivername="postgresql").render_as_string(hide_password=False))
    index.create()
    yield index
    index.close()


@pytest.fixture(scope="session")
def used_indices(opensearch_urls: str) -> Iterator[list[str]]:
    """Names of indices that no test needs any more, removed many at a time: one costs as much as twenty."""
    used: list[str] = []
    yield used
    remove_indices(opensearch_urls, used)


def remove_indices(urls: str, names: list[str]) -> None:
    """Remove all that stands behind the names, and empty the list."""
    with closing(Cluster(urls.split(","), login=None, ca=None, answer_within=60.0)) as cluster:
        if names:
            cluster.ask("DELETE", "/" + ",".join(f"{name}-*" for name in names))
    names.clear()


@pytest.fixture
def opensearch_index(opensearch_urls: str, used_indices: list[str]) -> Iterator[OpenSearchIndex]:
    """The index in OpenSearch, under a name of its own, removed some time after the test."""
    index = OpenSearchIndex(opensearch_urls.split(","), name=f"test-{uuid4().hex}", replicas=0)
    index.create()
    yield index
    used_indices.append(index._name)
    if len(used_indices) >= MOST_USED:
        remove_indices(opensearch_urls, used_indices)
    index.close()


def make_clock() -> FixedClock:
    """12 September 2023, 09.00 in Denmark."""
    return FixedClock(datetime(2023, 9, 12, 7, 0, tzinfo=UTC))


@pytest.fixture
def clock() -> FixedClock:
    """12 September 2023, 09.00 in Denmark, for this test to move."""
    return make_clock()


@pytest.fixture
def digest_key() -> bytes:
    """Keys the digests of national numbers in tests."""
    return DIGEST_KEY


@pytest.fixture
def cipher() -> PayloadCipher:
    """Encrypts the payloads in quarantine."""
    return PayloadCipher(derived_keys(DIGEST_KEY))


@pytest.fixture
def limits() -> RejectLimits:
    """As the settings have them."""
    return RejectLimits(share=0.5, at_least=100)


@pytest.fixture(scope="session")
def kafka_servers() -> str:
    """A real Kafka, started by ``make test``; topics are the tests' own."""
    return _service("HELHED_TEST_KAFKA", "Kafka")


@pytest.fixture(scope="session")
def opensearch_urls() -> str:
    """A real OpenSearch, started by ``make test``; index names are the tests' own."""
    return _service("HELHED_TEST_OPENSEARCH", "OpenSearch")


def _service(variable: str, name: str) -> str:
    if not os.environ.get(variable):
        pytest.skip(f"{name} IS MISSING: run by `make test`, which starts it, or set {variable} to one that runs")
    return os.environ[variable]


def _admin(url: URL, *statements: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()
