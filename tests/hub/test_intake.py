"""Intake on a real database: one place for every statement, whatever order it came in."""

from datetime import datetime, timedelta
from itertools import chain
from random import Random
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.clock import FixedClock
from hub.db import Database
from hub.intake.repository import StoredRecord, records_by_id
from hub.intake.service import Received, receive
from schemas.record import SourceRecord
from tests.emptying import empty
from tests.factories import OBSERVED_AT, REGISTERED_AT, make_effort, make_record
from tests.processing import RECORD_TABLES, process_records

HOUR = timedelta(hours=1)

IDS_OF = text("""
    SELECT id FROM records
    WHERE entity_id IN (SELECT entity_id FROM records WHERE id = :id)
      AND CASE WHEN cast(:as_known AS timestamptz) IS NULL THEN is_current
               ELSE registered_at <= :as_known AND (registered_to IS NULL OR :as_known < registered_to) END
""")


def records_of(session: Session, record_id: UUID, as_known: datetime | None = None) -> tuple[StoredRecord, ...]:
    """What the source says of the record's entity now, or said at *as_known*."""
    return records_by_id(session, session.scalars(IDS_OF, {"id": record_id, "as_known": as_known}))


def take(database: Database, clock: FixedClock, *records: SourceRecord) -> Received:
    with database.transaction() as session:
        return receive(session, records, now=clock.now())


def content(database: Database) -> list[tuple[object, ...]]:
    """All that is stored, without our own random keys."""
    with database.transaction() as session:
        rows = session.execute(
            text(
                "SELECT source, record_type, source_id, version_key, digest, registered_at, registered_to,"
                " stated_at, first_observed_at, observed_at, deleted, is_concluded, is_current, flag"
                " FROM records JOIN record_entities e ON e.id = entity_id ORDER BY 1, 2, 3, 4, 5"
            )
        )
        return [tuple(row) for row in rows]


def version(number: int, *, deleted: bool = False, source_id: str = "1") -> SourceRecord:
    return make_record(
        fact=None if deleted else make_effort(f"Version {number}"),
        source_id=source_id,
        source_version=str(number),
        version_order=number,
        registered_at=REGISTERED_AT + number * HOUR,
        deleted=deleted,
    )


def stated(title: str, hours: int) -> SourceRecord:
    return make_record(fact=make_effort(title), registered_at=REGISTERED_AT + hours * HOUR)


def seen(number: int, hours: int, source_id: str = "7") -> SourceRecord:
    """A version as it was read so many hours after our first reading."""
    record = version(number, source_id=source_id)
    times = {"observed_at": record.observed_at + hours * HOUR}
    if source_id == "d":
        times |= {"registered_at": REGISTERED_AT + hours * 10 * HOUR}
    return SourceRecord.model_validate({**record.model_dump(exclude={"digest"}), **times})


def gone(hours: int, source_id: str = "7") -> SourceRecord:
    """The conclusion, so many hours after our first reading, that it is gone."""
    at = OBSERVED_AT + hours * HOUR
    return make_record(
        deleted=True, deleted_reason="missing_in_id_list", source_id=source_id, registered_at=at, observed_at=at
    )


def standing_title(database: Database, received: Received, hours: int | None = None) -> str | None:
    with database.transaction() as session:
        as_known = None if hours is None else REGISTERED_AT + hours * HOUR
        records = records_of(session, received.new[0].id, as_known)
    return records[0].record.fact.title if records and records[0].record.fact else None  # type: ignore[union-attr]  # all are efforts


def test_a_record_comes_back_as_it_came(database: Database, clock: FixedClock) -> None:
    record = version(3)
    received = take(database, clock, record)
    with database.transaction() as session:
        assert records_of(session, received.new[0].id) == received.new
    assert received.new[0].record == record


def test_a_replay_changes_nothing(database: Database, clock: FixedClock) -> None:
    take(database, clock, version(1), version(2))
    before = content(database)
    again = take(database, clock, version(2), version(1), version(2))
    assert (again.new, again.known, again.outdated) == ((), 3, 0)
    assert content(database) == before


def test_an_older_version_becomes_history_and_never_current(database: Database, clock: FixedClock) -> None:
    newest = take(database, clock, version(2))
    late = take(database, clock, version(1))
    assert (len(late.new), late.outdated) == (1, 1)
    assert standing_title(database, newest) == "Version 2"
    assert standing_title(database, newest, hours=1) == "Version 1"


def test_a_late_create_stays_deleted_and_only_a_newer_version_revives(database: Database, clock: FixedClock) -> None:
    first = take(database, clock, version(2, deleted=True))
    take(database, clock, version(1), version(2))
    assert standing_title(database, first) is None
    take(database, clock, version(3))
    assert standing_title(database, first) == "Version 3"


def test_a_source_without_versions_may_say_again_what_it_said_before(database: Database, clock: FixedClock) -> None:
    first = take(database, clock, stated("Aktiv", 1))
    take(database, clock, stated("Pause", 3))
    take(database, clock, stated("Aktiv", 5))
    assert standing_title(database, first) == "Aktiv"
    assert [standing_title(database, first, hours) for hours in (2, 4, 6)] == ["Aktiv", "Pause", "Aktiv"]


