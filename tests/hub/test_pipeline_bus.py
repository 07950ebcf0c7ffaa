"""The pipeline between two topics: from the bus, and back to it, with the real bus."""

import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import text

from hub.bus.base import OVERVIEWS, RECORDS, BusUnavailable, Message
from hub.bus.postgres import PostgresBus
from hub.clock import FixedClock
from hub.db import Database
from hub.indexing.outbox import OverviewChanged, publish_outbox
from hub.pipeline import RoundResult, process_batch
from hub.secrets import PayloadCipher, derived_keys
from schemas.record import SourceRecord
from tests.factories import IDA, MAJA, make_person, make_record, make_unstorable

SECOND = timedelta(seconds=1)


@pytest.fixture
def unreachable(database: Database) -> Iterator[PostgresBus]:
    bus = PostgresBus(database.url.set(database="nobody_here"))
    yield bus
    bus.close()


def put(bus: PostgresBus, *records: SourceRecord | bytes) -> None:
    values = [record if isinstance(record, bytes) else record.model_dump_json().encode() for record in records]
    bus.publish(RECORDS, [Message(key="k", value=value) for value in values])


def run(database: Database, bus: PostgresBus, clock: FixedClock, digest_key: bytes) -> RoundResult:
    with bus.consumer("pipeline", [RECORDS]) as consumer:
        return process_batch(
            database,
            consumer,
            digest_key=digest_key,
            cipher=PayloadCipher(derived_keys(digest_key)),
            clock=clock,
            limit=100,
            timeout=SECOND,
        )


def overviews(database: Database) -> int:
    with database.transaction() as session:
        return session.scalar(text("SELECT count(*) FROM overviews")) or 0


def test_a_batch_is_stored_and_committed(
    database: Database, bus: PostgresBus, clock: FixedClock, digest_key: bytes
) -> None:
    put(bus, make_person(MAJA), make_record())
    assert run(database, bus, clock, digest_key) == RoundResult(stored=2, rebuilt=1)
    assert (overviews(database), bus.lag("pipeline", RECORDS)) == (1, 0)


def test_what_cannot_be_read_or_kept_holds_up_nobody_and_is_logged_without_its_values(
    database: Database, bus: PostgresBus, clock: FixedClock, digest_key: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    # PostgreSQL's text cannot hold a NUL, so this one is a fine record that no store can take.
    poisoned = make_unstorable(title=f"{IDA.value}\x00")
    put(bus, make_person(MAJA), f'{{"source": "{IDA.value}"}}'.encode(), poisoned, make_record(source_id="3"))
    with caplog.at_level(logging.INFO):
        assert run(database, bus, clock, digest_key) == RoundResult(stored=2, parked=2, rebuilt=1)
    assert (overviews(database), bus.lag("pipeline", RECORDS)) == (1, 0)
    assert IDA.value not in "".join(f"{record.getMessage()} {vars(record)}" for record in caplog.records)


def test_changes_go_to_the_bus_once_they_are_committed(
    database: Database, bus: PostgresBus, clock: FixedClock, digest_key: bytes
) -> None:
    put(bus, make_person(MAJA), make_record())
    run(database, bus, clock, digest_key)
    with database.transaction() as session:
        assert publish_outbox(session, bus) == 1
    with database.transaction() as session:
        assert publish_outbox(session, bus) == 0
    with bus.consumer("indexer", [OVERVIEWS]) as consumer:
        (delivered,) = consumer.poll(limit=10, timeout=SECOND)
    change = OverviewChanged.model_validate_json(delivered.message.value)
    assert (change.version, change.removed) == (1, False)
    assert delivered.message.headers["ce_type"] == "dk.helhed.overview.changed.v1"
    assert delivered.message.headers["ce_subject"] == str(change.citizen_id) == delivered.message.key


def test_what_the_bus_did_not_take_is_published_later(
    database: Database, bus: PostgresBus, unreachable: PostgresBus, clock: FixedClock, digest_key: bytes
) -> None:
    put(bus, make_person(MAJA))
    run(database, bus, clock, digest_key)
    with pytest.raises(BusUnavailable), database.transaction() as session:
        publish_outbox(session, unreachable)
    with database.transaction() as session:
        assert publish_outbox(session, bus) == 1


def test_a_crash_after_publishing_publishes_it_again(
    database: Database, bus: PostgresBus, clock: FixedClock, digest_key: bytes
) -> None:
    put(bus, make_person(MAJA))
    run(database, bus, clock, digest_key)
    with pytest.raises(KeyboardInterrupt), database.transaction() as session:
        publish_outbox(session, bus)
        raise KeyboardInterrupt
    with database.transaction() as session:
        assert publish_outbox(session, bus) == 1
    assert bus.lag("indexer", OVERVIEWS) == 2
