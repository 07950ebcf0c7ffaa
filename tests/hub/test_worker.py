"""The worker's loops on the real PostgreSQL: they share, they outlive what fails, they end when told."""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Event, Thread
from time import monotonic

import pytest
from pydantic import JsonValue, SecretStr
from sqlalchemy import text

from connectors.base import Batch, CheckResult, Connector, ReadContext, Stream
from hub.bus.base import OVERVIEWS, RECORDS
from hub.bus.kafka import KafkaBus
from hub.bus.kafka_client import KafkaAccess
from hub.clock import Clock, FixedClock, ShiftedClock
from hub.collect.service import to_message
from hub.context import AppContext
from hub.db import Database
from hub.indexing.outbox import OverviewChanged, publish_outbox
from hub.indexing.writer import INDEX_GROUP
from hub.operation.loop_health import LoopHealth
from hub.pipeline import PIPELINE_GROUP, process_batch
from hub.services import build_services
from hub.settings import Settings
from hub.sources.health import RunOutcome
from hub.sources.stream_repository import runs
from hub.worker import alerts, collecting, indexing, processing
from hub.worker.supervisor import run as run_worker
from schemas.identifiers import Identifier
from schemas.record import Cursor, SourceRecord
from schemas.source import Area, Sensitivity, SourceSystem
from tests.contracts.own_names import OwnNames
from tests.factories import make_effort, make_party, make_record
from tests.sources import add_connectors

OFTEN = timedelta(seconds=1)
PATIENCE = 90.0
KEY = SecretStr("only-for-tests-only-for-tests-only")


def make_source(name: str = "social") -> SourceSystem:
    return SourceSystem(
        name=name,
        title=name,
        area=Area.SOCIAL,
        authority="-",
        legal_basis="-",
        sensitivity=Sensitivity.ORDINARY,
        expected_cadence=timedelta(days=1),
        coverage="-",
    )


class Told:
    """A source that says what it is given to say, page by page, at every reading."""

    def __init__(self, pages: Callable[[], Iterator[Batch]], name: str = "social") -> None:
        self.source = make_source(name)
        self._pages = pages

    @classmethod
    def spec(cls) -> dict[str, JsonValue]:
        return {}

    def check(self) -> CheckResult:
        return CheckResult(ok=True, message="")

    def discover(self) -> tuple[Stream, ...]:
        return (Stream(name="all", danish_title="Alt", record_types=()),)

    def read(self, stream: str, cursor: Cursor, context: ReadContext) -> Iterator[Batch]:  # noqa: ARG002  it always begins at the beginning
        return self._pages()

    def close(self) -> None:
        pass


def make_parts(database: Database, clock: Clock, *, sources_file: Path | None = None) -> AppContext:
    settings = Settings(
        database_url=SecretStr(database.url.render_as_string(hide_password=False)),
        digest_key=KEY,
        session_key=KEY,
        demo=True,
        bus_partitions=4,
        batch_size=10,
        bus_retention_hours=1,
        sources_file=sources_file,
    )
    return build_services(settings, clock=clock)


@pytest.fixture
def embedded(database: Database, clock: FixedClock) -> Iterator[AppContext]:
    made = make_parts(database, ShiftedClock(clock.now()))
    yield made
    made.close()


@pytest.fixture(params=["postgres", "kafka"])
def context(embedded: AppContext, request: pytest.FixtureRequest) -> Iterator[AppContext]:
    """On either bus."""
    if request.param == "postgres":
        yield embedded
        return
    servers = request.getfixturevalue("kafka_servers").split(",")
    kafka = KafkaBus(KafkaAccess(servers=tuple(servers)), replication=1, retention=timedelta(hours=1))
    yield replace(embedded, bus=OwnNames(kafka))
    kafka.close()


@contextmanager
def working(
    context: AppContext, connectors: Mapping[str, Connector] | None = None, *, workers: int = 1
) -> Iterator[Event]:
    """Workers in threads; at the end they are told to stop, and must do so promptly."""
    stop = Event()
    add_connectors(context, connectors or {}, OFTEN)
    run = lambda: run_worker(context, stop=stop)  # noqa: E731  three words
    threads = [Thread(target=run) for _ in range(workers)]
    with pytest.MonkeyPatch.context() as patched:
        # As often as it polls, a loop looks whether it was told to stop.
        for loop in (alerts, collecting, indexing, processing):
            patched.setattr(loop, "POLL", timedelta(seconds=0.2))
        for thread in threads:
            thread.start()
        try:
            yield stop
        finally:
            stop.set()
            started_at = monotonic()
            for thread in threads:
                thread.join(PATIENCE)
        assert not any(thread.is_alive() for thread in threads)
        assert monotonic() - started_at < PATIENCE / 2


