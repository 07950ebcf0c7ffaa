"""A trace follows a record from its source to the index, tells nothing of anybody, and costs nothing when off."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from connectors.base import Batch
from hub import tracing
from hub.bus.base import OVERVIEWS, RECORDS
from hub.clock import FixedClock
from hub.context import AppContext
from hub.db import Database
from schemas.record import Cursor
from tests.hub.test_worker import Told, citizens, in_index, make_parts, until, working
from tests.otlp import collecting


@pytest.fixture
def context(database: Database, clock: FixedClock) -> Iterator[AppContext]:
    result = make_parts(database, clock)
    result.bus.create({RECORDS: 4, OVERVIEWS: 4})
    result.index.create()
    yield result
    result.close()


def test_one_trace_leads_from_the_source_to_the_index(context: AppContext, database: Database) -> None:
    pages = iter([[Batch(records=tuple(citizens(3)), cursor=Cursor(state={"at": 1}))]])
    with collecting() as collector:
        with working(context, {"social": Told(lambda: iter(next(pages, [])))}):
            until(lambda: len(in_index(database)) == 3)
        tracing.close()
        spans = collector.spans()
        text = b"".join(collector.bodies)
    by_id = {span.span_id: span for span in spans}
    indexed = [span for span in spans if span.name == "index"]
    assert indexed
    for span in indexed:
        path = [span.name]
        while span.parent_span_id:
            assert by_id[span.parent_span_id].trace_id == span.trace_id
            span = by_id[span.parent_span_id]  # noqa: PLW2901  one step up
            path.append(span.name)
        assert path == ["index", "publish_outbox", "store_batch", "collect"]
    assert len({span.trace_id for span in indexed}) == 1
    assert b"610786" not in text
    assert not any(key.encode() in text for key in in_index(database)), "nobody's key is in a trace"


def test_a_batch_from_several_traces_follows_the_first_and_links_the_others() -> None:
    with collecting() as collector:
        results = []
        for _ in range(3):
            with tracing.span("publish"):
                results.append(tracing.headers())
        broken = {tracing.HEADER: "<no header>\n6107864001"}
        with tracing.batch_span("store_batch", [*results, results[0], {}, broken], messages=6):
            assert tracing.trace_id() == results[0][tracing.HEADER].split("-")[1]
        tracing.close()
        follower = next(span for span in collector.spans() if span.name == "store_batch")
    others = {bytes.fromhex(one[tracing.HEADER].split("-")[1]) for one in results[1:]}
    assert {link.trace_id for link in follower.links} - {bytes(16)} == others


def test_of_an_error_only_its_type_is_told() -> None:
    with collecting() as collector:
        with pytest.raises(ValueError, match="Maja"), tracing.span("store_batch"):
            raise ValueError("Maja Testborger 610786-4001")
        tracing.close()
        (span,) = collector.spans()
        text = b"".join(collector.bodies)
    assert span.status.message == "ValueError"
    assert not span.events
    assert b"Maja" not in text


def test_off_nothing_is_made_and_nothing_is_loaded() -> None:
    assert tracing.span("one") is tracing.span("two")
    assert tracing.headers() == {}
    assert tracing.trace_id() == tracing.traceparent() == ""
    imports = "import sys, hub.app, hub.worker.supervisor"
    program = f"{imports}; print([name for name in sys.modules if 'opentelemetry.sdk' in name])"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_a_collector_that_is_away_holds_nobody_up(caplog: pytest.LogCaptureFixture) -> None:
    with collecting() as collector:
        address = collector.address
    tracing.set_up(address, "test")
    with tracing.span("one"):
        pass
    tracing.close()
    assert "Traceback" not in caplog.text
