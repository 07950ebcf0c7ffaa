"""*Værd at tale om* and the register: what approved rules point at, judged by people."""

import re
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from uuid import uuid4

from deploy.seed import approve_rules
from hub.access.tables import ActorRow
from hub.audit.repository import Selection, list_entries
from hub.matching.tables import CitizenRow
from hub.rules.repository import add_assessment, list_approvals, list_assessments
from schemas.access import AuditAction, AuditOutcome
from schemas.facts import ContactFact, ContactState, Outcome
from schemas.period import Period
from schemas.rule import RuleAssessment, Verdict
from schemas.source import Area
from tests.processing import process_records
from tests.web import maja
from tests.web.conftest import Town, record_of
from tests.web.serving import Browser
from tests.web.test_meeting_pages import plan_meeting, send_form


def approve(town: Town) -> None:
    with town.context.database.transaction() as session:
        approve_rules(session)


def points_of(client: Browser, address: str) -> dict[str, dict[str, str]]:
    """The hits of the API by rule and person: key and sentence."""
    answer = client.http.get(f"/api{address}").json()
    return {
        f"{hit['rule']} {each['citizen_id']}": {"key": hit["key"], "text": answer["texts"][hit["key"]]}
        for each in answer["points"]
        for hit in each["findings"]["hits"]
    }


def test_a_point_is_judged_folds_away_and_comes_back_when_its_facts_change(town: Town) -> None:
    client, emil = town.client("anna.holm"), town.ids[maja.EMIL]
    address = f"/punkter/{town.ids[maja.MAJA]}"
    assert "ikke slået nogen regel til" in client.http.get(address).text
    approve(town)
    sentences = {name.split()[0]: point["text"] for name, point in points_of(client, address).items()}
    assert sentences["repeat_notification"].endswith("2 underretninger på 12 måneder, senest fra skolen 11. sep. 2023")
    assert sentences["citizen_wish"] == f"Borgeren har et ønske: «{maja.WISH_TEXT}» (Maja, 21. aug. 2023)"
    assert "deadline" not in sentences or "24 timer" in sentences["deadline"]
    point = points_of(client, address)[f"repeat_notification {emil}"]
    overview = client.http.get(f"/overblik/{town.ids[maja.MAJA]}").text
    assert "2 underretninger på 12 måneder" in overview
    assert "Ingen score" in overview

    form = {"csrf": client.token(), "person": str(emil), "key": point["key"], "verdict": "not_relevant"}
    page = client.http.post(f"{address}/vurder", data={**form, "words": "nej"}).text
    assert "Skriv med ord, hvorfor" in page
    reason = "Emil Testborger: begge handler om det samme, se 820512-4001"
    for _ in range(2):  # sent twice it has one effect
        page = client.http.post(f"{address}/vurder", data={**form, "words": reason}).text
    dismissed = page[page.index('id="dismissed"') :]
    assert "2 underretninger på 12 måneder" in dismissed
    assert "Ikke relevant: Anna Holm" in dismissed
    assert "820512-4001" not in page
    assert "1 punkt er vurderet ikke relevant" in client.http.get(f"/overblik/{town.ids[maja.MAJA]}").text
    with town.context.database.transaction() as session:
        entries = [line.entry for line in list_entries(session, Selection(citizen_id=emil), None, 20)]
        (line,) = [entry for entry in entries if entry.action is AuditAction.ASSESS_RULE]
        assert line.details["rule"] == "repeat_notification"
        assert line.details["verdict"] == "not_relevant"
        assert "Emil" not in (line.override_reason or "")

    third = maja.notification("9", maja.NOW.date(), [maja.EMIL], ("6", "Politiet"), ["3"], Outcome.TO_RUNNING_CASE)
    process_records(town.context.database, [record_of(third)], digest_key=town.context.digest_key, now=town.clock.now())
    town.clock.move(timedelta(days=1))
    page = client.http.get(address).text
    assert "3 underretninger på 12 måneder" in page
    assert "Før oplysningerne blev ændret: Ikke relevant: Anna Holm" in page
    page = client.http.post(f"{address}/vurder", data={**form, "words": "Stadig det samme"}).text
    assert "er ændret, siden du åbnede siden" in page


