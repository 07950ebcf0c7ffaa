"""Settings of the school connector."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field, SecretStr

from connectors.absence import AbsenceSettings
from connectors.retry import RetryPolicy
from connectors.transports.sftp import SftpSettings, SftpTransport

ClosedPeriod = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}/\d{4}-\d{2}-\d{2}$")]


class SchoolSettings(AbsenceSettings):
    """Settings of the school connector: an SFTP server, its host key, and our key."""

    host: str = Field(min_length=1, max_length=253, pattern=r"^[^\s/@\[\]]+$")
    """Name or address of the SFTP server."""
    port: int = Field(default=22, ge=1, le=65535)
    """Its port."""
    user: str = Field(min_length=1, max_length=100)
    """Who logs in."""
    private_key: SecretStr
    """Our private SSH key, in OpenSSH's form."""
    key_passphrase: SecretStr | None = None
    """The passphrase of the key, if it has one."""
    host_key: str = Field(pattern=r"^(ssh-|ecdsa-|sk-)\S+ [A-Za-z0-9+/=]+( .*)?$")
    """The server's public host key, as ``ssh-keyscan`` writes it without the host's name. Nothing else is trusted."""
    folder: str = Field(default="", max_length=500, pattern=r"^[^\x00-\x1f]*$")
    """Folder that holds ``waiting``; empty is where the login lands. ``imported`` and ``failed`` are made beside it."""
    municipality_code: str | None = Field(default=None, pattern=r"^\d{4}$")
    """Code of the municipality that runs the schools."""
    max_file_bytes: int = Field(default=512 * 1024 * 1024, ge=1024)
    """A larger file is not read."""
    correction_days: int = Field(default=45, ge=7, le=120)
    """So long days of absence are remembered for corrections; older ones only as the sum of their quarter."""
    lessons_per_day: int = Field(default=6, ge=1, le=12)
    """A lesson counts as this part of a day where the file tells no extent."""
    closed: tuple[ClosedPeriod, ...] = ()
    """Days without school beside weekends, public holidays and the usual vacations: ``first day/last day``."""
    absence_max_share: float = Field(default=0.1, ge=0, le=1)
    """When more than this share is missing at once, the deletions wait for a person."""
    absence_always_allowed: int = Field(default=10, ge=0)
    """So many may be missing however few there are, unless nothing is left."""
    timeout_seconds: float = Field(default=30, gt=0, le=600)
    """How long to wait for the server, for each answer."""
    patience: RetryPolicy = RetryPolicy.BRISK
    """How long to try again when the server does not answer."""
    expected_cadence: timedelta = timedelta(days=1)
    """At least this often new data should come."""
    synthetic: bool = False
    """The pupils are made up; every page says so."""


def build_transport(settings: SchoolSettings) -> SftpTransport:
    """The transport that the settings describe."""
    return SftpTransport(
        SftpSettings(
            host=settings.host,
            port=settings.port,
            user=settings.user,
            private_key=settings.private_key,
            passphrase=settings.key_passphrase,
            host_key=settings.host_key,
            timeout_seconds=settings.timeout_seconds,
            patience=settings.patience,
        )
    )
