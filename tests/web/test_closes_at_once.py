"""What was open closes at once, everywhere: consent withdrawn, the team left, the effort of the own unit over."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from hub.access.tables import ActorRow
from hub.audit.repository import list_entries
from hub.clock import danish_day
from hub.course import service as course
from hub.course.tables import CourseRow
from hub.course.views import Membership
from hub.indexing.writer import build_documents
from hub.overview import repository as overviews
from schemas.access import AuditAction, AuditOutcome
from schemas.period import Period
from schemas.source import Area
from tests.consents import withdraw_areas
from tests.processing import process_records
from tests.web import maja
from tests.web.conftest import COURSE_START, Town, record_of
from tests.web.serving import Browser

PAGES = ("/overblik", "/tidslinje", "/familien", "/api/overblik", "/api/tidslinje", "/api/familien")
SUPPORT = "Praktisk pædagogisk støtte"
"""An effort of the social area, for Ida and Maja."""


def pages_with(browser: Browser, words: str, citizen_id: UUID) -> set[str]:
    """Of the pages and answers on the citizen those in which the words stand."""
    return {page for page in PAGES if words in browser.get(f"{page}/{citizen_id}").text}


def statuses(browser: Browser, citizen_id: UUID) -> set[int]:
    """With which each of them is answered."""
    return {browser.get(f"{page}/{citizen_id}").status_code for page in PAGES}


def search(browser: Browser, text: str) -> dict[str, Any]:
    """The page of hits, as the API gives it."""
    headers = {"X-CSRF-Token": browser.get("/api/mig").json()["csrf"]}
    answer = browser.http.post("/api/soeg", json={"text": text}, headers=headers)
    return dict(answer.json()["page"])


def found(browser: Browser, text: str) -> set[str]:
    """Who is found, by key; the page says the same as the API."""
    hits = {hit["citizen_id"] for hit in search(browser, text)["hits"]}
    page = browser.post("/soeg", text=text).text
    assert all(f"/overblik/{key}" in page for key in hits)
    return hits


def facets(browser: Browser) -> dict[str, set[str]]:
    """The choices beside the hits for the family's name."""
    offered = search(browser, "testborger")["facets"]
    return {name: {choice["value"] for choice in choices} for name, choices in offered.items()}


def outcome_of_print(town: Town, browser: Browser, citizen_id: UUID) -> AuditOutcome:
    """What the log says of a print of the page."""
    assert browser.post(f"/overblik/{citizen_id}/udskrift", side="overblik").status_code == 204
    with town.context.database.transaction() as session:
        return next(line.entry.outcome for line in list_entries(session) if line.entry.action is AuditAction.PRINT)


def listed(browser: Browser) -> set[str]:
    """Who stands on the list of own citizens."""
    return {each["citizen"]["citizen_id"] for each in browser.get("/api/mine-borgere").json()["citizens"]}


def index_anew(town: Town, citizen_ids: Iterable[UUID]) -> None:
    """Write to the index what the store has."""
    day = danish_day(town.clock.now())
    with town.context.database.transaction() as session:
        stored = [each.document for each in overviews.stored(session, citizen_ids).values() if each.document]
        town.context.index.put(build_documents(session, stored, town.context.digest_key, day))
    town.context.index.refresh()


def test_a_withdrawal_and_leaving_the_team_close_every_page_list_and_search_at_once(town: Town) -> None:
    today, database = danish_day(town.clock.now()), town.context.database
    family = [town.ids[key] for key in (maja.MAJA, maja.IDA, maja.EMIL)]
    ida = town.ids[maja.IDA]
    with database.transaction() as session:
        (course_id,) = session.scalars(select(CourseRow.id))
        course.join(session, course_id, Membership(actor_id="ole.bruun", reason="Hjemmesygepleje"), COURSE_START)
    ole = town.client("ole.bruun")
    assert pages_with(ole, SUPPORT, ida) == set(PAGES)
    assert str(ida) in found(ole, SUPPORT)
    assert "social" in facets(ole)["area"]
    assert facets(ole)["unit"] & {"Familiehuset"}

    with database.transaction() as session:
        for citizen_id in family:
            withdraw_areas(session, course_id, citizen_id, [Area.SOCIAL], today)
    assert pages_with(ole, SUPPORT, ida) == set()
    assert statuses(ole, ida) == {200}, "the team still opens the page"
    assert found(ole, SUPPORT) == set()
    assert "social" not in facets(ole)["area"]
    assert not facets(ole)["unit"] & {"Familiehuset"}
    assert outcome_of_print(town, ole, ida) is AuditOutcome.SHOWN

    with database.transaction() as session:
        course.leave(session, course_id, "ole.bruun", today)
    assert statuses(ole, ida) == {403}
    assert found(ole, "testborger") == set()
    assert not any(facets(ole).values())
    assert listed(ole) == set()
    assert outcome_of_print(town, ole, ida) is AuditOutcome.REFUSED


def test_the_end_of_the_own_units_effort_closes_every_page_and_search_when_its_tail_is_over(town: Town) -> None:
    emil, contact = town.ids[maja.EMIL], "Fast kontaktperson"
    unit = {"unit_id": "social:120", "unit_name": "Børn og Unge", "area": "social"}
    with town.context.database.transaction() as session:
        session.add(ActorRow(id="bo.lind", name="Bo Lind", title="kontaktperson", roles=["team_member"], **unit))
    bo = town.client("bo.lind")
    assert pages_with(bo, contact, emil) == set(PAGES)
    assert found(bo, contact) == {str(emil)}

    ended = record_of(maja.CONTACT).model_copy(
        update={
            "registered_at": town.clock.now(),
            "observed_at": town.clock.now(),
            "valid": Period(start=date(2022, 1, 9), end=date(2023, 8, 1)),
            "digest": "",
        }
    )
    process_records(town.context.database, [ended], digest_key=town.context.digest_key, now=town.clock.now())
    assert statuses(bo, emil) == {403}, "before the index knows of it"
    assert outcome_of_print(town, bo, emil) is AuditOutcome.REFUSED
    index_anew(town, [emil])
    assert found(bo, "testborger") == set()
    assert not any(facets(bo).values())
