"""Which of several statements on one entity stands, and from when until when. Pure.

The answer is a function of the *set* of statements, never of the order in which they came. So it does
not matter how often a batch is replayed, how batches overtake one another, or where a crash fell.

Precedence between two statements of a source:

1. The higher ``version_order`` is the newer. At equal order a tombstone stands above what it deletes:
   a create that comes late, or is repeated, stays deleted; only a strictly higher order revives.
2. A statement without an order, among others that have one (a deletion found by comparing lists), takes
   the place of the newest version that was registered when it was made.
3. Without any order, the later registration is the newer; at the same instant a tombstone stands above.
4. The same version with another content (the translation was mended and the source read again): what was
   observed later stands. Last of all the digest decides, so that there always is one answer.

A statement that repeats what stood before it says nothing new and never stands itself.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

_NEVER = datetime.min.replace(tzinfo=UTC)
_BEFORE_ALL = -(2**63)

_Rank = tuple[int, bool, datetime, bool, datetime, datetime, str]


@dataclass(frozen=True, slots=True)
class Statement:
    """What decides about a record's place among the other versions of its entity."""

    id: UUID
    version_key: str
    """The source's version; where it has none, the time of registration."""
    digest: str
    version_order: int | None
    registered_at: datetime
    observed_at: datetime
    deleted: bool

    @property
    def identity(self) -> tuple[str, str]:
        """Two statements with the same identity are one statement, told twice."""
        return (self.version_key, self.digest)


@dataclass(frozen=True, slots=True)
class Standing:
    """A statement's place: it stood in ``[registered_at, registered_to)``; the interval may be empty."""

    registered_at: datetime
    registered_to: datetime | None
    observed_at: datetime
    is_current: bool


def told_once(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    """Each statement once: registered when its version was first, observed when it was last.

    Of several tellings the first given lends its ``id``.
    """
    kept: dict[tuple[str, str], Statement] = {}
    first_registered: dict[str, datetime] = {}
    for told in statements:
        known = kept.setdefault(told.identity, told)
        if known.observed_at < told.observed_at:
            kept[told.identity] = replace(known, observed_at=told.observed_at)
        earliest = first_registered.get(told.version_key, told.registered_at)
        first_registered[told.version_key] = min(earliest, told.registered_at)
    return tuple(_registered(one, first_registered[one.version_key]) for one in kept.values())


def _registered(one: Statement, at: datetime) -> Statement:
    return one if one.registered_at == at else replace(one, registered_at=at)


def settle(statements: Sequence[Statement]) -> Mapping[UUID, Standing]:
    """The place of each of all statements on one entity; they must be told once.

    At any instant the newest statement registered by then stands; a version that was registered after
    a newer one therefore never stood.
    """
    newest_first = sorted(statements, key=_ranking(statements), reverse=True)
    settled: dict[UUID, Standing] = {}
    replaced_at: datetime | None = None
    for place, one in enumerate(newest_first):
        older = newest_first[place + 1] if place + 1 < len(newest_first) else None
        if older is not None and older.digest == one.digest:
            settled[one.id] = Standing(one.registered_at, one.registered_at, one.observed_at, is_current=False)
            continue
        settled[one.id] = Standing(one.registered_at, replaced_at, one.observed_at, is_current=replaced_at is None)
        replaced_at = one.registered_at if replaced_at is None else min(replaced_at, one.registered_at)
    return settled


def _ranking(statements: Sequence[Statement]) -> Callable[[Statement], _Rank]:
    """A sort key under which the newest statement is the greatest."""
    ordered = [(one.registered_at, one.version_order) for one in statements if one.version_order is not None]

    def rank(one: Statement) -> _Rank:
        tail = (one.deleted, one.registered_at, one.observed_at, one.digest)
        if one.version_order is not None:
            return (one.version_order, False, _NEVER, *tail)
        seen = max((order for registered, order in ordered if registered <= one.registered_at), default=_BEFORE_ALL)
        return (seen, True, one.registered_at, *tail)

    return rank
