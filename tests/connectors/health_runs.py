"""Runs of the health connector against the made-up server."""

from collections.abc import Callable, Mapping
from datetime import datetime

from connectors.base import Batch, ReadContext
from connectors.kit import read_all
from connectors.sources.health.connector import HealthConnector
from connectors.sources.health.settings import HealthSettings
from hub.clock import FixedClock
from schemas.record import Cursor, SourceRecord
from tests.connectors.fhir_server import SECRET, FhirServer

TYPES = ("Patient", "CarePlan")


def connector_to(fhir: FhirServer, clock: FixedClock, **more: object) -> HealthConnector:
    """A connector that reads patients and plans from the server."""
    settings = {
        "base_url": f"{fhir.url}/r4",
        "token_url": f"{fhir.url}/token",
        "client_id": "helhed",
        "client_secret": SECRET,
        "patience": "never",
        "resource_types": TYPES,
        **more,
    }
    return HealthConnector("health", HealthSettings.model_validate(settings), clock=clock.now)


def run(
    connector: HealthConnector,
    cursor: Cursor | None = None,
    *,
    releases: Mapping[str, int] | None = None,
    refusals: Mapping[str, int] | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> list[Batch]:
    """A whole run of every stream."""
    context = ReadContext(should_stop=should_stop, releases=releases or {}, refusals=refusals or {})
    return list(read_all(connector, cursor, context))


def cursor_of(batches: list[Batch]) -> Cursor:
    """The last cursor that was given out."""
    return next(batch.cursor for batch in reversed(batches) if batch.cursor is not None)


def since(cursor: Cursor, stream: str = "CarePlan") -> datetime | None:
    """How far a stream has been read."""
    state = cursor.state[stream]
    assert isinstance(state, dict)
    return datetime.fromisoformat(str(state["since"])) if state["since"] else None


def records_of(batches: list[Batch], record_type: str = "CarePlan") -> list[SourceRecord]:
    """All records of one type."""
    return [record for batch in batches for record in batch.records if record.record_type == record_type]


def tombstones(batches: list[Batch]) -> list[tuple[str, str | None]]:
    """Ids and reasons of deletions."""
    return [(record.source_id, record.deleted_reason) for record in records_of(batches) if record.deleted]


def alive(batches: list[Batch]) -> list[str]:
    """Ids of plans that were given out as they are."""
    return [record.source_id for record in records_of(batches) if not record.deleted]


def skipped(batches: list[Batch]) -> set[str]:
    """Everything that a declared rule left out."""
    return {key for batch in batches for key in batch.skipped}
