"""Whom to call: the team, the responsible and each area, with number and job title; never where a protected one is."""

from dataclasses import replace
from datetime import date

import pytest

from hub.access.identity import ask_contacts
from hub.course import service as course
from hub.course.views import Membership
from hub.db import Database
from hub.web.citizen.page_data import Teammate
from hub.web.citizen.present import overview_page
from hub.web.citizen.present_efforts import responsible_person
from hub.web.citizen.present_head import teammate_person
from hub.web.shell.view_models import Person, Phone
from schemas.facts import EffortFact
from schemas.people import Responsible, Unit, Worker
from schemas.source import Area, AreaContact
from schemas.staff import EmployeeContact
from tests.access_town import an_actor, employ
from tests.consents import open_course
from tests.web import maja
from tests.web.conftest import HOSTILE, Town

HOUSE = Unit(id="social:110", name="Familiehuset", phone="44773000")
DECLARED = {"social:929": EmployeeContact(name="Lene Friis", title="familiebehandler", phone="44773002")}


def effort(worker: Worker | None) -> EffortFact:
    """Family treatment with that worker as responsible."""
    fact = maja.FAMILY_TREATMENT.fact
    assert isinstance(fact, EffortFact)
    return fact.model_copy(update={"responsible": Responsible(unit=HOUSE, worker=worker)})


@pytest.mark.parametrize(
    ("worker", "words", "number"),
    [
        (Worker(name="Lene Friis", id="929"), "Lene Friis, familiebehandler, Familiehuset", "44 77 30 02"),
        (
            Worker(name="Lene Friis", id="929", phone="44773009"),
            "Lene Friis, familiebehandler, Familiehuset",
            "44 77 30 09",
        ),
        (Worker(name="Lene Friis", id="7"), "Lene Friis, Familiehuset", "44 77 30 00"),
        (Worker(name="Lene Friis"), "Lene Friis, Familiehuset", "44 77 30 00"),
        (None, "Familiehuset", "44 77 30 00"),
    ],
)
def test_the_responsible_has_job_title_and_number_by_a_declared_id(
    worker: Worker | None, words: str, number: str
) -> None:
    person = responsible_person(maja.FAMILY_TREATMENT, effort(worker), DECLARED)
    assert person == Person(words, Phone(number, f"tel:{number.replace(' ', '')}"))


def test_an_id_that_two_employees_have_says_nobody(database: Database) -> None:
    with database.transaction() as session:
        employ(session, an_actor("anna.holm", worker_ids=["social:1", "social:2"]))
        employ(session, an_actor("lene.friis", worker_ids=["social:2"]))
        assert list(ask_contacts(session, ["social:1", "social:2", "social:3"])()) == ["social:1"]


def test_each_of_the_team_has_job_title_function_and_number() -> None:
    lead = Teammate("Anna Holm", "socialrådgiver", "lead_coordinator", "Familieafdelingen", "44773000")
    assert teammate_person(lead).text == "Anna Holm, socialrådgiver, Familieafdelingen, tovholder"
    tovholder = Teammate("Anna Holm", "tovholder", "lead_coordinator", None, None)
    assert teammate_person(tovholder) == Person("Anna Holm, tovholder")


def test_each_gap_says_whom_to_call_about_the_area() -> None:
    health, school = AreaContact(name="Sundhed"), AreaContact(name="Skole og Dagtilbud", phone="44774000")
    page = overview_page(replace(maja.page_data(), area_contacts={Area.SCHOOL: school, Area.HEALTH: health}))
    said = {gap.area: gap.contact for gap in page.gaps}
    assert said[Area.SCHOOL] == Person("Skole og Dagtilbud", Phone("44 77 40 00", "tel:44774000"))
    assert said[Area.HEALTH] == Person("Sundhed")


def test_units_and_numbers_of_a_protected_citizen_are_shown_after_a_reveal_alone(town: Town) -> None:
    hidden = town.ids[HOSTILE]
    with town.context.database.transaction() as session:
        course_id = open_course(session, "Forløb", [hidden], date(2023, 3, 12))
        course.join(session, course_id, Membership(actor_id="anna.holm", reason="Behov"), date(2023, 3, 12))
    anna = town.client("anna.holm")
    page = anna.get(f"/overblik/{hidden}").text.partition('class="who"')[2]
    assert "Anna Holm, tovholder<" in page
    assert "44 77 30 00" not in page
    revealed = anna.post(f"/overblik/{hidden}/vis", reason="Borgeren bad om et møde").text.partition("<main")[2]
    assert "Anna Holm, tovholder, Familieafdelingen" in revealed
    assert "44 77 30 00" in revealed
