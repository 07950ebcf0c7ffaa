"""What Tilsyn says of a page: which it was, whom it showed, with which right, and that one act is one row."""

import re
from datetime import timedelta
from html import unescape

from sqlalchemy import text

from hub.access.cedar import POLICY_TITLES, POLICY_VERSION
from hub.audit.repository import LoggedAct, Only, Selection, list_acts
from hub.clock import FixedClock
from hub.web.oversight.page import LogRow
from hub.web.oversight.present import LogSubject, OversightNotes, oversight_page
from hub.web.oversight.texts import QUESTIONS
from schemas.access import AuditAction, AuditOutcome, Basis
from tests.web import maja
from tests.web.conftest import Town

REASON = "Akut henvendelse fra hjemmet i nat"


def acts(town: Town, action: AuditAction = AuditAction.OPEN_OVERVIEW) -> list[LoggedAct]:
    """Acts of that kind, the newest first."""
    with town.context.database.transaction() as session:
        return [act for act in list_acts(session) if act.lines[0].entry.action is action]


def rows(shown: list[LoggedAct]) -> tuple[LogRow, ...]:
    """As Tilsyn shows them."""
    return oversight_page(shown, LogSubject(), dict.fromkeys(Only, 0), (), {}, OversightNotes("", False)).rows


def test_a_page_with_the_family_on_it_is_one_act_that_names_the_page_and_the_people(town: Town) -> None:
    anna = town.client("anna.holm")
    maja_id = town.ids[maja.MAJA]
    anna.get(f"/overblik/{maja_id}")
    anna.get(f"/familien/{maja_id}")
    anna.get(f"/tidslinje/{maja_id}?kendt=2022-12-31")
    timeline, family, overview = rows(acts(town))
    assert overview.action == "Åbnede overblikket"
    assert family.action == "Åbnede siden om familien"
    assert timeline.action == "Åbnede tidslinjen, som det var kendt den 31. dec. 2022"
    for row in (timeline, family, overview):
        assert row.people[0].value == str(maja_id)
        assert {citizen.value for citizen in row.people} == {
            str(town.ids[one]) for one in (maja.MAJA, maja.IDA, maja.EMIL)
        }
    assert overview.details.startswith("Viste social")
    assert "viste ikke sundhed" in overview.details
    assert "ingen kilde til beskæftigelse og skole" in overview.details


def test_the_rules_in_force_stand_on_a_page_with_their_version(town: Town) -> None:
    page = town.client("jens.dam").get("/tilsyn/regler").text
    assert POLICY_VERSION in page
    assert all(title in unescape(page) for title in POLICY_TITLES.values())
    assert town.client("anna.holm").get("/tilsyn/regler").status_code == 403


def test_a_family_member_was_seen_on_the_others_page(town: Town) -> None:
    town.client("anna.holm").get(f"/overblik/{town.ids[maja.MAJA]}")
    page = town.client("jens.dam").post("/tilsyn", citizen=str(town.ids[maja.IDA])).text
    assert f"Så borgeren på siden om borger {str(town.ids[maja.MAJA])[:8]}" in page


def test_a_reload_is_the_same_act_until_some_time_has_passed(town: Town, clock: FixedClock) -> None:
    anna, address = town.client("anna.holm"), f"/overblik/{town.ids[maja.MAJA]}"
    anna.get(address)
    clock.move(timedelta(minutes=9))
    anna.get(address)
    (act,) = acts(town)
    assert len(act.lines) == 6
    assert "hentet 2 gange" in rows([act])[0].details
    clock.move(timedelta(minutes=2))
    anna.get(address)
    assert len(acts(town)) == 2


def test_the_api_names_the_page_too(town: Town) -> None:
    town.client("anna.holm").get(f"/api/familien/{town.ids[maja.MAJA]}")
    (act,) = acts(town)
    assert {line.entry.details["page"] for line in act.lines} == {"family"}


