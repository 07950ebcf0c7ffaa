"""The path of a record through the hub, on one screen: store, match, rebuild, outbox.

``process_batch`` takes records from the bus in two halves: ``store_batch`` stores and matches them and marks whose
overview is due, ``rebuild_due`` builds it. A source is read type by type, so in a backlog a citizen comes back again
and again; in halves, the overview is built once for all of them (docs/decisions/0012). Everything may be repeated: a
crash at any point gives the same messages again, and the same records make the same overviews.
"""

import logging
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from hub import metrics, tracing
from hub.bus.base import Consumer, Delivered
from hub.bus.sealing import open_message
from hub.clock import Clock
from hub.db import Database
from hub.errors import StoreUnavailable
from hub.indexing.documents import preparing_with
from hub.indexing.repository import add_to_outbox, is_outbox_empty
from hub.intake.service import RecordFate, receive
from hub.log import place_of
from hub.matching.service import match
from hub.overview.service import Preparing, is_anything_due, mark_due, rebuild, take_due
from hub.quarantine.service import park, resolve_stored
from hub.rights.keeping_out import digests_of, keep_out
from hub.rights.repository import count_kept_out, forgotten_among, is_anything_forgotten
from hub.secrets import PayloadCipher
from hub.sources.forgetting_repository import forgettings
from hub.sources.run_history import RUN_HEADER, RunCounts
from hub.sources.run_repository import add_counts
from schemas.base import Schema
from schemas.record import SourceRecord

PIPELINE_GROUP = "pipeline"
"""Consumer group of the workers that process records."""
LONGEST_DELAY = timedelta(seconds=30)
"""How long an overview may wait while records flow in. Without a flow it is built at once."""
FLOW = 50
"""So many records at once are a flow: more will follow, about the same citizens. Events come a few at once."""
RETRY_AFTER = timedelta(minutes=5)
"""After so long an overview that could not be built is tried again, if no new record comes before."""

log = logging.getLogger("hub.pipeline")


class StoreResult(Schema):
    """What became of a batch of records."""

    new: int = 0
    """Records stored for the first time."""
    known: int = 0
    outdated: int = 0
    citizens: tuple[UUID, ...] = ()
    """Citizens whose records changed."""


class RebuildResult(Schema):
    """What became of the overviews that were due."""

    taken: int = 0
    """Citizens taken: as many as the limit when there may be more."""
    rebuilt: int = 0
    """Overviews that got a new version."""


class RoundResult(Schema):
    """What one round did. Falsy when there was nothing to do."""

    stored: int = 0
    """Records stored, known ones included."""
    parked: int = 0
    """Messages put in quarantine: no record could be read from them, or storing it alone failed."""
    rebuilt: int = 0
    """Overviews that got a new version."""
    has_more: bool = False
    """Whether it stopped at its limit: do not wait before the next round."""
    is_flow: bool = False
    """Whether records flow in; the next round is to be told."""
    is_idle: bool = False
    """Whether nothing came, nothing was due and nothing waits to be published."""
    traceparent: str = ""
    """The span that did it, for the steps that follow from it (hub.tracing)."""

    def __bool__(self) -> bool:
        return bool(self.stored or self.parked or self.rebuilt or self.has_more)


def process_batch(  # noqa: PLR0913  two live services, and six choices by name only
    database: Database,
    consumer: Consumer,
    *,
    digest_key: bytes,
    cipher: PayloadCipher,
    clock: Clock,
    limit: int,
    timeout: timedelta,
    after_flow: bool = False,
) -> RoundResult:
    """Store one batch from the bus in one transaction, then commit the offset; then rebuild who is due.

    While records flow in, only those are rebuilt who have waited ``LONGEST_DELAY``. The flow ends with a round that
    gets none, or with the second one that gets few.

    A batch that fails for what is in it is tried record by record, so that one bad record holds up nobody. What
    cannot be stored is in quarantine, message and all, before the offset moves on.

    Raises:
        StoreUnavailable: the batch was not stored to its end; the next consumer gets it again.
        BusUnavailable: as above, or it was stored and will be stored again, which is harmless.
    """
    delivered = consumer.poll(limit=limit, timeout=timeout)
    result = _store_delivered(database, consumer, delivered, digest_key, cipher, clock) if delivered else RoundResult()
    now, is_behind, is_flow = clock.now(), len(delivered) == limit, len(delivered) >= min(limit, FLOW)
    if not (delivered or is_anything_due(database, now)) and is_outbox_empty(database):
        return RoundResult(is_idle=True)
    with tracing.continue_span(result.traceparent):
        until = now - LONGEST_DELAY if is_flow or (after_flow and delivered) else now
        built = rebuild_due(database, digest_key=digest_key, until=until, now=now, limit=limit)
    has_more = is_behind or built.taken == limit
    return result.model_copy(update={"rebuilt": built.rebuilt, "has_more": has_more, "is_flow": is_flow})


