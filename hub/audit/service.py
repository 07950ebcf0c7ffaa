"""Write lines. A line that cannot be written fails the act it tells of: no line, no data."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub import metrics, tracing
from hub.db import fetch_rows
from schemas.access import AuditEntry

_FIELDS = tuple(AuditEntry.model_fields)
_INSERT = text(f"INSERT INTO audit_log ({', '.join(_FIELDS)}) VALUES ({', '.join(f':{one}' for one in _FIELDS)})")  # noqa: S608  names of our own; every value is a parameter


def write(session: Session, entry: AuditEntry) -> None:
    """Write one line, now, in the caller's transaction."""
    write_all(session, (entry,))


@tracing.spanned("audit.write")
def write_all(session: Session, entries: Sequence[AuditEntry]) -> None:
    """Write several lines in one statement, in the order given."""
    if entries:
        fetch_rows(session, _INSERT, *(_row(entry) for entry in entries))
    for entry in entries:
        metrics.audited(entry.action, entry.outcome)


def _row(entry: AuditEntry) -> dict[str, object]:
    row = entry.model_dump()
    row["sections_shown"] = sorted(entry.sections_shown)
    row["sections_withheld"] = sorted(entry.sections_withheld)
    row["fields_revealed"] = list(entry.fields_revealed)
    return row
