"""Processor time of a look-up: of the server, in a process of its own as deployed, and of PostgreSQL."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from uuid import UUID

import httpx
from sqlalchemy import text

from deploy.sandbox.services.member import free_ports
from hub.context import AppContext
from tests.bench.ground import Row
from tests.web.serving import browsing

_TICKS = os.sysconf("SC_CLK_TCK")
_PARENT, _USER, _SYSTEM = 1, 11, 12
"""Fields of ``/proc/PID/stat`` after the name."""


def look_up_costs(name: str, context: AppContext, actor_id: str, citizens: Sequence[UUID]) -> Iterator[Row]:
    """A row for JSON and one for HTML; the employee opens each of the citizens in turn."""
    server = _postmaster(context)
    with _served(context) as (process, address), browsing(address, actor_id) as browser:
        for kind, path in (("JSON", "/api/overblik/"), ("HTML", "/overblik/")):
            for citizen in citizens[: len(citizens) // 10]:
                browser.http.get(f"{path}{citizen}").raise_for_status()
            before = _seconds(process.pid), sum(map(_seconds, _children(server)))
            for citizen in citizens:
                browser.http.get(f"{path}{citizen}").raise_for_status()
            after = _seconds(process.pid), sum(map(_seconds, _children(server)))
            ours, database = ((end - start) / len(citizens) for start, end in zip(before, after, strict=True))
            told = f"{ours * 1000:.1f} ms + {database * 1000:.1f} ms"
            yield Row(f"processor time of a look-up as {kind}: server + PostgreSQL, {name}", told)


@contextmanager
def _served(context: AppContext) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    settings, (port,) = context.settings, free_ports(1)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HELHED_")}
    environment |= {
        "HELHED_DATABASE_URL": settings.database_url.get_secret_value() if settings.database_url else "",
        "HELHED_DIGEST_KEY": context.digest_key.decode(),
        "HELHED_SESSION_KEY": context.session_key.decode(),
        "HELHED_OPENSEARCH_URLS": settings.opensearch_urls,
        "HELHED_DEMO": "true",
        "HELHED_SECURE_COOKIES": "false",
        "HELHED_LOG_LEVEL": "ERROR",
        "HELHED_PORT": str(port),
    }
    address = f"http://127.0.0.1:{port}"
    with subprocess.Popen([sys.executable, "-m", "hub.cli", "serve"], env=environment) as process:
        try:
            while not _is_there(address):
                Event().wait(0.1)
            yield process, address
        finally:
            process.terminate()


def _is_there(address: str) -> bool:
    try:
        return httpx.get(f"{address}/health/live").is_success
    except httpx.TransportError:
        return False


def _postmaster(context: AppContext) -> int:
    with context.database.transaction() as session:
        return int(_stat(int(session.scalar(text("SELECT pg_backend_pid()")) or 0))[_PARENT])


def _children(parent: int) -> list[int]:
    return [int(path.name) for path in Path("/proc").glob("[0-9]*") if _parent(int(path.name)) == parent]


def _parent(pid: int) -> int | None:
    try:
        return int(_stat(pid)[_PARENT])
    except OSError:  # it ended meanwhile
        return None


def _seconds(pid: int) -> float:
    fields = _stat(pid)
    return (int(fields[_USER]) + int(fields[_SYSTEM])) / _TICKS


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rsplit(")", 1)[1].split()
