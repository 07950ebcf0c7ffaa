"""Encrypts files of any size, piece by piece: AES-256-GCM with a key of its own for each file.

The first line says format, key and time; then come 16 random bytes and the pieces, each of ``PIECE`` bytes but the
last. A piece authenticates its number, whether it is the last, the first line, and the place of the file: a file that
was changed, cut off, put together anew or copied to another place does not open.
"""

import hmac
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hub.backup.errors import BackupFailed

PIECE = 1 << 20
_FORMAT = b"helhed-backup/1"
_SALT_BYTES = 16
_TAG_BYTES = 16
_HEAD_BYTES = 200
_TIME = "%Y-%m-%dT%H:%M:%S.%fZ"


def seal(plain: Iterable[bytes], target: BinaryIO, keys: Mapping[str, bytes], place: str, now: datetime) -> int:
    """Write *plain* encrypted with the first key; how many bytes were written.

    Raises:
        BackupFailed: there is no key.
        OSError: it cannot be written.
    """
    key_id, key = _first(keys)
    head = b" ".join((_FORMAT, key_id.encode(), now.astimezone(UTC).strftime(_TIME).encode())) + b"\n"
    salt = secrets.token_bytes(_SALT_BYTES)
    cipher = _cipher(key, salt, place)
    written = target.write(head) + target.write(salt)
    number = 0
    waiting = b""
    for piece in _pieces(plain):
        if waiting:
            written += target.write(cipher.encrypt(_nonce(number, is_last=False), waiting, head))
            number += 1
        waiting = piece
    return written + target.write(cipher.encrypt(_nonce(number, is_last=True), waiting, head))


def unseal(source: BinaryIO, keys: Mapping[str, bytes], place: str) -> Iterator[bytes]:
    """What was sealed, piece by piece; each piece is authentic when it is given.

    Raises:
        BackupFailed: its key is not among ours, or the file was changed, cut off, or belongs to another place.
    """
    head = source.readline(_HEAD_BYTES)
    key_id = _read_head(head, place)[0]
    if key_id not in keys:
        raise BackupFailed(f"HELHED_BACKUP_KEYS lacks the key {key_id}, with which {place} was encrypted")
    cipher = _cipher(keys[key_id], source.read(_SALT_BYTES), place)
    number = 0
    piece = source.read(PIECE + _TAG_BYTES)
    while True:
        following = source.read(PIECE + _TAG_BYTES)
        try:
            plain = cipher.decrypt(_nonce(number, is_last=not following), piece, head)
        except (InvalidTag, ValueError):
            raise BackupFailed(_why(number, place, key_id)) from None
        if plain:
            yield plain
        if not following:
            return
        piece, number = following, number + 1


def sealed_at(source: BinaryIO, place: str) -> datetime:
    """When the file was sealed, as its first line says; authentic once the file was opened.

    Raises:
        BackupFailed: it is no file of ours.
    """
    return _read_head(source.readline(_HEAD_BYTES), place)[1]


def _why(number: int, place: str, key_id: str) -> str:
    if number == 0:
        return f"{place} does not open: the key {key_id} is not the one it was encrypted with, or the file was changed"
    return f"{place} is damaged after {number} MB: it was changed or cut off; take it from another copy of the archive"


def _read_head(head: bytes, place: str) -> tuple[str, datetime]:
    parts = head.decode("ascii", "replace").split()
    if len(parts) == len(("format", "key", "time")) and parts[0] == _FORMAT.decode():
        with suppress(ValueError):
            return parts[1], datetime.strptime(parts[2], _TIME).replace(tzinfo=UTC)
    raise BackupFailed(f"{place} is no file of a backup, or its beginning is damaged")


def _first(keys: Mapping[str, bytes]) -> tuple[str, bytes]:
    if not keys:
        raise BackupFailed("HELHED_BACKUP_KEYS is not set; make one: helhed backup key FILE")
    return next(iter(keys.items()))


def _cipher(key: bytes, salt: bytes, place: str) -> AESGCM:
    """With a key for this file alone, so that pieces can be numbered and no nonce is ever used twice."""
    return AESGCM(hmac.digest(key, b"helhed backup file\0" + salt + place.encode(), "sha256"))


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])


def _pieces(plain: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of ``PIECE``; the last may be shorter, and is empty when there are none."""
    waiting = bytearray()
    for part in plain:
        waiting += part
        while len(waiting) > PIECE:
            yield bytes(waiting[:PIECE])
            del waiting[:PIECE]
    yield bytes(waiting)
