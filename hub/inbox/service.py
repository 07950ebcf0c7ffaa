"""The verbs of the inbox: accept an event of a source that may send it, and store it once."""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from connectors.base import ClientCertificate, PushConnector, PushedEvent
from hub.clock import Clock
from hub.db import Database, Session
from hub.errors import InvalidSetting, SourceNotFound
from hub.inbox import repository
from hub.inbox.refusals import SPELL, RefusalTally
from hub.secrets import PayloadCipher
from hub.sources.catalogue import SourceCatalogue

STORE_WITHIN = 0.7
"""Seconds that storing may take; a sender is answered within one."""


class Accepted(StrEnum):
    """What became of an event."""

    STORED = "stored"
    REPEATED = "repeated"
    """It came before; that it came again is counted."""
    REFUSED = "refused"
    """The sender may not send for this source, or there is none that takes events."""


@dataclass(frozen=True, kw_only=True)
class Inbox:
    """What the inbox works with."""

    database: Database
    catalogue: SourceCatalogue
    cipher: PayloadCipher
    clock: Clock

    def accept(
        self, source: str, certificate: ClientCertificate, path: str, body: bytes, *, is_cut: bool = False
    ) -> Accepted:
        """Store an event once, whatever it says. What it says is judged when it is resolved.

        Raises:
            StoreUnavailable: PostgreSQL does not answer; nothing was stored.
            InvalidSetting: the source's settings are wrong, so nobody can say who may send; nothing was stored.
        """
        now = self.clock.now()
        event = PushedEvent(path=path, body=body, is_cut=is_cut, received_at=now)
        try:
            with self.catalogue.lend_connector(source) as connector:
                if not isinstance(connector, PushConnector) or not connector.verify(certificate):
                    return Accepted.REFUSED
                key = connector.event_key(event)
        except SourceNotFound:
            return Accepted.REFUSED
        row = {
            "source": source,
            "digest": key.digest,
            "path": path,
            "body": self.cipher.seal(body, _place(source, key.digest)),
            "is_cut": is_cut,
        }
        with self.database.transaction() as session:
            repository.limit_time(session, STORE_WITHIN)
            is_new = repository.save_event(session, row, again=not key.is_versioned, now=now)
        return Accepted.STORED if is_new else Accepted.REPEATED

    def save_refusals(self, tally: RefusalTally) -> None:
        """Store how often senders were refused. What could not be stored goes on being counted.

        Raises:
            StoreUnavailable: PostgreSQL does not answer; other errors of it as they come.
        """
        counts, now = tally.take(), self.clock.now()
        if not counts:
            return
        known = {source.name for source in self.catalogue.known()}
        by_source = Counter[tuple[str, str]]()
        for (name, reason), times in counts.items():
            by_source[name if name in known else "", reason] += times
        try:
            with self.database.transaction() as session:
                repository.limit_time(session, STORE_WITHIN)
                repository.add_refusals(session, by_source, fresh=now - SPELL, now=now)
        except Exception:
            for (name, reason), times in counts.items():
                tally.add(name, reason, times)
            raise


def open_event(event: repository.WaitingEvent, source: str, cipher: PayloadCipher) -> PushedEvent | None:
    """A stored event as it came; None: it was encrypted with another key."""
    try:
        body = cipher.open(event.body, _place(source, event.digest))
    except InvalidSetting:
        return None
    return PushedEvent(
        path=event.path,
        body=body,
        is_cut=event.is_cut,
        received_at=event.received_at,
        attempt=event.attempts + 1,
    )


def _place(source: str, digest: str) -> bytes:
    return f"inbox:{source}:{digest}".encode()


def seal_bodies_anew(session: Session, after: int, size: int, cipher: PayloadCipher) -> tuple[int | None, int]:
    """Seal the next waiting events with the key that seals now, as ``quarantine.seal_payloads_anew`` does."""
    batch, count = repository.list_bodies(session, after, size), 0
    for event in batch:
        sealed = cipher.sealed_anew(event.body, _place(event.source, event.digest))
        if sealed is not None:
            repository.replace_body(session, event.id, event.body, sealed)
            count += 1
    return (batch[-1].id if batch else None), count
