"""Whether index and store hold the same versions: pure judgement.

Both sides give counts and sums of versions, by source and bucket. Equal tallies settle a bucket; where they differ the
versions of that bucket are compared citizen by citizen. A change on its way to the index is also a difference, so only
a difference that is the same in two comparisons counts, and only when nothing was on its way between them.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from pydantic import Field

from schemas.base import Schema
from search.base import ALL_SOURCES, Tallies

AT_ONCE = 100_000
"""Citizens whose versions are read on both sides in one comparison, unless a single part holds more."""
PARTS = 8


class Difference(Schema):
    """The two versions of a citizen for whom they differ; None: absent on that side."""

    in_store: int | None
    in_index: int | None

    @property
    def index_is_newer(self) -> bool:
        """Only where the store was restored from a backup."""
        return (self.in_index or 0) > (self.in_store or 0)


class SourceTally(Schema):
    """How many citizens one source, or all together (``""``), has on both sides."""

    source: str
    in_store: int
    """Citizens of whom the source says something."""
    in_index: int
    is_equal: bool
    """Whether the versions are the same too, in every bucket."""


class Comparison(Schema):
    """Result of one comparison."""

    sources: tuple[SourceTally, ...]
    differences: dict[UUID, Difference] = Field(default_factory=dict)
    unpublished: frozenset[UUID] = frozenset()
    """Those among the differences whose change was still in the outbox."""


def differing_buckets(store: Tallies, index: Tallies) -> tuple[str, ...]:
    """Buckets in which the tallies of at least one source differ."""
    buckets: set[str] = set()
    for source in store.keys() | index.keys():
        left, right = store.get(source, {}), index.get(source, {})
        buckets |= {bucket for bucket in left.keys() | right.keys() if left.get(bucket) != right.get(bucket)}
    return tuple(sorted(buckets))


def whose_turn_it_is(buckets: Sequence[str], store: Tallies, turn: int) -> tuple[str, ...]:
    """Those of differing buckets to look into now: all, or one of some parts where they hold very many citizens.

    Each part has two turns, one after the other, since drift is what is the same in two comparisons.
    """
    whole = store.get(ALL_SOURCES, {})
    if sum(whole[bucket].citizens for bucket in buckets if bucket in whole) <= AT_ONCE:
        return tuple(buckets)
    return tuple(bucket for bucket in buckets if int(bucket, 16) % PARTS == turn // 2 % PARTS)


def by_source(store: Tallies, index: Tallies) -> tuple[SourceTally, ...]:
    """Tallies of each source on both sides, the sum of all first."""
    return tuple(
        SourceTally(
            source=source,
            in_store=sum(tally.citizens for tally in store.get(source, {}).values()),
            in_index=sum(tally.citizens for tally in index.get(source, {}).values()),
            is_equal=dict(store.get(source, {})) == dict(index.get(source, {})),
        )
        for source in sorted(store.keys() | index.keys() | {ALL_SOURCES})
    )


def differences(store: Mapping[UUID, int], index: Mapping[UUID, int]) -> dict[UUID, Difference]:
    """Citizens whose versions differ."""
    return {
        citizen_id: Difference(in_store=store.get(citizen_id), in_index=index.get(citizen_id))
        for citizen_id in store.keys() | index.keys()
        if store.get(citizen_id) != index.get(citizen_id)
    }


def lasting_differences(before: Comparison, now: Comparison) -> dict[UUID, Difference]:
    """Differences that are the same in both comparisons."""
    return {
        citizen_id: difference
        for citizen_id, difference in now.differences.items()
        if before.differences.get(citizen_id) == difference
    }


def find_drift(before: Comparison, now: Comparison) -> dict[UUID, Difference]:
    """Citizens that have drifted: the same difference in both comparisons, and published before the first.

    The caller waits with the second comparison until everything published up to the first has been indexed.
    """
    lasting = lasting_differences(before, now)
    return {
        citizen_id: difference for citizen_id, difference in lasting.items() if citizen_id not in before.unpublished
    }
