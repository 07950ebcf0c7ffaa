"""Samtykker: the lead coordinator records a consent on the page, the team sees what it opens, a withdrawal closes."""

import re
from uuid import UUID

from hub.audit.repository import list_entries
from hub.clock import danish_day
from hub.course import consent_repository as repository
from hub.course import service as course
from schemas.access import AuditAction
from tests.web import maja
from tests.web.conftest import Town

FORM = {"form": "written", "given_by": "citizen", "given_on": "2023-09-12", "evidence": "Blanket på sagen"}


def _text(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def _course_of(town: Town, citizen_id: UUID) -> UUID:
    with town.context.database.transaction() as session:
        team = course.team_of(session, citizen_id, danish_day(town.clock.now()))
        assert team
        return team.course_id


def test_a_consent_to_health_is_recorded_and_opens_what_it_names(town: Town) -> None:
    citizen = town.ids[maja.MAJA]
    anna = town.client("anna.holm")
    form = {**FORM, "cell": "health/health/efforts", "expires_on": "2024-09-12"}
    page = anna.post(f"/samtykker/{citizen}/giv", **form).text
    assert "Samtykket er skrevet ind og gælder nu." in page
    assert "Gælder til og med 11. sep. 2024" in _text(page)
    overview = _text(anna.get(f"/overblik/{citizen}").text)
    assert "Af sundhed vises kun det, borgeren har samtykket til." in overview
    assert "kun noget er delt" in overview
    assert "at teamet ser indsatser og sager. Siden siger ikke, om der er andet." in overview


def test_what_must_be_corrected_is_said_and_nothing_typed_is_lost(town: Town) -> None:
    citizen = town.ids[maja.MAJA]
    anna = town.client("anna.holm")
    form = {**FORM, "form": "oral", "cell": "health/health/plans", "expires_on": ""}
    page = anna.post(f"/samtykker/{citizen}/giv", **form).text
    assert "Samtykke til sundhed skal være skriftligt" in page
    assert "gælder højst ét år" in page
    assert re.search(r'value="health/health/plans" checked', page)
    assert re.search(r'value="oral" required checked', page)
    assert 'value="Blanket på sagen"' in page
    page = anna.post(f"/samtykker/{citizen}/giv", **{**form, "given_on": "i går"}).text
    assert "Skriv datoen som 2023-09-12." in page


def test_a_withdrawal_closes_the_page_at_once(town: Town) -> None:
    citizen = town.ids[maja.EMIL]
    lene = town.client("lene.friis")
    assert "Skriv et samtykke ind" not in lene.get(f"/samtykker/{citizen}").text
    with town.context.database.transaction() as session:
        consents = repository.list_consents(session, _course_of(town, citizen), citizen).consents
    to_course = next(consent for consent in consents if consent.cell is None)
    assert lene.get(f"/overblik/{citizen}").url.path == f"/overblik/{citizen}"
    page = lene.post(f"/samtykker/{citizen}/traek", consent=str(to_course.id)).text
    assert "Samtykket er trukket tilbage" in page
    assert "Borgeren har ikke samtykket til forløbet." in page
    assert "venter på samtykke" in _text(lene.get("/samtykker").text).lower()
    assert "Hvad fulgte" not in lene.get(f"/overblik/{citizen}").text
    assert "Emil" not in _text(lene.get("/mine-borgere").text)


def test_a_hidden_area_tells_whether_there_is_anything_only_by_consent(town: Town) -> None:
    citizen = town.ids[maja.MAJA]
    anna = town.client("anna.holm")
    assert "Der er intet i området" not in anna.get(f"/overblik/{citizen}").text
    form = {**FORM, "cell": "health/health/existence", "expires_on": "2024-09-12"}
    anna.post(f"/samtykker/{citizen}/giv", **form)
    page = _text(anna.get(f"/overblik/{citizen}").text)
    assert "Der er noget i området. Borgeren har kun samtykket til, at teamet ved det" in page
    assert "Hjemmepleje" not in page


def test_nobody_beside_the_team_reads_consents(town: Town) -> None:
    citizen = town.ids[maja.MAJA]
    for actor_id in ("ole.bruun", "tine.skov", "jens.dam"):
        answer = town.client(actor_id).get(f"/samtykker/{citizen}")
        assert answer.status_code == 403
        assert "Maja" not in answer.text


def test_a_print_is_a_line(town: Town) -> None:
    citizen = town.ids[maja.MAJA]
    anna = town.client("anna.holm")
    assert anna.post(f"/samtykker/{citizen}/udskrift").status_code == 204
    with town.context.database.transaction() as session:
        entry = list_entries(session)[0].entry
    assert (entry.action, entry.citizen_id) == (AuditAction.PRINT_CONSENTS, citizen)
    jens = town.client("jens.dam")
    assert "Udskrev borgerens samtykker" in jens.get("/tilsyn").text


def test_the_api_records_and_withdraws_as_the_page_does(town: Town) -> None:
    citizen = town.ids[maja.MAJA]
    anna = town.client("anna.holm")
    header = {"x-csrf-token": anna.token()}
    address = f"/api/samtykker/{citizen}"
    ask = {**FORM, "cells": ["health/health/plans", "health/nowhere/plans"], "form": "oral"}
    refused = anna.http.post(f"{address}/giv", json=ask, headers=header).json()
    assert [line["fault"] for line in refused["faults"]] == ["health_not_written", "health_too_long"]
    right = {**ask, "form": "digital", "expires_on": "2024-09-12"}
    assert anna.http.post(f"{address}/giv", json=right, headers=header).json() == {"faults": []}
    answer = anna.get(address).json()
    assert (answer["may_give"], answer["may_withdraw"]) == (True, True)
    health = [consent for consent in answer["consents"]["consents"] if consent["kind"] == "health"]
    assert [consent["cell"]["category"] for consent in health] == ["plans"]
    ask_withdrawal = {"consents": [health[0]["id"]]}
    withdrawn = anna.http.post(f"{address}/traek", json=ask_withdrawal, headers=header).json()
    assert [consent["id"] for consent in withdrawn] == [health[0]["id"]]
    listed = anna.get("/api/samtykker").json()
    assert {each["citizen_id"] for each in listed} == {str(town.ids[who]) for who in (maja.MAJA, maja.IDA, maja.EMIL)}
    assert town.client("ole.bruun").get(address).status_code == 403
