"""The units for one machine: systemd can read them, they are as hardened as the page says, and start what there is."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import typer

from hub.cli import app
from hub.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
UNITS = ROOT / "deploy/systemd"
SERVICES = sorted(UNITS.glob("*.service"))
PAGE = (ROOT / "docs/installation.md").read_text(encoding="utf-8")
ANALYZE = shutil.which("systemd-analyze")
needs_systemd = pytest.mark.skipif(ANALYZE is None, reason="SYSTEMD IS MISSING: apt-get install systemd")


@needs_systemd
def test_systemd_can_read_every_unit(tmp_path: Path) -> None:
    for path in (*SERVICES, *UNITS.glob("*.timer"), UNITS / "helhed.target"):
        unit = path.read_text(encoding="utf-8").replace("/opt/helhed/bin/helhed", shutil.which("true") or "")
        (tmp_path / path.name).write_text(unit)
    command = [ANALYZE or "", "verify", "--man=no", *map(str, sorted(tmp_path.iterdir()))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert [line for line in done.stderr.splitlines() if "helhed" in line] == []


@needs_systemd
@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_every_service_is_as_hardened_as_the_page_says(path: Path) -> None:
    (figure,) = re.findall(r"exposure level of each service is ([\d.]+)", PAGE)
    command = [ANALYZE or "", "security", "--offline=true", "--no-pager", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    (level,) = re.findall(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
    assert float(level) <= float(figure), done.stdout


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_a_service_starts_a_command_that_there_is(path: Path) -> None:
    (command,) = re.findall(
        r"^ExecStart=/opt/helhed/bin/helhed (\w+)(?: \w+)?$", path.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert command in typer.main.get_command(app).commands  # type: ignore[attr-defined]


def test_only_the_migration_has_the_owners_address() -> None:
    owners = [path.name for path in SERVICES if "helhed_owner" in path.read_text(encoding="utf-8")]
    assert owners == ["helhed-migrate.service"]


def test_no_unit_takes_the_shared_memory_of_postgresql_away_when_it_ends() -> None:
    for path in SERVICES:
        unit = path.read_text(encoding="utf-8")
        assert ("RemoveIPC=no" in unit) is ("\nUser=postgres\n" in unit), path.name


def test_every_variable_of_the_units_is_a_setting() -> None:
    texts = [path.read_text(encoding="utf-8") for path in (*SERVICES, UNITS / "helhed.env")]
    names = {name for text in texts for name in re.findall(r"\bHELHED_([A-Z_]+)=", text)}
    assert names - {"SECRETS_DIR"} <= {name.upper() for name in Settings.model_fields}
