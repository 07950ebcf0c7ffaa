"""Write lines. A line that cannot be written fails the act it tells of: no line, no data."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from hub import metrics, tracing
from hub.audit import repository
from schemas.access import AuditEntry


def write(session: Session, entry: AuditEntry) -> None:
    """Write one line, now, in the caller's transaction."""
    write_all(session, (entry,))


@tracing.spanned("audit.write")
def write_all(session: Session, entries: Sequence[AuditEntry]) -> None:
    """Write several lines in the order given."""
    repository.insert_entries(session, entries)
    for entry in entries:
        metrics.audited(entry.action, entry.outcome)