def until(condition: Callable[[], object], patience: float = PATIENCE) -> None:
    end = monotonic() + patience
    while not condition():
        assert monotonic() < end, "it did not come about"
        Event().wait(0.02)


def citizens(count: int, versions: int = 1) -> list[SourceRecord]:
    """So many versions of one effort for each of so many citizens, the versions apart from each other."""
    return [
        make_record(
            fact=make_effort(f"Indsats {version}"),
            source_id=str(citizen),
            source_version=str(version),
            version_order=version,
            parties=[make_party(Identifier.national(f"610786-{citizen:04d}"))],
        )
        for version in range(1, versions + 1)
        for citizen in range(count)
    ]


def publish(context: AppContext, records: Sequence[SourceRecord]) -> None:
    context.bus.create({RECORDS: 4, OVERVIEWS: 4})
    context.bus.publish(RECORDS, [to_message(record, context.digest_key) for record in records])


def all_done(context: AppContext) -> bool:
    with context.database.transaction() as session:
        waiting = session.scalar(
            text("SELECT (SELECT count(*) FROM overview_due) + (SELECT count(*) FROM overview_outbox)")
        )
    lag = context.bus.lag(PIPELINE_GROUP, RECORDS) + context.bus.lag(INDEX_GROUP, OVERVIEWS)
    return not (waiting or lag)


def lag_is_at_most(context: AppContext, left: int) -> bool:
    return context.bus.lag(PIPELINE_GROUP, RECORDS) <= left


def in_store(database: Database) -> dict[str, int]:
    with database.transaction() as session:
        return {
            str(key): version for key, version in session.execute(text("SELECT citizen_id, version FROM overviews"))
        }


def in_index(database: Database) -> dict[str, int]:
    with database.transaction() as session:
        result = session.execute(text("SELECT citizen_id, version FROM search.documents WHERE NOT deleted"))
        return {str(key): version for key, version in result}


def test_what_a_source_says_is_searchable(context: AppContext, database: Database) -> None:
    pages = lambda: iter([Batch(records=tuple(citizens(3)), cursor=Cursor(state={"at": 1}))])  # noqa: E731
    context.bus.create({RECORDS: 4, OVERVIEWS: 4})
    context.index.create()
    with working(context, {"social": Told(pages)}):
        until(lambda: len(in_index(database)) == 3)
    assert in_index(database) == in_store(database)


def test_two_workers_process_everything_once_and_versions_grow_one_by_one(
    context: AppContext, database: Database
) -> None:
    publish(context, citizens(40, versions=5))
    with working(context, workers=2):
        until(lambda: all_done(context))
    with database.transaction() as session:
        assert session.scalar(text("SELECT count(*) FROM records")) == 200
        assert session.scalar(text("SELECT count(*) FROM citizens")) == 40
    result = defaultdict(list)
    with context.bus.consumer("test", [OVERVIEWS]) as consumer:
        while context.bus.lag("test", OVERVIEWS):
            delivered = consumer.poll(limit=1000, timeout=timedelta(seconds=1))
            for message in delivered:
                change = OverviewChanged.model_validate_json(message.message.value)
                result[str(change.citizen_id)].append(change.version)
            consumer.commit(delivered)
    assert {key: max(versions) for key, versions in result.items()} == in_store(database) == in_index(database)
    assert all(sorted(versions) == list(range(1, max(versions) + 1)) for versions in result.values())


def test_a_source_that_breaks_does_not_hold_up_the_others(context: AppContext, database: Database) -> None:
    def breaks() -> Iterator[Batch]:
        raise RuntimeError("as it is")

    good = Told(lambda: iter([Batch(records=tuple(citizens(2)))]))
    with working(context, {"broken": Told(breaks, "broken"), "social": good}):
        until(lambda: all_done(context) and len(in_store(database)) == 2)
        until(lambda: len(outcomes(database, "broken")) > 1)
    assert set(outcomes(database, "broken")) - {RunOutcome.STOPPED} == {RunOutcome.FAILED}
    assert set(outcomes(database, "social")) - {RunOutcome.STOPPED} == {RunOutcome.COMPLETE}


def outcomes(database: Database, source: str) -> list[RunOutcome]:
    with database.transaction() as session:
        return [run.outcome for run in runs(session, source)]


