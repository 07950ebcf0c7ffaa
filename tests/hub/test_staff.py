"""Employees from the organisation: who works here today, who has left, and an export that is not whole."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from hub.access.identity import actors
from hub.access.organisation import UnitOfOrganisation, read_export
from hub.access.repository import list_organisation_functions
from hub.access.staff import StaffResult, take_over
from hub.access.staff_repository import get_employee, list_employees, list_units
from hub.clock import SystemClock, danish_day
from hub.db import Database, Session
from hub.errors import InvalidSetting
from hub.sessions.repository import delete_expired_sessions, get_session
from hub.sessions.service import begin, limits_of
from hub.settings import Settings
from schemas.source import Area
from schemas.staff import OrganisationUnit

TODAY = danish_day(SystemClock().now())
UNITS = {"u1": OrganisationUnit(id="social:100", name="Familieafdelingen", area=Area.SOCIAL, phone="44773000")}
PHONE = {"address_type": {"scope": "PHONE"}, "value": "44 77 10 01"}


def employee(name: str, *engagements: tuple[date, date | None], unit: str = "U1", **more: Any) -> dict[str, Any]:
    return {
        "uuid": f"uuid-{name}",
        "user_key": name,
        "name": name.replace(".", " ").title(),
        "engagements": [
            {
                "job_function": {"name": "familiebehandler"},
                "org_unit": {"uuid": unit, "name": "Enhed"},
                "validity": {"from": start.isoformat(), "to": end and end.isoformat()},
            }
            for start, end in engagements
        ],
        **more,
    }


def load(
    session: Session, *employees: dict[str, Any], many: bool = False, units: tuple[dict[str, Any], ...] = ()
) -> StaffResult:
    content = json.dumps({"employees": employees, "org_units": units}).encode()
    return take_over(session, read_export(content, TODAY), UNITS, even_if_many_leave=many)


SINCE = TODAY - timedelta(days=400)


def test_unit_title_and_phone_come_with_the_employee_and_roles_never_do(database: Database) -> None:
    with database.transaction() as session:
        load(session, employee("lene.friis", (SINCE, None), addresses=[PHONE]), employee("ole.bruun", (SINCE, None)))
        lene, ole = get_employee(session, "lene.friis"), get_employee(session, "ole.bruun")
        assert lene
        assert ole
        assert (lene.title, lene.unit_name, lene.phone) == ("familiebehandler", "Familieafdelingen", "44 77 10 01")
        assert (lene.roles, lene.is_active, lene.in_organisation) == (frozenset(), True, True)
        assert ole.phone == "44773000", "the unit's"


@pytest.mark.parametrize(
    ("start", "end", "works", "until"),
    [
        (SINCE, None, True, None),
        (SINCE, TODAY, True, TODAY + timedelta(days=1)),
        (SINCE, TODAY - timedelta(days=1), False, None),
        (TODAY, None, True, None),
        (TODAY + timedelta(days=1), None, False, None),
    ],
)
def test_the_last_day_is_a_day_at_work(start: date, end: date | None, works: bool, until: date | None) -> None:
    (member,) = read_export(json.dumps({"employees": [employee("a", (start, end))]}).encode(), TODAY).members
    assert (member.works_today, member.until) == (works, until)


def test_who_has_left_is_logged_out_at_once_and_who_comes_back_is_let_in(database: Database) -> None:
    limits = limits_of(Settings())
    lene, ole = employee("lene.friis", (SINCE, None)), employee("ole.bruun", (SINCE, None))
    with database.transaction() as session:
        load(session, lene, ole)
        session.execute(text("UPDATE actors SET roles = '{team_member}'"))
        cookie = begin(session, "lene.friis", user_agent="", replaces=None)
        assert get_session(session, cookie, limits) is not None
        assert load(session, ole).left == ("lene.friis",)
        assert get_session(session, cookie, limits) is None
        assert delete_expired_sessions(session, limits) == 1
        assert load(session, lene, ole).left == ()
        assert get_session(session, cookie, limits) is None, "the old cookie stays dead"
        assert actors(session)


def test_a_last_day_holds_without_another_export(database: Database) -> None:
    with database.transaction() as session:
        # The database's day: midnight may pass between this file's first line and this test.
        today = session.scalar(text("SELECT (now() AT TIME ZONE 'Europe/Copenhagen')::date"))
        load(session, employee("lene.friis", (SINCE, today)))
        session.execute(text("UPDATE actors SET roles = '{team_member}'"))
        cookie = begin(session, "lene.friis", user_agent="", replaces=None)
        assert get_session(session, cookie, limits_of(Settings())) is not None
        session.execute(text("UPDATE actors SET active_until = :day"), {"day": today})
        assert get_session(session, cookie, limits_of(Settings())) is None
        assert actors(session) == ()


def test_an_export_that_is_not_whole_takes_nobodys_access(database: Database) -> None:
    everybody = [employee(f"person.{number}", (SINCE, None)) for number in range(30)]
    with database.transaction() as session:
        load(session, *everybody)
        with pytest.raises(InvalidSetting, match="20 of 30 employees would lose their access"):
            load(session, *everybody[:10])
        assert all(each.is_active for each in list_employees(session, "", start=0, size=50))
        assert len(load(session, *everybody[:10], many=True).left) == 20


def test_who_is_not_the_organisations_is_left_alone_and_a_taken_name_is_told(database: Database) -> None:
    with database.transaction() as session:
        session.execute(text("INSERT INTO actors (id, name, title, roles) VALUES ('demo', 'D', '', '{dpo}')"))
        load(session, employee("lene.friis", (SINCE, None)))
        result = load(session, employee("lene.friis", (SINCE, None), uuid="somebody else"))
        assert result.conflicts == ("lene.friis",)
        demo = get_employee(session, "demo")
        assert demo
        assert demo.is_active


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "the export"),
        (b'{"employees": []}', "employees"),
        (b'{"employees": [{"uuid": "a", "name": "A"}]}', "employees.0.user_key: Field required"),
        (json.dumps({"employees": [employee("a"), employee("a")]}).encode(), "user_key a stands there twice"),
    ],
)
def test_an_export_that_is_wrong_is_told_by_field_and_rule(content: bytes, says: str) -> None:
    with pytest.raises(InvalidSetting) as caught:
        read_export(content, TODAY)
    assert says in str(caught.value)


def test_employees_are_found_by_words_page_by_page(database: Database) -> None:
    with database.transaction() as session:
        load(session, *(employee(f"person.{number:02}", (SINCE, None)) for number in range(12)))
        assert [each.id for each in list_employees(session, "PERSON.0", start=8, size=5)] == ["person.08", "person.09"]
        assert list_employees(session, "%", start=0, size=5) == ()


UNIT = {
    "uuid": "U9",
    "name": "Jobcentret",
    "parent": {"uuid": "U0"},
    "kles": [
        {"kle_number": {"user_key": "15.20"}, "kle_aspects": [{"name": "Udførende"}]},
        {"kle_number": [{"user_key": "27.24"}], "kle_aspects": [{"name": "Indsigt"}]},
    ],
    "addresses": [{"address_type": {"scope": "PHONE"}, "value": "44 77 20 00"}],
}
TOP = {"uuid": "U0", "name": "Kommunen", "parent": None}


def test_a_units_area_follows_from_its_own_tasks_and_reaches_its_employees(database: Database) -> None:
    with database.transaction() as session:
        load(session, employee("ole.bruun", (SINCE, None), unit="U9"), units=(UNIT, TOP))
        (jobs, top) = list_units(session, start=0, size=5)
        assert (jobs.name, jobs.parent_name, jobs.kle) == ("Jobcentret", "Kommunen", ("15.20",))
        assert jobs.area is Area.EMPLOYMENT
        assert (jobs.unit_id, jobs.employees, top.area) == (None, 1, None)
        (ole,) = session.execute(text("SELECT unit_name, area, phone FROM actors"))
        assert tuple(ole) == ("Jobcentret", "employment", "44 77 20 00")


def test_insight_gives_a_unit_no_task_and_two_areas_give_it_none() -> None:
    def unit(*numbers: str) -> UnitOfOrganisation:
        return UnitOfOrganisation(organisation_id="u", name="U", kle=frozenset(numbers))

    assert unit("15.20", "15.00").area is Area.EMPLOYMENT
    assert unit("15.20", "27.24").area is None
    assert unit("01.00").area is None


def test_the_answer_of_the_api_is_read_as_the_plain_list_is() -> None:
    one = employee("lene.friis", (SINCE, None))
    one["engagements"][0]["org_unit"] = [one["engagements"][0]["org_unit"]]
    one["engagements"][0]["validity"]["from"] += "T00:00:00+01:00"
    answer = {"data": {"employees": {"objects": [{"current": one}]}, "org_units": {"objects": [{"current": UNIT}]}}}
    plain = {"employees": [employee("lene.friis", (SINCE, None))], "org_units": [UNIT]}
    assert read_export(json.dumps(answer).encode(), TODAY) == read_export(json.dumps(plain).encode(), TODAY)


def role(name: str, start: date = SINCE, end: date | None = None) -> dict[str, Any]:
    binding = {"role": {"user_key": name}, "validity": {"from": start.isoformat(), "to": end and end.isoformat()}}
    return {"itusers": [{"rolebindings": [binding]}]}


def test_functions_of_the_organisation_are_kept_and_a_change_is_told(database: Database) -> None:
    with database.transaction() as session:
        assert load(session, employee("a", (SINCE, None), **role("sagsbehandler"))).changed_functions == ()
        assert list_organisation_functions(session, "a") == {"sagsbehandler"}
        ended = role("sagsbehandler", end=TODAY - timedelta(days=1))
        assert load(session, employee("a", (SINCE, None), **ended)).changed_functions == ("a",)
        assert list_organisation_functions(session, "a") == frozenset()
