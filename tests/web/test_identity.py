"""Who a page is about: sources that disagree, names that are alike, and what a page of reasons tells."""

import re
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

import pytest

from hub.access.naming import KnownPerson
from hub.clock import danish_day
from hub.course.views import MyCitizen
from hub.indexing.writer import build_documents
from hub.matching.conflict_repository import list_conflicts
from hub.matching.identity_decisions import Author, link_conflict
from hub.overview import repository as overviews
from hub.overview.service import mark_due
from hub.web.citizen import texts
from hub.web.citizen.page_data import PageData
from hub.web.citizen.present import family_page, overview_page
from hub.web.citizen.present_reason import reason_page
from hub.web.citizen.present_timeline import timeline_page
from hub.web.my_citizens.families import Family, FamilyMember
from hub.web.my_citizens.present import Filters, my_citizens_page
from hub.web.search.present import SearchForm, are_alike, search_page
from hub.web.search.texts import ALIKE_PROTECTED, OTHERS_ALIKE
from hub.web.shell import texts as shared
from hub.web.shell.dates import as_sentence, long_day_text
from hub.web.shell.view_models import IdentityNote
from schemas.access import Purpose
from schemas.course import TeamFunction
from schemas.identifiers import Identifier
from schemas.overview import IdentityState, StatedIdentity
from schemas.people import PersonFact, RelationFact, RelationKind
from schemas.period import Period
from schemas.record import Party, PartyRole
from schemas.search import FoundBy, HitRelative, SearchHit, SearchPage
from tests.access_town import make_access_facts
from tests.factories import make_record
from tests.processing import process_records
from tests.web import maja
from tests.web.conftest import HOSTILE, NUMBERS, Town, plain_record
from tests.web.serving import without_keys

MAJA = StatedIdentity(name="Maja Testborger", birth_date=date(1986, 7, 15), sources=("health",), is_headline=True)
MILAN = StatedIdentity(name="Milan Petrović", birth_date=date(1951, 2, 3), sources=("social",))


def disputed(*identities: StatedIdentity, named: bool = True, settled_at: datetime | None = None) -> PageData:
    data = maja.page_data(health=True)
    update = {"stated_identities": identities, "identity_settled_at": settled_at}
    header = data.overview.header.model_copy(update=update)
    if not named:
        header = header.model_copy(update={"person": PersonFact()})
    return replace(data, overview=data.overview.model_copy(update={"header": header}))


def test_the_banner_says_who_says_whom_and_what_comes_from_the_other_side_is_marked() -> None:
    data = disputed(MAJA, MILAN)
    page = overview_page(data)
    assert page.head.identity == (
        texts.IDENTITY_DISPUTED,
        "Sundhed (Nexus) siger Maja Testborger, født 15. jul. 1986; det passer med cpr-nummeret.",
        "Social (DUBU) siger Milan Petrović, født 3. feb. 1951.",
        texts.IDENTITY_MARKED,
    )
    marks = {row.title: row.source.identity for row in page.efforts}
    assert marks["Samtaler om mental sundhed"] is None
    assert marks["Praktisk pædagogisk støtte i hjemmet"] == "Kilden siger Milan Petrović, født 3. feb. 1951"
    assert {row.source.identity for row in page.notifications} == {None}, "they are about the children"
    assert any(row.identity for row in timeline_page(data).rows)
    family = family_page(data)
    assert [column.identity is not None for column in family.columns] == [True, False, False]
    assert any(cell and cell.identity for moment in family.moments for cell in moment.cells)


def test_a_source_with_two_people_under_the_number_is_marked_as_that() -> None:
    page = overview_page(disputed(MAJA, MILAN.model_copy(update={"sources": ("health", "social")})))
    marks = {row.title: row.source.identity for row in page.efforts}
    assert marks["Samtaler om mental sundhed"] == (
        "Kilden har flere personer med nummeret: Maja Testborger, født 15. jul. 1986 og Milan Petrović,"
        " født 3. feb. 1951"
    )


def test_who_may_not_see_a_source_reads_that_another_source_says_otherwise() -> None:
    withheld = overview_page(disputed(MAJA, StatedIdentity())).head.identity
    assert texts.IDENTITY_WITHHELD in withheld
    headline = overview_page(disputed(MAJA.model_copy(update={"sources": ()}), MILAN)).head.identity
    assert "En anden kilde siger Maja Testborger, født 15. jul. 1986; det passer med cpr-nummeret." in headline


