"""The health connector keeps the promises of every connector."""

from collections.abc import Iterator
from typing import ClassVar

import pytest

from connectors.sources.health.connector import HealthConnector
from connectors.sources.health.settings import HealthSettings
from hub.clock import FixedClock
from tests.connectors.fhir_server import CPR, SECRET, TOKEN, WRONG_SECRET, FhirServer, care_plan, meta, patient, serving
from tests.contracts.connector import ConnectorSuite, Fault, Subject

MAJA, IDA = "7507864002", "6303094002"


@pytest.fixture
def fhir() -> Iterator[FhirServer]:
    """Mother and daughter, one resource of each kind, and one that cannot be read."""
    subject = {"reference": "Patient/p-1"}
    at = meta("2023-02-01T00:00:00.000Z")
    held = FhirServer(
        [
            patient("p-1", MAJA),
            patient("p-2", IDA),
            patient("p-3", f"{IDA}0"),
            care_plan("cp-1", "p-1"),
            {
                "resourceType": "RelatedPerson", "id": "r-1", "meta": at, "patient": subject,
                "identifier": [{"system": CPR, "value": IDA}], "relationship": [{"coding": [{"code": "CHILD"}]}],
            },
            {
                "resourceType": "Goal", "id": "g-1", "meta": at, "lifecycleStatus": "active", "subject": subject,
                "description": {"text": "Mere søvn"},
            },
            {
                "resourceType": "Encounter", "id": "e-1", "meta": at, "status": "finished", "subject": subject,
                "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "HH"},
            },
            {
                "resourceType": "CareTeam", "id": "t-1", "meta": at, "subject": subject,
                "managingOrganization": [{"display": "Hjemmeplejen"}],
            },
        ]
    )  # fmt: skip
    with serving(held) as served:
        yield served


class TestHealth(ConnectorSuite):
    fact_kinds: ClassVar[frozenset[str]] = frozenset({"person", "relation", "effort", "goal", "contact", "assignment"})

    @pytest.fixture
    def subject(self, fhir: FhirServer, clock: FixedClock) -> Subject:
        def connector(secret: str) -> HealthConnector:
            settings = {"base_url": f"{fhir.url}/r4", "token_url": f"{fhir.url}/token", "client_id": "helhed"}
            settings |= {"client_secret": secret, "patience": "never"}
            return HealthConnector("health", HealthSettings.model_validate(settings), clock=clock.now)

        def break_with(fault: Fault) -> None:
            fhir.fault = fault

        return Subject(
            connector=connector(SECRET),
            with_wrong_secret=connector(WRONG_SECRET),
            secrets=(SECRET, WRONG_SECRET, TOKEN),
            numbers=frozenset({MAJA, IDA}),
            break_with=break_with,
        )
