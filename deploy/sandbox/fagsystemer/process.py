"""Starts the simulated fagsystemer in a process of their own, for the demo and for tests."""

import http.client
import json
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import httpx

from deploy.sandbox.certificates import make_certificates
from deploy.sandbox.fagsystemer.beskedfordeler import CVR

SECRET = "HELHED_SANDBOX_SECRET"  # noqa: S105  a variable's name
"""Variable that ``Running.sources_file`` reads the client's secret from."""
STAR_ENTITIES = ["Activity", "Fravaer", "Interview", "Frist", "MinPlan"]
"""What the simulated STAR has services for."""
SFTP_KEY = "HELHED_SANDBOX_SFTP_KEY"
"""Variable that it reads the SSH key from."""
_STOP_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Running:
    """Where the servers are and how to log in."""

    fhir_url: str
    """Base of the FHIR interface, with ``/r4``."""
    fhir_token_url: str
    odata_url: str
    """Base of the OData server; the interface is below it at ``odata/``."""
    odata_token_url: str
    odata_login_url: str
    star_url: str
    """STAR's services and the case system's search, over mutual TLS."""
    nexus_url: str
    """Root of Nexus's interface."""
    nexus_token_url: str
    control_url: str
    """Where the day is moved and misbehaviour is ordered."""
    star_fingerprint: str
    """Of the certificate with which STAR sends its events."""
    beskedfordeler_fingerprint: str
    """Of the certificate with which Beskedfordeler sends its messages."""
    certificates: str
    """Folder with ``ca.pem``, ``helhed.pem`` (ours, for look-ups) and ``listener.pem`` (ours, for what is pushed)."""
    client_id: str
    client_secret: str = field(repr=False)
    sftp_host: str
    sftp_port: int
    sftp_private_key: str = field(repr=False)
    """Of the reader; the server knows its public half."""
    sftp_host_key: str
    citizens: int
    """How many people the sources know: so many citizens there are when all is read."""

    def sources_file(self, every: str = "15m", repair_every: str = "7d") -> str:
        """The same as ``HELHED_SOURCES_FILE`` has it; the secrets are read from ``SECRET`` and ``SFTP_KEY``.

        Args:
            every: how often each source is read.
            repair_every: how often the job centre is read whole, as ISO 8601 writes it.
        """
        return f"""
            [social]
            connector = "odata"
            base_url = "{self.odata_url}"
            token_url = "{self.odata_token_url}"
            client_id = "{self.client_id}"
            client_secret = {{ env = "{SECRET}" }}
            environment = "demo"
            authority_cvr = "{CVR}"
            push_fingerprints = ["{self.beskedfordeler_fingerprint}"]
            schedule = {{ every = "{every}" }}

            [health]
            connector = "fhir"
            base_url = "{self.fhir_url}"
            token_url = "{self.fhir_token_url}"
            client_id = "{self.client_id}"
            client_secret = {{ env = "{SECRET}" }}
            schedule = {{ every = "{every}" }}

            [employment]
            connector = "star"
            base_url = "{self.star_url}"
            ca_certificates = {{ file = "{self.certificates}/ca.pem" }}
            client_certificate = {{ file = "{self.certificates}/helhed-certificate.pem" }}
            client_key = {{ file = "{self.certificates}/helhed-key.pem" }}
            municipality_code = "0999"
            environment = "demo"
            entities = {json.dumps(STAR_ENTITIES)}
            push_fingerprints = ["{self.star_fingerprint}"]
            search_url = "{self.star_url}"
            search_token_url = "{self.star_url}/token"
            search_client_id = "{self.client_id}"
            search_client_secret = {{ env = "{SECRET}" }}
            repair_every = "{repair_every}"
            schedule = {{ every = "{every}" }}

            [school]
            connector = "files"
            host = "{self.sftp_host}"
            port = {self.sftp_port}
            user = "helhed"
            host_key = "{self.sftp_host_key}"
            private_key = {{ env = "{SFTP_KEY}" }}
            synthetic = true
            schedule = {{ every = "{every}" }}
        """


@contextmanager
def start(
    *, citizens: int = 2000, seed: int = 7, today: date, fhir_port: int = 0, odata_port: int = 0
) -> Iterator[Running]:
    """All servers, running until the block ends.

    Raises:
        RuntimeError: they did not start; what they said stands on standard error.
    """
    options: dict[str, object] = {
        "citizens": citizens,
        "seed": seed,
        "today": today.isoformat(),
        "fhir-port": fhir_port,
        "odata-port": odata_port,
    }
    with TemporaryDirectory(prefix="helhed-sandbox-") as folder:
        fingerprints = make_certificates(Path(folder))
        options["certificates"] = folder
        with _process(options) as addresses:
            yield Running(
                star_fingerprint=fingerprints["star"],
                beskedfordeler_fingerprint=fingerprints["beskedfordeler"],
                certificates=folder,
                **addresses,
            )


@contextmanager
def _process(options: Mapping[str, object]) -> Iterator[dict[str, Any]]:
    command = [sys.executable, "-m", "deploy.sandbox.fagsystemer"]
    command += [text for name, value in options.items() for text in (f"--{name}", str(value))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  our own module, own arguments
        try:
            line = process.stdout.readline() if process.stdout else ""
            if not line:
                msg = "the simulated fagsystemer did not start"
                raise RuntimeError(msg)
            yield json.loads(line)
        finally:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def control(running: Running, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
    """Use the control of all servers: ``control(running, "POST", "clock", {"day": "2024-05-20"})``.

    Raises:
        httpx.HTTPStatusError: it was refused; the answer says why.
    """
    answer = httpx.request(method, f"{running.control_url}/{path}", json=body, timeout=600).raise_for_status()
    return answer.json() if answer.content else None


def subscribe(running: Running, listener: str, recent: int = 0) -> None:
    """Ask STAR and Beskedfordeler to send to the listener at that address, first of so much that changed of late."""
    ask(running, "POST", "_webhook", {"url": f"{listener}/webhooks/employment/0999", "recent": recent})
    url = f"{listener}/webhooks/social/beskeder"
    httpx.post(f"{running.odata_url}/_beskeder", json={"url": url, "recent": recent}).raise_for_status()


def events_waiting(running: Running) -> int:
    """How many of their events are not delivered."""
    beskeder = httpx.get(f"{running.odata_url}/_beskeder").raise_for_status().json()
    return int(beskeder["waiting"]) + int(ask(running, "GET", "_webhook")["waiting"])


def ask(running: Running, method: str, path: str, given: Mapping[str, Any] | None = None) -> Any:
    """Use a control of the job centre; returns its answer."""
    context = ssl.create_default_context(cafile=f"{running.certificates}/ca.pem")
    context.load_cert_chain(f"{running.certificates}/helhed.pem")
    where = urlsplit(running.star_url)
    connection = http.client.HTTPSConnection(where.hostname or "", where.port, timeout=10, context=context)
    try:
        connection.request(method, f"/{path}", json.dumps(given or {}).encode())
        response = connection.getresponse()
        body = response.read()
        if response.status >= 300:  # noqa: PLR2004  no success
            msg = f"{method} /{path}: {response.status}"
            raise RuntimeError(msg)
        return json.loads(body) if body else None
    finally:
        connection.close()
