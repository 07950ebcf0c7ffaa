"""Reindex: fill a shadow index with all citizens while the current one serves."""

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import date
from uuid import UUID

from hub.clock import Clock, danish_day
from hub.db import Database
from hub.indexing import repository
from hub.indexing.comparison import compare, repair
from hub.indexing.writer import Documents, read_documents
from hub.overview import repository as overviews
from schemas.base import Schema
from search.base import PutResult, SearchIndex, SearchUnavailable

PAGE = 500
"""Citizens read from the store and written to the index at once."""
ROUNDS = 20
"""Rounds of repair after the new index serves; each is shorter than the one before."""

log = logging.getLogger("hub.indexing")


class Progress(Schema):
    """How far a reindex has come, in citizens."""

    done: int
    total: int


def reindex(
    database: Database,
    index: SearchIndex,
    *,
    digest_key: bytes,
    clock: Clock,
    progress: Callable[[Progress], None] | None = None,
) -> int:
    """Fill a new index beside the one that serves, let it take its place, and repair what changed meanwhile.

    Returns how many citizens were read. When anything fails the new one is removed and the old one serves on.

    Raises:
        SearchUnavailable: the index does not answer, or did not write a document.
    """
    shadow = index.create_shadow_index()
    written = 0
    try:
        with ThreadPoolExecutor(1) as writing:
            under_way: tuple[Documents, Future[PutResult]] | None = None
            for documents, total in _all_documents(database, digest_key, danish_day(clock.now())):
                _finish(database, under_way, clock)
                under_way = documents, writing.submit(shadow.put, documents)
                written += len(documents)
                if progress:
                    progress(Progress(done=written, total=total))
            _finish(database, under_way, clock)
        shadow.promote()
    except BaseException:
        with suppress(SearchUnavailable):
            shadow.discard()
        raise
    for _ in range(ROUNDS):
        index.refresh()
        comparison = compare(database, index)
        if not comparison.differences:
            break
        repair(database, index, comparison.differences, digest_key=digest_key, clock=clock)
    return written


def _all_documents(database: Database, digest_key: bytes, on: date) -> Iterator[tuple[Documents, int]]:
    """The documents of all citizens with an overview, page by page, each with how many there are in all."""
    with database.transaction() as session:
        total = overviews.count(session)
    after = UUID(int=0)
    while True:
        with database.transaction() as session:
            citizens = overviews.next_citizens(session, after, PAGE)
            if not citizens:
                return
            documents = read_documents(session, citizens, digest_key=digest_key, on=on).documents
        after = citizens[-1]
        yield documents, max(total, len(citizens))


def _finish(database: Database, under_way: tuple[Documents, Future[PutResult]] | None, clock: Clock) -> None:
    if under_way is None:
        return
    documents, result = under_way[0], under_way[1].result()
    if result.failed:
        raise SearchUnavailable(f"{len(result.failed)} documents were not written: {result.failed[0][1]}")
    if result.refused:
        log.error("index.refused", extra={"fields": {"citizens": len(result.refused), "reason": result.refused[0][1]}})
    ids = {document.citizen_id for document in documents}
    with database.transaction() as session:
        before = repository.cut_among(session, ids)
        if result.cut or before:
            repository.save_cut_documents(session, result.cut, ids - result.cut, now=clock.now())
