"""``helhed source``: what it does, what it says, and that it leaves a line in the audit log."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from connectors.base import HeldDeletions
from hub import log
from hub.audit.repository import list_entries
from hub.cli import app
from hub.cli import source as source_commands
from hub.cli import source_output as source_output_commands
from hub.cli import source_setup as source_setup_commands
from hub.clock import SystemClock
from hub.db import Database
from hub.inbox import repository as inbox_repository
from hub.notices.conditions import Condition, NoticeKind
from hub.notices.repository import begin_notice, mark_told
from hub.quarantine.repository import list_groups
from hub.quarantine.service import add
from hub.secrets import PayloadCipher, derived_keys
from hub.sources.health import RunOutcome, RunSummary
from hub.sources.held_repository import save_held
from hub.sources.lease_repository import give_back
from hub.sources.stream_repository import list_streams, save_run
from schemas.access import AuditAction
from schemas.record import Rejection, RejectionRule
from tests.sources import leased

KEY = "only-for-tests-only-for-tests-only"
SECRET = "made-up-secret-of-dubu"
ADD = (
    "add", "social", "--kind", "odata", "base_url=http://127.0.0.1:9", "environment=test",
    "token_url=http://127.0.0.1:9/token", "client_id=helhed", "--secret", "client_secret=env:DUBU",
)  # fmt: skip
WHY = "Systemejeren siger, at de er slettet"


@pytest.fixture(autouse=True)
def environment(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELHED_DATABASE_URL", database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("HELHED_DIGEST_KEY", KEY)
    monkeypatch.setenv("HELHED_SESSION_KEY", KEY)
    monkeypatch.setenv("HELHED_SECRET_KEYS", "k1:" + "ab" * 32)
    monkeypatch.setenv("DUBU", SECRET)
    monkeypatch.setattr(source_commands.console, "width", 200)
    monkeypatch.setattr(source_output_commands.console, "width", 200)
    monkeypatch.setattr(source_setup_commands.console, "width", 200)
    monkeypatch.setattr(log, "set_up", lambda *_: None)  # the output goes with the command


def source(*arguments: str) -> Result:
    result = CliRunner().invoke(app, ["source", *arguments])
    assert SECRET not in result.output
    return result


def done(*arguments: str) -> str:
    result = source(*arguments)
    assert result.exit_code == 0, result.output
    return result.output


def actions(database: Database) -> list[tuple[AuditAction, str | None, str | None]]:
    with database.transaction() as session:
        lines = [logged.entry for logged in list_entries(session)]
    changes = (entry for entry in reversed(lines) if entry.action is not AuditAction.READ_SOURCES)
    return [(entry.action, entry.object_id, entry.override_reason) for entry in changes]


def test_a_source_from_its_beginning_to_its_end(database: Database, tmp_path: Path) -> None:
    assert "no sources yet" in done("list")
    assert "social is added" in done(*ADD, "--every", "2h")
    shown = json.loads(done("show", "social", "--json"))
    assert (shown["secrets"], shown["source"]["version"]) == (["client_secret"], 1)
    assert shown["source"]["definition"]["settings"]["base_url"] == "http://127.0.0.1:9"
    assert [stream["schedule"]["every"] for stream in shown["streams"]] == ["2h"]
    file = tmp_path / "secret"
    file.write_text("another\n", encoding="utf-8")
    done("set", "social", "page_size=50", "--secret", f"client_secret=@{file}", "--title", "Børn og unge")
    assert "at 02:30" in done("schedule", "social", "--at", "02:30")
    done("pause", "social", "--reason", "Leverandøren opdaterer")
    assert "paused by cli:" in done("show", "social")
    done("resume", "social")
    assert "A worker begins" in done("run", "social", "--from-start")
    assert "cannot be read from a day" in done("run", "social", "--since", "2023-09-01")
    assert "is not read now" in done("stop", "social")
    assert "paused" in done("history", "social")
    assert '"state": "never"' in done("list", "--json")
    done("schedule", "social", "--disable")
    assert '"state": "disabled"' in done("list", "--json")
    done("remove", "social", "--yes")
    assert "removed" in done("list")
    about = "social"
    assert actions(database) == [
        (AuditAction.CONFIGURE_SOURCE, about, "added"),
        (AuditAction.CONFIGURE_SOURCE, about, "changed: page_size, client_secret"),
        (AuditAction.CONFIGURE_SOURCE, about, "scheduled at 02:30"),
        (AuditAction.PAUSE_SOURCE, about, "Leverandøren opdaterer"),
        (AuditAction.RESUME_SOURCE, about, None),
        (AuditAction.RUN_SOURCE, about, "from the start"),
        (AuditAction.RUN_SOURCE, about, "since 01 September 2023"),
        (AuditAction.STOP_RUN, about, None),
        (AuditAction.CONFIGURE_SOURCE, about, "disabled"),
        (AuditAction.CONFIGURE_SOURCE, about, "removed"),
    ]


def test_held_deletions_are_listed_released_and_refused_for_a_reason(database: Database) -> None:
    assert "No deletions wait." in done("held")
    done(*ADD)
    lease = leased(database, "social")
    held = {
        name: HeldDeletions(record_type=name, missing=40, known=100, sample=("1•",))
        for name in ("Sag", "Sag.part", "Ydelse")
    }
    with database.transaction() as session:
        save_held(session, lease, held, SystemClock().now())
        give_back(session, lease, SystemClock().now())
    assert [json.loads(line)["missing"] for line in done("held", "social", "--json").splitlines()] == [40, 40, 40]
    waits = "Ydelse: 40 of 100 are missing since"
    assert f"{waits}" in done("show", "social")
    assert "waits for a person" in done("held", "social")
    assert source("release", "social", "Sag", "--reason", "kort").exit_code == 2
    assert "at most 30 deletions" in done("release", "social", "Sag", "--at-most", "30", "--reason", WHY)
    assert "40 that are missing are kept" in done("refuse", "social", "Ydelse", "--reason", WHY)
    assert json.loads(done("held", "--json").splitlines()[0])["ceiling"] == 30
    assert "refused, kept until the source shows them or misses more, by cli:" in done("show", "social")
    assert json.loads(done("show", "social", "--json"))["held"][0]["decided_by"].startswith("cli:")
    assert all(words in done("held", "--decisions") for words in ("cli:", "released, at most 30", "40 of", WHY))
    said = done("release", "social", "Sag", "--reason", WHY)
    assert "Sag: at most 40" in said
    assert "Sag.part: at most 40 deletions are released, as parts of Sag" in said
    assert source("release", "social", "--all", "--reason", WHY).exit_code == 2, "nothing waits any more"
    assert source("release", "social", "Person", "--reason", WHY).exit_code == 2
    assert "or --all" in source("release", "social", "--reason", WHY).output
    assert (
        "--at-most is about one type" in source("release", "social", "--all", "--at-most", "3", "--reason", WHY).output
    )
    assert actions(database)[1:] == [
        (AuditAction.RELEASE_DELETIONS, "social", f"Sag, at most 30: {WHY}"),
        (AuditAction.REFUSE_DELETIONS, "social", f"Ydelse, 40: {WHY}"),
        (AuditAction.RELEASE_DELETIONS, "social", f"Sag, at most 40: {WHY}"),
        (AuditAction.RELEASE_DELETIONS, "social", f"Sag.part, at most 40: {WHY}"),
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add", "social", "--kind", "soap"), "--kind is one of: "),
        (("add", "social", "--kind", "odata", f"client_secret={SECRET}"), "client_secret is a secret"),
        (("add", "social", "--kind", "odata", "--secret", f"client_secret={SECRET}"), "never the secret itself"),
        (("add", "social", "--kind", "odata", "--secret", "client_secret=env:NOT_SET"), "NOT_SET is not set"),
        (("add", "social", "--kind", "odata", "--secret", "client_secret=@/not/there"), "cannot be read"),
        (("add", "social", "--kind", "odata", "--secret", "client_secret"), "no terminal to ask on"),
        ((*ADD, "--every", "10"), "--every: give a number with a unit, from 1s to 366d: 12s, 15m, 2h or 1d"),
        ((*ADD, "--every", "0s"), "--every: give a number with a unit"),
        ((*ADD, "--at", "25:00"), "--at: give a time of day in Denmark, without a zone, from 00:00 to 23:59: 02:30"),
        ((*ADD, "--at", "02:30", "--every", "1d"), "give either --every"),
        ((*ADD, "expected_cadence=10"), "source social: expected_cadence: give a number with a unit"),
        (("add", "social", "--kind", "odata", "environment"), "field=value"),
        (("add", "social", "--kind", "odata", "environment=test"), "base_url: Field required"),
        (("add", "Social!", "--kind", "odata"), "name: String should match"),
        (("show", "social"), "there is no source social"),
        (("pause", "social", "--reason", "Leverandøren opdaterer"), "there is no such source"),
        (("remove", "social", "--yes"), "there is no such source"),
        (("held", "social"), "there is no such source"),
    ],
)
def test_what_cannot_be_done_is_one_line(arguments: tuple[str, ...], words: str) -> None:
    result = source(*arguments)
    assert result.exit_code == 2
    assert words in result.output
    assert len(result.output.splitlines()) == 1


def test_a_missing_key_is_told_when_a_secret_must_be_stored(
    monkeypatch: pytest.MonkeyPatch, database: Database
) -> None:
    monkeypatch.delenv("HELHED_SECRET_KEYS")
    result = source(*ADD)
    assert "HELHED_SECRET_KEYS is not set" in result.output
    assert actions(database) == []
    with database.transaction() as session:
        assert list_streams(session, "social") == ()


def test_collect_leaves_a_stream_to_who_reads_it(database: Database) -> None:
    done(*ADD)
    leased(database, "social")
    result = CliRunner().invoke(app, ["collect", "social"])
    assert result.exit_code == 1
    assert "not read: test reads it since" in result.output


def test_to_change_nothing_is_no_change(database: Database) -> None:
    done(*ADD)
    result = source("set", "social")
    assert result.exit_code == 2
    assert "give field=value" in result.output
    assert json.loads(done("show", "social", "--json"))["source"]["version"] == 1
    assert [action for action, _, _ in actions(database)] == [AuditAction.CONFIGURE_SOURCE]


def test_a_source_is_not_changed_over_what_somebody_else_has_changed() -> None:
    done(*ADD)
    done("set", "social", "page_size=100", "--version", "1")
    stale = source("set", "social", "page_size=200", "--version", "1")
    assert stale.exit_code != 0
    assert "changed the source meanwhile" in " ".join(stale.output.split())
    assert json.loads(done("show", "social", "--json"))["source"]["definition"]["settings"]["page_size"] == 100


def test_a_run_that_no_worker_would_begin_is_not_promised() -> None:
    done(*ADD, "--draft")
    assert "odata │ social │ draft" in done("list"), "its kind says of which area it is"
    assert "source social is a draft; run: helhed source set social --activate" in source("run", "social").output
    done("set", "social", "--activate")
    assert "A worker begins within seconds" in done("run", "social")
    done("schedule", "social", "--disable")
    assert "run: helhed source schedule social --enable" in source("run", "social").output
    done("schedule", "social", "--enable")
    done("pause", "social", "--reason", WHY)
    assert f"source social is paused: {WHY}; run: helhed source resume social" in source("run", "social").output


def test_a_draft_can_be_checked_before_it_is_read(database: Database) -> None:
    done(*ADD, "--draft")
    checked = CliRunner().invoke(app, ["connector", "check", "social"])
    assert checked.exit_code == 1
    assert "not ok" in checked.output, "it is reached for, and does not answer"
    with database.transaction() as session:
        assert list_streams(session, "social") == ()


@pytest.mark.parametrize("answer", ["n\n", ""])
def test_what_is_not_confirmed_is_not_removed_and_no_fault(answer: str) -> None:
    done(*ADD)
    result = CliRunner().invoke(app, ["source", "remove", "social"], input=answer)
    assert result.exit_code == 1
    assert "unexpected" not in result.output
    assert "active" in done("show", "social")


def test_a_number_in_a_reason_is_hidden_before_it_is_stored() -> None:
    done(*ADD)
    done("pause", "social", "--reason", "Borger 7507864002 mangler hos leverandøren")
    assert "7507864002" not in done("show", "social", "--json")
    assert "mangler hos leverandøren" in done("show", "social")


def test_runs_and_notices_are_listed_and_a_run_has_its_log(database: Database) -> None:
    done(*ADD)
    at = datetime(2023, 9, 1, 6, 0, tzinfo=UTC)
    with database.transaction() as session:
        for number, outcome in enumerate(RunOutcome, start=101):
            ended = at + timedelta(minutes=number)
            run = {"source": "social", "stream": "all", "number": number, "started_at": at, "ended_at": ended}
            counts = {"read": 40, "published": 38, "rejected": 2, "message": "the server answers 503"}
            save_run(session, RunSummary.model_validate(run | counts | {"outcome": outcome}), None)
        notice = begin_notice(session, Condition(kind=NoticeKind.SILENT, source="social"), at)
        assert notice is not None
        mark_told(session, notice, at)
    listed = done("runs", "social")
    assert [number for number in range(101, 108) if str(number) in listed] == list(range(101, 108))
    assert "107" not in done("runs", "social", "--before", "107")
    assert "the server answers 503" in done("runs", "social", "102")
    assert json.loads(done("runs", "social", "102", "--json"))["summary"]["read"] == 40
    missing = CliRunner().invoke(app, ["source", "runs", "social", "999"])
    assert (missing.exit_code, "has no run 999" in missing.output) == (2, True)
    notices = CliRunner().invoke(app, ["notice", "list"])
    assert (notices.exit_code, "silent" in notices.output, "social" in notices.output) == (0, True, True)
    assert json.loads(CliRunner().invoke(app, ["notice", "list", "--json"]).output)["condition"]["kind"] == "silent"
    assert "never" in done("list", "--area", "social")
    assert "social" not in done("list", "--area", "health")


def test_what_is_repaired_built_anew_and_tried_again_is_a_line_as_on_the_pages(database: Database) -> None:
    done(*ADD)
    rejected = Rejection(record_type="Ydelse", source_id="y9", field="dato", rule=RejectionRule.BAD_DATE, raw=b"{}")
    with database.transaction() as session:
        add(session, "social", [rejected], cipher=PayloadCipher(derived_keys(KEY.encode())), now=datetime.now(UTC))
        (group,) = list_groups(session)
    for words in ("quarantine groups", "quarantine list social", "index reindex", f"quarantine replay {group.key}"):
        result = CliRunner().invoke(app, words.split())
        assert result.exit_code == 0, result.output
    assert "replay" in CliRunner().invoke(app, ["quarantine", "--help"]).output
    assert [action for action, *_ in actions(database)][1:] == [
        AuditAction.READ_QUARANTINE,
        AuditAction.READ_QUARANTINE,
        AuditAction.REBUILD_INDEX,
        AuditAction.REPLAY_QUARANTINE,
    ]


def test_what_a_source_has_said_is_forgotten_only_once_it_is_removed(database: Database) -> None:
    done(*ADD)
    too_early = CliRunner().invoke(app, ["source", "forget", "social", "--yes"])
    assert (too_early.exit_code, "remove it first" in too_early.output) == (2, True)
    answers = CliRunner().invoke(app, ["source", "remove", "social", "--forget"], input="y\nn\n")
    assert (answers.exit_code, "Forget 0 records about 0 citizens" in answers.output) == (1, True)
    assert "A worker begins" in done("remove", "social", "--forget", "--yes")
    assert "waiting, 0 of ? records" in done("forget", "social")
    assert [action for action, *_ in actions(database)] == [
        AuditAction.CONFIGURE_SOURCE,
        AuditAction.CONFIGURE_SOURCE,
        AuditAction.FORGET_SOURCE,
    ]


def test_the_quarantine_of_a_source_that_is_not_there_is_no_empty_quarantine() -> None:
    for command in ("list", "republish"):
        result = CliRunner().invoke(app, ["quarantine", command, "sozial"])
        assert result.exit_code == 2
        assert "there is no source sozial" in result.output
    assert CliRunner().invoke(app, ["quarantine", "list", "(unknown)"]).exit_code == 0


def test_inbox_tells_what_waits_since_when_and_when_it_is_tried_next_and_never_what_is_in_it(
    database: Database,
) -> None:
    done(*ADD)
    assert done("inbox", "social") == "No events of social wait.\n"
    came = datetime(2023, 9, 1, 6, 0, tzinfo=UTC)
    with database.transaction() as session:
        for index in range(3):
            event = {"source": "social", "digest": f"key-{index}", "path": "path-of-it", "body": b"body-of-it"}
            inbox_repository.save_event(
                session, {**event, "is_cut": False}, again=False, now=came + timedelta(minutes=index)
            )
    assert "Why:              not tried yet" in done("inbox", "social")
    with database.transaction() as session:
        for event_row in inbox_repository.take_events(session, "social", came + timedelta(hours=1), 10):
            inbox_repository.postpone(session, event_row.id, came + timedelta(hours=2))
    output = done("inbox", "social")
    assert "Events that wait: 3, of which tried before: 3" in output
    assert "Oldest since:     2023-09-01 08:00" in output
    assert "Tried next:       2023-09-01 10:00" in output
    assert "helhed connector check social" in output
    assert not {word for word in ("key-0", "path-of-it", "body-of-it") if word in output}
    line = json.loads(done("inbox", "social", "--json"))
    assert (line["source"], line["events"], line["tried"]) == ("social", 3, 3)
    names = {"source", "is_pushed", "events", "since", "tried", "next_attempt_at", "last_run", "hints", "refusals"}
    assert set(line) == names
    with database.transaction() as session:
        session.execute(text("UPDATE source_streams SET is_pushed = true"))
        counts = {("social", "forged_header"): 3}
        inbox_repository.add_refusals(session, counts, fresh=came, now=came)
    for command in ("inbox", "show"):
        output = " ".join(done(command, "social").split())
        assert "refused senders: 3 since" in output
        assert "forged_header at X-Client-Cert. Only the proxy of" in output
    assert source("inbox", "nobody").exit_code == 2


def test_a_draft_is_set_up_step_by_step_as_on_the_pages(database: Database) -> None:
    assert "helhed source start" in source("add", "try", "--kind", "sample", "--draft", "--every", "2h").output
    done("add", "try", "--kind", "sample", "count=5", "--draft")
    assert "one row can be read" in done("check", "try")
    assert "not yet" in done("discover", "try")
    for step in ("preview", "start"):
        refused = source(step, "try")
        assert refused.exit_code == 2
        assert "helhed source approve try" in refused.output
    assert "--by" in done("approve", "try")
    assert "Approved by Karen Krogh." in done("approve", "try", "--by", "Karen Krogh")
    assert "Karen Krogh" in done("discover", "try")
    result = json.loads(done("preview", "try", "--json"))
    assert result["rows"]
    assert "The source says" in done("preview", "try")
    assert "read from now on" in done("start", "try", "--at", "02:30")
    assert "read already" in done("start", "try")
    streams = json.loads(done("show", "try", "--json"))["streams"]
    assert {stream["schedule"]["at"] for stream in streams} == {"02:30:00"}
    acts = [reason for action, name, reason in actions(database) if name == "try"]
    assert acts == ["added", "checked", "fields approved", "previewed", "previewed", "started"]


def test_a_check_says_which_step_failed_and_why() -> None:
    done(*ADD, "--draft")
    result = source("check", "social")
    assert result.exit_code == 1
    assert "the server's name is known" in result.output
    assert "not so: the server answers" in result.output
    steps = json.loads(source("check", "social", "--json").stdout)["steps"]
    assert [(step["name"], step["is_ok"]) for step in steps] == [
        ("settings", True), ("resolve", True), ("connect", False),
    ]  # fmt: skip
    assert steps[-1]["advice"] == "connection_refused"
