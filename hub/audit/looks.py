"""When an employee looked at citizens, and what of them is therefore seen. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class Looks(NamedTuple):
    """When an employee looked at a citizen."""

    first: datetime
    last: datetime


def seen_until(looks: Mapping[UUID, Looks], family: Iterable[UUID]) -> dict[UUID, datetime]:
    """Until when the employee has seen each of a family; empty when none of them was ever looked at.

    Who was never looked at is new since the first look at any of them: nobody can say what was seen before.
    """
    family = list(family)
    first = min((looks[citizen].first for citizen in family if citizen in looks), default=None)
    if first is None:
        return {}
    return {citizen: looks[citizen].last if citizen in looks else first for citizen in family}
