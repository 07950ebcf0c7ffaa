"""From a change on the bus to the search index, with the real index."""

import logging
from uuid import UUID

import pytest
from sqlalchemy import text

from hub.bus.base import OVERVIEWS, Delivered, Message
from hub.clock import FixedClock
from hub.db import Database
from hub.indexing.outbox import OverviewChanged
from hub.indexing.writer import WriteResult, index_changes
from hub.overview.service import read
from schemas.overview import HeaderNumbers, Overview
from schemas.record import SourceRecord
from search.base import PutResult, SearchUnavailable
from search.postgres import PostgresIndex
from tests.factories import MAJA, make_person, make_record
from tests.processing import process_records


def processed(database: Database, clock: FixedClock, digest_key: bytes, *records: SourceRecord) -> None:
    process_records(database, records, digest_key=digest_key, now=clock.now())


def take_outbox(database: Database) -> list[Delivered]:
    with database.transaction() as session:
        rows = session.execute(text("DELETE FROM overview_outbox RETURNING citizen_id, version, removed")).all()
    changes = [OverviewChanged(citizen_id=row.citizen_id, version=row.version, removed=row.removed) for row in rows]
    return [message_of(change.model_dump_json().encode()) for change in changes]


def message_of(value: bytes) -> Delivered:
    return Delivered(topic=OVERVIEWS, partition=0, offset=0, message=Message(key="k", value=value))


def indexed(
    database: Database, index: PostgresIndex, delivered: list[Delivered], digest_key: bytes, clock: FixedClock
) -> WriteResult:
    return index_changes(database, index, delivered, digest_key=digest_key, clock=clock)


def test_a_change_reaches_the_index_once(
    database: Database, index: PostgresIndex, clock: FixedClock, digest_key: bytes
) -> None:
    processed(database, clock, digest_key, make_person(MAJA), make_record())
    delivered = take_outbox(database)
    assert indexed(database, index, delivered, digest_key, clock) == WriteResult(written=1)
    assert indexed(database, index, delivered, digest_key, clock) == WriteResult(already_newer=1)
    ((citizen_id, version),) = index.versions().items()
    document = index.get(citizen_id)
    assert document is not None
    assert (document.name, document.version, version) == ("Maja Testborger", 1, 1)
    assert document.sources == ("social",)
    with database.transaction() as session:
        overview = read(session, citizen_id)
    assert overview is not None
    numbers = HeaderNumbers(identifiers=overview.header.identifiers, replaces=overview.header.person.replaces)
    assert Overview.model_validate_json(document.overview).with_numbers(numbers) == overview
    assert MAJA.value not in document.model_dump_json()


def test_a_removed_citizen_leaves_the_index(
    database: Database, index: PostgresIndex, clock: FixedClock, digest_key: bytes
) -> None:
    processed(database, clock, digest_key, make_record(source_version="1", version_order=1))
    first = take_outbox(database)
    indexed(database, index, first, digest_key, clock)
    processed(database, clock, digest_key, make_record(deleted=True, source_version="2", version_order=2))
    assert indexed(database, index, take_outbox(database), digest_key, clock) == WriteResult(deleted=1)
    indexed(database, index, first, digest_key, clock)
    assert index.versions() == {}


@pytest.mark.parametrize("value", [b"{}", b"", b"\xff\x00"])
def test_what_is_no_change_is_logged_and_passed_by(
    database: Database,
    index: PostgresIndex,
    clock: FixedClock,
    digest_key: bytes,
    value: bytes,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.ERROR, "hub.indexing"):
        assert indexed(database, index, [message_of(value)], digest_key, clock) == WriteResult(unreadable=1)
    (line,) = [record for record in caplog.records if record.message == "index.unreadable"]
    assert vars(line)["fields"].keys() == {"topic", "partition", "offset"}


def test_a_document_that_failed_is_not_counted_as_done(
    database: Database, index: PostgresIndex, clock: FixedClock, digest_key: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    processed(database, clock, digest_key, make_record())
    monkeypatch.setattr(index, "put", lambda _: PutResult(failed=((UUID(int=1), "full"),)))
    with pytest.raises(SearchUnavailable):
        indexed(database, index, take_outbox(database), digest_key, clock)


def test_a_document_the_index_never_takes_holds_up_nobody(
    database: Database,
    index: PostgresIndex,
    clock: FixedClock,
    digest_key: bytes,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    processed(database, clock, digest_key, make_record())
    monkeypatch.setattr(index, "put", lambda _: PutResult(refused=((UUID(int=1), "400 too many context"),)))
    assert indexed(database, index, take_outbox(database), digest_key, clock) == WriteResult(refused=1)
    assert "index.refused" in caplog.text
