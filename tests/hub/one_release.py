"""One release at work, for ``test_two_releases``: run in the tree of that release, whichever it is.

``python one_release.py URL FIRST STEP``. As a worker and a web server do, it takes records from the bus to store and
index, and looks citizens up. It says ``ready`` when its first are found. A line on standard input ends the work; the
next holds the numbers of all citizens there must be, and the answer is who is missing and what failed. Only names that
both releases have stand here.
"""

import json
import select
import sys
import traceback
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

from pydantic import SecretStr

from hub.access.citizen_search import search
from hub.bus.base import OVERVIEWS, RECORDS
from hub.clock import danish_day
from hub.collect.service import to_message
from hub.context import AppContext
from hub.digest import keyed_digest
from hub.errors import StoreUnavailable
from hub.indexing.outbox import publish_outbox
from hub.indexing.writer import INDEX_GROUP, index_changes
from hub.matching.repository import citizen_of
from hub.overview.service import read
from hub.pipeline import PIPELINE_GROUP, process_batch
from hub.services import build_services
from hub.settings import Settings
from schemas.access import AccessRequest, Actor, Purpose, Role
from schemas.identifiers import Identifier
from schemas.search import AccessFilter, SearchQuery
from tests.factories import make_party, make_person, make_record
from tests.processing import store_areas

KEY = "only-for-tests-only-for-tests-only"
AT_ONCE = 10
USER = Actor(id="user", name="User", title="-", roles=frozenset({Role.TEAM_MEMBER}))
WHY = AccessRequest(purpose=Purpose.CASE_WORK, request_id="two-releases")
QUICK = timedelta(milliseconds=50)


def number_of(place: int) -> Identifier:
    """A made-up citizen's number."""
    return Identifier.national(f"{61 + place % 28:02}01{place // 28 % 90:02}{4000 + place // 2520:04}")


class Release:
    """The release's own code on the common database."""

    def __init__(self, context: AppContext) -> None:
        self.context = context
        self.faults: list[str] = []

    def publish(self, places: range) -> None:
        """Two records of each citizen go on the bus, as a source's run puts them there."""
        for place in places:
            number = number_of(place)
            records = (
                make_person(number, source_id=f"p{place}", given_name=f"Borger{place}"),
                make_record(parties=[make_party(number)], source_id=f"y{place}"),
            )
            key = self.context.digest_key
            self.context.bus.publish(RECORDS, [to_message(record, key) for record in records])

    def carry(self) -> int:
        """Everything that waits goes into store and index; how much there was."""
        context, count = self.context, 0
        with context.bus.consumer(PIPELINE_GROUP, [RECORDS]) as consumer:
            result = process_batch(
                context.database,
                consumer,
                digest_key=context.digest_key,
                cipher=context.payload_cipher,
                clock=context.clock,
                limit=100,
                timeout=QUICK,
            )
            count += int(result.has_more or bool(result.rebuilt))
        with context.database.transaction() as session:
            count += publish_outbox(session, context.bus, 500)
        with context.bus.consumer(INDEX_GROUP, [OVERVIEWS]) as consumer:
            delivered = consumer.poll(limit=100, timeout=QUICK)
            if delivered:
                index_changes(
                    context.database, context.index, delivered, digest_key=context.digest_key, clock=context.clock
                )
                consumer.commit(delivered)
        return count + len(delivered)

    def looks_up(self, place: int) -> bool:
        """Whether a user finds the citizen by number in the index, decided and logged, and reads the whole overview."""
        context, now = self.context, self.context.clock.now()
        number = number_of(place)
        query = SearchQuery(text=number.value, access=AccessFilter(on=danish_day(now), known_identifier=True))
        with context.database.transaction() as session:
            citizen_id = citizen_of(session, keyed_digest(number, context.digest_key))
            overview = None if citizen_id is None else read(session, citizen_id)
            result = search(session, USER, query, WHY, index=context.index, digest_key=context.digest_key, now=now)
        is_whole = overview is not None and any(section.entries for section in overview.sections)
        return is_whole and [hit.citizen_id for hit in result.page.hits] == [citizen_id]

    def work(self, first: int, step: int) -> Iterator[int]:
        """Publish, carry and look up, until the caller stops; gives the citizens that were published so far."""
        last = first
        while True:
            try:
                self.publish(range(last, last + AT_ONCE * step, step))
                last += AT_ONCE * step
                self.carry()
                # The other one carries too, so only who was there in the round before last must be found.
                for place in range(first, max(first, last - 3 * AT_ONCE * step), step * 7):
                    if not self.looks_up(place):
                        self.faults.append(f"{place} is not found")
            except StoreUnavailable:
                self.faults.append("PostgreSQL did not answer")
            except Exception:  # noqa: BLE001  told to the test, which fails
                self.faults.append(traceback.format_exc(limit=-3))
            yield last


def main() -> None:
    """Work until told to stop; then look for everybody."""
    url, first, step = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    settings = Settings(database_url=SecretStr(url), digest_key=SecretStr(KEY), demo=True, bus_partitions=4)
    with closing(build_services(settings)) as context:
        release = Release(context)
        context.bus.create({RECORDS: 4, OVERVIEWS: 4})
        context.index.create()
        with context.database.transaction() as session:
            store_areas(session, context.clock.now())
        last = first
        for rounds, published in enumerate(release.work(first, step)):
            last = published
            if rounds == 1:
                print("ready", flush=True)  # noqa: T201  the test reads it
            if rounds > 1 and select.select([sys.stdin], [], [], 0)[0]:
                break
        sys.stdin.readline()
        print(json.dumps({"last": last, "faults": release.faults}), flush=True)  # noqa: T201  as above
        everybody = json.loads(sys.stdin.readline())
        while release.carry():
            pass
        missing = [place for place in everybody if not release.looks_up(place)]
        print(json.dumps({"missing": missing, "faults": release.faults}), flush=True)  # noqa: T201  as above


if __name__ == "__main__":
    main()
