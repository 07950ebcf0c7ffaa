"""Every statement of quarantine."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import ColumnElement, CursorResult, case, delete, false, func, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hub.db import fetch_rows
from hub.quarantine.rules import Fault, QuarantineGroup
from hub.quarantine.tables import QuarantineEntryRow as Entry
from schemas.record import RejectionRule

_LIST_POSITION = r"\[\d+\]|(?<=^|\.)\d+(?=\.|$)"
_FIELD = func.regexp_replace(Entry.field, _LIST_POSITION, "*", "g")
"""Positions in lists do not count."""
_RESOLVE = text("""
    UPDATE quarantine_entries entry SET resolved_at = :now, payload = NULL
    FROM unnest(cast(:sources AS text[]), cast(:types AS text[]), cast(:ids AS text[]))
         AS record (source, record_type, source_id)
    WHERE entry.source = record.source AND entry.record_type = record.record_type
      AND entry.source_id = record.source_id AND entry.resolved_at IS NULL
      AND (entry.rule = :not_processed) = :only_not_processed
""")
"""Runs for every batch: one search in the index of open entries, which are few."""
_ANY_OPEN = text("SELECT 1 FROM quarantine_entries WHERE resolved_at IS NULL AND rule = :rule LIMIT 1")
_COUNT_OPEN = text("""
    SELECT source, count(*) AS entries FROM quarantine_entries WHERE resolved_at IS NULL GROUP BY source
""")
_AGES = text("""
    SELECT source, count(*) FILTER (WHERE age < interval '1 day') AS under_day,
           count(*) FILTER (WHERE age >= interval '1 day' AND age < interval '8 days') AS under_week,
           count(*) FILTER (WHERE age >= interval '8 days' AND age < interval '31 days') AS under_month,
           count(*) FILTER (WHERE age >= interval '31 days') AS older, min(first_seen_at) AS oldest
    FROM (SELECT source, first_seen_at, cast(:now AS timestamptz) - first_seen_at AS age
          FROM quarantine_entries WHERE resolved_at IS NULL) e
    GROUP BY source ORDER BY source
""")


def save_entry(session: Session, entry: Entry) -> None:
    """Store the entry. One that is there already is counted once more and is open again.

    While an entry is open its payload stays the one stored first, so that its time limit does not move.
    """
    values = {
        column.key: getattr(entry, column.key)
        for column in Entry.__mapper__.column_attrs
        if column.key not in {"id", "resolved_at"}
    }
    statement = insert(Entry).values(**values)
    new = statement.excluded
    was_resolved = Entry.resolved_at.is_not(None)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["source", "fingerprint"],
            set_={
                "last_seen_at": new.last_seen_at,
                "seen": Entry.seen + 1,
                "payload": case((was_resolved, new.payload), else_=Entry.payload),
                "payload_stored_at": case((was_resolved, new.payload_stored_at), else_=Entry.payload_stored_at),
                "resolved_at": None,
            },
        )
    )


def resolve_records(
    session: Session, keys: Collection[tuple[str, str, str]], now: datetime, *, only_not_processed: bool
) -> None:
    """Resolve the open entries of these records (source, type, id), and delete their payloads.

    Args:
        session: the caller's transaction.
        keys: the records.
        now: when.
        only_not_processed: whether only ``not_processed`` is resolved, or everything else.
    """
    sources, types, ids = zip(*keys, strict=True)
    values = {
        "now": now,
        "sources": list(sources),
        "types": list(types),
        "ids": list(ids),
        "not_processed": RejectionRule.NOT_PROCESSED.value,
        "only_not_processed": only_not_processed,
    }
    fetch_rows(session, _RESOLVE, values)


def has_open(session: Session, rule: RejectionRule) -> bool:
    """Whether any entry of that rule is open."""
    return any(True for _ in fetch_rows(session, _ANY_OPEN, {"rule": rule.value}))


def resolve_entry(session: Session, entry_id: int, now: datetime) -> None:
    """Resolve one entry, and delete its payload."""
    session.execute(update(Entry).where(Entry.id == entry_id).values(resolved_at=now, payload=None))


def delete_payloads(session: Session, stored_before: datetime) -> int:
    """Delete the payloads stored before that instant; the entries stay. How many there were."""
    statement = update(Entry).where(Entry.payload.is_not(None), Entry.payload_stored_at < stored_before)
    return cast("CursorResult[Any]", session.execute(statement.values(payload=None))).rowcount


def count_open(session: Session) -> dict[str, int]:
    """How many entries are open, by source; sources without any are left out."""
    return {row["source"]: row["entries"] for row in fetch_rows(session, _COUNT_OPEN, {})}


def count_all(session: Session, source: str) -> int:
    """How many entries of the source there are, resolved ones included."""
    return session.scalar(select(func.count()).where(Entry.source == source)) or 0


def delete_entries(session: Session, source: str) -> int:
    """Forget all entries of the source; how many there were."""
    return cast("CursorResult[Any]", session.execute(delete(Entry).where(Entry.source == source))).rowcount


def list_payloads(session: Session, after: int, size: int) -> list[Entry]:
    """Entries that still have a payload, in the order of their ids."""
    statement = select(Entry).where(Entry.payload.is_not(None), Entry.id > after).order_by(Entry.id).limit(size)
    return list(session.scalars(statement))


def replace_payload(session: Session, entry_id: int, former: bytes, sealed: bytes) -> None:
    """Put the same payload, sealed anew, in the place of *former*; nothing where that is gone meanwhile."""
    session.execute(update(Entry).where(Entry.id == entry_id, Entry.payload == former).values(payload=sealed))


def delete_by_id(session: Session, ids: Collection[int], keys: Collection[tuple[str, str, str]]) -> int:
    """Forget these entries, and all of these records (source, type, id); how many there were."""
    named = tuple_(Entry.source, Entry.record_type, Entry.source_id).in_(list(keys)) if keys else false()
    return cast("CursorResult[Any]", session.execute(delete(Entry).where(Entry.id.in_(list(ids)) | named))).rowcount


def list_groups(session: Session, source: str | None = None) -> tuple[QuarantineGroup, ...]:
    """The open entries of one source or of all, grouped by fault, the largest group first."""
    field = _FIELD.label("field")
    entries = (
        select(
            Entry.source,
            Entry.record_type,
            field,
            Entry.rule,
            Entry.masked_value,
            Entry.first_seen_at,
            Entry.last_seen_at,
            Entry.seen,
        )
        .where(Entry.resolved_at.is_(None), *(() if source is None else (Entry.source == source,)))
        .subquery()
        .c
    )
    fault = (entries.source, entries.record_type, entries.field, entries.rule)
    rows = session.execute(
        select(
            *fault,
            func.min(entries.masked_value).label("masked_value"),
            func.min(entries.first_seen_at).label("first_seen_at"),
            func.max(entries.last_seen_at).label("last_seen_at"),
            func.count().label("payloads"),
            func.sum(entries.seen).label("seen"),
        )
        .group_by(*fault)
        .order_by(func.count().desc(), *fault)
    ).mappings()
    return tuple(QuarantineGroup.model_validate(dict(row)) for row in rows)


def list_latest(session: Session, source: str, size: int) -> tuple[tuple[str, Entry], ...]:
    """The latest open entries of each fault of a source, at most *size* of each; beside each its group's field."""
    fault = (Entry.record_type, _FIELD, Entry.rule)
    place = func.row_number().over(partition_by=fault, order_by=(Entry.last_seen_at.desc(), Entry.id)).label("place")
    ranked = (
        select(Entry.id, _FIELD.label("field"), place)
        .where(Entry.source == source, Entry.resolved_at.is_(None))
        .subquery()
    )
    latest = (
        select(ranked.c.field, Entry)
        .select_from(ranked)
        .join(Entry, Entry.id == ranked.c.id)
        .where(ranked.c.place <= size)
        .order_by(ranked.c.place, Entry.id)
    )
    return tuple((field, entry) for field, entry in session.execute(latest))


