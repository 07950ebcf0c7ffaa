"""Why the policies answer as they do: in sentences that name the rule, and a line in the log for the question."""

import pytest
from hypothesis import given, settings
from typer.testing import CliRunner

from hub import log
from hub.access.cedar import POLICY_TITLES, POLICY_VERSION
from hub.access.explanation import explain
from hub.access.policy import decide
from hub.access.texts import AREA, PURPOSE, QUESTION, ROLE
from hub.audit.repository import list_entries
from hub.cli import app
from hub.db import Database
from schemas.access import AccessFacts, Actor, AuditAction, AuditOutcome, Purpose, Role
from schemas.source import Area
from tests.access_town import an_actor, an_overview, because, employ, settle
from tests.hub.test_access_policy import SHARED, STRANGER, actors, facts_strategy, reasons


def test_the_sentences_name_what_holds_and_the_rule_that_decided() -> None:
    sentences = explain(an_actor(), SHARED, because(None))
    assert "Medarbejderen er på borgerens team." in sentences
    assert f"Overblikket må åbnes: {POLICY_TITLES['open.team']} (open.team)." in sentences
    assert "Området sundhed vises ikke: ingen regel tillader det." in sentences
    assert sentences[-1] == f"Afgjort af reglerne i udgave {POLICY_VERSION}."
    refused = explain(an_actor(), STRANGER, because(None))
    assert "Overblikket må ikke åbnes: ingen regel tillader det." in refused
    assert not any(sentence.startswith("Området") for sentence in refused)


@given(actors, facts_strategy, reasons)
@settings(max_examples=60, deadline=None)
def test_the_explanation_says_what_was_decided(actor: Actor, facts: AccessFacts, reason: str | None) -> None:
    decision = decide(actor, facts, because(reason))
    sentences = explain(actor, facts, because(reason))
    assert any(line.startswith(QUESTION["open_overview"][not decision.allowed]) for line in sentences)
    for area in Area if decision.allowed else ():
        assert any(line.startswith(f"{QUESTION[area][area not in decision.shown]}:") for line in sentences)


@pytest.mark.parametrize(("words", "members"), [(ROLE, Role), (AREA, Area), (PURPOSE, Purpose)])
def test_everything_has_its_word(words: dict[str, str], members: type[Role] | type[Area] | type[Purpose]) -> None:
    assert set(words) == set(members)


def test_the_command_explains_and_leaves_a_line(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELHED_DATABASE_URL", database.url.render_as_string(hide_password=False))
    for name in ("HELHED_DIGEST_KEY", "HELHED_SESSION_KEY"):
        monkeypatch.setenv(name, "ab" * 32)
    monkeypatch.setattr(log, "set_up", lambda *_: None)
    with database.transaction() as session:
        employ(session, an_actor())
        citizen_id = settle(session, overview=an_overview())
    result = CliRunner().invoke(app, ["policy", "explain", "anna.holm", str(citizen_id)])
    assert result.exit_code == 0, result.output
    assert "Overblikket må ikke åbnes" in result.output
    assert "Maja" not in result.output
    result = CliRunner().invoke(app, ["policy", "explain", "nobody", str(citizen_id)])
    assert (result.exit_code, "no employee nobody" in result.output) == (2, True)
    with database.transaction() as session:
        (line,) = [line.entry for line in list_entries(session)]
    assert (line.action, line.outcome, line.citizen_id) == (
        AuditAction.EXPLAIN_POLICY,
        AuditOutcome.SHOWN,
        citizen_id,
    )
    shown = CliRunner().invoke(app, ["policy", "show"])
    assert POLICY_VERSION in shown.output
