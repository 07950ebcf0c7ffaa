"""A cipher for the payloads in quarantine, with a key of its own."""

import secrets

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12


class AesCipher:
    """AES-256-GCM: the nonce, then the ciphertext."""

    def __init__(self) -> None:
        self._key = AESGCM(AESGCM.generate_key(256))

    def seal(self, plain: bytes, place: bytes) -> bytes:
        """The payload encrypted."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._key.encrypt(nonce, plain, place)

    def open(self, sealed: bytes, place: bytes) -> bytes:
        """The payload in clear."""
        return self._key.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place)
