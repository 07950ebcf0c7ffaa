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


class Journey:
    """Runs of one source, carried into the database."""

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
        found = self.citizen(Identifier.national(number))
        if found is None:
            return set()
        with self._database.transaction() as session:
            links = repository.links_of(session, found)
        return {
            link.record.source_id
            for link in links
            if link.record.record_type == "CarePlan" and link.registered_to is None and not link.record.deleted
        }


@pytest.fixture
def journey(database: Database, clock: FixedClock) -> Iterator[Journey]:
    plans = [care_plan("cp-a", "a"), care_plan("cp-b", "b")]
    with serving(FhirServer([patient("a", MAJA), patient("b", MAJA), *plans], page_size=50)) as served:
        yield Journey(served, database, clock)


def merged(key: str, into: str, at: str, version: int = 2, number: str = MAJA) -> Item:
    return patient(
        key, number, active=False, meta=meta(at, version),
        link=[{"type": "replaced-by", "other": {"reference": f"Patient/{into}"}}],
    )  # fmt: skip


def test_what_pointed_at_a_merged_patient_belongs_to_the_survivor(journey: Journey) -> None:
    journey.go()
    journey.fhir.put(merged("a", "b", "2023-02-01T00:00:00.000Z"))
    journey.go()
    assert journey.plans(MAJA) == {"cp-a", "cp-b"}


def test_it_does_in_a_chain_and_when_the_merge_is_undone(journey: Journey) -> None:
    journey.fhir.put(patient("b", TEMPORARY))
    journey.fhir.put(patient("c", MAJA))
    journey.fhir.put(patient("a", TEMPORARY))
    journey.go()
    assert journey.plans(TEMPORARY) == {"cp-a", "cp-b"}
    journey.fhir.put(merged("a", "b", "2023-02-01T00:00:00.000Z", number=TEMPORARY))
    journey.fhir.put(merged("b", "c", "2023-02-01T00:01:00.000Z", number=TEMPORARY))
    journey.go()
    assert journey.plans(MAJA) == {"cp-a", "cp-b"}
    journey.fhir.put(patient("b", TEMPORARY, meta=meta("2023-03-01T00:00:00.000Z", 3)))
    journey.go()
    assert journey.plans(MAJA) == set()
    assert journey.plans(TEMPORARY) == {"cp-a", "cp-b"}


def test_it_does_when_only_the_survivor_says_so(journey: Journey) -> None:
    journey.go()
    other = {"reference": "Patient/a"}
    journey.fhir.resources = [item for item in journey.fhir.resources if item["id"] != "a"]
    journey.fhir.deleted.append(("Patient/a", "2", "2023-02-01T00:00:00.000Z"))
    survivor = patient("b", MAJA, meta=meta("2023-02-01T00:00:00.000Z", 2), link=[{"type": "replaces", "other": other}])
    journey.fhir.put(survivor)
    journey.go()
    assert journey.plans(MAJA) == {"cp-a", "cp-b"}


def test_an_inactive_patient_keeps_what_points_at_it(journey: Journey) -> None:
    journey.fhir.put(patient("a", MAJA, active=False))
    journey.go()
    assert journey.plans(MAJA) == {"cp-a", "cp-b"}


def test_a_patient_of_another_server_stays_unmatched(journey: Journey) -> None:
    journey.fhir.put(care_plan("cp-x", "-", subject={"reference": "https://other.example/r4/Patient/a"}))
    journey.go()
    assert journey.plans(MAJA) == {"cp-a", "cp-b"}


def test_an_id_that_is_seen_again_lives_again_in_the_same_version(journey: Journey) -> None:
    journey.go()
    plan = journey.fhir.find("CarePlan", "cp-a")
    assert plan is not None
    journey.fhir.resources.remove(plan)
    journey.go(WEEK)
    assert journey.plans(MAJA) == {"cp-b"}
    journey.fhir.put(plan)
    journey.go(WEEK)
    assert journey.plans(MAJA) == {"cp-a", "cp-b"}


def test_a_version_that_restarts_stands_and_so_does_the_one_after(journey: Journey) -> None:
    journey.fhir.put(care_plan("cp-a", "a", meta=meta("2023-02-01T00:00:00.000Z", 7)))
    journey.go()
    for version in (1, 2):
        status = "active" if version == 1 else "entered-in-error"
        journey.fhir.put(
            care_plan("cp-a", "a", status=status, meta=meta(f"2023-0{version + 2}-01T00:00:00.000Z", version))
        )
        journey.go()
        assert journey.plans(MAJA) == ({"cp-a", "cp-b"} if version == 1 else {"cp-b"})


def test_a_record_of_the_future_is_corrected_by_a_later_version(journey: Journey) -> None:
    journey.fhir.put(care_plan("cp-a", "a", meta=meta("2032-02-01T00:00:00.000Z", 1)))
    journey.go()
    assert journey.plans(MAJA) == {"cp-a", "cp-b"}
    journey.fhir.put(care_plan("cp-a", "a", status="entered-in-error", meta=meta("2023-09-12T08:30:00.000Z", 2)))
    journey.go()
    assert journey.plans(MAJA) == {"cp-b"}


def test_a_patient_that_was_merged_into_two_people_changes_neither_of_them(journey: Journey) -> None:
    journey.fhir.put(patient("b", TEMPORARY))
    journey.fhir.put(patient("c", "6107704001"))
    journey.fhir.put(care_plan("cp-c", "c"))
    journey.go()
    ends = [{"type": "replaced-by", "other": {"reference": f"Patient/{key}"}} for key in "bc"]
    journey.fhir.put(patient("a", MAJA, active=False, meta=meta("2023-02-01T00:00:00.000Z", 2), link=ends))
    journey.go()
    assert (journey.plans(MAJA), journey.plans(TEMPORARY), journey.plans("6107704001")) == (
        {"cp-a"},
        {"cp-b"},
        {"cp-c"},
    )
