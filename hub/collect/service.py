"""Run one stream of a source under its lease: publish each batch, park what was rejected, only then move the cursor.

A crash at any point makes the next run bring again what was not yet saved; nothing is lost, and who receives
records twice does not mind (hub.intake). A run that has lost its lease saves nothing more.
"""

import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from connectors.base import Batch, HeldDeletions, ReadContext
from connectors.errors import SourceRefused, SourceUnavailable, WholeReadingNeeded
from hub import metrics, tracing
from hub.bus.base import LARGEST, RECORDS, Bus, BusRefused, BusUnavailable, Message
from hub.bus.sealing import SEALED_TYPE, seal_value
from hub.clock import Clock
from hub.collect.heartbeat import Heartbeat
from hub.collect.run_log import RunLog
from hub.db import Database
from hub.digest import keyed_digest
from hub.errors import InvalidSetting, LeaseLost, SourceNotFound, StoreUnavailable
from hub.log import place_of
from hub.quarantine import service as quarantine
from hub.quarantine.rules import RejectLimits, too_many_rejected
from hub.secrets import PayloadCipher
from hub.sources import held_repository, hint_repository, lease_repository, run_repository
from hub.sources.definitions import StreamLease
from hub.sources.health import RunOutcome, RunSummary
from hub.sources.run_history import RUN_HEADER
from hub.sources.schedule import due_after_run
from schemas.base import Schema
from schemas.identifiers import Identifier
from schemas.record import Cursor, PartyRole, Rejection, RejectionRule, SourceRecord

log = logging.getLogger("hub.collect")
LEASE_LOST = "another process reads the stream by now"


class StreamReader(Protocol):
    """What a run reads: a connector, or what stands for one."""

    def read(self, stream: str, cursor: Cursor, context: ReadContext, /) -> Iterator[Batch]:
        """As ``Connector.read``."""


class Progress(Schema):
    """How far a run has come."""

    source: str
    stream: str
    read: int
    total: int | None = None
    """None: the source does not say how many there are."""


def _never() -> bool:
    return False


def _ignore(_: Progress) -> None:
    pass


@dataclass(frozen=True, kw_only=True)
class RunServices:
    """What every run works with."""

    bus: Bus
    database: Database
    clock: Clock
    digest_key: bytes
    cipher: PayloadCipher
    limits: RejectLimits


def take_stream(
    database: Database,
    source: str,
    *,
    owner: str,
    stream: str | None = None,
    due_by: datetime | None = None,
    pushed: bool = False,
) -> StreamLease | None:
    """The lease of a stream of the source, with what a person has released.

    Args:
        database: where the streams are.
        source: its name.
        owner: who takes it.
        stream: this one; None: the one that has been due longest.
        due_by: only if it is due at this instant, or a hint of it is.
        pushed: of the streams that are pushed, instead of the others.

    Returns:
        None: no such stream is there to be read, or somebody reads it.
    """
    with database.transaction() as session:
        lease = lease_repository.take_lease(session, source, owner=owner, stream=stream, due_by=due_by, pushed=pushed)
        if lease is None:
            return None
        return hint_repository.with_hints(session, held_repository.with_decisions(session, lease))


def collect(
    open_connector: Callable[[], StreamReader],
    lease: StreamLease,
    services: RunServices,
    *,
    should_stop: Callable[[], bool] = _never,
    progress: Callable[[Progress], None] = _ignore,
) -> RunSummary:
    """Read everything of the leased stream that changed since its cursor, keep how it went, and give the lease back.

    Faults of the source, the bus and of our own end the run and are told in the summary; the cursor stays at the
    last batch that was wholly published and parked. So does a run that is asked to stop, or whose source is paused,
    removed or changed meanwhile. A run that rejects more than the limits allow stops, and the cursor is put back to
    where it was before: the next run reads everything of this one again. A run that lost its lease is ``stopped`` and
    not kept.

    Raises:
        StoreUnavailable: PostgreSQL does not answer, so nothing about the run could be kept; the lease runs out.
    """
    with (
        tracing.span("collect", source=lease.source, stream=lease.stream),
        Heartbeat(services.database, lease) as heartbeat,
    ):
        run = _Run(lease, services, progress)
        run.begin()
        summary = run.finish(run.read(open_connector, lambda: should_stop() or heartbeat.says_stop()))
    metrics.count_run(summary.source, summary.outcome)
    return summary


class _TooManyRejected(Exception):
    """The run has rejected more than the limits allow."""


class _Ending(NamedTuple):
    """How a run ended, and what a person is told."""

    outcome: RunOutcome
    message: str | None = None
    advice: str | None = None
    is_unexpected: bool = False
    reads_whole_next: bool = False
    """The hints cannot be followed by a narrow reading; the stream is due for a whole one."""


