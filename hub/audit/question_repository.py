"""SQL of what a data protection officer asks of the log, over all employees and citizens.

Pages begin at the newest line; ``after`` is the ``seq`` of the last line of the page before.
"""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.audit.repository import LoggedEntry
from hub.db import fetch_rows
from schemas.access import AuditEntry, AuditOutcome

_FIELDS = ", ".join(AuditEntry.model_fields)
_WITHIN = "recorded_at >= :since AND recorded_at < :until"
_BEFORE = "(cast(:after AS bigint) IS NULL OR seq < :after)"


class LineSort(StrEnum):
    """Lines that a DPO asks for by themselves; each sort has an index of its own."""

    SEARCHES = "searches"
    """One line for each search; those of whom it found are left out."""
    REVEALS = "reveals"


_SORTS = {LineSort.SEARCHES: "action = 'search' AND citizen_id IS NULL", LineSort.REVEALS: "action = 'reveal'"}
_LINES = {
    sort: text(f"""
        SELECT seq, {_FIELDS} FROM audit_log
        WHERE {condition} AND {_WITHIN}
          AND (recorded_at, seq) < (coalesce((SELECT recorded_at FROM audit_log WHERE seq = :after), :until),
                                    coalesce(:after, 9223372036854775807))
        ORDER BY recorded_at DESC, seq DESC LIMIT :size
    """)  # noqa: S608  put together from the constants above; every value is a parameter
    for sort, condition in _SORTS.items()
}
_NUMBERS = {
    sort: text(f"""
        SELECT outcome, count(*) AS number FROM audit_log WHERE {condition} AND {_WITHIN} GROUP BY outcome
    """)  # noqa: S608  as above
    for sort, condition in _SORTS.items()
}
_LOG_INS = text("""
    SELECT actor_id, unit_id, max(recorded_at) AS last FROM audit_log
    WHERE action = 'log_in' AND outcome = 'shown' GROUP BY actor_id, unit_id
""")
_LOOKED_AT = f"""
    actor_id = chosen.id AND outcome = 'shown' AND (citizen_id IS NOT NULL OR action = 'search') AND {_WITHIN}
"""
_LOOKS_OF = text(f"""
    SELECT looks.* FROM unnest(cast(:actor_ids AS text[])) AS chosen (id) CROSS JOIN LATERAL (
        SELECT seq, {_FIELDS} FROM audit_log WHERE {_LOOKED_AT} AND {_BEFORE} ORDER BY seq DESC LIMIT :size) looks
    ORDER BY seq DESC LIMIT :size
""")  # noqa: S608  as above
"""Each by the index of the employee's own lines: for all at once the database reads the whole log, newest first."""
_COUNT_LOOKS_OF = text(f"""
    SELECT coalesce(sum(looks.number), 0) FROM unnest(cast(:actor_ids AS text[])) AS chosen (id)
    CROSS JOIN LATERAL (SELECT count(*) AS number FROM audit_log WHERE {_LOOKED_AT}) looks
""")  # noqa: S608  as above
_CONSENTED = text(f"""
    SELECT seq, recorded_at, citizen_id, actor_id, actor_name, action, basis,
           ARRAY(SELECT key FROM jsonb_each_text(details -> 'disclosed') WHERE value = 'consent') AS areas
    FROM audit_log
    WHERE citizen_id = ANY(:citizen_ids) AND outcome = 'shown' AND {_WITHIN}
      AND action IN ('open_overview', 'print')
      AND (basis = 'team' OR jsonb_path_exists(details, '$.disclosed.* ? (@ == "consent")'))
    ORDER BY seq
""")  # noqa: S608  as above
_WITHDRAWALS = text("""
    SELECT citizen_id, recorded_at, details -> 'consent' -> 'cells' AS cells FROM audit_log
    WHERE citizen_id = ANY(:citizen_ids) AND action = 'withdraw_consent' AND outcome = 'shown' ORDER BY seq
""")


