"""What FHIR resources mean in our words, one example a rule."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from connectors.errors import RecordRejected
from connectors.sources.health import codes
from connectors.sources.health.bundles import unpack
from connectors.sources.health.context import Run
from connectors.sources.health.payloads import Coding
from connectors.sources.health.translate import Outcome, translate
from hub.clock import FixedClock
from schemas.codes import Coded
from schemas.facts import ContactFact, EffortFact, EffortStatus, GoalFact, GoalKind, LegalBasis, Progress
from schemas.identifiers import Identifier, IdentifierKind
from schemas.people import LifeStatus, PersonFact, RelationFact, RelationKind, Responsible, Unit, Worker
from schemas.period import Period
from schemas.record import PartyRole, Rejection, RejectionRule, SourceRecord
from tests.connectors.fhir_server import CPR, FSIII, Item, care_plan, meta, patient

MAJA, EARLIER, IDA = "7507864002", "7507864010", "6303094002"
SUBJECT = {"reference": "Patient/p-1"}
ACTIVITY = "http://medcomfhir.dk/ig/terminology/CodeSystem/medcom-messaging-activityCodes"
WOUND_CARE = codes.fsiii_code("G1.39")


@pytest.fixture
def run(clock: FixedClock) -> Run:
    return Run(source="health", observed_at=clock.now(), link_template="https://nexus.example/{type}/{id}")


def record(content: Item, run: Run) -> SourceRecord:
    """The one record that comes of it."""
    records = [outcome.record for outcome in outcomes(content, run) if outcome.record is not None]
    assert len(records) == 1
    return records[0]


def outcomes(content: Item, run: Run) -> list[Outcome]:
    items = [item for item in unpack(content, run) if not isinstance(item, Rejection)]
    return [translate(resource, context) for resource, context in items]


def fault(content: Item, run: Run) -> tuple[str, RejectionRule, str | None]:
    with pytest.raises(RecordRejected) as rejected:
        outcomes(content, run)
    found = rejected.value.rejection
    return found.field, found.rule, found.masked_value


def extension(name: str, **value: str) -> Item:
    return {"url": f"urn:helhed:{name}", **value}


def test_a_patient_is_a_person_by_national_number_and_local_id(run: Run) -> None:
    made = record(patient("p-1", MAJA, "2023-01-01T10:00:00Z"), run)
    assert made.fact == PersonFact(given_name="Maja", family_name="Testborger", birth_date=date(1986, 7, 15))
    party = made.parties[0]
    assert party.role is PartyRole.PRIMARY
    assert party.identifiers == (Identifier.national(MAJA), Identifier.local("health:Patient", "p-1"))
    assert (made.version_order, made.registered_at) == (1, datetime(2023, 1, 1, 10, tzinfo=UTC))
    assert made.link == "https://nexus.example/Patient/p-1"
    assert made.synthetic


def test_a_changed_number_names_the_earlier_one(run: Run) -> None:
    other = {"type": "Patient", "identifier": {"system": CPR, "value": EARLIER}}
    made = record(patient("p-1", MAJA, link=[{"type": "replaces", "other": other}]), run)
    assert isinstance(made.fact, PersonFact)
    assert made.fact.replaces == (Identifier.national(EARLIER),)


@pytest.mark.parametrize(
    ("system", "kind"),
    [
        ("urn:oid:1.2.208.176.1.6.1.1", IdentifierKind.ECPR),
        ("urn:oid:1.2.208.176.1.6.1.3", IdentifierKind.ECPR),
        ("urn:oid:1.2.208.176.1.6.1.3.177", IdentifierKind.ADMIN_ECPR),
    ],
)
def test_replacement_numbers_carry_letters(system: str, kind: IdentifierKind, run: Run) -> None:
    made = record(patient("p-1", MAJA, identifier=[{"system": system, "value": "0703921VJ4"}]), run)
    first = made.parties[0].identifiers[0]
    assert (first.kind, first.value) == (kind, "0703921VJ4")


@pytest.mark.parametrize("order", [1, -1])
def test_a_replacement_number_beside_the_number_that_came_later_is_an_earlier_one(order: int, run: Run) -> None:
    both = [
        {"use": "temp", "system": "urn:oid:1.2.208.176.1.6.1.3", "value": "0703921VJ4"},
        {"use": "official", "system": CPR, "value": MAJA},
    ][::order]
    made = record(patient("p-1", MAJA, identifier=both), run)
    assert isinstance(made.fact, PersonFact)
    assert made.parties[0].identifiers == (Identifier.national(MAJA), Identifier.local("health:Patient", "p-1"))
    assert made.fact.replaces == (Identifier.national("0703921VJ4"),)


def test_protection_and_death_are_told(run: Run) -> None:
    protected = meta("2023-01-01T00:00:00Z") | {"security": [{"code": "R"}]}
    made = record(patient("p-1", MAJA, meta=protected, deceasedDateTime="2022-12-24"), run)
    assert isinstance(made.fact, PersonFact)
    assert made.fact.name_address_protected
    assert (made.fact.life_status, made.fact.died_on) == (LifeStatus.DEAD, date(2022, 12, 24))


def test_a_bad_number_is_parked_masked(run: Run) -> None:
    assert fault(patient("p-1", "123"), run) == ("identifier.value", RejectionRule.BAD_IDENTIFIER, "999")


def test_a_plan_is_an_effort_with_all_that_is_told(run: Run) -> None:
    role = {
        "resourceType": "PractitionerRole", "id": "w", "practitioner": {"display": "Ole Bruun"},
        "organization": {"reference": "#u"}, "telecom": [{"system": "phone", "value": "44 77 50 21"}],
    }  # fmt: skip
    unit = {
        "resourceType": "Organization", "id": "u", "name": "Hjemmeplejen",
        "identifier": [{"system": "urn:helhed:unit", "value": "310"}],
        "telecom": [{"system": "phone", "value": "44 77 50 20"}],
    }  # fmt: skip
    plan = care_plan(
        "cp-1",
        "p-1",
        contained=[unit, role],
        contributor=[{"reference": "#w"}],
        period={"start": "2023-01-15", "end": "2023-03-31"},
        goal=[{"display": "Sund hud"}],
        extension=[
            extension("legal-basis", valueString="Sundhedsloven § 138"),
            extension("extent", valueString="2 gange om ugen"),
            extension("next-follow-up", valueDate="2023-10-01"),
        ],
    )
    made = record(plan, run)
    unit_fact = Unit(id="health:310", name="Hjemmeplejen", phone="44 77 50 20")
    assert made.fact == EffortFact(
        title="Sårbehandling",
        status=EffortStatus.ACTIVE,
        code=Coded(code_list="fsiii", code=str(WOUND_CARE), label="Sårbehandling"),
        legal_basis=LegalBasis(law="sundhedsloven", section="§ 138"),
        purpose="Sund hud",
        responsible=Responsible(unit=unit_fact, worker=Worker(name="Ole Bruun", phone="44 77 50 21")),
        extent="2 gange om ugen",
        next_follow_up_on=date(2023, 10, 1),
    )
    # FHIR's end is the last day, ours the first day after.
    assert made.valid == Period(start=date(2023, 1, 15), end=date(2023, 4, 1))
    assert made.parties[0].identifiers == (Identifier.local("health:Patient", "p-1"),)
    assert "never read" not in made.model_dump_json()


@pytest.mark.parametrize("spelling", ["G1.39", str(WOUND_CARE), str(WOUND_CARE).replace("-", "_"), "g1.39"])
def test_all_spellings_of_a_code_are_one(spelling: str) -> None:
    found = codes.coded(Coding(system=FSIII, code=spelling))
    assert found == (Coded(code_list="fsiii", code=str(WOUND_CARE)), True)


def test_an_unknown_code_is_kept_and_declared(run: Run) -> None:
    code = {"coding": [{"system": FSIII, "code": "Q9.9", "display": "Ny indsats"}]}
    made = record(care_plan("cp-1", "p-1", activity=[{"detail": {"code": code, "status": "scheduled"}}]), run)
    assert isinstance(made.fact, EffortFact)
    assert (made.fact.title, made.fact.status) == ("Ny indsats", EffortStatus.PLANNED)
    assert [(flag.field, flag.rule) for flag in made.quality] == [("activity.detail.code", "unknown_code")]


@pytest.mark.parametrize(
    ("change", "field", "rule"),
    [
        ({"status": "dancing"}, "status", RejectionRule.UNKNOWN_STATUS),
        ({"period": {"start": "2023-02-01", "end": "2023-01-01"}}, "period.end", RejectionRule.END_BEFORE_START),
        ({"period": {"start": "0023-02-01"}}, "period.start", RejectionRule.BAD_DATE),
        ({"period": "soon"}, "period", RejectionRule.WRONG_SHAPE),
        ({"subject": None}, "subject.reference", RejectionRule.MISSING_FIELD),
        ({"activity": []}, "activity.detail.code", RejectionRule.MISSING_FIELD),
        ({"id": "../etc"}, "id", RejectionRule.WRONG_SHAPE),
        ({"resourceType": "Poem"}, "resourceType", RejectionRule.UNKNOWN_TYPE),
    ],
)
def test_what_cannot_be_read_is_parked(change: dict[str, Any], field: str, rule: RejectionRule, run: Run) -> None:
    assert fault(care_plan("cp-1", "p-1") | change, run)[:2] == (field, rule)


def test_a_plan_entered_in_error_is_withdrawn(run: Run) -> None:
    made = record(care_plan("cp-1", "p-1", status="entered-in-error"), run)
    assert (made.deleted, made.deleted_reason) == (True, "entered_in_error")


def test_a_partial_date_is_its_first_day_and_declared(run: Run) -> None:
    made = record(care_plan("cp-1", "p-1", period={"start": "2023", "end": "2023-04"}), run)
    assert made.valid == Period(start=date(2023, 1, 1), end=date(2023, 5, 1))
    assert {flag.rule for flag in made.quality} == {"partial_date"}


def test_a_related_person_is_a_relation_without_guesses(run: Run) -> None:
    related = {
        "resourceType": "RelatedPerson", "id": "r-1", "patient": SUBJECT, "period": {"start": "2009-03-03"},
        "identifier": [{"system": CPR, "value": IDA}], "relationship": [{"coding": [{"code": "DAU"}]}],
    }  # fmt: skip
    made = record(related, run)
    assert made.fact == RelationFact(
        relation=RelationKind.CHILD, role=Coded(code_list="relationship_codes", code="DAU")
    )
    assert made.parties[1].identifiers[0] == Identifier.national(IDA)
    assert made.source_version is None
    assert made.registered_at == run.observed_at


def test_a_goal_in_words_enters_and_one_by_condition_does_not(run: Run) -> None:
    goal = {
        "resourceType": "Goal", "id": "g-1", "lifecycleStatus": "active", "subject": SUBJECT,
        "category": [{"text": "FFB borgers mål og ønsker"}], "description": {"text": "Mere søvn"},
        "achievementStatus": {"coding": [{"code": "improving"}]}, "startDate": "2023-01-01", "statusDate": "2023-05-01",
    }  # fmt: skip
    assert record(goal, run).fact == GoalFact(
        goal=GoalKind.CITIZEN_WISH, text="Mere søvn", progress=Progress.BETTER, assessed_on=date(2023, 5, 1)
    )
    by_code = goal | {"description": {"coding": [{"system": FSIII, "code": "J1.1"}]}}
    assert [one.rule for one in outcomes(by_code, run)] == ["goal_without_words"]


def test_a_goal_whose_words_were_taken_back_says_so(run: Run) -> None:
    goal = {"resourceType": "Goal", "id": "g-1", "lifecycleStatus": "active", "subject": SUBJECT, "description": {}}
    fact = record(goal, run).fact
    assert isinstance(fact, GoalFact)
    assert fact.text is None


def test_a_plan_says_when_it_was_first_registered(run: Run) -> None:
    made = record(care_plan("c-1", "p-1") | {"created": "2021-05-01"}, run)
    assert made.first_registered_at == datetime(2021, 4, 30, 22, tzinfo=UTC)
    assert record(care_plan("c-1", "p-1") | {"created": "2031-05-01"}, run).first_registered_at is None


def test_a_plan_names_the_requests_that_led_to_it(run: Run) -> None:
    plan = care_plan("c-1", "p-1") | {
        "basedOn": [{"reference": "ServiceRequest/r-1"}, {"reference": "CarePlan/c-0"}],
        "activity": [*care_plan("c-1", "p-1")["activity"], {"reference": {"reference": "ServiceRequest/r-2"}}],
    }
    fact = record(plan, run).fact
    assert isinstance(fact, EffortFact)
    assert fact.requests == ("ServiceRequest/r-1", "ServiceRequest/r-2")


def test_an_old_address_is_one_from_which_the_person_moved_away(run: Run) -> None:
    old = {"use": "old", "line": ["Åparken 14"], "period": {"end": "2023-01-01"}}
    fact = record(patient("p-1", MAJA) | {"address": [old]}, run).fact
    assert isinstance(fact, PersonFact)
    assert fact.address is None
    assert [address.street for address in fact.left_addresses or ()] == ["Åparken 14"]


@pytest.mark.parametrize("resource_type", ["Procedure", "ServiceRequest"])
def test_clinical_codes_stay_out(resource_type: str, run: Run) -> None:
    code = {"coding": [{"system": "http://snomed.info/sct", "code": "1"}]}
    clinical = {"resourceType": resource_type, "id": "x-1", "status": "completed", "subject": SUBJECT, "code": code}
    assert [one.rule for one in outcomes(clinical, run)] == ["not_a_municipal_effort"]


@pytest.mark.parametrize(
    ("period", "hours"),
    [
        ({"start": "2023-10-04T10:30:00+02:00", "end": "2023-10-04T11:15:00+02:00"}, ("08:30", "09:15")),
        ({"start": "2023-10-04T08:30:00Z"}, ("08:30", None)),
        ({"start": "2023-10-04T08:30:00Z", "end": "2023-10-04"}, ("08:30", None)),
        ({"start": "2023-10-04", "end": "2023-10-04"}, (None, None)),
        ({"start": "2023-10-04T00:00:00+02:00", "end": "2023-10-04T11:15:00+02:00"}, (None, None)),
    ],
)
def test_a_planned_contact_has_the_hours_that_its_period_tells(
    period: dict[str, str], hours: tuple[str | None, str | None], run: Run
) -> None:
    planned = {
        "resourceType": "Encounter", "id": "e-1", "status": "planned", "subject": SUBJECT, "period": period,
        "class": {"system": codes.ACT_SYSTEM, "code": "AMB"},
    }  # fmt: skip
    (record,) = [one.record for one in outcomes(planned, run)]
    assert record is not None
    assert isinstance(record.fact, ContactFact)
    told = tuple(each and f"{each:%H:%M}" for each in (record.fact.starts_at, record.fact.ends_at))
    assert (told, record.valid.start) == (hours, date(2023, 10, 4))
    cancelled = {**planned, "status": "cancelled"}
    assert [one.record.deleted for one in outcomes(cancelled, run) if one.record] == [True]


def notification(activity: str) -> Item:
    stay = {
        "resourceType": "Encounter", "id": "e-1", "status": "in-progress", "subject": SUBJECT,
        "class": {"system": codes.ACT_SYSTEM, "code": "IMP"}, "period": {"start": "2022-12-07T23:30:00Z"},
    }  # fmt: skip
    told = {
        "resourceType": "Provenance", "id": "pr-1", "occurredDateTime": "2022-12-07T12:00:02+02:00",
        "activity": {"coding": [{"system": ACTIVITY, "code": activity}]},
    }  # fmt: skip
    entries = [{"resource": one} for one in (patient("p-1", MAJA), stay, told)]
    return {"resourceType": "Bundle", "type": "message", "timestamp": "2022-12-07T12:00:01+02:00", "entry": entries}


@pytest.mark.parametrize(
    ("activity", "state"),
    [
        ("admit-inpatient", "STIN"),
        ("revise-admit-inpatient", "STIN"),
        ("start-leave-inpatient", "STOR"),
        ("cancel-start-leave-inpatient", "STIN"),
        ("cancel-end-leave-inpatient", "STOR"),
        ("discharge-inpatient-home", "SLHJ"),
    ],
)
def test_a_hospital_notification_says_what_the_stay_came_to(activity: str, state: str, run: Run) -> None:
    stay = next(one.record for one in outcomes(notification(activity), run) if one.resource_type == "Encounter")
    assert stay is not None
    assert isinstance(stay.fact, ContactFact)
    assert stay.fact.status == Coded(code_list="contact_kinds", code=state)
    assert stay.registered_at == datetime(2022, 12, 7, 10, 0, 2, tzinfo=UTC)
    assert stay.parties[0].identifiers[0] == Identifier.national(MAJA)
    # Half past eleven at night in UTC is the next day in Denmark.
    assert stay.valid.start == date(2022, 12, 8)


def test_an_annulled_admission_leaves_nothing(run: Run) -> None:
    stay = next(
        one.record for one in outcomes(notification("cancel-admit-inpatient"), run) if one.resource_type == "Encounter"
    )
    assert stay is not None
    assert (stay.deleted, stay.deleted_reason) == (True, "annulled")


def test_an_encounter_in_a_letter_only_names_the_episode(run: Run) -> None:
    assert [one.rule for one in outcomes(notification("new-message"), run) if one.resource_type == "Encounter"] == [
        "episode_link_only"
    ]


def test_codes_are_known_however_they_are_written(run: Run) -> None:
    number = {"use": "official\u200b", "system": f"{CPR} ", "value": "610770-4001"}
    fact = record(patient("p", "6107704001", identifier=[number, {"system": CPR, "value": " "}]), run)
    assert Identifier.national("6107704001") in fact.parties[0].identifiers
    written = {"status": "active\u00ad", "intent": "order\u00a0"}
    assert record(care_plan("c", "p", **written), run).fact == record(care_plan("c", "p"), run).fact


def test_a_date_that_stands_for_none_gives_way_to_the_next_one(run: Run) -> None:
    code = {"coding": [{"system": FSIII, "code": "G1.39", "display": "Sårbehandling"}]}
    ordered = care_plan("r", "p") | {"resourceType": "ServiceRequest", "code": code, "authoredOn": "2023-02-01"}
    ordered |= {"occurrencePeriod": {"start": "0001-01-01T00:00:00Z"}}
    assert record(ordered, run).valid == Period(start=date(2023, 2, 1))
    done = ordered | {"resourceType": "Procedure", "performedPeriod": {"start": "2023-03-01"}, "status": "completed"}
    assert record(done | {"performedDateTime": ""}, run).valid == Period(start=date(2023, 3, 1))