def _ending_of(error: Exception) -> _Ending:
    match error:
        case WholeReadingNeeded():
            ending = _Ending(RunOutcome.STOPPED, str(error), reads_whole_next=True)
        case SourceUnavailable() | SourceRefused():
            outcome = RunOutcome.UNAVAILABLE if isinstance(error, SourceUnavailable) else RunOutcome.REFUSED
            ending = _Ending(outcome, str(error), error.advice)
        case InvalidSetting():
            ending = _Ending(RunOutcome.REFUSED, str(error), advice="source_settings_wrong")
        case SourceNotFound():
            ending = _Ending(RunOutcome.STOPPED, "the source is not there any more")
        case _TooManyRejected():
            ending = _Ending(RunOutcome.TOO_MANY_REJECTED, str(error), advice="too_many_rejected")
        case LeaseLost():
            ending = _Ending(RunOutcome.STOPPED, LEASE_LOST)
        case BusUnavailable():
            ending = _Ending(RunOutcome.UNAVAILABLE, "the bus does not answer", advice="bus_unavailable")
        case BusRefused():
            ending = _Ending(RunOutcome.FAILED, str(error), advice="bus_refused")
        case _:
            # The type and the place only: the text of a foreign error may hold a person's data.
            ending = _Ending(RunOutcome.FAILED, place_of(error), "connector_error", is_unexpected=True)
    return ending


