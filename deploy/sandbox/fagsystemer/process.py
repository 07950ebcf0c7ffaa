"""Starts the simulated fagsystemer in a process of their own, for the demo and for tests."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

SECRET = "HELHED_SANDBOX_SECRET"  # noqa: S105  a variable's name
"""Variable that ``Running.sources_file`` reads the client's secret from."""
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
    client_id: str
    client_secret: str = field(repr=False)
    sftp_host: str
    sftp_port: int
    sftp_private_key: str = field(repr=False)
    """Of the reader; the server knows its public half."""
    sftp_host_key: str
    citizens: int
    """How many people the sources know: so many citizens there are when all is read."""

    def sources_file(self, every: str = "15m") -> str:
        """The same as ``HELHED_SOURCES_FILE`` has it; the secrets are read from ``SECRET`` and ``SFTP_KEY``."""
        return f"""
            [social]
            connector = "odata"
            base_url = "{self.odata_url}"
            token_url = "{self.odata_token_url}"
            client_id = "{self.client_id}"
            client_secret = {{ env = "{SECRET}" }}
            environment = "demo"
            schedule = {{ every = "{every}" }}

            [health]
            connector = "fhir"
            base_url = "{self.fhir_url}"
            token_url = "{self.fhir_token_url}"
            client_id = "{self.client_id}"
            client_secret = {{ env = "{SECRET}" }}
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
    """Both servers, running until the block ends.

    Raises:
        RuntimeError: they did not start; what they said stands on standard error.
    """
    options = {
        "citizens": citizens,
        "seed": seed,
        "today": today.isoformat(),
        "fhir-port": fhir_port,
        "odata-port": odata_port,
    }
    command = [sys.executable, "-m", "deploy.sandbox.fagsystemer"]
    command += [text for name, value in options.items() for text in (f"--{name}", str(value))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  our own module, own arguments
        try:
            line = process.stdout.readline() if process.stdout else ""
            if not line:
                msg = "the simulated fagsystemer did not start"
                raise RuntimeError(msg)
            yield Running(**json.loads(line))
        finally:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
