"""Deletions of the health source that a person refused: held still, and the source is read as ever."""

from datetime import timedelta

from connectors.sources.health.connector import HealthConnector
from hub.clock import FixedClock
from tests.connectors.fhir_server import FhirServer, care_plan, meta, patient, serving
from tests.connectors.health_runs import connector_to, cursor_of, run, tombstones

MAJA = "7507864002"
WEEK = timedelta(days=7)


def test_what_was_refused_stays_held_and_is_not_compared_in_every_run(
    clock: FixedClock,
) -> None:
    plans = [care_plan(f"cp-{number:03}", "p-1", f"2023-01-02T00:{number:02}:00.000Z") for number in range(20)]
    with serving(FhirServer([patient("p-1", MAJA), *plans], page_size=5)) as fhir:
        connector = connector_to(fhir, clock)
        _check_refused(fhir, connector, clock)


def _check_refused(fhir: FhirServer, connector: HealthConnector, clock: FixedClock) -> None:
    cursor = cursor_of(run(connector))
    plans = [item for item in fhir.resources if item["id"] < "cp-006"]
    fhir.resources = [item for item in fhir.resources if item not in plans]
    clock.move(WEEK)
    cursor = cursor_of(run(connector, cursor))
    fhir.requests.clear()
    compared = []
    for _ in range(3):
        clock.move(timedelta(hours=1))
        batches = run(connector, cursor, refusals={"CarePlan": 6})
        assert [held.missing for batch in batches for held in batch.held] == [6]
        assert tombstones(batches) == []
        cursor = cursor_of(batches)
        compared.append(any("CarePlan?_elements" in path for path in fhir.requests))
        fhir.requests.clear()
    assert compared == [True, False, False]
    for plan in plans:
        fhir.put(plan | {"meta": meta(clock.now().isoformat(), 2)})
    clock.move(timedelta(hours=1))
    assert not any(batch.held for batch in run(connector, cursor, refusals={"CarePlan": 6}))
