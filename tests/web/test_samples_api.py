"""Samples through the API: the same draw, the same lines, the same refusals as on the pages."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from hub.clock import FixedClock
from schemas.access import AuditAction
from tests.web import maja
from tests.web.conftest import Town
from tests.web.test_oversight import acts

PATH = "/api/tilsyn/stikproever"
WORDS = "Svaret afventer vagtplanen fra lederen"


@pytest.fixture
def drawn(town: Town, clock: FixedClock) -> Callable[[], int]:
    """Ole opens Maja for a stated reason, and a sample of that day is drawn."""

    def draw() -> int:
        ole, jens = town.client("ole.bruun"), town.client("jens.dam")
        ole.post(f"/overblik/{town.ids[maja.MAJA]}/grund", purpose="case_work", reason="Akut henvendelse i nat")
        clock.move(timedelta(minutes=10))
        day = town.clock.now().date().isoformat()
        ask = {"parameters": {"first_day": day, "last_day": day}}
        answer = jens.http.post(PATH, json=ask, headers={"X-CSRF-Token": jens.token()})
        return int(answer.json()["sample_id"])

    return draw


def test_a_sample_is_drawn_read_drawn_again_and_reviewed(town: Town, drawn: Callable[[], int]) -> None:
    number, jens = drawn(), town.client("jens.dam")
    token = {"X-CSRF-Token": jens.token()}
    (listed,) = jens.get(PATH).json()["samples"]
    assert listed["id"] == number
    assert len(bytes.fromhex(listed["seed"])) == 32
    answer = jens.get(f"{PATH}/{number}?redraw=true").json()
    assert answer["redraw"]["state"] == "same"
    (line,) = [each for each in answer["lines"] if each["lookup"]["actor_id"] == "ole.bruun"]
    address = f"{PATH}/{number}/linjer/{line['number']}"
    assert jens.get(address).json()["may_review"]
    review = {"kind": "reviewed", "outcome": "follow_up", "words": f"{WORDS} 750786-4002", "events_seen": 0}
    assert jens.http.post(address, json=review, headers=token).json() == {"faults": []}
    (fault,) = jens.http.post(address, json=review, headers=token).json()["faults"]
    assert fault["fault"] == "changed_meanwhile"
    (event,) = jens.get(address).json()["line"]["events"]
    assert event["words"].startswith(WORDS)
    assert "4002" not in event["words"]
    assert len(acts(town, AuditAction.REVIEW_SAMPLE)) == 1, "the second had no effect"


def test_who_draws_no_samples_is_refused_and_what_is_wrong_is_said(town: Town, drawn: Callable[[], int]) -> None:
    number, jens = drawn(), town.client("jens.dam")
    for name in ("anna.holm", "tine.skov"):
        assert town.client(name).get(PATH).status_code == 403
    assert town.client("gitte.berg").get(f"{PATH}/{number}").status_code == 404
    assert jens.get(f"{PATH}/99").status_code == 404
    turned = {"parameters": {"first_day": "2023-09-12", "last_day": "2023-09-01"}}
    answer = jens.http.post(PATH, json=turned, headers={"X-CSRF-Token": jens.token()}).json()
    assert [fault["fault"] for fault in answer["faults"]] == ["period_turned"]
    assert jens.http.post(PATH, json=turned).status_code == 403


@pytest.mark.parametrize("query", ["first_day=2023-09-12&last_day=2023-09-01", "last_day=0001-01-01"])
def test_a_period_of_look_ups_that_is_none_is_said_so(town: Town, query: str) -> None:
    answer = town.client("jens.dam").get(f"/api/tilsyn/opslag?{query}")
    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:helhed:period_invalid"
