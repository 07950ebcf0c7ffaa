"""When the worker's loop compares index and store."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from hub.bus.base import OVERVIEWS, RECORDS
from hub.clock import FixedClock, ShiftedClock
from hub.context import AppContext
from hub.db import Database
from hub.indexing.repository import SourceComparison, comparisons
from hub.pipeline import PIPELINE_GROUP
from hub.worker import indexing, loops
from search.base import SearchUnavailable
from tests.hub.test_worker import citizens, comparing, make_parts, publish, until


@pytest.fixture
def embedded(database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppContext]:
    monkeypatch.setattr(indexing, "COMPARE_EVERY", timedelta(milliseconds=10))
    context = make_parts(database, ShiftedClock(clock.now()))
    yield context
    context.close()


def test_comparing_waits_while_records_flow_in_but_not_for_ever(
    embedded: AppContext, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "MOST_WAITING", 4)
    embedded.bus.create({RECORDS: 1, OVERVIEWS: 1})
    publish(embedded, citizens(5))
    with comparing(embedded) as health:
        health.wait_for(5)
        assert compared(database) == {}, "five records wait"
        with embedded.bus.consumer(PIPELINE_GROUP, [RECORDS]) as consumer:
            consumer.commit(consumer.poll(limit=1, timeout=timedelta(seconds=1)))
        until(lambda: compared(database))
    publish(embedded, citizens(2))
    last = compared(database)[""].compared_at
    monkeypatch.setattr(indexing, "LONGEST_REST", timedelta(0))
    with comparing(embedded):
        until(lambda: compared(database)[""].compared_at > last)


def test_the_comparison_may_come_before_the_indexer(
    embedded: AppContext, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    embedded.bus.create({RECORDS: 1, OVERVIEWS: 1})
    with comparing(embedded):
        until(lambda: compared(database) or "worker.failed" in caplog.text)
    assert "worker.failed" not in caplog.text


def test_a_comparison_that_fails_each_time_is_a_loop_that_fails(
    embedded: AppContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise SearchUnavailable

    monkeypatch.setattr(indexing, "compare", fails)
    monkeypatch.setattr(loops, "FIRST_WAIT", 0.01)
    embedded.bus.create({RECORDS: 1, OVERVIEWS: 1})
    with comparing(embedded) as health:
        until(lambda: health.failures > 2)


def compared(database: Database) -> dict[str, SourceComparison]:
    with database.transaction() as session:
        return comparisons(session)
