"""The failure modes that every source must survive, as far as health can meet them (docs/failure-modes.md).

Each test has a payload of its own and says what is stored, what is in quarantine and what the administrator reads.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from hub.clock import FixedClock
from hub.db import Database
from hub.sources.health import RunOutcome
from schemas.people import LifeStatus
from tests.connectors.fhir_server import CPR, FhirServer, Item, care_plan, meta, patient, serving
from tests.connectors.health_runs import connector_to
from tests.contracts.connector import Fault
from tests.hub.source_hub import FIELD_MISSING, SourceHub, advice_of, source_hub

MAJA, IDA = "7507864002", "6303094002"
WEEK = timedelta(days=7)
WAITS = "Kilden svarer ikke lige nu. Der prøves igen af sig selv; intet er gået tabt."
RIGHT_MISSING = (
    "Kilden kender os, men lader os ikke læse dette. Bed kildens systemejer give vores bruger retten igen, "
    "og tryk så på Læs kilden nu. Intet er gået tabt."
)
REFUSED = "Kilden afviser os. Se efter, om adgangen er udløbet, og om adresse og aftale passer."
NUMBER_FAULT = ("cpr-nummeret er ugyldigt", "Ret cpr-nummeret i fagsystemet.")
EARLIER, LATER = "2023-02-28T23:59:30.000Z", "2023-03-01T00:00:00.000Z"


@pytest.fixture
def fhir() -> Iterator[FhirServer]:
    with serving(FhirServer([patient("p-1", MAJA)], page_size=50)) as served:
        yield served


@pytest.fixture
def hub(database: Database, fhir: FhirServer, clock: FixedClock) -> Iterator[SourceHub]:
    with source_hub(database, connector_to(fhir, clock), clock) as made:
        yield made


def plan(key: str, at: str = "2023-01-02T00:00:00.000Z", version: int = 1, **more: object) -> Item:
    return care_plan(key, "p-1", at, meta=meta(at, version), **more)


def titles(hub: SourceHub) -> list[str]:
    return [entry.fact.title for entry in hub.entries() if entry.fact.kind == "effort"]


def called(text: str) -> list[Item]:
    """An activity with this title."""
    return [{"detail": {"code": {"text": text}, "status": "in-progress"}}]


def test_mode_1_an_older_version_after_a_newer_one_changes_nothing(hub: SourceHub, fhir: FhirServer) -> None:
    fhir.put(plan("m1", LATER, 7, activity=called("Nyere")))
    hub.run_all()
    fhir.put(plan("m1", EARLIER, 5, activity=called("Ældre")))
    hub.run_all()
    assert titles(hub) == ["Nyere"]
    assert not hub.quarantined()


def test_mode_2_the_same_resource_in_every_run_is_stored_once(hub: SourceHub, fhir: FhirServer) -> None:
    fhir.put(plan("m2"))
    hub.run_all()
    stored = hub.count_statements()
    fhir.put(plan("m2", LATER))
    fhir.resources.append(plan("m2", LATER))
    hub.run_all()
    hub.run_all()
    assert hub.ids() == ["m2"]
    assert hub.count_statements() - stored <= 1


def test_mode_3_a_deletion_of_what_never_came_shows_nothing_until_the_server_has_it_again(
    hub: SourceHub, fhir: FhirServer
) -> None:
    hub.run_all()
    fhir.deleted.append(("CarePlan/m3", "4", LATER))
    hub.run_all()
    assert (hub.ids(), hub.quarantined()) == ([], [])
    fhir.put(plan("m3", "2023-03-02T00:00:00.000Z", 5))
    hub.run_all()
    assert hub.ids() == ["m3"]


def test_mode_4_a_patient_changes_number_and_letters_are_a_number(hub: SourceHub, fhir: FhirServer) -> None:
    fhir.put(patient("p-1", "7103801VJ4"))
    fhir.put(plan("m4"))
    hub.run_all()
    assert hub.by_number() == {"7103801VJ4": ["m4"]}
    replaced = [{"use": "old", "system": CPR, "value": "7103801VJ4"}, {"use": "official", "system": CPR, "value": IDA}]
    fhir.put(patient("p-1", IDA, LATER, identifier=replaced, meta=meta(LATER, 2)))
    hub.run_all()
    assert hub.by_number()[IDA] == ["m4"]


def test_mode_5_a_resource_that_a_read_does_not_find_is_gone(
    hub: SourceHub, fhir: FhirServer, clock: FixedClock
) -> None:
    for key in ("m5", "m5-b", "m5-c", "m5-d"):
        fhir.put(plan(key))
    hub.run_all()
    fhir.resources = [item for item in fhir.resources if item["id"] != "m5"]
    clock.move(WEEK)
    hub.run_all()
    assert hub.ids() == ["m5-b", "m5-c", "m5-d"]


def test_mode_6_a_patient_who_died_is_said_to_be_dead(hub: SourceHub, fhir: FhirServer) -> None:
    fhir.put(patient("p-1", MAJA, deceasedDateTime="2023-02-03"))
    fhir.put(plan("m6"))
    hub.run_all()
    (overview,) = hub.overviews()
    assert overview.header.person.life_status is LifeStatus.DEAD
    assert hub.ids() == ["m6"]


def test_mode_7_a_page_for_people_is_no_answer_and_nothing_is_lost(hub: SourceHub, fhir: FhirServer) -> None:
    fhir.put(plan("m7"))
    hub.run_all()
    fhir.fault = Fault.HTML
    summaries = hub.run_all()
    assert {summary.outcome for summary in summaries} <= {RunOutcome.UNAVAILABLE, RunOutcome.REFUSED}
    assert {advice_of(summary) for summary in summaries} <= {WAITS, REFUSED}
    assert hub.ids() == ["m7"]


def test_mode_8_a_page_that_repeats_a_row_and_loses_another_loses_nothing(hub: SourceHub, fhir: FhirServer) -> None:
    fhir.page_size = 2
    for number in range(5):
        fhir.put(plan(f"m8-{number}", f"2023-01-02T00:0{number}:00.000Z"))
    moved = iter([True])

    def touch_first() -> None:
        if fhir.requests[-1].startswith("/r4/CarePlan") and "offset=2" in fhir.requests[-1] and next(moved, False):
            fhir.put(plan("m8-0", "2023-01-02T00:09:00.000Z", 2))

    fhir.before_page = touch_first
    hub.run_all()
    hub.run_all()
    assert hub.ids() == [f"m8-{number}" for number in range(5)]


def test_mode_9_an_answer_that_is_cut_off_moves_nothing_forward(hub: SourceHub, fhir: FhirServer) -> None:
    fhir.put(plan("m9"))
    fhir.fault = Fault.CUT_OFF
    assert {advice_of(summary) for summary in hub.run_all()} == {WAITS}
    assert hub.ids() == []
    fhir.fault = None
    hub.run_all()
    assert hub.ids() == ["m9"]


def test_mode_10_an_answer_in_another_encoding_rejects_nothing_else(hub: SourceHub, fhir: FhirServer) -> None:
    fhir.put(plan("m10", activity=called("Sårpleje")))
    fhir.bend = lambda path, body: (200, str(body).encode("latin-1")) if "CarePlan" in path else (200, body)
    assert {advice_of(summary) for summary in hub.run_all() if summary.stream == "CarePlan"} == {WAITS}
    fhir.bend = None
    hub.run_all()
    assert titles(hub) == ["Sårpleje"]


def test_mode_11_a_number_that_lost_its_zero_is_repaired_or_one_line(hub: SourceHub, fhir: FhirServer) -> None:
    hyphened = [{"use": "official", "system": CPR, "value": "630309-4002"}]
    fhir.put(patient("p-1", IDA, identifier=hyphened))
    fhir.put(patient("p-2", "21215999"))
    fhir.put(plan("m11"))
    hub.run_all()
    assert hub.by_number() == {IDA: ["m11"]}
    assert hub.quarantined() == [("identifier.value", *NUMBER_FAULT)]


def test_mode_12_a_day_that_does_not_exist_is_one_line_and_the_others_go_on(hub: SourceHub, fhir: FhirServer) -> None:
    fhir.put(plan("m12-a", period={"start": "2023-02-30"}))
    fhir.put(plan("m12-b", period={"start": "2023-02-28"}))
    hub.run_all()
    assert hub.ids() == ["m12-b"]
    assert hub.quarantined() == [("period.start", "datoen er ugyldig", "Ret datoen i fagsystemet.")]


def test_mode_13_a_deletion_in_the_history_without_its_resource_is_a_deletion(hub: SourceHub, fhir: FhirServer) -> None:
    fhir.put(plan("m13"))
    hub.run_all()
    fhir.delete("CarePlan", "m13", LATER)
    hub.run_all()
    assert hub.ids() == []


def test_mode_13_a_replaced_patient_and_the_one_who_replaces_are_one_citizen(hub: SourceHub, fhir: FhirServer) -> None:
    link = [{"type": "replaced-by", "other": {"reference": "Patient/p-2"}}]
    fhir.resources = [patient("p-1", "7103801VJ4", active=False, link=link), patient("p-2", IDA), plan("m13")]
    hub.run_all()
    assert hub.by_number() == {IDA: ["m13"]}


def test_mode_14_an_expired_page_ends_the_run_and_the_next_begins_where_it_stood(
    hub: SourceHub, fhir: FhirServer
) -> None:
    fhir.page_size, fhir.expired = 1, True
    fhir.put(plan("m14-a"))
    fhir.put(plan("m14-b", LATER))
    (summary,) = [summary for summary in hub.run_all() if summary.stream == "CarePlan"]
    assert advice_of(summary) == WAITS
    fhir.expired = False
    hub.run_all()
    assert hub.ids() == ["m14-a", "m14-b"]


def test_mode_15_a_next_link_to_another_host_gets_no_token_of_ours(hub: SourceHub, fhir: FhirServer) -> None:
    fhir.page_size = 1
    fhir.put(plan("m15-a"))
    fhir.put(plan("m15-b", LATER))
    fhir.next_link = lambda url: url.replace("127.0.0.1", "localhost")
    (summary,) = [summary for summary in hub.run_all() if summary.stream == "CarePlan"]
    assert (summary.outcome, advice_of(summary)) == (RunOutcome.REFUSED, REFUSED)


def test_mode_16_days_are_danish_and_what_was_entered_in_error_is_gone(hub: SourceHub, fhir: FhirServer) -> None:
    fhir.put(plan("m16", period={"start": "2023-03-31T22:30:00Z"}))
    fhir.put(plan("m16-error"))
    hub.run_all()
    fhir.put(plan("m16-error", LATER, 2, status="entered-in-error"))
    hub.run_all()
    assert hub.ids() == ["m16"]
    assert [entry.valid.start for entry in hub.entries()] == [date(2023, 4, 1)]


def test_mode_17_a_plan_of_nobody_waits_and_a_protected_patient_is_protected(hub: SourceHub, fhir: FhirServer) -> None:
    restricted = {"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"}
    fhir.put(patient("p-1", MAJA, meta=meta("2023-01-01T00:00:00.000Z") | {"security": [restricted]}))
    fhir.put(plan("m17"))
    fhir.put(plan("m17-nobody", subject=None))
    hub.run_all()
    (overview,) = hub.overviews()
    assert overview.header.person.name_address_protected
    assert hub.ids() == ["m17"]
    assert hub.quarantined() == [("subject.reference", *FIELD_MISSING)]


def test_mode_18_a_cancelled_plan_is_cancelled_and_a_lost_right_deletes_nothing(
    hub: SourceHub, fhir: FhirServer, clock: FixedClock
) -> None:
    fhir.put(plan("m18", status="revoked", activity=[{"detail": {"status": "cancelled"}}]))
    fhir.put(plan("m18-b"))
    hub.run_all()
    shown = hub.ids()
    fhir.fault = Fault.FORBIDDEN
    clock.move(WEEK)
    assert {(summary.outcome, advice_of(summary)) for summary in hub.run_all()} == {(RunOutcome.REFUSED, RIGHT_MISSING)}
    assert hub.ids() == shown
