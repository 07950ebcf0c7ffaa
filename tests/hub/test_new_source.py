"""``helhed source new``: what it writes runs, passes its own tests and the linter, and nothing is overwritten."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hub.cli import app
from hub.cli.new_source.writing import PLACES

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("connectors", "tests")
LINKED = ("hub", "schemas", "search", "deploy", "pyproject.toml")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout of its own, so that the new files are not written into this one."""
    for name in COPIED:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
    for name in LINKED:
        (tmp_path / name).symlink_to(ROOT / name)
    return tmp_path


def new(checkout: Path, name: str, *more: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["source", "new", name, "--into", str(checkout), *more])
    return result.exit_code, result.output


def run(checkout: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(checkout), "RUFF_CACHE_DIR": str(checkout / ".ruff")}
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=checkout, env=environment, capture_output=True, text=True, check=False
    )


def test_a_new_source_passes_its_own_tests_and_the_linter_as_it_is_written(checkout: Path) -> None:
    status, output = new(checkout, "public_library", "--area", "school", "--title", "Biblioteket")
    assert status == 0, output
    written = [checkout / place.format(name="public_library") for place in PLACES.values()]
    assert all(path.is_file() for path in written)
    tests = run(checkout, "pytest", "-q", "-p", "no:cacheprovider", "tests/connectors/test_public_library.py")
    assert tests.returncode == 0, tests.stdout
    modules = [str(path) for path in written if path.suffix == ".py"]
    assert run(checkout, "ruff", "check", *modules).stdout.strip() == "All checks passed!"
    assert run(checkout, "ruff", "format", "--check", *modules).returncode == 0
    assert "helhed connector spec public_library" in output


def test_a_second_source_of_that_name_is_refused_and_nothing_is_overwritten(checkout: Path) -> None:
    new(checkout, "library")
    changed = checkout / "connectors/sources/library/payloads.py"
    changed.write_text("mine", encoding="utf-8")
    status, output = new(checkout, "library")
    assert status == 2
    assert "is there already" in output
    assert changed.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("name", ["Library", "my-library", "../x", "_x", "1x", "bibliotekæ", ""])
def test_a_name_that_cannot_be_a_package_is_refused(checkout: Path, name: str) -> None:
    status, output = new(checkout, name)
    assert status == 2
    assert "lower case" in output


def test_a_folder_that_is_no_checkout_is_refused(tmp_path: Path) -> None:
    status, output = new(tmp_path, "library")
    assert status == 2
    assert "no checkout" in output
