"""Every statement about hints: which citizens a source wants read next, before the stream is due.

A hint carries no facts. It goes when a reading that began after it was read to its end, so a lost one costs only time.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from connectors.base import Hint
from hub.db import fetch_rows
from hub.sources.definitions import StreamLease
from schemas.identifiers import Identifier

LONGEST_WAIT = timedelta(hours=1)

_SAVE = text("""
    INSERT INTO read_hints (source, stream, citizen, hinted_at, attempts, next_attempt_at)
    VALUES (:source, :stream, cast(:citizen AS jsonb), :now, 0, :now)
""")
_LIST = text("SELECT id, citizen::text AS citizen FROM read_hints WHERE source = :source AND stream = :stream")
_COUNT = text("SELECT count(DISTINCT citizen) AS citizens FROM read_hints WHERE source = :source")
_DELETE = text("DELETE FROM read_hints WHERE id = ANY(cast(:ids AS bigint[]))")
_DELETE_VALUES = text("DELETE FROM read_hints WHERE citizen ->> 'value' = ANY(cast(:values AS text[]))")
_POSTPONE = text("""
    UPDATE read_hints SET attempts = attempts + 1,
           next_attempt_at = :now + least(interval '1 second' * (2 ^ least(attempts + 1, 20) - 1), :longest)
    WHERE id = ANY(cast(:ids AS bigint[]))
""")


def save_hints(session: Session, source: str, hints: Sequence[Hint], now: datetime) -> None:
    """Read these next. The same citizen twice is read once."""
    rows = [
        {"source": source, "stream": hint.stream, "citizen": hint.citizen.model_dump_json(), "now": now}
        for hint in hints
    ]
    if rows:
        session.execute(_SAVE, rows)


def with_hints(session: Session, lease: StreamLease) -> StreamLease:
    """The lease with what was hinted of its stream until now: a run that begins with it covers all of that."""
    rows = list(fetch_rows(session, _LIST, {"source": lease.source, "stream": lease.stream}))
    citizens = {Identifier.model_validate_json(row["citizen"]) for row in rows}
    hints = tuple(Hint(stream=lease.stream, citizen=citizen) for citizen in citizens)
    return lease.model_copy(update={"hints": hints, "hint_ids": tuple(row["id"] for row in rows)})


def count_hinted(session: Session, source: str) -> int:
    """How many citizens the source told of and who wait to be read."""
    (row,) = fetch_rows(session, _COUNT, {"source": source})
    return int(row["citizens"])


def delete_hints(session: Session, lease: StreamLease) -> None:
    """Whom they are about was read."""
    if lease.hint_ids:
        session.execute(_DELETE, {"ids": list(lease.hint_ids)})


def postpone_hints(session: Session, lease: StreamLease, now: datetime) -> None:
    """Try again later: after 1, 3, 7 … seconds, at most an hour."""
    if lease.hint_ids:
        session.execute(_POSTPONE, {"ids": list(lease.hint_ids), "now": now, "longest": LONGEST_WAIT})


def forget_people(session: Session, values: Sequence[str]) -> int:
    """Forget that these identifiers were to be read; how many there were."""
    return int(getattr(session.execute(_DELETE_VALUES, {"values": list(values)}), "rowcount", 0))
