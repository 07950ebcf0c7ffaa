"""The weekly comparison of ids: what vanished without a word (interfaces of FHIR servers lose deletions).

The cursor keeps the ids of the last comparison, compressed: about 25 bytes for each resource with a UUID.
"""

import base64
import zlib

TOO_MANY = 0.2
"""A list that lost more than this share at once is not believed: a lost right looks the same."""
FEW = 20
"""So many may vanish in any case."""


def pack(ids: set[str]) -> str:
    """Ids as compact text."""
    return base64.b64encode(zlib.compress("\n".join(sorted(ids)).encode(), level=9)).decode()


def unpack(text: str) -> set[str]:
    """The ids again."""
    return set(zlib.decompress(base64.b64decode(text)).decode().split("\n")) - {""}


def missing(before: set[str], now: set[str]) -> set[str] | None:
    """Ids that are gone; None when the new list is not to be believed."""
    gone = before - now
    return None if len(gone) > max(FEW, TOO_MANY * len(before)) else gone