def test_what_a_person_has_decided_is_said_by_which_role_and_when() -> None:
    head = overview_page(disputed(MAJA, MILAN, settled_at=maja.NOW)).head
    assert head.identity_settled
    assert head.identity[0] == texts.IDENTITY_DIFFERS
    assert head.identity[-2:] == (
        f"En systemadministrator afgjorde den {long_day_text(maja.NOW.date())}, at det er én og samme person.",
        texts.IDENTITY_STILL_MARKED,
    )
    assert not overview_page(disputed(MAJA, MILAN)).head.identity_settled
    settled = family_page(disputed(MAJA, MILAN, settled_at=maja.NOW)).columns[0].identity
    assert settled == IdentityNote(shared.SETTLED, is_open=False)


@pytest.mark.parametrize("actor_id", ["tine.skov", "jens.dam"])
def test_a_role_that_no_reason_opens_the_page_for_is_not_asked_for_one(town: Town, actor_id: str) -> None:
    answer = town.client(actor_id).get(f"/overblik/{town.ids[maja.MAJA]}")
    assert answer.status_code == 403
    assert texts.ROLE_REFUSED in answer.text
    assert texts.OVERRIDE_WARNING not in answer.text
    assert "begrundet opslaget" not in answer.text


def test_without_a_headline_nobodys_name_stands_on_top() -> None:
    undecided = MAJA.model_copy(update={"is_headline": False})
    head = overview_page(disputed(undecided, MILAN, named=False)).head
    assert (head.name, head.age) == (shared.NAME_DISPUTED, shared.AGE_DISPUTED)
    assert texts.IDENTITY_UNDECIDED in head.identity
    assert family_page(disputed(undecided, MILAN, named=False)).columns[0].name == shared.NAME_DISPUTED


def test_where_all_agree_there_is_no_banner_and_no_mark() -> None:
    page = overview_page(maja.page_data())
    assert page.head.identity == ()
    assert {row.source.identity for row in page.efforts} == {None}


@pytest.mark.parametrize(
    ("identity", "note"),
    [
        (IdentityState.DISPUTED, IdentityNote(shared.DISPUTED, is_open=True)),
        (IdentityState.SETTLED, IdentityNote(shared.SETTLED, is_open=False)),
    ],
)
def test_my_citizens_say_on_whom_sources_disagree(identity: IdentityState, note: IdentityNote) -> None:
    citizen = MyCitizen(
        citizen_id=UUID(int=1),
        name=None,
        birth_date=None,
        protected=False,
        identity=identity,
        course_id=UUID(int=77),
        course_title="Maja",
        function=TeamFunction.MEMBER,
        since=maja.NOW.date(),
    )
    family = Family((FamilyMember(citizen),), None)
    page = my_citizens_page([family], Filters(), purpose=Purpose.FOLLOW_UP, unit=None, now=maja.NOW)
    (person,) = page.families[0].people
    assert (person.name, person.age, person.identity) == (shared.NAME_DISPUTED, shared.AGE_DISPUTED, note)


def hit(number: int, name: str, **more: object) -> SearchHit:
    values = {"citizen_id": UUID(int=number), "name": name, "birth_date": None, "protected": False, "found_by": ()}
    return SearchHit.model_validate({**values, **more})


def found(*hits: SearchHit) -> SearchPage:
    return SearchPage(hits=hits, total=len(hits))


def test_hits_show_what_tells_twins_apart_and_a_protected_one_is_mentioned() -> None:
    mother = HitRelative(name="Rikke Jeppesen", relation=RelationKind.PARENT)
    twin = hit(1, "Anna-Maria Jeppesen", birth_date=date(2014, 2, 20), place="9999 Egelund", relatives=(mother,))
    other = hit(2, "Anna-Maria Jeppesen", birth_date=date(2014, 2, 20), protected=True)
    page = search_page(
        SearchForm("jeppesen"),
        found(twin, other),
        rights={},
        sources=tuple(maja.SOURCES.values()),
        unit=None,
        now=maja.NOW,
    )
    assert page.hits[0].details == ("født 20. feb. 2014", "9999 Egelund", "barn af Rikke Jeppesen")
    assert page.hits[1].details == ("født 20. feb. 2014",)
    assert page.alike is not None
    assert page.alike.startswith("2 borgere har samme eller næsten samme navn: Anna-Maria Jeppesen.")
    assert ALIKE_PROTECTED in page.alike


