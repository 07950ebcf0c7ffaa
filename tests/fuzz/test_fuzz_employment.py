"""Whatever one event, look-up or row of the search holds, it is at most its own line in quarantine."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from connectors.base import Batch, ReadContext
from connectors.errors import ConnectorError
from connectors.sources.employment import entities
from connectors.sources.employment.connector import EmploymentConnector, EmploymentSettings
from hub.clock import FixedClock
from hub.db import Database
from schemas.record import Cursor, SourceRecord
from schemas.source import Area
from tests.connectors import star_server
from tests.connectors.star_server import (
    BO,
    KIRSTEN,
    Star,
    absence,
    activity,
    caseworker,
    event,
    pushed,
    row,
    serving,
    settings_of,
)
from tests.fuzz.mutations import Mutation, mutations, render
from tests.fuzz.processing import list_not_processed

OF_EACH = 120
_FRAME = {"versionIdentifier": "1", "registreretTidspunkt": "2023-03-02T07:41:12.013Z"}
_UNIT = {"unit": {"organisationName": "Beskæftigelse", "organisationCode": "400", "phone": "44 77 20 00"}}
_WORKER = {"caseworker": {"id": "c1", "displayName": "Karen Jobkonsulent", "phone": "44 77 20 02"}, **_UNIT}
ENTITIES: dict[str, tuple[str, dict[str, Any]]] = {
    "Fravaer": ("fravaer", absence("1")),
    "Activity": ("activity", activity("e-1", status={"kode": 2, "tekst": "Aktiv"}, **_WORKER)),
    "Interview": (
        "interview",
        {"interviewIdentifier": "e-1", "interviewTypeIdentifier": 7, "startTime": "2023-10-02T22:30:00Z",
         "endTime": "2023-10-02T23:30:00Z", "status": "Planlagt", **_FRAME, **_WORKER},
    ),
    "Indkaldelse": (
        "indkaldelse",
        {"indkaldelseIdentifier": "e-1", "samtaletype": {"kode": "7", "tekst": "Jobsamtale"},
         "startTime": "2023-10-02T22:30:00Z", "endTime": "2023-10-02T23:30:00Z", "status": "Planlagt", **_FRAME,
         **_WORKER},
    ),
    "Frist": ("frist", {"fristDato": "2023-10-01", "fristType": {"kode": "2", "tekst": "Samtale"}, "overholdt": False,
                        **_FRAME}),
    "Kontaktgruppe": ("kontaktgruppe", {"targetGroupCode": "6.2", "targetGroupName": "Jobparat",
                                        "startDato": "2023-01-01", "slutDato": None, **_FRAME}),
    "PersonContact": ("personcontact", {"contactTypeCode": "MENTOR", "contactTypeName": "Mentor",
                                        "contact": {"id": 7, "displayName": "Test"}, **_FRAME}),
    "MinPlan": ("minplan", {"title": "Min Plan", "status": "Aktiv", "startDate": "2023-01-01",
                            "nextFollowUp": "2023-11-01", **_FRAME}),
}  # fmt: skip


class _Json:
    """The server's ``json``, which also writes what Python's does not."""

    dumps = staticmethod(render)
    loads = staticmethod(json.loads)


@pytest.fixture
def star(monkeypatch: pytest.MonkeyPatch) -> Iterator[Star]:
    """A STAR that answers with whatever it is given."""
    monkeypatch.setattr(star_server, "json", _Json)
    with serving(Star()) as served:
        yield served


def connector_to(star: Star, clock: FixedClock, **more: object) -> EmploymentConnector:
    settings = EmploymentSettings.model_validate(settings_of(star, more=more))
    return EmploymentConnector("employment", settings, clock=clock.now)


def accounted(batch: Batch) -> bool:
    """Whether the batch says what became of its one item."""
    return bool(batch.records or batch.rejected or batch.skipped)


def test_every_kind_of_entity_is_tried() -> None:
    assert ENTITIES.keys() == entities.ENTITIES.keys()


def test_no_payload_of_a_look_up_ends_a_run(star: Star, database: Database, clock: FixedClock) -> None:
    connector, records, lost = connector_to(star, clock), list[SourceRecord](), list[str]()
    for number, (name, (service, payload)) in enumerate(ENTITIES.items()):
        for mutation in mutations(name, payload, OF_EACH, number):
            star.entities = {service: {"e-1": (KIRSTEN, mutation.payload)}}
            told = event(2, "1", EntitetNavn=name, EntitetId="e-1", path=service)
            records += _resolved(connector, told.model_copy(), mutation, lost)
    assert not lost, "\n".join(lost)
    _store(database, clock, records)


def test_no_event_ends_a_run(star: Star, clock: FixedClock) -> None:
    connector, lost = connector_to(star, clock), list[str]()
    star.entities = {"fravaer": {star_server.ABSENCE: (KIRSTEN, absence("2"))}}
    body = json.loads(event().body)
    for mutation in mutations("event", body, 400, 99):
        told = pushed(render(mutation.payload).encode("utf-8", "surrogatepass"))
        assert connector.event_key(told).digest
        _resolved(connector, told, mutation, lost)
    assert not lost, "\n".join(lost)


def test_no_row_of_the_search_hides_another(star: Star, database: Database, clock: FixedClock) -> None:
    witness, lost = row(1, KIRSTEN), list[str]()
    records: list[SourceRecord] = []
    changed = [*mutations("row", row(2, BO), OF_EACH, 7)]
    changed += [Mutation("row", row(9, BO), mutation.path, mutation.nasty) for mutation in changed[:1]]
    workers = [*mutations("caseworker", caseworker(), OF_EACH, 8)]
    for number, mutation in enumerate(changed):
        star.rows = [mutation.payload, witness]
        star.caseworkers = {witness["id"]: [workers[number % len(workers)].payload, caseworker()]}
        try:
            # One kind of entity: each is asked for of each citizen, and there are none.
            connector = connector_to(star, clock, entities=["Activity"])
            batches = list(connector.read("citizens", Cursor(), ReadContext()))
        except Exception as error:  # noqa: BLE001  any error is the fault that is looked for
            lost.append(f"{mutation} ends the run: {type(error).__name__}: {error}")
            continue
        read = [record for batch in batches for record in batch.records]
        if f"test:{witness['id']}" not in {record.source_id for record in read}:
            lost.append(f"the other is not read beside {mutation}")
        records += read
    assert not lost, "\n".join(lost)
    _store(database, clock, records)


def _resolved(
    connector: EmploymentConnector, told: Any, mutation: Mutation, lost: list[str]
) -> tuple[SourceRecord, ...]:
    try:
        batch = connector.resolve(told, ReadContext())
    except ConnectorError:
        return ()  # the event waits, and a person is told
    except Exception as error:  # noqa: BLE001  any other error is the fault that is looked for
        lost.append(f"{mutation}: {type(error).__name__}: {error}")
        return ()
    if not accounted(batch):
        lost.append(f"{mutation}: nothing came of it")
    return batch.records


def _store(database: Database, clock: FixedClock, records: list[SourceRecord]) -> None:
    """Each as an entity of its own: of one that is said again and again in a batch the newest alone would be stored."""
    own = [
        record.model_copy(update={"source_id": f"{number} {record.source_id}"[:200]})
        for number, record in enumerate(records)
    ]
    assert not list(list_not_processed(database, clock, own, {"employment": Area.EMPLOYMENT}))
