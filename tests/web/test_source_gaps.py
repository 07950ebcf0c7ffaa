"""An area without an effort says why: the source was never read to its end, is silent, or was read and has none."""

from datetime import datetime, timedelta

import pytest

from hub.sources.health import RunOutcome, RunSummary
from hub.sources.stream_repository import save_run
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


def test_a_source_that_fails_for_long_is_silent_and_not_said_to_have_nothing(town: Town, page: str) -> None:
    long_ago = maja.NOW - 3 * maja.SOCIAL.expected_cadence
    read_social(town, long_ago, RunOutcome.COMPLETE, published=4)
    read_social(town, maja.NOW - timedelta(hours=1), RunOutcome.UNAVAILABLE)
    text = town.client("anna.holm").get(page).text
    assert "kilden har været tavs i" in text
    assert NONE not in text
