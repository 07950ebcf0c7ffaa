"""Every statement about forgetting what a source has said."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hub.sources.tables import FENCE, ForgettingRow, HeldDeletionRow, ReadHintRow, RunProgressRow, StreamRow

_ROOM = 4_711_002
"""Number of the advisory lock that whoever stores records shares, and whoever begins to forget has alone."""
_SHARE = text("SELECT pg_advisory_xact_lock_shared(:room)")
_PASS = text("SELECT max(nextval('source_fence')) FROM generate_series(1, :numbers)")
_ALONE = text("SELECT pg_advisory_xact_lock(:room)")


class Forgetting(NamedTuple):
    """That a source's data is to be forgotten, or was."""

    before_run: int
    """What these runs published and has not arrived yet is forgotten too."""
    is_done: bool

    def covers(self, run: int) -> bool:
        """Whether what the run published is forgotten; 0: no run did, it was tried again from quarantine."""
        return run < self.before_run if run else not self.is_done


class RequestedForgetting(NamedTuple):
    """That a source was to be forgotten, as a restored database must know it again."""

    source: str
    before_run: int
    requested_by: str
    requested_at: datetime


def list_forgettings(session: Session) -> list[RequestedForgetting]:
    """Every source whose data is forgotten, or is to be."""
    columns = (getattr(ForgettingRow, name) for name in RequestedForgetting._fields)
    rows = session.execute(select(*columns).order_by(ForgettingRow.source))
    return [RequestedForgetting(*row) for row in rows]


def request_forgetting(session: Session, source: str, *, by: str, now: datetime, at_least: int = 0) -> None:
    """Let nothing of the source in any more that was published until now.

    *at_least*: nor what runs before this number published, though this database does not know of them any more.
    """
    before_run = session.scalar(select(FENCE.next_value())) or 0
    if before_run < at_least:
        before_run = session.scalar(_PASS, {"numbers": at_least - before_run}) or 0
    values = {"before_run": before_run, "requested_by": by, "requested_at": now, "done_at": None}
    statement = insert(ForgettingRow).values(source=source, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["source"], set_=values))


def forgettings(session: Session, sources: Collection[str]) -> dict[str, Forgetting]:
    """Those of the sources that are forgotten. Whoever stores records of them by this answer is waited for."""
    session.execute(_SHARE, {"room": _ROOM})
    rows = session.execute(
        select(ForgettingRow.source, ForgettingRow.before_run, ForgettingRow.done_at).where(
            ForgettingRow.source.in_(list(sources))
        )
    )
    return {row.source: Forgetting(row.before_run, row.done_at is not None) for row in rows}


def wait_for_storing(session: Session) -> None:
    """Wait until everybody has committed who began to store before the forgetting was requested."""
    session.execute(_ALONE, {"room": _ROOM})


def is_being_forgotten(session: Session, source: str) -> bool:
    """Whether what the source has said is still being deleted."""
    statement = select(func.count()).where(ForgettingRow.source == source, ForgettingRow.done_at.is_(None))
    return bool(session.scalar(statement))


def end_forgetting(session: Session, source: str, now: datetime) -> None:
    """All of it is deleted."""
    session.execute(update(ForgettingRow).where(ForgettingRow.source == source).values(done_at=now))


def delete_reading_state(session: Session, source: str) -> None:
    """Delete streams with their cursors, hints, held deletions and progress; a run under way can save nothing more."""
    for table in (StreamRow, RunProgressRow, ReadHintRow, HeldDeletionRow):
        session.execute(delete(table).where(table.source == source))
