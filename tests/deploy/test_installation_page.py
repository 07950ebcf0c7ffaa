"""The page of the installation: each file it names is there, and each command of Helhed that pages name is one."""

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from hub.cli import app

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/installation.md").read_text(encoding="utf-8")
UNITS = ROOT / "deploy/systemd"
OPERATOR = (UNITS / "helhed.sh").read_text(encoding="utf-8")
COMMANDS: Any = typer.main.get_command(app)
"""A group of commands; the library that it comes from names its classes in its own way."""
PAGES = sorted((ROOT / "docs").glob("*.md"))
_IN_TEXT = re.compile(r"`(helhed [^`\n]+)`")
_IN_BLOCK = re.compile(r"(?:^ *|&& |; )(?:/opt/helhed/bin/)?(helhed [a-z][^#|&;\n\\]*)", re.MULTILINE)
_BLOCK = re.compile(r"^ *```\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


def commands_of(text: str) -> Iterator[str]:
    """What stands as a command of Helhed in the code of a page."""
    yield from _IN_TEXT.findall(text)
    for block in _BLOCK.findall(text):
        yield from _IN_BLOCK.findall(block)


def unknown(line: str) -> str | None:
    """The first word of a command that Helhed does not know; None: it knows them all."""
    try:
        words = shlex.split(line, comments=True)[1:]
    except ValueError:
        return None  # cut off by the page
    command = COMMANDS
    while words and (below := getattr(command, "commands", {})) and not words[0].startswith("-"):
        name = words.pop(0)
        if name not in below:
            return None if re.search(r"[^a-z-]", name) else name  # a place for one, as in `helhed …`
        command = below[name]
    known = {"--help"}.union(*((*each.opts, *each.secondary_opts) for each in command.params))
    given = [word.partition("=")[0] for word in words if re.fullmatch(r"--[a-z-]+(?:=.*)?", word)]
    return next((option for option in given if option not in known), None)


def test_every_file_that_the_page_names_is_there() -> None:
    named = set(re.findall(r"(?<!exec )\bdeploy/[\w./@*-]*[\w*]", PAGE))
    assert len(named) > 10
    assert {name for name in named if not list(ROOT.glob(name))} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_a_page_names_is_one(page: Path) -> None:
    lines = list(commands_of(page.read_text(encoding="utf-8")))
    assert [(line, word) for line in lines if (word := unknown(line))] == []


def test_a_command_that_is_none_is_seen() -> None:
    assert unknown("helhed restore finnish") == "finnish"
    assert unknown("helhed source add x --sort y") == "--sort"
    assert unknown("helhed source add x --kind odata") is None
    assert "helhed backup enable" in list(commands_of(PAGE))


def test_an_operators_command_has_what_the_units_have() -> None:
    subprocess.run(["sh", "-n", str(UNITS / "helhed.sh")], check=True)
    for name in ("helhed-backup.service", "helhed-check.service"):
        unit = (UNITS / name).read_text(encoding="utf-8")
        settings = [*re.findall(r"^LoadCredential=\S+:(\S+)$", unit, re.MULTILINE)]
        settings += re.findall(r"^EnvironmentFile=(\S+)$", unit, re.MULTILINE)
        settings += re.findall(r"\bHELHED_(?!SECRETS_DIR|AUDIT_KEY_FILE|LOG_FORMAT)[A-Z_]+=\S+", unit)
        assert len(settings) > 2
        assert [each for each in settings if each not in OPERATOR] == [], name


def test_prometheus_reads_every_process_of_the_units() -> None:
    text = (ROOT / "deploy/prometheus.yml").read_text(encoding="utf-8")
    web = re.findall(r"^HELHED_PORT=(\d+)$", (UNITS / "helhed.env").read_text(encoding="utf-8"), re.MULTILINE)
    workers = re.findall(r"helhed-worker@(\d)", (UNITS / "helhed.target").read_text(encoding="utf-8"))
    assert re.findall(r"127\.0\.0\.1:(\d+)", text) == [*web, *(f"910{worker}" for worker in workers)]
    for file in re.findall(r"(?:rule_files: \[|credentials_file: )([\w./-]+)", text):
        assert f"/etc/prometheus/{Path(file).name}" in PAGE
