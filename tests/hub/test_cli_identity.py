"""``helhed identity``: what it shows masked, what it decides and refuses, and the lines it leaves."""

import json
import re
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from hub import log
from hub.audit.repository import list_entries
from hub.cli import app
from hub.cli import identity as identity_commands
from hub.cli.identity_texts import CONFLICT, DECISION, refusal
from hub.clock import FixedClock
from hub.db import Database
from hub.errors import DecisionRefused, DecisionRule
from hub.matching.decisions import DecisionKind
from hub.matching.rules import ConflictKind
from schemas.access import AuditAction, AuditOutcome
from tests.factories import IDA, MAJA, local, make_party, make_person, make_record
from tests.identity import KEY, IdentityTown

WHY = ("--reason", "Afklaret med sagsbehandleren")
HIDDEN = ("Majken", "Olga", "Testborger", MAJA.value, IDA.value)


@pytest.fixture(autouse=True)
def environment(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELHED_DATABASE_URL", database.url.render_as_string(hide_password=False))
    for name in ("HELHED_DIGEST_KEY", "HELHED_SESSION_KEY"):
        monkeypatch.setenv(name, KEY.decode())
    monkeypatch.setenv("HELHED_SECRET_KEYS", "k1:" + "ab" * 32)
    monkeypatch.setattr(identity_commands.console, "width", 250)
    monkeypatch.setattr(log, "set_up", lambda *_: None)  # the output goes with the command


@pytest.fixture
def town(database: Database, clock: FixedClock) -> IdentityTown:
    town = IdentityTown(database, clock)
    town.process(
        make_person(MAJA, local(1), given_name="Majken"),
        make_person(MAJA, local(2), source_id="2", given_name="Olga"),
        make_person(IDA, source_id="3"),
        make_record(parties=[make_party(MAJA)], source_id="1"),
        make_record(parties=[make_party(IDA)], source_id="2"),
        make_record(parties=[make_party(local(2))], source_id="3"),
    )
    clock.move(timedelta(days=36500))  # what the commands mark as due, by the machine's clock, is due then
    return town


def identity(*arguments: str, status: int = 0) -> str:
    result = CliRunner().invoke(app, ["identity", *arguments])
    assert result.exit_code == status, result.output
    assert not any(word in result.output for word in HIDDEN)
    return " ".join(result.output.split())


def test_a_conflict_is_listed_shown_and_kept_apart(town: IdentityTown) -> None:
    assert CONFLICT[ConflictKind.DISAGREEING_PERSON] in identity("list")
    (number,) = [each["id"] for each in json.loads(identity("list", "--json"))["conflicts"]]
    assert "M•••" in identity("show", str(number))
    stated = json.loads(identity("show", str(number), "--json"))["statements"]
    record = next(each["record"] for each in stated if each["source_id"] == "2")
    assert "is decided" in identity("keep-apart", str(number), "--record", record, *WHY)
    town.rebuild()
    assert town.entries(local(2)) == ["social/Ydelse/3"]
    assert "No conflicts wait" in identity("list")
    shown = identity("show", str(town.citizen(MAJA)))
    assert "is kept apart from" in shown
    (decision,) = re.findall(r"Decision (\d+), standing", shown)
    assert "taken back" in identity("withdraw", decision, *WHY)
    assert "one number with different names" in identity("list")
    assert "is decided" in identity("link", str(number), *WHY)
    assert "No conflicts wait" in identity("list")


def test_a_merge_waits_for_somebody_else_and_is_taken_back(town: IdentityTown, database: Database) -> None:
    ida, maja = str(town.citizen(IDA)), str(town.citizen(MAJA))
    (decision,) = re.findall(r"identity confirm (\d+)", identity("merge", ida, maja, *WHY, "--actor", "tine.skov"))
    assert f"Decision {decision} waits for a second person: cli:tine.skov" in identity("list")
    assert "somebody else must confirm" in identity("confirm", decision, "--actor", "tine.skov", status=2)
    assert "is decided" in identity("confirm", decision, "--actor", "bo.lind")
    town.rebuild()
    assert town.citizen(IDA) == town.own_citizen(MAJA)
    assert "It was so already" in identity("merge", ida, maja, *WHY)
    shown = identity("show", maja)
    assert "former" in shown
    assert "confirmed by cli:bo.lind" in shown
    assert "is taken back" in identity("unmerge", ida, *WHY)
    assert town.citizen(IDA) == town.own_citizen(IDA)
    with database.transaction() as session:
        lines = [line.entry for line in list_entries(session) if str(line.entry.citizen_id) == ida]
    acts = [(line.action, line.outcome, line.actor_id) for line in reversed(lines)]
    assert [act for act in acts if act[0] in {AuditAction.MERGE_CITIZENS, AuditAction.CONFIRM_MERGE}][:2] == [
        (AuditAction.MERGE_CITIZENS, AuditOutcome.SHOWN, "cli:tine.skov"),
        (AuditAction.CONFIRM_MERGE, AuditOutcome.SHOWN, "cli:bo.lind"),
    ]
    assert acts[-1][0] is AuditAction.UNMERGE_CITIZENS


def test_what_cannot_be_done_is_one_sentence_and_a_line_of_the_log(town: IdentityTown, database: Database) -> None:
    maja = str(town.citizen(MAJA))
    assert "cannot be merged with itself" in identity("merge", maja, maja, *WHY, status=2)
    assert "nobody has merged" in identity("unmerge", maja, *WHY, status=2)
    assert "there is no decision 99" in identity("withdraw", "99", *WHY, status=2)
    assert "at least 10 characters" in identity("unmerge", maja, "--reason", "kort", status=2)
    for wrong in (("show", "maja"), ("keep-apart", maja, *WHY), ("keep-apart", "1", *WHY)):
        assert "key" in identity(*wrong, status=2)
    with database.transaction() as session:
        refused = [line.entry for line in list_entries(session) if line.entry.outcome is AuditOutcome.REFUSED]
    assert [line.details["rule"] for line in reversed(refused)] == [
        DecisionRule.SAME_CITIZEN, DecisionRule.NOT_MERGED, DecisionRule.UNKNOWN_DECISION,
    ]  # fmt: skip


def test_every_refusal_conflict_and_decision_has_its_words() -> None:
    assert set(CONFLICT) == set(ConflictKind)
    assert set(DECISION) == set(DecisionKind)
    for rule in DecisionRule:
        sentence = refusal(DecisionRefused(rule, number=7))
        assert len(sentence) > len("see: helhed")
        assert "None" not in sentence