def test_indicators_are_counted_to_three_by_name_and_withdrawn(town: Town) -> None:
    approve(town)
    client, ida = town.client("anna.holm"), town.ids[maja.IDA]
    address = f"/punkter/{town.ids[maja.MAJA]}"
    for indicator in ("attendance", "wellbeing", "learning"):
        form = {"csrf": client.token(), "person": str(ida), "indicator": indicator}
        client.http.post(f"{address}/indikator", data=form)
    text = points_of(client, address)[f"three_indicators {ida}"]["text"]
    assert text.startswith("Ida: faglige indikatorer er noteret: bekymring for fremmøde")
    assert "(Anna Holm, 12. sep. 2023)" in text
    numbers = re.findall(r'name="number" value="(\d+)"', client.http.get(address).text)
    client.http.post(
        f"{address}/indikator/traek", data={"csrf": client.token(), "person": str(ida), "number": numbers[0]}
    )
    assert f"three_indicators {ida}" not in points_of(client, address)


def test_who_opens_by_a_reason_sees_points_and_judges_none(town: Town) -> None:
    approve(town)
    client, citizen = town.client("ole.bruun"), town.ids[maja.EMIL]
    form = {"csrf": client.token(), "purpose": "case_work", "reason": "Akut besøg i hjemmet i dag", "side": "punkter"}
    client.http.post(f"/overblik/{citizen}/grund", data=form)
    page = client.http.get(f"/punkter/{citizen}").text
    assert "2 underretninger på 12 måneder" in page
    assert "Gem vurderingen" not in page
    key = points_of(client, f"/punkter/{citizen}")[f"repeat_notification {citizen}"]["key"]
    headers = {"X-CSRF-Token": client.token()}
    ask = {"key": key, "verdict": "relevant", "words": "Det skal vi tale om"}
    assert client.http.post(f"/api/punkter/{citizen}/vurder", json=ask, headers=headers).status_code == 403
    with town.context.database.transaction() as session:
        assert list_assessments(session, [citizen]) == ()
        (line,) = [
            line.entry
            for line in list_entries(session, Selection(citizen_id=citizen), None, 20)
            if line.entry.action is AuditAction.ASSESS_RULE
        ]
        assert line.outcome is AuditOutcome.REFUSED


def test_a_goal_of_the_plan_is_a_point_for_those_alone_who_read_the_plan(town: Town) -> None:
    approve(town)
    anna, ole, ida = town.client("anna.holm"), town.client("ole.bruun"), town.ids[maja.IDA]
    goal = {"kind": "goal", "words": "Ida er i skole hver dag", "who": "Ida", "due_on": "2023-09-01"}
    anna.post(f"/plan/{ida}/ny", **goal, key=str(uuid4()))
    address, rule = f"/punkter/{ida}", f"no_expected_progress {ida}"
    point = points_of(anna, address)[rule]
    assert point["text"] == "Målet «Ida er i skole hver dag» skulle følges op senest 1. sep. 2023 og er ikke vurderet"
    assert "Borgerens plan" in anna.get(address).text
    judged = {"person": str(ida), "key": point["key"], "verdict": "relevant", "words": "Vi taler om det på mødet"}
    assert "Vi taler om det på mødet" in anna.post(f"{address}/vurder", **judged).text
    ole.post(f"/overblik/{ida}/grund", purpose="case_work", reason="Akut besøg i hjemmet i dag", side="punkter")
    told = ole.get(f"/api{address}")
    assert told.status_code == 200
    assert rule not in points_of(ole, address)
    for words in ("Ida er i skole hver dag", "Vi taler om det på mødet"):
        assert words not in told.text


