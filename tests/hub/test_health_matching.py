"""From a FHIR server to the citizen: merges, absence and versions, through intake and matching."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest

from connectors.sources.health.connector import HealthConnector
from hub.clock import FixedClock
from hub.db import Database
from hub.digest import keyed_digest
from hub.intake.service import receive
from hub.matching import repository
from hub.matching.service import match
from schemas.identifiers import Identifier
from schemas.record import Cursor
from tests.connectors.fhir_server import FhirServer, Item, care_plan, meta, patient, serving
from tests.connectors.health_runs import connector_to, cursor_of, run

KEY = b"only-for-tests-only-for-tests-only"
MAJA, TEMPORARY = "7507864002", "7507861234"
WEEK = timedelta(days=7)


class HealthRuns:
    """Runs of the health source, stored and matched."""

    def __init__(self, fhir: FhirServer, database: Database, clock: FixedClock) -> None:
        self.fhir = fhir
        self._database = database
        self._clock = clock
        self._connector: HealthConnector = connector_to(fhir, clock, absence_always_allowed=5)
        self._cursor: Cursor | None = None

    def go(self, after: timedelta = timedelta(hours=1)) -> None:
        """One run."""
        self._clock.move(after)
        batches = run(self._connector, self._cursor)
        self._cursor = cursor_of(batches)
        for batch in batches:
            with self._database.transaction() as session:
                received = receive(session, batch.records, now=self._clock.now())
                match(session, received.new, digest_key=KEY, now=self._clock.now())

    def citizen(self, identifier: Identifier) -> UUID | None:
        """Who is meant by an identifier."""
        with self._database.transaction() as session:
            return repository.citizen_of(session, keyed_digest(identifier, KEY))

    def plans(self, number: str) -> set[str]:
        """Ids of the plans of a citizen."""
        citizen_id = self.citizen(Identifier.national(number))
        if citizen_id is None:
            return set()
        with self._database.transaction() as session:
            links = repository.linked_records(session, [citizen_id])[citizen_id]
        return {
            link.record.source_id
            for link in links
            if link.record.record_type == "CarePlan" and link.registered_to is None and not link.record.deleted
        }


@pytest.fixture
def runs(database: Database, clock: FixedClock) -> Iterator[HealthRuns]:
    plans = [care_plan("cp-a", "a"), care_plan("cp-b", "b")]
    with serving(FhirServer([patient("a", MAJA), patient("b", MAJA), *plans], page_size=50)) as served:
        yield HealthRuns(served, database, clock)


def merged(key: str, into: str, at: str, version: int = 2, number: str = MAJA) -> Item:
    return patient(
        key, number, active=False, meta=meta(at, version),
        link=[{"type": "replaced-by", "other": {"reference": f"Patient/{into}"}}],
    )  # fmt: skip


def test_what_pointed_at_a_merged_patient_belongs_to_the_survivor(runs: HealthRuns) -> None:
    runs.go()
    runs.fhir.put(merged("a", "b", "2023-02-01T00:00:00.000Z"))
    runs.go()
    assert runs.plans(MAJA) == {"cp-a", "cp-b"}


def test_it_does_in_a_chain_and_when_the_merge_is_undone(runs: HealthRuns) -> None:
    runs.fhir.put(patient("b", TEMPORARY))
    runs.fhir.put(patient("c", MAJA))
    runs.fhir.put(patient("a", TEMPORARY))
    runs.go()
    assert runs.plans(TEMPORARY) == {"cp-a", "cp-b"}
    runs.fhir.put(merged("a", "b", "2023-02-01T00:00:00.000Z", number=TEMPORARY))
    runs.fhir.put(merged("b", "c", "2023-02-01T00:01:00.000Z", number=TEMPORARY))
    runs.go()
    assert runs.plans(MAJA) == {"cp-a", "cp-b"}
    runs.fhir.put(patient("b", TEMPORARY, meta=meta("2023-03-01T00:00:00.000Z", 3)))
    runs.go()
    assert runs.plans(MAJA) == set()
    assert runs.plans(TEMPORARY) == {"cp-a", "cp-b"}


def test_it_does_when_only_the_survivor_says_so(runs: HealthRuns) -> None:
    runs.go()
    other = {"reference": "Patient/a"}
    runs.fhir.resources = [item for item in runs.fhir.resources if item["id"] != "a"]
    runs.fhir.deleted.append(("Patient/a", "2", "2023-02-01T00:00:00.000Z"))
    survivor = patient("b", MAJA, meta=meta("2023-02-01T00:00:00.000Z", 2), link=[{"type": "replaces", "other": other}])
    runs.fhir.put(survivor)
    runs.go()
    assert runs.plans(MAJA) == {"cp-a", "cp-b"}


def test_an_inactive_patient_keeps_what_points_at_it(runs: HealthRuns) -> None:
    runs.fhir.put(patient("a", MAJA, active=False))
    runs.go()
    assert runs.plans(MAJA) == {"cp-a", "cp-b"}


def test_a_patient_of_another_server_stays_unmatched(runs: HealthRuns) -> None:
    runs.fhir.put(care_plan("cp-x", "-", subject={"reference": "https://other.example/r4/Patient/a"}))
    runs.go()
    assert runs.plans(MAJA) == {"cp-a", "cp-b"}


def test_an_id_that_is_seen_again_lives_again_in_the_same_version(runs: HealthRuns) -> None:
    runs.go()
    plan = runs.fhir.find("CarePlan", "cp-a")
    assert plan is not None
    runs.fhir.resources.remove(plan)
    runs.go(WEEK)
    assert runs.plans(MAJA) == {"cp-b"}
    runs.fhir.put(plan)
    runs.go(WEEK)
    assert runs.plans(MAJA) == {"cp-a", "cp-b"}


def test_a_version_that_restarts_stands_and_so_does_the_one_after(runs: HealthRuns) -> None:
    runs.fhir.put(care_plan("cp-a", "a", meta=meta("2023-02-01T00:00:00.000Z", 7)))
    runs.go()
    for version in (1, 2):
        status = "active" if version == 1 else "entered-in-error"
        runs.fhir.put(
            care_plan("cp-a", "a", status=status, meta=meta(f"2023-0{version + 2}-01T00:00:00.000Z", version))
        )
        runs.go()
        assert runs.plans(MAJA) == ({"cp-a", "cp-b"} if version == 1 else {"cp-b"})


def test_a_record_of_the_future_is_corrected_by_a_later_version(runs: HealthRuns) -> None:
    runs.fhir.put(care_plan("cp-a", "a", meta=meta("2032-02-01T00:00:00.000Z", 1)))
    runs.go()
    assert runs.plans(MAJA) == {"cp-a", "cp-b"}
    runs.fhir.put(care_plan("cp-a", "a", status="entered-in-error", meta=meta("2023-09-12T08:30:00.000Z", 2)))
    runs.go()
    assert runs.plans(MAJA) == {"cp-b"}


def test_a_patient_that_was_merged_into_two_people_changes_neither_of_them(runs: HealthRuns) -> None:
    runs.fhir.put(patient("b", TEMPORARY))
    runs.fhir.put(patient("c", "6107704001"))
    runs.fhir.put(care_plan("cp-c", "c"))
    runs.go()
    ends = [{"type": "replaced-by", "other": {"reference": f"Patient/{key}"}} for key in "bc"]
    runs.fhir.put(patient("a", MAJA, active=False, meta=meta("2023-02-01T00:00:00.000Z", 2), link=ends))
    runs.go()
    assert [runs.plans(number) for number in (MAJA, TEMPORARY, "6107704001")] == [{"cp-a"}, {"cp-b"}, {"cp-c"}]
