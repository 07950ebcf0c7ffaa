"""Whatever one FHIR item holds, it is at most that item's line in quarantine; everything after it is read."""

import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.base import Batch
from connectors.sources.health.connector import HealthConnector
from connectors.sources.health.settings import HealthSettings
from hub.clock import FixedClock
from schemas.facts import EffortFact, GoalFact
from schemas.record import RejectionRule, SourceRecord
from tests.connectors.fhir_server import CPR, FSIII, FhirServer, Item, care_plan, meta, patient, serving
from tests.connectors.health_runs import alive, connector_to, records_of, run

MAJA, IDA = "7507864002", "6303094002"
HALF_EMOJI = "Ud at cykle \ud83d"
SUBJECT = {"reference": "Patient/p-1"}
AT = meta("2023-02-01T00:00:00.000Z")
RAW_HUGE = 10**21
"""Stands in a template for a number of 5,000 digits, which Python does not write by itself."""


@pytest.fixture
def fhir() -> Iterator[FhirServer]:
    with serving(FhirServer(page_size=50)) as served:
        yield served


def deep(levels: int) -> Any:
    value: Any = "x"
    for _ in range(levels):
        value = [value]
    return value


BAD_ENTRIES: list[Any] = [
    None,
    7,
    "entry",
    [],
    {"resource": []},
    {"resource": None},
    {"resource": 7},
    {"resource": {}},
    {"resource": {"resourceType": None, "id": "x"}},
    {"resource": {"resourceType": ["CarePlan"], "id": "x"}},
    {"resource": care_plan("x", "p-1"), "fullUrl": 7},
    {"resource": care_plan("x", "p-1"), "search": "match"},
    {"resource": care_plan("x\0", "p-1")},
    {"resource": care_plan("x" * 65, "p-1")},
    {"resource": care_plan("", "p-1")},
    {"resource": care_plan("x", "p-1", id=["x"])},
    {"resource": care_plan("x", "p-1", id=True)},
    {"resource": care_plan("x", "p-1", id=RAW_HUGE)},
    {"resource": care_plan("x", "p-1", meta={"versionId": "9" * 5000, "lastUpdated": "2023-01-02T00:00:00Z"})},
    {"resource": care_plan("x", "p-1", meta={"versionId": RAW_HUGE})},
    {"resource": care_plan("x", "p-1", meta={"versionId": "1\0"})},
    {"resource": care_plan("x", "p-1", meta={"lastUpdated": "yesterday"})},
    {"resource": care_plan("x", "p-1", meta=[])},
    {"resource": care_plan("x", "p-1", status="\ud83d")},
    {"resource": care_plan("x", "p-1", status=deep(300))},
    {"resource": care_plan("x", "p-1", subject={"reference": "Patient/p\0"})},
    {"resource": care_plan("x", "p-1", subject=None)},
    {"resource": care_plan("x", "p-1", period={"start": "2023-13-45"})},
    {"resource": care_plan("x", "p-1", activity=7)},
]


@pytest.mark.parametrize("number", range(len(BAD_ENTRIES)))
def test_a_page_is_never_refused_for_one_entry(number: int, fhir: FhirServer, clock: FixedClock) -> None:
    good, after = care_plan("good", "p-1"), care_plan("after", "p-1")
    fhir.resources = [good, after, goal("g-1")]

    def insert(path: str, body: Item) -> tuple[int, Any]:
        if not path.startswith("/r4/CarePlan?"):
            return 200, body
        entries = [body["entry"][0], BAD_ENTRIES[number], *body["entry"][1:]]
        return 200, json.dumps(body | {"entry": entries}).replace(str(RAW_HUGE), "9" * 5000).encode()

    fhir.bend = insert
    batches = run(connector_to(fhir, clock, resource_types=("CarePlan", "Goal")))
    assert [key for key in alive(batches) if key in {"good", "after"}] == ["good", "after"]
    assert records_of(batches, "Goal")
    rejected = [rejection for batch in batches for rejection in batch.rejected]
    assert len(rejected) == 1
    assert rejected[0].field
    assert "\0" not in rejected[0].model_dump_json()


def test_a_page_of_nothing_but_bad_entries_is_a_page(fhir: FhirServer, clock: FixedClock) -> None:
    fhir.resources = [goal("g-1")]
    bodies = [entry for entry in BAD_ENTRIES if str(RAW_HUGE) not in json.dumps(entry)]
    fhir.bend = lambda path, body: (200, body | {"entry": bodies} if path.startswith("/r4/CarePlan?") else body)
    batches = run(connector_to(fhir, clock, resource_types=("CarePlan", "Goal")))
    assert records_of(batches, "Goal")
    assert sum(len(batch.rejected) for batch in batches) == len(bodies)


