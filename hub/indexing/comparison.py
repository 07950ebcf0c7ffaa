"""Compare index and store, bring what drifted, and build the index anew."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import date
from uuid import UUID

from hub.db import Database
from hub.indexing.drift import Difference, Look, by_source, differences, differing_buckets
from hub.overview import repository
from hub.overview.service import Pending, bring, documents
from schemas.base import Schema
from search.base import PutResult, SearchIndex, SearchUnavailable

AT_ONCE = 500
"""Citizens brought to the index in one go."""
ROUNDS = 20
"""So often what changed meanwhile is brought after a rebuild; each round is shorter than the one before."""


class Progress(Schema):
    """How far a rebuild has come, in citizens."""

    done: int
    total: int


def look(database: Database, index: SearchIndex) -> Look:
    """Compare both sides once. A change on its way to the index is among the differences.

    Raises:
        SearchUnavailable: the index does not answer.
    """
    found = index.tally()
    with database.transaction() as session:
        store = repository.tally(session)
    differ: dict[UUID, Difference] = {}
    for bucket in differing_buckets(store, found):
        in_index = index.versions(bucket)
        with database.transaction() as session:
            differ |= differences(repository.versions(session, bucket), in_index)
    with database.transaction() as session:  # after the versions: a change seen here and not waiting has been told
        untold = repository.untold_of(session, differ)
    return Look(sources=by_source(store, found), differences=differ, untold=untold)


def mend(
    database: Database, index: SearchIndex, drifted: Mapping[UUID, Difference], *, digest_key: bytes, on: date
) -> int:
    """Bring these citizens to the index as the store has them; returns how many.

    Raises:
        SearchUnavailable: something was not written; the next look finds it again.
    """
    ids = sorted(drifted)
    for start in range(0, len(ids), AT_ONCE):
        lot = {citizen_id: drifted[citizen_id] for citizen_id in ids[start : start + AT_ONCE]}
        with database.transaction() as session:
            # The index can only be newer than a store that was restored from a backup. A version never falls, so
            # the store goes beyond what the index has seen.
            ahead = {key: (one.in_index or 0) + 1 for key, one in lot.items() if _is_ahead(one)}
            repository.outgrow(session, ahead)
            stored = repository.stored(session, lot)
            there = [one.document for one in stored.values() if one.document is not None]
            waiting = Pending(
                documents=documents(session, there, digest_key, on),
                gone={
                    key: max(one.in_index or 0, stored[key].version if key in stored else 0)
                    for key, one in lot.items()
                    if key not in stored or stored[key].document is None
                },
            )
        bring(index, waiting)
    return len(ids)


def rebuild(
    database: Database,
    index: SearchIndex,
    *,
    digest_key: bytes,
    on: date,
    progress: Callable[[Progress], None] | None = None,
) -> int:
    """Fill a new index beside the one that serves, let it take its place, and bring what changed meanwhile.

    Returns how many citizens it holds. When anything fails the new one is removed and the old one serves on.

    Raises:
        SearchUnavailable: the index does not answer, or refused a document.
    """
    beside = index.beside()
    done = 0
    try:
        with ThreadPoolExecutor(1) as writing:
            under_way: Future[PutResult] | None = None
            for waiting, total in _everybody(database, digest_key, on):
                _check(under_way)
                under_way = writing.submit(beside.put, waiting.documents)
                done += len(waiting.documents)
                if progress:
                    progress(Progress(done=done, total=total))
            _check(under_way)
        beside.promote()
    except BaseException:
        with suppress(SearchUnavailable):
            beside.discard()
        raise
    for _ in range(ROUNDS):
        index.refresh()
        seen = look(database, index)
        if not seen.differences:
            break
        mend(database, index, seen.differences, digest_key=digest_key, on=on)
    return done


def _everybody(database: Database, digest_key: bytes, on: date) -> Iterator[tuple[Pending, int]]:
    """All citizens with an overview, in lots, each with how many there are in all."""
    with database.transaction() as session:
        total = repository.count(session)
    after = UUID(int=0)
    while True:
        with database.transaction() as session:
            lot = repository.page(session, after, AT_ONCE)
            if not lot:
                return
            made = documents(session, [document for _, document in lot], digest_key, on)
        after = lot[-1][0]
        yield Pending(documents=made), max(total, len(lot))


def _is_ahead(one: Difference) -> bool:
    return (one.in_index or 0) > (one.in_store or 0)


def _check(under_way: Future[PutResult] | None) -> None:
    if under_way is not None and (failed := under_way.result().failed):
        raise SearchUnavailable(f"{len(failed)} documents were refused: {failed[0][1]}")
