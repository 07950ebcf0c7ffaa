"""What the web server tells those who run it: figures, health, a line a request, a trace; never about whom."""

import json
import logging
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Event
from time import monotonic

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from sqlalchemy import text

from hub import log, tracing
from hub.app import create_app
from hub.bus.postgres import PostgresBus
from hub.context import AppContext
from hub.db import Database
from hub.operation.health import LONGEST, SCHEMA, Health, Status
from hub.operation.loop_health import State
from search.postgres import PostgresIndex
from tests.otlp import collecting
from tests.web import maja
from tests.web.conftest import Town
from tests.web.serving import serving

NOT_HERE = "00000000-0000-4000-8000-000000000000"
TOKEN = "only-for-tests-only-for-tests-only"
LOGGING_IN = ("/log-ind", "/mine-borgere")
PATIENCE = 60.0
UUID_SHAPED = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
NATIONAL_SHAPED = re.compile(r"\b\d{6}-?\d{4}\b")


@contextmanager
def silent_server() -> Iterator[str]:
    """An address where somebody listens and never says a word: worse than one where nobody is."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as door:
        yield f"postgresql://postgres@127.0.0.1:{door.getsockname()[1]}/nobody"


def figures(told: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(told)
        for sample in family.samples
    }


def one(name: str, **labels: str) -> tuple[str, frozenset[tuple[str, str]]]:
    return name, frozenset(labels.items())


def test_look_ups_and_searches_are_counted_and_nobody_is_named(town: Town) -> None:
    plain, browser = town.client().http, town.client("anna.holm")
    before = figures(plain.get("/metrics").text)
    browser.get(f"/overblik/{town.ids[maja.MAJA]}")
    browser.get(f"/overblik/{NOT_HERE}")
    browser.post("/soeg", text="750786-4002")
    browser.get("/findes/ikke/750786-4002")
    told = plain.get("/metrics")
    after = figures(told.text)

    def grown(key: tuple[str, frozenset[tuple[str, str]]]) -> float:
        return after.get(key, 0) - before.get(key, 0)

    seen = one("helhed_http_requests_total", route="/overblik/{citizen_id}", method="GET", status="2xx")
    assert grown(seen) == 1
    assert grown(one("helhed_http_requests_total", route="(none)", method="GET", status="4xx")) == 1
    assert grown(one("helhed_lookup_seconds_count")) >= 2
    assert grown(one("helhed_search_seconds_count")) == 1
    assert grown(one("helhed_overviews_served_total", origin="index")) >= 1
    assert grown(one("helhed_decisions_total", basis="team", allowed="true")) >= 1
    assert grown(one("helhed_audit_lines_total", action="open_overview", outcome="not_found")) == 1
    assert after[one("helhed_database_connections_in_use")] >= 0
    assert not UUID_SHAPED.search(told.text)
    assert not NATIONAL_SHAPED.search(told.text)
    assert "Maja" not in told.text


def test_a_strange_method_makes_no_figure_of_its_own(town: Town) -> None:
    plain = town.client().http
    plain.request("FROBNICATE", "/mine-borgere")
    told = plain.get("/metrics").text
    assert 'method="other"' in told
    assert "FROBNICATE" not in told


def test_probes_get_no_cookie_and_every_header(town: Town) -> None:
    browser = town.client("anna.holm")
    for address in ("/metrics", "/health/live", "/health/ready"):
        answer = browser.http.get(address)
        assert answer.status_code == 200, address
        assert "set-cookie" not in answer.headers
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-security-policy"]
        assert browser.http.post(address).status_code == 405


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"])
def test_without_a_token_nobody_behind_a_proxy_reads_the_figures(town: Town, header: str) -> None:
    plain = town.client().http
    assert plain.get("/metrics").status_code == 200
    assert plain.get("/metrics", headers={header: "127.0.0.1"}).status_code == 404


def test_with_a_token_only_who_has_it_reads_the_figures(context: AppContext) -> None:
    guarded = replace(context, settings=context.settings.model_copy(update={"metrics_token": SecretStr(TOKEN)}))
    with serving(create_app(guarded)) as address:
        for wrong in (b"", b"Bearer \xe6", b"Basic " + TOKEN.encode(), b"Bearer " + TOKEN[:-1].encode()):
            assert httpx.get(f"{address}/metrics", headers={b"authorization": wrong}).status_code == 404
        right = {"authorization": f"Bearer {TOKEN}", "x-forwarded-for": "192.0.2.7"}
        assert httpx.get(f"{address}/metrics", headers=right).status_code == 200
        assert httpx.get(f"{address}/health/ready").status_code == 200


def test_all_is_well(town: Town) -> None:
    told = town.client().http.get("/health/ready").json()
    assert told == {"status": "ready", "components": {"postgresql": "ok", "index": "ok", "bus": "ok"}}


def test_the_expected_schema_is_the_newest_migration(database: Database) -> None:
    assert database.revision() == SCHEMA


def test_an_older_schema_is_not_ready_and_a_newer_is(context: AppContext, database: Database) -> None:
    def stands_at(revision: str) -> None:
        with database.transaction() as session:
            session.execute(text("UPDATE alembic_version SET version_num = :to"), {"to": revision})

    stands_at("0001_bus")
    told = Health(context).ready()
    assert (told.status, told.components["postgresql"]) == (Status.NOT_READY, State.BEHIND)
    stands_at("9999_later")
    assert Health(context).ready().status is Status.READY
    with database.transaction() as session:
        session.execute(text("DROP TABLE alembic_version"))
    assert Health(context).ready().components["postgresql"] is State.BEHIND


def test_a_database_that_says_nothing_is_told_in_time_and_figures_still_come(context: AppContext) -> None:
    with silent_server() as nobody:
        database = Database(nobody)
        with serving(create_app(replace(context, database=database))) as address:
            began = monotonic()
            answer = httpx.get(f"{address}/health/ready", timeout=30)
            assert monotonic() - began < 2 * LONGEST
            assert answer.status_code == 503
            assert answer.json()["components"] == {"postgresql": "silent", "index": "ok", "bus": "ok"}
            assert httpx.get(f"{address}/health/live").status_code == 200
            assert httpx.get(f"{address}/metrics").status_code == 200
    database.close()


def test_without_index_and_bus_pages_are_still_served(context: AppContext) -> None:
    with silent_server() as nobody:
        index, bus = PostgresIndex(nobody), PostgresBus(nobody)
        with serving(create_app(replace(context, index=index, bus=bus))) as address:
            answer = httpx.get(f"{address}/health/ready", timeout=30)
            page = httpx.get(f"{address}/log-ind")
    index.close()
    bus.close()
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "degraded",
        "components": {"postgresql": "ok", "index": "silent", "bus": "silent"},
    }
    assert page.status_code == 200


def test_a_line_a_request_with_route_and_reference_and_nothing_of_anybody(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    browser = town.client("anna.holm")
    lines: list[str] = []

    def told() -> list[str]:
        return [line for line in lines if "web.request" in line and not any(one in line for one in LOGGING_IN)]

    for number, form in enumerate((log.RedactingFormatter("%(levelname)s %(name)s %(message)s"), log.JsonFormatter())):
        with caplog.at_level(logging.INFO), caplog.filtering(_Written(form, lines)):
            answer = browser.get(f"/overblik/{town.ids[maja.MAJA]}?som=750786-4002")
            browser.get("/tilsyn?citizen_id=" + str(town.ids[maja.MAJA]))
            browser.get("/750786-4002/" + str(town.ids[maja.MAJA]))
            # A line is written when the answer is on its way already.
            until = monotonic() + PATIENCE
            while len(told()) < 3 * (number + 1) and monotonic() < until:
                Event().wait(0.01)
    assert len(told()) == 6
    assert not any(UUID_SHAPED.search(line) or NATIONAL_SHAPED.search(line) for line in told())
    text_line, json_line = told()[0], json.loads(told()[3])
    assert "route=/overblik/{citizen_id} method=GET status=200 ms=" in text_line
    assert json_line["fields"]["route"] == "/overblik/{citizen_id}"
    assert json_line["request"] == answer.headers["x-request-id"]


class _Written(logging.Filter):
    """Formats each line where it is logged, as a handler would."""

    def __init__(self, form: logging.Formatter, lines: list[str]) -> None:
        super().__init__()
        self._form, self._lines = form, lines

    def filter(self, record: logging.LogRecord) -> bool:
        self._lines.append(self._form.format(record))
        return True


def test_a_look_up_is_one_trace_below_the_front_that_asked(town: Town) -> None:
    trace, front = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
    browser = town.client("anna.holm")
    with collecting() as collector:
        header = {"traceparent": f"00-{trace}-{front}-01"}
        assert browser.http.get(f"/overblik/{town.ids[maja.MAJA]}", headers=header).status_code == 200
        browser.http.get("/mine-borgere", headers={"traceparent": "00-hostile\x7f-750786-4002"})
        tracing.close()
        spans = {span.name: span for span in collector.spans() if span.trace_id.hex() == trace}
        sent = b"".join(collector.bodies)
    served = spans["GET /overblik/{citizen_id}"]
    assert served.parent_span_id.hex() == front
    assert spans["open_overview"].parent_span_id == served.span_id
    assert {"facts", "audit.write", "index.get"} <= spans.keys()
    assert not any(str(key).encode() in sent for key in town.ids.values())
    assert b"750786" not in sent