def test_the_same_id_twice_on_a_page_is_the_newer_and_told(fhir: FhirServer, clock: FixedClock) -> None:
    newer = care_plan("twice", "p-1", status="completed", meta=meta("2023-02-02T00:00:00.000Z", 2))
    older = care_plan("twice", "p-1", meta=meta("2023-02-01T00:00:00.000Z", 1))

    def double(path: str, body: Item) -> tuple[int, Any]:
        is_search = path.startswith("/r4/CarePlan?_sort")
        return 200, body | {"entry": [{"resource": newer}, {"resource": older}]} if is_search else body

    fhir.resources = [newer]
    fhir.bend = double
    batches = run(connector_to(fhir, clock, resource_types=("CarePlan",)))
    (record,) = records_of(batches)
    assert record.source_version == "2"
    assert any("CarePlan: same_id_twice" in batch.skipped for batch in batches)


@pytest.mark.parametrize("version", ["20230911080000123456", "7-a", "W/x", "0"])
def test_a_strange_version_is_text(version: str, fhir: FhirServer, clock: FixedClock) -> None:
    fhir.resources = [care_plan("x", "p-1", meta={"versionId": version, "lastUpdated": "2023-09-11T08:00:00.123Z"})]
    (record,) = records_of(run(connector_to(fhir, clock, resource_types=("CarePlan",))))
    assert record.source_version == version
    assert record.version_order in {None, 0}


def test_half_an_emoji_is_left_out_of_a_text(fhir: FhirServer, clock: FixedClock) -> None:
    fhir.resources = [goal("g-1", description={"text": HALF_EMOJI}), goal("g-2")]
    first, second = records_of(run(connector_to(fhir, clock, resource_types=("Goal",))), "Goal")
    assert isinstance(first.fact, GoalFact)
    assert first.fact.text == "Ud at cykle"
    assert second.fact is not None


# --- folders


def in_folder(folder: Path, clock: FixedClock, *contents: Any) -> list[Batch]:
    for number, content in enumerate(contents):
        (folder / f"{number}.json").write_text(json.dumps(content).replace(str(RAW_HUGE), "9" * 5000))
    return run(HealthConnector("health", HealthSettings(directory=folder), clock=clock.now))


def delivery(*entries: Any, at: str = "2023-02-01T00:00:00Z", kind: str = "collection") -> Item:
    return {"resourceType": "Bundle", "type": kind, "timestamp": at, "entry": list(entries)}


def by_id(batches: list[Batch]) -> dict[str, SourceRecord]:
    return {record.source_id: record for batch in batches for record in batch.records}


def rejections(batches: list[Batch]) -> list[tuple[str, str, RejectionRule]]:
    return [(one.record_type, one.field, one.rule) for batch in batches for one in batch.rejected]


@pytest.mark.parametrize("number", range(len(BAD_ENTRIES)))
def test_a_delivery_is_never_refused_for_one_entry(number: int, tmp_path: Path, clock: FixedClock) -> None:
    entries = [{"resource": patient("p-1", MAJA)}, BAD_ENTRIES[number], {"resource": goal("g-1")}]
    nested = delivery({"resource": delivery(*entries)}, {"resource": care_plan("last", "p-1")})
    batches = in_folder(tmp_path, clock, nested)
    assert {"p-1", "g-1", "last"} <= set(by_id(batches))
    assert len(rejections(batches)) <= 1


def test_an_id_with_nul_is_rejected_alone(tmp_path: Path, clock: FixedClock) -> None:
    batches = in_folder(tmp_path, clock, care_plan("c\0", "p-1"), care_plan("c", "p-1"))
    assert list(by_id(batches)) == ["c"]
    assert rejections(batches) == [("CarePlan", "id", RejectionRule.WRONG_SHAPE)]


def test_a_message_whose_cause_cannot_be_read_says_nothing_of_a_stay(tmp_path: Path, clock: FixedClock) -> None:
    stay = {
        "resourceType": "Encounter", "id": "e-1", "status": "in-progress", "subject": SUBJECT,
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"},
    }  # fmt: skip
    cause = {"resourceType": "Provenance", "id": "pr", "occurredDateTime": "never", "activity": 7}
    entries = [{"resource": item} for item in (patient("p-1", MAJA), stay, cause)]
    batches = in_folder(tmp_path, clock, delivery(*entries, kind="message"))
    assert set(by_id(batches)) == {"p-1"}
    assert [kind for kind, _, _ in rejections(batches)] == ["Provenance", "Encounter"]


