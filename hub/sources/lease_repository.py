"""Every statement about leases: at most one run of a stream, and whoever lost the lease can save nothing.

Times of a lease are the database's, which is the same for all processes. A fencing token grows with each lease; what a
run saves is saved in the transaction that finds its token still there, with the stream's row locked until the end.
"""

import os
import socket
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.db import fetch_rows
from hub.errors import LeaseLost
from hub.sources.definitions import StreamLease
from hub.sources.schedule import Schedule
from schemas.record import Cursor

LEASE = timedelta(seconds=15)
"""So long after its last sign of life a run counts as dead."""
RENEW_EVERY = timedelta(seconds=2)
"""How often a run gives a sign of life; and so long it may take until it sees a pause or a removal."""

_TAKE = text("""
    WITH next AS (
        SELECT st.source, st.stream, s.version
        FROM source_streams st JOIN sources s ON s.name = st.source
        WHERE st.source = :source AND (cast(:stream AS text) IS NULL OR st.stream = :stream)
          AND (st.due_at <= coalesce(cast(:due_by AS timestamptz), 'infinity')
               OR EXISTS (SELECT FROM read_hints h WHERE h.source = st.source AND h.stream = st.stream
                          AND h.next_attempt_at <= :due_by AND st.last_success_at IS NOT NULL
                          AND NOT st.cursor ? 'from_start'))
          AND ((st.is_enabled AND st.is_pushed = :pushed) OR cast(:stream AS text) IS NOT NULL)
          AND s.lifecycle = 'active' AND NOT EXISTS (SELECT FROM source_pauses p WHERE p.source = st.source)
          AND (st.lease_until IS NULL OR st.lease_until < now())
        ORDER BY st.due_at, st.position LIMIT 1
        FOR UPDATE OF st SKIP LOCKED
    )
    UPDATE source_streams st
    SET lease_owner = :owner, leased_at = now(), lease_until = now() + :lease, fence = nextval('source_fence'),
        stop_requested_by = NULL
    FROM next WHERE st.source = next.source AND st.stream = next.stream
    RETURNING st.source, st.stream, st.fence, st.cursor, st.every, st.at, st.due_at, st.is_pushed, st.requested_by,
              next.version
""")
_RENEW = text("""
    UPDATE source_streams st SET lease_until = now() + :lease
    WHERE st.source = :source AND st.stream = :stream AND st.fence = :fence
    RETURNING EXISTS (SELECT FROM sources s WHERE s.name = st.source AND s.lifecycle = 'active'
                      AND s.version = :version)
              AND NOT EXISTS (SELECT FROM source_pauses p WHERE p.source = st.source)
              AND st.stop_requested_by IS NULL AS is_wanted
""")
_LOCK = text("""
    SELECT 1 FROM source_streams WHERE source = :source AND stream = :stream AND fence = :fence FOR UPDATE
""")
_SAVE_CURSOR = text("""
    UPDATE source_streams SET cursor = cast(:cursor AS jsonb) -> 'state', cursor_saved_at = :now
    WHERE source = :source AND stream = :stream AND fence = :fence
""")
_GIVE_BACK = text("""
    UPDATE source_streams SET lease_owner = NULL, leased_at = NULL, lease_until = NULL, fence = nextval('source_fence'),
           stop_requested_by = NULL,
           requested_by = CASE WHEN :is_finished AND due_at = :was_due_at THEN NULL ELSE requested_by END,
           due_at = CASE WHEN due_at = :was_due_at THEN coalesce(cast(:due_at AS timestamptz), due_at) ELSE due_at END
    WHERE source = :source AND stream = :stream AND fence = :fence
""")
_HOLDER = text("""
    SELECT stream, lease_owner, leased_at FROM source_streams
    WHERE source = :source AND (cast(:stream AS text) IS NULL OR stream = :stream) AND lease_until >= now()
    ORDER BY leased_at LIMIT 1
""")


def new_owner() -> str:
    """A name for this process among those that read sources."""
    return f"{socket.gethostname()}/{os.getpid()}/{uuid4().hex[:6]}"


def take_lease(
    session: Session,
    source: str,
    *,
    owner: str,
    stream: str | None = None,
    due_by: datetime | None = None,
    pushed: bool = False,
) -> StreamLease | None:
    """The lease of a stream that nobody reads, the longest due first.

    Args:
        session: the caller's transaction; the lease holds from its end.
        source: an active source that is not paused, else there is no lease.
        owner: who asks.
        stream: this one only, also when it is not enabled.
        due_by: only a stream that is due at this instant, or of which a hint is; None: any.
        pushed: of the streams that are pushed, instead of the others; a named stream may be either.

    Returns:
        None: there is no such stream, or somebody reads it.
    """
    parameters = {
        "source": source,
        "stream": stream,
        "owner": owner,
        "due_by": due_by,
        "lease": LEASE,
        "pushed": pushed,
    }
    row = next(iter(fetch_rows(session, _TAKE, parameters)), None)
    if row is None:
        return None
    return StreamLease(
        source=row["source"],
        stream=row["stream"],
        owner=owner,
        fence=row["fence"],
        source_version=row["version"],
        cursor=row["cursor"],
        schedule=Schedule(every=row["every"], at=row["at"]),
        due_at=row["due_at"],
        is_pushed=row["is_pushed"],
        requested_by=row["requested_by"],
        is_hinted=due_by is not None and row["due_at"] > due_by,
    )


def renew_lease(session: Session, lease: StreamLease) -> bool:
    """Give a sign of life.

    Returns:
        Whether the run shall go on: not once the source is paused, removed or has another definition, nor once a
        person asked the run to stop.

    Raises:
        LeaseLost: the lease is somebody else's.
    """
    parameters = _key(lease) | {"lease": LEASE, "version": lease.source_version}
    row = next(iter(fetch_rows(session, _RENEW, parameters)), None)
    if row is None:
        raise LeaseLost
    return bool(row["is_wanted"])


def lock_lease(session: Session, lease: StreamLease) -> None:
    """Make sure that the lease is held until the transaction ends; first thing in every transaction of a run.

    Raises:
        LeaseLost: it is not ours.
    """
    if session.scalar(_LOCK, _key(lease)) is None:
        raise LeaseLost


def save_cursor(session: Session, lease: StreamLease, cursor: Cursor, now: datetime) -> None:
    """Go on from here next time. What lies before must have been published, and the lease be locked."""
    state = cursor.model_dump_json(include={"state"})
    session.execute(_SAVE_CURSOR, _key(lease) | {"cursor": state, "now": now})


def give_back(
    session: Session, lease: StreamLease, due_at: datetime | None = None, *, is_finished: bool = False
) -> None:
    """End the lease. Harmless when it was lost.

    The stream is next due at *due_at*, unless somebody has asked for another time meanwhile. Who asked for the run is
    forgotten once it *is_finished*: one that was stopped is begun again for the same person.
    """
    moments = {"due_at": due_at, "was_due_at": lease.due_at, "is_finished": is_finished}
    session.execute(_GIVE_BACK, _key(lease) | moments)


def lease_holder(session: Session, source: str, stream: str | None = None) -> tuple[str, str, datetime] | None:
    """Stream, owner and since when, where the source, or that stream, is being read."""
    row = session.execute(_HOLDER, {"source": source, "stream": stream}).one_or_none()
    return None if row is None else (row.stream, row.lease_owner, row.leased_at)


def _key(lease: StreamLease) -> dict[str, Any]:
    return {"source": lease.source, "stream": lease.stream, "fence": lease.fence}
