"""Page and API show the same: every field, of everybody, as every employee, on every side."""

import json

import pytest

from hub.web.citizen.loading import load_page_data
from hub.web.citizen.page_data import PageData
from tests.web.conftest import NUMBERS, Town

SIDES = ("overblik", "familien", "tidslinje")
REASON = "Akut bekymring fra naboen"


def test_the_page_is_made_of_what_the_api_answers_field_by_field(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """By team, and with a reason: what the page is made of, beside what the API tells of the same citizen."""
    pages: list[PageData] = []

    def loading(*arguments: object, **named: object) -> PageData:
        pages.append(load_page_data(*arguments, **named))  # type: ignore[arg-type]
        return pages[-1]

    monkeypatch.setattr("hub.web.citizen.routes.load_page_data", loading)
    compared = 0
    for actor_id in ("anna.holm", "ole.bruun"):
        browser = town.client(actor_id)
        for key in town.ids.values():
            if browser.get(f"/overblik/{key}").status_code == 403:
                browser.post(f"/overblik/{key}/grund", purpose="case_work", reason=REASON)
            for side in SIDES:
                pages.clear()
                assert browser.get(f"/{side}/{key}").status_code == 200
                answer = browser.get(f"/api/{side}/{key}").json()
                (data,) = pages
                overviews = [answer["overview"], *answer["family"]]
                shown = [json.loads(overview.model_dump_json()) for overview in data.people]
                for answered, displayed in zip(overviews, shown, strict=True):
                    differing = {
                        field
                        for field in answered.keys() | displayed.keys()
                        if answered.get(field) != displayed.get(field)
                    }
                    assert differing <= {"version"}, f"{actor_id} {side} {key}: {differing}"
                assert answer["decision"] == json.loads(data.decision.model_dump_json())
                assert not [number for number in NUMBERS.values() if number.replace("-", "") in json.dumps(answer)]
                compared += 1
    assert compared == 2 * len(town.ids) * len(SIDES)
