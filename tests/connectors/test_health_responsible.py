"""Who is responsible, what an effort is called, and what a relative is: by number, code and reference."""

from typing import Any

import pytest

from connectors.sources.health import codes
from connectors.sources.health.bundles import unpack
from connectors.sources.health.context import Run
from connectors.sources.health.translate import translate
from hub.clock import FixedClock
from schemas.codes import danish_label
from schemas.facts import ContactFact, ContactState, EffortFact, EffortStatus, GoalFact, Progress
from schemas.identifiers import Identifier
from schemas.people import RelationFact
from schemas.record import Rejection, SourceRecord
from tests.connectors.fhir_server import FSIII, Item, care_plan, patient

MAJA, IDA = "7507864002", "6303094002"
SOR = "urn:oid:1.2.208.176.1.1"
FFB_PLAN = "http://fhir.kl.dk/ffbreporting/StructureDefinition/kl-reporting-ffb-carePlan"
FFB = "http://fhir.kl.dk/ffbreporting/StructureDefinition/kl-reporting-ffb"


@pytest.fixture
def run(clock: FixedClock) -> Run:
    return Run(source="health", observed_at=clock.now())


def bundle(*resources: Item) -> Item:
    entries = [{"fullUrl": f"{each['resourceType']}/{each['id']}", "resource": each} for each in resources]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def records(run: Run, *resources: Item) -> dict[str, SourceRecord]:
    outcomes = [translate(*item) for item in unpack(bundle(*resources), run) if not isinstance(item, Rejection)]
    return {each.record.source_id: each.record for each in outcomes if each.record is not None}


def effort(record: SourceRecord) -> EffortFact:
    assert isinstance(record.fact, EffortFact)
    return record.fact


def unit_name(fact: EffortFact) -> str | None:
    return fact.responsible.unit.name if fact.responsible and fact.responsible.unit else None


def plan(**more: Any) -> Item:
    return care_plan("cp-1", "p-1") | {"contributor": [], "author": None, "careTeam": []} | more


def organisation(key: str, number: str, name: str | None = None, **more: Any) -> Item:
    return {
        "resourceType": "Organization", "id": key, "identifier": [{"system": SOR, "value": number}],
        **({"name": name} if name else {}), **more,
    }  # fmt: skip


def test_an_effort_that_names_nobody_is_the_municipalitys(run: Run) -> None:
    managed = patient("p-1", MAJA) | {"managingOrganization": {"identifier": {"system": SOR, "value": "451000016003"}}}
    assert unit_name(effort(records(run, managed, plan())["cp-1"])) == "Kommunen (SOR 451000016003)"


@pytest.mark.parametrize(
    ("beside", "name"),
    [
        ([organisation("o-9", "330461000016009", "Træningscentret")], "Træningscentret"),
        ([], "Enhed uden navn (SOR 330461000016009)"),
    ],
)
def test_a_unit_without_a_name_is_named_by_whoever_names_its_number(beside: list[Item], name: str, run: Run) -> None:
    nameless = organisation("o-1", "330461000016009")
    found = records(run, patient("p-1", MAJA), plan(author={"reference": "Organization/o-1"}), nameless, *beside)
    assert unit_name(effort(found["cp-1"])) == name


def test_a_contained_unit_and_one_only_named_by_its_number_are_read(run: Run) -> None:
    contained = plan(author={"reference": "#u"}, contained=[organisation("u", "330461000016004")])
    by_number = plan(author={"identifier": {"system": SOR, "value": "330461000016004"}})
    for each in (contained, by_number):
        named = unit_name(effort(records(run, patient("p-1", MAJA), each)["cp-1"]))
        assert named == "Sundhedsplejen, Aabenraa kommune"


def test_a_units_contact_person_is_whom_to_call(run: Run) -> None:
    person = {"name": {"family": "Karlsen", "given": ["Karen"]}, "telecom": [{"system": "phone", "value": "99775533"}]}
    group = organisation("o-1", "330461000016009", "Gruppe B", contact=[person])
    fact = effort(records(run, patient("p-1", MAJA), plan(author={"reference": "Organization/o-1"}), group)["cp-1"])
    assert fact.responsible is not None
    assert fact.responsible.worker is not None
    assert (fact.responsible.worker.name, fact.responsible.worker.phone) == ("Karen Karlsen", "99775533")


