"""Client certificates: who somebody is, from what TLS or a trusted proxy gives. The only import of x509 here."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import unquote

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from connectors.base import ClientCertificate


def from_der(der: bytes) -> ClientCertificate | None:
    """A certificate as TLS gives it; None: it is none."""
    try:
        return _described(x509.load_der_x509_certificate(der))
    except ValueError:
        return None


def from_header(text: str) -> ClientCertificate | None:
    """A certificate as a proxy passes it on (PEM, URL-encoded); None: it is none, or does not hold now."""
    try:
        certificate = x509.load_pem_x509_certificate(unquote(text).encode())
    except ValueError:
        return None
    # The world's time, as TLS goes by, whatever the application's clock says.
    if not certificate.not_valid_before_utc <= datetime.now(UTC) <= certificate.not_valid_after_utc:
        return None
    return _described(certificate)


def earliest_end(texts: Iterable[str]) -> datetime | None:
    """When the first of the certificates among these texts (PEM) is no longer valid. None: there is none."""
    ends: list[datetime] = []
    for text in texts:
        if "-----BEGIN CERTIFICATE-----" in text:
            with suppress(ValueError):
                ends += [
                    certificate.not_valid_after_utc for certificate in x509.load_pem_x509_certificates(text.encode())
                ]
    return min(ends, default=None)


class CertificateFacts(NamedTuple):
    """What a certificate says of itself."""

    names: frozenset[str]
    """The names and addresses of machines that it is for (RFC 5280, 4.2.1.6); none where it names a client."""
    starts: datetime
    ends: datetime
    """Its last instant."""


def facts_of(text: str) -> CertificateFacts | None:
    """The first certificate in a PEM file, which is the holder's own (RFC 8446, 4.4.2); None: there is none."""
    try:
        certificate = x509.load_pem_x509_certificate(text.encode())
    except ValueError:
        return None
    try:
        others = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        names: frozenset[str] = frozenset()
    else:
        machines = (*others.get_values_for_type(x509.DNSName), *others.get_values_for_type(x509.IPAddress))
        names = frozenset(str(name) for name in machines)
    return CertificateFacts(names, certificate.not_valid_before_utc, certificate.not_valid_after_utc)


def _described(certificate: x509.Certificate) -> ClientCertificate:
    return ClientCertificate(
        fingerprint=certificate.fingerprint(SHA256()).hex(), subject=certificate.subject.rfc4514_string()
    )