@pytest.mark.parametrize(
    ("field", "said"), [("name", OTHERS_ALIKE), ("similar_name", OTHERS_ALIKE), ("paragraph", None), ("unit", None)]
)
def test_that_others_with_a_name_can_be_hidden_is_said_to_who_asked_for_a_name(field: str, said: str | None) -> None:
    only = hit(1, "Maja Holm", found_by=(FoundBy(field=field, highlight=(("Maja", True),)),))
    page = search_page(SearchForm("maja"), found(only), rights={}, sources=(), unit=None, now=maja.NOW)
    assert page.alike == said


@pytest.mark.parametrize(
    ("name", "other", "alike"),
    [
        ("Anna-Maria Jeppesen", "Anna Maria Jeppesen", True),
        ("Kirsten Sørensen", "Kirstine Sørensen", True),
        ("Maja Testborger", "Ida Testborger", False),
    ],
)
def test_names_that_can_be_mistaken_for_each_other(name: str, other: str, alike: bool) -> None:
    assert are_alike(name, other) is alike
    assert are_alike(other, name) is alike


def test_the_page_of_reasons_names_whom_the_actor_knows_and_nobody_else() -> None:
    facts = make_access_facts(UUID(int=1))

    def about(person: KnownPerson | None) -> str | None:
        page = reason_page(maja.ANNA, facts, Purpose.CASE_WORK, person, side="overblik", reason="", error=None)
        return page.about

    assert about(None) == texts.NOT_NAMED
    assert (
        about(KnownPerson(name="Ida Holm", birth_date=date(2014, 2, 20))) == "Siden er om Ida Holm, født 20. feb. 2014."
    )
    assert about(KnownPerson(name="Ida Holm")) == "Siden er om Ida Holm."
    nameless = KnownPerson(name=None, identity=IdentityState.DISPUTED)
    assert about(nameless) == f"{shared.NAME_DISPUTED}. {as_sentence(shared.DISPUTED)}"
    settled = KnownPerson(name="Ida Holm", identity=IdentityState.SETTLED)
    assert about(settled) == f"Siden er om Ida Holm. {as_sentence(shared.SETTLED)}"
    own = reason_page(
        maja.ANNA,
        facts.model_copy(update={"is_self": True}),
        Purpose.CASE_WORK,
        None,
        side="overblik",
        reason="",
        error=None,
    )
    assert own.about is None


@pytest.fixture
def disagreeing(town: Town) -> Town:
    """The town after health presented Milan under Maja's number."""
    milan = PersonFact(given_name="Milan", family_name="Petrović", birth_date=date(1951, 2, 3))
    record = plain_record("person", maja.MAJA, milan).model_copy(update={"source": "health", "digest": ""})
    context = town.context
    process_records(context.database, [record], digest_key=context.digest_key, now=town.clock.now())
    with context.database.transaction() as session:
        stored = overviews.stored(session, [town.ids[maja.MAJA]])
        documents = [each.document for each in stored.values() if each.document]
        context.index.put(build_documents(session, documents, context.digest_key, danish_day(town.clock.now())))
    context.index.refresh()
    return town


def test_a_social_worker_reads_the_banner_and_not_the_name_that_health_gives(disagreeing: Town) -> None:
    browser = disagreeing.client("anna.holm")
    citizen = disagreeing.ids[maja.MAJA]
    for address in ("overblik", "familien", "tidslinje"):
        page = browser.get(f"/{address}/{citizen}").text
        assert texts.IDENTITY_DISPUTED in page
        assert texts.IDENTITY_WITHHELD in page
        assert "<h1>Maja Testborger, 37 år</h1>" in page
        assert "Milan" not in page
        assert "1951" not in without_keys(page)
    assert shared.DISPUTED in browser.get("/mine-borgere").text.lower()
    assert shared.DISPUTED in browser.post("/soeg", text="maja").text.lower()


def test_the_json_twins_say_the_same(disagreeing: Town) -> None:
    browser = disagreeing.client("anna.holm")
    citizen = str(disagreeing.ids[maja.MAJA])
    answer = browser.get(f"/api/overblik/{citizen}")
    identities = answer.json()["overview"]["header"]["stated_identities"]
    assert [(each["name"], each["sources"], each["is_headline"]) for each in identities] == [
        ("Maja Testborger", ["social"], True),
        (None, [], False),
    ]
    assert "Milan" not in answer.text
    answer = browser.get("/api/mine-borgere").json()
    listed = {each["citizen"]["citizen_id"]: each["citizen"]["identity"] for each in answer["citizens"]}
    assert listed.pop(citizen) == "disputed"
    assert set(listed.values()) == {"agreed"}
    asked = browser.http.post("/api/soeg", json={"text": "maja"}, headers={"X-CSRF-Token": browser.token()})
    hits = {each["citizen_id"]: each["identity"] for each in asked.json()["page"]["hits"]}
    assert hits[citizen] == "disputed"


