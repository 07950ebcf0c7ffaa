"""Helhed's processes as they are deployed, and the processor time and memory that each process takes."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event

import httpx
from sqlalchemy import text

from deploy.sandbox.services.member import free_ports
from hub.context import AppContext

_TICKS = os.sysconf("SC_CLK_TCK")
_PARENT, _USER, _SYSTEM, _USER_OF_ENDED, _SYSTEM_OF_ENDED = 1, 11, 12, 13, 14
"""Fields of ``/proc/PID/stat`` after the name."""


@contextmanager
def workers(context: AppContext, number: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Workers whose loops have all got on once."""
    ports = free_ports(number)
    command = [sys.executable, "-m", "tests.bench.worker"]
    environment = _environment(context)
    processes = [subprocess.Popen(command, env={**environment, "HELHED_WORKER_PORT": str(port)}) for port in ports]
    try:
        for port in ports:
            _until_there(f"http://127.0.0.1:{port}/health/ready")
        yield processes
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()


@contextmanager
def web(context: AppContext) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A web server, and its address."""
    (port,) = free_ports(1)
    environment = _environment(context) | {"HELHED_PORT": str(port)}
    address = f"http://127.0.0.1:{port}"
    with subprocess.Popen([sys.executable, "-m", "hub.cli", "serve"], env=environment) as process:
        try:
            _until_there(f"{address}/health/live")
            yield process, address
        finally:
            process.terminate()


def _environment(context: AppContext) -> dict[str, str]:
    settings = context.settings
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("HELHED_")}
    return inherited | {
        "HELHED_DATABASE_URL": settings.database_url.get_secret_value() if settings.database_url else "",
        "HELHED_DIGEST_KEY": context.digest_key.decode(),
        "HELHED_SESSION_KEY": context.session_key.decode(),
        "HELHED_KAFKA_SERVERS": settings.kafka_servers,
        "HELHED_KAFKA_REPLICATION": "1",
        "HELHED_OPENSEARCH_URLS": settings.opensearch_urls,
        "HELHED_OPENSEARCH_REPLICAS": "0",
        "HELHED_DEMO": "true",
        "HELHED_SECURE_COOKIES": "false",
        "HELHED_RATE_LIMIT_FACTOR": "1000",
        "HELHED_LOG_LEVEL": "ERROR",
        "MALLOC_ARENA_MAX": "2",  # as the units and the image set it
    }


def _until_there(address: str) -> None:
    while True:
        with suppress(httpx.TransportError):
            if httpx.get(address, timeout=10).is_success:
                return
        Event().wait(0.1)


def postmaster(context: AppContext) -> int:
    """The process of PostgreSQL whose children answer."""
    with context.database.transaction() as session:
        return int(_stat(int(session.scalar(text("SELECT pg_backend_pid()")) or 0))[_PARENT])


def processor_seconds(pids: Sequence[int]) -> float:
    """Seconds of processor time of these processes."""
    return sum(_seconds(_stat(pid), _USER, _SYSTEM) for pid in pids)


def processor_seconds_with_children(pid: int) -> float:
    """Seconds of processor time of a process and its children, those that have ended among them."""
    own = _seconds(_stat(pid), _USER, _SYSTEM, _USER_OF_ENDED, _SYSTEM_OF_ENDED)
    return own + sum(_seconds(fields, _USER, _SYSTEM) for fields in _children(pid))


def _children(parent: int) -> Iterator[list[str]]:
    for path in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it ended meanwhile
            fields = _stat(int(path.name))
            if int(fields[_PARENT]) == parent:
                yield fields


def _seconds(fields: Sequence[str], *which: int) -> float:
    return sum(int(fields[one]) for one in which) / _TICKS


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rsplit(")", 1)[1].split()


def memory_of(pid: int) -> int:
    """Resident megabytes of a process."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1_000_000
