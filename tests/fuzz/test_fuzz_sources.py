"""Whatever one item holds, it is at most that item's line in quarantine; everything else is read and stored.

Each path of each payload of each source is replaced by nasty values, a seeded sample of all combinations. The changed
items stand among untouched ones in pages of the real test servers. Where a run ends before its end, the items that
end it are found by halving, and named.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any

import pytest

from connectors.base import Batch, Connector
from connectors.kit import read_all
from hub.clock import FixedClock
from hub.db import Database
from schemas.record import SourceRecord
from schemas.source import Area
from tests.connectors.fhir_server import CPR, FSIII, care_plan, meta, patient
from tests.connectors.nexus_server import grant
from tests.connectors.social_server import aktivitet, person, sag, underretning, ydelse
from tests.fuzz import servers
from tests.fuzz.mutations import Mutation, mutations
from tests.fuzz.processing import list_not_processed

OF_EACH = 150
"""Changed items of each payload; all combinations are some thousands."""
IN_A_RUN = 150
NAMED = 12
"""So many faults are looked for one by one; a source with more has them in common."""
MAJA, IDA, EMIL = "7507864002", "6303094002", "8205124001"
AREAS = {"health": Area.HEALTH, "social": Area.SOCIAL, "nexus": Area.SOCIAL}
Serve = Callable[[Sequence[Mutation]], AbstractContextManager[Connector]]


def health_payloads() -> list[Any]:
    """One resource of each type that is read, with every element that is read."""
    at, subject = meta("2023-02-01T00:00:00.000Z"), {"reference": "Patient/p-1", "display": "Maja"}
    unit = {"reference": "Organization/o-1", "display": "Hjemmeplejen"}
    return [
        patient(
            "p-1",
            MAJA,
            address=[{"line": ["Prøvevej 1"], "city": "Egelund", "postalCode": "9999"}],
            deceasedDateTime="2023-08-01",
            link=[{"other": {"reference": "Patient/p-9"}, "type": "replaces"}],
        ),
        {
            "resourceType": "RelatedPerson", "id": "r-1", "meta": at, "patient": subject, "active": True,
            "identifier": [{"system": CPR, "value": IDA}], "relationship": [{"coding": [{"code": "CHILD"}]}],
            "name": [{"family": "Testborger", "given": ["Ida"]}], "period": {"start": "2010-01-01"},
        },
        care_plan("cp-1", "p-1", author=unit),
        {
            "resourceType": "Goal", "id": "g-1", "meta": at, "lifecycleStatus": "active", "subject": subject,
            "description": {"text": "Mere søvn"}, "startDate": "2023-01-01",
        },
        {
            "resourceType": "Encounter", "id": "e-1", "meta": at, "status": "finished", "subject": subject,
            "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "HH"},
            "period": {"start": "2023-01-01T08:00:00Z", "end": "2023-01-01T09:00:00Z"}, "serviceProvider": unit,
        },
        {
            "resourceType": "CareTeam", "id": "t-1", "meta": at, "subject": subject, "name": "Team Nord",
            "managingOrganization": [unit], "period": {"start": "2023-01-01"},
        },
        {
            "resourceType": "Procedure", "id": "pr-1", "meta": at, "subject": subject, "status": "completed",
            "code": {"coding": [{"system": FSIII, "code": "G1.39", "display": "Sårbehandling"}]},
            "performedPeriod": {"start": "2023-01-01T08:00:00Z", "end": "2023-01-01T09:00:00Z"}, "basedOn": [unit],
        },
    ]  # fmt: skip


def social_payloads() -> dict[str, Any]:
    """One row of each kind."""
    mother = {"id": 1, "cprnr": MAJA, "fuldeNavn": "Maja Testborger", "rolle": "Mor", "foraeldremyndighed": True}
    return {
        "Sag": sag(10, person(1, IDA, "Ida", tidligereCprnr=[EMIL]), sagsparter=[mother]),
        "Ydelse": ydelse(900, 10, IDA),
        "Aktivitet": underretning(500, 10, vedroerer=[{"relation": "Barn", "personId": 2, "cprnr": EMIL}]),
        "Aktivitet.maal": aktivitet(502, 10, "Mål", "Mål", tekst="Skole hver dag", maalType={"titel": "Delmål"}),
    }


def health_mutations() -> list[Mutation]:
    """Changed entries of every type: the resource and what stands around it."""
    results = []
    for number, resource in enumerate(health_payloads()):
        kind = resource["resourceType"]
        results += [
            Mutation(kind, {"resource": mutation.payload}, ("resource", *mutation.path), mutation.nasty)
            for mutation in mutations(kind, resource, OF_EACH, number)
        ]
        results += mutations(kind, {"fullUrl": "https://x.example/1", "resource": resource}, OF_EACH // 10, number)
    return results


def social_mutations() -> list[Mutation]:
    """Changed rows of every kind."""
    rows = enumerate(social_payloads().items())
    return [mutation for number, (kind, row) in rows for mutation in mutations(kind, row, OF_EACH, number)]


def nexus_mutations() -> list[Mutation]:
    """Changed grants, each an id of its own where the id is not what was changed."""
    future = {"futureElements": [{"type": "orderedDate", "date": "2023-11-01T23:00:00.000+0000"}]}
    payloads = [grant(901, IDA), grant(902, IDA, cancelledDate="2023-02-01T23:00:00.000+0000") | future]
    return [
        mutation for number, payload in enumerate(payloads) for mutation in mutations("Grant", payload, OF_EACH, number)
    ]


@pytest.fixture(params=["health", "social", "nexus"])
def source(request: pytest.FixtureRequest, clock: FixedClock) -> tuple[str, list[Mutation], Serve, set[str]]:
    """A source: its changed items, how to serve some of them among the untouched, and the ids of the latter."""
    if request.param == "health":
        witnesses = health_payloads()

        def serve_health(mutated: Sequence[Mutation]) -> AbstractContextManager[Connector]:
            return servers.health(witnesses, list(mutated), clock)

        return "health", health_mutations(), serve_health, {resource["id"] for resource in witnesses}

    if request.param == "nexus":
        grants = [grant(101, IDA), grant(102, EMIL)]

        def serve_nexus(mutated: Sequence[Mutation]) -> AbstractContextManager[Connector]:
            return servers.nexus(grants, list(mutated), clock)

        return "nexus", nexus_mutations(), serve_nexus, {"prod:101", "prod:102"}

    def serve_social(mutated: Sequence[Mutation]) -> AbstractContextManager[Connector]:
        rows = social_payloads()
        items: dict[str, list[tuple[int, Any]]] = {kind: [(rows[kind]["id"], rows[kind])] for kind in ("Sag", "Ydelse")}
        items["Ydelse"].append((10**9, ydelse(10**9, 10, IDA)))
        of_case: dict[int, list[Any]] = {10: [rows["Aktivitet"], rows["Aktivitet.maal"]]}
        for number, mutation in enumerate(mutated):
            if mutation.kind.startswith("Aktivitet"):
                of_case[10].insert(number % (len(of_case[10]) + 1), mutation.payload)
            else:
                items[mutation.kind].append((1_000 + number, mutation.payload))
        return servers.social(items, of_case, clock)

    ids = {"prod:10", "prod:1", "prod:10/1", "prod:900", "prod:500", "prod:502", f"prod:{10**9}"}
    return "social", social_mutations(), serve_social, ids


def test_no_item_ends_the_run_or_hides_another(
    source: tuple[str, list[Mutation], Serve, set[str]], database: Database, clock: FixedClock
) -> None:
    _, every, serve, witnesses = source
    lost: list[str] = []
    read: list[SourceRecord] = []
    for start in range(0, len(every), IN_A_RUN):
        for mutated, outcome in outcomes(serve, every[start : start + IN_A_RUN], lost):
            if isinstance(outcome, Exception):
                lost.append(f"{mutated[0]} ends the run: {type(outcome).__name__}")
                continue
            records = [record for batch in outcome for record in batch.records]
            missing = witnesses - {record.source_id for record in records}
            rejected = sum(len(batch.rejected) for batch in outcome)
            if missing:
                lost.append(f"{sorted(missing)} not read beside {mutated[0]} and {len(mutated) - 1} more")
            if rejected > 3 * len(mutated):
                lost.append(f"{rejected} lines in quarantine for {len(mutated)} items from {mutated[0]}")
            read += records
    assert not (refused := list(list_not_processed(database, clock, read, AREAS))), "\n".join(refused)
    assert not lost, f"{len(lost)} faults:\n" + "\n".join(lost)


def outcomes(
    serve: Serve, mutated: Sequence[Mutation], lost: Sequence[str]
) -> Iterator[tuple[Sequence[Mutation], list[Batch] | Exception]]:
    """What a run over these items brings; halved until each that ends a run stands alone."""
    try:
        with serve(mutated) as connector:
            batches = list(read_all(connector))
    except Exception as error:  # noqa: BLE001  any error is the fault that is looked for
        if len(mutated) <= 1 or len(lost) >= NAMED:
            yield mutated, error
            return
        middle = len(mutated) // 2
        yield from outcomes(serve, mutated[:middle], lost)
        yield from outcomes(serve, mutated[middle:], lost)
    else:
        yield mutated, batches
