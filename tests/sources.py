"""Sources of a test: connectors that the test made, stored as if somebody had added them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from pydantic import JsonValue

from connectors.base import Batch, CheckResult, Connector, ReadContext, Stream
from hub.clock import Clock
from hub.collect.service import take_stream
from hub.context import AppContext
from hub.db import Database
from hub.secrets import SecretKeys
from hub.sources import service
from hub.sources.catalogue import SourceCatalogue
from hub.sources.connector_builder import ConnectorBuilder
from hub.sources.definitions import SourceDefinition, StreamLease
from hub.sources.schedule import DEFAULT_SCHEDULE, Schedule
from hub.sources.stream_repository import clear_cursor
from schemas.base import Schema
from schemas.record import Cursor
from schemas.source import SourceSystem

OWNER = "test"


class NoSettings(Schema):
    """The source needs none."""


class GivenConnector:
    """A kind whose only connector is there already."""

    settings_type: type[Schema] = NoSettings

    def __init__(self, connector: Connector) -> None:
        self._connector = connector
        self.area = connector.source.area

    def spec(self) -> dict[str, JsonValue]:
        return NoSettings.model_json_schema()

    def __call__(self, name: str, settings: Any, *, clock: Callable[[], datetime]) -> Connector:  # noqa: ARG002
        return self._connector


class SilentSource:
    """A source with one stream, in which there is nothing."""

    def __init__(self, source: SourceSystem, streams: Sequence[str] = ("all",)) -> None:
        self.source = source
        self._streams = streams

    @classmethod
    def spec(cls) -> dict[str, JsonValue]:
        return {}

    def check(self) -> CheckResult:
        return CheckResult(ok=True, message="")

    def discover(self) -> tuple[Stream, ...]:
        return tuple(Stream(name=name, danish_title=name, record_types=()) for name in self._streams)

    def read(self, stream: str, cursor: Cursor, context: ReadContext) -> Iterator[Batch]:  # noqa: ARG002  there is nothing
        return iter(())

    def close(self) -> None:
        pass


def make_catalogue(database: Database, clock: Clock) -> SourceCatalogue:
    """A catalogue without a file, whose sources have no secrets."""
    return SourceCatalogue(database, ConnectorBuilder(SecretKeys({}), clock))


def know_connector(catalogue: SourceCatalogue, connector: Connector) -> str:
    """The kind by which the catalogue makes this connector of a source that is stored."""
    kind = f"test_{connector.source.name}"
    catalogue.builder.kinds[kind] = GivenConnector(connector)
    return kind


def add_connector(
    database: Database, catalogue: SourceCatalogue, connector: Connector, schedule: Schedule = DEFAULT_SCHEDULE
) -> None:
    """Store a source that this connector reads; its streams are due at once."""
    kind = know_connector(catalogue, connector)
    definition = SourceDefinition(name=connector.source.name, kind=kind)
    with database.transaction() as session:
        service.add_source(session, catalogue.builder, definition, secrets={}, by=OWNER, schedule=schedule)
    catalogue.expire()


def add_connectors(context: AppContext, connectors: Mapping[str, Connector], every: timedelta | None = None) -> None:
    """The same for all of these."""
    for connector in connectors.values():
        schedule = Schedule(every=every) if every else DEFAULT_SCHEDULE
        add_connector(context.database, context.catalogue, connector, schedule)


def replace_connectors(context: AppContext, connectors: Mapping[str, Connector]) -> None:
    """Let these be the only sources, read from the beginning."""
    context.catalogue.expire()
    with context.database.transaction() as session:
        for source in context.catalogue.current():
            service.remove_source(session, context.catalogue.builder, source.name, by=OWNER)
            clear_cursor(session, source.name)
    add_connectors(context, connectors, timedelta(hours=1))
    context.catalogue.expire()


def leased(database: Database, source: str, stream: str | None = None) -> StreamLease:
    """The lease of a stream that nobody has."""
    lease = take_stream(database, source, owner=OWNER, stream=stream)
    assert lease is not None, "somebody has it, or there is no such stream"
    return lease