class _Run:
    """One run, and what it has counted so far."""

    def __init__(self, lease: StreamLease, services: RunServices, progress: Callable[[Progress], None]) -> None:
        self._lease = lease
        self._services = services
        self._progress = progress
        self._started_at = services.clock.now()
        self._counts: Counter[str] = Counter()
        self._skipped: Counter[str] = Counter()
        self._held: dict[str, HeldDeletions] = {}
        self._last_data_at: datetime | None = None
        self._log = RunLog(self._started_at)
        self._reads_whole_next = False

    def begin(self) -> None:
        """Keep that the run has begun, for those who watch it."""
        with suppress(LeaseLost), self._services.database.transaction() as session:
            lease_repository.lock_lease(session, self._lease)
            run_repository.begin_run(session, self._lease, self._started_at)

    def read(self, open_connector: Callable[[], StreamReader], should_stop: Callable[[], bool]) -> RunSummary:
        """Read until the end, a fault, or being asked to stop."""
        ending = _Ending(RunOutcome.COMPLETE)
        try:
            self._read(open_connector(), should_stop)
            if should_stop():
                ending = _Ending(RunOutcome.STOPPED)
            elif self._held:
                ending = _Ending(RunOutcome.HELD, advice="deletions_held")
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001  a source's fault must not end the worker, nor be silent
            ending = _ending_of(error)
            self._reads_whole_next = ending.reads_whole_next
            if ending.is_unexpected:
                fields = {"source": self._lease.source, "stream": self._lease.stream, "error": ending.message}
                log.error("collect.failed", extra={"fields": fields})  # noqa: TRY400  a foreign error's text may hold a person's data
        return RunSummary(
            source=self._lease.source,
            stream=self._lease.stream,
            number=self._lease.fence,
            requested_by=self._lease.requested_by,
            started_at=self._started_at,
            ended_at=self._services.clock.now(),
            outcome=ending.outcome,
            read=self._counts.total() + self._skipped.total(),
            published=self._counts["published"],
            rejected=self._counts["rejected"],
            skipped=dict(self._skipped),
            held=sum(deletions.missing for deletions in self._held.values()),
            message=ending.message,
            advice=ending.advice,
            hints=len(self._lease.hints) if self._lease.is_hinted else 0,
        )

    def finish(self, summary: RunSummary) -> RunSummary:
        """Keep the run and what it holds, and give the lease back, all at once or not at all."""
        was_read = summary.outcome in {RunOutcome.COMPLETE, RunOutcome.HELD}
        try:
            with self._services.database.transaction() as session:
                lease_repository.lock_lease(session, self._lease)
                if was_read and not self._lease.is_hinted:
                    waits = held_repository.save_held(session, self._lease, self._held, summary.ended_at)
                    if not waits:  # a person has refused all that is held: there is nothing to wait for
                        summary = summary.model_copy(update={"outcome": RunOutcome.COMPLETE, "advice": None})
                is_held = summary.outcome is RunOutcome.HELD
                run_repository.end_run(session, self._lease, summary, None if is_held else self._last_data_at)
                if was_read:
                    hint_repository.delete_hints(session, self._lease)
                elif summary.outcome is not RunOutcome.STOPPED:
                    hint_repository.postpone_hints(session, self._lease, summary.ended_at)
                is_finished = summary.outcome is not RunOutcome.STOPPED and not self._lease.is_hinted
                lease_repository.give_back(session, self._lease, self._due_at(summary), is_finished=is_finished)
        except LeaseLost:
            return summary.model_copy(update={"outcome": RunOutcome.STOPPED, "message": LEASE_LOST, "advice": None})
        return summary

    def _due_at(self, summary: RunSummary) -> datetime | None:
        """When the stream is due again; None: as before, because a run by hints is none of its schedule."""
        if self._reads_whole_next:
            return summary.ended_at
        if self._lease.is_hinted:
            return None
        return due_after_run(
            self._lease.schedule, summary.outcome, started_at=summary.started_at, ended_at=summary.ended_at
        )

    def _read(self, connector: StreamReader, should_stop: Callable[[], bool]) -> None:
        lease = self._lease
        hints = lease.hints if lease.is_hinted else ()
        context = ReadContext(should_stop=should_stop, releases=lease.releases, refusals=lease.refusals, hints=hints)
        batches = connector.read(lease.stream, Cursor(state=lease.cursor), context)
        try:
            for batch in batches:
                self._take(batch)
                if should_stop():
                    return
        finally:
            if isinstance(batches, Generator):
                batches.close()

    def _take(self, batch: Batch) -> None:
        fitting, messages = _fitting(batch, self._services.digest_key, self._lease.fence)
        self._check_rejected(fitting)
        self._services.bus.publish(RECORDS, messages)
        now = self._services.clock.now()
        self._last_data_at = now if fitting.records else self._last_data_at
        self._held |= {deletions.record_type: deletions for deletions in fitting.held}
        self._counts["published"] += len(fitting.records)
        self._counts["rejected"] += len(fitting.rejected)
        self._skipped.update(fitting.skipped)
        self._save(fitting, now)
        metrics.collected(
            self._lease.source,
            published=len(fitting.records),
            rejected=len(fitting.rejected),
            skipped=sum(fitting.skipped.values()),
        )
        read = self._counts.total() + self._skipped.total()
        self._progress(Progress(source=self._lease.source, stream=self._lease.stream, read=read, total=batch.total))

    def _check_rejected(self, batch: Batch) -> None:
        """Stop the run before this batch, with the cursor as it was before the run, if too much was rejected.

        Raises:
            _TooManyRejected: it was.
        """
        rejected = self._counts["rejected"] + len(batch.rejected)
        items = self._counts.total() + len(batch.records) + len(batch.rejected)
        if not too_many_rejected(items, rejected, self._services.limits):
            return
        self._counts["rejected"] = rejected
        self._save(Batch(rejected=batch.rejected, cursor=Cursor(state=self._lease.cursor)), self._services.clock.now())
        metrics.collected(self._lease.source, published=0, rejected=len(batch.rejected), skipped=0)
        raise _TooManyRejected(
            f"{rejected} of {items} items could not be read; the cursor is where it was before the run"
        )

    def _save(self, batch: Batch, now: datetime) -> None:
        """Quarantine, cursor and progress in one transaction: no rejected payload is passed without being parked.

        Entries of records that could be read this time are resolved first: one that is also rejected stays open.
        """
        with self._services.database.transaction() as session:
            lease_repository.lock_lease(session, self._lease)
            quarantine.resolve_published(session, batch.records, now)
            quarantine.resolve_corrected(session, self._lease.source, batch.corrected, now)
            quarantine.add(session, self._lease.source, batch.rejected, cipher=self._services.cipher, now=now)
            hint_repository.save_hints(session, self._lease.source, batch.hints, now)
            if batch.cursor is not None:
                lease_repository.save_cursor(session, self._lease, batch.cursor, now)
            self._log.add_batch(batch, self._totals(batch.total), now)
            run_repository.save_progress(
                session,
                self._lease,
                published=self._counts["published"],
                rejected=self._counts["rejected"],
                skipped=self._skipped,
                total=batch.total,
                lines=self._log.take(),
                now=now,
            )

    def _totals(self, total: int | None) -> dict[str, int]:
        """The counts so far, for a line of the log."""
        skipped = self._skipped.total()
        totals = {"read": self._counts.total() + skipped, **self._counts, "skipped": skipped, "total": total or 0}
        return {name: count for name, count in totals.items() if count}


def to_message(record: SourceRecord, digest_key: bytes, run: int | None = None) -> Message:
    """The record as an encrypted CloudEvent, keyed so that what is said of one person stays in order; *run* sends."""
    key = topic_key(record, digest_key)
    return Message(
        key=key,
        value=seal_value(record.model_dump_json().encode(), key, digest_key),
        headers={
            "ce_specversion": "1.0",
            "ce_id": f"{record.record_type}/{record.version_or_digest}/{record.digest}",
            "ce_source": f"urn:helhed:source:{record.source}",
            "ce_type": "dk.helhed.record.v1",
            "ce_time": record.registered_at.isoformat(),
            "content-type": SEALED_TYPE,
            **({} if run is None else {RUN_HEADER: str(run)}),
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


def _fitting(batch: Batch, digest_key: bytes, run: int) -> tuple[Batch, list[Message]]:
    """The records that fit on the bus, as messages, and the batch with the others among its rejected.

    Otherwise one record that is too large would hold up its source for ever.
    """
    pairs = [(record, to_message(record, digest_key, run)) for record in batch.records]
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
    records = tuple(record for record, message in pairs if message.size <= LARGEST)
    return batch.model_copy(update={"records": records, "rejected": (*batch.rejected, *large)}), messages
