"""A connector reads no field that its field list does not name: the list is what a person approves."""

import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from connectors.base import Connector, ReadContext, RejectedPayload, ReplayConnector
from connectors.payload_tap import tapped
from connectors.registry import build
from connectors.sources.employment.fields import Fields
from connectors.sources.school import absence_file
from connectors.sources.school.streams import STREAM as SCHOOL
from connectors.sources.school.translate import ABSENCE
from connectors.sources.social.nexus.payloads import Element, Grant, PatientDetails
from connectors.sources.social.nexus.streams import STREAM as NEXUS
from connectors.sources.social.nexus.translate import READ
from connectors.sources.social.payloads import Aktivitet, Person, Sag, Sagspart, Ydelse
from connectors.sources.social.streams import STREAM as SOCIAL
from deploy.demo import definitions, secrets_of
from deploy.sandbox.fagsystemer.process import Running, start
from schemas.record import Cursor
from tests.sandbox.conftest import TODAY

pytestmark = pytest.mark.xdist_group("sandbox_control")
NOW = datetime(2023, 9, 12, 7, tzinfo=UTC)
INNER = {"Sag": "", "Sag.person": "primaerPerson.", "Sag.part": "sagsparter.", "Aktivitet": "", "Ydelse": ""}


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with start(citizens=40, seed=7, today=TODAY) as started:
        yield started


def connector_to(running: Running, name: str) -> Connector:
    definition = next(each for each in definitions(running) if each.name == name)
    return build(definition.kind, name, {**definition.settings, **secrets_of(definition, running)}, lambda: NOW)


def payloads(connector: Connector) -> Iterator[tuple[str, str, object]]:
    """Type, id and payload of everything that is read."""
    for stream in connector.discover():
        batches = connector.read(stream.name, Cursor(), ReadContext())
        while True:
            with tapped() as page:
                if next(batches, None) is None:
                    break
            yield from ((record_type, key, payload) for (record_type, key), payload in page.items())


def declared_in(connector_fields: tuple[str, ...]) -> set[str]:
    """Paths of a field list; what stands in brackets after one explains it."""
    return {field.partition(" ")[0].casefold() for field in connector_fields}


def names(path: str, declared: set[str]) -> bool:
    """Whether the list names the field, or what it lies in."""
    return any(path.casefold() == field or path.casefold().startswith(f"{field}.") for field in declared)


def only_declared(value: Any, declared: set[str], path: str = "") -> Any:
    """The payload without what the list does not name."""
    if isinstance(value, list):
        return [only_declared(item, declared, path) for item in value]
    if not isinstance(value, Mapping):
        return value
    kept = {}
    for name, inner in value.items():
        own = f"{path}.{name}" if path else name
        if names(own, declared):
            kept[name] = inner
        elif any(field.startswith(f"{own.casefold()}.") for field in declared):
            kept[name] = only_declared(inner, declared, own)
    return kept


def test_health_says_the_same_of_payloads_that_hold_nothing_else(running: Running) -> None:
    compared = dict[str, int]()
    with closing(connector_to(running, "health")) as connector:
        assert isinstance(connector, ReplayConnector)
        types = {info.name: info for stream in connector.discover() for info in stream.record_types}
        for record_type, key, payload in payloads(connector):
            if compared.get(record_type, 0) >= 15:
                continue
            declared = declared_in(types[record_type].fields_read) | {"resourcetype"}
            whole, cut = (
                connector.replay(
                    RejectedPayload(record_type=record_type, source_id=key, raw=json.dumps(item).encode()),
                    ReadContext(),
                )
                for item in (payload, only_declared(payload, declared))
            )
            assert whole is not None
            assert whole == cut, record_type
            compared[record_type] = compared.get(record_type, 0) + 1
    assert compared.keys() >= {"Patient", "CarePlan", "RelatedPerson", "Encounter"}


def test_employment_asks_for_no_other_name(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    read, first = set[str](), Fields._first

    def recorded(self: Fields, asked: tuple[str, ...]) -> tuple[str, Any]:
        name, value = first(self, asked)
        if value is not None and not isinstance(value, Mapping | list):
            read.add(f"{self.path}.{name}" if self.path else name)
        return name, value

    monkeypatch.setattr(Fields, "_first", recorded)
    with closing(connector_to(running, "employment")) as connector:
        types = [info for stream in connector.discover() for info in stream.record_types]
        assert len(list(payloads(connector))) > 40
    declared = {field for info in types for field in declared_in(info.fields_read)}
    assert len(read) > 20
    assert {path for path in read if not names(path, declared)} == set()


def test_social_has_no_place_for_another_field() -> None:
    types = {info.name: declared_in(info.fields_read) for info in SOCIAL.record_types}
    models: dict[str, type[BaseModel]] = {
        "Sag": Sag,
        "Sag.person": Person,
        "Sag.part": Sagspart,
        "Aktivitet": Aktivitet,
        "Ydelse": Ydelse,
    }
    for record_type, model in models.items():
        own = {f"{INNER[record_type]}{path}" for path in leaves(model)}
        if record_type == "Sag":
            own = {path for path in own if not path.startswith(("primaerPerson.", "sagsparter."))}
        assert {path for path in own if not names(path, types[record_type])} == set(), record_type
        places = {path.casefold() for path in own}
        unread = {field for field in types[record_type] if not any(names(place, {field}) for place in places)}
        assert unread == set(), f"{record_type}: approved, and not read"


def test_nexus_has_no_place_for_another_field() -> None:
    types = {info.name: declared_in(info.fields_read) for info in NEXUS.record_types}
    grant = {path for path in leaves(Grant) if not path.endswith(("syntetisk", "Elements"))}
    assert len(grant) > 6
    assert {path for path in grant if not names(path, types["Grant"])} == set()
    assert {path for path in leaves(PatientDetails) if not names(path, types["Access"])} == set()
    elements = types["Grant"] - {path.casefold() for path in grant} - {"patient.patientidentifier"}
    assert {field.partition(".")[0] for field in elements} == {name.casefold() for name in READ}
    parts = {path.rpartition(".")[2].casefold() for path in leaves(Element)} - {"type", "date"}
    assert parts == {field.rpartition(".")[2] for field in elements if "." in field}


def leaves(model: type[BaseModel], before: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        path = f"{before}{field.alias or name}"
        inner = [part for part in parts_of(field.annotation) if isinstance(part, type) and issubclass(part, BaseModel)]
        for part in inner:
            yield from leaves(part, f"{path}.")
        if not inner:
            yield path


def parts_of(annotation: Any) -> Iterator[Any]:
    yield annotation
    for part in get_args(annotation):
        yield from parts_of(part)


def test_school_knows_no_other_column_of_absence() -> None:
    (fields,) = (info.fields_read for info in SCHOOL.record_types if info.name == ABSENCE)
    spellings = {field.casefold() for field in fields}
    columns = absence_file._COLUMNS
    assert {columns[spelling] for spelling in spellings} == set(columns.values())