def test_a_delivery_stamped_in_the_future_is_kept_and_flagged(tmp_path: Path, clock: FixedClock) -> None:
    plan = {key: value for key, value in care_plan("c", "p-1").items() if key != "meta"}
    batches = in_folder(tmp_path, clock, delivery({"resource": plan}, at="2199-12-31T00:00:00Z"))
    assert [flag.rule for flag in by_id(batches)["c"].quality] == ["future_time"]


@pytest.mark.parametrize("intent", ["proposal", "option"])
@pytest.mark.parametrize("resource_type", ["CarePlan", "ServiceRequest"])
def test_what_is_only_proposed_is_no_planned_effort(
    intent: str, resource_type: str, tmp_path: Path, clock: FixedClock
) -> None:
    proposed = care_plan("c", "p-1") | {
        "resourceType": resource_type, "intent": intent, "code": {"coding": [{"system": FSIII, "code": "G1.39"}]},
    }  # fmt: skip
    decided = proposed | {"id": "d", "intent": "plan"}
    withdrawn = proposed | {"id": "w", "status": "entered-in-error"}
    batches = in_folder(tmp_path, clock, proposed, decided, withdrawn, goal("g-1", lifecycleStatus="proposed"))
    records = by_id(batches)
    assert set(records) == {"d", "w"}
    assert isinstance(records["d"].fact, EffortFact)
    assert records["w"].deleted
    skipped = next(batch.skipped for batch in batches if batch.skipped)
    assert skipped == {f"{resource_type}: not_decided": 1, "Goal: not_decided": 1}


@pytest.mark.parametrize("none", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "1900-01-01T00:00:00Z", "9999-12-31"])
def test_a_date_that_means_none_is_not_given(none: str, tmp_path: Path, clock: FixedClock) -> None:
    alive_patient = patient("p-1", MAJA, deceasedDateTime=none)
    plan = care_plan("c", "p-1", period={"start": "2023-01-15", "end": none})
    unstamped = care_plan("u", "p-1", meta={"versionId": "1", "lastUpdated": none})
    records = by_id(in_folder(tmp_path, clock, alive_patient, plan, unstamped))
    fact: Any = records["p-1"].fact
    assert fact.life_status != "dead"
    assert fact.died_on is None
    assert records["c"].valid.end is None
    assert records["u"].registered_at == clock.now()


# --- a fuzzer over every path of every type

NASTY: list[Any] = [
    None, True, 0, -1, 1.5, "", " ", "\0", "x\0y", HALF_EMOJI, "\udfff", "x" * 100_000, RAW_HUGE, 2**63, 1e308, [],
    [None], [[]], {}, {"": None}, {"\ud83d": 1}, deep(200), "9" * 5000, "0000-00-00", "9999-12-31", "2023-02-30", "²",
    "\u202e\u200b", "https://[::1/Patient/1", "urn:uuid:", "#", "?", "Patient/", "A\u030ase",
]  # fmt: skip


def goal(key: str, **more: Any) -> Item:
    return {
        "resourceType": "Goal", "id": key, "meta": AT, "lifecycleStatus": "active", "subject": SUBJECT,
        "description": {"text": "Mere søvn"}, "startDate": "2023-01-01", "statusDate": "2023-02-01",
        "category": [{"text": "mål", "coding": [{"system": FSIII, "code": "J1.1"}]}],
        "expressedBy": {"reference": "Patient/p-1", "display": "Maja"},
        "achievementStatus": {"coding": [{"code": "x"}]},
    } | more  # fmt: skip


