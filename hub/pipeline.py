"""The path of a record through the hub, on one screen: received, matched, shown, told.

``carry`` is the whole path. ``run_once`` feeds it from the bus in two halves: ``note`` stores records and marks whose
overview is due, ``show`` builds it. A source is read type by type, so in a backlog a citizen comes back again and
again; halved, the path builds the overview once for all of them (docs/decisions/0012). Everything may be repeated: a
crash at any point gives the same messages again, and the same records make the same overviews.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from hub import metrics, tracing
from hub.bus.base import Consumer, Delivered
from hub.clock import Clock
from hub.db import Database
from hub.errors import StoreUnavailable
from hub.intake.service import receive
from hub.log import place_of
from hub.matching.service import match
from hub.overview.service import mark_due, rebuild, take_due
from hub.quarantine.cipher import PayloadCipher
from hub.quarantine.service import park, resolve_stored
from schemas.base import Schema
from schemas.record import SourceRecord
from schemas.source import Area

AT_LATEST = timedelta(seconds=30)
"""So long an overview may wait while there is a backlog. Without one it is built at once."""
TRIED_AGAIN = timedelta(minutes=5)
"""After so long an overview that could not be built is tried again, if no new record comes before."""

log = logging.getLogger("hub.pipeline")


class StoreResult(Schema):
    """What became of a batch."""

    new: int = 0
    """Records stored for the first time."""
    known: int = 0
    outdated: int = 0
    citizens: tuple[UUID, ...] = ()
    """Citizens whose records changed."""
    rebuilt: tuple[UUID, ...] = ()
    """Those whose overview got a new version."""


class RebuildResult(Schema):
    """What became of the overviews that were due."""

    taken: int = 0
    """Citizens looked at: as many as asked for when there may be more."""
    rebuilt: int = 0
    """Overviews that got a new version."""


class RoundResult(Schema):
    """What one round did. Falsy when there was nothing to do."""

    carried: int = 0
    """Records carried, known ones included."""
    parked: int = 0
    """Messages put in quarantine: no record could be read from them, or carrying it alone failed."""
    shown: int = 0
    """Overviews that got a new version."""
    has_more: bool = False
    """Whether it stopped at its limit: do not wait before the next round."""
    traceparent: str = ""
    """The step that did it, for the steps that follow from it (hub.tracing)."""

    def __bool__(self) -> bool:
        return bool(self.carried or self.parked or self.shown or self.has_more)


def carry(
    session: Session, records: Sequence[SourceRecord], *, areas: Mapping[str, Area], digest_key: bytes, now: datetime
) -> StoreResult:
    """Carry records from receipt to outbox within the caller's transaction."""
    stored = _store(session, records, digest_key, now)
    return stored.model_copy(update={"rebuilt": rebuild(session, stored.citizens, areas=areas, now=now)})


def note(session: Session, records: Sequence[SourceRecord], *, digest_key: bytes, now: datetime) -> StoreResult:
    """The first half of the path: store and match records, and mark whose overview is due, all in one transaction."""
    stored = _store(session, records, digest_key, now)
    mark_due(session, stored.citizens, since=now)
    return stored


def show(database: Database, *, areas: Mapping[str, Area], until: datetime, now: datetime, limit: int) -> RebuildResult:
    """The second half: build overviews that have been due since *until* or longer, at most *limit*.

    Where it fails for what is in one citizen's records the others are shown. That one is tried again later, and until
    it succeeds the store tells since when it has failed.

    Raises:
        StoreUnavailable: all of them are still due.
    """
    with database.transaction() as session:
        due = take_due(session, until=until, limit=limit)
        try:
            with session.begin_nested():
                return RebuildResult(taken=len(due), rebuilt=len(rebuild(session, due, areas=areas, now=now)))
        except Exception as error:
            if _is_of_the_store(error):
                raise
            log.warning("pipeline.lot_failed", extra={"fields": {"citizens": len(due), "error": place_of(error)}})
        rebuilt = sum(_show_alone(session, one, failed_since, areas, now) for one, failed_since in due.items())
        return RebuildResult(taken=len(due), rebuilt=rebuilt)


def _store(session: Session, records: Sequence[SourceRecord], digest_key: bytes, now: datetime) -> StoreResult:
    received = receive(session, records, now=now)
    resolve_stored(session, [stored.record for stored in received.new], now)
    citizens = match(session, received.new, digest_key=digest_key, now=now)
    return StoreResult(
        new=len(records) - received.known,
        known=received.known,
        outdated=received.outdated,
        citizens=tuple(sorted(citizens)),
    )


def _show_alone(
    session: Session, citizen_id: UUID, failed_since: datetime | None, areas: Mapping[str, Area], now: datetime
) -> bool:
    try:
        with session.begin_nested():
            return bool(rebuild(session, [citizen_id], areas=areas, now=now))
    except Exception as error:
        if _is_of_the_store(error):
            raise
        log.error("pipeline.rebuild_failed", extra={"fields": {"error": place_of(error)}})  # noqa: TRY400  its text may hold values
        mark_due(session, [citizen_id], since=now + TRIED_AGAIN, failed_since=failed_since or now)
        return False


