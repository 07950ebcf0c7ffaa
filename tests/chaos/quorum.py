"""Two of three brokers die, then two of three nodes: nothing is lost, pages are served, and it goes on by itself."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from threading import Event
from time import monotonic

from sqlalchemy import text

from deploy.sandbox.services.member import Member
from hub.clock import danish_day
from hub.indexing.comparison import compare
from schemas.base import Schema
from tests.chaos.harness import Report, count_entities, is_at_rest, parts_of, report_of, wait_until
from tests.chaos.looking import Looking
from tests.chaos.outage import read_anew, shown, somebody
from tests.chaos.stage import Stage, staged
from tests.chaos.telling import Told, happen, open_courses
from tests.fagsystemer import truth

STAYS_LOST = 20.0
"""Seconds for which the quorum is gone."""
NOTICE = "hentet direkte fra databasen"


class QuorumReport(Schema):
    """What came of it."""

    found: Report
    """Of what the sources said, beside what is stored; of the pages meanwhile."""
    waited: int
    """Changes that waited in the outbox while two of three brokers were gone."""
    published_after: float
    """Seconds from the start of the two until nothing waited any more."""
    shown_without_brokers: int
    """Pages of citizens meanwhile."""
    shown_without_nodes: int
    """Pages of citizens while two of three nodes were gone."""
    notices: int
    """Of these with the notice that they come from the store: those of which the node that is left has no copy."""
    from_index_after: float
    """Seconds from the start of the two until the index had every change and a page came from it."""

    @property
    def is_whole(self) -> bool:
        """Nothing lost or doubled, changes waited, pages were shown all the while."""
        return bool(self.waited and self.shown_without_brokers and self.shown_without_nodes) and self.found.is_whole


def lose_quorum(
    *, citizens: int, seed: int, progress: Callable[[int, str], None] = lambda _number, _words: None
) -> QuorumReport:
    """Fill a Helhed of three brokers and three nodes, take two of each away, and look.

    Raises:
        ServiceMissing: Kafka or OpenSearch cannot be had here.
        AssertionError: it got stuck.
    """
    began, today = monotonic(), danish_day(datetime.now(UTC))
    with staged(citizens=citizens, seed=seed, brokers=3, nodes=3, day=today) as stage:
        expected, happened = truth(stage.sources), set[Told]()
        for worker in stage.workers:
            worker.start()
        context = parts_of(stage)
        wait_until(lambda: is_at_rest(context, len(expected)), lambda: count_entities(stage))
        open_courses(stage, 20)
        happened |= happen(stage, 1)
        looking, stop = Looking(), Event()
        thread = looking.run(stage, random.Random(seed), stop)  # noqa: S311  whom to look at, no secret
        try:
            wait_until(lambda: len(looking.shown) > 10)
            progress(0, f"{len(expected):,} records in, pages shown")
            before = len(looking.shown)
            with _two_gone(stage.kafka.brokers) as back:
                happened |= happen(stage, 2)
                read_anew(stage)
                Event().wait(STAYS_LOST)
                waited, shown_without_brokers = _waiting(stage), len(looking.shown) - before
                progress(2, f"brokers: {waited} changes wait, {shown_without_brokers} pages shown")
            wait_until(lambda: not _waiting(stage))
            published_after = monotonic() - back[0]
            before, notices = len(looking.shown), looking.notices
            with _two_gone(stage.opensearch.nodes) as back:
                happened |= happen(stage, 3)
                Event().wait(STAYS_LOST)
                shown_without_nodes, notices = len(looking.shown) - before, looking.notices - notices
                progress(4, f"nodes: {shown_without_nodes} pages shown, {notices} of them from the store")
            wait_until(lambda: is_at_rest(context, len(expected)))
            wait_until(partial(_is_from_index, stage))
            from_index_after = monotonic() - back[0]
        finally:
            stop.set()
            thread.join()
        wait_until(lambda: not compare(context.database, context.index).differences)
        found = report_of(stage, context, expected, looking, happened)
        context.close()
    return QuorumReport(
        found=found.model_copy(
            update={
                "seed": seed,
                "brokers": 3,
                "nodes": 3,
                "citizens": citizens,
                "kills": {"broker": 2, "OpenSearch node": 2},
                "seconds": round(monotonic() - began, 1),
            }
        ),
        waited=waited,
        published_after=round(published_after, 1),
        shown_without_brokers=shown_without_brokers,
        shown_without_nodes=shown_without_nodes,
        notices=notices,
        from_index_after=round(from_index_after, 1),
    )


@contextmanager
def _two_gone(members: tuple[Member, ...]) -> Iterator[list[float]]:
    """Two of three are killed for the block; gives when they were started again, once they were."""
    back: list[float] = []
    _, *two = members
    for one in two:
        one.kill()
    yield back
    back.append(monotonic())
    for one in two:
        one.start()


def _waiting(stage: Stage) -> int:
    with stage.database.transaction() as session:
        return int(session.scalar(text("SELECT count(*) FROM overview_outbox")) or 0)


def _is_from_index(stage: Stage) -> bool:
    page = shown(stage.addresses[0], somebody(stage))
    return page.is_success and NOTICE not in page.text
