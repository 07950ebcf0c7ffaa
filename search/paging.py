"""The key of a hit, from which one may page on or back: opaque to whoever carries it, checked when it comes back."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from schemas.search import SearchQuery

Place = tuple[int, str, UUID]
"""Rank, sort key of the name, citizen: the order of hits."""

_MOST = 2**31 - 1
_KEY: TypeAdapter[tuple[int, str, UUID, int]] = TypeAdapter(tuple[int, str, UUID, int])


class PageKeyWrong(ValueError):
    """The key was not given out by a search."""


@dataclass(frozen=True)
class PageStart:
    """From where a page is read."""

    place: Place | None = None
    """None: from the first hit on."""
    position: int = 0
    """The number of the hit at *place*, the first hit being 1."""
    backwards: bool = False


@dataclass(frozen=True)
class Window:
    """Which of the hits that were read make the page."""

    rows: slice
    first: int
    """The number of the first hit on the page."""
    before: str | None
    after: str | None


def to_key(place: Place, position: int) -> str:
    """The key as text."""
    rank, sort_name, citizen_id = place
    return base64.urlsafe_b64encode(json.dumps([rank, sort_name, str(citizen_id), position]).encode()).decode()


def page_start(query: SearchQuery) -> PageStart:
    """From where the query's page is read.

    Raises:
        PageKeyWrong: its key was not given out by a search.
    """
    key = query.before if query.before is not None else query.after
    if key is None:
        return PageStart()
    try:
        rank, name, citizen_id, position = _KEY.validate_json(
            base64.b64decode(key.encode(), altchars=b"-_", validate=True)
        )
        name.encode()
    except (ValidationError, binascii.Error, UnicodeError) as error:
        raise PageKeyWrong("not the key of a page") from error
    if "\x00" in name or abs(rank) > _MOST or not 0 < position <= _MOST:
        raise PageKeyWrong("not the key of a page")
    return PageStart((rank, name, citizen_id), position, backwards=query.before is not None)


def window(places: Sequence[Place], start: PageStart, size: int) -> Window:
    """The page among the hits read from *start*, one more than the page holds, in the order of hits."""
    has_more = len(places) > size
    if start.backwards:
        rows = slice(1, None) if has_more else slice(None)
        first = max(start.position - min(len(places), size), 1) if has_more else 1
    else:
        rows, first = slice(size), start.position + 1
    page = places[rows]
    is_first = not has_more if start.backwards else start.place is None
    is_last = not start.backwards and not has_more
    return Window(
        rows=rows,
        first=first,
        before=None if is_first or not page else to_key(page[0], first),
        after=None if is_last or not page else to_key(page[-1], first + len(page) - 1),
    )
