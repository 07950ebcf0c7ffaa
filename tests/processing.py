"""Records processed as a worker does it, without a bus: stored, matched, and the overviews that are due rebuilt."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

from hub.db import Database, Session
from hub.pipeline import StoreResult, rebuild_due, store_batch
from hub.sources.definitions import SourceDefinition
from hub.sources.repository import get_source, save_source
from schemas.record import SourceRecord
from schemas.source import Area, Sensitivity, SourceSystem

AREAS: Mapping[str, Area] = MappingProxyType({"social": Area.SOCIAL, "health": Area.HEALTH})
_ALL = 100_000

RECORD_TABLES = ("record_entities", "record_parties", "party_identifiers", "identity_claims")
"""What to empty with all records: no foreign key leads from the last three to a record."""


def process_records(
    database: Database,
    records: Sequence[SourceRecord],
    *,
    digest_key: bytes,
    now: datetime,
    areas: Mapping[str, Area] = AREAS,
) -> StoreResult:
    """Store the records and rebuild everybody who is due. Their sources are stored with these areas if they are not."""
    with database.transaction() as session:
        store_areas(session, now, areas)
        result = store_batch(session, records, digest_key=digest_key, now=now)
    rebuild_due(database, digest_key=digest_key, until=now, now=now, limit=_ALL)
    return result


def store_areas(session: Session, now: datetime, areas: Mapping[str, Area] = AREAS) -> None:
    """Store a source for each name that has none, which says no more than its area."""
    for name, area in areas.items():
        if get_source(session, name) is not None:
            continue
        system = SourceSystem(
            name=name,
            title=name,
            area=area,
            authority="-",
            legal_basis="-",
            sensitivity=Sensitivity.ORDINARY,
            expected_cadence=timedelta(days=1),
            coverage="-",
        )
        definition = SourceDefinition(name=name, kind="test")
        save_source(session, definition, system=system, expected_version=0, changed_by="tests", now=now)
