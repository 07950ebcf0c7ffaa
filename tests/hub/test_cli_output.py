"""What the command line says: help that teaches, one line when something is wrong, and never a secret."""

import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from hub.cli import app
from hub.db import Database

COMMANDS = [
    [],
    ["migrate"],
    ["serve"],
    ["worker"],
    ["collect"],
    ["settings"],
    ["connector"],
    ["connector", "kinds"],
    ["connector", "spec"],
    ["connector", "check"],
    ["connector", "discover"],
    ["connector", "preview"],
    ["connector", "read"],
    ["schema"],
    ["schema", "export"],
]
SECRET = "hemmelighed-42-hemmelighed-42-hemmelighed"
SOURCE = """
[social]
connector = "odata"
base_url = "https://dubu.example.dk"
token_url = "https://login.example.dk/token"
client_id = "helhed"
environment = "prod"
"""


class Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture(autouse=True)
def as_piped(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """80 columns, no settings but the test's own, and the log left as it was."""
    for name in [name for name in os.environ if name.startswith(("HELHED_", "FORCE_COLOR"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "80")
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def helhed(*arguments: str, **environment: str) -> Done:
    """The command as at a terminal, within this process."""
    result = CliRunner().invoke(app, arguments, env=environment)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Done(result.exit_code, result.stdout, result.stderr)


def says_one_line(done: Done, *words: str, status: int = 2) -> None:
    lines = done.stderr.strip().splitlines()
    assert (done.returncode, len(lines)) == (status, 1), done.stderr
    assert lines[0].startswith("helhed: ")
    assert SECRET not in done.stderr + done.stdout
    for word in words:
        assert word in lines[0], lines[0]


def sources(folder: Path, content: str) -> dict[str, str]:
    path = folder / "sources.toml"
    path.write_text(content, encoding="utf-8")
    return {"HELHED_SOURCES_FILE": str(path)}


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(command: list[str]) -> None:
    result = helhed(*command, "--help")
    assert result.returncode == 0, result.stderr
    assert "Usage:" in result.stdout
    assert len(result.stdout.split()) > 20
    assert "\x1b" not in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80


@pytest.mark.parametrize("command", ["settings", "connector kinds"])
def test_tables_stay_whole_when_piped(command: str) -> None:
    result = helhed(*command.split())
    assert result.returncode == 0, result.stderr
    assert "\x1b" not in result.stdout
    assert len({len(line) for line in result.stdout.splitlines() if line.strip()}) == 1


def test_migrating_twice_is_harmless(database: Database) -> None:
    with database.transaction() as session:
        session.execute(text("DROP SCHEMA public CASCADE; CREATE SCHEMA public"))
    address = database.url.render_as_string(hide_password=False)
    for _ in range(2):
        result = helhed("migrate", HELHED_DATABASE_URL=address)
        assert (result.returncode, result.stdout) == (0, "The database is up to date.\n"), result.stderr
    with database.transaction() as session:
        assert session.scalar(text("SELECT count(*) FROM records")) == 0


@pytest.mark.parametrize("revision", [None, "0001_bus"])
@pytest.mark.parametrize(
    "command",
    [
        *("serve", "worker", "listen", "collect social", "source list", "source held", "index verify", "index reindex"),
        *("quarantine list social", "quarantine republish social", "identity list"),
    ],
)
def test_without_the_tables_that_are_needed_a_command_says_what_to_run(
    database: Database, command: str, revision: str | None, tmp_path: Path
) -> None:
    with database.transaction() as session:
        if revision is None:
            session.execute(text("DROP SCHEMA public CASCADE; CREATE SCHEMA public"))
        else:
            session.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
    settings = {
        "HELHED_DATABASE_URL": database.url.render_as_string(hide_password=False),
        "HELHED_SESSION_KEY": SECRET,
        "HELHED_DIGEST_KEY": SECRET,
        "HELHED_DATA_DIR": str(tmp_path),
        "HELHED_LISTEN_CERTIFICATE": str(tmp_path / "certificate"),
        "HELHED_LISTEN_CA": str(tmp_path / "ca"),
    }
    words = "no tables yet" if revision is None else "older than this program"
    says_one_line(helhed(*command.split(), **settings), words, "helhed migrate")


@pytest.mark.parametrize(
    ("address", "words"),
    [
        (f"postgresql://u:{SECRET}@127.0.0.1:1/x", "does not answer"),
        (f"postgresql://u:{SECRET}@nowhere.invalid/x", "does not answer"),
        (f"not an address {SECRET}", "looks like postgresql://"),
    ],
)
def test_a_database_that_is_not_there_is_one_line(address: str, words: str) -> None:
    says_one_line(helhed("migrate", HELHED_DATABASE_URL=address), words, "HELHED_DATABASE_URL")


def test_an_empty_database_asks_for_migrate(database: Database, tmp_path: Path) -> None:
    with database.transaction() as session:
        session.execute(text("DROP SCHEMA public CASCADE; CREATE SCHEMA public"))
    environment = sources(tmp_path, SOURCE + f'client_secret = "{SECRET}"') | {
        "HELHED_DATABASE_URL": database.url.render_as_string(hide_password=False),
        "HELHED_DIGEST_KEY": SECRET,
        "HELHED_SESSION_KEY": SECRET,
    }
    says_one_line(helhed("collect", "social", **environment), "helhed migrate")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('[social\nx = "', "cannot be read"),
        ("social = 3", "stands outside the sources"),
        ('[social]\nconnector = "sap"', "'sap' is not one of: "),
        ("[social]\n", "connector = None is not one of"),
        (SOURCE, "give either token_url, client_id and client_secret, or login_url"),
        (SOURCE + 'client_secret = { env = "NOT_THERE" }', "environment variable NOT_THERE is not set"),
        (SOURCE + 'client_secret = { file = "/not/there" }', "file /not/there cannot be read"),
        (SOURCE + f'client_secret = "{SECRET}"\ncolour = "{SECRET}"', "colour: Extra inputs are not permitted"),
        (SOURCE.replace("[social]", "[other]") + f'client_secret = "{SECRET}"', "no source called social"),
    ],
)
def test_a_wrong_sources_file_is_one_line(content: str, words: str, tmp_path: Path) -> None:
    says_one_line(helhed("connector", "check", "social", **sources(tmp_path, content)), words)


@pytest.mark.parametrize(
    ("command", "environment", "words"),
    [
        ("connector check social", {"HELHED_SOURCES_FILE": "/not/there.toml"}, "No such file"),
        ("connector check social", {}, "set HELHED_SOURCES_FILE"),
        ("connector spec sap", {}, "no connector of kind sap"),
        ("worker", {"HELHED_DATABASE_URL": "postgresql:///x"}, "HELHED_DIGEST_KEY is not set"),
        ("worker", {"HELHED_DIGEST_KEY": "short"}, "must have at least 32 characters"),
        ("serve", {"HELHED_PORT": "many"}, "HELHED_PORT"),
    ],
)
def test_a_wrong_setting_is_one_line(command: str, environment: dict[str, str], words: str) -> None:
    says_one_line(helhed(*command.split(), **environment), words)


def test_the_schemas_are_written_to_a_folder_and_to_the_screen(tmp_path: Path) -> None:
    result = helhed("schema", "export", "--to", str(tmp_path / "schemas"))
    assert result.returncode == 0, result.stderr
    items = sorted((tmp_path / "schemas").iterdir())
    whole = json.loads(helhed("schema", "export").stdout)
    assert len(items) > 5
    for path in items:
        schema = json.loads(path.read_text(encoding="utf-8"))
        assert path.name == f"{schema['title']}.schema.json"
        assert schema["title"] in whole["$defs"]


@pytest.mark.parametrize("kind", ["fhir", "odata"])
def test_a_kinds_settings_are_told_with_their_secrets_marked(kind: str) -> None:
    spec = json.loads(helhed("connector", "spec", kind).stdout)
    assert '"writeOnly": true' in json.dumps(spec["properties"]["client_secret"])
