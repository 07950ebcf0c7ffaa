"""What a missing entity means, for every source: held, unproven, gone or back. Pure.

Absence is not deletion: a lost right, a filter that was ignored or a page that was dropped has the same effect. So an
entity that is missing once is *unproven*; one that is missing in two complete readings, or whose id answers 404 or 410,
is *gone*; one that is seen again is *back*, whatever was concluded before. A list that became empty, or shrank beyond
the declared limits, is *held* until a person has decided, and counts as no reading at all for deletions.
"""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from pydantic import Field

from connectors.base import HeldDeletions
from connectors.masking import value_shape
from connectors.settings_form import ABSENCE_ALWAYS_ALLOWED, ABSENCE_MAX_COUNT, ABSENCE_MAX_SHARE
from schemas.base import Schema

SAMPLE = 5


class AbsenceLimits(Schema):
    """How far a list may shrink in one reading before a person is asked, for each record type."""

    max_share: float = Field(default=0.2, ge=0, le=1)
    """Share of the known entities that may be missing at once."""
    max_count: int = Field(default=1000, ge=0)
    """Number of entities that may be missing at once, however long the list is."""
    always_allowed: int = Field(default=2, ge=0)
    """So many may be missing however short the list is, unless it became empty."""


class AbsenceSettings(Schema):
    """Settings of every source whose missing entities are judged here; its own settings are made from these."""

    absence_max_share: float = Field(default=0.2, ge=0, le=1, json_schema_extra=ABSENCE_MAX_SHARE)
    """When more than this share of a type is missing at once, its deletions wait for a person."""
    absence_max_count: int = Field(default=1000, ge=0, json_schema_extra=ABSENCE_MAX_COUNT)
    """Likewise for a number, however long the list is."""
    absence_always_allowed: int = Field(default=2, ge=0, json_schema_extra=ABSENCE_ALWAYS_ALLOWED)
    """So many may be missing however short the list is, unless it became empty."""

    @property
    def absence_limits(self) -> AbsenceLimits:
        """How much may be missing without a person, for each type."""
        return AbsenceLimits(
            max_share=self.absence_max_share,
            max_count=self.absence_max_count,
            always_allowed=self.absence_always_allowed,
        )


class KnownIds(Schema):
    """What earlier complete readings left behind, for one record type. The three sets are disjoint."""

    live: frozenset[str] = frozenset()
    """Seen in the last reading that counted."""
    unproven: frozenset[str] = frozenset()
    """Missing in one complete reading; not deleted."""
    gone: frozenset[str] = frozenset()
    """Concluded to be deleted; remembered so that a return is noticed."""
    held: frozenset[str] = frozenset()
    """Those of ``live`` and ``unproven`` that were missing in the reading that was held last. A release covers them."""


class Verdict(Schema):
    """What a complete reading says of one record type."""

    known: KnownIds
    """For the next reading. While held: as before, but for what is back."""
    gone: frozenset[str] = frozenset()
    """Deleted, as this reading proves: give out a tombstone for each."""
    back: frozenset[str] = frozenset()
    """Concluded to be gone before, and seen now: give it out as alive, newer than its tombstone."""
    held: HeldDeletions | None = None
    """Set when nothing is deleted because a person must decide."""


def judge(  # noqa: PLR0913  keyword-only from the limits on
    record_type: str,
    known: KnownIds,
    seen: AbstractSet[str],
    *,
    limits: AbsenceLimits,
    released: int | None = None,
    is_refused: bool = False,
    vouched_empty: bool = False,
) -> Verdict:
    """Judge one **complete** reading; an incomplete one must not be judged at all.

    Args:
        record_type: the source's own type, for the answer.
        known: what earlier readings left behind.
        seen: ids in this reading.
        limits: how much may be missing without a person.
        released: a person has released deletions of this type, at most so many; None: nobody has.
        is_refused: a person has said that what was missing in the reading held last is not gone: it stays held, however
            few are missing by now, and however long the list has become.
        vouched_empty: the source said positively that there is nothing (never merely an empty list).
    """
    expected = known.live | known.unproven
    missing = expected - seen
    back = known.gone & seen
    is_released = released is not None and len(missing) <= released
    is_suspicious = _is_suspicious(len(missing), len(expected), limits, vouched_empty=vouched_empty)
    if (is_suspicious and not is_released) or (is_refused and not missing.isdisjoint(known.held)):
        held = HeldDeletions(
            record_type=record_type, missing=len(missing), known=len(expected), sample=_sample(missing)
        )
        unchanged = KnownIds(
            live=known.live | seen,
            unproven=known.unproven - seen,
            gone=known.gone - seen,
            held=frozenset(missing),
        )
        return Verdict(known=unchanged, back=back, held=held)
    # A released reading is the second one for what was missing in the reading that a person reviewed.
    proven = missing & (known.unproven | (known.held if is_released else frozenset()))
    following = KnownIds(live=frozenset(seen), unproven=missing - proven, gone=(known.gone - seen) | proven)
    return Verdict(known=following, gone=proven, back=back)


def still_held(record_type: str, known: KnownIds) -> HeldDeletions | None:
    """What the reading that was held last found missing and nothing has shown since; None when that is nothing."""
    missing = known.held & (known.live | known.unproven)
    if not missing:
        return None
    count = len(known.live | known.unproven)
    return HeldDeletions(record_type=record_type, missing=len(missing), known=count, sample=_sample(missing))


def confirm_gone(known: KnownIds, ids: AbstractSet[str]) -> KnownIds:
    """The same, once a read of these ids said 404 or 410, or the source itself reported their deletion."""
    return KnownIds(live=known.live - ids, unproven=known.unproven - ids, gone=known.gone | ids, held=known.held - ids)


def _is_suspicious(missing: int, expected: int, limits: AbsenceLimits, *, vouched_empty: bool) -> bool:
    if not missing or vouched_empty:
        return False
    if missing == expected:
        return True
    return missing > limits.max_count or missing > max(limits.always_allowed, limits.max_share * expected)


def _sample(missing: Iterable[str]) -> tuple[str, ...]:
    return tuple(value_shape(source_id) for source_id in sorted(missing)[:SAMPLE])
