"""Commands as processes of their own, forked from one that has imported the hub: an import takes seconds, a fork none.

``python -m tests.forking`` is that one. It reads a line for each order and answers with a line.
"""

import gc
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from threading import Event, Lock
from time import monotonic
from typing import Any

import httpx

from deploy.sandbox.services.member import Member

PREPARED = (
    "uvicorn",
    "hub.app",
    "hub.cli.connector",
    "hub.cli.http_server",
    "hub.cli.run",
    "hub.inbox.listener",
    "hub.web.middlewares.answer_count",
    "hub.worker.supervisor",
    "hub.worker.upkeep",
    "connectors.sources.employment.connector",
    "connectors.sources.health.connector",
    "connectors.sources.school.connector",
    "connectors.sources.social.connector",
)
PATIENCE = 100
"""Seconds after which a command that is waited for is ended."""
WIDTH = "80"
"""Of the window: what writes tables asks once, when it is imported."""


def is_up(port: int) -> bool:
    """Whether a command answers there. Before that it ends at a signal, and where it finds no store."""
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health/live").is_success
    except httpx.TransportError:
        return False


class Commands:
    """``helhed`` with arguments, as often as one likes."""

    def __init__(self, process: "subprocess.Popen[str]", folder: Path) -> None:
        self._process = process
        self._folder = folder
        self._one_at_a_time = Lock()

    def run(self, environment: Mapping[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
        """What a process with exactly this environment wrote, and how it ended."""
        outputs = [self._folder / "stdout", self._folder / "stderr"]
        for each in outputs:
            each.unlink(missing_ok=True)
        process = self.start(environment, arguments, outputs, PATIENCE)
        code = self.ask({"ended": process.pid, "wait": True})
        out, err = (each.read_text(encoding="utf-8") for each in outputs)
        return subprocess.CompletedProcess(arguments, code, out, err)

    def start(
        self, environment: Mapping[str, str], arguments: Sequence[str], outputs: Sequence[Path], seconds: int = 0
    ) -> "Forked":
        """A process with exactly this environment, which writes to the end of *outputs* and lives *seconds*; 0: on."""
        order = {"environment": dict(environment), "arguments": list(arguments), "outputs": [*map(str, outputs)]}
        return Forked(self, self.ask(order | {"seconds": seconds}))

    def launch(self, member: Member) -> "Forked":
        """The member's command, whose words are those after ``helhed``."""
        return self.start(member.environment or {}, member.command, [member.log, member.log])

    def ask(self, order: dict[str, Any]) -> Any:
        """The answer to an order."""
        ask, answer = self._process.stdin, self._process.stdout
        assert ask
        assert answer
        with self._one_at_a_time:
            ask.write(json.dumps(order) + "\n")
            ask.flush()
            return json.loads(answer.readline())


class Forked:
    """A process that runs on, to be used as ``subprocess.Popen`` is."""

    def __init__(self, commands: Commands, pid: int) -> None:
        self._commands = commands
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """How it ended; None while it runs. Only then is its number given to another process."""
        if self.returncode is None:
            self.returncode = self._commands.ask({"ended": self.pid, "wait": False})
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Nothing happens when it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> int:
        """How it ended, once it has."""
        end = None if timeout is None else monotonic() + timeout
        while (code := self.poll()) is None:
            if end is not None and monotonic() > end:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
            Event().wait(0.01)
        return code


@contextmanager
def commands(folder: Path) -> Iterator[Commands]:
    """Commands; what is waited for writes into *folder* meanwhile."""
    command, environment = [sys.executable, "-m", "tests.forking"], os.environ | {"COLUMNS": WIDTH}
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, stdin=pipe, stdout=pipe, text=True, env=environment, start_new_session=True
    ) as process:
        yield Commands(process, folder)


def _serve() -> None:
    for name in PREPARED:
        import_module(name)
    gc.freeze()  # what all share is not written to
    for line in sys.stdin:
        sys.stdout.write(f"{json.dumps(_answer(json.loads(line)))}\n")
        sys.stdout.flush()


def _answer(order: dict[str, Any]) -> int | None:
    if "ended" in order:
        pid, status = os.waitpid(order["ended"], 0 if order["wait"] else os.WNOHANG)
        return os.waitstatus_to_exitcode(status) if pid else None
    child = os.fork()
    if not child:
        _become(order)
    return child


def _become(order: dict[str, Any]) -> None:
    signal.alarm(order["seconds"])
    os.setsid()
    os.environ.clear()
    os.environ.update(order["environment"])
    for number, path in enumerate(order["outputs"], 1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.argv = ["helhed", *order["arguments"]]
    import_module("hub.cli").app()


if __name__ == "__main__":
    _serve()
