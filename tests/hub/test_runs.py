"""What is kept of runs: progress, a log, what became of the records, who asked, and how one is stopped."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from connectors.base import Batch, HeldDeletions, ReadContext
from hub.bus.postgres import PostgresBus
from hub.clock import FixedClock
from hub.collect.run_log import EVERY, RunLog
from hub.collect.service import RunServices, collect
from hub.db import Database
from hub.errors import RunNotPossible
from hub.pipeline import PIPELINE_GROUP, process_batch
from hub.quarantine.rules import RejectLimits
from hub.secrets import PayloadCipher
from hub.sources import lease_repository, repository, run_repository, run_requests
from hub.sources.catalogue import SourceCatalogue
from hub.sources.health import RunOutcome, RunSummary
from hub.sources.run_history import RunCounts, RunDetails, RunEvent
from hub.sources.stream_repository import list_streams
from schemas.people import PersonFact
from schemas.record import Cursor, SourceRecord
from tests.sources import SilentSource, add_connector, leased, make_catalogue
from tests.web import maja
from tests.web.conftest import plain_record

PATIENCE = 60


class Pages(SilentSource):
    """A source that gives these batches."""

    def __init__(self, *batches: Batch) -> None:
        super().__init__(maja.SOCIAL)
        self.batches = batches

    def read(self, stream: str, cursor: Cursor, context: ReadContext) -> Iterator[Batch]:  # noqa: ARG002
        yield from self.batches


@pytest.fixture
def catalogue(database: Database, clock: FixedClock) -> SourceCatalogue:
    return make_catalogue(database, clock)


@pytest.fixture
def services(
    database: Database, clock: FixedClock, digest_key: bytes, cipher: PayloadCipher, limits: RejectLimits
) -> Iterator[RunServices]:
    bus = PostgresBus(database.url)
    bus.create({"helhed.records": 2})
    yield RunServices(bus=bus, database=database, clock=clock, digest_key=digest_key, cipher=cipher, limits=limits)
    bus.close()


@pytest.fixture
def run(services: RunServices) -> Callable[[Pages], RunDetails]:
    """Read the source once, store what it gave, and tell what is kept of the run."""

    def read_and_store(source: Pages) -> RunDetails:
        summary = collect(lambda: source, leased(services.database, "social"), services)
        with services.bus.consumer(PIPELINE_GROUP, ["helhed.records"]) as consumer:
            while process_batch(
                services.database,
                consumer,
                digest_key=services.digest_key,
                cipher=services.cipher,
                clock=services.clock,
                limit=100,
                timeout=timedelta(0),
            ):
                pass
        with services.database.transaction() as session:
            details = run_repository.get_run(session, "social", summary.number or 0)
        assert details is not None
        return details

    return read_and_store


def person(number: int, name: str = "Ida", *, version: int = 0) -> SourceRecord:
    record = plain_record("person", maja.MAJA, PersonFact(given_name=name, family_name="Testborger"), number)
    at = datetime(2015, 1, 5, tzinfo=UTC) + timedelta(days=version)
    return record.model_copy(update={"registered_at": at, "digest": ""})


def test_a_run_tells_what_was_new_changed_and_unchanged(
    database: Database, catalogue: SourceCatalogue, run: Callable[[Pages], RunDetails]
) -> None:
    source = Pages(
        Batch(records=(person(1), person(2)), skipped={"Sag: same_id_twice": 3}, cursor=Cursor(state={"a": 1}))
    )
    add_connector(database, catalogue, source)
    first = run(source)
    assert (first.summary.read, first.counts.new, first.counts.unchanged(first.summary.published)) == (5, 2, 0)
    source.batches = (Batch(records=(person(1), person(2, "Ida Marie", version=1), person(3))),)
    second = run(source)
    counts = second.counts
    assert (counts.new, counts.changed, counts.deleted, counts.unchanged(3), counts.waiting(3)) == (1, 1, 0, 1, 0)
    gone = person(3, version=2).model_copy(update={"deleted": True, "fact": None, "digest": ""})
    source.batches = (Batch(records=(gone,)),)
    assert run(source).counts.deleted == 1


@given(
    published=st.integers(0, 1000), stored=st.integers(0, 1200), new=st.integers(0, 500), changed=st.integers(0, 500)
)
def test_what_is_unchanged_is_never_told_too_early_nor_below_zero(
    published: int, stored: int, new: int, changed: int
) -> None:
    counts = RunCounts(stored=stored, new=new, changed=changed)
    unchanged = counts.unchanged(published)
    assert (unchanged is None) == (stored < published)
    assert unchanged is None or 0 <= unchanged <= published


def test_a_run_under_way_can_be_watched_and_stopped_in_order(
    database: Database, catalogue: SourceCatalogue, services: RunServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease_repository, "RENEW_EVERY", timedelta(seconds=0.05))
    is_reading, ended = Event(), []

    class Slow(Pages):
        def read(self, stream: str, cursor: Cursor, context: ReadContext) -> Iterator[Batch]:  # noqa: ARG002
            yield Batch(records=(person(1),), cursor=Cursor(state={"at": 1}), total=9)
            is_reading.set()
            pause = Event()
            while not context.should_stop():
                pause.wait(0.02)

    source = Slow()
    add_connector(database, catalogue, source)
    with database.transaction() as session:
        run_requests.run_source(session, "social", services.clock.now(), stream=None, from_start=False, by="tine.skov")
    thread = Thread(target=lambda: ended.append(collect(lambda: source, leased(database, "social"), services)))
    thread.start()
    assert is_reading.wait(PATIENCE)
    with database.transaction() as session:
        (progress,) = run_repository.list_progress(session, "social")
        assert (progress.read, progress.total, progress.requested_by, progress.is_alive) == (1, 9, "tine.skov", True)
        assert run_requests.stop_run(session, "social", "all", by="ole", now=services.clock.now())
    thread.join(PATIENCE)
    summary: RunSummary = ended[0]
    assert (summary.outcome, summary.published, summary.requested_by) == (RunOutcome.STOPPED, 1, "tine.skov")
    with database.transaction() as session:
        assert run_repository.list_progress(session) == ()
        (stream,) = list_streams(session, "social")
        assert stream.due_at == services.clock.now() + timedelta(minutes=15), "it does not begin again at once"
        assert not run_requests.stop_run(session, "social", "all", by="ole", now=services.clock.now())
        details = run_repository.get_run(session, "social", summary.number or 0)
    assert details is not None
    assert [line.event for line in details.log] == [RunEvent.STARTED_FIRST_TIME, RunEvent.READ]


def test_a_run_whose_worker_is_gone_is_told_and_begun_again_for_the_same_person(
    database: Database, catalogue: SourceCatalogue, services: RunServices
) -> None:
    source = Pages(Batch(cursor=Cursor(state={"at": 7})))
    add_connector(database, catalogue, source)
    with database.transaction() as session:
        run_requests.run_source(session, "social", services.clock.now(), stream=None, from_start=False, by="tine.skov")
    dead = leased(database, "social")
    with database.transaction() as session:
        run_repository.begin_run(session, dead, services.clock.now())
        session.execute(text("UPDATE source_streams SET lease_until = now() - interval '1 second'"))
    with database.transaction() as session:
        (progress,) = run_repository.list_progress(session, "social")
        assert not progress.is_alive
    again = leased(database, "social")
    assert again.requested_by == "tine.skov"
    assert collect(lambda: source, again, services).outcome is RunOutcome.COMPLETE
    with database.transaction() as session:
        newest, left = run_repository.list_runs(session, "social", size=10)
    assert (newest.summary.outcome, newest.summary.requested_by) == (RunOutcome.COMPLETE, "tine.skov")
    assert (left.summary.number, left.summary.advice) == (dead.fence, "worker_gone")


def test_a_paused_source_is_not_run(database: Database, catalogue: SourceCatalogue, clock: FixedClock) -> None:
    add_connector(database, catalogue, SilentSource(maja.SOCIAL))
    with database.transaction() as session:
        repository.pause(session, "social", paused_by="tine", reason="Opdateres", now=clock.now())
    with pytest.raises(RunNotPossible, match="paused"), database.transaction() as session:
        run_requests.run_source(session, "social", clock.now(), stream=None, from_start=False, by="tine")


def test_a_source_that_cannot_be_read_from_a_day_is_read_from_the_start(
    database: Database, catalogue: SourceCatalogue, clock: FixedClock
) -> None:
    add_connector(database, catalogue, SilentSource(maja.SOCIAL))
    with database.transaction() as session:
        is_since = run_requests.reread_source(
            session, catalogue.builder, "social", clock.now(), since=clock.now(), stream=None, by="tine"
        )
    assert not is_since


@given(gaps=st.lists(st.integers(1, 600), min_size=1, max_size=400))
def test_the_log_of_a_long_run_stays_short_and_misses_no_held_deletion(gaps: list[int]) -> None:
    started = datetime(2023, 9, 12, tzinfo=UTC)
    log, now = RunLog(started), started
    held = HeldDeletions(record_type="Sag", missing=1, known=2)
    for gap in gaps:
        now += timedelta(seconds=gap)
        log.add_batch(Batch(held=(held,)), {"read": 1}, now)
    lines = log.take()
    assert sum(line.event is RunEvent.HELD for line in lines) == len(gaps)
    assert sum(line.event is RunEvent.READ for line in lines) <= 20 + (now - started) / EVERY
    assert log.take() == ()
