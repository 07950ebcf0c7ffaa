"""What a worker tells those who run it: figures, and whether its loops get on."""

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Thread
from uuid import uuid4

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from connectors.base import Batch, Connector
from hub.backup.tables import BackupRow
from hub.bus.base import OVERVIEWS, RECORDS
from hub.clock import FixedClock
from hub.context import AppContext
from hub.db import Database, with_driver
from hub.embedded import start
from hub.errors import InvalidSetting
from hub.indexing.drift import Difference, SourceTally
from hub.metrics import gauges
from hub.migrations import migrate
from hub.operation.answers import Operation
from hub.operation.gauges import collect_store_metrics, observe_drift
from hub.operation.loop_health import FAILING_AFTER, STUCK_AFTER, LoopHealth, State
from hub.operation.server import serve_in_background
from hub.overview.service import mark_due
from hub.quarantine import service as quarantine
from hub.worker.collecting import SourceReader
from schemas.record import Cursor, Rejection, RejectionRule
from tests.hub.test_audit_seal import seal, write
from tests.hub.test_worker import Told, citizens, in_index, make_parts, make_source, until, working
from tests.sources import SilentSource, add_connectors, replace_connectors

LONG_AGO = 10_000.0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])


def in_demo(context: AppContext) -> AppContext:
    """Where a web server tells its figures to this machine without a token."""
    return replace(context, settings=context.settings.model_copy(update={"demo": True}))


@contextmanager
def asked(context: AppContext, connectors: Mapping[str, Connector] | None = None) -> Iterator[httpx.Client]:
    """A client of a running worker."""
    port = free_port()
    settings = context.settings.model_copy(update={"worker_port": port})
    with (
        working(replace(context, settings=settings), connectors),
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client,
    ):
        until(lambda: is_there(client))
        yield client


def is_there(client: httpx.Client) -> bool:
    try:
        return client.get("/health/live").status_code == 200
    except httpx.ConnectError:
        return False


def components(client: httpx.Client) -> dict[str, str]:
    result: dict[str, str] = client.get("/health/ready").json()["components"]
    return result


def figure(client: httpx.Client, name: str, **labels: str) -> float | None:
    families = text_string_to_metric_families(client.get("/metrics").text)
    results = [
        sample.value
        for family in families
        for sample in family.samples
        if sample.name == name and labels == dict(sample.labels)
    ]
    return results[0] if results else None


@pytest.fixture
def context(database: Database, clock: FixedClock) -> Iterator[AppContext]:
    result = make_parts(database, clock)
    result.index.create()
    yield result
    result.close()


def test_a_worker_tells_what_it_stored_and_that_its_loops_get_on(context: AppContext, database: Database) -> None:
    pages = lambda: iter([Batch(records=tuple(citizens(3)), cursor=Cursor(state={"at": 1}))])  # noqa: E731  three words
    with asked(context, {"social": Told(pages)}) as client:
        until(lambda: len(in_index(database)) == 3)
        until(lambda: set(components(client).values()) == {"ok"})
        assert client.get("/health/ready").json()["status"] == "ready"
        until(lambda: figure(client, "helhed_outbox_entries", topic=OVERVIEWS) == 0)
        until(lambda: figure(client, "helhed_bus_lag_messages", group="pipeline", topic=RECORDS) is not None)
        expected = {
            "alerts",
            "alerts.days",
            "alerts.send",
            "audit.seal",
            "audit.verify",
            "collect",
            "compare",
            "inbox",
            "index",
            "jobs",
            "metrics.bus",
            "metrics.store",
            "notices",
            "pipeline",
            "prepare",
            "prune",
            "retention",
        }
        assert {name.removeprefix("loop.") for name in components(client) if "loop." in name} == expected
        assert (figure(client, "helhed_source_records_total", source="social", outcome="published") or 0) >= 3
        assert (figure(client, "helhed_pipeline_records_total", outcome="new") or 0) >= 3
        assert (figure(client, "helhed_indexed_documents_total", outcome="written") or 0) >= 3
        assert (figure(client, "helhed_freshness_seconds_count") or 0) >= 3
        assert figure(client, "helhed_source_cadence_seconds", source="social") == 86400
        assert figure(client, "helhed_source_paused", source="social") == 0
        text = client.get("/metrics").text
    assert "610786" not in text
    assert not any(key in text for key in in_index(database))


def test_other_addresses_are_not_there(context: AppContext) -> None:
    with asked(context) as client:
        for address in ("/", "/metrics/", "/health", "/../etc/passwd", "/health/ready?x=610786-4001"):
            answer = client.get(address)
            assert (answer.status_code, answer.text) == (404, "not found\n")
        assert client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 404
        assert client.get("/health/live").headers["server"] == "helhed"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # it is the point