def ffb_bundle() -> tuple[Item, ...]:
    case = {"url": "municipalitySpecific", "valueIdentifier": {"value": "Sag-7"}}
    whole = {
        "resourceType": "CarePlan", "id": "whole", "meta": {"profile": [FFB_PLAN]}, "status": "active",
        "intent": "order", "subject": {"reference": "Patient/p-1"}, "period": {"start": "2023-05-01"},
        "careTeam": [{"reference": "CareTeam/t-1"}],
        "extension": [
            {"url": f"{FFB}-municipalityCaseNumber", "extension": [case]},
            {"url": f"{FFB}-follow-up-date-extension", "valueReference": {"reference": "Encounter/f-1"}},
        ],
        "activity": [{"outcomeReference": [{"reference": "Observation/o-1"}]}],
    }  # fmt: skip
    part = plan(id="part", meta={}, basedOn=[{"reference": "CarePlan/whole"}])
    role = [{"coding": [{"code": "koordinerende-myndighed"}]}]
    performing = [{"coding": [{"code": "koordinerende-udfører"}]}]
    team = {
        "resourceType": "CareTeam", "id": "t-1", "subject": {"reference": "Patient/p-1"},
        "category": [{"coding": [{"system": codes.FFB_SYSTEM, "code": "498fe92c-d7f7-41cd-9404-5b38fe113be0"}]}],
        "participant": [
            {"role": role, "member": {"reference": "Organization/o-1"}},
            {"role": performing, "member": {"reference": "Organization/o-2"}},
        ],
    }  # fmt: skip
    follow_up = {
        "resourceType": "Encounter", "id": "f-1", "status": "planned", "subject": {"reference": "Patient/p-1"},
        "class": {"system": codes.ACT_SYSTEM, "code": "HH"}, "period": {"start": "2023-11-02"},
        "type": [{"coding": [{"system": codes.CARE_SOCIAL_SYSTEM, "code": "9f03dfbb-7a97-45a5-94db-d4c3501714a9"}]}],
    }  # fmt: skip
    units = (
        organisation("o-1", "330461000016009", "Rådgivning B"),
        organisation("o-2", "330461000016010", "Afdeling Q"),
    )
    return (patient("p-1", MAJA), whole, part, team, follow_up, *units)


@pytest.mark.parametrize("key", ["whole", "part"])
def test_an_ffb_plan_and_its_interventions_have_case_follow_up_and_both_units(key: str, run: Run) -> None:
    fact = effort(records(run, *ffb_bundle())[key])
    assert (fact.case_number, str(fact.next_follow_up_on), unit_name(fact)) == ("Sag-7", "2023-11-02", "Rådgivning B")
    assert fact.performer is not None
    assert fact.performer.name == "Afdeling Q"


def test_an_ffb_plan_is_called_by_the_place_that_gives_it(run: Run) -> None:
    fact = effort(records(run, *ffb_bundle())["whole"])
    assert fact.title == "Social indsats: almindeligt længerevarende botilbud til voksne"


def test_a_planned_contact_is_planned_and_of_one_day(run: Run) -> None:
    record = records(run, *ffb_bundle())["f-1"]
    assert isinstance(record.fact, ContactFact)
    assert (record.fact.title, record.fact.state) == ("Opfølgning", ContactState.PLANNED)
    assert str(record.valid.end) == "2023-11-03"


@pytest.mark.parametrize("code", ["7c9e6679-7425-40de-944b-e07fc1f90ae7", "Q9.9"])
def test_a_bare_code_is_never_a_title(code: str, run: Run) -> None:
    coding = {"coding": [{"system": FSIII, "code": code, "display": code}]}
    record = records(run, patient("p-1", MAJA), plan(title=None, activity=[{"detail": {"code": coding}}]))["cp-1"]
    assert effort(record).title == "Indsats uden navn i kilden"
    assert "unknown_code" in {flag.rule for flag in record.quality}


@pytest.mark.parametrize(
    ("period", "status"),
    [
        ({"start": "2023-01-01", "end": "2023-04-30"}, EffortStatus.ENDED),
        ({"start": "2023-01-01", "end": "2023-01-01"}, EffortStatus.CANCELLED),
        ({"start": "2023-01-01"}, EffortStatus.CANCELLED),
    ],
)
def test_what_was_revoked_after_it_had_run_has_ended(period: Item, status: EffortStatus, run: Run) -> None:
    record = records(run, patient("p-1", MAJA), plan(status="revoked", period=period, activity=plan()["activity"]))
    assert effort(record["cp-1"]).status is status


def test_a_completed_goal_is_closed_and_not_thereby_reached(run: Run) -> None:
    goal = {
        "resourceType": "Goal", "id": "g-1", "lifecycleStatus": "completed", "subject": {"reference": "Patient/p-1"},
        "description": {"text": "Ida kommer i skole"},
    }  # fmt: skip
    fact = records(run, patient("p-1", MAJA), goal)["g-1"].fact
    assert isinstance(fact, GoalFact)
    assert (fact.is_closed, fact.progress) == (True, Progress.NOT_ASSESSED)


@pytest.mark.parametrize(
    ("code", "word"), [("MGRMTH", "Mormor"), ("FTHFOST", "Plejefar"), ("PARAUTH", "Forældremyndighedsindehaver")]
)
def test_a_relation_keeps_its_exact_word(code: str, word: str, run: Run) -> None:
    fact = records(run, patient("p-1", IDA), related(code))["r-1"].fact
    assert isinstance(fact, RelationFact)
    assert fact.role is not None
    assert danish_label(fact.role, run.observed_at.date()) == word


def related(code: str) -> Item:
    return {
        "resourceType": "RelatedPerson", "id": "r-1", "patient": {"reference": "Patient/p-1"},
        "relationship": [{"coding": [{"code": code}]}],
    }  # fmt: skip


def test_a_relative_is_the_patient_that_links_to_them(run: Run) -> None:
    mother = patient("p-2", MAJA) | {"link": [{"type": "seealso", "other": {"reference": "RelatedPerson/r-1"}}]}
    found = records(run, patient("p-1", IDA), mother, related("MTH"))
    assert Identifier.national(MAJA) in found["r-1"].parties[1].identifiers
    # Where the two come apart, they are joined by the relative's own id.
    assert Identifier.local("health:RelatedPerson", "r-1") in found["p-2"].parties[0].identifiers
