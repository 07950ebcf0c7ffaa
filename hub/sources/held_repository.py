"""Every statement about held deletions."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from connectors.base import HeldDeletions
from hub.sources.definitions import HeldDeletion, HeldState, StreamLease
from hub.sources.held_deletions import Step, next_step
from hub.sources.tables import HeldDeletionRow


def list_held(session: Session, source: str | None = None) -> tuple[HeldDeletion, ...]:
    """The entries that are not over, of one source or of all, the longest held first."""
    statement = select(HeldDeletionRow).where(HeldDeletionRow.state != HeldState.OVER)
    if source is not None:
        statement = statement.where(HeldDeletionRow.source == source)
    ordered = statement.order_by(HeldDeletionRow.since, HeldDeletionRow.id)
    return tuple(_entry(row) for row in session.scalars(ordered))


def open_entries(session: Session, source: str) -> list[HeldDeletion]:
    """The entries of a source that are not over, the longest held first, locked until the transaction ends."""
    rows = session.scalars(
        select(HeldDeletionRow)
        .where(HeldDeletionRow.source == source, HeldDeletionRow.state != HeldState.OVER)
        .order_by(HeldDeletionRow.since, HeldDeletionRow.id)
        .with_for_update()
    )
    return [_entry(row) for row in rows]


def save_decision(  # noqa: PLR0913  keyword-only from the state on
    session: Session,
    entry: HeldDeletion,
    state: HeldState,
    *,
    ceiling: int | None,
    decided_by: str,
    reason: str,
    now: datetime,
) -> None:
    """Keep what a person decided; what was decided before stays in the history."""
    entry_id = entry.id if entry.state is HeldState.HELD else _replace(session, entry)
    session.execute(
        update(HeldDeletionRow)
        .where(HeldDeletionRow.id == entry_id)
        .values(state=state, ceiling=ceiling, decided_by=decided_by, decided_at=now, reason=reason)
    )


def reopen(session: Session, entry: HeldDeletion) -> None:
    """Let a decided entry wait for a person again; what was decided stays in the history."""
    if entry.state is not HeldState.HELD:
        _replace(session, entry)


def list_decisions(session: Session, source: str | None = None, limit: int = 50) -> tuple[HeldDeletion, ...]:
    """What people decided on the deletions of one source or of all, newest first; also what is over."""
    statement = select(HeldDeletionRow).where(HeldDeletionRow.decided_at.is_not(None))
    if source is not None:
        statement = statement.where(HeldDeletionRow.source == source)
    ordered = statement.order_by(HeldDeletionRow.decided_at.desc(), HeldDeletionRow.id.desc()).limit(limit)
    return tuple(_entry(row) for row in session.scalars(ordered))


def with_decisions(session: Session, lease: StreamLease) -> StreamLease:
    """The lease with what people have released and refused, as its run is given it."""
    rows = session.scalars(
        select(HeldDeletionRow).where(
            HeldDeletionRow.source == lease.source,
            HeldDeletionRow.stream == lease.stream,
            HeldDeletionRow.state.in_([HeldState.RELEASED, HeldState.REFUSED]),
        )
    ).all()
    released = [row for row in rows if row.state == HeldState.RELEASED]
    return lease.model_copy(
        update={
            "releases": {row.record_type: row.ceiling or 0 for row in released},
            "release_ids": tuple(row.id for row in released),
            "refusals": {row.record_type: row.missing for row in rows if row.state == HeldState.REFUSED},
        }
    )


def save_held(session: Session, lease: StreamLease, held: Mapping[str, HeldDeletions], now: datetime) -> bool:
    """Keep what a reading holds, and end what it settled; when it has come to its end, with its lease locked.

    A complete reading settles everything that it knew of. One that holds anything may not have judged the rest, so it
    settles only the releases that it was given.

    Returns:
        Whether anything is held that nobody has refused: for that a person, or the next reading, is waited.
    """
    waits = False
    entries = {entry.record_type: entry for entry in _open_of(session, lease)}
    for record_type, deletions in held.items():
        entry = entries.pop(record_type, None)
        if entry is None:
            waits = True
            _insert(session, lease, deletions, now)
            continue
        step = next_step(entry, deletions.missing, was_used=entry.id in lease.release_ids)
        waits = waits or step is not Step.KEEP or entry.state is not HeldState.REFUSED
        if step is Step.ASK_ANEW:
            end_entries(session, [entry.id])
            _insert(session, lease, deletions, now)
        else:
            numbers = {"missing": deletions.missing, "known": deletions.known, "sample": list(deletions.sample)}
            session.execute(
                update(HeldDeletionRow)
                .where(HeldDeletionRow.id == entry.id)
                .values({"seen_at": now} | (numbers if step is Step.UPDATE else {}))
            )
    settled = [
        entry.id
        for entry in entries.values()
        if entry.id in lease.release_ids or (not held and entry.state is not HeldState.RELEASED)
    ]
    end_entries(session, settled)
    return waits


def end_entries(session: Session, ids: Iterable[int]) -> None:
    """These are over. Who decided what stays with them."""
    session.execute(update(HeldDeletionRow).where(HeldDeletionRow.id.in_(list(ids))).values(state=HeldState.OVER))


def _open_of(session: Session, lease: StreamLease) -> Sequence[HeldDeletion]:
    rows = session.scalars(
        select(HeldDeletionRow)
        .where(
            HeldDeletionRow.source == lease.source,
            HeldDeletionRow.stream == lease.stream,
            HeldDeletionRow.state != HeldState.OVER,
        )
        .with_for_update()
    )
    return [_entry(row) for row in rows]


def _insert(session: Session, lease: StreamLease, deletions: HeldDeletions, now: datetime) -> None:
    session.add(
        HeldDeletionRow(
            source=lease.source,
            stream=lease.stream,
            record_type=deletions.record_type,
            missing=deletions.missing,
            known=deletions.known,
            sample=list(deletions.sample),
            state=HeldState.HELD,
            since=now,
            seen_at=now,
        )
    )
    session.flush()


def _replace(session: Session, entry: HeldDeletion) -> int:
    """End a decided entry and begin one with the same numbers, on which nobody has decided; its key."""
    end_entries(session, [entry.id])
    row = HeldDeletionRow(
        source=entry.source,
        stream=entry.stream,
        record_type=entry.record_type,
        missing=entry.missing,
        known=entry.known,
        sample=list(entry.sample),
        state=HeldState.HELD,
        since=entry.since,
        seen_at=entry.seen_at,
    )
    session.add(row)
    session.flush()
    return row.id


def _entry(row: HeldDeletionRow) -> HeldDeletion:
    return HeldDeletion(
        id=row.id,
        source=row.source,
        stream=row.stream,
        record_type=row.record_type,
        missing=row.missing,
        known=row.known,
        sample=tuple(row.sample),
        state=HeldState(row.state),
        since=row.since,
        seen_at=row.seen_at,
        ceiling=row.ceiling,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        reason=row.reason,
    )