def test_connections_that_die_cost_nothing(
    context: AppContext, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    publish(context, citizens(30, versions=6))
    others = """
        SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()
    """
    with working(context):
        for left in (150, 60):
            until(partial(lag_is_at_most, context, left))
            with database.transaction() as session:
                session.execute(text(others))
        until(lambda: all_done(context))
    assert len(in_store(database)) == 30
    assert in_index(database) == in_store(database)
    assert not [record for record in caplog.records if record.exc_info], "a traceback may hold values"


def test_a_worker_that_comes_before_its_database_waits_for_it(
    database: Database, clock: FixedClock, caplog: pytest.LogCaptureFixture
) -> None:
    with database.transaction() as session:
        session.execute(text("ALTER TABLE bus_partitions RENAME TO not_yet"))
    context = make_parts(database, clock)
    caplog.set_level(logging.WARNING)
    with working(context):
        until(lambda: "worker.failed" in caplog.text)
        with database.transaction() as session:
            session.execute(text("ALTER TABLE not_yet RENAME TO bus_partitions"))
        publish(context, citizens(1))
        until(lambda: len(in_store(database)) == 1)
    context.close()


def test_a_long_reading_ends_between_two_pages_and_goes_on_from_there(context: AppContext, database: Database) -> None:
    second_page = Event()

    def endless() -> Iterator[Batch]:
        page = 0
        while True:
            page += 1
            yield Batch(records=tuple(citizens(1)), cursor=Cursor(state={"page": page}))
            second_page.set()

    with working(context, {"social": Told(endless)}):
        assert second_page.wait(PATIENCE)
    with database.transaction() as session:
        assert session.scalar(text("SELECT cursor ->> 'page' FROM source_streams")) is not None
    assert outcomes(database, "social") == [RunOutcome.STOPPED]


def test_a_worker_told_to_stop_before_it_began_ends(context: AppContext) -> None:
    stop = Event()
    stop.set()
    run_worker(context, stop=stop)


def test_what_drifted_is_repaired_without_anybody_asking(
    context: AppContext, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "COMPARE_EVERY", timedelta(milliseconds=50))
    publish(context, citizens(5))
    with working(context, workers=2):
        until(lambda: all_done(context) and len(in_index(database)) == 5)
        with database.transaction() as session:
            session.execute(
                text("DELETE FROM search.documents WHERE citizen_id = (SELECT citizen_id FROM overviews LIMIT 1)")
            )
            session.execute(text("UPDATE search.documents SET version = 0"))
        until(lambda: in_index(database) == in_store(database) and len(in_store(database)) == 5)


class Counted(LoopHealth):
    """Counts the rounds of a loop."""

    rounds = 0

    def record_success(self) -> None:
        super().record_success()
        self.rounds += 1

    def wait_for(self, more: int) -> None:
        enough = self.rounds + more
        until(lambda: self.rounds >= enough)


@contextmanager
def comparing(context: AppContext) -> Iterator[Counted]:
    stop, health = Event(), Counted("compare")
    thread = Thread(target=indexing.comparison_loop(context).run, args=(health, stop))
    thread.start()
    try:
        yield health
    finally:
        stop.set()
        thread.join(PATIENCE)


def test_what_is_only_on_its_way_is_not_taken_for_drift_and_what_got_lost_there_is(
    context: AppContext, database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(indexing, "COMPARE_EVERY", timedelta(milliseconds=10))
    publish(context, citizens(5))
    with context.bus.consumer(PIPELINE_GROUP, [RECORDS]) as consumer:
        while context.bus.lag(PIPELINE_GROUP, RECORDS):
            process_batch(
                database,
                consumer,
                digest_key=context.digest_key,
                cipher=context.payload_cipher,
                clock=context.clock,
                limit=10,
                timeout=timedelta(seconds=1),
            )
    with comparing(context) as health:
        health.wait_for(5)
        assert in_index(database) == {}, "nothing was published"
        with database.transaction() as session:
            assert publish_outbox(session, context.bus) == 5
        health.wait_for(5)
        assert in_index(database) == {}, "the indexer did not come to it"
        assert "index.repaired" not in caplog.text
        with context.bus.consumer(INDEX_GROUP, [OVERVIEWS]) as loses:
            while context.bus.lag(INDEX_GROUP, OVERVIEWS):
                loses.commit(loses.poll(limit=10, timeout=timedelta(seconds=1)))
        until(lambda: in_index(database) == in_store(database))
        until(lambda: "index.repaired" in caplog.text)


def test_old_messages_that_everybody_has_read_are_removed(embedded: AppContext, database: Database) -> None:
    publish(embedded, citizens(5))
    with working(embedded):
        until(lambda: all_done(embedded) and len(in_index(database)) == 5)
    with database.transaction() as session:
        value = session.scalar(text("SELECT count(*) FROM bus_messages"))
        session.execute(text("UPDATE bus_messages SET published_at = published_at - interval '2 hours'"))
    assert value == 10
    with working(embedded):
        until(lambda: messages(database) == 0)


def messages(database: Database) -> int:
    with database.transaction() as session:
        return session.scalar(text("SELECT count(*) FROM bus_messages")) or 0
