"""The commands that talk to sources, as processes of their own against the simulated fagsystemer."""

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from deploy.sandbox.fagsystemer.process import Running, start
from hub.db import Database
from tests.forking import WIDTH, Commands, commands

EXAMPLES = Path(__file__).resolve().parents[3] / "shared/data/fhir"
KEY = "only-for-tests-only-for-tests-only"
WRONG = "wrong-secret-that-must-not-be-shown"

pytestmark = pytest.mark.xdist_group("sandbox")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Running]:
    with start(citizens=20, seed=3, today=date(2023, 9, 12)) as running:
        yield running


@pytest.fixture(scope="module")
def forking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commands]:
    with commands(tmp_path_factory.mktemp("commands")) as result:
        yield result


@dataclass
class Installation:
    """Where the commands run."""

    commands: Commands
    variables: dict[str, str]

    def helhed(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        result = self.commands.run(self.variables, *arguments)
        outcome = result.stdout + result.stderr
        assert "Traceback" not in outcome
        assert WRONG not in outcome
        assert self.variables["RIGHT"] not in outcome
        return result


@pytest.fixture
def installation(sandbox: Running, forking: Commands, tmp_path: Path) -> Installation:
    def table(name: str, base_url: str, token_url: str, secret: str, rest: str = "") -> str:
        return (
            f'[{name}]\nbase_url = "{base_url}"\ntoken_url = "{token_url}"\nclient_id = "{sandbox.client_id}"\n'
            f'client_secret = {{ env = "{secret}" }}\n{rest}\n'
        )

    odata, fhir = 'connector = "odata"\nenvironment = "demo"', 'connector = "fhir"'
    nobody = "http://127.0.0.1:9"
    sources = tmp_path / "sources.toml"
    sources.write_text(
        table("social", sandbox.odata_url, sandbox.odata_token_url, "RIGHT", odata)
        + table("health", sandbox.fhir_url, sandbox.fhir_token_url, "RIGHT", fhir)
        + table("locked", sandbox.fhir_url, sandbox.fhir_token_url, "WRONG", fhir)
        + table("gone", nobody, f"{nobody}/token", "RIGHT", fhir + '\npatience = "never"'),
        encoding="utf-8",
    )
    variables = {name: value for name, value in os.environ.items() if not name.startswith("HELHED_")}
    own = {"HELHED_SOURCES_FILE": str(sources), "RIGHT": sandbox.client_secret, "WRONG": WRONG, "COLUMNS": WIDTH}
    return Installation(forking, variables | own)


@pytest.mark.parametrize("source", ["social", "health"])
def test_a_source_is_checked_previewed_masked_and_read(installation: Installation, source: str) -> None:
    checked = installation.helhed("connector", "check", source)
    assert (checked.returncode, checked.stdout[:3]) == (0, "ok "), checked.stderr
    preview = installation.helhed("connector", "preview", source, "--limit", "5", "--json")
    rows = [json.loads(line) for line in preview.stdout.splitlines()]
    assert len(rows) == 5
    assert not any("Testborg" in line for line in preview.stdout.splitlines())
    read = installation.helhed("connector", "read", source, "--json")
    counts = [json.loads(line) for line in read.stdout.splitlines()]
    assert sum(count["count"] for count in counts if count["outcome"] == "mapped") > 20
    table = installation.helhed("connector", "discover", source).stdout
    assert max(map(len, table.splitlines())) <= 80
    assert "\x1b" not in table


@pytest.mark.parametrize("source", ["locked", "gone"])
def test_a_source_that_does_not_let_us_in_is_one_line(installation: Installation, source: str) -> None:
    checked = installation.helhed("connector", "check", source)
    assert checked.returncode == 1
    assert checked.stdout.startswith("not ok ")
    read = installation.helhed("connector", "read", source)
    assert read.returncode == 2
    assert len([line for line in read.stderr.splitlines() if line.startswith("helhed: ")]) == 1


def test_a_source_is_read_onto_the_bus(installation: Installation, database: Database) -> None:
    installation.variables |= {
        "HELHED_DATABASE_URL": database.url.render_as_string(hide_password=False),
        "HELHED_DIGEST_KEY": KEY,
        "HELHED_SESSION_KEY": KEY,
    }
    result = installation.helhed("collect", "health")
    assert result.returncode == 0, result.stderr
    assert [line.split(": ")[1] for line in result.stdout.splitlines()] == ["complete"] * 7
    assert installation.helhed("collect", "health", "--stream", "Goal").stdout.startswith("Goal: complete: ")
    refused = installation.helhed("collect", "locked")
    assert refused.returncode == 1, refused.stderr
    assert ": refused: " in refused.stdout


def test_published_examples_are_read_from_a_folder(installation: Installation) -> None:
    if not EXAMPLES.exists():
        pytest.skip("the published FHIR examples are not here")
    result = installation.helhed("connector", "read", "health", "--dir", str(EXAMPLES))
    assert result.returncode == 0, result.stderr
    assert "0 crashes" in result.stdout