def store_batch(
    session: Session, records: Sequence[SourceRecord], *, digest_key: bytes, now: datetime, runs: Sequence[int] = ()
) -> StoreResult:
    """The first half of the path: store and match records, and mark whose overview is due, all in one transaction.

    *runs*: the run that published each record, whose counts it adds to; 0: nobody knows. Empty: of none.
    """
    records, runs = _without_forgotten(session, records, runs)
    records, runs = _without_forgotten_citizens(session, records, runs, digest_key=digest_key, now=now)
    received = receive(session, records, now=now)
    resolve_stored(session, [stored.record for stored in received.new], now)
    citizens = match(session, received.new, digest_key=digest_key, now=now)
    mark_due(session, citizens, since=now)
    add_counts(session, _counts_by_run(runs, received.fates))
    return StoreResult(
        new=len(records) - received.known,
        known=received.known,
        outdated=received.outdated,
        citizens=tuple(sorted(citizens)),
    )


def _without_forgotten(
    session: Session, records: Sequence[SourceRecord], runs: Sequence[int]
) -> tuple[Sequence[SourceRecord], Sequence[int]]:
    """The records that are not of a source whose data is forgotten; what it published before is let in no more."""
    forgotten = forgettings(session, {record.source for record in records})
    if not forgotten:
        return records, runs
    numbered = zip(records, runs or [0] * len(records), strict=True)
    remaining = [
        (record, run)
        for record, run in numbered
        if record.source not in forgotten or not forgotten[record.source].covers(run)
    ]
    return [record for record, _ in remaining], [run for _, run in remaining] if runs else ()


def _without_forgotten_citizens(
    session: Session, records: Sequence[SourceRecord], runs: Sequence[int], *, digest_key: bytes, now: datetime
) -> tuple[Sequence[SourceRecord], Sequence[int]]:
    """The records that are not about a citizen who was forgotten, and did not lapse; others without forgotten names."""
    if not records or not is_anything_forgotten(session):
        return records, runs
    forgotten = forgotten_among(session, digests_of(records, digest_key))
    if not forgotten:
        return records, runs
    remaining = keep_out(records, forgotten, digest_key)
    count_kept_out(session, remaining.times, now)
    return remaining.records, [runs[place] for place in remaining.places] if runs else ()


def _counts_by_run(runs: Sequence[int], fates: Sequence[RecordFate]) -> dict[int, RunCounts]:
    by_run: dict[int, Counter[RecordFate]] = {}
    for run, fate in zip(runs, fates, strict=bool(runs)):
        by_run.setdefault(run, Counter())[fate] += 1
    by_run.pop(0, None)
    return {
        run: RunCounts(
            stored=counts.total(),
            new=counts[RecordFate.NEW],
            changed=counts[RecordFate.CHANGED],
            deleted=counts[RecordFate.DELETED],
        )
        for run, counts in by_run.items()
    }


def rebuild_due(database: Database, *, digest_key: bytes, until: datetime, now: datetime, limit: int) -> RebuildResult:
    """The second half: build overviews that have been due since *until* or longer, at most *limit*.

    Where it fails for what is in one citizen's records the others are built. That one is tried again later, and until
    it succeeds the store holds since when it has failed.

    Raises:
        StoreUnavailable: all of them are still due.
    """
    preparing = preparing_with(digest_key)
    with database.transaction() as session:
        due = take_due(session, until=until, limit=limit)
        if not due:
            return RebuildResult()
        try:
            with session.begin_nested():
                return RebuildResult(taken=len(due), rebuilt=_rebuild(session, due, now, preparing))
        except Exception as error:
            if _is_of_the_store(error):
                raise
            log.warning("pipeline.lot_failed", extra={"fields": {"citizens": len(due), "error": place_of(error)}})
        rebuilt = sum(
            _rebuild_alone(session, citizen_id, failed_since, now, preparing)
            for citizen_id, failed_since in due.items()
        )
        return RebuildResult(taken=len(due), rebuilt=rebuilt)


def _rebuild(session: Session, citizen_ids: Collection[UUID], now: datetime, preparing: Preparing) -> int:
    """Build overviews and put their new versions in the outbox; how many there are."""
    rebuilt = rebuild(session, citizen_ids, now=now, preparing=preparing)
    add_to_outbox(session, rebuilt.versions, now=now)
    add_to_outbox(session, rebuilt.concerned, now=now, reindex=True)
    return len(rebuilt.versions)


