"""Forløb: a course is offered, its team changed by the lead coordinator, and closed; the place is the access."""

import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from http import HTTPStatus
from threading import Event
from uuid import UUID

import pytest
from sqlalchemy import text

from hub.access.tables import ActorRow
from hub.audit.repository import list_entries
from hub.clock import danish_day
from hub.course import service as course
from hub.course import team_repository
from hub.worker.alerts import store_passed_days
from schemas.access import AuditAction, AuditEntry, AuditOutcome
from schemas.course import CourseDetails, TeamFunction
from tests.web import maja
from tests.web.conftest import HOSTILE, Town
from tests.web.serving import Browser
from tests.web.test_meeting_pages import withdraw_consent

JOIN = {"function": "member", "reason": "Støtter Emil i skolen", "say": "wants", "valid_from": "2023-09-12"}
OFFER = {
    "reason": "professional_indicators",
    "indicators": "Fravær\nUro derhjemme\nGæld",
    "words": "Skolen og familien taler ikke sammen. Maja ønsker hjælp.",
    "authority": "Indsatser efter barnets lov",
}
CPR = "150786-4002"


def _text(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def _details(town: Town, course_id: UUID) -> CourseDetails:
    with town.context.database.transaction() as session:
        return team_repository.read_course(session, course_id, danish_day(town.clock.now()))


def _lines(town: Town, actions: Iterable[AuditAction]) -> list[AuditEntry]:
    with town.context.database.transaction() as session:
        entries = [logged.entry for logged in reversed(list_entries(session))]
    return [entry for entry in entries if entry.action in set(actions)]


def _employ_peter(town: Town) -> None:
    with town.context.database.transaction() as session:
        session.add(
            ActorRow(id="peter.lund", name="Peter Lund", title="jobkonsulent", roles=["team_member"], active=True)
        )


def _version(browser: Browser, address: str) -> str:
    return _version_on(browser.get(address).text)


def _version_on(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found
    return found.group(1)


def test_the_place_on_the_team_is_the_access_and_opens_and_closes_at_once(town: Town) -> None:
    course_id = town.course_id
    address, overview = f"/forloeb/{course_id}", f"/overblik/{town.ids[maja.MAJA]}"
    anna, ole = town.client("anna.holm"), town.client("ole.bruun")
    assert ole.get(address).status_code == HTTPStatus.FORBIDDEN
    assert ole.get(overview).status_code == HTTPStatus.FORBIDDEN
    page = anna.post(f"{address}/find", words="bruun").text
    assert "Ole Bruun, hjemmesygeplejerske" in _text(page)
    form = {**JOIN, "words": "bruun", "employee": "ole.bruun", "version": _version(anna, address)}

    page = anna.post(f"{address}/team", **{**form, "say": "against"}).text
    assert "Skriv, hvad borgeren siger" in page
    assert 'value="against" required checked' in page, "nothing typed is lost"
    form |= {"reason": f"Støtter Emil, {CPR}"}
    for _ in range(2):  # sent twice it has one effect
        page = anna.post(f"{address}/team", **form).text
        assert "er på teamet. Adgangen følger pladsen." in page
    assert ole.get(overview).status_code == HTTPStatus.OK
    text = _text(ole.get(address).text)
    assert "Støtter Emil" in text
    assert CPR not in text
    assert "Sæt en medarbejder på teamet" not in text, "the lead coordinator alone changes the team"
    version = _version(anna, address)
    refused = ole.post(f"{address}/team", **{**form, "employee": "lene.friis", "version": version})
    assert refused.status_code == HTTPStatus.FORBIDDEN

    leave = {"employee": "ole.bruun", "reason": "Støtten er ikke nødvendig", "say": "accepts", "version": version}
    for _ in range(2):
        assert "har ikke længere adgang" in anna.post(f"{address}/fjern", **leave).text
    assert ole.get(overview).status_code == HTTPStatus.FORBIDDEN
    assert ole.get(address).status_code == HTTPStatus.FORBIDDEN
    text = _text(anna.get(address).text)
    assert "Tidligere på teamet" in text
    assert "Støtten er ikke nødvendig" in text
    again = {**form, "reason": "Ny støtte i skolen", "version": _version(anna, address)}
    anna.post(f"{address}/team", **again)
    assert ole.get(overview).status_code == HTTPStatus.OK, "left and joined again on one day"

    lines = _lines(town, [AuditAction.ADD_TEAM_MEMBER, AuditAction.REMOVE_TEAM_MEMBER])
    shown = [line for line in lines if line.outcome is AuditOutcome.SHOWN]
    family = {town.ids[who] for who in (maja.MAJA, maja.IDA, maja.EMIL)}
    assert {line.citizen_id for line in shown} == family
    assert {line.object_id for line in shown} == {"ole.bruun"}
    assert len(shown) == 3 * len(family)
    assert [line.outcome for line in lines if line.actor_id == "ole.bruun"] == [AuditOutcome.REFUSED] * 3


def test_two_at_once_do_not_overwrite_each_other(town: Town) -> None:
    _employ_peter(town)
    address = f"/forloeb/{town.course_id}"
    browsers = [town.client("anna.holm"), town.client("anna.holm")]
    version = _version(browsers[0], address)
    forms = [
        {**JOIN, "employee": employee, "words": employee, "version": version, "citizen_words": f"Ja til {employee}"}
        for employee in ("ole.bruun", "peter.lund")
    ]
    with ThreadPoolExecutor(2) as pool:
        pages = [
            answer.text
            for answer in pool.map(
                lambda each: each[0].post(f"{address}/team", **each[1]), zip(browsers, forms, strict=True)
            )
        ]
    refused = [page for page in pages if "Forløbet er ændret, siden du åbnede siden" in page]
    assert len(refused) == 1
    assert "Ja til" in refused[0], "what was typed is still there"


def test_the_lead_is_handed_over_and_a_citizen_coordinator_comes_with_a_reason(town: Town) -> None:
    _employ_peter(town)
    course_id = town.course_id
    address = f"/forloeb/{course_id}"
    anna, lene = town.client("anna.holm"), town.client("lene.friis")
    leave = {"employee": "anna.holm", "reason": "Nyt job", "say": "accepts", "version": _version(anna, address)}
    assert "Et forløb har altid en tovholder" in anna.post(f"{address}/fjern", **leave).text
    coordinator = {
        **JOIN,
        "employee": "peter.lund",
        "words": "lund",
        "function": "citizen_coordinator",
        "reason": "Idas fravær falder ikke trods familiebehandling",
        "version": _version(anna, address),
    }
    assert "Borgerkoordinator" in _text(anna.post(f"{address}/team", **coordinator).text)
    lead = {**JOIN, "employee": "lene.friis", "words": "friis", "function": "lead_coordinator"}
    lead |= {"reason": "Er tættest på familien", "version": _version(anna, address)}
    assert "Skriv, hvad tovholderen kan afgøre." in anna.post(f"{address}/team", **lead).text
    for _ in range(2):
        answer = anna.post(f"{address}/team", **lead, authority="Indsatser efter barnets lov")
        assert "er på teamet" in answer.text
    assert "Sæt en medarbejder på teamet" not in answer.text
    assert "Sæt en medarbejder på teamet" in lene.get(address).text
    now = [place for place in _details(town, course_id).team if place.valid_to is None]
    assert {(place.actor_id, place.function) for place in now} == {
        ("lene.friis", TeamFunction.LEAD_COORDINATOR),
        ("anna.holm", TeamFunction.MEMBER),
        ("peter.lund", TeamFunction.CITIZEN_COORDINATOR),
    }


def test_without_a_lead_a_member_lets_a_new_lead_join_and_nobody_else(town: Town) -> None:
    _employ_peter(town)
    address = f"/forloeb/{town.course_id}"
    anna, lene = town.client("anna.holm"), town.client("lene.friis")
    form = {**JOIN, "employee": "lene.friis", "words": "friis", "version": _version(anna, address)}
    anna.post(f"{address}/team", **form)
    with town.context.database.transaction() as session:
        session.execute(text("UPDATE actors SET active = false WHERE id = 'anna.holm'"))
    page = lene.post(f"{address}/find", words="lund").text
    assert "Tovholder i stedet for den nuværende" in page
    assert 'value="member"' not in page, "the page offers what the policy permits"
    assert "Tag af teamet" not in page
    version = str(_details(town, town.course_id).version)
    form = {**JOIN, "employee": "peter.lund", "words": "lund", "version": version}
    assert lene.post(f"{address}/team", **form).status_code == HTTPStatus.FORBIDDEN
    lead = {"function": "lead_coordinator", "authority": "Indsatser efter barnets lov"}
    assert "er på teamet" in lene.post(f"{address}/team", **{**form, **lead}).text
    lines = _lines(town, [AuditAction.ADD_TEAM_MEMBER])
    assert [line.outcome for line in lines if line.actor_id == "lene.friis"] == [
        *[AuditOutcome.REFUSED] * 3,
        *[AuditOutcome.SHOWN] * 3,
    ]


def test_a_course_is_offered_waits_for_consent_and_is_closed_with_what_follows(town: Town) -> None:
    citizen = town.ids[HOSTILE]
    lene = town.client("lene.friis")
    with town.context.database.transaction() as session:
        course.end_course(session, town.course_id, danish_day(town.clock.now()))
    maja_id = town.ids[maja.MAJA]
    assert town.client("anna.holm").get(f"/forloeb/tilbyd/{citizen}").status_code == HTTPStatus.FORBIDDEN
    form_page = lene.get(f"/forloeb/tilbyd/{maja_id}")
    assert form_page.status_code == HTTPStatus.OK, "her unit has an effort"
    course_id = re.search(r'name="course_id" value="([^"]+)"', form_page.text)
    assert course_id
    family = {"family": str(town.ids[maja.IDA]), "course_id": course_id.group(1)}
    page = lene.post(f"/forloeb/tilbyd/{maja_id}", **{**OFFER, **family, "indicators": "Fravær\nfravær"}).text
    assert "mindst tre forskellige faglige tegn" in page
    for _ in range(2):
        answer = lene.post(f"/forloeb/tilbyd/{maja_id}", **OFFER, **family)
        assert answer.url.path == f"/forloeb/{course_id.group(1)}"
    text = _text(answer.text)
    assert "Venter på samtykke" in text
    assert "Faglige tegn, mindst tre" in text
    assert "Maja og Ida" not in answer.text, "nobody is named in it before they consent"
    assert "Venter på samtykke" in _text(lene.get("/forloeb").text)
    anna = town.client("anna.holm")
    other = {**family, "course_id": str(UUID(int=7))}
    assert "allerede på et forløb" in lene.post(f"/forloeb/tilbyd/{maja_id}", **OFFER, **other).text
    consent = {
        "course": "true",
        "form": "written",
        "given_by": "citizen",
        "given_on": "2023-09-12",
        "evidence": "Blanket",
    }
    lene.post(f"/samtykker/{maja_id}/giv", **consent)
    address = answer.url.path
    called = f"/api{address}"
    assert lene.get(called).json()["title"] == "Maja"
    lene.post(f"/samtykker/{town.ids[maja.IDA]}/giv", **consent)
    assert lene.get(called).json()["title"] == "Maja og Ida"
    withdraw_consent(lene, town.ids[maja.IDA])
    assert lene.get(called).json()["title"] == "Maja"
    assert "1 borger mangler at samtykke" in _text(lene.get(address).text)
    assert anna.get(address).status_code == HTTPStatus.FORBIDDEN
    ending = {"ends_on": "2023-09-20", "outcome": "partly_reached", "follows": "Familiehuset følger op i oktober"}
    answer = lene.post(f"{address}/slut", **ending, version=_version(lene, address))
    assert "Sidste dag er 19. sep. 2023" in _text(answer.text)
    assert "Familiehuset følger op" in answer.text
    today = {**ending, "ends_on": "2023-09-12", "version": _version(lene, address)}
    for _ in range(2):
        assert "Teamet har ikke længere adgang" in lene.post(f"{address}/slut", **today).text
    assert lene.get(address).status_code == HTTPStatus.FORBIDDEN
    offers = [line for line in _lines(town, [AuditAction.OFFER_COURSE]) if line.details]
    assert {line.citizen_id for line in offers} == {maja_id, town.ids[maja.IDA]}


def test_a_planned_end_is_taken_back_and_a_closed_course_is_read_by_those_who_were_on_the_team(town: Town) -> None:
    _employ_peter(town)
    anna, lene, ole = (town.client(actor) for actor in ("anna.holm", "lene.friis", "ole.bruun"))
    address = f"/forloeb/{town.course_id}"
    planned = {"ends_on": "2023-09-20", "outcome": "partly_reached", "follows": "Familiehuset følger op i oktober"}
    anna.post(f"{address}/slut", **planned, version=_version(anna, address))
    stale = _version(anna, address)
    assert lene.post(f"{address}/slut/fjern", version=stale).status_code == HTTPStatus.FORBIDDEN
    for _ in range(2):  # sent twice it has one effect
        page = anna.post(f"{address}/slut/fjern", version=stale)
    assert "Forløbet fortsætter" in page.text
    assert _details(town, town.course_id).ends_on is None

    today = {**planned, "ends_on": "2023-09-12", "version": _version(anna, address)}
    anna.post(f"{address}/slut", **today)
    for browser in (anna, lene):
        assert "Afsluttet. Det varede fra 12. mar. 2023" in _text(browser.get("/forloeb?vis=afsluttede").text)
        text = _text(browser.get(address).text)
        assert "Sluttede: Nogle af målene er nået" in text
        assert "Familiehuset følger op" in text
        assert "Sæt en medarbejder på teamet" not in text
        assert browser.post(f"{address}/slut/fjern", version="9").status_code == HTTPStatus.FORBIDDEN
    assert anna.get(f"/plan/{town.ids[maja.IDA]}").status_code == HTTPStatus.FORBIDDEN, "it opens nothing else"
    for stranger in ("ole.bruun", "tine.skov", "jens.dam"):
        assert town.client(stranger).get(address).status_code == HTTPStatus.FORBIDDEN
    assert ole.get("/api/forloeb?closed=true").json() == []
    town.clock.move(timedelta(days=365))
    again = town.client("anna.holm")
    assert again.get(address).status_code == HTTPStatus.FORBIDDEN
    assert again.get("/api/forloeb?closed=true").json() == []


def test_one_of_the_family_is_taken_into_a_course_that_runs_and_consents_for_themselves(town: Town) -> None:
    anna, lene = town.client("anna.holm"), town.client("lene.friis")
    ida, address = town.ids[maja.IDA], f"/forloeb/{town.course_id}"
    with town.context.database.transaction() as session:
        session.execute(text("DELETE FROM consents WHERE citizen_id = :id"), {"id": ida})
        session.execute(text("DELETE FROM course_citizens WHERE citizen_id = :id"), {"id": ida})
    assert "/familie" not in lene.get(address).text
    assert lene.get(f"{address}/familie").status_code == HTTPStatus.FORBIDDEN
    page = anna.get(f"{address}/familie").text
    assert "Ida (barn)" in _text(page)
    form = {"citizen": str(ida), "version": re.findall(r'name="version" value="(\d+)"', page)[0]}
    assert anna.post(f"{address}/familie", **{**form, "citizen": str(town.ids[HOSTILE])}).status_code == 403
    for _ in range(2):  # sent twice it has one effect
        text_of_page = _text(anna.post(f"{address}/familie", **form).text)
    assert "Ida er med i forløbet" in text_of_page
    assert "1 borger mangler at samtykke" in text_of_page
    assert anna.get(f"/plan/{ida}").status_code == HTTPStatus.FORBIDDEN, "it opens nothing before the consent"
    lines = [line for line in _lines(town, [AuditAction.ADD_COURSE_CITIZEN]) if "added" in str(line.details)]
    assert ida in {line.citizen_id for line in lines}


def test_who_leads_from_an_area_that_is_not_shown_is_not_named(town: Town) -> None:
    course_id, (anna, ole) = town.course_id, (town.client("anna.holm"), town.client("ole.bruun"))
    address = f"/forloeb/{course_id}"
    form = {**JOIN, "words": "bruun", "employee": "ole.bruun", "version": _version(anna, address)}
    anna.post(f"{address}/team", **form)
    assert "Anna Holm" in ole.get("/forloeb").text
    with town.context.database.transaction() as session:
        session.execute(text("DELETE FROM consents WHERE area = 'social'"))
    page, (line,) = ole.get("/forloeb").text, ole.get("/api/forloeb").json()
    assert "Anna Holm" not in page
    assert "Medlem fra et område, du ikke ser" in page
    assert (line["lead"], line["lead_area"], line["is_lead_hidden"]) == (None, None, True)
    assert "Anna Holm" not in ole.get(address).text
    assert "Anna Holm" in anna.get("/forloeb").text


@pytest.mark.parametrize("actor_id", ["tine.skov", "jens.dam"])
def test_administrators_and_the_dpo_see_no_course(town: Town, actor_id: str) -> None:
    browser = town.client(actor_id)
    for address in ("/forloeb", f"/forloeb/{town.course_id}", f"/forloeb/tilbyd/{town.ids[maja.MAJA]}"):
        answer = browser.get(address)
        assert answer.status_code == HTTPStatus.FORBIDDEN
        assert "Maja" not in answer.text


def test_the_api_answers_as_the_page(town: Town) -> None:
    address = f"/api/forloeb/{town.course_id}"
    anna = town.client("anna.holm")
    header = {"x-csrf-token": anna.token()}
    details = anna.get(address).json()
    member = {"actor_id": "ole.bruun", "valid_from": "2023-09-12", "reason": "Hjemmesygepleje", "citizen_say": "wants"}
    ask = {"version": details["version"] + 1, "member": member}
    answer = anna.http.post(f"{address}/team", json=ask, headers=header).json()
    assert [line["fault"] for line in answer["faults"]] == ["changed_meanwhile"]
    ask["version"] = details["version"]
    assert anna.http.post(f"{address}/team", json=ask, headers=header).json() == {"faults": []}
    (line,) = anna.get("/api/forloeb").json()
    assert (line["team_size"], line["waiting"], line["function"]) == (3, 0, "lead_coordinator")
    logged = _lines(town, [AuditAction.READ_COURSE])
    family = {town.ids[who] for who in (maja.MAJA, maja.IDA, maja.EMIL)}
    assert {entry.citizen_id for entry in logged if "course" not in entry.details} == {None, *family}
    leaving = {"reason": "Færdig med det", "citizen_say": "accepts"}
    ask = {"version": details["version"] + 1, "actor_id": "ole.bruun", "leaving": leaving}
    assert anna.http.post(f"{address}/fjern", json=ask, headers=header).json() == {"faults": []}
    assert town.client("ole.bruun").get(address).status_code == HTTPStatus.FORBIDDEN


def test_a_consent_that_only_expires_takes_the_name_out_of_the_title_as_its_day_passes(town: Town) -> None:
    called = f"/api/forloeb/{town.course_id}"
    anna = town.client("anna.holm")
    with town.context.database.transaction() as session:
        team_repository.rename_course(session, town.course_id, "Maja, Ida og Emil")
        ends = {"ends": date(2023, 9, 13), "course": town.course_id, "ida": town.ids[maja.IDA]}
        session.execute(
            text(
                "UPDATE consents SET expires_on = :ends"
                " WHERE course_id = :course AND citizen_id = :ida AND kind = 'course'"
            ),
            ends,
        )
    store_passed_days(town.context, Event())
    assert anna.get(called).json()["title"] == "Maja, Ida og Emil"
    town.clock.move(timedelta(days=1))
    store_passed_days(town.context, Event())
    assert anna.get(called).json()["title"] == "Maja og Emil"
