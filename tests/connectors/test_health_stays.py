"""Hospital stays: one entity an episode, whatever order its notifications come in."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sources.health import codes
from connectors.sources.health.bundles import unpack
from connectors.sources.health.context import Run
from connectors.sources.health.translate import translate
from hub.intake.rules import Statement, merge_repeats, settle, version_key
from schemas.facts import ContactFact, ContactState
from schemas.record import Rejection, SourceRecord
from tests.connectors.fhir_server import Item, patient

MAJA = "7507864002"
EPISODE = "3f0c7b1e-0000-4000-8000-000000000001"
PROFILE = "http://medcomfhir.dk/ig/hospitalnotification/StructureDefinition/medcom-hospitalNotification-encounter"
LEAVE = (
    "http://medcomfhir.dk/ig/hospitalnotification/StructureDefinition/medcom-hospitalnotifiation-leave-period-extension"
)
OBSERVED = datetime(2024, 3, 1, tzinfo=UTC)
RUN = Run(source="health", observed_at=OBSERVED)
ADMITTED = datetime(2024, 1, 3, 12, tzinfo=UTC)


def message(number: int, activity: str, status: str = "in-progress", *, end: str | None = None, **more: object) -> Item:
    """The notification sent *number* days after the admission, with ids of its own throughout."""
    sent = (ADMITTED + timedelta(days=number)).isoformat()
    stay: Item = {
        "resourceType": "Encounter", "id": f"e-{number}", "meta": {"profile": [PROFILE], "versionId": "1"},
        "status": status, "class": {"system": codes.ACT_SYSTEM, "code": "IMP"},
        "subject": {"reference": f"Patient/p-{number}"},
        "episodeOfCare": [{"identifier": {"value": EPISODE if number % 2 else f"urn:uuid:{EPISODE.upper()}"}}],
        "period": {"start": ADMITTED.isoformat()} | ({"end": end} if end else {}),
        "serviceProvider": {"reference": "Organization/o-1"},
    } | more  # fmt: skip
    told = {
        "resourceType": "Provenance", "id": f"pr-{number}", "occurredDateTime": sent,
        "activity": {"coding": [{"code": activity}]},
    }  # fmt: skip
    ward = {
        "resourceType": "Organization", "id": "o-1",
        "identifier": [{"system": "urn:oid:1.2.208.176.1.1", "value": "265161000016000"}],
    }  # fmt: skip
    entries = [{"resource": each} for each in (patient(f"p-{number}", MAJA), stay, told, ward)]
    return {"resourceType": "Bundle", "type": "message", "timestamp": sent, "entry": entries}


def stay_of(content: Item) -> SourceRecord:
    outcomes = [translate(*item) for item in unpack(content, RUN) if not isinstance(item, Rejection)]
    return next(each.record for each in outcomes if each.record is not None and each.record.record_type == "Encounter")


MESSAGE = message(0, "admit-inpatient")
ADMISSION = stay_of(MESSAGE)
LEFT = stay_of(
    message(1, "start-leave-inpatient", "onleave", extension=[{"url": LEAVE, "valuePeriod": {"start": "2024-01-04"}}])
)
BACK = stay_of(message(2, "end-leave-inpatient"))
DISCHARGED = stay_of(message(3, "discharge-inpatient-home", "finished", end="2024-01-06T10:00:00Z"))
REOPENED = stay_of(message(4, "cancel-discharge-inpatient-home"))
ANNULLED = stay_of(message(5, "cancel-admit-inpatient", "entered-in-error"))


def standing(records: list[SourceRecord]) -> SourceRecord:
    """The statement that stands when these have been received, in whatever order."""
    assert len({record.key for record in records}) == 1
    statements, by_identity = [], {}
    for record in records:
        key = version_key(record.source_version, record.registered_at, record.observed_at)
        by_identity[key, record.digest] = record
        statements.append(
            Statement(
                uuid4(), key, record.digest, record.version_order, record.registered_at, OBSERVED, OBSERVED,
                record.deleted, record.is_concluded,
            )
        )  # fmt: skip
    merged = merge_repeats(statements)
    placements = settle(merged)
    current = [each for each in merged if each.id in placements and placements[each.id].is_current]
    assert len(current) == 1
    return by_identity[current[0].identity]


def contact(record: SourceRecord) -> ContactFact:
    assert isinstance(record.fact, ContactFact)
    return record.fact


def test_all_notifications_of_an_episode_tell_of_one_stay() -> None:
    records = (ADMISSION, LEFT, BACK, DISCHARGED, REOPENED, ANNULLED)
    assert {record.source_id for record in records} == {f"episode-{EPISODE}"}
    assert {record.source_version for record in records} == {None}


@pytest.mark.parametrize(
    ("records", "state", "end"),
    [
        ([ADMISSION], ContactState.ONGOING, None),
        ([ADMISSION, LEFT], ContactState.ON_LEAVE, None),
        ([ADMISSION, LEFT, BACK], ContactState.ONGOING, None),
        ([ADMISSION, DISCHARGED], ContactState.ENDED, date(2024, 1, 7)),
        ([ADMISSION, DISCHARGED, REOPENED], ContactState.ONGOING, None),
    ],
)
def test_the_latest_notification_says_where_the_stay_stands(
    records: list[SourceRecord], state: ContactState, end: date | None
) -> None:
    record = standing(records)
    assert (contact(record).state, record.valid.start, record.valid.end) == (state, date(2024, 1, 3), end)
    assert contact(record).is_stay


def test_leave_is_told_with_its_first_day_and_only_while_it_lasts() -> None:
    assert contact(LEFT).leave_since == date(2024, 1, 4)
    assert contact(BACK).leave_since is None


def test_an_annulled_admission_is_gone() -> None:
    assert standing([ADMISSION, LEFT, ANNULLED]).deleted


@pytest.mark.parametrize(
    ("advis", "activity", "status"),
    [
        ("STIN", "admit-inpatient", "in-progress"),
        ("SLHJ", "discharge-inpatient-home", "finished"),
        ("AN_STIN", "cancel-admit-inpatient", "entered-in-error"),
        ("AN_STOR", "cancel-start-leave-inpatient", "in-progress"),
        ("AN_SLOR", "cancel-end-leave-inpatient", "onleave"),
        ("an_slhj", "cancel-discharge-inpatient-home", "in-progress"),
        ("AN_MORS", "cancel-death", "in-progress"),
    ],
)
def test_an_advis_type_says_what_its_activity_says(advis: str, activity: str, status: str) -> None:
    assert stay_of(message(6, advis, status)) == stay_of(message(6, activity, status))


def test_an_admission_that_an_advis_type_annuls_is_gone() -> None:
    assert standing([ADMISSION, stay_of(message(5, "AN_STIN"))]).deleted


def test_a_discharge_without_a_day_ends_the_stay_when_it_was_sent() -> None:
    record = stay_of(message(3, "discharge-inpatient-home"))
    assert (contact(record).state, record.valid.end) == (ContactState.ENDED, date(2024, 1, 7))


def test_a_finished_stay_has_ended_though_its_message_says_no_discharge() -> None:
    record = stay_of(message(3, "admit-inpatient", "finished", end="2024-01-06T10:00:00Z"))
    assert (contact(record).state, contact(record).status) == (ContactState.ENDED, None)


def test_a_ward_without_a_name_is_named_by_its_sor_number() -> None:
    responsible = contact(ADMISSION).responsible
    assert responsible is not None
    assert responsible.unit is not None
    assert responsible.unit.name == "Hjerteafdelingen på Herlev og Gentofte hospital"
    assert responsible.unit.id == "health:265161000016000"


def test_a_stay_outside_of_its_message_is_left_out_for_nobody_knows_when_it_was_said() -> None:
    alone = next(each["resource"] for each in MESSAGE["entry"] if each["resource"]["resourceType"] == "Encounter")
    assert translate(*next(item for item in unpack(alone, RUN) if not isinstance(item, Rejection))).rule == (
        "stay_without_message"
    )
    dated = alone | {"meta": alone["meta"] | {"lastUpdated": "2024-01-03T13:00:00Z"}}
    assert stay_of(dated).source_id == f"episode-{EPISODE}"


@given(
    records=st.lists(
        st.sampled_from([ADMISSION, LEFT, BACK, DISCHARGED, REOPENED, ANNULLED]), min_size=1, max_size=9
    ).flatmap(st.permutations)
)
def test_order_and_repetition_do_not_change_where_a_stay_stands(records: list[SourceRecord]) -> None:
    in_order = sorted(records, key=lambda each: each.registered_at)
    assert standing([*records, records[0]]).digest == standing(in_order).digest
