"""The overview from the index, vouched for by the store.

The index serves, the store vouches: the statement that reads the access facts also reads the overview's version, and
only a document of exactly that version is used. Older, missing, unreadable or an index that does not answer: the
store's own. So a page is never stale, and survives an index that is down.
"""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotInTime
from datetime import timedelta
from enum import StrEnum
from time import monotonic
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.orm import Session

from hub import tracing
from hub.log import place_of
from hub.overview.service import read
from schemas.access import AccessFacts
from schemas.base import Schema
from schemas.overview import Overview
from search.base import SearchIndex, SearchUnavailable, SentFor, StoredOverview

log = logging.getLogger("hub.indexing")

CONCURRENT_LOOKUPS = 16
"""As many as a small server has threads busy."""
ANSWER_WITHIN = timedelta(seconds=1)
"""Seconds a page waits for the index; the store answers in a hundredth of that."""
RETRY_AFTER = timedelta(seconds=5)
"""Seconds before an index that did not answer is asked again, so that not every page waits for it."""


class ServedFrom(StrEnum):
    """Where an overview came from, and if not from the index, why."""

    INDEX = "index"
    STALE = "store_stale"
    """The index has another version; the indexer is on its way, or something drifted."""
    MISSING = "store_missing"
    """Nothing is there yet, or the page speaks of somebody protected, of whom the index holds no page."""
    UNREADABLE = "store_unreadable"
    """Written by another release: reindex."""
    DOWN = "store_index_down"


class Served(Schema):
    """An overview and where it came from."""

    overview: Overview | None
    origin: ServedFrom


Prefetch = SentFor | None
"""The index's answer, under way. None: the index is not asked, since it did not answer a moment ago."""


class OverviewReader:
    """Asks the index while the store decides. One a process, shared between threads; ``close`` it at the end."""

    def __init__(self, index: SearchIndex, *, ticks: Callable[[], float] = monotonic) -> None:
        self._index = index
        self._ticks = ticks
        self._asks_again_at = ticks()
        self._threads = ThreadPoolExecutor(CONCURRENT_LOOKUPS, thread_name_prefix="overview")

    def prefetch(self, citizen_id: UUID) -> Prefetch:
        """Begin to fetch the overview; only ``serve`` reads the answer, after the decision. Else cancel it."""
        if self._ticks() < self._asks_again_at:
            return None
        return self._index.send_for_overview(citizen_id) or self._threads.submit(self._index.overview, citizen_id)

    def serve(self, session: Session, facts: AccessFacts, prefetched: Prefetch) -> Served:
        """The citizen's overview of the version in *facts*.

        Args:
            session: the caller's transaction, in which *facts* were read.
            facts: whose, and what the store vouches for: the version, and the numbers, which the index does not hold.
            prefetched: what ``prefetch`` began for the same citizen.
        """
        with tracing.span("index.get"):
            answer = self._answer(prefetched)
        if isinstance(answer, StoredOverview):
            if answer.version == facts.overview_version:
                try:
                    overview = Overview.model_validate_json(answer.document).with_numbers(facts.numbers)
                    return Served(overview=overview, origin=ServedFrom.INDEX)
                except ValidationError:
                    answer = ServedFrom.UNREADABLE
            else:
                answer = ServedFrom.STALE
        return Served(overview=read(session, facts.citizen_id), origin=answer)

    def _answer(self, prefetched: Prefetch) -> StoredOverview | ServedFrom:
        if prefetched is None:
            return ServedFrom.DOWN
        if self._ticks() < self._asks_again_at:  # it did not answer of another of the family: nobody waits once more
            prefetched.cancel()
            return ServedFrom.DOWN
        try:
            return prefetched.result(ANSWER_WITHIN.total_seconds()) or ServedFrom.MISSING
        except (SearchUnavailable, NotInTime) as error:
            prefetched.cancel()
            self._asks_again_at = self._ticks() + RETRY_AFTER.total_seconds()
            log.warning("overview.index_down", extra={"fields": {"error": type(error).__name__}})
        except Exception as error:  # noqa: BLE001  whatever is wrong with the index, the store still has the page
            log.error("overview.index_failed", extra={"fields": {"error": place_of(error)}})  # noqa: TRY400  a foreign error's text may hold values
        return ServedFrom.DOWN

    def close(self) -> None:
        """Stop the threads; requests under way end by their own time-out."""
        self._threads.shutdown(wait=False, cancel_futures=True)
