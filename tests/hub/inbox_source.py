"""A source that pushes: its STAR, its certificates, and the listener in front of the inbox."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import trustme
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from connectors.sources.employment.connector import EmploymentConnector, EmploymentSettings
from hub.clock import Clock, FixedClock
from hub.db import Database
from hub.inbox.listener import ListenerSettings, serve_in_background
from hub.inbox.service import Inbox
from hub.secrets import PayloadCipher
from hub.sources.catalogue import SourceCatalogue
from tests.connectors.star_server import Star, event, settings_of
from tests.sources import add_connector, make_catalogue

PATH = "/webhooks/employment/0999/fravaer"


@dataclass(frozen=True)
class Certificates:
    """Of everybody who calls; each a PEM file with its key."""

    folder: Path
    authority: trustme.CA

    @classmethod
    def make(cls, folder: Path) -> "Certificates":
        """An authority and the callers it vouches for, and a stranger of another authority."""
        made = cls(folder, trustme.CA())
        made.authority.cert_pem.write_to_path(folder / "ca.pem")
        yesterday = datetime.now(UTC) - timedelta(days=1)
        made._write("listener", made.authority.issue_cert("127.0.0.1", "listener.example.dk"))
        for name in ("star", "other", "proxy"):
            made._write(name, made.authority.issue_cert(f"{name}.example", common_name=name))
        made._write("expired", made.authority.issue_cert("star.example", common_name="star", not_after=yesterday))
        made._write("foreign", trustme.CA().issue_cert("star.example", common_name="star"))
        return made

    def file(self, name: str) -> Path:
        """The caller's certificate and key."""
        return self.folder / f"{name}.pem"

    def pem(self, name: str) -> str:
        """The caller's certificate alone."""
        return (self.folder / f"{name}.crt").read_text()

    def fingerprint(self, name: str) -> str:
        """As settings give it."""
        return x509.load_pem_x509_certificate(self.pem(name).encode()).fingerprint(SHA256()).hex(":")

    def _write(self, name: str, issued: trustme.LeafCert) -> None:
        issued.private_key_and_cert_chain_pem.write_to_path(self.file(name))
        issued.cert_chain_pems[0].write_to_path(self.folder / f"{name}.crt")


def add_employment(
    database: Database, clock: Clock, star: Star, fingerprints: list[str], **more: object
) -> SourceCatalogue:
    """The employment source, with those who may push for it."""
    settings = EmploymentSettings.model_validate(settings_of(star, more={"push_fingerprints": fingerprints, **more}))
    catalogue = make_catalogue(database, clock)
    add_connector(database, catalogue, EmploymentConnector("employment", settings, clock=clock.now))
    return catalogue


def make_inbox(database: Database, catalogue: SourceCatalogue, cipher: PayloadCipher, clock: FixedClock) -> Inbox:
    """The inbox of these sources."""
    return Inbox(database=database, catalogue=catalogue, cipher=cipher, clock=clock)


@contextmanager
def listening(inbox: Inbox, certificates: Certificates, proxy: str = "") -> Iterator[str]:
    """The listener; gives its address."""
    settings = ListenerSettings(
        host="127.0.0.1",
        port=0,
        certificate=certificates.file("listener"),
        authorities=certificates.folder / "ca.pem",
        proxy_fingerprint=proxy,
    )
    with serve_in_background(inbox, settings) as port:
        yield f"https://127.0.0.1:{port}"


@contextmanager
def calling(address: str, certificates: Certificates, name: str | None) -> Iterator[httpx.Client]:
    """A client with that certificate."""
    context = ssl.create_default_context(cafile=certificates.folder / "ca.pem")
    if name is not None:
        context.load_cert_chain(certificates.file(name))
    with httpx.Client(base_url=address, verify=context, trust_env=False) as client:
        yield client


BODY = event(1, "1").body
