"""Run a command with real services beside it: ``python -m deploy.sandbox.services -- COMMAND``.

The command finds them by ``HELHED_TEST_KAFKA`` and ``HELHED_TEST_OPENSEARCH``; what is set already is used and not
started. A service that cannot be had is reported on standard error, and the command runs without it.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from deploy.sandbox.services import kafka, opensearch
from deploy.sandbox.services.artefacts import ServiceMissing

KAFKA, OPENSEARCH = "HELHED_TEST_KAFKA", "HELHED_TEST_OPENSEARCH"


def main(
    command: Annotated[list[str], typer.Argument(help="The command, after --.")],
    brokers: Annotated[int, typer.Option(min=0, max=3, help="Kafka brokers; 0 starts none.")] = 1,
    nodes: Annotated[int, typer.Option(min=0, max=3, help="OpenSearch nodes; 0 starts none.")] = 1,
) -> None:
    """Run COMMAND with a real Kafka and a real OpenSearch beside it, then stop them."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    folder = Path(tempfile.mkdtemp(prefix="helhed-services-"))
    environment = dict(os.environ)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        if brokers and KAFKA not in environment:
            _add(environment, KAFKA, "Kafka", lambda: _bootstrap(stack, folder, brokers))
        if nodes and OPENSEARCH not in environment:
            _add(environment, OPENSEARCH, "OpenSearch", lambda: _urls(stack, folder, nodes))
        try:
            raise typer.Exit(subprocess.run(command, env=environment, check=False).returncode)  # noqa: S603  the caller's
        except KeyboardInterrupt:
            raise typer.Exit(130) from None


def _bootstrap(stack: ExitStack, folder: Path, brokers: int) -> str:
    return stack.enter_context(kafka.start(folder / "kafka", brokers=brokers)).bootstrap


def _urls(stack: ExitStack, folder: Path, nodes: int) -> str:
    return ",".join(stack.enter_context(opensearch.start(folder / "opensearch", nodes=nodes)).urls)


def _add(environment: dict[str, str], name: str, service: str, start: Callable[[], str]) -> None:
    print(f"Starting {service} …", flush=True)
    try:
        environment[name] = start()
    except ServiceMissing as error:
        print(f"\n*** {service} is missing; what needs it will be skipped ***\n{error}\n", file=sys.stderr, flush=True)


if __name__ == "__main__":
    typer.run(main)
