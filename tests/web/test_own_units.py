"""Mine enheder: a manager sees how much the own units have to do and reviews their reasons, and no citizen anywhere."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import text

from hub.clock import FixedClock
from schemas.access import AuditAction, Purpose
from tests.web import maja
from tests.web.conftest import Town
from tests.web.test_override_reviews import LIST, WORDS, _text
from tests.web.test_oversight import acts, rows

PATH = "/mine-enheder"
REASON = "Vagten ringede om barnet i nat"


def _lead(town: Town, units: str) -> None:
    """Gitte's function is limited to these units."""
    function = f'[{{"name": "leder", "role": "manager", "units": {units}, "kle": null}}]'
    with town.context.database.transaction() as session:
        session.execute(
            text("UPDATE actors SET functions = CAST(:functions AS jsonb) WHERE id = 'gitte.berg'"),
            {"functions": function},
        )


def _override_of(town: Town, actor_id: str) -> str:
    """The employee opens somebody for a reason; the reason's id."""
    client, citizen_id = town.client(actor_id), town.ids[maja.MAJA]
    client.post(f"/overblik/{citizen_id}/grund", purpose="case_work", reason=REASON)
    assert client.get(f"/overblik/{citizen_id}").status_code == 200
    overrides = town.client("jens.dam").get(f"/api{LIST}").json()["overrides"]
    return str(overrides[-1]["id"])


def _told_of_citizens(town: Town) -> list[str]:
    """What must stand nowhere: names, numbers and keys of the citizens."""
    numbers = ["750786", "4002", "630309", "820512"]
    return ["Maja", "Ida", "Emil", "Testborger", *numbers, *map(str, town.ids.values())]


def test_the_page_tells_how_much_and_nothing_of_whom(town: Town) -> None:
    gitte = town.client("gitte.berg")
    page, (unit,) = gitte.get(PATH), gitte.get(f"/api{PATH}").json()
    assert "Familieafdelingen" in page.text
    assert "Anna Holm" in page.text
    assert "Lene Friis" not in page.text, "of another unit"
    anna = next(employee for employee in unit["employees"] if employee["actor_id"] == "anna.holm")
    assert anna["courses"] == anna["leads"] == unit["courses"] == {"at_least": 1, "at_most": 4}
    assert "1–4 aktive forløb" in _text(page.text)
    for words in _told_of_citizens(town):
        assert words not in page.text
        assert words not in str(unit)
    (row, *_) = rows(acts(town, AuditAction.READ_OWN_UNITS))
    assert (row.action, row.who) == ("Så sine enheders tal", "Gitte Berg")


def test_a_manager_reaches_no_citizen_and_no_log(town: Town) -> None:
    gitte, citizen_id = town.client("gitte.berg"), town.ids[maja.MAJA]
    for address in (
        "/mine-borgere",
        "/soeg",
        "/tilsyn",
        "/kilder",
        f"/overblik/{citizen_id}",
        f"/api/citizens/{citizen_id}",
    ):
        assert gitte.get(address).status_code in {403, 404}, address
    asked = gitte.post(f"/overblik/{citizen_id}/grund", purpose="case_work", reason=REASON)
    assert asked.status_code == 403
    for other in ("anna.holm", "tine.skov", "jens.dam"):
        assert town.client(other).get(PATH).status_code == 403
        assert town.client(other).get(f"/api{PATH}").status_code == 403


@pytest.mark.parametrize(
    ("units", "expected"),
    [
        ('["social:100", "social:110"]', ["social:100", "social:110"]),
        ("[]", []),
        ("null", ["social:100"]),
    ],
)
def test_the_units_are_those_of_the_function(town: Town, units: str, expected: list[str]) -> None:
    _lead(town, units)
    answer = town.client("gitte.berg").get(f"/api{PATH}").json()
    assert sorted(unit["unit_id"] for unit in answer) == expected


def test_a_manager_reviews_the_reasons_of_the_own_units_only_and_is_not_told_who_the_citizen_is(
    town: Town, clock: FixedClock
) -> None:
    _lead(town, '["health:310"]')
    of_ole = _override_of(town, "ole.bruun")
    clock.move(timedelta(hours=2))
    gitte = town.client("gitte.berg")
    assert "1 særlig grund venter på gennemgang" in _text(gitte.get(PATH).text)
    listed, page = gitte.get(LIST), gitte.get(f"{LIST}/{of_ole}")
    view = gitte.get(f"/api{LIST}/{of_ole}").json()
    assert (view["may_review"], view["names_citizen"]) == (True, False)
    for answer in (listed.text, page.text, str(view), gitte.get(f"/api{LIST}").text):
        assert REASON in answer
        assert not [words for words in _told_of_citizens(town) if words in re.sub(r"20\d\d-\S+", "", answer)]
    assert "/tilsyn?" not in page.text
    done = gitte.post(f"{LIST}/{of_ole}/gennemgang", outcome="justified", words=WORDS, reviews_seen="0")
    assert "Gennemgangen er gemt: berettiget." in done.text
    assert "Ingen særlige grunde venter" in gitte.get(PATH).text
    (row, *_) = rows(acts(town, AuditAction.REVIEW_OVERRIDE))
    assert row.who == "Gitte Berg"
    _lead(town, '["social:110"]')
    for refused in (gitte.get(f"{LIST}/{of_ole}"), gitte.get(f"/api{LIST}/{of_ole}")):
        assert refused.status_code == 404
        assert REASON not in refused.text
    again = gitte.post(f"{LIST}/{of_ole}/gennemgang", outcome="not_justified", words=WORDS, reviews_seen="1")
    assert again.status_code == 404
    assert gitte.get(f"/api{LIST}?state=reviewed").json()["overrides"] == []
    assert gitte.get(f"/api{LIST}?state=reviewed").json()["reviewed"] == 0


def test_a_manager_never_reviews_the_own_reason(town: Town) -> None:
    with town.context.database.transaction() as session:
        session.execute(text("UPDATE actors SET roles = '{manager,team_member}' WHERE id = 'ole.bruun'"))
    own = _override_of(town, "ole.bruun")
    ole = town.client("ole.bruun")
    assert "Det er din egen særlige grund" in ole.get(f"{LIST}/{own}").text
    refused = ole.post(f"{LIST}/{own}/gennemgang", outcome="justified", words=WORDS, reviews_seen="0")
    assert refused.status_code == 403
    (answer,) = town.client("jens.dam").get(f"/api{LIST}").json()["overrides"]
    assert answer["reviews"] == []


def test_the_managers_own_work_opens_nobody(town: Town) -> None:
    anna = town.client("anna.holm")
    anna.post("/formaal", purpose=Purpose.MANAGEMENT.value)
    assert anna.get(f"/overblik/{town.ids[maja.MAJA]}").status_code == 200, "the purpose is not taken"
    (row, *_) = rows(acts(town, AuditAction.OPEN_OVERVIEW))
    assert row.purpose == "Opfølgning på en indsats"
