"""Records are encrypted while they are on the bus: whoever reads its disks or topics reads nothing of anybody."""

from functools import lru_cache

from hub.bus.base import Message
from hub.digest import KeyRing, all_keys
from hub.secrets import PayloadCipher, bus_keys

SEALED_TYPE = "application/octet-stream"
"""Content type of an encrypted value."""
_JSON_BEGINS = b"{"


@lru_cache(maxsize=8)
def _cipher(keys: tuple[bytes, ...]) -> PayloadCipher:
    return PayloadCipher(bus_keys(KeyRing(keys[0], keys[1:])))


def seal_value(value: bytes, key: str, digest_key: bytes) -> bytes:
    """The value encrypted; under another *key* of a message it does not open."""
    return _cipher(all_keys(digest_key)).seal(value, key.encode())


def open_message(message: Message, digest_key: bytes) -> Message | None:
    """The message with its value in clear, as one that an earlier release published still is.

    None: it was sealed with another key, or for another message.
    """
    if message.value.startswith(_JSON_BEGINS):
        return message
    plain = _cipher(all_keys(digest_key)).open_or_none(message.value, message.key.encode())
    return None if plain is None else message._replace(value=plain)
