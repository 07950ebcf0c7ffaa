"""Records processed as a worker does it, without a bus: stored, matched, and the overviews that are due rebuilt."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from hub.db import Database
from hub.pipeline import StoreResult, rebuild_due, store_batch
from schemas.record import SourceRecord
from schemas.source import Area

_ALL = 100_000


def process_records(
    database: Database, records: Sequence[SourceRecord], *, areas: Mapping[str, Area], digest_key: bytes, now: datetime
) -> StoreResult:
    """Store the records and rebuild everybody who is due."""
    with database.transaction() as session:
        result = store_batch(session, records, digest_key=digest_key, now=now)
    rebuild_due(database, areas=areas, until=now, now=now, limit=_ALL)
    return result