def test_a_reason_opens_one_citizen_for_an_hour(town: Town, clock: FixedClock) -> None:
    ole, address = town.client("ole.bruun"), f"/overblik/{town.ids[maja.MAJA]}"
    ole.post(f"{address}/grund", purpose="case_work", reason=REASON)
    assert ole.get(address).status_code == 200
    assert ole.get(f"/overblik/{town.ids[maja.IDA]}").status_code == 403
    clock.move(timedelta(minutes=59))
    assert ole.get(address).status_code == 200
    clock.move(timedelta(minutes=1))
    assert ole.get(address).status_code == 403
    assert ole.get(f"/api{address}").status_code == 403


def test_an_override_is_not_also_a_refusal_and_giving_up_is_one(town: Town) -> None:
    ole, address = town.client("ole.bruun"), f"/overblik/{town.ids[maja.MAJA]}"
    ole.get(address)
    ole.post(f"{address}/grund", purpose="case_work", reason=REASON)
    ole.get(f"/overblik/{town.ids[maja.IDA]}")
    given_up, opened = rows(acts(town))
    assert (opened.refused, opened.override, opened.reason) == (False, True, REASON)
    assert (given_up.refused, given_up.outcome) == (True, "afvist")
    with town.context.database.transaction() as session:
        (refused,) = list_acts(session, Selection(only=Only.REFUSED))
    assert refused.lines[0].entry.citizen_id == town.ids[maja.IDA]


def test_a_print_is_an_act_of_its_own(town: Town) -> None:
    anna, maja_id = town.client("anna.holm"), town.ids[maja.MAJA]
    page = anna.get(f"/familien/{maja_id}").text
    record = re.search(r'data-record="([^"]+)" data-side="([^"]+)"', page)
    assert record is not None
    assert anna.post(record[1], side=record[2]).status_code == 204
    (act,) = acts(town, AuditAction.PRINT)
    assert {line.entry.outcome for line in act.lines} == {AuditOutcome.SHOWN}
    (row,) = rows([act])
    assert (row.action, len(row.people)) == ("Udskrev siden om familien", 3)


def test_my_citizens_name_each_whose_content_was_shown(town: Town) -> None:
    town.client("anna.holm").get("/mine-borgere")
    act = acts(town, AuditAction.LIST_CITIZENS)[0]
    (row,) = rows([act])
    assert (row.action, row.details) == ("Så sin liste af borgere", "3 borgere")
    assert len(row.people) == 3
    page = town.client("jens.dam").post("/tilsyn", citizen=str(town.ids[maja.IDA])).text
    assert "Så borgeren på sin liste" in page
    assert "Viste social" in page


def test_a_worker_whom_a_source_names_opens_as_such_and_is_logged_as_such(town: Town) -> None:
    statements = (
        "UPDATE actors SET worker_ids = '{social:845}', unit_id = 'social:999' WHERE id = 'lene.friis'",
        "DELETE FROM team_memberships WHERE actor_id = 'lene.friis'",
        "INSERT INTO overview_workers (citizen_id, worker_id, area) VALUES (:citizen_id, 'social:845', 'social')",
    )
    with town.context.database.transaction() as session:
        for statement in statements:
            session.execute(text(statement), {"citizen_id": town.ids[maja.IDA]})
    lene = town.client("lene.friis")
    page = lene.get(f"/overblik/{town.ids[maja.IDA]}")
    assert page.status_code == 200
    assert "ansvarlig, nævnt af en kilde" in page.text
    assert "du er ansvarlig" in lene.post("/soeg", text="Ida").text
    assert lene.get(f"/overblik/{town.ids[maja.EMIL]}").status_code == 403
    assert acts(town)[-1].lines[0].entry.basis is Basis.NAMED_WORKER


def test_the_front_page_leads_to_the_answer_of_each_question(town: Town) -> None:
    jens = town.client("jens.dam")
    page = unescape(jens.get("/tilsyn").text)
    assert len(QUESTIONS) == 15
    assert all(question.text in page for question in QUESTIONS)
    for address in {answer.href for question in QUESTIONS for answer in question.answers}:
        assert f'href="{address}"' in page
        assert jens.get(address).status_code == 200, address
