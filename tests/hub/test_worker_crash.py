"""``helhed worker`` as it runs in production, killed at random moments: nothing lost, nothing twice."""

import random
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from threading import Event
from time import monotonic
from uuid import UUID

import pytest
from sqlalchemy import text

from deploy.sandbox.fagsystemer.process import Running, start
from deploy.sandbox.services.member import free_ports
from hub.course.service import open_course
from hub.db import Database
from hub.indexing.repository import add_to_outbox
from hub.overview.service import OverviewVersion
from schemas.alert import AlertKind, NotableChange
from schemas.source import Area
from tests.fagsystemer import environment, truth
from tests.forking import Commands, Forked, commands, is_up

CITIZENS = 60
KILLS = 3
PATIENCE = 90.0
SOURCES = 4

pytestmark = pytest.mark.xdist_group("sandbox")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Running]:
    with start(citizens=CITIZENS, seed=11, today=date(2023, 9, 12)) as running:
        yield running


@contextmanager
def worker(forking: Commands, variables: dict[str, str], log: Path) -> Iterator[Forked]:
    process = forking.start(variables, ["worker"], [log, log])
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def until(condition: Callable[[], object]) -> None:
    end = monotonic() + PATIENCE
    asked = monotonic()
    while not condition():
        assert monotonic() < end, "it did not come about"
        Event().wait(max(0.02, 9 * (monotonic() - asked)))  # asking is no load of its own
        asked = monotonic()


def count(database: Database, statement: str) -> int:
    with database.transaction() as session:
        return int(session.scalar(text(statement)) or 0)


def work_done(database: Database) -> int:
    """Grows with everything a worker commits: published, processed, indexed."""
    return count(
        database,
        "SELECT (SELECT coalesce(sum(next_offset), 0) FROM bus_partitions) + (SELECT count(*) FROM records)"
        " + (SELECT coalesce(sum(committed), 0) FROM bus_offsets)",
    )


def has_come_to(database: Database, reached: int) -> bool:
    return work_done(database) >= reached or is_finished(database)


def is_finished(database: Database) -> bool:
    """Every stream of all sources was read to its end once, and what they said has reached the index.

    A stream of a killed process is read again when its lease has run out, maybe long after the others.
    """
    sources = count(database, "SELECT count(DISTINCT source) FROM source_streams")
    unread = count(database, "SELECT count(*) FROM source_streams WHERE last_success_at IS NULL")
    behind = count(
        database,
        "SELECT sum(p.next_offset - coalesce(o.committed, 0)) FROM bus_partitions p LEFT JOIN bus_offsets o"
        " USING (topic, partition)",
    )
    waiting = count(database, "SELECT (SELECT count(*) FROM overview_due) + (SELECT count(*) FROM overview_outbox)")
    return sources == SOURCES and unread == 0 and behind == 0 and waiting == 0


def happen(database: Database) -> set[tuple[UUID, str, str]]:
    """Let five things happen to each of sixty citizens on a course, as versions of overviews that wait to be told."""
    citizens = [UUID(int=1000 + number) for number in range(60)]
    versions = [
        OverviewVersion(
            citizen_id,
            version,
            removed=False,
            previous=version - 1,
            changes=(NotableChange(kind=AlertKind.EFFORT_BEGAN, area=Area.SOCIAL, subject=f"social/{version}"),),
        )
        for version in range(1, 6)
        for citizen_id in citizens
    ]
    now = datetime(2023, 9, 12, 7, 0, tzinfo=UTC)
    with database.transaction() as session:
        open_course(session, "Alle", citizens, date(2023, 1, 1))
        add_to_outbox(session, versions, now=now)
    return {(each.citizen_id, change.kind.value, change.subject) for each in versions for change in each.changes}


def alerts_behind(database: Database) -> int:
    """How many events nobody has made alerts of yet."""
    return count(
        database,
        "SELECT sum(p.next_offset - coalesce(o.committed, 0)) FROM bus_partitions p LEFT JOIN bus_offsets o"
        " ON o.topic = p.topic AND o.partition = p.partition AND o.group_name = 'alerts'"
        " WHERE p.topic = 'helhed.overviews'",
    )


def test_killed_again_and_again_the_worker_ends_with_what_the_sources_say(
    database: Database, sandbox: Running, tmp_path: Path
) -> None:
    log = tmp_path / "worker.log"
    (port,) = free_ports(1)
    own = {"HELHED_BATCH_SIZE": "25", "HELHED_WORKER_PORT": str(port)}
    variables = environment(tmp_path, sandbox, database) | own
    expected = truth(sandbox)
    happened = happen(database)
    chance = random.Random(2023)  # noqa: S311  moments to fail at, not secrets
    with commands(tmp_path) as forking:
        for _ in range(KILLS):
            with worker(forking, variables, log) as process:
                reached = work_done(database) + chance.randrange(1, 2 * len(expected) // KILLS)
                until(partial(has_come_to, database, reached))
                process.kill()
        with worker(forking, variables, log) as process:
            until(lambda: is_up(port) and is_finished(database) and not alerts_behind(database))
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE) == 0

    with database.transaction() as session:
        entities = session.scalars(text("SELECT concat_ws('/', source, record_type, source_id) FROM record_entities"))
        assert set(entities) == expected
        versions = session.execute(text("SELECT citizen_id, version FROM overviews ORDER BY citizen_id")).all()
        indexed = session.execute(
            text("SELECT citizen_id, version FROM search.documents WHERE NOT deleted ORDER BY citizen_id")
        ).all()
    assert versions == indexed
    assert len(versions) == sandbox.citizens
    with database.transaction() as session:
        twice = session.execute(
            text(
                "SELECT source, record_type, source_id, array_agg(version_key || ' ' || registered_at) FROM records"
                " JOIN record_entities ON record_entities.id = entity_id GROUP BY 1, 2, 3"
                # What has neither version nor time counts from its reading: one that was killed states the same again.
                " HAVING count(DISTINCT digest) > 1"
            )
        ).all()
    assert not twice, "records were stored twice"
    with database.transaction() as session:
        stored = session.execute(text("SELECT citizen_id, kind, subject FROM alerts")).all()
    assert sorted(map(tuple, stored)) == sorted(happened), "each alert is there once"
    assert count(database, "SELECT count(*) FROM quarantine_entries WHERE rule = 'not_processed'") == 0
    assert "Traceback" not in log.read_text(encoding="utf-8")
