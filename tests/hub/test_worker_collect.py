"""A running worker follows its sources: added, paused, released, and shared with other workers."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread, current_thread

import pytest
from sqlalchemy import text

from connectors.base import Batch, HeldDeletions, ReadContext
from hub.bus.base import RECORDS
from hub.clock import FixedClock, ShiftedClock
from hub.context import AppContext
from hub.db import Database
from hub.pipeline import PIPELINE_GROUP
from hub.sources import catalogue, lease_repository, repository, service
from hub.sources.definitions import SourceDefinition
from hub.sources.health import RunOutcome
from hub.sources.held_repository import list_held
from hub.sources.stream_repository import runs
from hub.worker import collecting
from schemas.record import Cursor
from tests.factories import make_record
from tests.hub.test_source_leases import STREAMS, PagedSource
from tests.hub.test_worker import in_store, make_parts, until, working
from tests.sources import GivenConnector, SilentSource, add_connectors, leased
from tests.web import maja

LONG = timedelta(hours=1)
WHY = "Systemejeren siger, at de er slettet"


@pytest.fixture
def context(database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppContext]:
    monkeypatch.setattr(lease_repository, "RENEW_EVERY", timedelta(milliseconds=50))
    monkeypatch.setattr(collecting, "POLL", timedelta(milliseconds=50))
    made = make_parts(database, ShiftedClock(clock.now()))
    yield made
    made.close()


def outcomes(database: Database) -> list[RunOutcome]:
    with database.transaction() as session:
        return [run.outcome for run in runs(session, "social", 100)]


def endless(began: Event) -> Callable[[ReadContext], Iterator[Batch]]:
    def pages(context: ReadContext) -> Iterator[Batch]:
        while not context.should_stop():
            yield Batch(cursor=Cursor(state={"at": 1}))
            began.set()

    return pages


def test_a_source_that_is_added_is_read_at_once_and_its_area_is_known(context: AppContext, database: Database) -> None:
    source = PagedSource(lambda _: iter([Batch(records=(make_record(),))]))
    with working(context):
        until(lambda: context.bus.lag(PIPELINE_GROUP, RECORDS) == 0)
        add_connectors(context, {"social": source}, LONG)
        until(lambda: in_store(database))
    with database.transaction() as session:
        sections = session.scalar(text("SELECT document -> 'sections' FROM overviews"))
    assert [section["area"] for section in sections if section["entries"]] == ["social"]


def test_a_pause_ends_the_run_under_way_and_resuming_begins_one_at_once(
    context: AppContext, database: Database
) -> None:
    began = Event()
    add_connectors(context, {"social": PagedSource(endless(began))}, LONG)
    with working(context):
        until(began.is_set)
        with database.transaction() as session:
            repository.pause(session, "social", paused_by="tine", reason="Opdateres", now=context.clock.now())
        until(lambda: outcomes(database) == [RunOutcome.STOPPED])
        began.clear()
        with database.transaction() as session:
            service.resume_source(session, "social", context.clock.now(), by="test")
        until(began.is_set)


def test_a_release_is_carried_out_within_seconds(context: AppContext, database: Database) -> None:
    def shrunk(given: ReadContext) -> Iterator[Batch]:
        held = HeldDeletions(record_type="Sag", missing=9, known=9)
        yield Batch(held=() if given.releases.get("Sag") == held.missing else (held,))

    add_connectors(context, {"social": PagedSource(shrunk)}, LONG)
    with working(context):
        until(lambda: outcomes(database) == [RunOutcome.HELD])
        with database.transaction() as session:
            service.release_deletions(session, "social", ["Sag"], by="tine", reason=WHY, now=context.clock.now())
        until(lambda: outcomes(database) == [RunOutcome.COMPLETE, RunOutcome.HELD])
    with database.transaction() as session:
        assert list_held(session) == ()


def test_a_run_reads_the_source_as_it_was_changed_a_moment_ago(
    context: AppContext, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change makes its streams due at once, and a run with the settings of before would be the last for hours."""
    monkeypatch.setattr(catalogue, "CHECK_EVERY", 3600.0)
    add_connectors(context, {"social": PagedSource(lambda _: iter([Batch()]))}, LONG)
    believed = context.catalogue.get("social").version
    with database.transaction() as session:
        change = service.SourceChange(title="Social, med en anden nøgle")
        service.change_source(session, context.catalogue.builder, "social", change, by="tine")
    assert context.catalogue.get("social").version == believed
    collecting.collect_stream(context, leased(database, "social"), should_stop=lambda: False)
    assert context.catalogue.get("social").version > believed
    assert outcomes(database) == [RunOutcome.COMPLETE]


