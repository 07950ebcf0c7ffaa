"""Compare index and store, and repair what drifted."""

from collections.abc import Mapping
from uuid import UUID

from hub.clock import Clock, danish_day
from hub.db import Database
from hub.indexing import repository
from hub.indexing.drift import (
    Comparison,
    Difference,
    by_source,
    differences,
    differing_buckets,
    whose_turn_it_is,
)
from hub.indexing.writer import batch_of, read_documents, write_and_remember
from hub.overview import repository as overviews
from search.base import SearchIndex

REPAIR_BATCH = 500
"""Citizens written to the index at once."""


def compare(database: Database, index: SearchIndex, turn: int | None = None) -> Comparison:
    """Compare both sides once. A change on its way to the index is among the differences.

    Whoever compares again and again says which *turn* it is: then differing buckets of a large store are looked into in
    parts, for while much is on its way, all of them differ.

    Raises:
        SearchUnavailable: the index does not answer.
    """
    in_index = index.tally()
    with database.transaction() as session:
        in_store = overviews.tally(session)
    differing: dict[UUID, Difference] = {}
    differing_now = differing_buckets(in_store, in_index)
    for bucket in differing_now if turn is None else whose_turn_it_is(differing_now, in_store, turn):
        index_versions = index.versions(bucket)
        with database.transaction() as session:
            differing |= differences(overviews.versions(session, bucket), index_versions)
    with database.transaction() as session:  # after the versions: a change seen here and not in the outbox is published
        unpublished = repository.citizens_in_outbox(session, differing)
    return Comparison(sources=by_source(in_store, in_index), differences=differing, unpublished=unpublished)


def repair(
    database: Database, index: SearchIndex, drifted: Mapping[UUID, Difference], *, digest_key: bytes, clock: Clock
) -> int:
    """Write these citizens to the index as the store has them; returns how many.

    Raises:
        SearchUnavailable: something was not written; the next comparison finds it again.
    """
    ids, on = sorted(drifted), danish_day(clock.now())
    for start in range(0, len(ids), REPAIR_BATCH):
        batch_differences = {citizen_id: drifted[citizen_id] for citizen_id in ids[start : start + REPAIR_BATCH]}
        with database.transaction() as session:
            # A version never falls, so a store that was restored from a backup goes beyond what the index has seen.
            newer = {
                key: (difference.in_index or 0) + 1
                for key, difference in batch_differences.items()
                if difference.index_is_newer
            }
            overviews.raise_versions(session, newer)
            read = read_documents(session, batch_differences, digest_key=digest_key, on=on)
            there = read.citizens
            removed = {
                key: max(difference.in_index or 0, read.gone.get(key, 0))
                for key, difference in batch_differences.items()
                if key not in there
            }
            batch = batch_of(session, read.documents, removed)
        write_and_remember(database, index, batch, clock=clock)
    return len(ids)
