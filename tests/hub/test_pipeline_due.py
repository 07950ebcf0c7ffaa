"""The path in two halves: what is stored is rebuilt once it is due, once for a backlog, and no mark is lost."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from threading import Event
from uuid import UUID

import pytest
from sqlalchemy import text

from hub.bus.base import RECORDS
from hub.bus.postgres import PostgresBus
from hub.clock import FixedClock
from hub.collect.service import to_message
from hub.db import Database
from hub.indexing.repository import add_to_outbox
from hub.overview import repository
from hub.overview.repository import Due
from hub.overview.service import rebuild, take_due
from hub.pipeline import (
    FLOW,
    LONGEST_DELAY,
    RETRY_AFTER,
    RebuildResult,
    RoundResult,
    process_batch,
    rebuild_due,
    store_batch,
)
from hub.secrets import PayloadCipher, derived_keys
from schemas.record import SourceRecord
from tests.factories import IDA, MAJA, make_effort, make_party, make_record
from tests.processing import store_areas

AT_ONCE = timedelta(0)
KEY = b"only-for-tests-only-for-tests-only"


@pytest.fixture(autouse=True)
def sources(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        store_areas(session, clock.now())


def efforts(first: int, last: int) -> list[SourceRecord]:
    return [make_record(source_id=str(number)) for number in range(first, last)]


def store(database: Database, clock: FixedClock, digest_key: bytes, *records: SourceRecord) -> None:
    with database.transaction() as session:
        store_batch(session, records, digest_key=digest_key, now=clock.now())


def build(database: Database, clock: FixedClock, limit: int = 100) -> RebuildResult:
    return rebuild_due(database, digest_key=KEY, until=clock.now(), now=clock.now(), limit=limit)


def entries(database: Database) -> list[int]:
    with database.transaction() as session:
        count = "SELECT jsonb_array_length(jsonb_path_query_array(document, '$.sections[*].entries[*]')) FROM overviews"
        return list(session.scalars(text(count)))


def versions(database: Database) -> list[int]:
    with database.transaction() as session:
        return list(session.scalars(text("SELECT version FROM overview_outbox ORDER BY id")))


def due(database: Database) -> int:
    with database.transaction() as session:
        return session.scalar(text("SELECT count(*) FROM overview_due")) or 0


def due_state(database: Database) -> Due:
    with database.transaction() as session:
        return repository.due(session)


NOTHING = RoundResult()
FULL = RoundResult(stored=2, has_more=True, is_flow=True)


def run(
    bus: PostgresBus,
    database: Database,
    clock: FixedClock,
    digest_key: bytes,
    rounds: int,
    limit: int = 2,
    before: RoundResult = NOTHING,
) -> Sequence[RoundResult]:
    results = [before]
    with bus.consumer("pipeline", [RECORDS]) as consumer:
        for _ in range(rounds):
            result = process_batch(
                database,
                consumer,
                digest_key=digest_key,
                cipher=PayloadCipher(derived_keys(digest_key)),
                clock=clock,
                limit=limit,
                timeout=AT_ONCE,
                after_flow=results[-1].is_flow,
            )
            results.append(result)
    return results[1:]


def test_a_backlog_makes_one_version_and_its_end_rebuilds(
    database: Database, bus: PostgresBus, clock: FixedClock, digest_key: bytes
) -> None:
    bus.publish(RECORDS, [to_message(effort, digest_key) for effort in efforts(0, 5)])
    result = run(bus, database, clock, digest_key, 4)
    assert result == [FULL, FULL, RoundResult(stored=1), RoundResult(rebuilt=1)]
    assert (entries(database), versions(database), due(database)) == ([5], [1], 0)


def test_a_backlog_that_ends_with_a_full_batch_is_rebuilt_in_the_next_round(
    database: Database, bus: PostgresBus, clock: FixedClock, digest_key: bytes
) -> None:
    bus.publish(RECORDS, [to_message(effort, digest_key) for effort in efforts(0, 2)])
    assert run(bus, database, clock, digest_key, 3) == [FULL, RoundResult(rebuilt=1), RoundResult()]


def test_records_that_flow_in_make_one_version_though_no_batch_is_full(
    database: Database, bus: PostgresBus, clock: FixedClock, digest_key: bytes
) -> None:
    bus.publish(RECORDS, [to_message(effort, digest_key) for effort in efforts(0, FLOW)])
    assert run(bus, database, clock, digest_key, 2, limit=500) == [
        RoundResult(stored=FLOW, is_flow=True),
        RoundResult(rebuilt=1),
    ]


def test_a_few_records_are_rebuilt_at_once_but_for_the_first_after_a_flow(
    database: Database, bus: PostgresBus, clock: FixedClock, digest_key: bytes
) -> None:
    few = [to_message(effort, digest_key) for effort in efforts(0, FLOW - 1)]
    bus.publish(RECORDS, few)
    assert run(bus, database, clock, digest_key, 1, limit=500) == [RoundResult(stored=FLOW - 1, rebuilt=1)]

    expected = [RoundResult(stored=1), RoundResult(stored=1, rebuilt=1)]
    before = RoundResult(is_flow=True)
    for number, result in enumerate(expected):
        bus.publish(RECORDS, [to_message(make_record(source_id=f"new-{number}"), digest_key)])
        (before,) = run(bus, database, clock, digest_key, 1, 500, before)
        assert before == result


def test_no_backlog_is_so_long_that_nothing_is_rebuilt(
    database: Database, bus: PostgresBus, clock: FixedClock, digest_key: bytes
) -> None:
    bus.publish(RECORDS, [to_message(effort, digest_key) for effort in efforts(0, 6)])
    run(bus, database, clock, digest_key, 1)
    clock.move(LONGEST_DELAY)
    assert run(bus, database, clock, digest_key, 1) == [FULL.model_copy(update={"rebuilt": 1})]
    assert entries(database) == [4]


def test_what_is_due_is_rebuilt_in_lots_and_after_a_crash(
    database: Database, clock: FixedClock, digest_key: bytes
) -> None:
    store(database, clock, digest_key, make_record(), make_record(source_id="2", parties=[make_party(IDA)]))
    assert entries(database) == []
    assert [build(database, clock, limit=1) for _ in range(3)] == [RebuildResult(taken=1, rebuilt=1)] * 2 + [
        RebuildResult()
    ]
    assert entries(database) == [1, 1]


def test_a_crash_while_rebuilding_leaves_it_due(database: Database, clock: FixedClock, digest_key: bytes) -> None:
    store(database, clock, digest_key, make_record())
    with pytest.raises(KeyboardInterrupt), database.transaction() as session:
        rebuild(session, take_due(session, until=clock.now(), limit=9), now=clock.now())
        raise KeyboardInterrupt
    assert (entries(database), due(database)) == ([], 1)
    assert build(database, clock) == RebuildResult(taken=1, rebuilt=1)


def test_a_mark_made_while_the_overview_is_built_outlives_it(
    database: Database, clock: FixedClock, digest_key: bytes
) -> None:
    store(database, clock, digest_key, *efforts(0, 1))
    with ThreadPoolExecutor(1) as other:
        with database.transaction() as session:
            versions_built = rebuild(session, take_due(session, until=clock.now(), limit=9), now=clock.now())
            add_to_outbox(session, versions_built.versions, now=clock.now())
            marking = other.submit(store, database, clock, digest_key, *efforts(1, 2))
            wait_for_a_lock(database)
        marking.result()
    assert (entries(database), due(database)) == ([1], 1)
    assert build(database, clock) == RebuildResult(taken=1, rebuilt=1)
    assert (entries(database), versions(database)) == ([2], [1, 2])


def test_what_is_being_marked_is_passed_by_and_not_forgotten(
    database: Database, clock: FixedClock, digest_key: bytes
) -> None:
    store(database, clock, digest_key, *efforts(0, 1))
    with database.transaction() as session:
        store_batch(session, efforts(1, 2), digest_key=digest_key, now=clock.now())
        assert build(database, clock) == RebuildResult()
    assert build(database, clock) == RebuildResult(taken=1, rebuilt=1)
    assert entries(database) == [2]


def test_storing_and_rebuilding_side_by_side_loses_nothing(
    database: Database, clock: FixedClock, digest_key: bytes
) -> None:
    """Four store, four rebuild, all about the same two citizens; no mark may go under between them."""
    stored = Event()

    def store_part(part: int) -> None:
        for number in range(part * 12, part * 12 + 12):
            both = [make_party(MAJA)] if number % 2 else [make_party(IDA)]
            store(database, clock, digest_key, make_record(source_id=str(number), parties=both))

    def keep_building(_: int) -> None:
        while not stored.is_set() or due(database):
            build(database, clock, limit=1)

    with ExitStack() as stack:
        building = stack.enter_context(ThreadPoolExecutor(4)).map(keep_building, range(4))
        stack.callback(stored.set)
        list(stack.enter_context(ThreadPoolExecutor(4)).map(store_part, range(4)))
        stored.set()
        list(building)
    assert (entries(database), due(database)) == ([24, 24], 0)
    with database.transaction() as session:
        result = session.execute(
            text("SELECT citizen_id, array_agg(version ORDER BY id) FROM overview_outbox GROUP BY 1")
        )
        assert all(list(found) == list(range(1, len(found) + 1)) for _, found in result)


def test_an_overview_that_cannot_be_built_holds_up_nobody_and_is_tried_again(
    database: Database, clock: FixedClock, digest_key: bytes
) -> None:
    with database.transaction() as session:
        session.execute(text("ALTER TABLE overviews ADD CHECK (document::text NOT LIKE '%unshowable%')"))
    unshowable = make_record(fact=make_effort("unshowable"), source_id="2", parties=[make_party(IDA)])
    store(database, clock, digest_key, make_record(), unshowable)
    assert build(database, clock) == RebuildResult(taken=2, rebuilt=1)
    assert (entries(database), due(database)) == ([1], 1)
    assert build(database, clock) == RebuildResult()
    with database.transaction() as session:
        session.execute(text("ALTER TABLE overviews DROP CONSTRAINT overviews_document_check"))
    clock.move(RETRY_AFTER)
    assert build(database, clock) == RebuildResult(taken=1, rebuilt=1)


def test_since_when_an_overview_cannot_be_built_is_known_until_it_is(
    database: Database, clock: FixedClock, digest_key: bytes
) -> None:
    began = clock.now()
    with database.transaction() as session:
        session.execute(text("ALTER TABLE overviews ADD CHECK (document::text NOT LIKE '%unshowable%')"))
    unshowable = make_record(fact=make_effort("unshowable"), source_id="2", parties=[make_party(IDA)])
    store(database, clock, digest_key, make_record(), unshowable)
    assert due_state(database) == Due(waiting=2, waiting_since=began, failed=0, failed_since=None, newest_since=began)
    build(database, clock)
    failing = Due(waiting=0, waiting_since=None, failed=1, failed_since=began)
    assert due_state(database) == failing
    clock.move(RETRY_AFTER)
    assert build(database, clock) == RebuildResult(taken=1)
    assert due_state(database) == failing, "it fails since the first time, however often it is tried"
    store(database, clock, digest_key, make_record(source_id="3", parties=[make_party(IDA)]))
    assert due_state(database) == failing, "a new record makes it due, not whole"
    with database.transaction() as session:
        session.execute(text("ALTER TABLE overviews DROP CONSTRAINT overviews_document_check"))
    assert build(database, clock) == RebuildResult(taken=1, rebuilt=1)
    assert due_state(database) == Due(waiting=0, waiting_since=None, failed=0, failed_since=None)


def wait_for_a_lock(database: Database) -> None:
    """Until somebody in this database waits for somebody else's transaction."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    for _ in range(1000):
        with database.transaction() as session:
            if session.scalar(waiting):
                return
        Event().wait(0.01)
    pytest.fail("nobody waits")


def test_a_round_is_idle_when_nothing_came_is_due_or_waits_to_be_published(
    database: Database, bus: PostgresBus, clock: FixedClock, digest_key: bytes
) -> None:
    idle = RoundResult(is_idle=True)
    assert run(bus, database, clock, digest_key, 1) == [idle]
    store(database, clock, digest_key, *efforts(0, 1))
    assert run(bus, database, clock, digest_key, 2) == [RoundResult(rebuilt=1), RoundResult()]
    with database.transaction() as session:
        session.execute(text("DELETE FROM overview_outbox"))
        repository.mark_due(session, [UUID(int=7)], clock.now() + RETRY_AFTER)
    assert run(bus, database, clock, digest_key, 1) == [idle], "what is due later is left alone"