class LogIns(NamedTuple):
    """When an employee last logged in while in one unit."""

    actor_id: str
    unit_id: str | None
    last: datetime


class ConsentedLook(NamedTuple):
    """A page about a citizen that was shown because of the team, or of a consent to some areas."""

    seq: int
    recorded_at: datetime
    citizen_id: UUID
    actor_id: str
    actor_name: str
    action: str
    basis: str | None
    areas: tuple[str, ...]
    """Those that were shown with consent."""


class LoggedWithdrawal(NamedTuple):
    """When a citizen's consents were withdrawn, to the second, and which."""

    citizen_id: UUID
    recorded_at: datetime
    cells: tuple[str, ...]


def list_lines(
    session: Session, sort: LineSort, *, since: datetime, until: datetime, after: int | None, size: int
) -> tuple[LoggedEntry, ...]:
    """Lines of that sort in ``[since, until)``, the newest first."""
    return _logged(session, sort, {"since": since, "until": until, "after": after, "size": size})


def count_lines(session: Session, sort: LineSort, since: datetime, until: datetime) -> dict[AuditOutcome, int]:
    """How many there are by outcome."""
    rows = fetch_rows(session, _NUMBERS[sort], {"since": since, "until": until})
    numbers = {row["outcome"]: row["number"] for row in rows}
    return {outcome: numbers.get(outcome.value, 0) for outcome in AuditOutcome}


def list_log_ins(session: Session) -> tuple[LogIns, ...]:
    """The latest log-in of everybody who ever logged in, for each unit that they were in then."""
    return tuple(LogIns(**row) for row in fetch_rows(session, _LOG_INS, {}))


def list_looks_of(
    session: Session,
    actor_ids: Collection[str],
    *,
    since: datetime,
    until: datetime,
    after: int | None,
    size: int,
) -> tuple[LoggedEntry, ...]:
    """What these employees were shown of citizens, and what they searched for, in ``[since, until)``."""
    parameters = {"actor_ids": sorted(actor_ids), "since": since, "until": until, "after": after, "size": size}
    return _entries(fetch_rows(session, _LOOKS_OF, parameters))


def count_looks_of(session: Session, actor_ids: Collection[str], since: datetime, until: datetime) -> int:
    """How many such lines there are."""
    return int(session.scalar(_COUNT_LOOKS_OF, {"actor_ids": sorted(actor_ids), "since": since, "until": until}) or 0)


def list_consented_looks(
    session: Session, citizen_ids: Collection[UUID], since: datetime, until: datetime
) -> tuple[ConsentedLook, ...]:
    """Pages about these citizens that the team, or a consent to an area, opened in ``[since, until)``."""
    parameters = {"citizen_ids": list(citizen_ids), "since": since, "until": until}
    rows = fetch_rows(session, _CONSENTED, parameters) if citizen_ids else []
    return tuple(ConsentedLook(**{**row, "areas": tuple(row["areas"])}) for row in rows)


def list_withdrawals(session: Session, citizen_ids: Collection[UUID]) -> tuple[LoggedWithdrawal, ...]:
    """When consents of these citizens were withdrawn."""
    rows = fetch_rows(session, _WITHDRAWALS, {"citizen_ids": list(citizen_ids)}) if citizen_ids else []
    return tuple(LoggedWithdrawal(**{**row, "cells": tuple(row["cells"] or ())}) for row in rows)


def _logged(session: Session, sort: LineSort, parameters: dict[str, object]) -> tuple[LoggedEntry, ...]:
    return _entries(fetch_rows(session, _LINES[sort], parameters))


def _entries(rows: Collection[dict[str, object]]) -> tuple[LoggedEntry, ...]:
    return tuple(
        LoggedEntry.model_validate({"seq": row["seq"], "entry": {**{k: v for k, v in row.items() if k != "seq"}}})
        for row in rows
    )