def _rebuild_alone(
    session: Session, citizen_id: UUID, failed_since: datetime | None, now: datetime, preparing: Preparing
) -> int:
    try:
        with session.begin_nested():
            return _rebuild(session, [citizen_id], now, preparing)
    except Exception as error:
        if _is_of_the_store(error):
            raise
        log.error("pipeline.rebuild_failed", extra={"fields": {"error": place_of(error)}})  # noqa: TRY400  its text may hold values
        mark_due(session, [citizen_id], since=now + RETRY_AFTER, failed_since=failed_since or now)
        return 0


def _store_delivered(
    database: Database,
    consumer: Consumer,
    delivered: Sequence[Delivered],
    digest_key: bytes,
    cipher: PayloadCipher,
    clock: Clock,
) -> RoundResult:
    def store_all(readable: Sequence[tuple[Delivered, SourceRecord]]) -> None:
        records, runs = [record for _, record in readable], [_run_of(message) for message, _ in readable]
        with metrics.storing(), database.transaction() as session:
            result = store_batch(session, records, digest_key=digest_key, now=clock.now(), runs=runs)
        metrics.stored(new=result.new, known=result.known, outdated=result.outdated)

    headers = (message.message.headers for message in delivered)
    with tracing.batch_span("store_batch", headers, messages=len(delivered)):
        parked = _store_or_park(database, [_opened(each, digest_key) for each in delivered], store_all, cipher, clock)
        consumer.commit(delivered)
        metrics.parked(parked)
        return RoundResult(stored=len(delivered) - parked, parked=parked, traceparent=tracing.traceparent())


def _store_or_park(
    database: Database,
    delivered: Sequence[Delivered],
    store_all: Callable[[Sequence[tuple[Delivered, SourceRecord]]], None],
    cipher: PayloadCipher,
    clock: Clock,
) -> int:
    """Store what can be stored and park the rest; how many were parked."""
    readable: list[tuple[Delivered, SourceRecord]] = []
    unreadable: list[tuple[Delivered, str]] = []
    for message in delivered:
        try:
            readable.append((message, SourceRecord.model_validate_json(message.message.value)))
        except ValidationError as error:
            field = _field(error)
            log.error("pipeline.unreadable", extra={"fields": {**_where(message), "field": field}})  # noqa: TRY400  as below
            unreadable.append((message, field))

    failed: list[tuple[Delivered, SourceRecord]] = []
    if readable:
        failed = _store_one_by_one(readable, store_all)
    if unreadable or failed:
        with database.transaction() as session:
            for message, field in unreadable:
                park(session, message, field=field, cipher=cipher, now=clock.now())
            for message, record in failed:
                park(session, message, record=record, cipher=cipher, now=clock.now())
            parked = Counter(map(_run_of, [message for message, *_ in (*unreadable, *failed)]))
            parked.pop(0, None)
            add_counts(session, {run: RunCounts(stored=count, parked=count) for run, count in parked.items()})
    return len(unreadable) + len(failed)


def _store_one_by_one(
    readable: Sequence[tuple[Delivered, SourceRecord]],
    store_all: Callable[[Sequence[tuple[Delivered, SourceRecord]]], None],
) -> list[tuple[Delivered, SourceRecord]]:
    """Store all at once or, if that fails for what is in them, each alone; returns those that failed alone."""
    try:
        store_all(readable)
    except Exception as error:
        if _is_of_the_store(error):
            raise
        # By type and place only: a database error's text holds the values.
        log.warning("pipeline.batch_failed", extra={"fields": {"records": len(readable), "error": place_of(error)}})
    else:
        return []
    failed = []
    for message, record in readable:
        try:
            store_all([(message, record)])
        except Exception as error:
            if _is_of_the_store(error):
                raise
            log.error("pipeline.parked", extra={"fields": {**_where(message), "error": place_of(error)}})  # noqa: TRY400  see above
            failed.append((message, record))
    return failed


def _opened(delivered: Delivered, digest_key: bytes) -> Delivered:
    """The message in clear; as it came where it does not open, and then no record can be read from it."""
    message = open_message(delivered.message, digest_key)
    return delivered if message is None else delivered._replace(message=message)


def _run_of(delivered: Delivered) -> int:
    """The run that published the message; 0: it does not say."""
    number = delivered.message.headers.get(RUN_HEADER, "")
    return int(number) if number.isdecimal() else 0


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
