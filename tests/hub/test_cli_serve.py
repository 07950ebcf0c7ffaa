"""``helhed serve`` as in production: it answers, logs JSON, and at SIGTERM ends in order with its traces sent."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

import httpx

from hub.db import Database
from tests.hub.test_worker import PATIENCE, until
from tests.otlp import Collector, listening

KEY = "only-for-tests-only-for-tests-only"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])


def test_a_server_ends_in_order_and_loses_no_step(database: Database) -> None:
    port = free_port()
    with listening() as collector, serve(database, port, collector) as running:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
            until(lambda: is_there(client))
            assert client.get("/health/ready").json()["status"] in {"ready", "degraded"}
            assert client.get("/log-ind").status_code == 200
        running.send_signal(signal.SIGTERM)
        began = monotonic()
        _, told = running.communicate(timeout=PATIENCE)
        assert monotonic() - began < PATIENCE / 2
        assert [span.name for span in collector.spans()] == ["GET /log-ind"]
    assert running.returncode == 0
    lines = [json.loads(line) for line in told.splitlines()]
    (request,) = [line for line in lines if line["event"] == "web.request"]
    assert request["fields"]["route"] == "/log-ind"
    assert request["trace"]


@contextmanager
def serve(database: Database, port: int, collector: Collector) -> Iterator[subprocess.Popen[str]]:
    settings = {
        "HELHED_DATABASE_URL": database.url.render_as_string(hide_password=False),
        "HELHED_SESSION_KEY": KEY,
        "HELHED_DIGEST_KEY": KEY,
        "HELHED_DEMO": "true",
        "HELHED_PORT": str(port),
        "HELHED_LOG_FORMAT": "json",
        "HELHED_OTLP_ENDPOINT": collector.address,
    }
    command = [sys.executable, "-m", "hub.cli", "serve"]
    with subprocess.Popen(command, env={**os.environ, **settings}, stderr=subprocess.PIPE, text=True) as running:
        try:
            yield running
        finally:
            running.kill()


def is_there(client: httpx.Client) -> bool:
    try:
        return client.get("/health/live").status_code == 200
    except httpx.ConnectError:
        return False
