"""Commands as processes of their own, forked from one that has imported the hub: an import takes seconds, a fork none.

``python -m tests.forking`` is that one. It reads a line for each command and answers with a line when it has ended.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

PREPARED = (
    "hub.cli.connector",
    "hub.cli.run",
    "hub.worker.upkeep",
    "connectors.sources.health.connector",
    "connectors.sources.social.connector",
)
PATIENCE = 100
"""Seconds after which a command is ended."""
WIDTH = "80"
"""Of the window: what writes tables asks once, when it is imported."""


class Commands:
    """``helhed`` with arguments, as often as one likes."""

    def __init__(self, process: "subprocess.Popen[str]", folder: Path) -> None:
        self._process = process
        self._folder = folder

    def run(self, environment: Mapping[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
        """What a process with exactly this environment wrote, and how it ended."""
        ask, answer = self._process.stdin, self._process.stdout
        assert ask
        assert answer
        outputs = [self._folder / "stdout", self._folder / "stderr"]
        order = {"environment": dict(environment), "arguments": arguments, "outputs": [str(each) for each in outputs]}
        ask.write(json.dumps(order) + "\n")
        ask.flush()
        code = int(answer.readline())
        out, err = (each.read_text(encoding="utf-8") for each in outputs)
        return subprocess.CompletedProcess(arguments, code, out, err)


@contextmanager
def commands(folder: Path) -> Iterator[Commands]:
    """Commands whose output lies in *folder* meanwhile."""
    command, environment = [sys.executable, "-m", "tests.forking"], os.environ | {"COLUMNS": WIDTH}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        yield Commands(process, folder)


def _serve() -> None:
    for name in PREPARED:
        import_module(name)
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if not child:
            _become(order)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _become(order: dict[str, Any]) -> None:
    signal.alarm(PATIENCE)
    os.environ.clear()
    os.environ.update(order["environment"])
    for number, path in enumerate(order["outputs"], 1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.argv = ["helhed", *order["arguments"]]
    import_module("hub.cli").app()


if __name__ == "__main__":
    _serve()