def test_two_workers_share_the_streams_and_read_each_once(context: AppContext, database: Database) -> None:
    source = PagedSource(lambda _: iter([Batch(cursor=Cursor(state={"at": 1}))]), STREAMS)
    add_connectors(context, {"social": source}, LONG)
    with working(context, workers=2):
        until(lambda: len(outcomes(database)) >= len(STREAMS))
    assert outcomes(database) == [RunOutcome.COMPLETE] * len(STREAMS)


def test_a_source_whose_settings_do_not_fit_says_so_on_its_page(context: AppContext, database: Database) -> None:
    add_connectors(context, {"social": SilentSource(maja.SOCIAL)}, LONG)
    del context.catalogue.builder.kinds["test_social"]
    with working(context):
        until(lambda: outcomes(database) == [RunOutcome.REFUSED])
    with database.transaction() as session:
        (run,) = runs(session, "social")
    assert run.advice == "source_settings_wrong"
    assert "kind 'test_social' is not one of" in (run.message or "")


def test_a_run_that_does_not_end_loses_its_lease_and_the_worker_ends(
    context: AppContext, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collecting, "END_WITHIN", timedelta(milliseconds=100))
    is_stuck, goes_on = Event(), Event()
    left_behind: list[Thread] = []

    def stuck(_: ReadContext) -> Iterator[Batch]:
        left_behind.append(current_thread())
        is_stuck.set()
        goes_on.wait(60)
        yield Batch(cursor=Cursor(state={"at": 1}))

    add_connectors(context, {"social": PagedSource(stuck)}, LONG)
    with working(context):
        until(is_stuck.is_set)
    with database.transaction() as session:
        lease = lease_repository.take_lease(session, "social", owner="other")
    assert lease, "another worker need not wait"
    goes_on.set()
    for thread in left_behind:
        thread.join()  # a worker's process ends and takes it along; here it would keep its connection
    assert outcomes(database) == []


def test_a_worker_follows_its_file_while_it_reads_what_the_file_defines(
    database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """An entry is changed, taken out, taken over by a command, and put back."""
    monkeypatch.setattr(lease_repository, "RENEW_EVERY", timedelta(milliseconds=50))
    monkeypatch.setattr(collecting, "POLL", timedelta(milliseconds=50))
    monkeypatch.setattr("hub.sources.catalogue.RETRY_REJECTED_FILE", 0.05)
    file = tmp_path / "sources.toml"
    entry = '[social]\nconnector = "test_social"\ntitle = "Først"\n'
    file.write_text(entry, encoding="utf-8")
    context = make_parts(database, ShiftedClock(clock.now()), sources_file=file)
    began = Event()
    context.catalogue.builder.kinds["test_social"] = GivenConnector(PagedSource(endless(began)))

    def title() -> list[str]:
        return [system.title for system in context.catalogue.systems()]

    def stopped() -> int:
        return outcomes(database).count(RunOutcome.STOPPED)

    with working(context):
        until(began.is_set)
        began.clear()
        file.write_text(entry.replace("Først", "Så meget nyere"), encoding="utf-8")
        until(lambda: stopped() == 1 and title() == ["Så meget nyere"])
        until(began.is_set)
        file.write_text("", encoding="utf-8")
        until(lambda: stopped() == 2 and title() == [])
        began.clear()
        own = SourceDefinition(name="social", kind="test_social", title="Fra kommandoen")
        with database.transaction() as session:
            service.add_source(session, context.catalogue.builder, own, secrets={}, by="tine")
        until(began.is_set)
        file.write_text(entry, encoding="utf-8")
        with database.transaction() as session:
            service.change_source(
                session, context.catalogue.builder, "social", service.SourceChange(title="Endnu"), by="tine"
            )
        until(lambda: stopped() == 3 and title() == ["Endnu"])
        with database.transaction() as session:
            service.remove_source(session, context.catalogue.builder, "social", by="tine")
        until(lambda: title() == ["Først"])
        began.clear()
        until(began.is_set)
    context.close()