def run_once(  # noqa: PLR0913  two live context, and five choices by name only
    database: Database,
    consumer: Consumer,
    *,
    areas: Mapping[str, Area],
    digest_key: bytes,
    cipher: PayloadCipher,
    clock: Clock,
    limit: int,
    timeout: timedelta,
) -> RoundResult:
    """Carry one batch from the bus: one transaction, then the offset; then show who is due.

    A full batch is taken for a backlog: then only those are shown who have waited ``AT_LATEST``.

    A batch that fails for what is in it is tried record by record, so that one bad record holds up nobody. What
    cannot be carried is in quarantine, message and all, before the offset moves on.

    Raises:
        StoreUnavailable: the batch was not carried to its end; rewind and come again.
        BusUnavailable: as above, or it was carried and will be carried again, which is harmless.
    """
    delivered = consumer.poll(limit=limit, timeout=timeout)
    ran = _carry(database, consumer, delivered, digest_key, cipher, clock) if delivered else RoundResult()
    now, is_behind = clock.now(), len(delivered) == limit
    with tracing.continuing(ran.traceparent):
        shown = show(database, areas=areas, until=now - AT_LATEST if is_behind else now, now=now, limit=limit)
    return ran.model_copy(update={"shown": shown.rebuilt, "has_more": is_behind or shown.taken == limit})


def _carry(
    database: Database,
    consumer: Consumer,
    delivered: Sequence[Delivered],
    digest_key: bytes,
    cipher: PayloadCipher,
    clock: Clock,
) -> RoundResult:
    def note_all(records: Sequence[SourceRecord]) -> None:
        with metrics.carrying(), database.transaction() as session:
            done = note(session, records, digest_key=digest_key, now=clock.now())
        metrics.carried(new=done.new, known=done.known, outdated=done.outdated)

    with tracing.following("carry", (one.message.headers for one in delivered), messages=len(delivered)):
        parked = _carry_or_park(database, delivered, note_all, cipher, clock)
        consumer.commit(delivered)
        metrics.parked(parked)
        return RoundResult(carried=len(delivered) - parked, parked=parked, traceparent=tracing.traceparent())


def _carry_or_park(
    database: Database,
    delivered: Sequence[Delivered],
    carry_all: Callable[[Sequence[SourceRecord]], None],
    cipher: PayloadCipher,
    clock: Clock,
) -> int:
    """Carry what can be carried and park the rest; how many were parked."""
    read: list[tuple[Delivered, SourceRecord]] = []
    unreadable: list[tuple[Delivered, str]] = []
    for one in delivered:
        try:
            read.append((one, SourceRecord.model_validate_json(one.message.value)))
        except ValidationError as error:
            field = _field(error)
            log.error("pipeline.unreadable", extra={"fields": {**_where(one), "field": field}})  # noqa: TRY400  as below
            unreadable.append((one, field))

    failed: list[tuple[Delivered, SourceRecord]] = []
    if read:
        failed = _one_by_one(read, carry_all)
    if unreadable or failed:
        with database.transaction() as session:
            for one, field in unreadable:
                park(session, one, field=field, cipher=cipher, now=clock.now())
            for one, record in failed:
                park(session, one, record=record, cipher=cipher, now=clock.now())
    return len(unreadable) + len(failed)


def _one_by_one(
    read: Sequence[tuple[Delivered, SourceRecord]], carry_all: Callable[[Sequence[SourceRecord]], None]
) -> list[tuple[Delivered, SourceRecord]]:
    """Carry all at once or, if that fails for what is in them, each alone; returns those that failed alone."""
    try:
        carry_all([record for _, record in read])
    except Exception as error:
        if _is_of_the_store(error):
            raise
        # By type and place only: a database error's text holds the values.
        log.warning("pipeline.batch_failed", extra={"fields": {"records": len(read), "error": place_of(error)}})
    else:
        return []
    failed = []
    for one, record in read:
        try:
            carry_all([record])
        except Exception as error:
            if _is_of_the_store(error):
                raise
            log.error("pipeline.parked", extra={"fields": {**_where(one), "error": place_of(error)}})  # noqa: TRY400  see above
            failed.append((one, record))
    return failed


def _is_of_the_store(error: Exception) -> bool:
    """Whether the same records may well go through later: a deadlock, a lost connection, a full disk.

    A limit of PostgreSQL that a value exceeds (SQLSTATE class 54) also counts as operational there, but will be
    exceeded again.
    """
    if isinstance(error, OperationalError):
        return not (getattr(error.orig, "sqlstate", None) or "").startswith("54")
    return isinstance(error, StoreUnavailable | InterfaceError | PoolTimeout | MemoryError)


def _field(error: ValidationError) -> str:
    return ".".join(map(str, error.errors(include_input=False, include_url=False)[0]["loc"])) or "(message)"


def _where(delivered: Delivered) -> dict[str, object]:
    return {"topic": delivered.topic, "partition": delivered.partition, "offset": delivered.offset}
