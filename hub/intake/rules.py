"""Which of several statements on one entity stands, and from when until when. Pure.

The answer is a function of the *set* of statements, never of the order in which they came. So it does not matter how
often a batch is replayed, how batches overtake one another, or where a crash fell.

Precedence between the statements on one entity:

1. A tombstone that was only *concluded* (the entity was missing, or not found by a look-up) stands above all
   until the entity is seen again; then it counts for nothing. Seen means: observed later than the conclusion. One that
   a history told of (``ends_when_seen``) has its usual place, and counts for nothing once the entity is seen again: its
   source has taken it back, as when a backup was restored. Readers give out no id as seen while the source still tells
   of a deletion that is newer.
2. The higher ``version_order`` is the newer. At equal order a tombstone stands above what it deletes: a create that
   comes late, or is repeated, stays deleted; only a strictly higher order revives. The count may *restart*, as after an
   expunge: a lower version that its source registered clearly later than a higher one is the newer, and is flagged.
3. A statement without an order, among others that have one, takes the place of the newest version that was registered
   when it was made.
4. Without any order, the later registration is the newer; at the same instant a tombstone stands above. A time in the
   future is nobody's time of registration: such a statement is placed behind all that were first observed before it,
   and before all that were first observed with it or later.
5. The same version with another content (the translation was corrected and the source read again): what was observed
   later stands. Last of all the digest decides, so that there always is one answer.

A statement that repeats what stood before it says nothing new and never stands itself.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from schemas.record import CLOCK_SKEW, FUTURE_TIME, VERSION_RESTARTED

_NEVER = datetime.min.replace(tzinfo=UTC)
_BEFORE_ALL = (-1, -(2**63))
_RESTART_GAP = timedelta(minutes=1)
"""Times of one source's machines may differ by so much; a lower version must be later by more to count as a restart."""
_AHEAD = timedelta(days=366)
"""A clock may run ahead by so much; a time beyond says nothing even about the order among times in the future."""
_NOT_BEHIND = (False, _NEVER, False)
_VOID, _ORDINARY, _CONCLUDED = range(3)

_Behind = tuple[bool, datetime, bool]
_Rank = tuple[int, tuple[int, int], bool, datetime, _Behind, bool, datetime, datetime, datetime, str]
_DATED = "\x1f"
"""Stands in the key of a version between the version and the time its source gave; no version can hold it."""


class Statement(NamedTuple):
    """What decides about a record's place among the other versions of its entity."""

    id: UUID
    version_key: str
    """The source's version with the time it gave for it; where it has no version, the time of registration."""
    digest: str
    version_order: int | None
    stated_at: datetime
    """The time of registration as the source gave it; the time of observation if it gave none."""
    first_observed_at: datetime
    observed_at: datetime
    """When it was observed last."""
    deleted: bool
    is_concluded: bool = False
    """A tombstone that was concluded from absence (``SourceRecord.is_concluded``)."""
    ends_when_seen: bool = False
    """A tombstone that a history told of (``SourceRecord.ends_when_seen``)."""

    @property
    def identity(self) -> tuple[str, str]:
        """Two statements with the same identity are one statement, received twice."""
        return (self.version_key, self.digest)

    @property
    def is_future(self) -> bool:
        """Whether it was stamped later than it was observed, so that its time of registration is not known."""
        return self.stated_at > self.first_observed_at + CLOCK_SKEW

    @property
    def registered_at(self) -> datetime:
        """The time of registration that counts."""
        return self.first_observed_at if self.is_future else self.stated_at

    @property
    def is_dated(self) -> bool:
        """Whether the source itself gave a plausible time of registration."""
        return _DATED in self.version_key and not self.is_future


class Placement(NamedTuple):
    """A statement's place: it stood in ``[registered_at, registered_to)``; the interval may be empty."""

    registered_at: datetime
    registered_to: datetime | None
    stated_at: datetime
    first_observed_at: datetime
    observed_at: datetime
    is_current: bool
    flag: str | None = None
    """Rule of the ``QualityFlag`` to show, if the place does not follow from the usual order."""


def version_key(version: str | None, registered_at: datetime, observed_at: datetime) -> str:
    """Key that distinguishes the versions of an entity.

    The time is part of it where the source gave one, because a version may come again after an expunge.
    """
    if version is None:
        return registered_at.isoformat()
    return version if registered_at == observed_at else f"{version}{_DATED}{registered_at.isoformat()}"


