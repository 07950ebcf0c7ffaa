"""At most one run of a stream; whoever lost the lease saves nothing; who holds it is told."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event, Thread

import pytest
from sqlalchemy import text

from connectors.base import Batch, HeldDeletions, ReadContext
from hub.bus.base import RECORDS
from hub.bus.postgres import PostgresBus
from hub.clock import FixedClock
from hub.collect.service import RunServices, collect, take_stream
from hub.db import Database
from hub.errors import LeaseLost
from hub.quarantine.rules import RejectLimits
from hub.secrets import PayloadCipher
from hub.sources import lease_repository, repository, service
from hub.sources.catalogue import SourceCatalogue
from hub.sources.definitions import StreamLease
from hub.sources.health import RunOutcome, RunSummary
from hub.sources.held_repository import list_held
from hub.sources.lease_repository import lease_holder
from hub.sources.stream_repository import list_streams, make_due, runs
from schemas.record import Cursor
from tests.hub.test_worker import until
from tests.sources import SilentSource, add_connector, leased, make_catalogue
from tests.web import maja

PATIENCE = 90.0
STREAMS = ("a", "b", "c")


class PagedSource(SilentSource):
    """Gives the pages that it is made with, of any stream, and notes what it was asked for."""

    def __init__(self, pages: Callable[[ReadContext], Iterator[Batch]], streams: tuple[str, ...] = ("all",)) -> None:
        super().__init__(maja.SOCIAL, streams)
        self._pages = pages

    def read(self, stream: str, cursor: Cursor, context: ReadContext) -> Iterator[Batch]:  # noqa: ARG002
        return self._pages(context)


@pytest.fixture
def catalogue(database: Database, clock: FixedClock) -> SourceCatalogue:
    return make_catalogue(database, clock)


@pytest.fixture
def read(
    database: Database, clock: FixedClock, digest_key: bytes, cipher: PayloadCipher, limits: RejectLimits
) -> Iterator[Callable[..., RunSummary]]:
    bus = PostgresBus(database.url)
    bus.create({RECORDS: 1})
    services = RunServices(bus=bus, database=database, clock=clock, digest_key=digest_key, cipher=cipher, limits=limits)

    def run(connector: PagedSource, lease: StreamLease) -> RunSummary:
        return collect(lambda: connector, lease, services)

    yield run
    bus.close()


def expire(database: Database) -> None:
    with database.transaction() as session:
        session.execute(text("UPDATE source_streams SET lease_until = now() - interval '1 second'"))


def cursor_of(database: Database) -> dict[str, int]:
    with database.transaction() as session:
        cursor: dict[str, int] = session.scalar(text("SELECT cursor FROM source_streams"))
        return cursor


def test_a_run_that_stalled_and_lost_its_lease_saves_nothing(
    database: Database,
    catalogue: SourceCatalogue,
    read: Callable[..., RunSummary],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lease_repository, "RENEW_EVERY", timedelta(minutes=5))  # what stalls gives no sign of life
    is_stalled, goes_on = Event(), Event()
    held = HeldDeletions(record_type="Sag", missing=9, known=9)

    def stalls(_: ReadContext) -> Iterator[Batch]:
        yield Batch(cursor=Cursor(state={"at": 1}))
        is_stalled.set()
        assert goes_on.wait(PATIENCE)
        yield Batch(cursor=Cursor(state={"at": 2}), held=(held,))

    slow = PagedSource(stalls)
    add_connector(database, catalogue, slow)
    ended: list[RunSummary] = []
    stalled = leased(database, "social")
    thread = Thread(target=lambda: ended.append(read(slow, stalled)))
    thread.start()
    assert is_stalled.wait(PATIENCE)
    assert take_stream(database, "social", owner="other") is None
    expire(database)
    fast = PagedSource(lambda _: iter([Batch(cursor=Cursor(state={"at": 7}))]))
    assert read(fast, leased(database, "social")).outcome is RunOutcome.COMPLETE
    goes_on.set()
    thread.join(PATIENCE)
    assert (ended[0].outcome, ended[0].message) == (RunOutcome.STOPPED, "another process reads the stream by now")
    assert cursor_of(database) == {"at": 7}
    with database.transaction() as session:
        told = {run.outcome: run.advice for run in runs(session, "social")}
        assert told == {RunOutcome.COMPLETE: None, RunOutcome.STOPPED: "worker_gone"}, "what it read is kept as history"
        assert list_held(session) == ()


def test_a_stream_has_one_reader_however_many_ask(database: Database, catalogue: SourceCatalogue) -> None:
    add_connector(database, catalogue, SilentSource(maja.SOCIAL, STREAMS))
    with ThreadPoolExecutor(8) as pool:
        leases = [
            lease for lease in pool.map(lambda n: take_stream(database, "social", owner=str(n)), range(16)) if lease
        ]
    assert sorted(lease.stream for lease in leases) == list(STREAMS)
    assert len({lease.fence for lease in leases}) == len(STREAMS)
    with database.transaction() as session:
        holder = lease_holder(session, "social", "b")
    assert holder
    assert holder[1] == next(lease.owner for lease in leases if lease.stream == "b")


def test_what_is_renewed_is_not_lost_and_what_is_not_is(database: Database, catalogue: SourceCatalogue) -> None:
    add_connector(database, catalogue, SilentSource(maja.SOCIAL))
    lease = leased(database, "social")
    expire(database)
    with database.transaction() as session:
        assert lease_repository.renew_lease(session, lease)
    assert take_stream(database, "social", owner="other") is None
    expire(database)
    assert take_stream(database, "social", owner="other")
    with pytest.raises(LeaseLost), database.transaction() as session:
        lease_repository.renew_lease(session, lease)


@pytest.mark.parametrize("act", ["pause", "remove", "change"])
def test_a_run_ends_in_order_when_its_source_is_paused_removed_or_changed(
    database: Database,
    catalogue: SourceCatalogue,
    read: Callable[..., RunSummary],
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
    act: str,
) -> None:
    monkeypatch.setattr(lease_repository, "RENEW_EVERY", timedelta(milliseconds=20))
    began = Event()

    def endless(context: ReadContext) -> Iterator[Batch]:
        page = 0
        while not context.should_stop():
            page += 1
            yield Batch(cursor=Cursor(state={"page": page}))
            began.set()

    source = PagedSource(endless)
    add_connector(database, catalogue, source)
    ended: list[RunSummary] = []
    lease = leased(database, "social")
    thread = Thread(target=lambda: ended.append(read(source, lease)))
    thread.start()
    assert began.wait(PATIENCE)
    with database.transaction() as session:
        if act == "pause":
            repository.pause(session, "social", paused_by="tine.skov", reason="Opdateres", now=clock.now())
        elif act == "remove":
            service.remove_source(session, catalogue.builder, "social", by="tine.skov")
        else:
            service.change_source(session, catalogue.builder, "social", service.SourceChange(title="Ny"), by="tine")
    thread.join(PATIENCE)
    assert ended[0].outcome is RunOutcome.STOPPED
    assert cursor_of(database)["page"] >= 1
    with database.transaction() as session:
        assert [run.outcome for run in runs(session, "social")] == [RunOutcome.STOPPED]
        assert lease_holder(session, "social") is None


def test_what_was_asked_for_during_a_run_is_done_after_it(
    database: Database, catalogue: SourceCatalogue, read: Callable[..., RunSummary], clock: FixedClock
) -> None:
    source = PagedSource(lambda _: iter(()))
    add_connector(database, catalogue, source)
    lease = leased(database, "social")
    soon = clock.now() + timedelta(seconds=1)
    with database.transaction() as session:
        make_due(session, "social", soon)
    read(source, lease)
    with database.transaction() as session:
        assert [stream.due_at for stream in list_streams(session, "social")] == [soon]
    clock.move(timedelta(seconds=1))
    read(source, leased(database, "social"))
    with database.transaction() as session:
        assert [stream.due_at for stream in list_streams(session, "social")] == [clock.now() + timedelta(minutes=15)]


def test_the_fault_of_one_stream_is_not_that_of_another(
    database: Database, catalogue: SourceCatalogue, read: Callable[..., RunSummary]
) -> None:
    def breaks(_: ReadContext) -> Iterator[Batch]:
        raise RuntimeError

    add_connector(database, catalogue, SilentSource(maja.SOCIAL, STREAMS))
    first = read(PagedSource(breaks), leased(database, "social", "a"))
    second = read(PagedSource(lambda _: iter(())), leased(database, "social", "b"))
    assert (first.outcome, second.outcome) == (RunOutcome.FAILED, RunOutcome.COMPLETE)


def test_a_due_stream_is_taken_in_its_turn_and_one_that_is_not_due_is_left(
    database: Database, catalogue: SourceCatalogue, clock: FixedClock
) -> None:
    add_connector(database, catalogue, SilentSource(maja.SOCIAL, STREAMS))
    with database.transaction() as session:
        make_due(session, "social", clock.now() - timedelta(hours=1), "c")
        make_due(session, "social", clock.now() + timedelta(hours=1), "a")
    taken = [take_stream(database, "social", owner="me", due_by=clock.now()) for _ in range(3)]
    assert [lease and lease.stream for lease in taken] == ["c", "b", None]


def test_a_worker_takes_over_what_a_dead_one_left(database: Database, catalogue: SourceCatalogue) -> None:
    add_connector(database, catalogue, SilentSource(maja.SOCIAL))
    leased(database, "social")
    with database.transaction() as session:
        session.execute(text("UPDATE source_streams SET lease_until = now() + interval '200 milliseconds'"))
    until(lambda: take_stream(database, "social", owner="other"))
