"""Resolves what waits of one source, as a run of its stream: the lease, the bus and quarantine are the run's."""

import logging
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from connectors.base import Batch, PushConnector, ReadContext
from connectors.errors import ConnectorError, EventNotReady
from connectors.retry import Stopped
from hub.clock import Clock
from hub.db import Database
from hub.inbox import repository
from hub.inbox.repository import WaitingEvent
from hub.inbox.service import open_event
from hub.log import place_of
from hub.secrets import PayloadCipher
from schemas.record import Cursor, Rejection, RejectionRule

AT_ONCE = 50
"""Events of one batch."""
LONGEST_WAIT = timedelta(hours=1)
GIVE_UP_RUN_AFTER = 3
"""So many events in a row without an answer end the run; the others would get none either."""

log = logging.getLogger("hub.inbox")


class InboxReader:
    """Stands where a connector stands in a run of its pushed stream. An event goes when its batch is published."""

    def __init__(
        self, source: str, connector: PushConnector, database: Database, cipher: PayloadCipher, clock: Clock
    ) -> None:
        self._source = source
        self._connector = connector
        self._database = database
        self._cipher = cipher
        self._clock = clock
        self._failure: Exception | None = None
        self._failed_in_a_row = 0

    def read(self, _stream: str, cursor: Cursor, context: ReadContext) -> Iterator[Batch]:
        """Batches of what waits, in the order in which it came, until nothing is due.

        An event that cannot be resolved now is tried again later, each time after twice the wait, and holds up no
        other. It is never given up.

        Raises:
            SourceUnavailable, SourceRefused: of an event that waits; everything else was resolved.
        """
        while not context.should_stop():
            now = self._clock.now()
            with self._database.transaction() as session:
                events = repository.take_events(session, self._source, now, AT_ONCE)
            if not events:
                break
            batch, resolved = self._resolve(events, context)
            yield batch
            with self._database.transaction() as session:
                repository.resolve_events(session, resolved, self._clock.now())
            if self._failed_in_a_row >= GIVE_UP_RUN_AFTER:
                break
        if self._failure is not None:
            raise self._failure
        yield Batch(cursor=cursor)

    def _resolve(self, events: tuple[WaitingEvent, ...], context: ReadContext) -> tuple[Batch, list[WaitingEvent]]:
        batches: list[Batch] = []
        resolved: list[WaitingEvent] = []
        for event in events:
            if context.should_stop() or self._failed_in_a_row >= GIVE_UP_RUN_AFTER:
                break
            try:
                batches.append(self._resolved(event, context))
            except Stopped:
                break
            except EventNotReady:
                self._postpone(event)
            except ConnectorError as error:
                self._fail(event, error)
            except Exception as error:  # noqa: BLE001  by type and place only: its text may hold a person's data
                fields = {"source": self._source, "error": place_of(error), "attempt": event.attempts + 1}
                log.error("inbox.resolve_failed", extra={"fields": fields})  # noqa: TRY400  as above
                self._fail(event, error)
            else:
                resolved.append(event)
                self._failed_in_a_row = 0
        skipped: Counter[str] = Counter()
        for batch in batches:
            skipped.update(batch.skipped)
        return (
            Batch(
                records=tuple(record for batch in batches for record in batch.records),
                rejected=tuple(rejection for batch in batches for rejection in batch.rejected),
                skipped=dict(skipped),
                hints=tuple(hint for batch in batches for hint in batch.hints),
            ),
            resolved,
        )

    def _resolved(self, event: WaitingEvent, context: ReadContext) -> Batch:
        opened = open_event(event, self._source, self._cipher)
        if opened is None:
            unreadable = Rejection(record_type="event", field="(body)", rule=RejectionRule.UNREADABLE)
            return Batch(rejected=(unreadable,))
        return self._connector.resolve(opened, context)

    def _fail(self, event: WaitingEvent, error: Exception) -> None:
        self._failure = error
        self._failed_in_a_row += 1
        self._postpone(event)

    def _postpone(self, event: WaitingEvent) -> None:
        with self._database.transaction() as session:
            repository.postpone(session, event.id, next_attempt_at(self._clock.now(), event.attempts + 1))


def next_attempt_at(now: datetime, attempts: int) -> datetime:
    """When to try again after so many attempts: 2^n - 1 seconds, at most an hour."""
    return now + min(timedelta(seconds=2.0 ** min(attempts, 20) - 1), LONGEST_WAIT)
