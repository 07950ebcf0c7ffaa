"""An upgrade as a municipality plays it: processes of two releases on one database, and somebody who looks."""

import compileall
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from typing import IO, Any

import httpx
from sqlalchemy import URL

from deploy.sandbox.services.member import Member, free_ports
from hub.migrations.releases import LAST_OF_RELEASE_BEFORE
from tests.hub.one_release import LOOKER
from tests.web.serving import NO_AUTHORITIES, TOKEN

TREE = Path(__file__).parents[2]
PROGRAM = ("connectors", "hub", "schemas", "search")
DRIVER = "tests/hub/one_release.py"
KEY = "only-for-tests-only-for-tests-only"
PATIENCE = 90.0
PAUSE = 0.4
"""Seconds between two pages of the visitor."""
NEXT_AFTER = (httpx.codes.SERVICE_UNAVAILABLE,)
"""Statuses at which deploy/nginx-pages.conf asks the next server."""


def unpack_release_before(folder: Path) -> bool:
    """Its tree, out of the history, with our driver in it; False: the history lacks it."""
    packed = subprocess.run(
        ["git", "archive", LAST_OF_RELEASE_BEFORE, *PROGRAM, "tests"],
        cwd=TREE,
        capture_output=True,
        check=False,
    )
    if packed.returncode:
        return False
    subprocess.run(["tar", "-x", "-C", str(folder)], input=packed.stdout, check=True)  # tarfile's filter came in 3.11.4
    (folder / DRIVER).write_text((TREE / DRIVER).read_text(encoding="utf-8"), encoding="utf-8")
    for room in PROGRAM:
        compileall.compile_dir(folder / room, quiet=1)  # else each of its processes compiles it
    return True


def until(condition: Callable[[], bool], what: str) -> None:
    """Wait until it holds."""
    end = monotonic() + PATIENCE
    while not condition():
        assert monotonic() < end, f"not in time: {what}"
        Event().wait(0.3)


class Release:
    """The processes of one release: a web server, a worker, and on request the driver."""

    def __init__(self, tree: Path, logs: Path, name: str, variables: Mapping[str, str]) -> None:
        (port,) = free_ports(1)
        self._tree, self._variables = tree, dict(variables) | {"PYTHONPATH": str(tree), "HOME": str(tree)}
        self._variables["HELHED_PORT"] = str(port)
        self.web = self._member(logs / f"{name}-web.log", port, "serve")
        self.worker = self._member(logs / f"{name}-worker.log", 0, "worker", "--no-collect")

    @property
    def address(self) -> str:
        """Of its web server."""
        return f"http://127.0.0.1:{self.web.port}"

    def start(self) -> None:
        """Start both and wait until the web server is ready: then a proxy lets it in."""
        self.web.start()
        self.worker.start()
        until(self.is_ready, f"{self.web.name} is ready")

    def stop(self) -> None:
        """Ask both to end, as an upgrade does."""
        for member in (self.web, self.worker):
            if member.process is not None and member.is_running:
                member.process.send_signal(signal.SIGTERM)
        for member in (self.web, self.worker):
            member.stop()

    def kill(self) -> None:
        """End both at once."""
        self.web.kill()
        self.worker.kill()

    def is_ready(self) -> bool:
        """Whether the web server says that it is."""
        try:
            answer = httpx.get(f"{self.address}/health/ready", verify=NO_AUTHORITIES)
        except httpx.TransportError:
            return False
        return answer.status_code == httpx.codes.OK and answer.json()["status"] == "ready"

    def tracebacks(self) -> int:
        """In the logs of both."""
        logs = [one.log.read_text(encoding="utf-8") for one in (self.web, self.worker) if one.log.exists()]
        return sum(log.count("Traceback") for log in logs)

    def plans_lost(self) -> int:
        """Statements that failed because a prepared one gives a column more since the tables were migrated."""
        return self.web.log.read_text(encoding="utf-8").count("error=NotSupportedError")

    def _member(self, log: Path, port: int, *words: str) -> Member:
        # -P: or modules of the folder where the tests were started come first, and it would be this release twice.
        command = [sys.executable, "-P", "-m", "hub.cli", *words]
        return Member(log.stem, port, command, log, self._variables)


