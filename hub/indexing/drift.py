"""Whether index and store say the same: pure judgement.

Both sides give counts and sums of versions, by source and bucket. Equal tallies settle a bucket; where they differ the
versions of that bucket are compared citizen by citizen. A change on its way to the index looks like drift, so only
what stands unchanged in two looks counts, and only when the way was clear between them.
"""

from collections.abc import Mapping
from uuid import UUID

from pydantic import Field

from schemas.base import Schema
from search.base import Tallies, Tally

ALL = ""
"""Stands for all sources together."""
_NOTHING = Tally(citizens=0, versions=0)


class Difference(Schema):
    """A citizen whose versions differ; None: not there."""

    in_store: int | None
    in_index: int | None


class SourceTally(Schema):
    """How one source, or all together (``""``), stands on both sides."""

    source: str
    in_store: int
    """Citizens of whom the source says something."""
    in_index: int
    is_equal: bool
    """Also the versions are the same, in every bucket."""


class Look(Schema):
    """What one comparison saw."""

    sources: tuple[SourceTally, ...]
    differences: dict[UUID, Difference] = Field(default_factory=dict)
    untold: frozenset[UUID] = frozenset()
    """Those among them of whose change the bus was not told yet."""


def differing_buckets(store: Tallies, index: Tallies) -> tuple[str, ...]:
    """Buckets in which the sides do not agree, whichever source says so."""
    found: set[str] = set()
    for source in store.keys() | index.keys():
        left, right = store.get(source, {}), index.get(source, {})
        found |= {bucket for bucket in left.keys() | right.keys() if left.get(bucket) != right.get(bucket)}
    return tuple(sorted(found))


def by_source(store: Tallies, index: Tallies) -> tuple[SourceTally, ...]:
    """Each source on both sides, all together first."""
    return tuple(
        SourceTally(
            source=source,
            in_store=sum(one.citizens for one in store.get(source, {}).values()),
            in_index=sum(one.citizens for one in index.get(source, {}).values()),
            is_equal=dict(store.get(source, {})) == dict(index.get(source, {})),
        )
        for source in sorted(store.keys() | index.keys() | {ALL})
    )


def differences(store: Mapping[UUID, int], index: Mapping[UUID, int]) -> dict[UUID, Difference]:
    """Citizens whose versions differ."""
    return {
        citizen_id: Difference(in_store=store.get(citizen_id), in_index=index.get(citizen_id))
        for citizen_id in store.keys() | index.keys()
        if store.get(citizen_id) != index.get(citizen_id)
    }


def standing(before: Look, now: Look) -> dict[UUID, Difference]:
    """Differences that are the same in both looks."""
    return {key: one for key, one in now.differences.items() if before.differences.get(key) == one}


def drifted(before: Look, now: Look) -> dict[UUID, Difference]:
    """What has drifted: it stood in both looks, though the bus had been told of it before the first was over.

    Whoever looks twice waits with the second until everything published up to the first has been brought.
    """
    return {key: one for key, one in standing(before, now).items() if key not in before.untold}
