"""What somebody could see when they last looked: what the hub had received, not what a source had registered."""

from datetime import timedelta
from uuid import UUID

from hub.clock import FixedClock
from hub.db import Database
from hub.overview import service as overviews
from hub.overview.changes import Change, ChangeKind
from hub.pipeline import rebuild_due, store_batch
from schemas.record import SourceRecord
from tests.factories import REGISTERED_AT, make_effort, make_record
from tests.processing import store_areas


def carry(database: Database, clock: FixedClock, digest_key: bytes, *records: SourceRecord) -> UUID:
    with database.transaction() as session:
        store_areas(session, clock.now())
        (citizen_id,) = store_batch(session, records, digest_key=digest_key, now=clock.now()).citizens
    rebuild_due(database, digest_key=digest_key, until=clock.now(), now=clock.now(), limit=9)
    return citizen_id


def changes(database: Database, citizen_id: UUID, clock: FixedClock, ago: timedelta) -> tuple[Change, ...]:
    looked_at = clock.now() - ago
    with database.transaction() as session:
        news = overviews.ask_with_news(session, {citizen_id: looked_at})()
        now = overviews.read(session, citizen_id)
        before = overviews.read_seen(session, {citizen_id: looked_at}, news).get(citizen_id)
        assert now is not None
        assert before is not None
        found = overviews.changed(session, before, now, clock.now().date())
    assert news or not found
    return found


def test_what_came_late_is_new_to_whoever_looked_in_between(
    database: Database, clock: FixedClock, digest_key: bytes
) -> None:
    citizen_id = carry(database, clock, digest_key, make_record(source_id="1"))
    clock.move(timedelta(hours=2))
    looked = clock.now()
    clock.move(timedelta(hours=1))
    carry(database, clock, digest_key, make_record(source_id="2", fact=make_effort("Mentor")))
    assert looked > REGISTERED_AT, "registered long before"
    (change,) = changes(database, citizen_id, clock, timedelta(hours=1))
    assert (change.kind, change.entry.provenance.source_id) == (ChangeKind.NEW, "2")
    clock.move(timedelta(hours=1))
    assert changes(database, citizen_id, clock, timedelta(minutes=1)) == ()


def test_another_version_that_came_late_is_a_change(database: Database, clock: FixedClock, digest_key: bytes) -> None:
    first = make_record(source_id="1", version_order=1, source_version="1")
    citizen_id = carry(database, clock, digest_key, first)
    clock.move(timedelta(hours=2))
    second = make_record(
        source_id="1",
        fact=make_effort("Mentor"),
        version_order=2,
        source_version="2",
        registered_at=REGISTERED_AT + timedelta(minutes=1),
    )
    carry(database, clock, digest_key, second)
    (change,) = changes(database, citizen_id, clock, timedelta(hours=1))
    assert change.kind is ChangeKind.CHANGED
    assert changes(database, citizen_id, clock, timedelta(0)) == ()


def test_where_the_hub_was_filled_after_the_look_registered_time_stands_for_it(
    database: Database, clock: FixedClock, digest_key: bytes
) -> None:
    old = make_record(source_id="1", registered_at=clock.now() - timedelta(days=9))
    new = make_record(source_id="2", registered_at=clock.now() - timedelta(days=1))
    citizen_id = carry(database, clock, digest_key, old, new)
    (change,) = changes(database, citizen_id, clock, timedelta(days=3))
    assert change.entry.provenance.source_id == "2"
