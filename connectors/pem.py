"""Certificates and keys as the text of a PEM file: settings hold the text, so that no path on a server is needed."""

from typing import Annotated

from pydantic import AfterValidator, SecretStr

from connectors.settings_form import settings_fault

LARGEST = 256 * 1024
"""Characters; a bundle of all public authorities is smaller."""
_CERTIFICATE, _KEY_BEGIN, _KEY_END = "-----BEGIN CERTIFICATE-----", "-----BEGIN ", "PRIVATE KEY-----"


def _certificate(text: str) -> str:
    if _KEY_END in text:
        raise settings_fault(
            "holds a private key, which is a secret; give it by itself",
            "Filen rummer også den private nøgle, som har sit eget felt. Vælg en fil med certifikatet alene.",
        )
    if _CERTIFICATE not in text or len(text) > LARGEST:
        raise settings_fault(
            "is no certificate in PEM form",
            "Filen er ikke et certifikat i PEM-format: den skal have en linje med BEGIN CERTIFICATE.",
        )
    return text


def _private_key(key: SecretStr) -> SecretStr:
    lines = key.get_secret_value().splitlines()
    if not any(line.startswith(_KEY_BEGIN) and line.rstrip().endswith(_KEY_END) for line in lines):
        raise settings_fault(
            "is no private key in PEM or OpenSSH form",
            "Filen er ikke en privat nøgle: den skal have en linje med BEGIN … PRIVATE KEY.",
        )
    return key


CertificatePem = Annotated[str, AfterValidator(_certificate)]
"""One certificate or several, without a key: settings can be read by every administrator."""
PrivateKeyPem = Annotated[SecretStr, AfterValidator(_private_key)]
"""A private key; certificates beside it do no harm."""
