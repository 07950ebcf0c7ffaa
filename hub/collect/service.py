"""Read a source: publish each batch, park what was rejected, and only then move the cursor.

A crash at any point makes the next run bring again what was not yet saved; nothing is lost, and who receives
records twice does not mind (hub.intake).
"""

import hashlib
import logging
from collections import Counter
from collections.abc import Callable
from datetime import datetime

from connectors.base import Batch, Connector
from connectors.errors import SourceRefused, SourceUnavailable
from connectors.kit import read_all
from hub import metrics, tracing
from hub.bus.base import LARGEST, RECORDS, Bus, BusRefused, BusUnavailable, Message
from hub.clock import Clock
from hub.collect import repository
from hub.collect.runs import RunOutcome, RunSummary
from hub.db import Database
from hub.digest import keyed_digest
from hub.errors import StoreUnavailable
from hub.log import place_of
from hub.quarantine import service as quarantine
from hub.quarantine.cipher import PayloadCipher
from hub.quarantine.rules import RejectLimits, too_many_rejected
from schemas.base import Schema
from schemas.identifiers import Identifier
from schemas.record import PartyRole, Rejection, RejectionRule, SourceRecord

log = logging.getLogger("hub.collect")


class Progress(Schema):
    """How far a run has come."""

    source: str
    read: int
    total: int | None = None
    """None: the source does not say how many there are."""


def collect(  # noqa: PLR0913  one run's, by name only
    connector: Connector,
    *,
    bus: Bus,
    database: Database,
    clock: Clock,
    digest_key: bytes,
    cipher: PayloadCipher,
    limits: RejectLimits,
    progress: Callable[[Progress], None] | None = None,
) -> RunSummary:
    """Read everything that changed since the saved cursor, and keep how it went.

    Faults of the source, the bus and of our own end the run and are told in the summary; the cursor stays at the
    last batch that was wholly published and parked. A run that rejects more than *limits* allow stops, and the cursor
    is put back to where it was before the run: the next run reads everything of this one again.

    Raises:
        StoreUnavailable: PostgreSQL does not answer, so nothing about the run could be kept.
    """
    with tracing.span("collect", source=connector.source.name):
        summary = _collect(
            connector,
            bus=bus,
            database=database,
            clock=clock,
            digest_key=digest_key,
            cipher=cipher,
            limits=limits,
            progress=progress or _ignore,
        )
    metrics.ran(summary.source, summary.outcome)
    return summary


def _collect(  # noqa: PLR0913  as above
    connector: Connector,
    *,
    bus: Bus,
    database: Database,
    clock: Clock,
    digest_key: bytes,
    cipher: PayloadCipher,
    limits: RejectLimits,
    progress: Callable[[Progress], None],
) -> RunSummary:
    source = connector.source.name
    started_at = clock.now()
    with database.transaction() as session:
        cursor = repository.cursor_of(session, source)
        reason = repository.pause_reason(session, source)
    if reason is not None:
        return RunSummary(
            source=source, started_at=started_at, ended_at=started_at, outcome=RunOutcome.PAUSED, message="paused"
        )
    counts: Counter[str] = Counter()
    skipped: Counter[str] = Counter()
    last_data_at: datetime | None = None
    outcome, message, advice = RunOutcome.COMPLETE, None, None
    try:
        for read in read_all(connector, cursor):
            batch, messages = _fitting(read, digest_key)
            rejected = counts["rejected"] + len(batch.rejected)
            items = counts.total() + len(batch.records) + len(batch.rejected)
            if too_many_rejected(items, rejected, limits):
                with database.transaction() as session:
                    quarantine.add(session, source, batch.rejected, cipher=cipher, now=clock.now())
                    repository.save_cursor(session, source, cursor, clock.now())
                counts["rejected"] = rejected
                metrics.collected(source, published=0, rejected=len(batch.rejected), skipped=0)
                outcome, advice = RunOutcome.TOO_MANY_REJECTED, "too_many_rejected"
                message = f"{rejected} of {items} items could not be read; the cursor is where it was before the run"
                break
            bus.publish(RECORDS, messages)
            counts["published"] += len(batch.records)
            last_data_at = clock.now() if batch.records else last_data_at
            _save(database, source, batch, cipher, clock.now())
            counts["rejected"] += len(batch.rejected)
            skipped.update(batch.skipped)
            left_out = sum(batch.skipped.values())
            metrics.collected(source, published=len(batch.records), rejected=len(batch.rejected), skipped=left_out)
            progress(Progress(source=source, read=counts.total() + skipped.total(), total=batch.total))
    except SourceUnavailable as error:
        outcome, message, advice = RunOutcome.UNAVAILABLE, str(error), error.advice
    except SourceRefused as error:
        outcome, message, advice = RunOutcome.REFUSED, str(error), error.advice
    except BusUnavailable:
        outcome, message, advice = RunOutcome.UNAVAILABLE, "the bus does not answer", "bus_unavailable"
    except BusRefused as error:
        outcome, message, advice = RunOutcome.FAILED, str(error), "bus_refused"
    except StoreUnavailable:
        raise
    except Exception as error:  # noqa: BLE001  a source's fault must not end the worker, nor be silent
        # The type and the place only: the text of a foreign error may hold a person's data.
        log.error("collect.failed", extra={"fields": {"source": source, "error": place_of(error)}})  # noqa: TRY400  see above
        outcome, message, advice = RunOutcome.FAILED, place_of(error), "connector_error"
    summary = RunSummary(
        source=source,
        started_at=started_at,
        ended_at=clock.now(),
        outcome=outcome,
        read=counts.total() + skipped.total(),
        published=counts["published"],
        rejected=counts["rejected"],
        skipped=dict(skipped),
        message=message,
        advice=advice,
    )
    with database.transaction() as session:
        repository.save_run(session, summary, last_data_at)
    return summary


