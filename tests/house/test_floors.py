"""The house rules, as tests: floors and doors, sizes, names, lint, types."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TYPES_CACHE = ROOT / ".mypy_cache" if (ROOT / ".mypy_cache").is_dir() else Path.home() / ".cache" / "helhed" / "mypy"
"""What mypy knows of what has not changed. A fresh checkout takes that of the machine: to read all takes a minute."""
MOST_LINES = 400
DRAWERS = {"utils", "util", "helpers", "helper", "common", "misc"}


def _tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).exists()]


@pytest.mark.parametrize(
    "command",
    [
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
        ["mypy", "--cache-dir", str(TYPES_CACHE)],
        ["lint-imports", "--no-cache", "--no-logo"],
    ],
    ids=["lint", "form", "types", "floors"],
)
def test_the_machine_readable_rules_hold(command: list[str]) -> None:
    tool = Path(sys.executable).parent / command[0]
    result = subprocess.run([tool, *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_no_file_is_too_long_to_be_read() -> None:
    too_long = {
        str(path.relative_to(ROOT)): lines
        for path in _tracked("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > MOST_LINES
    }
    assert not too_long


def test_no_module_is_a_drawer() -> None:
    assert not [path for path in _tracked("*.py") if path.stem in DRAWERS or path.stem[-1].isdigit()]


def test_every_package_says_what_lives_in_it() -> None:
    for path in _tracked("*__init__.py"):
        text = path.read_text(encoding="utf-8")
        assert text.startswith('"""'), path
        assert "TODO" not in text, path


def test_no_address_of_a_registry_or_a_machine_is_committed() -> None:
    words = ["pypi" + ".org", "python" + "hosted", "npm" + "js", "maven" + ".org", "/" + "root/"]
    results = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in _tracked()
        if path.suffix in {".py", ".txt", ".toml", ".json", ".md", ".yml", ".html", ".css", ".js"}
        for word in words
        if word in path.read_text(encoding="utf-8")
    ]
    assert not results
