"""What is read from a backup that was restored on trial."""

from hub.audit import seal_repository
from hub.backup import repository
from hub.db import Database
from hub.overview import repository as overviews
from schemas.base import Schema


class TrialReading(Schema):
    """What there is, as numbers."""

    revision: str
    citizens: int
    log_lines: int
    """Sealed."""
    log_waiting: int


def read_trial(database: Database) -> TrialReading:
    """Read the tables; an error is one of the restored database."""
    with database.transaction() as session:
        newest = seal_repository.newest_checkpoint(session)
        return TrialReading(
            revision=repository.revision(session),
            citizens=overviews.count(session),
            log_lines=newest.size if newest is not None else 0,
            log_waiting=seal_repository.count_unsealed(session).number,
        )