def test_when_it_is_settled_every_page_says_so(disagreeing: Town) -> None:
    context, citizen = disagreeing.context, disagreeing.ids[maja.MAJA]
    with context.database.transaction() as session:
        (conflict,) = list_conflicts(session)
        author = Author("tine.skov", "Ringet til borgeren", disagreeing.clock.now(), context.digest_key)
        decided = link_conflict(session, conflict.id, None, author)
        mark_due(session, decided.affected, since=disagreeing.clock.now())
    process_records(context.database, [], digest_key=context.digest_key, now=disagreeing.clock.now())
    browser = disagreeing.client("anna.holm")
    pages = [browser.get(f"/{side}/{citizen}").text for side in ("overblik", "familien", "tidslinje")]
    pages += [browser.get("/mine-borgere").text, browser.post("/soeg", text="maja").text]
    pages += [browser.get(f"/familien/{disagreeing.ids[maja.IDA]}").text]
    for page in pages:
        assert shared.DISPUTED not in page.lower()
        assert "afgjort, hvem det er" in page
    reason = disagreeing.client("ole.bruun").post("/soeg", text="1507864002").text
    assert shared.DISPUTED not in reason.lower()
    listed = browser.get("/api/mine-borgere").json()["citizens"]
    assert {each["citizen"]["identity"] for each in listed} == {"agreed", "settled"}
    header = browser.get(f"/api/overblik/{citizen}").json()["overview"]["header"]
    assert header["identity_settled_at"]


def test_a_nurse_with_a_reason_reads_both_names(disagreeing: Town) -> None:
    browser = disagreeing.client("ole.bruun")
    address = f"/overblik/{disagreeing.ids[maja.MAJA]}"
    page = browser.post(f"{address}/grund", purpose="case_work", reason="Akut henvendelse fra hjemmet i nat").text
    assert "Milan Petrović, født 3. feb. 1951" in page
    assert "<h1>Maja Testborger, 37 år</h1>" in page


def test_the_page_of_reasons_names_who_was_searched_for_by_number(town: Town) -> None:
    browser = town.client("ole.bruun")
    address = f"/overblik/{town.ids[maja.MAJA]}"
    assert texts.NOT_NAMED in browser.get(address).text
    assert "Maja Testborger" not in browser.get(address).text
    browser.post("/soeg", text=NUMBERS[maja.MAJA])
    assert "Siden er om Maja Testborger, født 15. jul. 1986." in browser.get(address).text
    assert texts.NOT_NAMED in browser.get(f"/overblik/{town.ids[maja.IDA]}").text


def test_hits_by_name_tell_relatives_to_the_team_and_hits_by_number_do_not_to_others(town: Town) -> None:
    found_by_team = town.client("anna.holm").post("/soeg", text="maja testborger").text
    assert "født 15. jul. 1986" in found_by_team
    assert re.search(r"forælder til [^<]*Ida Testborger", found_by_team)
    by_number = town.client("ole.bruun").post("/soeg", text=NUMBERS[maja.MAJA]).text
    assert "født 15. jul. 1986" in by_number
    assert "Ida Testborger" not in by_number


@pytest.mark.parametrize(("end", "is_named"), [(None, True), (date(2014, 1, 1), False)])
def test_the_page_of_reasons_names_a_relative_of_today_and_nobody_who_was_one(
    town: Town, end: date | None, is_named: bool
) -> None:
    other = Party(role=PartyRole.OTHER, identifiers=(Identifier.national(NUMBERS[HOSTILE]),), name="Jonas Kjær")
    maja_herself = Party(role=PartyRole.PRIMARY, identifiers=(Identifier.national(NUMBERS[maja.MAJA]),))
    record = make_record(
        fact=RelationFact(relation=RelationKind.PARTNER),
        parties=(maja_herself, other),
        record_type="relation",
        source_id="partner",
        valid=Period(start=date(2008, 1, 1), end=end),
    )
    process_records(town.context.database, [record], digest_key=town.context.digest_key, now=town.clock.now())
    page = town.client("anna.holm").get(f"/overblik/{town.ids[HOSTILE]}").text
    assert ("Jonas Kjær" in page) is is_named
