"""DUBU's words become ours: what each payload says, and what is refused, mended or left out."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from connectors.errors import RecordRejected
from connectors.sources.social import vocabulary
from connectors.sources.social.activities import translate_aktivitet
from connectors.sources.social.payloads import Aktivitet, Sag, Ydelse
from connectors.sources.social.translate import CaseContext, Scope, translate_sag, translate_ydelse
from schemas.facts import (
    ConcernNotificationFact,
    EffortFact,
    EffortStatus,
    GoalFact,
    GoalKind,
    LegalBasis,
    Outcome,
    PlanFact,
    Progress,
)
from schemas.people import PersonFact, RelationFact, RelationKind
from schemas.record import PartyRole, SourceRecord
from tests.connectors.social_server import Item, aktivitet, person, sag, underretning, ydelse

IDA, EMIL, MAJA = "6303094002", "8205124001", "7507864002"
SCOPE = Scope(
    source="social",
    environment="test",
    base_url="https://dubu.example",
    authority="0999",
    observed_at=datetime(2023, 9, 12, 7, tzinfo=UTC),
)
IDA_PERSON = person(1, IDA, "Ida")
MOTHER = {"id": 7, "cprnr": MAJA, "fuldeNavn": "Maja Testborger", "rolle": "Mor", "foraeldremyndighed": True}
CASE = CaseContext.of(SCOPE, Sag.model_validate(sag(10, IDA_PERSON)))


def of_sag(item: Item) -> dict[str, SourceRecord | RecordRejected]:
    results = list(translate_sag(SCOPE, Sag.model_validate(item)))
    return {_type(result): result for result in results}


def _type(result: SourceRecord | RecordRejected) -> str:
    return result.record_type if isinstance(result, SourceRecord) else result.rejection.record_type


def of_aktivitet(item: Item) -> SourceRecord | None:
    return translate_aktivitet(SCOPE, Aktivitet.model_validate(item), CASE)


def of_ydelse(item: Item) -> SourceRecord:
    return translate_ydelse(SCOPE, Ydelse.model_validate(item), CASE)


@pytest.mark.parametrize("field", ["oprettetDato", "lukketDato"])
def test_a_wrong_date_of_a_case_is_one_fault_and_its_people_are_read(field: str) -> None:
    results = of_sag(sag(10, IDA_PERSON, sagsparter=[MOTHER], **{field: "2022-02-31"}))
    rejected = {kind: result.rejection for kind, result in results.items() if isinstance(result, RecordRejected)}
    assert {kind: (fault.field, fault.rule) for kind, fault in rejected.items()} == {"Sag": (field, "bad_date")}
    assert {"Sag.person", "Sag.part"} <= results.keys()


def notification(**more: Any) -> ConcernNotificationFact:
    record = of_aktivitet(underretning(500, 10, **more))
    assert record is not None
    assert isinstance(record.fact, ConcernNotificationFact)
    return record.fact


def test_a_case_gives_case_person_and_relations() -> None:
    result = of_sag(sag(10, IDA_PERSON, sagsparter=[MOTHER]))
    assert set(result) == {"Sag", "Sag.person", "Sag.part"}
    relation = result["Sag.part"]
    assert isinstance(relation, SourceRecord)
    assert relation.source_id == "test:10/7"
    assert relation.fact == RelationFact(relation=RelationKind.PARENT, custody=True, shares_household=None)
    assert [party.role for party in relation.parties] == [PartyRole.PRIMARY, PartyRole.OTHER]
    case = result["Sag"]
    assert isinstance(case, SourceRecord)
    assert case.link == "https://dubu.example/sag/10"
    assert case.registered_at == datetime(2019, 2, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"adressebeskyttelse": True}, {"name_address_protected": True}),
        ({"doedsdato": "2023-01-02"}, {"died_on": date(2023, 1, 2), "life_status": "dead"}),
        ({"mellemnavn": "Test"}, {"given_name": "Ida Test"}),
        ({"adresse": None}, {"address": None}),
    ],
)
def test_a_person_is_who_dubu_says(more: Item, expected: Item) -> None:
    record = of_sag(sag(10, person(1, IDA, "Ida", **more)))["Sag.person"]
    assert isinstance(record, SourceRecord)
    assert isinstance(record.fact, PersonFact)
    assert {name: getattr(record.fact, name) for name in expected} == expected


def test_an_earlier_number_of_the_same_person_is_kept() -> None:
    record = of_sag(sag(10, person(1, IDA, "Ida", tidligereCprnr=["0703921VJ4", "?"])))["Sag.person"]
    assert isinstance(record, SourceRecord)
    assert isinstance(record.fact, PersonFact)
    assert [number.value for number in record.fact.replaces] == ["0703921VJ4"]
    assert [flag.rule for flag in record.quality] == ["bad_identifier"]


@pytest.mark.parametrize("number", [None, "", "0703921VJ4", "123"])
def test_a_case_needs_no_national_number(number: str | None) -> None:
    case = of_sag(sag(10, person(1, number, "Ida")))["Sag"]
    assert isinstance(case, SourceRecord)
    assert case.parties[0].identifiers[-1].namespace == "social:Person"


def test_an_unreadable_number_rejects_the_person_and_not_the_case() -> None:
    result = of_sag(sag(10, person(1, "630309-40", "Ida")))
    rejected = result["Sag.person"]
    assert isinstance(rejected, RecordRejected)
    assert rejected.rejection.masked_value == "999999-99"
    assert "6303" not in str(rejected)
    assert isinstance(result["Sag"], SourceRecord)


def test_a_case_without_a_person_waits_unmatched() -> None:
    case = of_sag(sag(10, None))["Sag"]
    assert isinstance(case, SourceRecord)
    assert case.parties == ()


def test_a_notification_tells_who_why_and_what_came_of_it() -> None:
    fact = notification()
    assert fact.received_at == datetime(2022, 2, 18, 13, 5, tzinfo=UTC)
    assert fact.received_has_time
    assert fact.notifier.code == "2"
    assert fact.notifier_title == "Skole"
    assert [reason.code for reason in fact.reasons] == ["3"]
    assert fact.legal_basis == LegalBasis(law="serviceloven", section="§ 153")
    assert fact.outcome is Outcome.ASSESSMENT
    assert fact.outcome_efforts == ("test:900",)
    assert fact.is_closed


def test_notes_never_enter() -> None:
    record = of_aktivitet(underretning(500, 10))
    assert record is not None
    assert "never read" not in record.model_dump_json()


def test_a_private_notifier_has_no_words() -> None:
    for category in ("7", "8", "12", "13"):
        fact = notification(underretter={"brugervendtNoegle": category, "titel": "Mormor Test"})
        assert "Mormor" not in fact.model_dump_json()


def test_dates_without_time_say_so_and_the_assessment_is_never_before_the_receipt() -> None:
    fact = notification(modtagetDato="2022-07-18")
    assert fact.received_at == datetime(2022, 7, 17, 22, tzinfo=UTC)
    assert not fact.received_has_time
    same_day = notification(modtagetDato="2022-02-18T13:05:00Z", vurderetDato="2022-02-18")
    assert same_day.assessed_at == same_day.received_at


def test_the_day_is_the_danish_one() -> None:
    record = of_aktivitet(underretning(500, 10, modtagetDato="2022-07-17T22:30:00Z"))
    assert record is not None
    assert record.valid.start == date(2022, 7, 18)


def test_further_children_are_concerned_and_the_own_child_is_not_named_twice() -> None:
    about = [{"relation": "Barn", "personId": 1}, {"relation": "Barn", "personId": 2, "cprnr": EMIL}, {"relation": "?"}]
    record = of_aktivitet(underretning(500, 10, vedroerer=about))
    assert record is not None
    assert [party.role for party in record.parties] == [PartyRole.PRIMARY, PartyRole.CONCERNED]
    assert record.parties[1].identifiers[0].value == EMIL


def test_an_unborn_child_stands_on_the_mother() -> None:
    record = of_aktivitet(underretning(500, 10, ufoedt=True, vedroerer=[{"relation": "Ufødt"}]))
    assert record is not None
    assert isinstance(record.fact, ConcernNotificationFact)
    assert record.fact.about_unborn
    assert len(record.parties) == 1


def test_unknown_words_are_kept_and_flagged() -> None:
    record = of_aktivitet(
        underretning(
            500,
            10,
            udfald={"titel": "Noget nyt"},
            underretter={"brugervendtNoegle": "12", "titel": "Barnet"},
            baggrundeForUnderretningBarnet=[{"titel": "Lokal årsag"}],
        )
    )
    assert record is not None
    assert isinstance(record.fact, ConcernNotificationFact)
    assert record.fact.reasons[0].label == "Lokal årsag"
    # Category 12 began in 2024; this notification came in 2022.
    assert {flag.field for flag in record.quality} == {"udfald", "underretter"}


def test_plans_and_goals_are_read_and_other_activities_are_not() -> None:
    plan = of_aktivitet(aktivitet(501, 10, "Faglig", "Børnefaglig undersøgelse", fristDato="2023-12-01"))
    assert plan is not None
    assert isinstance(plan.fact, PlanFact)
    assert plan.fact.status.code == "active"
    assert plan.fact.next_follow_up_on == date(2023, 12, 1)
    wish = of_aktivitet(
        aktivitet(502, 10, "Borgerens ord", "", tekst="Jeg vil i skole", status={"titel": "Fremgang"}, angivetAf="Ida")
    )
    assert wish is not None
    assert isinstance(wish.fact, GoalFact)
    assert (wish.fact.goal, wish.fact.progress, wish.fact.stated_by) == (
        GoalKind.CITIZEN_WISH,
        Progress.BETTER,
        "Ida",
    )
    assert of_aktivitet(aktivitet(503, 10, "Journal", "Telefonnotat", tekst="never read")) is None


def test_an_effort_tells_what_why_and_who() -> None:
    record = of_ydelse(ydelse(900, 10, IDA, slutdato="2023-06-30"))
    assert isinstance(record.fact, EffortFact)
    assert record.fact.status is EffortStatus.ACTIVE
    assert record.fact.code is not None
    assert (record.fact.code.code_list, record.fact.code.code) == ("sel_children", "52.3.3")
    assert record.fact.performer is not None
    assert record.fact.performer.id == "social:110"
    # DUBU's last day is inclusive.
    assert record.valid.end == date(2023, 7, 1)
    assert record.parties == (CASE.person,)


def test_an_effort_for_a_sibling_is_not_put_on_the_case_s_person() -> None:
    record = of_ydelse(ydelse(900, 10, EMIL))
    assert [identifier.value for identifier in record.parties[0].identifiers] == [EMIL]


@pytest.mark.parametrize(
    ("more", "field", "rule"),
    [
        ({"startdato": "2022-02-31"}, "startdato", "bad_date"),
        ({"startdato": "1701-01-01"}, "startdato", "bad_date"),
        ({"slutdato": "2021-01-01"}, "slutdato", "end_before_start"),
        ({"status": {"brugervendtNoegle": "Nyt"}}, "status", "unknown_status"),
        ({"cprnr": "99"}, "cprnr", "bad_identifier"),
        ({"ydelsestype": {"brugervendtNoegle": "YT5", "titel": ""}}, "ydelsestype.titel", "missing_field"),
    ],
)
def test_what_cannot_be_read_is_rejected_by_name(more: Item, field: str, rule: str) -> None:
    with pytest.raises(RecordRejected) as rejected:
        of_ydelse(ydelse(900, 10, IDA) | more)
    assert (rejected.value.rejection.field, rejected.value.rejection.rule) == (field, rule)


def test_what_was_made_in_error_becomes_a_tombstone() -> None:
    error = {"brugervendtNoegle": "Fejloprettet", "titel": "Fejloprettet"}
    for record in (
        of_ydelse(ydelse(900, 10, IDA, status=error)),
        of_aktivitet(underretning(500, 10, status={"titel": "Fejloprettet"})),
        of_sag(sag(10, IDA_PERSON, status=error))["Sag"],
    ):
        assert isinstance(record, SourceRecord)
        assert record.deleted
        assert record.deleted_reason == "entered_in_error"


@pytest.mark.parametrize(
    ("text", "law", "code"),
    [
        ("Barnets lov § 32, stk. 1, nr. 5", "barnets_lov", ("barnets_lov_32", "32.1.5")),
        ("Serviceloven § 85", "serviceloven", ("sel_adults", "85")),
        ("Serviceloven § 85, stk. 1", "serviceloven", ("sel_adults", "85")),
        ("Servicelovens § 83 a", "serviceloven", ("sel_adults", "83.a")),
        ("Barnets lov § 133", "barnets_lov", None),
    ],
)
def test_a_paragraph_becomes_law_section_and_code(text: str, law: str, code: tuple[str, str] | None) -> None:
    basis = vocabulary.legal_basis(text)
    assert basis is not None
    assert basis.law == law
    assert vocabulary.paragraph_code(basis) == code


@pytest.mark.parametrize("text", ["", "§ 32", "Ukendt lov § 3", "barnets lov"])
def test_what_is_no_known_law_is_none(text: str) -> None:
    assert vocabulary.legal_basis(text) is None


@pytest.mark.parametrize(
    "kind", ["Under\u00adretning", "Underretning\u00a0", "\u200bUnderretning", "Underretning\u202c"]
)
def test_a_notification_is_known_however_its_kind_is_written(kind: str) -> None:
    assert notification(undertype={"titel": kind}).receipt_sent_on == date(2022, 2, 22)


def test_codes_and_names_are_read_however_they_are_written() -> None:
    status = {"brugervendtNoegle": "Ig\u00adang", "titel": "Igang "}
    record = of_ydelse(ydelse(9, 10, IDA, status=status, leverandoer={"orgEnhedId": 1, "titel": "A\u030aparken"}))
    assert isinstance(record.fact, EffortFact)
    assert record.fact.performer is not None
    assert record.fact.performer.name == "\u00c5parken"
    assert notification(lovgrundlag={"titel": "Serviceloven\u00a0§\u200b 153"}).legal_basis is not None


@pytest.mark.parametrize("none", [None, "", " ", "0001-01-01T00:00:00Z", "9999-12-31"])
def test_a_notification_without_a_day_of_receipt_was_received_when_it_happened(none: str | None) -> None:
    assert notification(modtagetDato=none).received_at == datetime(2022, 2, 18, 13, 5, tzinfo=UTC)
