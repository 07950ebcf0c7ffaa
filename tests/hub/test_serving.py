"""The overview from the index, vouched for by the store: never stale, and there when the index is not."""

import socket
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing
from uuid import UUID

import pytest

from hub.clock import FixedClock
from hub.course.repository import access_facts
from hub.db import Database
from hub.indexing.serving import OverviewReader, Served, ServedFrom
from hub.indexing.writer import build_documents
from hub.overview.service import read
from search.base import SearchUnavailable, StoredOverview
from search.postgres import PostgresIndex
from tests.access_town import TODAY, an_actor
from tests.factories import MAJA, make_effort, make_person, make_record
from tests.processing import process_records


def url_of(database: Database) -> str:
    return database.url.set(drivername="postgresql").render_as_string(hide_password=False)


@pytest.fixture
def reader(index: PostgresIndex) -> Iterator[OverviewReader]:
    with closing(OverviewReader(index)) as overview_reader:
        yield overview_reader


def processed(database: Database, clock: FixedClock, digest_key: bytes, version: int = 1) -> UUID:
    """Maja with one effort, as the source says it in that version; her key."""
    effort = make_record(fact=make_effort(f"Indsats {version}"), source_version=str(version), version_order=version)
    records = [make_person(MAJA), effort]
    (citizen_id,) = process_records(database, records, digest_key=digest_key, now=clock.now()).citizens
    return citizen_id


def indexed(database: Database, index: PostgresIndex, citizen_id: UUID, digest_key: bytes) -> None:
    with database.transaction() as session:
        overview = read(session, citizen_id)
        assert overview is not None
        index.put(build_documents(session, [overview.model_dump_json()], digest_key, TODAY))


def served(database: Database, reader: OverviewReader, citizen_id: UUID) -> Served:
    prefetched = reader.prefetch(citizen_id)
    with database.transaction() as session:
        overview = read(session, citizen_id)
        assert overview is not None
        facts = access_facts(session, an_actor(), citizen_id, TODAY)
        assert facts is not None
        result = reader.serve(session, facts, prefetched)
        assert result.overview == overview, "wherever it came from, it is what the store says now"
    return result


def test_a_document_of_the_stores_version_is_served(
    database: Database, index: PostgresIndex, reader: OverviewReader, clock: FixedClock, digest_key: bytes
) -> None:
    citizen_id = processed(database, clock, digest_key)
    assert served(database, reader, citizen_id).origin is ServedFrom.MISSING
    indexed(database, index, citizen_id, digest_key)
    assert served(database, reader, citizen_id).origin is ServedFrom.INDEX


def test_an_older_document_is_never_shown(
    database: Database, index: PostgresIndex, reader: OverviewReader, clock: FixedClock, digest_key: bytes
) -> None:
    citizen_id = processed(database, clock, digest_key)
    indexed(database, index, citizen_id, digest_key)
    processed(database, clock, digest_key, version=2)
    assert served(database, reader, citizen_id).origin is ServedFrom.STALE
    indexed(database, index, citizen_id, digest_key)
    assert served(database, reader, citizen_id).origin is ServedFrom.INDEX


def test_a_document_in_another_form_is_passed_over(
    database: Database, index: PostgresIndex, reader: OverviewReader, clock: FixedClock, digest_key: bytes
) -> None:
    citizen_id = processed(database, clock, digest_key)
    indexed(database, index, citizen_id, digest_key)
    with database.transaction() as session:
        overview = read(session, citizen_id)
        assert overview is not None
        (document,) = build_documents(session, [overview.model_dump_json()], digest_key, TODAY)
    index.delete(citizen_id, document.version)
    shadow = index.create_shadow_index()
    shadow.put([document.model_copy(update={"overview": '{"of": "an older release"}'})])
    shadow.promote()
    assert served(database, reader, citizen_id).origin is ServedFrom.UNREADABLE


def test_an_index_that_is_down_is_asked_again_only_after_a_while(
    database: Database, clock: FixedClock, digest_key: bytes
) -> None:
    citizen_id = processed(database, clock, digest_key)
    now = [0.0]
    nobody = PostgresIndex("postgresql://127.0.0.1:1/nobody", answer_within=0.2)
    with closing(nobody), closing(OverviewReader(nobody, ticks=lambda: now[0])) as reader:
        assert served(database, reader, citizen_id).origin is ServedFrom.DOWN
        assert reader.prefetch(citizen_id) is None
        assert served(database, reader, citizen_id).origin is ServedFrom.DOWN
        now[0] = 60.0
        assert reader.prefetch(citizen_id) is not None


def test_a_family_waits_once_for_an_index_that_does_not_answer(
    database: Database, clock: FixedClock, digest_key: bytes, reader: OverviewReader
) -> None:
    citizen_id = processed(database, clock, digest_key)
    silent, other = Future[StoredOverview | None](), Future[StoredOverview | None]()
    silent.set_exception(SearchUnavailable("no answer"))
    with database.transaction() as session:
        facts = access_facts(session, an_actor(), citizen_id, TODAY)
        assert facts is not None
        assert reader.serve(session, facts, silent).origin is ServedFrom.DOWN
        other.set_result(StoredOverview(version=facts.overview_version, document="{}"))
        assert reader.serve(session, facts, other).origin is ServedFrom.DOWN, "not waited for"


def test_an_index_that_hangs_does_not_hold_up_the_page(
    database: Database, clock: FixedClock, digest_key: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    citizen_id = processed(database, clock, digest_key)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        hanging = PostgresIndex(f"postgresql://127.0.0.1:{silent.getsockname()[1]}/silent", answer_within=3)
        with closing(OverviewReader(hanging)) as reader:
            assert served(database, reader, citizen_id).origin is ServedFrom.DOWN
    hanging.close()
    assert "overview.index_down" in caplog.text
    assert str(citizen_id) not in caplog.text