def test_a_mended_translation_of_the_same_version_wins(database: Database, clock: FixedClock) -> None:
    wrong = make_record(fact=make_effort("Forkert"), source_version="7")
    mended = make_record(
        fact=make_effort("Rigtig"),
        source_version="7",
        observed_at=wrong.observed_at + HOUR,
        registered_at=REGISTERED_AT,
    )
    received = take(database, clock, mended)
    take(database, clock, wrong)
    assert standing_title(database, received) == "Rigtig"


@pytest.mark.parametrize("seed", range(4))
def test_what_is_stored_does_not_depend_on_order_batches_or_duplicates(
    database: Database, clock: FixedClock, seed: int
) -> None:
    records = [version(number, source_id=own) for number in range(1, 5) for own in "abc"]
    records += [version(3, deleted=True, source_id="b"), version(4, deleted=True, source_id="c")]
    records += [stated(title, hours) for hours, title in enumerate(["Aktiv", "Aktiv", "Pause", "Aktiv"])]
    records += [stated("Fremtid", 10**6), *(seen(2, hours) for hours in (1, 5)), gone(3)]
    records += [seen(number, hours, source_id=own) for number, hours, own in [(9, 1, "d"), (1, 7, "d"), (2, 8, "d")]]
    records += [gone(hours, source_id="d") for hours in (6, 9)]
    take(database, clock, *records)
    expected = content(database)
    with database.transaction() as session:
        empty(session, *RECORD_TABLES)

    shuffle = Random(seed)  # noqa: S311 - a seeded order, no secret
    result = records + shuffle.sample(records, 6)
    shuffle.shuffle(result)
    cuts = sorted(shuffle.sample(range(len(result)), 4))
    batches = [result[start:end] for start, end in zip([0, *cuts], [*cuts, None], strict=True)]
    assert list(chain.from_iterable(batches)) == result
    for batch in batches:
        take(database, clock, *batch)
    assert content(database) == expected


def test_a_reading_that_makes_a_stored_version_current_again_is_handed_on(
    database: Database, clock: FixedClock
) -> None:
    def read(title: str, hours: int) -> SourceRecord:
        observed_at = REGISTERED_AT + hours * HOUR
        return make_record(fact=make_effort(title), source_version="7", observed_at=observed_at)

    first = take(database, clock, read("Rigtig", 1))
    take(database, clock, read("Forkert", 2))
    again = take(database, clock, read("Rigtig", 3))
    assert [stored.id for stored in again.new] == [stored.id for stored in first.new]
    assert standing_title(database, first) == "Rigtig"


def test_an_id_that_is_seen_again_lives_again_though_nothing_changed(database: Database, clock: FixedClock) -> None:
    first = take(database, clock, seen(2, 1), seen(1, 0))
    take(database, clock, gone(3))
    assert standing_title(database, first) is None
    again = take(database, clock, seen(2, 5))
    assert [stored.id for stored in again.new] == [first.new[0].id]
    assert standing_title(database, first) == "Version 2"


def test_what_rises_because_of_another_statement_is_handed_on(database: Database, clock: FixedClock) -> None:
    first = take(database, clock, seen(2, 1))
    take(database, clock, gone(3))
    handed_on = take(database, clock, seen(1, 5))
    assert first.new[0].id in {stored.id for stored in handed_on.new}
    assert standing_title(database, first) == "Version 2"


def test_a_delivery_from_the_future_is_kept_and_flagged_and_gives_way_to_a_correction(
    database: Database, clock: FixedClock
) -> None:
    first = take(database, clock, stated("Fra 2199", 10**6))
    with database.transaction() as session:
        (records,) = records_of(session, first.new[0].id)
    assert [flag.rule for flag in records.record.quality] == ["future_time"]
    assert records.record.registered_at == OBSERVED_AT
    assert standing_title(database, first) == "Fra 2199"
    take(database, clock, stated("Rettet", 7))
    assert standing_title(database, first) == "Rettet"


def test_a_version_that_restarts_after_an_expunge_is_taken_and_flagged(database: Database, clock: FixedClock) -> None:
    first = take(database, clock, seen(9, 1, source_id="d"))
    take(database, clock, seen(1, 7, source_id="d"))
    with database.transaction() as session:
        (standing,) = records_of(session, first.new[0].id)
    assert standing.record.source_version == "1"
    assert [flag.rule for flag in standing.record.quality] == ["version_restarted"]


def test_a_records_id_tells_when_it_came_and_a_citizens_id_tells_nothing(database: Database, clock: FixedClock) -> None:
    process_records(database, [version(1)], digest_key=b"only-for-tests-only-for-tests-only", now=clock.now())
    with database.transaction() as session:
        of_records = session.scalars(text("SELECT uuid_extract_version(id) FROM records")).one()
        of_citizens = session.scalars(text("SELECT uuid_extract_version(id) FROM citizens")).one()
    assert (of_records, of_citizens) == (7, 4), "citizens' ids stand in addresses"
