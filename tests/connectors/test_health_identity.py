"""Who a FHIR resource speaks of: merges, other servers, bundles, and references of every form."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sources.health.bundles import unpack
from connectors.sources.health.context import Run
from connectors.sources.health.references import TargetKind, base_of, normalise_base, parse_reference
from connectors.sources.health.translate import translate
from hub.clock import FixedClock
from schemas.identifiers import Identifier
from schemas.people import PersonFact
from schemas.record import Rejection, SourceRecord
from tests.connectors.fhir_server import CPR, FhirServer, Item, care_plan, meta, patient, serving
from tests.connectors.health_runs import connector_to, records_of, run

MAJA, IDA, EARLIER = "7507864002", "6303094002", "7507864010"
OWN = "https://fhir.example/r4"


def local(key: str) -> Identifier:
    return Identifier.local("health:Patient", key)


@pytest.fixture
def here(clock: FixedClock) -> Run:
    return Run(source="health", observed_at=clock.now(), bases=frozenset({str(normalise_base(OWN))}))


@pytest.fixture
def fhir() -> Iterator[FhirServer]:
    with serving(FhirServer(page_size=50)) as served:
        yield served


def translated(content: Item, here: Run) -> dict[str, SourceRecord]:
    """Records by type and id."""
    outcomes = [translate(*item) for item in unpack(content, here) if not isinstance(item, Rejection)]
    records = [outcome.record for outcome in outcomes if outcome.record is not None]
    return {f"{record.record_type}/{record.source_id}": record for record in records}


def person(record: SourceRecord) -> PersonFact:
    assert isinstance(record.fact, PersonFact)
    return record.fact


def bundle(*entries: Item, kind: str = "collection") -> Item:
    return {"resourceType": "Bundle", "type": kind, "timestamp": "2023-02-01T00:00:00Z", "entry": list(entries)}


def subject_of(reference: Item, here: Run, *beside: Item, **more: Any) -> tuple[Identifier, ...]:
    """The citizen of a plan with that subject."""
    plan = care_plan("cp-1", "-", subject=reference, **more)
    entries = [*beside, {"fullUrl": f"{OWN}/CarePlan/cp-1", "resource": plan}]
    return translated(bundle(*entries), here)["CarePlan/cp-1"].parties[0].identifiers


# --- merges


def link(kind: str, **other: Any) -> list[Item]:
    return [{"type": kind, "other": other}]


@pytest.mark.parametrize("active", [True, False])
def test_a_replaced_patient_says_that_both_are_the_same_and_nothing_else(active: bool, here: Run) -> None:
    merged = patient("a", EARLIER, active=active, link=link("replaced-by", reference="Patient/b"))
    records = translated(bundle({"resource": merged}, {"resource": patient("b", MAJA)}), here)
    record = records["Patient/a"]
    assert not record.deleted
    assert record.parties[0].identifiers == (Identifier.national(EARLIER), local("a"))
    assert record.parties[0].name is None
    assert person(record) == PersonFact(replaced_by=(Identifier.national(MAJA), local("b")))


def test_protection_survives_a_merge(here: Run) -> None:
    secret = meta("2023-01-01T00:00:00Z") | {"security": [{"code": "R"}]}
    merged = patient("a", MAJA, meta=secret, active=False, link=link("replaced-by", reference="Patient/b"))
    assert person(translated(merged, here)["Patient/a"]).name_address_protected


def test_the_survivor_alone_may_say_it(here: Run) -> None:
    survivor = patient("b", MAJA, link=link("replaces", reference=f"{OWN}/Patient/a/_history/2"))
    fact = person(translated(survivor, here)["Patient/b"])
    assert (fact.family_name, fact.replaces) == ("Testborger", (local("a"),))


def test_a_changed_number_is_told_by_identifier(here: Run) -> None:
    other = {"identifier": {"system": CPR, "value": EARLIER}}
    assert person(translated(patient("b", MAJA, link=link("replaces", **other)), here)["Patient/b"]).replaces == (
        Identifier.national(EARLIER),
    )
    merged = patient("a", EARLIER, link=link("replaced-by", identifier={"system": CPR, "value": MAJA}))
    assert person(translated(merged, here)["Patient/a"]).replaced_by == (Identifier.national(MAJA),)


def test_one_patient_in_the_middle_of_a_chain_says_both(here: Run) -> None:
    links = [*link("replaces", reference="Patient/a"), *link("replaced-by", reference="Patient/c")]
    fact = person(translated(patient("b", MAJA, active=False, link=links), here)["Patient/b"])
    assert (fact.replaces, fact.replaced_by) == ((local("a"),), (local("c"),))


def test_a_number_that_both_have_stays_the_survivors(here: Run) -> None:
    merged = patient("a", MAJA, active=False, link=link("replaced-by", reference="Patient/b"))
    records = translated(bundle({"resource": merged}, {"resource": patient("b", MAJA)}), here)
    assert person(records["Patient/a"]).replaced_by == (Identifier.national(MAJA), local("b"))


def test_the_survivor_is_looked_up_where_it_did_not_come_along(fhir: FhirServer, clock: FixedClock) -> None:
    fhir.resources = [
        patient("b", MAJA, "2023-01-01T00:00:00Z"),
        patient("a", EARLIER, "2023-03-01T00:00:00Z", active=False, link=link("replaced-by", reference="Patient/b")),
    ]
    fhir.page_size = 1
    records = {record.source_id: record for record in records_of(run(connector_to(fhir, clock)), "Patient")}
    assert person(records["a"]).replaced_by == (Identifier.national(MAJA), local("b"))


def test_an_undone_merge_leaves_a_person(here: Run) -> None:
    fact = person(translated(patient("a", EARLIER, meta=meta("2023-04-01T00:00:00Z", 3)), here)["Patient/a"])
    assert (fact.family_name, fact.replaced_by, fact.replaces) == ("Testborger", (), ())


@pytest.mark.parametrize("kind", ["refer", "seealso", "REPLACED", ""])
def test_other_links_join_nobody(kind: str, here: Run) -> None:
    fact = person(
        translated(patient("a", MAJA, active=False, link=link(kind, reference="Patient/b")), here)["Patient/a"]
    )
    assert (fact.replaced_by, fact.replaces, fact.family_name) == ((), (), "Testborger")


def test_a_merge_into_a_patient_of_another_server_is_no_merge(here: Run) -> None:
    elsewhere = link("replaced-by", reference="https://other.example/r4/Patient/b")
    record = translated(patient("a", MAJA, active=False, link=elsewhere), here)["Patient/a"]
    assert person(record).replaced_by == ()


def test_an_inactive_patient_is_inactive_and_no_error(here: Run) -> None:
    record = translated(patient("a", MAJA, active=False), here)["Patient/a"]
    assert not record.deleted
    assert [(flag.field, flag.rule) for flag in record.quality] == [("active", "inactive")]
    assert record.parties[0].identifiers == (Identifier.national(MAJA), local("a"))


def test_an_inactive_patient_of_the_gateway_was_reported_in_error(here: Run) -> None:
    gateway = meta("2023-01-01T00:00:00Z") | {
        "profile": ["http://fhir.kl.dk/gateway/StructureDefinition/klgateway-care-citizen"]
    }
    record = translated(patient("a", MAJA, active=False, meta=gateway), here)["Patient/a"]
    assert (record.deleted, record.deleted_reason) == (True, "reported_in_error")


# --- references


@pytest.mark.parametrize(
    "reference",
    [
        "Patient/17",
        "Patient/17/_history/4",
        f"{OWN}/Patient/17",
        f"{OWN}/Patient/17/_history/2",
        "https://FHIR.example:443/r4/Patient/17",
        "http://fhir.example/r4/Patient/17",
        " Patient/17 ",
        "Patient/17#address",
        "Patient/17/",
        "./Patient/17",
        "/r4/Patient/17",
        "/r4/Patient/17/_history/3#x",
        "../r4/Patient/17",
        "%50atient/17",
        "Patient/%31%37",
        "//fhir.example/r4/Patient/17",
        f"{OWN}/Patient/17/",
        f"{OWN}/Patient/17#x",
        f"{OWN}//Patient/17",
        f"{OWN}/./Patient/17",
        f"{OWN}/x/../Patient/17",
        "HTTPS://fhir.example./r4/Patient/17",
        "https://fhir.example/%72%34/Patient/%317",
        "http://fhir.example:80/r4/Patient/17",
    ],
)
def test_our_own_patient_in_every_spelling(reference: str, here: Run) -> None:
    assert subject_of({"reference": reference}, here) == (local("17"),)


@pytest.mark.parametrize(
    "reference",
    [
        "https://other.example/r4/Patient/17",
        "https://fhir.example/r5/Patient/17",
        "https://fhir.example:8443/r4/Patient/17",
        "https://fhir.example.evil.example/r4/Patient/17",
        "https://fhir.example@evil.example/r4/Patient/17",
        "ftp://[broken/r4/Patient/17",
        "ftp://fhir.example/r4/Patient/17",
        "//other.example/r4/Patient/17",
        "/r5/Patient/17",
        "../Patient/17",
        "../r5/Patient/17",
        "https://fhir.example/Patient/17",
        "https://fhir.example/r4/../r5/Patient/17",
        "https://fhir.example/r4/%2e%2e/r5/Patient/17",
        "https://fhir.example/r4%252F/Patient/17",
        "http://fhir.example:443/r4/Patient/17",
        "https://fhir.example%2Fr4.evil.example/Patient/17",
    ],
)
def test_a_patient_of_another_server_is_never_ours(reference: str, here: Run) -> None:
    identifiers = subject_of({"reference": reference}, here)
    assert identifiers
    assert not any(identifier.namespace == "health:Patient" for identifier in identifiers)


def test_a_foreign_patient_with_a_number_is_known_by_it(here: Run) -> None:
    reference = {"reference": "https://other.example/r4/Patient/17", "identifier": {"system": CPR, "value": MAJA}}
    assert subject_of(reference, here) == (Identifier.national(MAJA),)
    beside = {"fullUrl": "https://other.example/r4/Patient/17", "resource": patient("17", IDA)}
    assert subject_of({"reference": "https://other.example/r4/Patient/17"}, here, beside) == (Identifier.national(IDA),)


def test_the_address_of_the_entry_itself_is_its_own_server(clock: FixedClock) -> None:
    delivered = Run(source="health", observed_at=clock.now())
    plan = care_plan("cp-1", "-", subject={"reference": "https://sender.example/fhir/Patient/17"})
    own = bundle({"fullUrl": "https://sender.example/fhir/CarePlan/cp-1", "resource": plan})
    assert translated(own, delivered)["CarePlan/cp-1"].parties[0].identifiers == (local("17"),)
    foreign = bundle({"fullUrl": "https://third.example/fhir/CarePlan/cp-1", "resource": plan})
    assert local("17") not in translated(foreign, delivered)["CarePlan/cp-1"].parties[0].identifiers


UUID = "0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"


def test_resources_without_ids_are_known_by_their_full_url(here: Run) -> None:
    nameless = {key: value for key, value in patient("-", MAJA).items() if key != "id"}
    plan = {key: value for key, value in care_plan("-", "-").items() if key != "id"}
    plan["subject"] = {"reference": f"urn:uuid:{UUID}"}
    entries = [
        {"fullUrl": f"urn:uuid:{UUID.upper()}", "resource": nameless},
        {"fullUrl": f"{OWN}/CarePlan/cp-9", "resource": plan},
    ]
    records = translated(bundle(*entries), here)
    assert records["CarePlan/cp-9"].parties[0].identifiers == (Identifier.national(MAJA), local(UUID))
    assert records[f"Patient/{UUID}"].parties[0].identifiers == (Identifier.national(MAJA), local(UUID))


def test_a_resource_with_neither_id_nor_full_url_is_parked_alone(here: Run) -> None:
    nameless = {key: value for key, value in patient("-", MAJA).items() if key != "id"}
    items = unpack(bundle({"resource": nameless}, {"resource": patient("p-2", IDA)}), here)
    assert len(items) == 2
    with pytest.raises(Exception, match="id: missing_field"):
        translate(*items[0])


def test_contained_patients_lend_their_number_and_no_id(here: Run) -> None:
    contained = [{"resourceType": "Patient", "id": "p", "identifier": [{"system": CPR, "value": MAJA}]}]
    assert subject_of({"reference": "#p"}, here, contained=contained) == (Identifier.national(MAJA),)


@pytest.mark.parametrize("reference", [f"Patient?identifier={CPR}|{MAJA}", f"{OWN}/Patient?identifier={CPR}%7C{MAJA}"])
def test_a_conditional_reference_goes_by_identifier(reference: str, here: Run) -> None:
    assert subject_of({"reference": reference}, here) == (Identifier.national(MAJA),)


def test_a_logical_reference_finds_the_patient_beside_it(here: Run) -> None:
    own_number = {"system": "urn:journal", "value": "J-1"}
    beside = patient("p-7", MAJA)
    beside["identifier"].append(own_number)
    assert subject_of({"identifier": own_number}, here, {"resource": beside}) == (Identifier.national(MAJA),)
    (waiting,) = subject_of({"identifier": own_number}, here)
    assert waiting.namespace == "health:elsewhere"


@pytest.mark.parametrize(
    "reference",
    [
        "17",
        "https://evil.example/?x=https://fhir.example/r4/Patient/17",
        "Patient/",
        "Patient/17\0",
        "Patient/" + "9" * 65,
        "patient/17",
        "a/b/c/d",
        "r4/Patient/17",
        "Patient%2F17",
        "../../Patient/17",
        "./../../../r4/Patient/17",
    ],
)
def test_a_reference_that_leads_nowhere_is_parked_masked(reference: str, here: Run) -> None:
    with pytest.raises(Exception, match=r"subject.reference: wrong_shape") as rejected:
        subject_of({"reference": reference}, here)
    assert "17" not in str(rejected.value)


def test_a_relative_reference_begins_at_the_server_of_its_own_entry() -> None:
    bases = frozenset({"fhir.example/r4", "sender.example/fhir"})
    assert parse_reference("/r4/Patient/17", bases, "sender.example/fhir").kind is TargetKind.FOREIGN
    assert parse_reference("/fhir/Patient/17", bases, "sender.example/fhir").resource_id == "17"
    assert parse_reference("/r4/Patient/17", frozenset()).kind is TargetKind.UNREADABLE, "nobody knows whose path it is"
    assert parse_reference("./Patient/17", frozenset()).resource_id == "17"


SCHEMES = ("https", "HTTP", "http")
HOSTS = ("fhir.example", "FHIR.example", "fhir.example.", "evil.example")
PORTS = ("", ":443", ":80")


@given(
    *map(st.sampled_from, (SCHEMES, HOSTS, PORTS)),
    st.lists(st.sampled_from(["r4", "%72%34", "r5", ".", "..", "", "x", "%2e%2e", "r4%2F"]), max_size=5),
)
def test_an_address_is_ours_exactly_if_a_web_client_would_reach_our_server(
    scheme: str, host: str, port: str, path: list[str]
) -> None:
    address = "/".join((f"{scheme}://{host}{port}", *path, "Patient", "17"))
    target = parse_reference(address, frozenset({"fhir.example/r4"}))
    url = httpx.URL(address)
    climbed: list[str] = []
    for segment in filter(None, (unquote(part) for part in path)):
        climbed = climbed[:-1] if segment == ".." else climbed if segment == "." else [*climbed, segment]
    is_port = url.port in {None, {"http": 80, "https": 443}[url.scheme]}
    is_ours = url.host.rstrip(".") == "fhir.example" and is_port and climbed == ["r4"]
    assert target.kind is not TargetKind.LOCAL or is_ours
    does_not_climb_above = not any(unquote(part) == ".." for part in path)
    assert target.kind is TargetKind.LOCAL or not (is_ours and does_not_climb_above)


@given(st.text(max_size=80), st.frozensets(st.sampled_from(["fhir.example/r4", "other.example"])))
def test_any_text_leads_somewhere_and_only_own_addresses_lead_home(text: str, bases: frozenset[str]) -> None:
    target = parse_reference(text, bases)
    if target.kind is TargetKind.LOCAL and "://" in text:
        assert base_of(text.strip()) in bases
    assert (target.kind is TargetKind.LOCAL) == bool(target.resource_id)


@given(
    st.sampled_from(["https://fhir.example/r4", "http://other.example:8080/x"]),
    st.from_regex(r"[A-Za-z0-9.\-]{1,64}", fullmatch=True),
)
def test_the_same_id_on_two_servers_is_two_resources(base: str, resource_id: str) -> None:
    own, foreign = frozenset({str(normalise_base(base))}), frozenset({"elsewhere.example"})
    address = f"{base}/Patient/{resource_id}"
    assert parse_reference(address, own).resource_id == resource_id
    assert parse_reference(address, foreign).kind is TargetKind.FOREIGN
