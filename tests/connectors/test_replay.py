"""One rejected item tried again by each source: as it was stored, as the source shows it now, or not by itself."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.base import ReadContext, RejectedPayload, ReplayConnector
from connectors.registry import CONNECTORS
from connectors.sources.employment.events import stored_event
from connectors.sources.health.connector import HealthConnector
from connectors.sources.health.settings import HealthSettings
from connectors.sources.sample.connector import HOSTILE, SampleConnector, SampleSettings
from connectors.sources.social.replay import replay_item
from connectors.sources.social.translate import Scope
from schemas.record import Cursor
from tests.connectors.fhir_server import SECRET, FhirServer, care_plan, patient, serving

NOW = datetime(2026, 9, 12, 9, tzinfo=UTC)
SCOPE = Scope(source="social", environment="demo", base_url="https://dubu.test", authority="0999", observed_at=NOW)
YDELSE = {
    "id": 7,
    "cprnr": "750786-4002",
    "ydelsestype": {"titel": "Familiebehandling"},
    "status": {"brugervendtNoegle": "Igang", "titel": "Igang"},
    "startdato": "2026-01-05",
}


def payload(record_type: str, item: object, source_id: str | None = None) -> RejectedPayload:
    return RejectedPayload(record_type=record_type, source_id=source_id, raw=json.dumps(item).encode())


def test_these_kinds_can_try_one_item_again_and_the_others_wait_for_a_run() -> None:
    able = {kind for kind, connector in CONNECTORS.items() if hasattr(connector, "replay")}
    assert able == {"fhir", "odata", "star", "sample"}


@pytest.fixture
def health() -> Iterator[HealthConnector]:
    server = FhirServer([patient("p-1", "7507864002"), care_plan("cp-1", "p-1")])
    with serving(server):
        settings = {"base_url": f"{server.url}/r4", "token_url": f"{server.url}/token", "client_id": "helhed"}
        settings |= {"client_secret": SECRET, "patience": "never"}
        connector = HealthConnector("health", HealthSettings.model_validate(settings), clock=lambda: NOW)
        yield connector
        connector.close()


def test_a_resource_is_read_as_it_was_stored_and_else_as_the_interface_shows_it_now(health: HealthConnector) -> None:
    assert isinstance(health, ReplayConnector)
    stored = care_plan("cp-1", "p-1")
    for item in (stored, stored | {"status": 7}, {"resource": stored | {"subject": 7}, "fullUrl": "urn:x"}):
        again = health.replay(payload("CarePlan", item, "cp-1"), ReadContext())
        assert again is not None
        assert [record.source_id for record in again.records] == ["cp-1"], item


def test_a_resource_that_is_faulty_here_and_there_stays_rejected(health: HealthConnector) -> None:
    again = health.replay(payload("CarePlan", care_plan("cp-9", "p-1") | {"status": 7}, "cp-9"), ReadContext())
    assert again is not None
    assert (len(again.rejected), again.records) == (1, ())
    assert health.replay(RejectedPayload(record_type="CarePlan"), ReadContext()) is None
    folder = HealthConnector("health", HealthSettings(directory=Path()), clock=lambda: NOW)
    assert folder.replay(payload("CarePlan", {}), ReadContext()) is None, "a message means nothing without its bundle"


def test_the_sample_translates_the_stored_item_as_a_run_does() -> None:
    settings = SampleSettings(count=40, hostile_every=5, breaks_after=None)
    connector = SampleConnector("sample", settings, clock=lambda: NOW)
    rejected = [
        each for batch in connector.read(HOSTILE, Cursor(), ReadContext()) for each in batch.rejected if each.raw
    ]
    assert rejected
    for each in rejected:
        again = connector.replay(
            RejectedPayload(record_type=each.record_type, source_id=each.source_id, raw=each.raw), ReadContext()
        )
        assert again is not None
        assert [(one.rule, one.field) for one in again.rejected] == [(each.rule, each.field)]
        assert again.records == ()


def test_an_effort_without_a_case_is_read_again_and_one_of_a_case_is_not() -> None:
    alone = replay_item(payload("Ydelse", YDELSE), SCOPE)
    assert alone is not None
    assert [record.source_id for record in alone.records] == ["demo:7"]
    assert replay_item(payload("Ydelse", YDELSE | {"sagId": 3}), SCOPE) is None, "its case says who else it is about"
    assert replay_item(payload("Aktivitet", {"id": 3}), SCOPE) is None
    assert replay_item(RejectedPayload(record_type="Ydelse"), SCOPE) is None


@pytest.mark.parametrize("change", [{"startdato": "31-02-2026"}, {"status": {}}, {"id": {"x": 1}}])
def test_a_case_or_effort_that_is_still_faulty_stays_rejected(change: dict[str, object]) -> None:
    again = replay_item(payload("Ydelse", YDELSE | change), SCOPE)
    assert again is not None
    assert len(again.rejected) == 1
    assert not again.records


def test_a_case_with_more_pages_of_parties_is_left_to_a_run() -> None:
    assert replay_item(payload("Sag", {"id": 1, "sagsparter@odata.nextLink": "x"}), SCOPE) is None


def test_a_rejected_event_is_an_event_again_with_its_address() -> None:
    event = stored_event({"path": "0999/fravaer", "body": "{"}, NOW)
    assert event is not None
    assert (event.path, event.body) == ("0999/fravaer", b"{")
    thin = stored_event({"EntitetNavn": "Fravær", "EntitetId": "1"}, NOW)
    assert thin is not None
    assert json.loads(thin.body) == {"EntitetNavn": "Fravær", "EntitetId": "1"}
    assert stored_event({"absenceIdentifier": "1"}, NOW) is None
    assert stored_event(None, NOW) is None
