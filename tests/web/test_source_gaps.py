"""An area without an effort says why: the source was never read to its end, is silent, or was read and has none."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from hub.quarantine import service as quarantine
from hub.sources import repository as source_repository
from hub.sources.health import RunOutcome, RunSummary
from hub.sources.stream_repository import save_run
from schemas.record import Rejection, RejectionRule
from schemas.source import Area
from tests.web import maja
from tests.web.conftest import Town

UNREAD = "kilden er ikke læst til ende endnu"
MAY_LACK = "så der kan mangle underretninger"
NONE = "Kilden er læst og har ingen indsats i gang."


def read_social(town: Town, at: datetime, outcome: RunOutcome, published: int = 0) -> None:
    run = RunSummary(source="social", stream="all", started_at=at, ended_at=at, outcome=outcome, published=published)
    with town.context.database.transaction() as session:
        save_run(session, run, at if published else None)


@pytest.fixture
def page(town: Town) -> str:
    """Address of Emil's overview: social knows something of him, but runs no effort."""
    return f"/overblik/{town.ids[maja.EMIL]}"


def test_until_a_source_was_read_once_to_its_end_nothing_is_said_to_be_missing(town: Town, page: str) -> None:
    anna = town.client("anna.holm")
    assert UNREAD in anna.get(page).text
    assert MAY_LACK in anna.get(page.replace("overblik", "familien")).text
    read_social(town, maja.NOW - timedelta(hours=2), RunOutcome.UNAVAILABLE, published=4)
    assert UNREAD in anna.get(page).text, "it broke off half way"
    sections = {one["area"]: one for one in anna.get(f"/api{page}").json()["overview"]["sections"]}
    assert sections[Area.SOCIAL]["is_unread"]
    read_social(town, maja.NOW - timedelta(hours=1), RunOutcome.COMPLETE)
    assert UNREAD not in anna.get(page).text
    assert MAY_LACK not in anna.get(page).text


def test_a_source_that_fails_is_told_with_since_when_and_not_said_to_have_nothing(town: Town, page: str) -> None:
    long_ago = maja.NOW - 3 * maja.SOCIAL.expected_cadence
    read_social(town, long_ago, RunOutcome.COMPLETE, published=4)
    read_social(town, maja.NOW - timedelta(hours=1), RunOutcome.UNAVAILABLE)
    text = town.client("anna.holm").get(page).text
    assert "kilden kan ikke læses; sidst læst til ende 9. sep." in text
    assert NONE not in text


def section_of(answer: dict[str, Any], area: Area) -> dict[str, Any]:
    return next(section for section in answer["overview"]["sections"] if section["area"] == area)


def test_a_source_in_trouble_is_told_at_its_area_also_where_there_are_entries(town: Town) -> None:
    """Switched off this morning: with the time of that, not of the last data."""
    read_social(town, maja.NOW - timedelta(days=1), RunOutcome.COMPLETE, published=4)
    with town.context.database.transaction() as session:
        source_repository.pause(
            session, "social", paused_by="tine.skov", reason="Opdatering", now=maja.NOW - timedelta(hours=1)
        )
    anna, address = town.client("anna.holm"), f"/overblik/{town.ids[maja.IDA]}"
    text = anna.get(address).text
    assert "Familiebehandling" in text
    assert "kilden blev slukket i dag kl. 08.00" in text
    assert "slukket i dag kl. 08.00</span>" in text, "also among the sources"
    section = section_of(anna.get(f"/api{address}").json(), Area.SOCIAL)
    at = (maja.NOW - timedelta(hours=1)).isoformat().replace("+00:00", "Z")
    assert section["troubles"] == [{"source": "social", "kind": "paused", "since": at}]


def test_a_source_with_rows_that_could_not_be_read_is_told_wherever_something_may_be_missing(
    town: Town, page: str
) -> None:
    read_social(town, maja.NOW - timedelta(hours=1), RunOutcome.COMPLETE, published=4)
    anna = town.client("anna.holm")
    rejection = Rejection(record_type="Ydelse", source_id="77", field="startDato", rule=RejectionRule.BAD_DATE)
    with town.context.database.transaction() as session:
        quarantine.add(session, "social", [rejection], cipher=town.context.payload_cipher, now=maja.NOW)
    assert "så der kan mangle underretninger" in anna.get(page).text
    assert "Social (kilden har linjer, der ikke kunne læses)" in anna.get(page.replace("overblik", "tidslinje")).text
    assert section_of(anna.get(f"/api{page}").json(), Area.SOCIAL)["has_unreadable"]
    anna.post("/soeg", text="Nikoline")
    assert (
        "Alt er ikke læst i Social (DUBU) og Sundhed (Nexus), så der kan mangle borgere."
        in anna.get("/soeg/resultat").text
    )


def test_without_the_family_the_page_says_whose_notifications_it_shows(town: Town) -> None:
    read_social(town, maja.NOW - timedelta(hours=1), RunOutcome.COMPLETE, published=4)
    lene, address = town.client("lene.friis"), f"/overblik/{town.ids[maja.MAJA]}"
    assert "Du ser kun underretninger om" not in lene.get(address).text, "she is on the team"
    ole = town.client("ole.bruun")
    ole.post(f"{address}/grund", purpose="case_work", reason="Akut henvendelse fra borgeren selv")
    text = ole.get(address).text
    others = "Om andre i familien kan du ikke se dem her, og siden siger ikke, om der er nogen."
    assert f"Ingen underretninger fundet om Maja. {others}" in text
    answer = ole.get(f"/api{address}").json()
    assert answer["notifications_about"] == [str(town.ids[maja.MAJA])]
    states = {section["area"]: section["state"] for section in answer["overview"]["sections"]}
    assert states["school"] == "not_covered", "no source is connected, so nothing is withheld"
