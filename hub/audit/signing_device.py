"""Signs in a device that never gives out its key (PKCS#11): a security module, or SoftHSM. The only import of pkcs11.

Each signature opens a session of its own: there is one a minute, and a device that was away is there again at the next.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pkcs11
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass

from hub.errors import InvalidSetting
from hub.settings import Settings

PUBLIC_KEY_BYTES = 32


def read_public_key(settings: Settings) -> bytes:
    """The public key of the device.

    Raises:
        InvalidSetting: the device is not there, does not let us in, or has no such key.
    """
    with _session(settings) as session:
        key = session.get_key(ObjectClass.PUBLIC_KEY, KeyType.EC_EDWARDS, label=settings.audit_pkcs11_key)
        return bytes(key[Attribute.EC_POINT])[-PUBLIC_KEY_BYTES:]  # within an octet string of DER


def sign_with_device(settings: Settings, text: bytes) -> bytes:
    """The Ed25519 signature over *text*.

    Raises:
        InvalidSetting: as above.
    """
    with _session(settings) as session:
        key = session.get_key(ObjectClass.PRIVATE_KEY, KeyType.EC_EDWARDS, label=settings.audit_pkcs11_key)
        return bytes(key.sign(text, mechanism=Mechanism.EDDSA))  # type: ignore[attr-defined]  # as keys of its kind can


@contextmanager
def _session(settings: Settings) -> Iterator[pkcs11.Session]:
    pin = settings.audit_pkcs11_pin.get_secret_value() if settings.audit_pkcs11_pin else None
    try:
        token = pkcs11.lib(str(settings.audit_pkcs11_module)).get_token(token_label=settings.audit_pkcs11_token)
        with token.open(user_pin=pin) as session:
            yield session
    except (pkcs11.PKCS11Error, RuntimeError) as error:
        raise InvalidSetting(f"HELHED_AUDIT_PKCS11_…: the device cannot sign: {type(error).__name__}") from None
