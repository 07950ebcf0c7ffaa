"""Who signs checkpoints: an Ed25519 key in a file, or in a device that never gives it out (PKCS#11)."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from helhed_verify.note import InvalidNote, LogKey, read_keys
from hub.errors import InvalidSetting
from hub.settings import Settings

DEMO_LOG = "helhed.demo/log"


@dataclass(frozen=True)
class Signer:
    """A key, and how it signs."""

    key: LogKey
    sign: Callable[[bytes], bytes]
    former: tuple[LogKey, ...] = ()
    """Keys that signed before; their checkpoints are still the log's."""


def signer_of(settings: Settings) -> Signer:
    """The signer that the settings name; the demo has one of its own.

    Raises:
        InvalidSetting: there is none, or it cannot be used.
    """
    former = _former_keys(settings)
    if settings.audit_pkcs11_module is not None:
        from hub.audit.signing_device import read_public_key, sign_with_device  # noqa: PLC0415  few have a device

        key = LogKey(_log_name(settings), read_public_key(settings))
        return Signer(key, lambda text: sign_with_device(settings, text), former)
    if settings.audit_key_file is not None:
        return _signer(_log_name(settings), read_private_key(settings.audit_key_file), former)
    if settings.demo:
        seed = sha256(b"the key of the demo's log is known to everybody").digest()
        return _signer(DEMO_LOG, Ed25519PrivateKey.from_private_bytes(seed), former)
    raise InvalidSetting("nothing signs the log: set HELHED_AUDIT_KEY_FILE (helhed audit key) or HELHED_AUDIT_PKCS11_…")


def write_private_key(path: Path) -> None:
    """Make a key, in a file that only its owner reads.

    Raises:
        InvalidSetting: the file is there already, or cannot be written.
    """
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        path.touch(mode=0o600, exist_ok=False)
        path.write_bytes(pem)
    except OSError as error:
        raise InvalidSetting(f"{path} cannot be written: {error.strerror}") from None


def read_private_key(path: Path) -> Ed25519PrivateKey:
    """The key in a PEM file.

    Raises:
        InvalidSetting: there is none.
    """
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise InvalidSetting(f"HELHED_AUDIT_KEY_FILE: {path} cannot be read: {error.strerror}") from None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise InvalidSetting(f"HELHED_AUDIT_KEY_FILE: {path} has no Ed25519 key in PEM; make one: helhed audit key")
    return key


def _signer(log: str, key: Ed25519PrivateKey, former: tuple[LogKey, ...]) -> Signer:
    return Signer(LogKey(log, key.public_key().public_bytes_raw()), key.sign, former)


def _log_name(settings: Settings) -> str:
    if settings.audit_log_name:
        return settings.audit_log_name
    if settings.demo:
        return DEMO_LOG
    raise InvalidSetting("HELHED_AUDIT_LOG_NAME is not set; it looks like helhed.kommune.dk/log, and never changes")


def _former_keys(settings: Settings) -> tuple[LogKey, ...]:
    if settings.audit_former_keys is None:
        return ()
    try:
        return read_keys(settings.audit_former_keys.read_text(encoding="utf-8"))
    except OSError as error:
        path = settings.audit_former_keys
        raise InvalidSetting(f"HELHED_AUDIT_FORMER_KEYS: {path} cannot be read: {error.strerror}") from None
    except InvalidNote as error:
        raise InvalidSetting(f"HELHED_AUDIT_FORMER_KEYS: {error}") from None
