"""Every statement of the inbox."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.db import announce, fetch_rows

PUSHED = "helhed_pushed"
"""The channel on which an event that was stored is announced."""

_SET_LIMIT = text("SELECT set_config('statement_timeout', :milliseconds, true)")
_SAVE = text("""
    INSERT INTO inbox_events (source, digest, path, body, is_cut, received_at, seen, attempts, next_attempt_at)
    VALUES (:source, :digest, :path, :body, :is_cut, :now, 1, 0, :now)
    ON CONFLICT (source, digest) DO UPDATE SET
        seen = inbox_events.seen + 1,
        body = CASE WHEN inbox_events.body IS NULL AND :again THEN excluded.body ELSE inbox_events.body END,
        received_at = CASE WHEN inbox_events.body IS NULL AND :again THEN :now ELSE inbox_events.received_at END,
        attempts = CASE WHEN inbox_events.body IS NULL AND :again THEN 0 ELSE inbox_events.attempts END,
        next_attempt_at = CASE WHEN inbox_events.body IS NULL AND :again THEN :now
                               ELSE inbox_events.next_attempt_at END
    RETURNING seen
""")
_TAKE = text("""
    SELECT id, digest, path, body, is_cut, received_at, seen, attempts FROM inbox_events
    WHERE source = :source AND body IS NOT NULL AND next_attempt_at <= :now
    ORDER BY id LIMIT :size
""")
_POSTPONE = text("""
    UPDATE inbox_events SET attempts = attempts + 1, next_attempt_at = :next WHERE id = :id AND body IS NOT NULL
""")
_RESOLVE = text("""
    UPDATE inbox_events SET body = NULL, resolved_at = :now
    FROM unnest(cast(:ids AS bigint[]), cast(:seen AS integer[])) AS taken (id, seen)
    WHERE inbox_events.id = taken.id AND inbox_events.seen = taken.seen
""")
_COUNT = text("SELECT count(*) FROM inbox_events WHERE source = :source")
_DELETE_OF_SOURCE = text("DELETE FROM inbox_events WHERE source = :source")
_WAITING = text("""
    SELECT source, count(*) AS events, min(received_at) AS since FROM inbox_events
    WHERE body IS NOT NULL GROUP BY source
""")
_BACKLOG = text("""
    SELECT count(*) AS events, min(received_at) AS since, count(*) FILTER (WHERE attempts > 0) AS tried,
           min(next_attempt_at) AS next_attempt_at
    FROM inbox_events WHERE source = :source AND body IS NOT NULL HAVING count(*) > 0
""")
_DUE = text("""
    SELECT DISTINCT source FROM inbox_events
    WHERE body IS NOT NULL AND next_attempt_at <= :now AND source = ANY(cast(:sources AS text[]))
""")
_DELETE = text("DELETE FROM inbox_events WHERE body IS NULL AND resolved_at < :before")


_ADD_REFUSALS = text("""
    INSERT INTO inbox_refusals AS before (source, reason, times, first_at, last_at)
    VALUES (:source, :reason, :times, :now, :now)
    ON CONFLICT (source, reason) DO UPDATE SET
        times = CASE WHEN before.last_at < :fresh THEN 0 ELSE before.times END + excluded.times,
        first_at = CASE WHEN before.last_at < :fresh THEN :now ELSE before.first_at END,
        last_at = :now
""")
_REFUSALS = text("""
    SELECT source, reason, times, first_at, last_at FROM inbox_refusals WHERE source IN (:source, '')
    ORDER BY source DESC, last_at DESC, reason
""")
_REFUSED = text("""
    SELECT source, sum(times) AS times FROM inbox_refusals
    WHERE last_at >= :since AND reason = ANY(cast(:reasons AS text[])) GROUP BY source
""")
_DELETE_REFUSALS = text("DELETE FROM inbox_refusals WHERE last_at < :before")
_DELETE_REFUSALS_OF_SOURCE = text("DELETE FROM inbox_refusals WHERE source = :source")


class Refusal(NamedTuple):
    """How often senders were refused for one reason."""

    source: str
    """Empty: nobody can tell which source they wanted to send for."""
    reason: str
    times: int
    first_at: datetime
    last_at: datetime


class WaitingEvent(NamedTuple):
    """An event that waits to be resolved."""

    id: int
    digest: str
    path: str
    body: bytes
    """Encrypted."""
    is_cut: bool
    received_at: datetime
    seen: int
    attempts: int


class Waiting(NamedTuple):
    """What waits of one source."""

    events: int
    since: datetime


class Backlog(NamedTuple):
    """What waits of one source, and how far it has come."""

    events: int
    since: datetime
    tried: int
    """How many of them were tried before."""
    next_attempt_at: datetime


def limit_time(session: Session, seconds: float) -> None:
    """Let no statement of this transaction take longer."""
    session.execute(_SET_LIMIT, {"milliseconds": str(int(seconds * 1000))})


def save_event(session: Session, event: dict[str, Any], *, again: bool, now: datetime) -> bool:
    """Store an event, or count it once more, and announce it on ``PUSHED``.

    Args:
        session: the caller's transaction.
        event: source, digest, path, body and is_cut.
        again: whether one that was resolved before is to be resolved again.
        now: when it came.

    Returns:
        Whether it had not come before.
    """
    (row,) = fetch_rows(session, _SAVE, {**event, "again": again, "now": now})
    announce(session, PUSHED)
    return bool(row["seen"] == 1)


def take_events(session: Session, source: str, now: datetime, size: int) -> tuple[WaitingEvent, ...]:
    """Those to be resolved now, in the order in which they came. The stream's lease keeps others from them."""
    rows = fetch_rows(session, _TAKE, {"source": source, "now": now, "size": size})
    return tuple(WaitingEvent(**row) for row in rows)


