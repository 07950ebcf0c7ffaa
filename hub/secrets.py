"""Encrypts what must not stand readable in the database: AES-256-GCM, with keys that can be replaced one after another.

A ciphertext names the key that made it, so a new key can encrypt while older ones still decrypt. What a secret belongs
to is authenticated with it: a ciphertext that is copied to another source or field cannot be decrypted there.
"""

import secrets
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hub.errors import SettingWrong
from hub.settings import Settings

NONCE_BYTES = 12
"""As NIST SP 800-38D recommends for GCM; random, which is safe for far more secrets than a hub ever has."""
KEY_BYTES = 32
_DEMO_KEYS = {"demo": b"demo-only-demo-only-demo-only-de"}
_FORM = "KID:64 hexadecimal digits, several separated by commas; the digits e.g. from: openssl rand -hex 32"


class SecretKeys:
    """The keys by id. The first encrypts, all decrypt.

    Args:
        keys: key by its id; empty when none is configured, which is an error only once one is needed.
    """

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        self._keys = dict(keys)

    def encrypt(self, plaintext: str, belongs_to: str) -> bytes:
        """The id of the key, a dot, the nonce and the ciphertext.

        Args:
            plaintext: the secret.
            belongs_to: what it is the secret of; ``decrypt`` must be given the same.

        Raises:
            SettingWrong: there is no key.
        """
        if not self._keys:
            raise SettingWrong(f"HELHED_SECRET_KEYS is not set, and a secret must be stored; {_FORM}")
        key_id, key = next(iter(self._keys.items()))
        nonce = secrets.token_bytes(NONCE_BYTES)
        return key_id.encode() + b"." + nonce + AESGCM(key).encrypt(nonce, plaintext.encode(), belongs_to.encode())

    def decrypt(self, ciphertext: bytes, belongs_to: str) -> str:
        """The secret.

        Raises:
            SettingWrong: its key is not among ours, or it was made with another key or for something else.
        """
        key_id, _, sealed = ciphertext.partition(b".")
        name = key_id.decode("ascii", "replace")
        if name not in self._keys:
            raise SettingWrong(f"HELHED_SECRET_KEYS lacks the key {name}, which the secret of {belongs_to} needs")
        nonce, encrypted = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        try:
            return AESGCM(self._keys[name]).decrypt(nonce, encrypted, belongs_to.encode()).decode()
        except InvalidTag:
            message = f"HELHED_SECRET_KEYS: the key {name} is not the one that the secret of {belongs_to} was made with"
            raise SettingWrong(message) from None

    def is_current(self, ciphertext: bytes) -> bool:
        """Whether it was made with the key that encrypts now."""
        return ciphertext.partition(b".")[0].decode("ascii", "replace") == next(iter(self._keys), None)


def secret_keys(settings: Settings) -> SecretKeys:
    """The keys in ``HELHED_SECRET_KEYS``; the demo has one of its own.

    Raises:
        SettingWrong: they are not as they must be.
    """
    if settings.secret_keys is None:
        return SecretKeys(_DEMO_KEYS if settings.demo else {})
    keys: dict[str, bytes] = {}
    for entry in settings.secret_keys.get_secret_value().split(","):
        key_id, _, digits = entry.strip().partition(":")
        try:
            key = bytes.fromhex(digits)
        except ValueError:
            key = b""
        if not key_id.isalnum() or not key_id.isascii() or len(key) != KEY_BYTES or key_id in keys:
            raise SettingWrong(f"HELHED_SECRET_KEYS is not as needed: {_FORM}")
        keys[key_id] = key
    return SecretKeys(keys)
