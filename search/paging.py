"""The key of the last hit of a page: opaque to whoever carries it, checked when it comes back."""

import base64
import binascii
import json
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

Place = tuple[int, str, UUID]
"""Rank, sort key of the name, citizen: the order of hits."""

_PLACE: TypeAdapter[Place] = TypeAdapter(Place)


class PageKeyWrong(ValueError):
    """The key was not given out by a search."""


def to_key(place: Place) -> str:
    """The key as text for an address."""
    rank, sort_name, citizen_id = place
    return base64.urlsafe_b64encode(json.dumps([rank, sort_name, str(citizen_id)]).encode()).decode()


def from_key(key: str) -> Place:
    """The place the key stands for.

    Raises:
        PageKeyWrong: it stands for none.
    """
    try:
        place = _PLACE.validate_json(base64.b64decode(key.encode(), altchars=b"-_", validate=True))
        place[1].encode()
    except (ValidationError, binascii.Error, UnicodeError) as error:
        raise PageKeyWrong("not the key of a page") from error
    if "\x00" in place[1] or abs(place[0]) > 2**31 - 1:
        raise PageKeyWrong("not the key of a page")
    return place
