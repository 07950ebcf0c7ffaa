"""Write lines. A line that cannot be written fails the act it tells of: no line, no data."""

from collections.abc import Sequence
from typing import cast

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from hub import metrics, tracing
from hub.audit.tables import AuditRow
from schemas.access import AuditEntry

_INSERT = insert(cast("Table", AuditRow.__table__)).inline()
"""To the table and not to the mapped class, and without asking for the key: nobody needs either."""


def write(session: Session, entry: AuditEntry) -> None:
    """Write one line, now, in the caller's transaction."""
    write_all(session, (entry,))


@tracing.spanned("audit.write")
def write_all(session: Session, entries: Sequence[AuditEntry]) -> None:
    """Write several lines in one statement, in the order given."""
    if entries:
        rows = [_row(entry) for entry in entries]
        session.connection().execute(_INSERT, rows if len(rows) > 1 else rows[0])
    for entry in entries:
        metrics.audited(entry.action, entry.outcome)


def _row(entry: AuditEntry) -> dict[str, object]:
    row = entry.model_dump()
    row["sections_shown"] = sorted(entry.sections_shown)
    row["sections_withheld"] = sorted(entry.sections_withheld)
    row["fields_revealed"] = list(entry.fields_revealed)
    return row
