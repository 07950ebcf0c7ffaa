"""What was read, stored, matched and shown, without a bus."""

from collections.abc import Iterator, Mapping, Sequence

from hub.clock import FixedClock
from hub.db import Database
from hub.intake.service import receive
from hub.matching.service import match
from hub.overview.service import rebuild
from schemas.record import SourceRecord
from schemas.source import Area
from tests.processing import store_areas


def list_not_processed(
    database: Database, clock: FixedClock, records: Sequence[SourceRecord], areas: Mapping[str, Area]
) -> Iterator[str]:
    """Records that cannot be stored, matched and shown; halved until each stands alone."""
    try:
        with database.transaction() as session:
            store_areas(session, clock.now(), areas)
            received = receive(session, records, now=clock.now())
            citizens = match(session, received.new, digest_key=b"k" * 32, now=clock.now())
            rebuild(session, citizens, now=clock.now())
    except Exception as error:  # noqa: BLE001  any error is the fault that is looked for
        if len(records) == 1:
            yield f"{records[0].record_type} is not stored: {type(error).__name__}"
            return
        middle = len(records) // 2
        yield from list_not_processed(database, clock, records[:middle], areas)
        yield from list_not_processed(database, clock, records[middle:], areas)
