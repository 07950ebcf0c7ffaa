"""What changed since somebody last looked, while records come that the overview was not built from yet."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from hub.clock import FixedClock
from hub.db import Database
from hub.overview import service as overviews
from hub.overview.changes import ChangeKind
from hub.pipeline import rebuild_due, store_batch
from schemas.overview import Overview
from schemas.record import SourceRecord
from tests.factories import REGISTERED_AT, make_effort, make_record
from tests.processing import store_areas

ON = date(2023, 9, 12)
KEY = b"only-for-tests-only-for-tests-only"


def stored_only(database: Database, clock: FixedClock, digest_key: bytes, *records: SourceRecord) -> UUID:
    """Stored, and the overview due."""
    with database.transaction() as session:
        store_areas(session, clock.now())
        (citizen_id,) = store_batch(session, records, digest_key=digest_key, now=clock.now()).citizens
    return citizen_id


def build(database: Database, clock: FixedClock) -> None:
    rebuild_due(database, digest_key=KEY, until=clock.now(), now=clock.now(), limit=9)


def known(session: Session, citizen_id: UUID, clock: FixedClock) -> Overview:
    overview = overviews.read(session, citizen_id, clock.now() + timedelta(days=1))
    assert overview is not None
    return overview


def stored(session: Session, citizen_id: UUID) -> Overview:
    overview = overviews.read(session, citizen_id)
    assert overview is not None
    return overview


def test_what_has_not_come_into_the_overview_yet_is_not_gone(
    database: Database, clock: FixedClock, digest_key: bytes
) -> None:
    citizen_id = stored_only(database, clock, digest_key, make_record(source_id="1"))
    build(database, clock)
    stored_only(database, clock, digest_key, make_record(source_id="2"))
    with database.transaction() as session:
        before, now = known(session, citizen_id, clock), stored(session, citizen_id)
        assert (len(before.entries()), len(now.entries())) == (2, 1)
        assert overviews.changed(session, before, now, ON) == ()
    build(database, clock)
    with database.transaction() as session:
        assert overviews.changed(session, before, now, ON) == (), "it was built while the page was put together"
        assert overviews.changed(session, before, stored(session, citizen_id), ON) == ()


def test_what_a_source_took_back_is_gone_and_the_rest_is_told_meanwhile(
    database: Database, clock: FixedClock, digest_key: bytes
) -> None:
    citizen_id = stored_only(database, clock, digest_key, make_record(source_id="1"), make_record(source_id="2"))
    build(database, clock)
    with database.transaction() as session:
        before = known(session, citizen_id, clock)
    later = REGISTERED_AT + timedelta(days=1)
    deleted = make_record(source_id="1", deleted=True, registered_at=later)
    mentor = make_record(source_id="2", fact=make_effort("Mentor"), registered_at=later)
    stored_only(database, clock, digest_key, deleted, mentor)
    build(database, clock)

    def kinds() -> set[ChangeKind]:
        with database.transaction() as session:
            now = stored(session, citizen_id)
            return {one.kind for one in overviews.changed(session, before, now, ON)}

    assert kinds() == {ChangeKind.GONE, ChangeKind.CHANGED}
    stored_only(database, clock, digest_key, make_record(source_id="3"))
    assert kinds() == {ChangeKind.CHANGED}
    build(database, clock)
    assert kinds() == {ChangeKind.GONE, ChangeKind.CHANGED, ChangeKind.NEW}
