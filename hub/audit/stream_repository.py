"""SQL of the log as others read it: sealed lines of a time, and how far a receiver has them."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.db import fetch_rows

_STATE = text("SELECT receiver, next_leaf, delivered_at, fault FROM audit_stream WHERE receiver = :receiver")
_BEGIN = text("INSERT INTO audit_stream (receiver, next_leaf) VALUES (:receiver, 0) ON CONFLICT DO NOTHING")
_DELIVERED = text("""
    UPDATE audit_stream SET next_leaf = :next_leaf, delivered_at = :now, fault = NULL
    WHERE receiver = :receiver AND next_leaf = :was
""")
_FAULT = text("UPDATE audit_stream SET fault = :fault WHERE receiver = :receiver")
_OLDEST = text("SELECT signed_at FROM audit_checkpoints WHERE size > :leaf ORDER BY number LIMIT 1")
_LEAVES = text("""
    SELECT l.leaf FROM audit_leaves l JOIN audit_log a ON a.seq = l.seq
    WHERE l.leaf >= :first AND l.leaf < :size AND a.recorded_at >= :since AND a.recorded_at < :until
    ORDER BY l.leaf LIMIT :limit
""")


class StreamState(NamedTuple):
    """How far a receiver has the log."""

    receiver: str
    next_leaf: int
    """The first line that it has not."""
    delivered_at: datetime | None
    fault: str | None
    """Why the latest attempt failed; None: it did not."""


def begin_stream(session: Session, receiver: str) -> StreamState:
    """How far the receiver has the log; from its beginning when it was never heard of."""
    fetch_rows(session, _BEGIN, {"receiver": receiver})
    (row,) = fetch_rows(session, _STATE, {"receiver": receiver})
    return StreamState(**row)


def find_stream(session: Session, receiver: str) -> StreamState | None:
    """How far the receiver has the log; None: nothing was ever tried."""
    rows = fetch_rows(session, _STATE, {"receiver": receiver})
    return StreamState(**rows[0]) if rows else None


def save_delivered(session: Session, was: StreamState, next_leaf: int, now: datetime) -> None:
    """Keep that it has the lines before *next_leaf*, unless another process has kept something meanwhile."""
    values = {"receiver": was.receiver, "was": was.next_leaf, "next_leaf": next_leaf, "now": now}
    fetch_rows(session, _DELIVERED, values)


def save_fault(session: Session, receiver: str, fault: str) -> None:
    """Keep why an attempt failed."""
    fetch_rows(session, _FAULT, {"receiver": receiver, "fault": fault})


def signed_after(session: Session, leaf: int) -> datetime | None:
    """When the line at that place was signed; None: it is not yet."""
    rows = fetch_rows(session, _OLDEST, {"leaf": leaf})
    moment: datetime | None = rows[0]["signed_at"] if rows else None
    return moment


def list_leaves(session: Session, first: int, size: int, period: tuple[datetime, datetime], limit: int) -> list[int]:
    """Places in ``[first, size)`` of lines that were written in ``[since, until)``."""
    since, until = period
    values = {"first": first, "size": size, "since": since, "until": until, "limit": limit}
    return [int(row["leaf"]) for row in fetch_rows(session, _LEAVES, values)]
