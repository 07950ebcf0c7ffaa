"""Certificates of the simulated world: one authority, servers, STAR and Beskedfordeler as clients, Helhed as both."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

HOST = "127.0.0.1"
NAMES = {
    "server": HOST,
    "star": "star.egelund.example",
    "helhed": "helhed.egelund.example",
    "listener": HOST,
    "beskedfordeler": "beskedfordeler.egelund.example",
}


def make_certificates(folder: Path) -> dict[str, str]:
    """Write ``ca.pem`` and, for each name, certificate and key together and apart; returns their fingerprints."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    fingerprints = {}
    for name, subject in NAMES.items():
        issued = authority.issue_cert(subject, common_name=subject)
        path = folder / f"{name}.pem"
        issued.private_key_and_cert_chain_pem.write_to_path(path)
        path.chmod(0o600)
        issued.cert_chain_pems[0].write_to_path(folder / f"{name}-certificate.pem")
        issued.private_key_pem.write_to_path(folder / f"{name}-key.pem")
        (folder / f"{name}-key.pem").chmod(0o600)
        if name == "server":
            _write_expired(authority, folder / "expired.pem")
        certificate = x509.load_pem_x509_certificate(issued.cert_chain_pems[0].bytes())
        fingerprints[name] = certificate.fingerprint(SHA256()).hex()
    return fingerprints


def _write_expired(authority: trustme.CA, path: Path) -> None:
    """The server's certificate as it is when nobody renewed it."""
    ended = datetime.now(UTC) - timedelta(days=1)
    issued = authority.issue_cert(HOST, common_name=HOST, not_before=ended - timedelta(days=365), not_after=ended)
    issued.private_key_and_cert_chain_pem.write_to_path(path)
    path.chmod(0o600)
