"""Publish again what could not be processed, once the program that could not has been mended."""

from typing import NamedTuple

from pydantic import ValidationError
from sqlalchemy.orm import Session

from hub.bus.base import RECORDS, Bus
from hub.clock import Clock
from hub.collect.service import to_message
from hub.db import Database
from hub.quarantine.service import NotProcessed, list_not_processed, resolve
from hub.secrets import PayloadCipher
from schemas.record import SourceRecord

AT_ONCE = 100
"""Messages published in one transaction."""


class ReplayResult(NamedTuple):
    """What became of the entries."""

    published: int
    left: int
    """Those that stay open: their payload was not stored, has been deleted, or is still no record."""


def republish(
    database: Database, bus: Bus, source: str, *, cipher: PayloadCipher, digest_key: bytes, clock: Clock
) -> ReplayResult:
    """Publish every open ``not_processed`` message of *source* again and resolve its entry.

    The entry is resolved before the message is published and committed after: the pipeline waits for that, and what
    it still cannot carry is open again.

    Raises:
        BusUnavailable: what was published before stays so; the rest is open as before.
    """
    published, left, after = 0, 0, 0
    while True:
        with database.transaction() as session:
            entries = list_not_processed(session, source, cipher=cipher, after=after, size=AT_ONCE)
            records = [record for entry in entries if (record := _resolved(session, entry, clock)) is not None]
            if records:
                bus.publish(RECORDS, [to_message(record, digest_key) for record in records])
        published, left = published + len(records), left + len(entries) - len(records)
        if len(entries) < AT_ONCE:
            return ReplayResult(published, left)
        after = entries[-1].id


def _resolved(session: Session, entry: NotProcessed, clock: Clock) -> SourceRecord | None:
    if entry.message is None:
        return None
    try:
        record = SourceRecord.model_validate_json(entry.message)
    except ValidationError:
        return None
    resolve(session, entry.id, clock.now())
    return record
