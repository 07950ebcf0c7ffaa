"""The log tells what was asked and what was shown, no more and no less, and joins no name to a key."""

import pytest

from hub.audit.repository import list_entries
from hub.course import service as course
from hub.course.views import Membership
from hub.web.citizen import present_reason
from schemas.access import AuditAction, AuditEntry, AuditOutcome, Basis, ObjectKind
from schemas.course import TeamFunction
from tests.consents import open_course
from tests.web import maja
from tests.web.conftest import COURSE_START, HOSTILE, NUMBERS, Town

REASON = "Borgeren bad om et møde med Maja og Idas lærer"


def lines(town: Town, action: AuditAction) -> list[AuditEntry]:
    """The newest first."""
    with town.context.database.transaction() as session:
        return [each.entry for each in list_entries(session) if each.entry.action is action]


def test_a_search_leaves_what_was_asked_and_joins_no_name_to_a_key(town: Town) -> None:
    anna = town.client("anna.holm")
    for text in ("Maja Testborger", "familiebehandling", "Bodil Ingenkendt", "991399-1234"):
        anna.post("/soeg", text=text)
    by_key = [entry for entry in lines(town, AuditAction.SEARCH) if entry.citizen_id]
    mistyped, unknown, by_effort, by_name = [e for e in lines(town, AuditAction.SEARCH) if not e.citizen_id]
    assert by_key
    assert unknown.details == {"text": "Bodil Ingenkendt"}
    assert by_effort.details["text"] == "familiebehandling"
    assert by_name.details["by"] == "name"
    assert "Maja" not in by_name.model_dump_json()
    assert mistyped.details["text"] == "••••"
    assert mistyped.details["typed"] != by_name.details["typed"]
    shown = town.client("jens.dam").get("/tilsyn").text
    assert "fter et navn" in shown
    assert str(mistyped.details["typed"])[:8] in shown


def test_a_search_that_fails_is_a_line(town: Town) -> None:
    anna = town.client("anna.holm")
    answer = anna.http.post(
        "/api/soeg", json={"text": "Maja", "after": "x"}, headers={"X-CSRF-Token": anna.get("/api/mig").json()["csrf"]}
    )
    assert answer.status_code == 400
    (line,) = lines(town, AuditAction.SEARCH)
    assert (line.outcome, line.details) == (AuditOutcome.FAILED, {"text": "Maja"})


def test_a_reveal_says_what_was_shown_and_a_failed_one_that_it_was_a_reveal(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden = town.ids[HOSTILE]
    with town.context.database.transaction() as session:
        course_id = open_course(session, "Forløb", [hidden], COURSE_START)
        course.join(session, course_id, Membership(actor_id="anna.holm", reason="Behov"), COURSE_START)
    anna = town.client("anna.holm")
    anna.post(f"/overblik/{town.ids[maja.MAJA]}/vis", reason=REASON)
    anna.post(f"/overblik/{hidden}/vis", reason=REASON)
    anna.post(f"/overblik/{hidden}/vis", reason="kort")
    refused, protected, ordinary = lines(town, AuditAction.REVEAL)
    assert (ordinary.fields_revealed, ordinary.sections_shown) == (("identifier",), frozenset())
    assert (protected.fields_revealed, protected.sections_shown) == (("address", "identifier", "unit"), frozenset())
    assert (refused.outcome, refused.fields_revealed, refused.sections_shown) == (AuditOutcome.REFUSED, (), frozenset())
    assert ordinary.override_reason == "Borgeren bad om et møde med •••• og •••• lærer"

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(present_reason, "revealed", broken)
    anna.http.post(f"/overblik/{hidden}/vis", data={"reason": REASON, "csrf": anna.token()})
    assert lines(town, AuditAction.REVEAL)[0].outcome is AuditOutcome.FAILED
    assert not [entry for entry in lines(town, AuditAction.OPEN_OVERVIEW) if entry.outcome is AuditOutcome.FAILED]


def test_a_number_that_the_dpo_types_is_a_line(town: Town) -> None:
    jens = town.client("jens.dam")
    numbers = [NUMBERS[maja.MAJA], "010170-4001", "0101704"]
    for number in numbers:
        jens.post("/tilsyn", citizen=number)
    typed = [line for line in lines(town, AuditAction.READ_LOG) if line.object_kind is ObjectKind.IDENTIFIER]
    assert [line.outcome for line in reversed(typed)] == [AuditOutcome.SHOWN, *[AuditOutcome.NOT_FOUND] * 2]
    assert len({line.object_id for line in typed}) == 3
    assert not [number for number in numbers for line in typed if number in line.model_dump_json()]
    assert str(typed[0].object_id)[:8] in jens.get("/tilsyn").text


def test_a_reason_holds_until_it_is_ended_and_for_one_citizen(town: Town) -> None:
    ole, address = town.client("ole.bruun"), f"/overblik/{town.ids[maja.MAJA]}"
    page = ole.post(f"{address}/grund", purpose="case_work", reason="Akut bekymring fra naboen").text
    assert "Grunden gælder kun denne borger og kun til kl." in page
    assert f'action="{address}/grund/afslut"' in page
    assert ole.get(f"/api{address}").json()["override_until"] is not None
    assert ole.get(f"/overblik/{town.ids[maja.IDA]}").status_code == 403
    ole.post(f"/overblik/{town.ids[maja.IDA]}/grund/afslut")
    assert ole.get(address).status_code == 200, "ended for somebody else, it was not given"
    ole.post(f"{address}/grund/afslut")
    assert ole.get(address).status_code == 403
    (ended,) = lines(town, AuditAction.END_OVERRIDE)
    assert (ended.citizen_id, ended.override_reason) == (town.ids[maja.MAJA], "Akut bekymring fra naboen")


def test_colleagues_of_an_area_that_is_not_shown_are_not_named(town: Town) -> None:
    with town.context.database.transaction() as session:
        view = course.team_of(session, town.ids[maja.MAJA], COURSE_START)
        assert view is not None
        lead = Membership(actor_id="ole.bruun", function=TeamFunction.LEAD_COORDINATOR, reason="Tovholder")
        course.leave(session, view.course_id, "anna.holm", COURSE_START)
        course.join(session, view.course_id, Membership(actor_id="anna.holm", reason="Team"), COURSE_START)
        course.join(session, view.course_id, lead, COURSE_START)
    ole, anna = town.client("ole.bruun"), town.client("anna.holm")
    assert ole.get(f"/overblik/{town.ids[maja.MAJA]}").status_code == 200
    unseen = "en medarbejder fra et område, du ikke kan se"
    for side in ("overblik", "familien", "tidslinje"):
        page = anna.get(f"/{side}/{town.ids[maja.MAJA]}").text
        assert f"Tovholder</dt><dd>{unseen}</dd>" in page
        assert f"{unseen}, tovholder" in page
        assert "3 personer, heraf 1 fra områder, du ikke kan se" in page
        assert not [word for word in ("Ole Bruun", "hjemmesygeplejerske", "Hjemmeplejen") if word in page]
        assert "Anna Holm" in page
    assert f"<dt>{unseen}</dt>" in anna.get(f"/overblik/{town.ids[maja.MAJA]}").text, "who has looked"
    seen = lines(town, AuditAction.OPEN_OVERVIEW)
    assert {entry.basis for entry in seen} == {Basis.TEAM}