def test_a_meeting_and_a_contact_at_the_same_hours_are_told_to_those_alone_who_see_both(town: Town) -> None:
    approve(town)
    anna, ole, emil = town.client("anna.holm"), town.client("ole.bruun"), town.ids[maja.EMIL]
    at = datetime(2023, 9, 12, 8, 30, tzinfo=UTC)
    fact = ContactFact(title="Hjemmebesøg", state=ContactState.PLANNED, starts_at=at, ends_at=at + timedelta(hours=1))
    day = Period(start=maja.NOW.date(), end=maja.NOW.date() + timedelta(days=1))
    seen = maja.entry("91", Area.SOCIAL, fact, day, [maja.EMIL])
    hidden = maja.entry("92", Area.HEALTH, fact.model_copy(update={"title": "Behandling"}), day, [maja.EMIL])
    records = [record_of(seen), record_of(hidden)]
    process_records(town.context.database, records, digest_key=town.context.digest_key, now=town.clock.now())
    key = plan_meeting(town, anna)  # today from 10.00 to 11.00; the contacts are from 10.30 to 11.30
    address, rule = f"/punkter/{emil}", f"same_hours {emil}"
    text = (
        "Netværksmøde i forløbet og «Hjemmebesøg» (social) ligger oven i hinanden:"
        " tirsdag 12. september 2023 kl. 10.00–11.00 og kl. 10.30–11.30"
    )
    point = points_of(anna, address)[rule]
    assert point["text"] == text
    page = anna.get(address).text
    assert "Møder i forløbet" in page
    assert "Behandling" not in anna.get(f"/api{address}").text
    assert "planlagt til tirsdag 12. september 2023 kl. 10.30–11.30" in anna.get(f"/overblik/{emil}").text
    judged = {"person": str(emil), "key": point["key"], "verdict": "not_relevant", "words": "Mødet er flyttet i huset"}
    assert "Mødet er flyttet i huset" in anna.post(f"{address}/vurder", **judged).text
    # Who is not on the team learns nothing of a meeting, and that it is unknown.
    ole.post(f"/overblik/{emil}/grund", purpose="case_work", reason="Akut besøg i hjemmet i dag", side="punkter")
    told = ole.get(f"/api{address}")
    assert told.status_code == HTTPStatus.OK
    assert (rule in points_of(ole, address)) is True, "the two contacts, both of which Ole sees"
    assert "møde i forløbet" not in told.text
    assert "Mødet er flyttet" not in told.text
    assert "Forløbets møder er ikke for dig at se" in ole.get(address).text
    assert key not in told.text
    # A meeting that is cancelled clashes with nothing.
    send_form(anna, f"/moeder/{key}/aflys", {"version": "1", "reason": "Emil er syg i dag"})
    assert rule not in points_of(anna, address)


def test_the_register_is_read_by_all_and_decided_by_the_administrator_for_a_reason(town: Town) -> None:
    administrator, dpo = town.client("tine.skov"), town.client("jens.dam")
    headers = {"X-CSRF-Token": administrator.token()}
    ask = {"version": 1, "is_on": True, "reason": "Besluttet af Sammenhængsudvalget", "limit": 25}
    for _ in range(2):  # sent twice it has one effect
        answer = administrator.http.post("/api/regler/absence_total_local", json=ask, headers=headers)
        assert answer.json() == {"faults": []}
    wrong = administrator.http.post("/api/regler/absence_total_local", json={**ask, "reason": "ja"}, headers=headers)
    assert [fault["fault"] for fault in wrong.json()["faults"]] == ["reason_missing"]
    page = dpo.http.get("/regler").text
    assert "1 regel af 14 er slået til" in page
    assert "Grænse: 25 %" in page
    assert "godkendt af Tine Skov" in page
    assert "Godkend og slå til" not in page
    headers = {"X-CSRF-Token": dpo.token()}
    assert dpo.http.post("/api/regler/absence_total_local", json=ask, headers=headers).status_code == 403
    no_number = {"csrf": dpo.token(), "version": "1", "is_on": "true", "reason": "Fordi det er bedst", "limit": "nan"}
    assert dpo.http.post("/regler/absence_total_local", data=no_number).status_code == 403
    form = {
        "csrf": administrator.token(),
        "version": "1",
        "is_on": "true",
        "reason": "Byrådet har sagt ja",
        "limit": "x",
    }
    page = administrator.http.post("/regler/absence_total_local", data=form).text
    assert "Grænsen skal være et tal over 0" in page
    with town.context.database.transaction() as session:
        assert len(list_approvals(session)) == 1
        assert session.get(ActorRow, "jens.dam") is not None
        actions = [line.entry.action for line in list_entries(session, Selection(actor_id="jens.dam"), None, 20)]
    assert AuditAction.READ_RULES in actions


def test_what_was_judged_under_a_former_key_is_read_with_the_citizen(town: Town) -> None:
    citizen, former, now = town.ids[maja.MAJA], uuid4(), datetime(2023, 9, 12, tzinfo=UTC)
    judged = RuleAssessment(
        citizen_id=former,
        rule="citizen_wish",
        version=1,
        hit_key="key",
        areas=frozenset({Area.SOCIAL}),
        verdict=Verdict.RELEVANT,
        reason="Det skal vi tale om",
        assessed_by_id="anna.holm",
        assessed_by="Anna Holm",
        assessed_at=now,
    )
    with town.context.database.transaction() as session:
        session.add(CitizenRow(id=former, created_at=now, merged_into=citizen))
        session.flush()
        for citizen_id in (former, citizen, town.ids[maja.EMIL]):
            add_assessment(session, judged.model_copy(update={"citizen_id": citizen_id}))
        assert [each.citizen_id for each in list_assessments(session, [citizen])] == [citizen, citizen]
