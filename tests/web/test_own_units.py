"""Mine enheder: a manager sees how much the own units have to do and reviews their reasons, and no citizen anywhere."""

import re
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from hub.access import identity
from hub.access.alerts import has_news
from hub.access.unit_alerts import clocks_by_unit
from hub.audit.repository import LoggedEntry, list_entries
from hub.clock import FixedClock
from hub.overview.figures_repository import UnitNotification
from hub.worker.alerts import store_passed_days
from schemas.access import AuditAction, Purpose
from schemas.facts import ConcernNotificationFact
from schemas.source import Area
from tests.web import maja
from tests.web.conftest import Town
from tests.web.test_alerts_pages import NOTIFICATION, happen
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


def _log(town: Town) -> list[LoggedEntry]:
    with town.context.database.transaction() as session:
        return list(list_entries(session, size=500))


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


def test_who_leads_a_unit_is_told_once_that_a_clock_passed_and_nothing_of_whom(town: Town) -> None:
    gitte = town.client("gitte.berg")
    assert "Frister i dine enheder" not in gitte.get("/adviser").text
    happen(town, NOTIFICATION)
    town.clock.move(timedelta(days=1))
    for _ in range(2):
        store_passed_days(town.context, Event())
    page, answer = gitte.get("/adviser").text, gitte.get("/api/adviser").json()
    (line,) = answer["units"]
    late = "Familieafdelingen: en underretning eller flere er ikke vurderet inden 24 timer, fristen udløb 12. sep. 2023"
    assert late in _text(page)
    assert (line["clock"], line["unit_id"], line["is_read"]) == ("assessment", "social:100", False)
    assert answer["alerts"] == []
    for words in _told_of_citizens(town):
        assert words not in page
        assert words not in str(answer)
    assert "Adviser (1)" in gitte.get(PATH).text
    for stranger in ("lene.friis", "ole.bruun", "anna.holm"):
        assert town.client(stranger).get("/api/adviser").json()["units"] == [], stranger
    with town.context.database.transaction() as session:
        employee = identity.actor(session, "gitte.berg")
        assert has_news(session, employee, None, now=town.clock.now()), "a morning's mail is due"
    gitte.post("/adviser/laest", ids=line["id"])
    assert "Adviser (1)" not in gitte.get(PATH).text
    assert gitte.get("/api/adviser").json()["units"][0]["is_read"]
    choices = gitte.get("/adviser/valg").text
    assert re.search(r'value="clock_passed"[^>]*checked', choices), "told of it without asking"
    gitte.post("/adviser/valg", kinds="moved_away")
    assert gitte.get("/api/adviser").json()["units"] == []
    gitte.post("/adviser/valg", default="true")
    _lead(town, '["social:110"]')
    assert gitte.get("/api/adviser").json()["units"] == [], "decided when it is shown: she leads the unit no more"
    logged = [row.entry for row in _log(town) if row.entry.actor_id == "gitte.berg"]
    assert {"units": ["social:100"]} in [entry.details for entry in logged if entry.action is AuditAction.READ_ALERTS]
    assert {entry.citizen_id for entry in logged} == {None}


RECEIVED_AT = st.integers(0, 20 * 24).map(lambda hours: datetime(2023, 9, 1, tzinfo=UTC) + timedelta(hours=hours))


@given(st.lists(st.tuples(st.sampled_from(["a", "b"]), st.integers(0, 3), RECEIVED_AT), max_size=8))
def test_one_alert_a_unit_clock_and_day_whatever_the_number(received: list[tuple[str, int, datetime]]) -> None:
    now = datetime(2023, 9, 21, 12, tzinfo=UTC)
    fact = NOTIFICATION.fact
    assert isinstance(fact, ConcernNotificationFact)
    notifications = [
        UnitNotification(
            unit_id=unit,
            entry_id=str(at),
            area=Area.SOCIAL,
            fact=fact.model_copy(update={"received_at": moment}).model_dump_json(),  # type: ignore[arg-type]
        )
        for unit, at, moment in received
    ]
    passed = clocks_by_unit(notifications, now, timedelta(days=7))
    assert all(now - timedelta(days=7) <= moment <= now for moment in passed.values())
    assert clocks_by_unit([*notifications, *notifications], now, timedelta(days=7)) == passed
    assert {unit for unit, _, _ in passed} <= {unit for unit, _, _ in received}