def _ignore(_: Progress) -> None:
    pass


def to_message(record: SourceRecord, digest_key: bytes) -> Message:
    """The record as a CloudEvent, keyed so that what is said of one person stays in order."""
    return Message(
        key=topic_key(record, digest_key),
        value=record.model_dump_json().encode(),
        headers={
            "ce_specversion": "1.0",
            "ce_id": f"{record.record_type}/{record.version_or_digest}/{record.digest}",
            "ce_source": f"urn:helhed:source:{record.source}",
            "ce_type": "dk.helhed.record.v1",
            "ce_time": record.registered_at.isoformat(),
            "content-type": "application/json",
            **tracing.headers(),
        },
    )


def topic_key(record: SourceRecord, digest_key: bytes) -> str:
    """Keyed digest of the primary party's first national identifier, else of its first, else of the entity."""
    primary = next((party for party in record.parties if party.role is PartyRole.PRIMARY), None)
    if primary is None:
        return keyed_digest(Identifier.local("entity", hashlib.sha256(record.entity.encode()).hexdigest()), digest_key)
    national = next((identifier for identifier in primary.identifiers if identifier.is_national), None)
    return keyed_digest(national or primary.identifiers[0], digest_key)


def _fitting(batch: Batch, digest_key: bytes) -> tuple[Batch, list[Message]]:
    """The records that fit on the bus, as messages, and the batch with the others among its rejected.

    Otherwise one record that is too large would hold up its source for ever.
    """
    pairs = [(record, to_message(record, digest_key)) for record in batch.records]
    messages = [message for _, message in pairs if message.size <= LARGEST]
    if len(messages) == len(pairs):
        return batch, messages
    large = [
        Rejection(
            record_type=record.record_type,
            source_id=record.source_id,
            field=quarantine.WHOLE,
            rule=RejectionRule.TOO_LARGE,
        )
        for record, message in pairs
        if message.size > LARGEST
    ]
    kept = tuple(record for record, message in pairs if message.size <= LARGEST)
    return batch.model_copy(update={"records": kept, "rejected": (*batch.rejected, *large)}), messages


def _save(database: Database, source: str, batch: Batch, cipher: PayloadCipher, now: datetime) -> None:
    """Quarantine and cursor in one transaction: a rejected payload is never passed without being parked.

    Entries of records that could be read this time are resolved first: a batch that also rejects one leaves it open.
    """
    with database.transaction() as session:
        quarantine.resolve_published(session, batch.records, now)
        quarantine.add(session, source, batch.rejected, cipher=cipher, now=now)
        if batch.cursor is not None:
            repository.save_cursor(session, source, batch.cursor, now)
