"""Encrypts payloads in quarantine: AES-256-GCM, with the id of the key before the nonce and the ciphertext."""

import hmac
import secrets
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hub.errors import SettingWrong

NONCE_BYTES = 12
_DERIVED = "digest"
_PURPOSE = b"helhed quarantine payloads"


class PayloadCipher:
    """Seals with the first key, opens with any.

    Args:
        keys: 32 bytes each, by id; an id has no dot.
    """

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        self._keys = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._current = next(iter(keys))

    def seal(self, plain: bytes, place: bytes) -> bytes:
        """The payload encrypted. *place* is authenticated: what is moved to another row does not open."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = self._keys[self._current].encrypt(nonce, plain, place)
        return self._current.encode() + b"." + nonce + sealed

    def open(self, sealed: bytes, place: bytes) -> bytes:
        """The payload in clear.

        Raises:
            SettingWrong: its key is not among ours, or it was sealed with another key or for another place.
        """
        key_id, _, rest = sealed.partition(b".")
        key = self._keys.get(key_id.decode("ascii", "replace"))
        try:
            if key is not None:
                return key.decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], place)
        except InvalidTag:
            pass
        raise SettingWrong(
            "a payload in quarantine cannot be decrypted: HELHED_DIGEST_KEY is not the one it was made with"
        )


def derived_keys(digest_key: bytes) -> dict[str, bytes]:
    """A key of its own from the key that every installation has and never changes."""
    return {_DERIVED: hmac.digest(digest_key, _PURPOSE, "sha256")}
