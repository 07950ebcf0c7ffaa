"""Pure: which pages about a citizen were shown although the consent they rested on had ended."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from hub.clock import danish_day

COURSE = "course"
"""The scope of a consent to the course, which the team's right rests on; the others are areas."""


class Grant(NamedTuple):
    """A consent, as far as it counts here."""

    citizen_id: UUID
    scope: str
    """``course``, or an area."""
    given_on: date
    expires_on: date | None
    """The first day on which it holds no longer."""
    withdrawn_on: date | None
    """The day on which it was withdrawn."""


class Look(NamedTuple):
    """A page that was shown."""

    seq: int
    at: datetime
    citizen_id: UUID
    scopes: frozenset[str]
    """What it rested on."""


class Withdrawal(NamedTuple):
    """The moment at which consents were withdrawn; a consent itself has only the day."""

    citizen_id: UUID
    at: datetime
    scopes: frozenset[str]


class LateLook(NamedTuple):
    """A page that rested on consents that had ended."""

    look: Look
    scopes: frozenset[str]
    """Those that had."""


def late_looks(
    looks: Iterable[Look], grants: Iterable[Grant], withdrawals: Iterable[Withdrawal] = ()
) -> tuple[LateLook, ...]:
    """The pages for which no consent to something that they showed stood any longer.

    On the day of a withdrawal a page counts as late when the log has it after the withdrawal; where the log does not
    know the moment, that day is not counted. Scopes that a citizen never consented to are not judged.
    """
    by_scope: dict[tuple[UUID, str], list[Grant]] = defaultdict(list)
    for grant in grants:
        by_scope[grant.citizen_id, grant.scope].append(grant)
    moments: dict[tuple[UUID, str, date], datetime] = {}
    for withdrawal in withdrawals:
        for scope in withdrawal.scopes:
            key = (withdrawal.citizen_id, scope, danish_day(withdrawal.at))
            moments[key] = max(withdrawal.at, moments.get(key, withdrawal.at))
    return tuple(
        LateLook(look, scopes) for look in looks if (scopes := frozenset(_ended_scopes(look, by_scope, moments)))
    )


def _ended_scopes(
    look: Look,
    by_scope: dict[tuple[UUID, str], list[Grant]],
    moments: dict[tuple[UUID, str, date], datetime],
) -> Iterator[str]:
    day = danish_day(look.at)
    withdrawn_at = {scope: moments.get((look.citizen_id, scope, day)) for scope in look.scopes}
    for scope in look.scopes:
        given = by_scope.get((look.citizen_id, scope), [])
        if given and not any(_stands(grant, day, look.at, withdrawn_at[scope]) for grant in given):
            yield scope


def _stands(grant: Grant, day: date, at: datetime, withdrawn_at: datetime | None) -> bool:
    if day < grant.given_on or (grant.expires_on is not None and day >= grant.expires_on):
        return False
    if grant.withdrawn_on is None or day < grant.withdrawn_on:
        return True
    return day == grant.withdrawn_on and (withdrawn_at is None or at <= withdrawn_at)
