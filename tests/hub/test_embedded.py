"""The embedded PostgreSQL of one user does not hang on what another user of the machine left."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

NOBODY = 65534
"""A user who is not root; the number that Debian gives to ``nobody``."""
SHOW_LOCK = "import hub.embedded; print(hub.embedded.PostgresServer.lock_path)"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def temporary_folder_of_all() -> Iterator[Path]:
    """As /tmp is where somebody else has used the embedded server before."""
    with tempfile.TemporaryDirectory(prefix="helhed-embedded-") as name:
        folder = Path(name)
        folder.chmod(0o1777)
        (folder / ".lockfile").touch(0o600)
        yield folder


def python_of_another_user(words: str, temporary_folder: Path) -> subprocess.CompletedProcess[str]:
    variables = {name: value for name, value in os.environ.items() if name != "XDG_RUNTIME_DIR"}
    return subprocess.run(
        [sys.executable, "-c", words],
        user=NOBODY if os.geteuid() == 0 else None,
        cwd=ROOT,
        env={**variables, "TMPDIR": str(temporary_folder), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_user_has_a_lock_of_their_own(temporary_folder_of_all: Path) -> None:
    if python_of_another_user("", temporary_folder_of_all).returncode:
        pytest.skip(f"PYTHON IS OUT OF REACH OF ANOTHER USER: {sys.executable}")
    shown = python_of_another_user(SHOW_LOCK, temporary_folder_of_all)
    assert shown.returncode == 0, shown.stderr
    assert Path(shown.stdout.strip()).parent.name == "python_PostgresServer"
