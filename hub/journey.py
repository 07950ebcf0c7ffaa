"""The path of a record through the hub, on one screen: received, matched, shown, told.

``carry`` is the whole path; ``run_once`` feeds it from the bus. Everything may be repeated: a crash at any
point gives the same messages again, and the same records make the same overviews.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from hub.bus.base import Consumer, Delivered
from hub.clock import Clock
from hub.db import Database
from hub.errors import StoreUnavailable
from hub.intake.service import receive
from hub.matching.service import match
from hub.overview.service import rebuild
from schemas.base import Schema
from schemas.record import SourceRecord
from schemas.source import Area

log = logging.getLogger("hub.journey")


class Carried(Schema):
    """What became of a batch."""

    new: int = 0
    """Records stored for the first time."""
    known: int = 0
    outdated: int = 0
    citizens: tuple[UUID, ...] = ()
    """Citizens whose records changed."""
    rebuilt: tuple[UUID, ...] = ()
    """Those whose overview got a new version."""


class Ran(Schema):
    """What one round did. Falsy when there was nothing to do."""

    carried: int = 0
    """Records carried, known ones included."""
    parked: int = 0
    """Messages passed by: no record could be read, or carrying it alone failed. They stay where they lay on the bus."""

    def __bool__(self) -> bool:
        return bool(self.carried or self.parked)


def carry(
    session: Session, records: Sequence[SourceRecord], *, areas: Mapping[str, Area], digest_key: bytes, now: datetime
) -> Carried:
    """Carry records from receipt to outbox within the caller's transaction."""
    received = receive(session, records, now=now)
    citizens = match(session, received.new, digest_key=digest_key, now=now)
    rebuilt = rebuild(session, citizens, areas=areas, now=now)
    return Carried(
        new=len(received.new),
        known=received.known,
        outdated=received.outdated,
        citizens=tuple(sorted(citizens)),
        rebuilt=rebuilt,
    )


def run_once(  # noqa: PLR0913  two live parts, and five choices by name only
    database: Database,
    consumer: Consumer,
    *,
    areas: Mapping[str, Area],
    digest_key: bytes,
    clock: Clock,
    limit: int,
    timeout: timedelta,
) -> Ran:
    """Carry one batch from the bus: one transaction, then the offset.

    A batch that fails for what is in it is tried record by record, so that one bad record holds up nobody.

    Raises:
        StoreUnavailable: nothing was committed; rewind and come again.
        BusUnavailable: as above, or it was carried and will be carried again, which is harmless.
    """
    delivered = consumer.poll(limit=limit, timeout=timeout)
    read = [(one, record) for one in delivered if (record := _read(one)) is not None]

    def carry_all(records: Sequence[SourceRecord]) -> None:
        if records:
            with database.transaction() as session:
                carry(session, records, areas=areas, digest_key=digest_key, now=clock.now())

    parked = len(delivered) - len(read)
    try:
        carry_all([record for _, record in read])
    except (StoreUnavailable, OperationalError):
        # The store, not the records: a deadlock, a lost connection, a full disk. The same batch comes again.
        raise
    except Exception as error:  # noqa: BLE001  by type only: a database error's text holds the values
        log.warning("journey.batch_failed", extra={"fields": {"records": len(read), "error": type(error).__name__}})
        for one, record in read:
            try:
                carry_all([record])
            except (StoreUnavailable, OperationalError):
                raise
            except Exception as error:  # noqa: BLE001  whatever a record does, the next one must pass
                _park(one, type(error).__name__)
                parked += 1
    if delivered:
        consumer.commit(delivered)
    return Ran(carried=len(delivered) - parked, parked=parked)


def _read(delivered: Delivered) -> SourceRecord | None:
    try:
        return SourceRecord.model_validate_json(delivered.message.value)
    except ValidationError as error:
        _park(delivered, error.errors(include_input=False, include_url=False)[0]["type"])
        return None


def _park(delivered: Delivered, reason: str) -> None:
    place = {"topic": delivered.topic, "partition": delivered.partition, "offset": delivered.offset}
    log.error("journey.parked", extra={"fields": {**place, "reason": reason}})
