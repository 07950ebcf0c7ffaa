"""The verbs of quarantine: add, park, resolve, list, delete what has been kept long enough."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy.orm import Session

from hub.bus.base import Delivered
from hub.errors import InvalidSetting
from hub.log import redact_cpr
from hub.quarantine import repository
from hub.quarantine.rules import (
    LARGEST_PAYLOAD,
    UNKNOWN,
    Fault,
    PayloadState,
    QuarantinedRow,
    QuarantineEntry,
    StoredPayload,
    case_number_in,
    fingerprint_of,
    payload_place,
    shown_key,
    storable,
)
from hub.quarantine.tables import QuarantineEntryRow
from hub.secrets import PayloadCipher
from schemas.record import Rejection, RejectionRule, SourceRecord

WHOLE = "(record)"
"""Used for a fault that is in no single field."""
_SOURCE = "urn:helhed:source:"


class NotProcessed(NamedTuple):
    """A message that could not be stored."""

    id: int
    """Of its entry."""
    message: bytes | None
    """None: it was not stored, or has been deleted."""


def add(
    session: Session, source: str, rejections: Iterable[Rejection], *, cipher: PayloadCipher, now: datetime
) -> None:
    """Put rejected payloads into quarantine. The same fault of the same payload is one entry that is counted."""
    for rejection in rejections:
        fingerprint = fingerprint_of(rejection)
        payload = None
        if rejection.raw is not None and len(rejection.raw) <= LARGEST_PAYLOAD:
            payload = cipher.seal(rejection.raw, payload_place(_storable_name(source), fingerprint))
        entry = QuarantineEntryRow(
            source=_storable_name(source),
            fingerprint=fingerprint,
            record_type=_storable_name(rejection.record_type),
            source_id=None if rejection.source_id is None else storable(rejection.source_id),
            field=_storable_name(rejection.field),
            rule=rejection.rule.value,
            masked_value=None if rejection.masked_value is None else redact_cpr(storable(rejection.masked_value)),
            payload=payload,
            payload_stored_at=None if payload is None else now,
            first_seen_at=now,
            last_seen_at=now,
            seen=1,
        )
        repository.save_entry(session, entry)


def park(
    session: Session,
    delivered: Delivered,
    *,
    cipher: PayloadCipher,
    now: datetime,
    record: SourceRecord | None = None,
    field: str = WHOLE,
) -> None:
    """Put a message of ``helhed.records`` that could not be stored into quarantine as ``not_processed``.

    Args:
        session: the caller's transaction; commit the offset after it.
        delivered: the message; its value is the entry's payload, for publishing again.
        cipher: encrypts the payload.
        now: when.
        record: the record in it; None when it is unreadable, and the source is taken from its headers.
        field: path of the fault.
    """
    source, record_type = (record.source, record.record_type) if record else _source_of(delivered)
    rejection = Rejection(
        record_type=record_type,
        source_id=record.source_id if record else None,
        field=field,
        rule=RejectionRule.NOT_PROCESSED,
        raw=delivered.message.value,
    )
    add(session, source, [rejection], cipher=cipher, now=now)


def resolve_published(session: Session, records: Iterable[SourceRecord], now: datetime) -> None:
    """These records could be read and were published: what was wrong with them at the source has been corrected.

    ``not_processed`` stays: whether they can be stored now is known only when the pipeline has them.
    """
    _resolve(session, records, now, only_not_processed=False)


def resolve_corrected(session: Session, source: str, corrected: Iterable[tuple[str, str]], now: datetime) -> None:
    """These were rejected, and have been taken by now although they are no records: sets of files, by type and id."""
    keys = sorted((source, _storable_name(record_type), storable(key)) for record_type, key in corrected)
    if keys:
        repository.resolve_records(session, keys, now, only_not_processed=False)


def resolve_stored(session: Session, records: Iterable[SourceRecord], now: datetime) -> None:
    """These records were stored for the first time: their ``not_processed`` entries are resolved.

    There are hardly ever any, and this runs for every batch, so that is asked first.
    """
    if not repository.has_open(session, RejectionRule.NOT_PROCESSED):
        return
    _resolve(session, records, now, only_not_processed=True)


def list_entries(session: Session, source: str, *, after: int = 0, size: int = 50) -> tuple[QuarantineEntry, ...]:
    """The open entries of a source, oldest first, a page at a time; *after* is the ``id`` of the last one had."""
    return tuple(_entry(row) for row in repository.list_entries(session, source, after=after, size=size))


def list_rows(
    session: Session, source: str, *, case_fields: Mapping[str, str], cipher: PayloadCipher, size: int
) -> tuple[QuarantinedRow, ...]:
    """Which rows of a source are in quarantine, the latest *size* of each fault.

    Args:
        session: the caller's transaction.
        source: its name.
        case_fields: by record type the path of the case number in a payload.
        cipher: opens the payloads.
        size: at most so many of each fault.
    """
    return tuple(
        _shown_row(row, field, case_fields, cipher) for field, row in repository.list_latest(session, source, size)
    )


def list_faulty_rows(
    session: Session, fault: Fault, *, case_fields: Mapping[str, str], cipher: PayloadCipher, after: int, size: int
) -> tuple[QuarantinedRow, ...]:
    """Which rows have that fault, oldest first, a page at a time; *after* is the ``id`` of the last one had."""
    rows = repository.list_faulty(session, fault, after=after, size=size)
    return tuple(_shown_row(row, fault.field, case_fields, cipher) for row in rows)


def get_entry(session: Session, entry_id: int) -> QuarantineEntry | None:
    """The open entry with that number; its id of the source is as a page may show it."""
    row = repository.get_open(session, entry_id)
    if row is None:
        return None
    key = None if row.source_id is None else shown_key(row.source_id)
    return _entry(row).model_copy(update={"source_id": key})


def case_number_of(
    session: Session, entry_id: int, *, case_fields: Mapping[str, str], cipher: PayloadCipher
) -> str | None:
    """The number of the case that an open entry belongs to, where its payload names one."""
    row = repository.get_open(session, entry_id)
    return None if row is None else _case_number(row, case_fields.get(row.record_type), cipher)


def open_payload(session: Session, entry_id: int, *, cipher: PayloadCipher) -> StoredPayload | None:
    """An open entry with its payload, locked until the transaction ends; None: it was resolved meanwhile.

    Raises:
        InvalidSetting: the payload was sealed with another key.
    """
    row = repository.get_open(session, entry_id, lock=True)
    if row is None:
        return None
    raw = None if row.payload is None else cipher.open(row.payload, payload_place(row.source, row.fingerprint))
    return StoredPayload(row.source, row.record_type, row.source_id, RejectionRule(row.rule), row.fingerprint, raw)


def list_not_processed(
    session: Session, source: str, *, cipher: PayloadCipher, after: int, size: int
) -> tuple[NotProcessed, ...]:
    """The open ``not_processed`` entries of a source with their messages, oldest first, a page at a time."""
    rows = repository.list_entries(session, source, rule=RejectionRule.NOT_PROCESSED, after=after, size=size)
    return tuple(
        NotProcessed(
            row.id,
            None if row.payload is None else cipher.open(row.payload, payload_place(row.source, row.fingerprint)),
        )
        for row in rows
    )


def resolve(session: Session, entry_id: int, now: datetime) -> None:
    """Resolve one entry, and delete its payload."""
    repository.resolve_entry(session, entry_id, now)


def delete_expired(session: Session, now: datetime, retention: timedelta) -> int:
    """Delete the payloads that have been stored for longer than *retention*; returns how many. Their entries stay."""
    return repository.delete_payloads(session, stored_before=now - retention)


def _resolve(session: Session, records: Iterable[SourceRecord], now: datetime, *, only_not_processed: bool) -> None:
    # In one order for all processes, so that two of them do not wait for each other.
    keys = sorted(
        {
            (_storable_name(record.source), _storable_name(record.record_type), storable(record.source_id))
            for record in records
        }
    )
    if keys:
        repository.resolve_records(session, keys, now, only_not_processed=only_not_processed)


def _entry(row: QuarantineEntryRow) -> QuarantineEntry:
    return QuarantineEntry(
        id=row.id,
        source=row.source,
        record_type=row.record_type,
        source_id=None if row.source_id is None else redact_cpr(row.source_id),
        field=row.field,
        rule=RejectionRule(row.rule),
        masked_value=row.masked_value,
        payload_state=_payload_state(row),
        payload_stored_at=row.payload_stored_at,
        first_seen_at=row.first_seen_at,
        last_seen_at=row.last_seen_at,
        seen=row.seen,
    )


def _shown_row(
    row: QuarantineEntryRow, field: str, case_fields: Mapping[str, str], cipher: PayloadCipher
) -> QuarantinedRow:
    return QuarantinedRow(
        id=row.id,
        record_type=row.record_type,
        field=field,
        rule=RejectionRule(row.rule),
        key=None if row.source_id is None else shown_key(row.source_id),
        case_number=_case_number(row, case_fields.get(row.record_type), cipher),
        last_seen_at=row.last_seen_at,
    )


def _case_number(row: QuarantineEntryRow, path: str | None, cipher: PayloadCipher) -> str | None:
    """None also where the payload was sealed with another key: the page shows the rest."""
    if path is None or row.payload is None or row.rule == RejectionRule.NOT_PROCESSED:
        return None
    try:
        return case_number_in(cipher.open(row.payload, payload_place(row.source, row.fingerprint)), path)
    except InvalidSetting:
        return None


def _payload_state(row: QuarantineEntryRow) -> PayloadState:
    if row.payload is not None:
        return PayloadState.STORED
    return PayloadState.NOT_STORED if row.payload_stored_at is None else PayloadState.DELETED


def _source_of(delivered: Delivered) -> tuple[str, str]:
    """Source and type as the CloudEvents headers give them (``hub.collect.service.to_message``)."""
    headers = delivered.message.headers
    source = headers.get("ce_source", "")
    record_type = headers.get("ce_id", "").split("/")[0]
    return source.removeprefix(_SOURCE) if source.startswith(_SOURCE) else UNKNOWN, record_type or UNKNOWN


def _storable_name(text: str) -> str:
    """The text as an entry can hold it: a faulty payload must not make its entry faulty."""
    return redact_cpr(storable(text)) or UNKNOWN


def seal_payloads_anew(session: Session, after: int, size: int, cipher: PayloadCipher) -> tuple[int | None, int]:
    """Seal the next payloads with the key that seals now: where the next batch begins (None: none left), and how many.

    A payload that no key opens stays as it is until its time limit.
    """
    batch, count = repository.list_payloads(session, after, size), 0
    for entry in batch:
        former = entry.payload or b""
        sealed = cipher.sealed_anew(former, payload_place(entry.source, entry.fingerprint))
        if sealed is not None:
            repository.replace_payload(session, entry.id, former, sealed)
            count += 1
    return (batch[-1].id if batch else None), count


def forget_people(
    session: Session, words: Iterable[bytes], keys: Iterable[tuple[str, str, str]], *, cipher: PayloadCipher
) -> int:
    """Delete every entry whose payload has one of these identifiers, and all of these records; how many.

    A payload that does not open with the keys there are stays until its time limit.
    """
    searched, matching, after = tuple(words), [], 0
    while batch := repository.list_payloads(session, after, 500):
        for entry in batch:
            raw = cipher.open_or_none(entry.payload or b"", payload_place(entry.source, entry.fingerprint))
            if raw is not None and any(word in raw for word in searched):
                matching.append(entry.id)
        after = batch[-1].id
    return repository.delete_by_id(session, matching, list(keys))
