"""The image: what its file promises, and, where one is built (``make image``), that it keeps it."""

import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

import hub
from tests.hub.test_cli_serve import free_port, is_there
from tests.hub.test_worker import until

FILE = (Path(__file__).resolve().parents[2] / "deploy/Containerfile").read_text("utf-8")
HARDENED = ("--rm", "--read-only", "--tmpfs=/tmp:rw,mode=1777", "--cap-drop=all", "--security-opt=no-new-privileges")


@pytest.fixture(scope="module")
def run() -> tuple[str, ...]:
    """The command that runs something in the image with as few rights as compose.yaml and the chart give it."""
    image = os.environ.get("HELHED_TEST_IMAGE")
    if image is None:
        pytest.skip("THE IMAGE IS MISSING: make image builds it and runs this, where there is podman or docker")
    engine = shlex.split(os.environ.get("HELHED_TEST_ENGINE", "podman run"))
    return (*engine, *HARDENED, "--network=host", image)


def answer(run: tuple[str, ...], *arguments: str, entrypoint: str | None = None) -> str:
    *options, image = run
    options += [f"--entrypoint={entrypoint}"] if entrypoint else []
    done = subprocess.run([*options, image, *arguments], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def test_the_file_takes_locked_packages_and_leaves_the_builder_behind() -> None:
    first, last = FILE.split("AS packages")[1].split("\nFROM ${BASE}\n")
    assert "--require-hashes" in first
    assert "pip install" not in last
    assert re.findall(r"^COPY .*$", last, re.MULTILINE) == ["COPY --from=packages /opt/helhed /opt/helhed"]
    assert "\nUSER 10001:10001\n" in last
    assert "\nHEALTHCHECK " in last


def test_it_has_the_version_and_is_not_root(run: tuple[str, ...]) -> None:
    assert answer(run, "--version").splitlines()[0] == f"helhed {hub.__version__}"
    assert answer(run, entrypoint="id").startswith("uid=10001(helhed) gid=10001(helhed)")


def test_it_can_write_nowhere_beside_its_folder_for_a_while(run: tuple[str, ...]) -> None:
    assert "Read-only file system" in answer(run, "-c", "open('/opt/helhed/x', 'w')", entrypoint="python3")


def test_it_has_no_pip_and_no_program_that_makes_root_of_somebody(run: tuple[str, ...]) -> None:
    assert "No module named pip" in answer(run, "-m", "pip", entrypoint="/opt/helhed/bin/python3")
    assert answer(run, "/", "-xdev", "-perm", "/6000", "-type", "f", entrypoint="find").count("\n/") == 0


def test_it_migrates_and_serves(run: tuple[str, ...]) -> None:
    with serving(run) as client:
        until(lambda: is_there(client))
        assert client.get("/log-ind").status_code == 200
        assert client.get("/static/vendor/dkfds/css/dkfds.min.css").status_code == 200


@contextmanager
def serving(run: tuple[str, ...]) -> Iterator[httpx.Client]:
    """The image with an embedded PostgreSQL in memory, which ends with it."""
    *options, image = run
    port, name = free_port(), f"helhed-test-{uuid4().hex}"
    settings = {"HELHED_DEMO": "true", "HELHED_DATA_DIR": "/tmp/helhed", "HELHED_PORT": str(port)}  # noqa: S108  its own
    command = [*options, f"--name={name}", *(f"--env={key}={value}" for key, value in settings.items())]
    script = ["--entrypoint=sh", image, "-c", "helhed migrate && exec helhed serve"]
    with subprocess.Popen([*command, *script], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
                yield client
        finally:
            process.terminate()
