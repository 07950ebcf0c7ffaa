"""Keyed digests of identifiers: what stands for a person where the number itself must not stand."""

import hmac
from collections.abc import Iterable
from typing import Self

from schemas.identifiers import Identifier


class KeyRing(bytes):
    """A key that makes digests and seals, with others that only find and open: the next one, or former ones.

    It is the key itself to whoever writes, so that nobody writes with another by mistake; who reads asks ``all_keys``.
    """

    others: tuple[bytes, ...]

    def __new__(cls, key: bytes, others: Iterable[bytes] = ()) -> Self:
        """The ring of a key with others beside it; the key among the others counts once."""
        ring = super().__new__(cls, key)
        ring.others = tuple(other for other in dict.fromkeys(others) if other != key)
        return ring


def all_keys(key: bytes) -> tuple[bytes, ...]:
    """The key, then those beside it."""
    return (bytes(key), *key.others) if isinstance(key, KeyRing) else (key,)


def all_digests(identifier: Identifier, key: bytes) -> tuple[str, ...]:
    """The digests of an identifier under all keys, the writing one first: what is written may have any of them."""
    return tuple(keyed_digest(identifier, each) for each in all_keys(key))


def keyed_digest(identifier: Identifier, key: bytes) -> str:
    """HMAC-SHA-256 over namespace and value, as 64 hexadecimal characters.

    Used as topic key, search key and log key: the same person always has the same digest, and nobody
    without the key can go from all possible numbers to the digests.
    """
    return value_digest(identifier.namespace, identifier.value, key)


def value_digest(namespace: str, value: str, key: bytes) -> str:
    """The same from its parts, for what is no ``Identifier`` any more."""
    return hmac.digest(key, f"{namespace}\x1f{value}".encode(), "sha256").hex()


def text_digest(text: str, key: bytes) -> str:
    """The same over what somebody typed: whether the same was typed can be told, and what it was cannot."""
    return hmac.digest(key, f"typed\x1f{text}".encode(), "sha256").hex()


def unit_digest(unit_id: str, relation: str, key: bytes) -> str:
    """The same over a unit and what it has to do with a citizen: the index finds by it and names no unit."""
    return hmac.digest(key, f"unit\x1f{relation}\x1f{unit_id}".encode(), "sha256").hex()


def pseudonym(kind: str, key_of_one: str, key: bytes) -> str:
    """A short name for somebody in an export: the same in each, and nobody without the key can tell who it is."""
    content = f"pseudonym\x1f{kind}\x1f{key_of_one}".encode()
    return f"{kind}-{hmac.digest(key, content, 'sha256').hex()[:10]}"


def event_digest(what: str, value: str, period: str, key: bytes) -> str:
    """The same over somebody or something in an event that leaves us, as 32 characters: another in each period."""
    return hmac.digest(key, f"event\x1f{period}\x1f{what}\x1f{value}".encode(), "sha256").hex()[:32]


def statement_digest(entity: str, content: str, key: bytes) -> str:
    """The same over one statement of a source, by its entity and the digest of what it says."""
    return hmac.digest(key, f"statement\x1f{entity}\x1f{content}".encode(), "sha256").hex()


def entity_digest(entity: str, key: bytes) -> str:
    """The same over an entity of a source alone."""
    return statement_digest(entity, "", key)