def postpone(session: Session, event_id: int, next_attempt_at: datetime) -> None:
    """Try again then."""
    session.execute(_POSTPONE, {"id": event_id, "next": next_attempt_at})


def resolve_events(session: Session, events: Sequence[WaitingEvent], now: datetime) -> None:
    """They are resolved; their bodies go. One that came again meanwhile stays."""
    parameters = {"ids": [event.id for event in events], "seen": [event.seen for event in events], "now": now}
    fetch_rows(session, _RESOLVE, parameters)


def list_due(session: Session, sources: Iterable[str], now: datetime) -> tuple[str, ...]:
    """Those of the sources of which an event is to be resolved."""
    rows = fetch_rows(session, _DUE, {"sources": list(sources), "now": now})
    return tuple(row["source"] for row in rows)


def waiting(session: Session) -> dict[str, Waiting]:
    """What waits, by source; sources of which nothing does are left out."""
    return {row["source"]: Waiting(row["events"], row["since"]) for row in fetch_rows(session, _WAITING, {})}


def get_backlog(session: Session, source: str) -> Backlog | None:
    """What waits of the source; None: nothing does."""
    rows = fetch_rows(session, _BACKLOG, {"source": source})
    return Backlog(**rows[0]) if rows else None


def count_events(session: Session, source: str) -> int:
    """How many events of the source are kept, resolved ones included."""
    return session.scalar(_COUNT, {"source": source}) or 0


def add_refusals(session: Session, counts: Mapping[tuple[str, str], int], *, fresh: datetime, now: datetime) -> None:
    """Count refusals by source and reason. Where the last one was before *fresh*, counting begins anew."""
    for (source, reason), times in sorted(counts.items()):
        values = {"source": source, "reason": reason, "times": times, "fresh": fresh, "now": now}
        session.execute(_ADD_REFUSALS, values)


def list_refusals(session: Session, source: str) -> tuple[Refusal, ...]:
    """Who was refused when they sent for the source, then those of whom nobody can tell for which; newest first."""
    return tuple(Refusal(**row) for row in fetch_rows(session, _REFUSALS, {"source": source}))


def count_refused(session: Session, reasons: Iterable[str], since: datetime) -> dict[str, int]:
    """How often somebody was refused for one of the reasons, by source; of reasons that happened since that instant."""
    rows = fetch_rows(session, _REFUSED, {"reasons": list(reasons), "since": since})
    return {row["source"]: int(row["times"]) for row in rows}


def delete_old_refusals(session: Session, before: datetime) -> None:
    """Forget refusals of which the last was before that instant."""
    session.execute(_DELETE_REFUSALS, {"before": before})


def delete_events(session: Session, source: str) -> int:
    """Forget all events of the source; how many there were. Who was refused is forgotten with them."""
    session.execute(_DELETE_REFUSALS_OF_SOURCE, {"source": source})
    return int(getattr(session.execute(_DELETE_OF_SOURCE, {"source": source}), "rowcount", 0))


def delete_resolved(session: Session, before: datetime) -> int:
    """Forget events that were resolved before that instant."""
    return int(getattr(session.execute(_DELETE, {"before": before}), "rowcount", 0))


class StoredBody(NamedTuple):
    """The encrypted body of an event, and what it belongs to."""

    id: int
    source: str
    digest: str
    body: bytes


_LIST_BODIES = text("""
    SELECT id, source, digest, body FROM inbox_events WHERE body IS NOT NULL AND id > :after ORDER BY id LIMIT :size
""")
_REPLACE_BODY = text("UPDATE inbox_events SET body = :sealed WHERE id = :id AND body = :former")


def list_bodies(session: Session, after: int, size: int) -> list[StoredBody]:
    """Events that are not resolved, in the order of their ids."""
    return [StoredBody(*row) for row in session.execute(_LIST_BODIES, {"after": after, "size": size})]


def replace_body(session: Session, event_id: int, former: bytes, sealed: bytes) -> None:
    """Put the same body, sealed anew, in the place of *former*; nothing where that is gone meanwhile."""
    session.execute(_REPLACE_BODY, {"id": event_id, "former": former, "sealed": sealed})
