"""What cannot be stored is kept in quarantine, and blocks nothing else."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import text

from hub.bus.base import RECORDS, Message
from hub.bus.postgres import PostgresBus
from hub.clock import FixedClock
from hub.collect.service import to_message
from hub.db import Database
from hub.errors import StoreUnavailable
from hub.pipeline import RoundResult, process_batch
from hub.quarantine.repository import list_groups
from hub.quarantine.rules import QuarantineEntry
from hub.quarantine.service import list_entries, list_not_processed
from hub.secrets import PayloadCipher, derived_keys
from schemas.record import RejectionRule
from tests.factories import MAJA, make_person, make_record, make_unstorable

SECOND = timedelta(seconds=1)
CIPHER = PayloadCipher(derived_keys(b"only-for-tests"))


def run(database: Database, bus: PostgresBus, clock: FixedClock, digest_key: bytes) -> RoundResult:
    with bus.consumer("pipeline", [RECORDS]) as consumer:
        return process_batch(
            database,
            consumer,
            digest_key=digest_key,
            cipher=CIPHER,
            clock=clock,
            limit=100,
            timeout=SECOND,
        )


def parked(database: Database, source: str = "social") -> tuple[QuarantineEntry, ...]:
    with database.transaction() as session:
        return list_entries(session, source)


def test_a_record_that_cannot_be_stored_is_in_quarantine_with_its_message(
    database: Database, bus: PostgresBus, clock: FixedClock, digest_key: bytes
) -> None:
    bad = to_message(make_unstorable(), digest_key)
    bus.publish(RECORDS, [to_message(make_person(MAJA), digest_key), bad])
    assert run(database, bus, clock, digest_key) == RoundResult(stored=1, parked=1, rebuilt=1)
    (entry,) = parked(database)
    assert (entry.record_type, entry.source_id, entry.field) == ("Ydelse", "2", "(record)")
    assert (entry.rule, entry.first_seen_at) == (RejectionRule.NOT_PROCESSED, clock.now())
    with database.transaction() as session:
        assert list_not_processed(session, "social", cipher=CIPHER, after=0, size=9) == (
            (entry.id, make_unstorable().model_dump_json().encode()),
        )
    assert bus.lag("pipeline", RECORDS) == 0


def test_a_message_that_is_no_record_is_in_quarantine_under_the_source_in_its_headers(
    database: Database, bus: PostgresBus, clock: FixedClock, digest_key: bytes
) -> None:
    good = to_message(make_record(), digest_key)
    bus.publish(RECORDS, [Message(key="k", value=b'{"source": 1}', headers=good.headers)])
    bus.publish(RECORDS, [Message(key="k", value=b"\xff\x00", headers={})])
    assert run(database, bus, clock, digest_key) == RoundResult(parked=2)
    (entry,) = parked(database)
    assert (entry.record_type, entry.source_id, entry.field) == ("Ydelse", None, "source")
    (nameless,) = parked(database, "(unknown)")
    assert (nameless.record_type, nameless.field) == ("(unknown)", "(message)")


def test_what_poisons_the_record_does_not_poison_its_row(
    database: Database, bus: PostgresBus, clock: FixedClock, digest_key: bytes
) -> None:
    number = MAJA.value
    field = Message(key="k", value=f'{{"{number}\\u0000": 1}}'.encode())
    bus.publish(RECORDS, [to_message(make_unstorable(number), digest_key), field])
    assert run(database, bus, clock, digest_key) == RoundResult(parked=2)
    (entry,) = parked(database)
    assert entry.source_id == "••••••-••••"
    with database.transaction() as session:
        (group,) = list_groups(session, "(unknown)")
    assert number not in group.field


def test_a_value_too_long_for_the_store_is_no_reason_to_try_for_ever(
    database: Database, bus: PostgresBus, clock: FixedClock, digest_key: bytes
) -> None:
    # PostgreSQL reports an index row that is too long as an operational error, like a lost connection.
    version = random.Random(1).randbytes(9000).hex()  # noqa: S311  only has to resist compression
    bus.publish(RECORDS, [to_message(make_record().model_copy(update={"source_version": version}), digest_key)])
    assert run(database, bus, clock, digest_key) == RoundResult(parked=1)
    assert len(parked(database)) == 1


def test_what_comes_again_is_one_row_that_counts(
    database: Database, bus: PostgresBus, clock: FixedClock, digest_key: bytes
) -> None:
    for _ in range(2):
        bus.publish(RECORDS, [to_message(make_unstorable(), digest_key)])
        run(database, bus, clock, digest_key)
    assert [one.seen for one in parked(database)] == [2]


def test_the_offset_stays_when_parking_fails(
    database: Database, bus: PostgresBus, clock: FixedClock, digest_key: bytes
) -> None:
    bus.publish(RECORDS, [to_message(make_unstorable(), digest_key)])
    ends_the_session = """
        CREATE FUNCTION end_session() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN new; END $$;
        CREATE TRIGGER end_session BEFORE INSERT ON quarantine_entries FOR EACH ROW EXECUTE FUNCTION end_session();
    """
    with database.transaction() as session:
        session.execute(text(ends_the_session))
    with pytest.raises(StoreUnavailable):
        run(database, bus, clock, digest_key)
    assert bus.lag("pipeline", RECORDS) == 1
    with database.transaction() as session:
        session.execute(text("DROP TRIGGER end_session ON quarantine_entries"))
    assert run(database, bus, clock, digest_key) == RoundResult(parked=1)
