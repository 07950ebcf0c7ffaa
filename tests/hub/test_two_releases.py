"""An upgrade while everything runs: the release before and this one work at once, and nobody notices.

On PostgreSQL alone in all tests, on Kafka and OpenSearch as well in ``make drill``.
"""

import os
import warnings
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import URL, Connection, text

from deploy.sandbox.services import kafka, opensearch
from hub.bus.base import RECORDS
from hub.db import Database
from hub.migrations import migrate
from hub.migrations.releases import LAST_OF_RELEASE_BEFORE
from hub.operation.health import SCHEMA
from hub.services import build_services
from hub.settings import Settings
from tests.hub import one_release
from tests.hub.upgrade import TREE, Driver, Release, Visitor, driving, unpack_release_before, until, variables_of

pytestmark = pytest.mark.xdist_group("upgrade")
AT_ONCE = 3
"""Citizens that come with each step."""
ENGINES = ("PostgreSQL alone", "Kafka and OpenSearch")
PLAYED = ENGINES[: int(os.environ.get("HELHED_TEST_UPGRADE_ENGINES", "1"))]
"""Both in ``make drill``: engines of its own take a minute."""


@pytest.fixture(scope="module")
def release_before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree of the release before, out of the history; a clone without it cannot play this."""
    folder = tmp_path_factory.mktemp("before")
    if not unpack_release_before(folder):
        warnings.warn(f"NOT PLAYED: the history lacks {LAST_OF_RELEASE_BEFORE}: git fetch --unshallow", stacklevel=1)
        pytest.skip(f"THE RELEASE BEFORE IS MISSING, {LAST_OF_RELEASE_BEFORE}: git fetch --unshallow")
    return folder


@pytest.fixture
def empty_database(administrator: Connection, postgres: URL) -> Iterator[URL]:
    name = f"two_{uuid4().hex}"
    administrator.execute(text(f"CREATE DATABASE {name}"))
    yield postgres.set(database=name)
    administrator.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(params=PLAYED)
def engines(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The variables that name bus and index."""
    if request.param == "PostgreSQL alone":
        yield {}
        return
    with kafka.start(tmp_path / "kafka") as bus, opensearch.start(tmp_path / "opensearch") as index:
        yield {
            "HELHED_KAFKA_SERVERS": bus.bootstrap,
            "HELHED_KAFKA_REPLICATION": "1",
            "HELHED_OPENSEARCH_URLS": ",".join(index.urls),
            "HELHED_OPENSEARCH_REPLICAS": "0",
        }


def test_the_release_before_and_this_one_serve_at_once_and_there_is_a_way_back(  # noqa: PLR0915  one story in its order
    empty_database: URL, release_before: Path, engines: dict[str, str], tmp_path: Path
) -> None:
    variables = variables_of(empty_database) | engines
    before = Release(release_before, tmp_path, "before", variables)
    now = Release(TREE, tmp_path, "now", variables)
    visitor, later, citizens = Visitor([before.address]), Visitor([]), dict[int, str]()
    with ExitStack() as stack:
        stack.callback(visitor.http.close)
        stack.callback(later.http.close)
        stack.callback(before.kill)
        stack.callback(now.kill)
        of_before = stack.enter_context(driving(release_before, variables))

        def come(*publishers: str) -> None:
            """Citizens come, published by these releases; then they are on pages."""
            for publisher in publishers:
                places = range(len(citizens), len(citizens) + AT_ONCE)
                if publisher == "now":
                    one_release.publish(context, places)
                else:
                    of_before.ask("publish", places)
                until(partial(are_built, of_before, places), f"those published by {publisher}")
                of_before.ask("let_look", places)
                citizens.update({int(place): key for place, key in of_before.ask("citizens", places).items()})

        # The release before alone.
        before.start()
        come("before")
        visitor.log_in(before.address)
        with visitor.visiting(citizens):
            # The tables are migrated beneath it, while it serves.
            until(lambda: visitor.answers[before.address] > 12, "pages of the release before")
            migrate(empty_database)
            context = stack.enter_context(closing(build_services(Settings.model_validate(settings_of(variables)))))
            assert context.database.revision() == SCHEMA
            assert before.is_ready()
            come("before")
            # Both, each with what the other has written.
            now.start()
            visitor.upstreams.append(now.address)
            come("now", "before")
            # Those of the release before are killed in the middle of it; this one alone, with what that has on the bus.
            before.kill()
            come("before", "now")
            until(lambda: visitor.passed_over > 0, "the proxy to meet a server that was killed")
            visitor.upstreams.remove(before.address)
            later.log_in(now.address)
            from_index(later, now, citizens)
            # The way back.
            before.start()
            visitor.upstreams.append(before.address)
            come("now")
            visitor.upstreams.remove(now.address)
            now.stop()
            come("now", "before")
        from_index(later, before, citizens)
        # Everybody, once more, wherever and by whom it was written.
        everybody = sorted(citizens)
        versions = versions_of(context.database)
        again = one_release.read_again(context, ["again-now"]), of_before.ask("read_again", ["again-before"])
        assert versions_of(context.database) == versions, "what is read again changes nothing"
        lost = one_release.missing(context, everybody), of_before.ask("missing", everybody)
        lines = lines_of(context.database)
    assert lost == ([], [])
    assert again[0][RECORDS] == again[1][RECORDS] >= 2 * len(everybody) == 2 * 9 * AT_ONCE
    assert {*visitor.shown, *later.shown} <= lines, "each page that was shown has its line"
    assert (before.tracebacks(), now.tracebacks()) == (0, 0)
    # Not each plan that was lost reaches somebody: a probe of its health meets one, or it is killed before it answers.
    assert len(visitor.faults) <= before.plans_lost(), visitor.faults
    assert not later.faults


def are_built(driver: Driver, places: Sequence[int]) -> bool:
    return len(driver.ask("citizens", places)) == len(places)


def from_index(visitor: Visitor, release: Release, citizens: dict[int, str]) -> None:
    """Everybody's page and data at this release, from the index, whichever release wrote it."""
    before = visitor.from_store
    for place, citizen_id in list(citizens.items()):
        visitor.open_at(release.address, place, citizen_id)
    assert visitor.from_store == before, release.web.name


def lines_of(database: Database) -> set[str]:
    with database.transaction() as session:
        shown = text("SELECT request_id FROM audit_log WHERE action = 'open_overview' AND outcome = 'shown'")
        return set(session.scalars(shown))


def versions_of(database: Database) -> dict[object, int]:
    with database.transaction() as session:
        assert session.scalar(text("SELECT count(*) FROM quarantine_entries")) == 0
        rows = session.execute(text("SELECT citizen_id, version FROM overviews"))
        return {row.citizen_id: row.version for row in rows}


def settings_of(variables: dict[str, str]) -> dict[str, str]:
    return {
        name.removeprefix("HELHED_").lower(): value for name, value in variables.items() if name.startswith("HELHED_")
    }
