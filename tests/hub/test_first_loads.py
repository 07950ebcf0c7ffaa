"""Until what a source's first reading brought is on the pages, the source is still loading."""

from datetime import timedelta
from itertools import count

from hub.bus.base import RECORDS
from hub.bus.postgres import PostgresBus
from hub.clock import FixedClock
from hub.collect.service import to_message
from hub.db import Database
from hub.pipeline import PIPELINE_GROUP, rebuild_due, store_batch
from hub.sources.health import SourceState, SourceStatus
from hub.web.shell.first_loads import FirstLoads
from tests.factories import make_record

AHEAD = timedelta(seconds=2)
"""So much later than a request began a worker may store by its own clock what the request finds stored."""


def state(clock: FixedClock, *, is_read: bool = True) -> SourceState:
    return SourceState(source="social", state=SourceStatus.FRESH, last_success_at=clock.now() if is_read else None)


def test_a_source_is_loading_until_its_records_are_stored_and_their_overviews_built(
    database: Database, clock: FixedClock, digest_key: bytes
) -> None:
    bus, record = PostgresBus(database.url), make_record()
    bus.create({RECORDS: 2})
    bus.publish(RECORDS, [to_message(record, digest_key)])

    def unfinished(loads: FirstLoads, *, is_read: bool = True) -> frozenset[str]:
        with database.transaction() as session:
            return loads.unfinished(session, [state(clock, is_read=is_read)])

    seconds = count()
    loads = FirstLoads(bus, ticks=lambda: float(next(seconds)))
    assert unfinished(loads, is_read=False) == frozenset(), "it is said to be unread instead"
    assert unfinished(loads) == {"social"}
    with bus.consumer(PIPELINE_GROUP, [RECORDS]) as consumer:
        delivered = consumer.poll(limit=9, timeout=timedelta(seconds=5))
        with database.transaction() as session:
            store_batch(session, [record], digest_key=digest_key, now=clock.now() + AHEAD)
        consumer.commit(delivered)
    assert unfinished(loads) == {"social"}, "its overview is not built"
    rebuild_due(database, digest_key=digest_key, until=clock.now() + AHEAD, now=clock.now() + AHEAD, limit=9)
    assert unfinished(loads) == frozenset()
    bus.publish(RECORDS, [to_message(make_record(source_id="2"), digest_key)])
    assert unfinished(loads) == frozenset(), "what comes later is no first reading"
    bus.close()