def specimens() -> list[Item]:
    """One of each type that becomes records, with every element that is read."""
    code = {"coding": [{"system": FSIII, "code": "G1.39", "display": "Sårbehandling"}], "text": "Sår"}
    person = patient(
        "p-1", MAJA, deceasedBoolean=False,
        address=[{"use": "home", "line": ["Vej 1"], "postalCode": "8000", "city": "By"}],
        link=[{"type": "replaces", "other": {"reference": "Patient/p-0", "identifier": {"system": CPR, "value": IDA}}}],
    )  # fmt: skip
    plan = care_plan(
        "cp-1", "p-1", author={"reference": "#u"}, contributor=[{"reference": "#r"}], goal=[{"display": "Sund hud"}],
        contained=[
            {
                "resourceType": "Organization", "id": "u", "name": "Plejen",
                "telecom": [{"system": "phone", "value": "1"}],
            },
            {
                "resourceType": "PractitionerRole", "id": "r", "practitioner": {"display": "Ole"},
                "organization": SUBJECT,
            },
        ],
        extension=[{"url": "urn:helhed:extent", "valueString": "ofte"}, {"url": "x", "extension": [{"url": "y"}]}],
    )  # fmt: skip
    return [
        person,
        plan,
        {
            "resourceType": "RelatedPerson", "id": "r-1", "meta": AT, "patient": SUBJECT, "active": True,
            "identifier": [{"system": CPR, "value": IDA}], "relationship": [{"coding": [{"code": "CHILD"}]}],
            "name": [{"family": "Testborger", "given": ["Ida"]}], "period": {"start": "2009-03-03"},
        },
        goal("g-1"),
        {
            "resourceType": "Encounter", "id": "e-1", "meta": AT, "status": "finished", "subject": SUBJECT,
            "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "HH"},
            "period": {"start": "2023-01-01", "end": "2023-01-01"}, "serviceProvider": {"display": "Plejen"},
        },
        {
            "resourceType": "CareTeam", "id": "t-1", "meta": AT, "subject": SUBJECT, "status": "active", "name": "Team",
            "managingOrganization": [{"display": "Plejen"}],
            "participant": [{"member": {"reference": "Practitioner/1"}}],
        },
        {
            "resourceType": "Procedure", "id": "pr-1", "meta": AT, "status": "completed",
            "subject": SUBJECT, "code": code, "performedDateTime": "2023-01-01",
            "recorder": {"display": "Plejen"},
        },
        {
            "resourceType": "ServiceRequest", "id": "sr-1", "meta": AT, "status": "active", "intent": "order",
            "subject": SUBJECT, "code": code, "occurrencePeriod": {"start": "2023-01-01"}, "performer": [SUBJECT],
        },
        {"resourceType": "Communication", "id": "co-1", "meta": AT, "status": "completed", "subject": SUBJECT,
         "sent": "2023-01-01T10:00:00Z"},
    ]  # fmt: skip


def paths(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a payload."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in inner:
        yield (*at, key)
        yield from paths(child, (*at, key))


def changed(item: Item, path: tuple[Any, ...], value: Any) -> Item:
    result = copy.deepcopy(item)
    holder: Any = result
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    return result


@pytest.mark.parametrize("specimen", specimens(), ids=lambda item: str(item["resourceType"]))
def test_every_value_in_every_place_is_at_most_that_items_line(
    specimen: Item, tmp_path: Path, clock: FixedClock
) -> None:
    rng = random.Random(f"{specimen['resourceType']}")  # noqa: S311  a test
    mutants = [changed(specimen, path, value) for path in paths(specimen) for value in rng.sample(NASTY, 8)]
    entries = [{"fullUrl": f"https://x.example/r4/M/{number}", "resource": item} for number, item in enumerate(mutants)]
    marker = patient("last", IDA)
    batches = in_folder(tmp_path, clock, delivery(*entries, {"resource": marker}), patient("other-file", IDA))
    assert {"last", "other-file"} <= set(by_id(batches))
    total = sum(len(batch.records) + len(batch.rejected) + sum(batch.skipped.values()) for batch in batches)
    assert total == len(mutants) + 2
    for batch in batches:
        for record in batch.records:
            assert "\0" not in record.model_dump_json()
            assert SourceRecord.model_validate_json(record.model_dump_json()) == record
        assert all(rejection.model_dump_json() for rejection in batch.rejected)


@pytest.mark.parametrize("specimen", specimens()[:3], ids=lambda item: str(item["resourceType"]))
def test_the_same_over_the_interface(specimen: Item, fhir: FhirServer, clock: FixedClock) -> None:
    rng = random.Random(f"http {specimen['resourceType']}")  # noqa: S311  a test
    mutants = [changed(specimen, path, value) for path in paths(specimen) for value in rng.sample(NASTY, 3)]
    kind = str(specimen["resourceType"])
    fhir.resources = [goal("g-1")]

    def bend(path: str, body: Item) -> tuple[int, Any]:
        if not path.startswith(f"/r4/{kind}?_sort"):
            return 200, body
        entries = [{"resource": item, "search": {"mode": "match"}} for item in [*mutants, specimen | {"id": "last"}]]
        return 200, json.dumps(body | {"entry": entries}).replace(str(RAW_HUGE), "9" * 5000).encode()

    fhir.bend = bend
    batches = run(connector_to(fhir, clock, resource_types=(kind, "Goal"), compare_every="PT0S"))
    assert "last" in by_id(batches)
    assert records_of(batches, "Goal")
