"""Encrypts what must not stand readable in the database: AES-256-GCM, with keys that can be replaced one after another.

A ciphertext is the id of its key, a dot, the nonce and what AES-GCM gives, so a new key can encrypt while older ones
still decrypt. What a secret belongs to is authenticated with it: a ciphertext that is copied to another source, field
or row cannot be decrypted there.
"""

import hmac
import secrets
from collections.abc import Mapping
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hub.digest import all_keys
from hub.errors import InvalidSetting
from hub.settings import Settings

NONCE_BYTES = 12
"""As NIST SP 800-38D recommends for GCM; random, which is safe for far more secrets than a hub ever has."""
KEY_BYTES = 32
_DERIVED = "digest"
_LOGIN = "login"
_PAYLOADS = b"helhed quarantine payloads"
_RECORDS = b"helhed records on the bus"
_LOGINS = b"helhed logins"
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
        """The secret encrypted.

        Args:
            plaintext: the secret.
            belongs_to: what it is the secret of; ``decrypt`` must be given the same.

        Raises:
            InvalidSetting: there is no key.
        """
        if not self._keys:
            raise InvalidSetting(f"HELHED_SECRET_KEYS is not set, and a secret must be stored; {_FORM}")
        return _encrypted(self._keys, plaintext.encode(), belongs_to.encode())

    def decrypt(self, ciphertext: bytes, belongs_to: str) -> str:
        """The secret.

        Raises:
            InvalidSetting: its key is not among ours, or it was made with another key or for something else.
        """
        name = _key_id(ciphertext)
        if name not in self._keys:
            raise InvalidSetting(f"HELHED_SECRET_KEYS lacks the key {name}, which the secret of {belongs_to} needs")
        try:
            return _decrypted(self._keys[name], ciphertext, belongs_to.encode()).decode()
        except InvalidTag:
            message = f"HELHED_SECRET_KEYS: the key {name} is not the one that the secret of {belongs_to} was made with"
            raise InvalidSetting(message) from None

    def is_current(self, ciphertext: bytes) -> bool:
        """Whether it was made with the key that encrypts now."""
        return _key_id(ciphertext) == next(iter(self._keys), None)


class PayloadCipher:
    """Encrypts payloads in quarantine, records on the bus, and what is kept about logins.

    The first key seals, all open.

    Args:
        keys: key by its id; at least one.
    """

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        self._keys = dict(keys)

    def seal(self, plain: bytes, place: bytes) -> bytes:
        """The payload encrypted. *place* is authenticated: what is moved to another row does not open."""
        return _encrypted(self._keys, plain, place)

    def open(self, sealed: bytes, place: bytes) -> bytes:
        """The payload in clear.

        Raises:
            InvalidSetting: its key is not among ours, or it was sealed with another key or for another place.
        """
        plain = self.open_or_none(sealed, place)
        if plain is None:
            raise InvalidSetting(
                "a payload in quarantine cannot be decrypted: HELHED_DIGEST_KEY is not the one it was made with"
            )
        return plain

    def open_or_none(self, sealed: bytes, place: bytes) -> bytes | None:
        """The same; None where it does not open."""
        if _key_id(sealed) not in self._keys:
            return None
        for key in self._keys.values():  # a derived key has one id whatever it was derived from
            try:
                return _decrypted(key, sealed, place)
            except InvalidTag:
                continue
        return None

    def sealed_anew(self, sealed: bytes, place: bytes) -> bytes | None:
        """It sealed with the key that seals now; None: it is already, or does not open."""
        first = PayloadCipher(dict([next(iter(self._keys.items()))]))
        if first.open_or_none(sealed, place) is not None:
            return None
        plain = self.open_or_none(sealed, place)
        return None if plain is None else self.seal(plain, place)


def login_keys(session_key: bytes) -> dict[str, bytes]:
    """The keys of what is kept about a login, from those of the sessions."""
    return _derived(_LOGIN, session_key, _LOGINS)


def derived_keys(digest_key: bytes) -> dict[str, bytes]:
    """The keys of quarantine, from those of the digests, which every installation has."""
    return _derived(_DERIVED, digest_key, _PAYLOADS)


def bus_keys(digest_key: bytes) -> dict[str, bytes]:
    """The keys of records on the bus, from the same."""
    return _derived(_DERIVED, digest_key, _RECORDS)


def _derived(key_id: str, key: bytes, purpose: bytes) -> dict[str, bytes]:
    """The first has the id that stands in ciphertexts, as releases before know it; the others are only tried."""
    keys = [hmac.digest(each, purpose, "sha256") for each in all_keys(key)]
    return {key_id if place == 0 else f"{key_id}{place}": each for place, each in enumerate(keys)}


def secret_keys(settings: Settings) -> SecretKeys:
    """The keys in ``HELHED_SECRET_KEYS``; the demo has one of its own.

    Raises:
        InvalidSetting: they are not as they must be.
    """
    if settings.secret_keys is None:
        return SecretKeys(_DEMO_KEYS if settings.demo else {})
    return SecretKeys(parse_keys("HELHED_SECRET_KEYS", settings.secret_keys.get_secret_value()))


def parse_keys(setting: str, text: str) -> dict[str, bytes]:
    """The keys in a setting, by their ids.

    Raises:
        InvalidSetting: they are not as they must be; names the setting.
    """
    keys: dict[str, bytes] = {}
    for entry in text.split(","):
        key_id, _, digits = entry.strip().partition(":")
        try:
            key = bytes.fromhex(digits)
        except ValueError:
            key = b""
        if not key_id.isalnum() or not key_id.isascii() or len(key) != KEY_BYTES or key_id in keys:
            raise InvalidSetting(f"{setting} is not as needed: {_FORM}")
        keys[key_id] = key
    return keys


@lru_cache(maxsize=16)
def _aes(key: bytes) -> AESGCM:
    """The cipher of a key, whose schedule takes as long as a record to encrypt."""
    return AESGCM(key)


def _encrypted(keys: Mapping[str, bytes], plain: bytes, place: bytes) -> bytes:
    """With the first key; *place* is authenticated."""
    key_id, key = next(iter(keys.items()))
    nonce = secrets.token_bytes(NONCE_BYTES)
    return key_id.encode() + b"." + nonce + _aes(key).encrypt(nonce, plain, place)


def _decrypted(key: bytes, ciphertext: bytes, place: bytes) -> bytes:
    """Raises InvalidTag: the key or the place is another one, or the ciphertext was changed or cut."""
    sealed = ciphertext.partition(b".")[2]
    try:
        return _aes(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place)
    except ValueError:  # shorter than a nonce
        raise InvalidTag from None


def _key_id(ciphertext: bytes) -> str:
    return ciphertext.partition(b".")[0].decode("ascii", "replace")
