"""Mine borgere and Søg: families together, changes in words, relation and reason of each hit."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from hub.audit.repository import Selection, list_entries
from hub.course.views import MyCitizen
from hub.overview.changes import Change, ChangeKind
from hub.web.my_citizens.families import Family, FamilyMember
from hub.web.my_citizens.page import MyCitizensPage
from hub.web.my_citizens.present import PAGE_SIZE, Filters, my_citizens_page
from hub.web.search import texts
from hub.web.search.present import SearchForm, facet_text, kle_name, search_page
from schemas.access import AuditAction, Basis, ObjectKind, Purpose
from schemas.course import TeamFunction
from schemas.facts import EffortFact, EffortStatus
from schemas.identifiers import Identifier
from schemas.record import Party, PartyRole
from schemas.search import FacetValue, FoundBy, SearchHit, SearchPage
from schemas.source import Area
from tests.factories import make_record
from tests.processing import process_records
from tests.web import maja
from tests.web.conftest import NUMBERS, Town

COURSE = UUID(int=77)
LOOKED = datetime(2023, 8, 28, 7, 5, tzinfo=UTC)


def citizen(number: int = 1, **more: object) -> MyCitizen:
    given = {
        "citizen_id": UUID(int=number),
        "name": "Maja Testborger",
        "birth_date": None,
        "protected": False,
        "course_id": COURSE,
        "course_title": "Maja",
        "function": TeamFunction.MEMBER,
        "since": maja.NOW.date(),
    }
    return MyCitizen.model_validate({**given, **more})


def page(*families: Family, wanted: Filters | None = None) -> MyCitizensPage:
    return my_citizens_page(
        families, wanted or Filters(), purpose=Purpose.FOLLOW_UP, unit="Familieafdelingen", now=maja.NOW
    )


def test_a_change_is_said_in_words_once_for_the_family() -> None:
    told = Change(kind=ChangeKind.NEW, entry=maja.NOTIFICATIONS[-1])
    members = tuple(FamilyMember(citizen(key.int, name=name), None, (told,)) for key, name in maja.NAMES.items())
    row = page(Family(members, LOOKED)).families[0]
    assert len(row.people) == len(maja.NAMES)
    assert len(row.changes) == 1
    assert row.changes[0].startswith("Ny underretning fra ")
    assert row.since.startswith("Nyt siden 28. aug.")


@pytest.mark.parametrize("kind", ChangeKind)
def test_every_kind_of_change_has_words(kind: ChangeKind) -> None:
    for entry in (maja.FAMILY_TREATMENT, maja.NOTIFICATIONS[0], maja.WISH):
        family = Family((FamilyMember(citizen(), None, (Change(kind=kind, entry=entry),)),), LOOKED)
        assert page(family).families[0].changes


def test_a_passed_follow_up_is_red_and_can_be_filtered() -> None:
    fact = maja.FAMILY_TREATMENT.fact
    assert isinstance(fact, EffortFact)
    passed = fact.model_copy(update={"next_follow_up_on": maja.NOW.date() - timedelta(days=9)})
    whole = maja.page_data().overview
    social = next(one for one in whole.sections if one.area is Area.SOCIAL)
    late = social.model_copy(update={"entries": (maja.FAMILY_TREATMENT.model_copy(update={"fact": passed}),)})
    overdue = Family((FamilyMember(citizen(), whole.model_copy(update={"sections": (late,)})),), LOOKED)
    other = Family((FamilyMember(citizen(2)),), None)
    shown = page(overdue, other, wanted=Filters(passed_only=True))
    assert [row.follow_up for row in shown.families] == ["passeret for 9 dage siden"]
    assert shown.families[0].overdue
    assert "Opfølgning overskredet (1)" in [one.text for one in shown.filters]
    assert "1 opfølgning er overskredet." in shown.summary


def test_more_families_than_a_page_holds_are_turned() -> None:
    many = [Family((FamilyMember(citizen(key, course_title=f"{key:03}")),), None) for key in range(PAGE_SIZE + 1)]
    first, second = page(*many), page(*many, wanted=Filters(page=2))
    assert (len(first.families), len(second.families)) == (PAGE_SIZE, 1)
    assert first.later is not None
    assert first.later.href == "/mine-borgere?side=2"
    assert second.earlier is not None
    assert second.later is None


def test_a_family_stands_together_with_clocks_first(town: Town) -> None:
    browser = town.client("anna.holm")
    shown = browser.get("/mine-borgere").text
    assert "24 timer: 1 udløber i dag kl. 14.10" in shown
    assert shown.index("24 timer") < shown.index('class="course"')
    assert shown.count('class="course"') == 1
    assert "Du har ikke åbnet siden før" in shown
    browser.get(f"/overblik/{town.ids[maja.MAJA]}")

    assert "Intet nyt siden i dag kl. " in browser.get("/mine-borgere").text
    assert "Ingen forløb passer" in browser.get("/mine-borgere?vis=nyt").text
    assert 'class="course"' in browser.get("/mine-borgere?omraade=social").text


def tell_news_of(town: Town, member: UUID) -> None:
    news = maja.effort("Fritidsaktivitet", EffortStatus.ACTIVE)
    parties = (Party(role=PartyRole.PRIMARY, identifiers=(Identifier.national(NUMBERS[member]),)),)
    record = make_record(fact=news, parties=parties, source_id="new", registered_at=town.clock.now())
    process_records(town.context.database, [record], digest_key=town.context.digest_key, now=town.clock.now())


def test_what_comes_while_the_first_look_lasts_is_new(town: Town) -> None:
    browser = town.client("anna.holm")
    address = f"/overblik/{town.ids[maja.IDA]}"
    assert "Siden du sidst så efter" not in browser.get(address).text
    town.clock.move(timedelta(minutes=5))
    assert "Siden du sidst så efter" not in browser.get(address).text
    town.clock.move(timedelta(minutes=1))
    tell_news_of(town, maja.IDA)
    town.clock.move(timedelta(minutes=5))
    assert "Ny indsats: fritidsaktivitet" in browser.get("/mine-borgere").text
    assert "Ny indsats: fritidsaktivitet" in browser.get(address).text
    assert "Ny indsats" not in browser.get("/mine-borgere").text


def test_news_of_each_citizen_stays_until_that_one_or_the_family_page_is_opened(town: Town) -> None:
    browser = town.client("anna.holm")
    for member in (maja.MAJA, maja.IDA, maja.EMIL):
        browser.get(f"/overblik/{town.ids[member]}")
    town.clock.move(timedelta(hours=2))
    tell_news_of(town, maja.IDA)
    town.clock.move(timedelta(hours=2))
    browser.get(f"/overblik/{town.ids[maja.MAJA]}")
    town.clock.move(timedelta(hours=2))
    assert "Ny indsats: fritidsaktivitet for Ida" in browser.get("/mine-borgere").text
    assert "Ny indsats: fritidsaktivitet" in browser.get(f"/overblik/{town.ids[maja.EMIL]}").text
    browser.get(f"/familien/{town.ids[maja.MAJA]}")
    assert "fritidsaktivitet" not in browser.get("/mine-borgere").text


def test_my_citizens_say_which_sources_are_not_read_as_they_should_be(town: Town) -> None:
    browser = town.client("anna.holm")
    shown = browser.get("/mine-borgere").text
    assert "er ikke læst til ende endnu. Der kan være nyt, som ikke er med." in shown
    answer = browser.get("/api/mine-borgere").json()
    assert any("er ikke læst til ende endnu" in line for line in answer["incomplete"])
    assert {row["citizen"]["name"] for row in answer["citizens"]} == set(maja.NAMES.values())


def test_a_citizen_shown_on_a_list_has_a_line_that_says_so(town: Town) -> None:
    town.client("anna.holm").get("/mine-borgere")
    key = str(town.ids[maja.MAJA])
    with town.context.database.transaction() as session:
        logged, *_ = list_entries(session, Selection(citizen_id=town.ids[maja.MAJA]))
    assert (logged.entry.action, logged.entry.basis) == (AuditAction.LIST_CITIZENS, Basis.TEAM)
    assert logged.entry.sections_shown
    assert "Så borgeren på sin liste" in town.client("jens.dam").post("/tilsyn", citizen=key).text


def test_without_a_team_the_page_says_how_to_get_on_one(town: Town) -> None:
    shown = town.client("ole.bruun").get("/mine-borgere").text
    assert "Du er ikke på noget team endnu" in shown
    assert "tovholderen i et forløb føjer dig til teamet" in shown


def test_the_own_units_citizens_are_one_click_away_and_logged_so(town: Town) -> None:
    shown = town.client("lene.friis").post("/soeg", own_unit="true").text
    assert "med en indsats i Familiehuset" in shown
    assert "Ida Testborger" in shown
    with town.context.database.transaction() as session:
        entries = [logged.entry for logged in list_entries(session) if logged.entry.action is AuditAction.SEARCH]
    assert (ObjectKind.UNIT, "social:110") in {(entry.object_kind, entry.object_id) for entry in entries}


def test_a_hit_says_relation_and_reason(town: Town) -> None:
    browser = town.client("anna.holm")
    shown = browser.post("/soeg", text="Familiehuset").text
    assert "enhed: <mark>Familiehuset</mark>" in shown
    assert "du er på teamet" in shown
    by_number = town.client("ole.bruun").post("/soeg", text=NUMBERS[maja.MAJA]).text
    assert "1 borger" in by_number
    assert "kræver begrundelse" in by_number


@pytest.mark.parametrize("text", ["' OR 1=1", "x" * 200, "🙂", "%_\\", "  ", "27.24"])
def test_whatever_is_typed_is_only_text(town: Town, text: str) -> None:
    assert town.client("anna.holm").post("/soeg", text=text).status_code == 200


def test_nobody_found_says_what_was_searched_and_what_is_not(town: Town) -> None:
    shown = town.client("anna.holm").post("/soeg", text="findesikke").text
    assert "Ingen fundet" in shown
    assert f"Der er søgt i {maja.SOCIAL.title} og {maja.HEALTH.title}" in shown
    assert "skole (ingen kilde tilsluttet)" in shown


def test_a_foreign_page_key_is_a_danish_page_and_a_problem(town: Town) -> None:
    browser = town.client("anna.holm")
    answer = browser.post("/soeg", text="maja", after="ikke-en-nøgle")
    assert answer.status_code == 400
    assert "Søg igen" in answer.text
    token = browser.get("/api/mig").json()["csrf"]
    asked = {"text": "maja", "after": "ikke-en-nøgle"}
    problem = browser.http.post("/api/soeg", json=asked, headers={"X-CSRF-Token": token})
    assert (problem.status_code, problem.json()["type"]) == (400, "urn:helhed:page_key_wrong")


def test_a_code_never_stands_without_its_name() -> None:
    day = maja.NOW.date()
    assert kle_name("27.24.45") == "Underretningspligt"
    assert facet_text("kle_topic", "27.24.00", day)[0] == kle_name("27.24")
    assert facet_text("paragraph", "Serviceloven § 52, stk. 3, nr. 3", day)[0].startswith("Familiebehandling")
    assert facet_text("paragraph", "Serviceloven § 153", day)[0] == "Underretning fra fagpersoner"


def test_a_chosen_facet_stays_when_nothing_has_it() -> None:
    hit = SearchHit(
        citizen_id=maja.MAJA,
        name="Maja",
        birth_date=None,
        protected=False,
        found_by=(FoundBy(field="name", highlight=(("Maja", True),)),),
    )
    found = SearchPage(hits=(hit,), total=1, facets={"unit": (FacetValue(value="Familiehuset", count=1),)})
    asked = SearchForm("maja", units=frozenset({"PPR"}))
    shown = search_page(asked, found, rights={maja.MAJA: Basis.NONE}, sources=(), unit=None, now=maja.NOW)
    units = next(facet for facet in shown.facets if facet.field == "unit")
    assert [(one.value, one.count, one.chosen) for one in units.choices] == [
        ("PPR", "0", True),
        ("Familiehuset", "1", False),
    ]
    assert shown.hits[0].needs_reason
    assert replace(asked, units=frozenset()).chosen("unit") == frozenset()


def test_every_reason_and_right_has_words() -> None:
    assert set(texts.RELATION_TO_ME) == set(Basis)
    assert {"name", "identifier", "unit", "kle_topic", "paragraph"} <= set(texts.FOUND_BY)
