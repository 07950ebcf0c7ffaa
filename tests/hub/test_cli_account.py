"""``helhed account``: machines are let in and shut out, and each is a line."""

import json

import pytest
from typer.testing import CliRunner

from hub import log
from hub.audit.repository import list_entries
from hub.cli import app
from hub.db import Database
from schemas.access import AuditAction, AuditOutcome
from tests.identity import KEY

JOURNAL = ("journal", "--name", "Journalsystemet", "--for", "Viser indsatser", "--scope", "overview:read")


@pytest.fixture(autouse=True)
def environment(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELHED_DATABASE_URL", database.url.render_as_string(hide_password=False))
    for name in ("HELHED_DIGEST_KEY", "HELHED_SESSION_KEY"):
        monkeypatch.setenv(name, KEY.decode())
    monkeypatch.setattr(log, "set_up", lambda *_: None)  # the output goes with the command


def account(*arguments: str, status: int = 0) -> str:
    result = CliRunner().invoke(app, ["account", *arguments])
    assert result.exit_code == status, result.output
    return " ".join(result.output.split())


def test_an_account_is_added_listed_and_revoked(database: Database) -> None:
    assert "No machine has an account" in account("list")
    assert "need a unit with its area" in account("add", *JOURNAL, status=2)
    unit = ("--unit", "social:100", "--area", "social")
    assert "those of unit social:100, social only" in account("add", *JOURNAL, *unit)
    assert "there is an account journal in use" in account("add", *JOURNAL, *unit, status=2)
    (stored,) = json.loads(account("list", "--json"))
    assert (stored["client_id"], stored["scopes"], stored["revoked_at"]) == ("journal", ["overview:read"], None)
    assert "journal is shut out" in account("revoke", "journal")
    assert "no account journal in use" in account("revoke", "journal", status=2)
    assert json.loads(account("list", "--json"))[0]["revoked_by"].startswith("cli:")
    assert "those of the employee it asks for" in account("add", *JOURNAL, "--for-employees")
    with database.transaction() as session:
        lines = [line.entry for line in list_entries(session)]
    changes = [line for line in lines if line.action is AuditAction.CHANGE_ACCOUNT]
    assert [line.outcome for line in changes].count(AuditOutcome.SHOWN) == 3
    assert {line.object_id for line in changes} == {"machine:journal"}