class Driver:
    """``one_release`` in a process of its own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, verb: str, places: Sequence[Any]) -> Any:
        """Its answer."""
        stdin = _pipe(self._process.stdin)
        stdin.write(json.dumps([verb, list(places)]) + "\n")
        stdin.flush()
        return self.answer()

    def answer(self) -> Any:
        """The next line."""
        return json.loads(_pipe(self._process.stdout).readline())


@contextmanager
def driving(tree: Path, variables: Mapping[str, str]) -> Iterator[Driver]:
    """The release's driver, which has made its tables."""
    process = subprocess.Popen(
        [sys.executable, str(tree / DRIVER)],
        cwd=tree,
        env=dict(variables) | {"PYTHONPATH": str(tree), "HOME": str(tree)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        driver = Driver(process)
        driver.answer()
        yield driver
    finally:
        process.kill()
        process.communicate()


def _pipe(stream: IO[str] | None) -> IO[str]:
    assert stream is not None
    return stream


def variables_of(url: URL) -> dict[str, str]:
    """What processes of both releases are started with."""
    return {
        "PATH": os.environ["PATH"],
        "HELHED_DEMO": "true",
        "HELHED_DATABASE_URL": url.set(drivername="postgresql").render_as_string(hide_password=False),
        "HELHED_DIGEST_KEY": KEY,
        "HELHED_SESSION_KEY": KEY,
        "HELHED_SECURE_COOKIES": "false",
        "HELHED_BUS_PARTITIONS": "4",
    }


@dataclass
class Visitor:
    """A browser behind a proxy that does what deploy/nginx-pages.conf does.

    Round robin, and for what may be asked twice one more server where the first is away or says 503.
    """

    upstreams: list[str]
    """Addresses of the web servers that are let in; changed while it runs."""
    http: httpx.Client = field(
        default_factory=lambda: httpx.Client(verify=NO_AUTHORITIES, timeout=60, follow_redirects=False)
    )
    """One jar of cookies for all, as all are the same host."""
    answers: Counter[str] = field(default_factory=Counter)
    """By server."""
    shown: list[str] = field(default_factory=list)
    """Request ids of answers that show a citizen: each must have its line in the log."""
    faults: list[str] = field(default_factory=list)
    """What reached the browser and is no page of the citizen's."""
    passed_over: int = 0
    """Answers that came from the second server that was asked."""
    from_store: int = 0
    """Pages that came without the index."""
    _turn: Iterator[int] = field(default_factory=count)
    _kind: Iterator[int] = field(default_factory=count)

    def get(self, path: str) -> httpx.Response | None:
        """The answer, of one server or of the next; None: nobody answered."""
        turn, upstreams = next(self._turn), list(self.upstreams)
        for attempt in range(min(2, len(upstreams))):
            address = upstreams[(turn + attempt) % len(upstreams)]
            try:
                answer = self.http.get(address + path)
            except httpx.TransportError:
                continue
            if answer.status_code in NEXT_AFTER and attempt == 0 and len(upstreams) > 1:
                continue
            self.passed_over += attempt
            self.answers[address] += 1
            return answer
        return None

    def log_in(self, address: str) -> None:
        """Get a session from this server."""
        answer = self.http.post(f"{address}/log-ind", data={"csrf": self._token(address), "person": LOOKER})
        assert answer.status_code == httpx.codes.SEE_OTHER, answer.status_code

    def open(self, place: int, citizen_id: str) -> None:
        """Open the citizen's page, or the same of the API at every other turn, at whichever server."""
        self._look(self.get(self._path(citizen_id)), place)

    def open_at(self, address: str, place: int, citizen_id: str) -> None:
        """The same at this server."""
        self._look(self.http.get(address + self._path(citizen_id)), place)

    def _path(self, citizen_id: str) -> str:
        return f"{'/api' if next(self._kind) % 2 else ''}/overblik/{citizen_id}"

    def _look(self, answer: httpx.Response | None, place: int) -> None:
        if answer is None:
            self.faults.append("nobody answered")
            return
        name = f'"Borger{place}"' if answer.headers["content-type"] == "application/json" else f"Borger{place}"
        if answer.status_code != httpx.codes.OK or name not in answer.text or "Familiebehandling" not in answer.text:
            self.faults.append(f"{answer.status_code} of port {answer.request.url.port}")
            return
        self.shown.append(answer.headers["x-request-id"])
        self.from_store += "hentet direkte fra databasen" in answer.text

    @contextmanager
    def visiting(self, citizens: Mapping[int, str]) -> Iterator[None]:
        """Open one after the other in a thread, all the while; *citizens* may grow."""
        stop = Event()

        def visit() -> None:
            for turn in count():
                if stop.wait(PAUSE):
                    return
                everybody = list(citizens.items())
                self.open(*everybody[turn * 7 % len(everybody)])

        thread = Thread(target=visit, name="visitor")
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def _token(self, address: str) -> str:
        found = TOKEN.search(self.http.get(f"{address}/log-ind").text)
        return found.group(1) if found else ""
