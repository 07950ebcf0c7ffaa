"""Try again what is in quarantine, once the program or the source has been mended."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from pydantic import JsonValue, ValidationError
from sqlalchemy.orm import Session

from connectors.base import Batch, ReadContext, RejectedPayload, ReplayConnector
from connectors.errors import ConnectorError
from hub.bus.base import LARGEST, RECORDS, Bus
from hub.clock import Clock
from hub.collect.service import to_message
from hub.db import Database
from hub.errors import InvalidSetting, SourceNotFound
from hub.quarantine import repository, service
from hub.quarantine.rules import Fault, StoredPayload, fingerprint_of
from hub.quarantine.service import NotProcessed, list_not_processed, resolve
from hub.secrets import PayloadCipher
from hub.sources.catalogue import SourceCatalogue
from schemas.record import RejectionRule, SourceRecord

Report = Callable[[int, int | None, Mapping[str, int]], None]
"""Is told how many entries were tried, of how many, and how many came to what."""
AT_ONCE = 100
"""Messages published in one transaction by ``republish``."""
GROUP, ENTRY = "group", "entry"
"""What a replay's parameters name: a fault, or the number of one entry."""


class ReplayOutcome(StrEnum):
    """What came of one entry."""

    PUBLISHED = "published"
    """It can be read now, and is on its way to the citizen."""
    LEFT_OUT = "left_out"
    """It can be read now, and a declared rule leaves it out."""
    STILL_REJECTED = "still_rejected"
    NEXT_RUN = "next_run"
    """It cannot be read by itself; the next run of the source reads it again."""
    NO_PAYLOAD = "no_payload"
    """Nothing of it is stored any more, so it waits for the source to send it again."""
    NO_ANSWER = "no_answer"
    """The source did not answer, or did not let us in."""
    SOURCE_GONE = "source_gone"
    """The source is not read any more."""
    GONE = "gone"
    """It was resolved meanwhile."""


class ReplayResult(NamedTuple):
    """What became of the entries."""

    published: int
    left: int
    """Those that stay open: their payload was not stored, has been deleted, or is still no record."""


@dataclass(frozen=True, kw_only=True)
class ReplayServices:
    """What a replay works with."""

    database: Database
    bus: Bus
    catalogue: SourceCatalogue
    cipher: PayloadCipher
    digest_key: bytes
    clock: Clock


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


def replay_parameters(target: Fault | int) -> dict[str, JsonValue]:
    """The parameters of a replay of all entries with a fault, or of one entry."""
    return (
        {ENTRY: target}
        if isinstance(target, int)
        else {GROUP: target.model_dump(mode="json", include=set(Fault.model_fields))}
    )


def replay_group(services: ReplayServices, parameters: Mapping[str, JsonValue], report: Report) -> Mapping[str, int]:
    """Try each entry that the parameters name, one by one; an interrupted replay goes on where it stopped.

    Each is a transaction of its own, and *report* is called after each. Gives how many came to what.
    """
    entry_ids = _entry_ids(services, parameters)
    counts: Counter[str] = Counter()
    report(0, len(entry_ids), counts)
    for done, entry_id in enumerate(entry_ids, start=1):
        counts[replay_entry(services, entry_id)] += 1
        report(done, len(entry_ids), counts)
    return counts


def replay_entry(services: ReplayServices, entry_id: int) -> ReplayOutcome:
    """Try one entry: its stored payload by the translation of today, else its id at the source.

    Raises:
        BusUnavailable: it stays open.
    """
    with services.database.transaction() as session:
        payload = service.open_payload(session, entry_id, cipher=services.cipher)
    if payload is None:
        return ReplayOutcome.GONE
    batch = _replayed(services, payload)
    if isinstance(batch, ReplayOutcome):
        return batch
    if batch is None:
        return ReplayOutcome.NO_PAYLOAD if payload.raw is None else _unreadable(payload)
    return _keep(services, entry_id, payload, batch)


def _entry_ids(services: ReplayServices, parameters: Mapping[str, JsonValue]) -> Sequence[int]:
    if isinstance(number := parameters.get(ENTRY), int):
        return (number,)
    with services.database.transaction() as session:
        return repository.list_faulty_ids(session, Fault.model_validate(parameters[GROUP]))


def _replayed(services: ReplayServices, payload: StoredPayload) -> Batch | ReplayOutcome | None:
    """What the payload is today. None: nobody can tell from it alone."""
    if payload.rule is RejectionRule.NOT_PROCESSED:
        record = _record(payload)
        return Batch(records=(record,)) if record else None
    try:
        with services.catalogue.lend_connector(payload.source) as connector:
            if not isinstance(connector, ReplayConnector):
                return None
            rejected = RejectedPayload(record_type=payload.record_type, source_id=payload.source_id, raw=payload.raw)
            return connector.replay(rejected, ReadContext())
    except SourceNotFound:
        return ReplayOutcome.SOURCE_GONE
    except (ConnectorError, InvalidSetting):
        return ReplayOutcome.NO_ANSWER


def _unreadable(payload: StoredPayload) -> ReplayOutcome:
    is_ours = payload.rule is RejectionRule.NOT_PROCESSED
    return ReplayOutcome.STILL_REJECTED if is_ours else ReplayOutcome.NEXT_RUN


def _keep(services: ReplayServices, entry_id: int, payload: StoredPayload, batch: Batch) -> ReplayOutcome:
    """Publish what became of it and resolve its entry; what is still faulty stays as it is, with its time limit.

    The entry is resolved before the message is published and committed after: the pipeline waits for that, and what
    it still cannot store is open again.
    """
    messages = [to_message(record, services.digest_key) for record in batch.records]
    if any(message.size > LARGEST for message in messages):
        return ReplayOutcome.STILL_REJECTED
    is_same = any(
        fingerprint_of(rejection.model_copy(update={"raw": payload.raw})) == payload.fingerprint
        or (rejection.record_type, rejection.source_id) == (payload.record_type, payload.source_id)
        for rejection in batch.rejected
    )
    is_nothing = not batch.records and not batch.skipped
    if is_same or is_nothing:
        return ReplayOutcome.STILL_REJECTED
    now = services.clock.now()
    with services.database.transaction() as session:
        if service.open_payload(session, entry_id, cipher=services.cipher) is None:
            return ReplayOutcome.GONE
        if payload.rule is not RejectionRule.NOT_PROCESSED:
            service.resolve_published(session, batch.records, now)
        service.resolve(session, entry_id, now)
        if messages:
            services.bus.publish(RECORDS, messages)
    return ReplayOutcome.PUBLISHED if messages else ReplayOutcome.LEFT_OUT


def _record(payload: StoredPayload) -> SourceRecord | None:
    try:
        return SourceRecord.model_validate_json(payload.raw) if payload.raw else None
    except ValidationError:
        return None


def _resolved(session: Session, entry: NotProcessed, clock: Clock) -> SourceRecord | None:
    if entry.message is None:
        return None
    try:
        record = SourceRecord.model_validate_json(entry.message)
    except ValidationError:
        return None
    resolve(session, entry.id, clock.now())
    return record
