"""``helhed audit``: what an operator types, what it teaches, and how it ends."""

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from helhed_verify.note import read_key
from helhed_verify.verification import verify_export
from hub import log
from hub.audit import witness_repository
from hub.audit.handing import hand_to_witnesses
from hub.audit.integrity import SEALED_WITHIN, count_behind
from hub.audit.repository import list_entries
from hub.audit.witnesses import FileWitness
from hub.cli import app
from hub.cli.log_check import check_log
from hub.db import Database
from hub.settings import Settings
from schemas.access import AuditAction
from tests.access_town import NOW
from tests.hub.test_audit_seal import KEYS, exported, newest_note, seal, write
from tests.identity import KEY


@pytest.fixture(autouse=True)
def environment(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELHED_DATABASE_URL", database.url.render_as_string(hide_password=False))
    for name in ("HELHED_DIGEST_KEY", "HELHED_SESSION_KEY"):
        monkeypatch.setenv(name, KEY.decode())
    monkeypatch.setattr("hub.cli.audit.console.width", 200)
    monkeypatch.setattr(log, "set_up", lambda *_: None)  # the output goes with the command


def audit(*arguments: object, status: int = 0) -> str:
    result = CliRunner().invoke(app, ["audit", *map(str, arguments)])
    assert result.exit_code == status, result.output
    return " ".join(result.output.split())


def test_the_help_teaches_what_to_type() -> None:
    told = audit("--help")
    for command in ("key", "public-key", "status", "verify", "export"):
        assert command in told
        assert "Usage" in audit(command, "--help")
    assert "ecs|ocsf|fhir" in audit("export", "--help")


def test_a_key_is_made_once_and_its_public_part_is_handed_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "audit.pem"
    assert "nothing signs the log: set HELHED_AUDIT_KEY_FILE" in audit("public-key", status=2)
    assert "then: helhed audit public-key" in audit("key", path)
    assert "cannot be written: File exists" in audit("key", path, status=2)
    assert "cannot be written: No such file or directory" in audit("key", tmp_path / "no" / "key", status=2)
    monkeypatch.setenv("HELHED_AUDIT_KEY_FILE", str(path))
    assert "HELHED_AUDIT_LOG_NAME is not set" in audit("public-key", status=2)
    monkeypatch.setenv("HELHED_AUDIT_LOG_NAME", "helhed.test/log")
    assert read_key(audit("public-key")).name == "helhed.test/log"


def test_the_state_of_the_log_is_told_and_ends_with_whether_it_is_whole(database: Database, tmp_path: Path) -> None:
    assert "NOT proved whole: 0 lines sealed. No witness has a checkpoint." in audit("status", status=1)
    write(database, 3)
    seal(database)
    now = datetime.now(UTC)
    hand_to_witnesses(database, [FileWitness(tmp_path / "w")], now)
    with database.transaction() as session:
        verification = witness_repository.StoredVerification(now, 3, 0, ())
        witness_repository.add_verification(session, verification)
        session.execute(text("DELETE FROM audit_unsealed"))
    told = json.loads(audit("status", "--json"))
    assert (told["lines"], told["findings"], told["witnesses"][0]["name"]) == (4, [], "file")


def test_an_export_is_verified_from_its_file(database: Database, tmp_path: Path) -> None:
    write(database, 3)
    seal(database)
    export, witness = tmp_path / "log.jsonl", tmp_path / "witness.txt"
    lines = exported(database)
    export.write_bytes(b"".join(lines))
    assert "give the log's public key, or a checkpoint" in audit("verify", export, status=2)
    witness.write_text(newest_note(database), encoding="utf-8")
    assert "is whole: 3 lines" in audit("verify", export, "--checkpoint", witness)
    export.write_bytes(b"".join(lines).replace(b"Anna Holm", b"Anna Helm"))
    assert "edited: line" in audit("verify", export, "--checkpoint", witness, status=1)
    witness.write_text("nothing", encoding="utf-8")
    assert "the file has no checkpoint" in audit("verify", export, "--checkpoint", witness, status=2)
    witness.write_text(newest_note(database), encoding="utf-8")
    assert "cannot be read: No such file" in audit("verify", tmp_path / "gone", "--checkpoint", witness, status=2)
    assert "Invalid value" in audit("verify", export, "--retention-months", "0", status=2)


def test_the_log_is_exported_as_events_and_that_is_a_line(database: Database, tmp_path: Path) -> None:
    assert "nothing of the log is sealed yet" in audit("export", "--format", "ecs", status=2)
    write(database, 2)
    seal(database)
    assert "Missing option '--format'" in audit("export", status=2)
    assert "'lines' is not one of" in audit("export", "--format", "lines", status=2)
    assert "does not match the format" in audit("export", "--format", "ecs", "--from", "1/11", status=2)
    turned = audit("export", "--format", "ecs", "--from", "2026-12-01", "--to", "2026-11-01", status=2)
    assert "--from 2026-12-01 is after --to 2026-11-01" in turned
    path = tmp_path / "events.jsonl"
    assert f"{path} has 3 events." in audit("export", "--format", "fhir", "--output", path)
    assert [json.loads(line)["resourceType"] for line in path.read_text().splitlines()] == ["AuditEvent"] * 3
    assert "cannot be written: File exists" in audit("export", "--format", "fhir", "--output", path, status=2)
    assert audit("export", "--format", "ocsf", "--from", "2023-01-01", "--to", "2023-01-02") == ""
    with database.transaction() as session:
        acts = [line.entry.action for line in list_entries(session)]
    assert acts.count(AuditAction.EXPORT_EVENTS) == 4


def test_a_check_says_whether_key_witnesses_and_siem_are_as_they_must_be(tmp_path: Path) -> None:
    found = [(each.check, each.status.value) for each in check_log(Settings())]
    assert found == [("log key", "warning"), ("log witness", "warning")]
    settings = Settings(
        demo=True,
        audit_witness_file=tmp_path / "witness.txt",
        audit_witness_urls="https://localhost:1/log",
        audit_stream_url="syslogs://localhost:1",
    )
    found = [(each.check, each.status.value) for each in check_log(settings)]
    assert found == [("log key", "ok"), ("log witness", "ok"), ("log witness", "warning"), ("log stream", "warning")]
    gone = Settings(demo=True, audit_witness_file=tmp_path / "no" / "witness.txt", audit_witness_urls="http://w.test")
    assert [each.status.value for each in check_log(gone)] == ["ok", "failed"]


def test_a_witness_that_is_behind_is_counted_for_the_notice(database: Database, tmp_path: Path) -> None:
    write(database, 1)
    seal(database)
    hand_to_witnesses(database, [FileWitness(tmp_path / "w")], NOW)
    with database.transaction() as session:
        assert count_behind(session) == 0
    write(database, 1)
    seal(database, minutes=SEALED_WITHIN / timedelta(minutes=1) + 1)
    with database.transaction() as session:
        assert count_behind(session) == 1


def test_a_sealer_that_is_killed_loses_no_line_and_seals_none_twice(database: Database) -> None:
    number = 3_000
    write(database, number)
    code = (
        "import os, sys\n"
        "from hub.audit import sealing\n"
        "from hub.audit.signing import signer_of\n"
        "from hub.clock import FixedClock\n"
        "from hub.db import Database\n"
        "from hub.settings import Settings\n"
        "from tests.access_town import NOW\n"
        "append = sealing.SealedTree.append\n"
        "def slow(tree, leaves):\n"
        "    append(tree, leaves)\n"
        "    print(os.getpid(), flush=True)\n"
        "    sys.stdin.readline()\n"
        "sealing.SealedTree.append = slow\n"
        "while pid := os.fork():\n"  # what is imported is imported once
        "    os.waitpid(pid, 0)\n"
        "database, signer = Database(sys.argv[1]), signer_of(Settings(demo=True))\n"
        "while True:\n"
        "    with database.transaction() as session:\n"
        "        sealing.seal_next(session, signer, NOW, 400)\n"
    )
    address = database.url.render_as_string(hide_password=False)
    with subprocess.Popen(
        [sys.executable, "-c", code, address], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for batches in (0, 1, 2):
            sealer = int(process.stdout.readline())
            for _ in range(batches):
                process.stdin.write("on\n")
                process.stdin.flush()
                assert int(process.stdout.readline()) == sealer, "in the middle of the next"
            if batches == 2:
                process.kill()  # it would begin another
            os.kill(sealer, signal.SIGKILL)
    with database.transaction() as session:
        session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('helhed.audit.seal', 0))"))
        leaves, waiting = (
            session.scalar(text(f"SELECT count(*) FROM {table}"))  # noqa: S608  names of our own
            for table in ("audit_leaves", "audit_unsealed")
        )
    assert (leaves, waiting) == (1_200, number - 1_200)
    seal(database, minutes=1)
    report = verify_export(exported(database), KEYS)
    assert report.is_whole, report.findings
    assert (report.lines, report.unsealed) == (number, 0)