def merge_repeats(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """Each statement once: registered when its version was first, observed from first to last.

    Of several with one identity the first given lends its ``id``.
    """
    if len(statements) == 1:
        return tuple(statements)
    merged: dict[tuple[str, str], Statement] = {}
    first_stated: dict[str, datetime] = {}
    for statement in statements:
        earlier = merged.setdefault(statement.identity, statement)
        merged[statement.identity] = earlier._replace(
            first_observed_at=min(earlier.first_observed_at, statement.first_observed_at),
            observed_at=max(earlier.observed_at, statement.observed_at),
        )
        earliest = first_stated.get(statement.version_key, statement.stated_at)
        first_stated[statement.version_key] = min(earliest, statement.stated_at)
    return tuple(statement._replace(stated_at=first_stated[statement.version_key]) for statement in merged.values())


def settle(statements: Sequence[Statement]) -> Mapping[UUID, Placement]:
    """The place of each of all statements on one entity; repeats must be merged.

    At any instant the newest statement registered by then stands; a version that was registered after
    a newer one therefore never stood.
    """
    if len(statements) == 1:
        only = statements[0]
        flag = FUTURE_TIME if only.is_future else None
        return {only.id: _place(only, registered_to=None, is_current=True, flag=flag)}
    ranking = _Ranking(statements)
    newest_first = sorted(statements, key=ranking.rank, reverse=True)
    placements: dict[UUID, Placement] = {}
    replaced_at: datetime | None = None
    for place, statement in enumerate(newest_first):
        older = newest_first[place + 1] if place + 1 < len(newest_first) else None
        since = statement.registered_at
        is_repeat = older is not None and older.digest == statement.digest and older.registered_at <= since
        placements[statement.id] = _place(
            statement,
            registered_to=since if is_repeat else replaced_at,
            is_current=replaced_at is None and not is_repeat,
            flag=ranking.flag(statement),
        )
        if not is_repeat:
            replaced_at = since if replaced_at is None else min(replaced_at, since)
    return placements


def _place(statement: Statement, *, registered_to: datetime | None, is_current: bool, flag: str | None) -> Placement:
    return Placement(
        registered_at=statement.registered_at,
        registered_to=registered_to,
        stated_at=statement.stated_at,
        first_observed_at=statement.first_observed_at,
        observed_at=statement.observed_at,
        is_current=is_current,
        flag=flag,
    )


class _Ranking:
    """Among the statements of one entity, a sort key under which the newest is the greatest."""

    def __init__(self, statements: Sequence[Statement]) -> None:
        self._last_seen = max(
            (statement.observed_at for statement in statements if not statement.deleted), default=_NEVER
        )
        self._credible = [
            (statement.first_observed_at, statement.registered_at)
            for statement in statements
            if not statement.is_future
        ]
        self._counts: dict[UUID, tuple[int, int]] = {}
        self._ordered: list[tuple[datetime, tuple[int, int]]] = []
        self._restarts: set[UUID] = set()
        self._count(statements)

    def rank(self, statement: Statement) -> _Rank:
        """The sort key."""
        tail = (
            statement.deleted,
            statement.registered_at,
            statement.stated_at,
            statement.observed_at,
            statement.digest,
        )
        if statement.id in self._counts:
            return (self._class(statement), self._counts[statement.id], False, _NEVER, _NOT_BEHIND, *tail)
        since, behind = statement.registered_at, _NOT_BEHIND
        if statement.is_future:
            since = self._placed_at(statement)
            is_near = statement.stated_at <= statement.first_observed_at + _AHEAD
            behind = (True, statement.first_observed_at, is_near)
        seen = max((count for registered, count in self._ordered if registered <= since), default=_BEFORE_ALL)
        return (self._class(statement), seen, True, since, behind, *tail)

    def flag(self, statement: Statement) -> str | None:
        """What a reader should know of the place."""
        if statement.id in self._restarts:
            return VERSION_RESTARTED
        return FUTURE_TIME if statement.is_future else None

    def _class(self, statement: Statement) -> int:
        ends_when_seen = statement.is_concluded or statement.ends_when_seen
        if ends_when_seen and self._last_seen > statement.observed_at:
            return _VOID
        return _CONCLUDED if statement.is_concluded else _ORDINARY

    def _placed_at(self, statement: Statement) -> datetime:
        """Behind which time of registration a statement from the future belongs."""
        before = (at for observed, at in self._credible if observed < statement.first_observed_at)
        return max(before, default=_NEVER)

    def _count(self, statements: Sequence[Statement]) -> None:
        """Give each numbered version its count: how often the numbers had restarted, and the number."""
        numbered = [
            (statement.registered_at, statement.version_order, statement.identity, statement)
            for statement in statements
            if statement.version_order is not None and self._class(statement) == _ORDINARY
        ]
        epoch, highest, reached_at = 0, -(2**63), _NEVER
        for _, order, _, statement in sorted(numbered, key=lambda numbered: numbered[:3]):
            if order < highest and statement.is_dated and statement.registered_at > reached_at + _RESTART_GAP:
                epoch, highest, reached_at = epoch + 1, order, statement.registered_at
                self._restarts.add(statement.id)
            elif order > highest:
                highest, reached_at = order, statement.registered_at
            self._counts[statement.id] = (epoch, order)
            self._ordered.append((statement.registered_at, (epoch, order)))