def list_entries(
    session: Session, source: str, *, rule: RejectionRule | None = None, after: int = 0, size: int = 50
) -> tuple[Entry, ...]:
    """The open entries of a source, oldest first, a page at a time.

    Args:
        session: the caller's transaction.
        source: its name.
        rule: only entries with that fault. None: with any.
        after: ``id`` of the last entry of the page before.
        size: of the page.
    """
    conditions = [Entry.source == source, Entry.resolved_at.is_(None), Entry.id > after]
    if rule is not None:
        conditions.append(Entry.rule == rule)
    return tuple(session.scalars(select(Entry).where(*conditions).order_by(Entry.id).limit(size)))


def list_faulty(session: Session, fault: Fault, *, after: int = 0, size: int) -> tuple[Entry, ...]:
    """The open entries with that fault, oldest first, a page at a time; *after* is the ``id`` of the last one had."""
    statement = select(Entry).where(*_with_fault(fault), Entry.id > after)
    return tuple(session.scalars(statement.order_by(Entry.id).limit(size)))


def list_faulty_ids(session: Session, fault: Fault) -> tuple[int, ...]:
    """Ids of all open entries with that fault, oldest first."""
    return tuple(session.scalars(select(Entry.id).where(*_with_fault(fault)).order_by(Entry.id)))


def get_open(session: Session, entry_id: int, *, lock: bool = False) -> Entry | None:
    """The open entry with that id, locked until the transaction ends if that is asked for."""
    statement = select(Entry).where(Entry.id == entry_id, Entry.resolved_at.is_(None))
    return session.scalars(statement.with_for_update() if lock else statement).one_or_none()


def fault_of(session: Session, entry_id: int) -> Fault | None:
    """The fault of an open entry, as its group has it."""
    statement = select(Entry.source, Entry.record_type, _FIELD.label("field"), Entry.rule)
    row = session.execute(statement.where(Entry.id == entry_id, Entry.resolved_at.is_(None))).mappings().one_or_none()
    return None if row is None else Fault.model_validate(dict(row))


def _with_fault(fault: Fault) -> tuple[ColumnElement[bool], ...]:
    return (
        Entry.source == fault.source,
        Entry.record_type == fault.record_type,
        _FIELD.is_not_distinct_from(fault.field),
        Entry.rule == fault.rule,
        Entry.resolved_at.is_(None),
    )


class AgedEntries(NamedTuple):
    """The open entries of one source by how long ago they came first."""

    source: str
    under_day: int
    under_week: int
    under_month: int
    older: int
    oldest: datetime

    @property
    def total(self) -> int:
        """All of them."""
        return self.under_day + self.under_week + self.under_month + self.older


def list_ages(session: Session, now: datetime) -> tuple[AgedEntries, ...]:
    """The open entries by source and age; sources without any are left out."""
    return tuple(AgedEntries(**row) for row in fetch_rows(session, _AGES, {"now": now}))
