"""What sources have said is deleted when its time limit has passed, counted, and kept out when it is read again."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import text

from hub.clock import FixedClock, danish_day
from hub.db import Database
from hub.digest import keyed_digest
from hub.forgetting.retention import delete_lapsed
from hub.matching.repository import citizen_of
from hub.overview import repository as overviews
from hub.pipeline import rebuild_due
from hub.rights import repository as rights
from hub.rights.stores import Store
from schemas.identifiers import Identifier
from schemas.period import Period
from schemas.record import SourceRecord
from tests.factories import IDA, MAJA, make_party, make_person, make_record
from tests.hub.test_identity_unmerge import KEY
from tests.processing import process_records

PERIODS = {"social": 100, "health": 1000}


def told(today: date) -> list[SourceRecord]:
    """Of Maja only what ended long ago; of Ida also something that ended not so long ago."""

    def effort(source_id: str, days: int | None, who: Identifier, source: str = "social") -> SourceRecord:
        end = None if days is None else today - timedelta(days=days)
        valid = Period(start=today - timedelta(days=2000), end=end)
        return make_record(source=source, source_id=source_id, valid=valid, parties=[make_party(who)])

    return [
        make_person(MAJA, source_id="p1"),
        make_person(IDA, source_id="p2"),
        effort("maja-1", 101, MAJA),
        effort("maja-2", 500, MAJA),
        effort("maja-3", 500, MAJA, "health"),
        effort("ida-1", 500, IDA),
        effort("ida-2", 99, IDA),
    ]


def entries(database: Database, clock: FixedClock, who: Identifier) -> set[str]:
    rebuild_due(database, digest_key=KEY, until=clock.now(), now=clock.now(), limit=100)
    with database.transaction() as session:
        citizen_id = citizen_of(session, keyed_digest(who, KEY))
        assert citizen_id
        _, overview = overviews.current(session, [citizen_id])[citizen_id]
    return {entry.id.rpartition("/")[2] for entry in overview.entries()} if overview else set()


def lapse(database: Database, clock: FixedClock) -> dict[str, int]:
    return delete_lapsed(database, PERIODS, digest_key=KEY, clock=clock)


def test_what_ended_longer_ago_than_the_source_declares_goes_and_stays_away(
    database: Database, clock: FixedClock
) -> None:
    today = danish_day(clock.now())
    process_records(database, told(today), digest_key=KEY, now=clock.now())
    assert lapse(database, clock) == {"records": 2, "citizens": 1}
    assert entries(database, clock, MAJA) == {"maja-3"}, "the other source declares a longer time"
    assert entries(database, clock, IDA) == {"ida-1", "ida-2"}, "what is not over together is not over"
    assert process_records(database, told(today), digest_key=KEY, now=clock.now()).new == 0, "read again"
    assert entries(database, clock, MAJA) == {"maja-3"}
    assert lapse(database, clock) == {"records": 0, "citizens": 0}
    with database.transaction() as session:
        (count,) = rights.list_counts(session, today)
    assert (count.store, count.deleted, count.runs) == (Store.RECORDS, 2, 2)


def test_a_hold_and_a_running_course_keep_it(database: Database, clock: FixedClock) -> None:
    today = danish_day(clock.now())
    process_records(database, told(today), digest_key=KEY, now=clock.now())
    with database.transaction() as session:
        citizen_id = citizen_of(session, keyed_digest(MAJA, KEY))
        assert citizen_id
        rights.place_hold(session, citizen_id, reason="Klagesag", last_day=None, by="Dorthe", now=clock.now())
    assert lapse(database, clock)["records"] == 0
    with database.transaction() as session:
        (hold,) = rights.list_holds(session, citizen_id)
        rights.release_hold(session, hold.id, citizen_id, reason="Afgjort", by="Dorthe", now=clock.now())
        course = {"id": UUID(int=7), "citizen_id": citizen_id, "on": today}
        session.execute(text("INSERT INTO courses (id, title, started_on) VALUES (:id, 'Maja', :on)"), course)
        session.execute(
            text("INSERT INTO course_citizens (course_id, citizen_id, valid_from) VALUES (:id, :citizen_id, :on)"),
            course,
        )
    assert lapse(database, clock)["records"] == 0
    with database.transaction() as session:
        session.execute(text("UPDATE courses SET ended_on = started_on"))
    assert lapse(database, clock)["records"] == 2
