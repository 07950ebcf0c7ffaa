"""An upgrade while everything runs: the release before and this one work at once, and nobody notices."""

import io
import json
import os
import subprocess
import sys
import tarfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

import pytest
from sqlalchemy import URL, Connection, text

from hub.db import Database
from hub.migrations import migrate
from hub.migrations.releases import LAST_OF_RELEASE_BEFORE
from hub.operation.health import SCHEMA

TREE = Path(__file__).parents[2]
DRIVER = "tests/hub/one_release.py"


@pytest.fixture(scope="module")
def release_before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree of the release before, out of the history; a clone without it cannot play this."""
    packed = subprocess.run(
        ["git", "archive", LAST_OF_RELEASE_BEFORE, "connectors", "hub", "schemas", "search", "tests"],
        cwd=TREE,
        capture_output=True,
        check=False,
    )
    if packed.returncode:
        warnings.warn(f"NOT PLAYED: the history lacks {LAST_OF_RELEASE_BEFORE}: git fetch --unshallow", stacklevel=1)
        pytest.skip(f"THE RELEASE BEFORE IS MISSING, {LAST_OF_RELEASE_BEFORE}: git fetch --unshallow")
    folder = tmp_path_factory.mktemp("before")
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extractall(folder, filter="data")
    (folder / DRIVER).write_text((TREE / DRIVER).read_text(encoding="utf-8"), encoding="utf-8")
    return folder


@contextmanager
def running(tree: Path, url: URL, first: int) -> Iterator[subprocess.Popen[str]]:
    """A release at work in a process of its own."""
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(tree), "HOME": str(tree)}
    process = subprocess.Popen(
        [sys.executable, str(tree / DRIVER), address, str(first), "2"],
        cwd=tree,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def line(process: subprocess.Popen[str]) -> str:
    return pipe(process.stdout).readline().strip()


def told(process: subprocess.Popen[str], words: str = "stop") -> dict[str, Any]:
    stdin = pipe(process.stdin)
    stdin.write(words + "\n")
    stdin.flush()
    answer: dict[str, Any] = json.loads(line(process))
    return answer


def pipe(stream: IO[str] | None) -> IO[str]:
    assert stream is not None
    return stream


def test_the_release_before_and_this_one_work_at_once_and_there_is_a_way_back(
    administrator: Connection, postgres: URL, release_before: Path
) -> None:
    name = f"two_{uuid4().hex}"
    administrator.execute(text(f"CREATE DATABASE {name}"))
    url = postgres.set(database=name)
    source = f"from hub.migrations import migrate; migrate({url.render_as_string(hide_password=False)!r})"
    subprocess.run(
        [sys.executable, "-c", source], cwd=release_before, env={"PYTHONPATH": str(release_before)}, check=True
    )
    with running(release_before, url, 0) as before:
        assert line(before) == "ready"
        migrate(url)  # beneath it, while it works
        database = Database(url)
        assert database.revision() == SCHEMA
        database.close()
        with running(TREE, url, 1) as now:
            assert line(now) == "ready"
            of_now, of_before = told(now), told(before)
            everybody = [*range(0, of_before["last"], 2), *range(1, of_now["last"], 2)]
            after = told(now, json.dumps(everybody))
        # The way back: this release is gone, and the one before reads everything that it wrote.
        back = told(before, json.dumps(everybody))
    administrator.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    assert (of_now["faults"], of_before["faults"]) == ([], [])
    assert (after, back) == ({"missing": [], "faults": []},) * 2
    assert len(everybody) >= 60