def test_a_loop_that_ended_is_told(context: AppContext, monkeypatch: pytest.MonkeyPatch) -> None:
    def ends(_: SourceReader) -> None:
        raise SystemExit

    monkeypatch.setattr(SourceReader, "start_due", ends)
    with asked(context) as client:
        until(lambda: components(client).get("loop.collect") == "ended")
        answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["status"] == "not_ready"


def test_without_its_database_a_worker_is_not_ready_and_tells_no_old_figures(
    tmp_path: Path, clock: FixedClock, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "short-lived"
    folder.mkdir(mode=0o755)
    tmp_path.chmod(0o755)
    server = start(folder)
    url = with_driver(server.get_uri())
    migrate(url)
    database = Database(url)
    context = make_parts(database, clock)
    with asked(context) as client:
        until(lambda: client.get("/health/ready").status_code == 200)
        server.cleanup()
        until(lambda: client.get("/health/ready").status_code == 503)
        assert components(client)["postgresql"] == "silent"
        assert client.get("/health/live").status_code == 200
        until(lambda: (figure(client, "helhed_loop_consecutive_failures", loop="pipeline") or 0) > 0)
        assert client.get("/metrics").status_code == 200
    context.close()
    database.close()
    assert "worker.waits" in caplog.text


def test_a_port_that_is_taken_is_said_so(context: AppContext) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = int(door.getsockname()[1])
        with (
            pytest.raises(InvalidSetting, match="HELHED_WORKER_PORT"),
            serve_in_background(Operation(in_demo(context)), "127.0.0.1", port),
        ):
            pass


def test_figures_that_cannot_be_read_are_not_told(context: AppContext) -> None:
    with serve_in_background(Operation(in_demo(context)), "127.0.0.1", 0) as port:
        client = httpx.Client(base_url=f"http://127.0.0.1:{port}")
        gauges.set_bus_metrics({("pipeline", RECORDS): 7})
        social = gauges.SourceMetrics(None, 60, paused=True)
        gauges.set_store_metrics(
            {"social": social}, {"social": 1}, {"waiting": gauges.DueMetrics(3, 7.0)}, {OVERVIEWS: 2}
        )
        assert figure(client, "helhed_bus_lag_messages", group="pipeline", topic=RECORDS) == 7
        assert figure(client, "helhed_source_paused", source="social") == 1
        gauges.clear_bus_metrics()
        assert figure(client, "helhed_bus_lag_messages", group="pipeline", topic=RECORDS) is None
        assert figure(client, "helhed_outbox_entries", topic=OVERVIEWS) == 2
        assert figure(client, "helhed_overviews_due", state="waiting") == 3
        gauges.clear_store_metrics()
        assert figure(client, "helhed_outbox_entries", topic=OVERVIEWS) is None
        assert figure(client, "helhed_overviews_due", state="waiting") is None
        client.close()


def test_what_is_open_in_quarantine_is_counted_by_source_also_of_sources_that_are_not_connected(
    context: AppContext, database: Database, clock: FixedClock
) -> None:
    def rejected(source_id: str) -> Rejection:
        return Rejection(record_type="Ydelse", source_id=source_id, field="start", rule=RejectionRule.BAD_DATE)

    with (
        serve_in_background(Operation(in_demo(context)), "127.0.0.1", 0) as port,
        httpx.Client(base_url=f"http://127.0.0.1:{port}") as client,
    ):
        quarantined = partial(figure, client, "helhed_quarantine_open")
        add_connectors(context, {"social": SilentSource(make_source())})
        collect_store_metrics(context)
        assert (quarantined(source="social"), quarantined(source="(unknown)")) == (0, None)
        with database.transaction() as session:
            quarantine.add(session, "social", map(rejected, "123"), cipher=context.payload_cipher, now=clock.now())
            quarantine.add(session, "(unknown)", [rejected("1")], cipher=context.payload_cipher, now=clock.now())
        collect_store_metrics(context)
        assert (quarantined(source="social"), quarantined(source="(unknown)")) == (3, 1)
        with database.transaction() as session:
            entry, *_ = quarantine.list_entries(session, "social")
            quarantine.resolve(session, entry.id, clock.now())
        collect_store_metrics(context)
        assert quarantined(source="social") == 2
        replace_connectors(context, {})
        collect_store_metrics(context)
        assert figure(client, "helhed_source_paused", source="social") is None, "it was removed"


def test_overviews_that_wait_and_those_that_cannot_be_built_are_told_apart(
    context: AppContext, database: Database, clock: FixedClock
) -> None:
    now, minute = clock.now(), timedelta(minutes=1)
    with (
        serve_in_background(Operation(in_demo(context)), "127.0.0.1", 0) as port,
        httpx.Client(base_url=f"http://127.0.0.1:{port}") as client,
    ):
        result = partial(figure, client, "helhed_overviews_due")
        longest = partial(figure, client, "helhed_overviews_due_longest_seconds")
        collect_store_metrics(context)
        assert [(result(state=one), longest(state=one)) for one in ("waiting", "failed")] == [(0, 0), (0, 0)]
        with database.transaction() as session:
            mark_due(session, [uuid4(), uuid4()], since=now - minute)
            mark_due(session, [uuid4()], since=now - 2 * minute)
            mark_due(session, [uuid4()], since=now + minute, failed_since=now - 60 * minute)
        collect_store_metrics(context)
        assert [(result(state=one), longest(state=one)) for one in ("waiting", "failed")] == [(3, 120), (1, 3600)]


def test_the_newest_backup_is_told_for_the_alert_and_nought_where_there_is_none(
    context: AppContext, database: Database, clock: FixedClock
) -> None:
    with (
        serve_in_background(Operation(in_demo(context)), "127.0.0.1", 0) as port,
        httpx.Client(base_url=f"http://127.0.0.1:{port}") as client,
    ):
        newest = partial(figure, client, "helhed_backup_last_success_timestamp_seconds")
        collect_store_metrics(context)
        assert newest() == 0
        ends = [clock.now() - timedelta(hours=hours) for hours in (26, 2)]
        with database.transaction() as session:
            for ended_at in ends:
                whole = {"started_at": ended_at - timedelta(minutes=1), "ended_at": ended_at, "bytes": 1}
                session.add(BackupRow(id=str(ended_at), **whole))
        collect_store_metrics(context)
        assert newest() == max(ends).timestamp()


def test_lines_of_the_log_that_the_siem_has_not_are_told_and_nothing_without_one(
    context: AppContext, database: Database, clock: FixedClock
) -> None:
    stream = {"audit_stream_url": "https://siem.example/in", "audit_stream_format": "ocsf"}
    with_stream = replace(context, settings=context.settings.model_copy(update=stream))
    with (
        serve_in_background(Operation(in_demo(context)), "127.0.0.1", 0) as port,
        httpx.Client(base_url=f"http://127.0.0.1:{port}") as client,
    ):
        waiting = partial(figure, client, "helhed_audit_stream_waiting_lines", form="ocsf")
        longest = partial(figure, client, "helhed_audit_stream_longest_wait_seconds", form="ocsf")
        write(database, 3)
        seal(database)
        clock.move(timedelta(minutes=15))
        collect_store_metrics(with_stream)
        assert waiting() == 3
        assert (longest() or 0) >= timedelta(minutes=15).total_seconds()
        collect_store_metrics(context)
        assert (waiting(), longest()) == (None, None)


def test_a_comparison_is_told_by_kind_and_source(context: AppContext, clock: FixedClock) -> None:
    tallies = [SourceTally(source=name, in_store=5, in_index=4, is_equal=False) for name in ("", "social")]
    drifted = [
        Difference(in_store=1, in_index=None),
        Difference(in_store=2, in_index=1),
        Difference(in_store=None, in_index=1),
        Difference(in_store=3, in_index=None),
    ]
    observe_drift(tallies, drifted, 4, clock.now())
    with (
        serve_in_background(Operation(in_demo(context)), "127.0.0.1", 0) as port,
        httpx.Client(base_url=f"http://127.0.0.1:{port}") as client,
    ):
        for kind, citizens in (("missing", 2), ("stale", 1), ("extra", 1)):
            assert figure(client, "helhed_index_drift_citizens", kind=kind) == citizens
        assert figure(client, "helhed_citizens", source="all", side="store") == 5
        assert figure(client, "helhed_citizens", source="social", side="index") == 4
        assert figure(client, "helhed_index_compared_timestamp_seconds") == clock.now().timestamp()


def test_a_loop_is_judged_by_how_long_it_has_failed() -> None:
    health = LoopHealth("test")
    began = health.seen_at
    assert health.state(began) is State.STARTING
    health.record_success()
    assert health.state(health.seen_at) is State.OK
    health.record_failure()
    first = health.seen_at
    health.record_failure()
    assert health.state(first + FAILING_AFTER - 1) is State.OK
    assert health.state(first + FAILING_AFTER + 1) is State.FAILING
    health.record_success()
    assert health.state(health.seen_at + 1) is State.OK


def test_a_loop_without_a_sign_is_stuck_unless_it_rests() -> None:
    works, rests, ended = LoopHealth("works"), LoopHealth("rests", may_rest=True), LoopHealth("ended")
    for health in (works, rests, ended):
        health.record_success()
    ended.thread = Thread(target=int)
    assert works.state(works.seen_at + STUCK_AFTER + 1) is State.STUCK
    assert rests.state(rests.seen_at + LONG_AGO) is State.OK
    assert ended.state(ended.seen_at) is State.ENDED
