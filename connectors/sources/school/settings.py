"""Settings of the school connector."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field, SecretStr

from connectors.absence import AbsenceSettings
from connectors.pem import PrivateKeyPem
from connectors.retry import RetryPolicy
from connectors.settings_form import (
    ABSENCE_ALWAYS_ALLOWED,
    ABSENCE_MAX_SHARE,
    EXPECTED_CADENCE,
    MUNICIPALITY_CODE,
    PATIENCE,
    Entry,
    Group,
    on_form,
)
from connectors.transports.sftp import SftpSettings, SftpTransport
from schemas.duration import Duration

ClosedPeriod = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}/\d{4}-\d{2}-\d{2}$")]


class SchoolSettings(AbsenceSettings):
    """Settings of the school connector: an SFTP server, its host key, and our key."""

    host: str = Field(
        min_length=1,
        max_length=253,
        pattern=r"^[^\s/@\[\]]+$",
        json_schema_extra=on_form(
            "Filserverens navn", "Fx sftp.kommunen.dk. Uden sftp:// og uden mappe.", Group.ADDRESS
        ),
    )
    """Name or address of the SFTP server."""
    port: int = Field(
        default=22,
        ge=1,
        le=65535,
        json_schema_extra=on_form("Port", "Som regel 22.", Group.ADDRESS),
    )
    """Its port."""
    user: str = Field(
        min_length=1,
        max_length=100,
        json_schema_extra=on_form("Bruger", "Den, vi logger ind som på filserveren.", Group.LOGIN),
    )
    """Who logs in."""
    private_key: PrivateKeyPem = Field(
        json_schema_extra=on_form(
            "Vores private nøgle",
            "SSH-nøglen i OpenSSH-format; dens offentlige del er registreret på filserveren. Gemmes krypteret.",
            Group.LOGIN,
            entry=Entry.FILE,
        ),
    )
    """Our private SSH key, in OpenSSH's form."""
    key_passphrase: SecretStr | None = Field(
        default=None,
        json_schema_extra=on_form(
            "Nøglens adgangskode", "Kun hvis nøglen har en. Gemmes krypteret og vises aldrig igen.", Group.LOGIN
        ),
    )
    """The passphrase of the key, if it has one."""
    host_key: str = Field(
        pattern=r"^(ssh-|ecdsa-|sk-)\S+ [A-Za-z0-9+/=]+( .*)?$",
        json_schema_extra=on_form(
            "Filserverens nøgle",
            "Den offentlige nøgle, som filserveren viser; få den af driften dér, fx ssh_host_ed25519_key.pub. Viser"
            " serveren en anden, læses intet.",
            Group.ADDRESS,
            entry=Entry.FILE,
        ),
    )
    """The server's public host key, as ``ssh-keyscan`` writes it without the host's name. Nothing else is trusted."""
    folder: str = Field(
        default="",
        max_length=500,
        pattern=r"^[^\x00-\x1f]*$",
        json_schema_extra=on_form(
            "Mappe", "Mappen, der indeholder waiting. Tom: dér, hvor vi lander efter login.", Group.ADDRESS
        ),
    )
    """Folder that holds ``waiting``; empty is where the login lands. ``imported`` and ``failed`` are made beside it."""
    municipality_code: str | None = Field(default=None, pattern=r"^\d{4}$", json_schema_extra=MUNICIPALITY_CODE)
    """Code of the municipality that runs the schools."""
    max_file_bytes: int = Field(
        default=512 * 1024 * 1024,
        ge=1024,
        json_schema_extra=on_form("Største fil", "I bytes. En større fil læses ikke.", Group.LIMITS),
    )
    """A larger file is not read."""
    correction_days: int = Field(
        default=45,
        ge=7,
        le=120,
        json_schema_extra=on_form(
            "Rettelser bagud i dage",
            "Så længe huskes de enkelte dages fravær, så rettelser ses; ældre fravær huskes som kvartalets sum.",
            Group.CONTENT,
        ),
    )
    """So long days of absence are remembered for corrections; older ones only as the sum of their quarter."""
    lessons_per_day: int = Field(
        default=6,
        ge=1,
        le=12,
        json_schema_extra=on_form(
            "Lektioner på en skoledag",
            "Bruges, hvor filen tæller lektioner og ikke siger, hvor meget af dagen de er.",
            Group.CONTENT,
        ),
    )
    """A lesson counts as this part of a day where the file tells no extent."""
    closed: tuple[ClosedPeriod, ...] = Field(
        default=(),
        json_schema_extra=on_form(
            "Lukkedage",
            "Ud over helligdage og ferier: første og sidste dag, fx 2026-02-09/2026-02-13, én pr. linje.",
            Group.CONTENT,
        ),
    )
    """Days without school beside weekends, public holidays and the usual vacations: ``first day/last day``."""
    absence_max_share: float = Field(default=0.1, ge=0, le=1, json_schema_extra=ABSENCE_MAX_SHARE)
    """When more than this share is missing at once, the deletions wait for a person."""
    absence_always_allowed: int = Field(default=10, ge=0, json_schema_extra=ABSENCE_ALWAYS_ALLOWED)
    """So many may be missing however few there are, unless nothing is left."""
    timeout_seconds: float = Field(
        default=30,
        gt=0,
        le=600,
        json_schema_extra=on_form(
            "Ventetid i sekunder", "Så længe ventes der på hvert svar fra filserveren.", Group.LIMITS
        ),
    )
    """How long to wait for the server, for each answer."""
    patience: RetryPolicy = Field(default=RetryPolicy.BRISK, json_schema_extra=PATIENCE)
    """How long to try again when the server does not answer."""
    expected_cadence: Duration = Field(default=timedelta(days=1), json_schema_extra=EXPECTED_CADENCE)
    """At least this often new data should come."""
    synthetic: bool = Field(
        default=False,
        json_schema_extra=on_form(
            "Eleverne er opdigtede", "Sæt kun kryds ved prøvedata; så siger hver side det.", Group.CONTENT
        ),
    )
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
