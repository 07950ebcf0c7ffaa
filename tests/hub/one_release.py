"""One release as a source and a reader, for ``tests/hub/upgrade.py``: run in the tree of that release, whichever it is.

``python one_release.py`` takes a line of JSON, a verb and the citizens' places, and answers each with one line of JSON.
The database is that of the variables ``HELHED_…``, as for the release's own workers and web servers. Only names that
both releases have stand here.
"""

import json
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import timedelta
from typing import Any

from hub.access.citizen_search import search
from hub.access.tables import ActorRow
from hub.bus.base import OVERVIEWS, RECORDS
from hub.clock import danish_day
from hub.collect.service import to_message
from hub.context import AppContext
from hub.course.service import join
from hub.course.views import Membership
from hub.digest import keyed_digest
from hub.indexing.writer import index_changes
from hub.matching.repository import citizen_of
from hub.migrations import migrate
from hub.overview.service import read
from hub.pipeline import process_batch
from hub.services import build_services
from hub.settings import load
from schemas.access import AccessRequest, Actor, Purpose, Role
from schemas.identifiers import Identifier
from schemas.search import AccessFilter, SearchQuery
from tests.consents import open_course
from tests.factories import make_party, make_person, make_record
from tests.processing import store_areas

LOOKER = "looker"
USER = Actor(id="user", name="User", title="-", roles=frozenset({Role.TEAM_MEMBER}))
WHY = AccessRequest(purpose=Purpose.CASE_WORK, request_id="two-releases")
QUICK = timedelta(milliseconds=500)
"""Longer than a fresh member of a group needs to be given its partitions."""


def number_of(place: int) -> Identifier:
    """A made-up citizen's number."""
    return Identifier.national(f"{61 + place % 28:02}01{place // 28 % 90:02}{4000 + place // 2520:04}")


def prepare(context: AppContext) -> None:
    """Topics, the areas of sources, and somebody who looks."""
    context.bus.create({RECORDS: context.settings.bus_partitions, OVERVIEWS: context.settings.bus_partitions})
    context.index.create()
    unit = {"unit_id": "social:100", "unit_name": "Familieafdelingen", "area": "social"}
    with context.database.transaction() as session:
        store_areas(session, context.clock.now())
        session.add(ActorRow(id=LOOKER, name="Looker", title="-", roles=["team_member"], active=True, **unit))


def publish(context: AppContext, places: Sequence[int]) -> None:
    """Two records of each citizen go on the bus, as a source's run puts them there. Harmless to repeat."""
    for place in places:
        number = number_of(place)
        records = (
            make_person(number, source_id=f"p{place}", given_name=f"Borger{place}"),
            make_record(parties=[make_party(number)], source_id=f"y{place}"),
        )
        context.bus.publish(RECORDS, [to_message(record, context.digest_key) for record in records])


def citizens(context: AppContext, places: Sequence[int]) -> dict[int, str]:
    """By place the keys of those who have an overview."""
    found = {}
    with context.database.transaction() as session:
        for place in places:
            citizen_id = citizen_of(session, keyed_digest(number_of(place), context.digest_key))
            if citizen_id is not None and read(session, citizen_id) is not None:
                found[place] = str(citizen_id)
    return found


def let_look(context: AppContext, places: Sequence[int]) -> None:
    """A course for these citizens with the looker on its team."""
    today = danish_day(context.clock.now())
    with context.database.transaction() as session:
        digests = [keyed_digest(number_of(place), context.digest_key) for place in places]
        keys = [citizen_id for digest in digests if (citizen_id := citizen_of(session, digest))]
        course_id = open_course(session, "Opgradering", keys, today)
        join(session, course_id, Membership(actor_id=LOOKER, reason="Opgradering"), today)


def missing(context: AppContext, places: Sequence[int]) -> list[int]:
    """Whom a user does not find by number in the index, decided and logged, or whose overview lacks the effort."""
    return [place for place in places if not _looks_up(context, place)]


def _looks_up(context: AppContext, place: int) -> bool:
    now, number = context.clock.now(), number_of(place)
    query = SearchQuery(text=number.value, access=AccessFilter(on=danish_day(now), known_identifier=True))
    with context.database.transaction() as session:
        citizen_id = citizen_of(session, keyed_digest(number, context.digest_key))
        overview = None if citizen_id is None else read(session, citizen_id)
        result = search(session, USER, query, WHY, index=context.index, digest_key=context.digest_key, now=now)
    is_whole = overview is not None and any(section.entries for section in overview.sections)
    return is_whole and [hit.citizen_id for hit in result.page.hits] == [citizen_id]


def read_again(context: AppContext, group: Sequence[str]) -> dict[str, int]:
    """Everything that is on the bus, whoever wrote it, taken once more by a group of one's own; how much it was."""
    (name,), count = group, {RECORDS: 0, OVERVIEWS: 0}
    with context.bus.consumer(name, [RECORDS]) as consumer:
        while lag := context.bus.lag(name, RECORDS):
            process_batch(
                context.database,
                consumer,
                digest_key=context.digest_key,
                cipher=context.payload_cipher,
                clock=context.clock,
                limit=500,
                timeout=QUICK,
            )
            count[RECORDS] += lag - context.bus.lag(name, RECORDS)
    with context.bus.consumer(name, [OVERVIEWS]) as consumer:
        while context.bus.lag(name, OVERVIEWS):
            delivered = consumer.poll(limit=500, timeout=QUICK)
            index_changes(
                context.database, context.index, delivered, digest_key=context.digest_key, clock=context.clock
            )
            consumer.commit(delivered)
            count[OVERVIEWS] += len(delivered)
    return count


VERBS: dict[str, Callable[[AppContext, Sequence[Any]], Any]] = {
    "publish": publish,
    "citizens": citizens,
    "let_look": let_look,
    "missing": missing,
    "read_again": read_again,
}


def main() -> None:
    """Make this release's tables, and do what is said until the end of the input."""
    settings = load()
    assert settings.database_url is not None
    migrate(settings.database_url.get_secret_value())
    with closing(build_services(settings)) as context:
        prepare(context)
        print(json.dumps(None), flush=True)  # noqa: T201  the test reads it
        for line in sys.stdin:
            verb, places = json.loads(line)
            print(json.dumps(VERBS[verb](context, places)), flush=True)  # noqa: T201  as above


if __name__ == "__main__":
    main()
