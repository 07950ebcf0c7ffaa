"""Every setting of the system, read from the environment (``HELHED_…``) or from a folder of secrets.

A secret may be given as ``HELHED_X`` or, better, as a file of that name in lower case in the folder that
``HELHED_SECRETS_DIR`` names (as container platforms mount them). Values are never printed.
"""

import os
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from schemas.source import Area, AreaContact


class Settings(BaseSettings):
    """One field a setting; the docstring under each is its documentation (docs/settings.md reads it)."""

    model_config = SettingsConfigDict(
        env_prefix="HELHED_",
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
    )

    database_url: SecretStr | None = None
    """PostgreSQL to use, ``postgresql://user:password@host/database``. Empty: an embedded one in the data folder."""
    owner_database_url: SecretStr | None = None
    """The same as the owner of the tables; only ``helhed migrate`` uses it. Empty: HELHED_DATABASE_URL."""
    data_dir: Path = Path("var")
    """Folder for the embedded PostgreSQL and other local state."""
    backup_dir: Path | None = None
    """Folder for encrypted backups, on another machine's disk (docs/operation.md). Empty: no backups by Helhed."""
    backup_keys: SecretStr | None = None
    """Encrypts the backups: ``KID:64 hexadecimal digits``, several separated by commas; ``helhed backup key`` makes
    one. The first encrypts, all decrypt. Keep a copy elsewhere: without it no backup opens."""
    backup_database_url: SecretStr | None = None
    """PostgreSQL as a role that may take base backups (REPLICATION). Empty: HELHED_OWNER_DATABASE_URL."""
    backup_binaries: Path | None = None
    """Folder with PostgreSQL's programs (``pg_basebackup``, ``postgres``), as new as the server or newer. Empty: those
    of the embedded one."""
    backup_retention_days: int = Field(default=30, ge=1, le=3_660)
    """So many days back it must be possible to restore; what is older is removed after each backup."""
    demo: bool = False
    """Allows the demo login. Never set it where real data are."""
    test_installation: bool = False
    """This is a test installation: national numbers of real people do not belong in it, and ``helhed test-data`` and
    Tilsyn say whether there are any. The demo is one."""
    municipality: str = ""
    """Name of the municipality as people read it, e.g. ``Egelund Kommune``; stands at the foot of every page."""
    third_country_transfers: str = Field(default="", max_length=500)
    """What the municipality declares of transfers to countries outside the EU, in Danish: ``ingen``, or which, to whom
    and on what ground. Stands in the record of processing activities. Empty: nothing is declared, and it says so."""
    area_contacts: dict[Area, AreaContact] = Field(default_factory=dict)
    """Whom to call about each area, as JSON: ``{"school": {"name": "Skole og Dagtilbud", "phone": "44 77 40 00"}}``;
    areas are ``employment``, ``school``, ``social`` and ``health``. Stands where the page has nothing to show."""
    host: str = "127.0.0.1"
    """Address the web server listens on."""
    port: int = Field(default=8080, ge=1, le=65535)
    """Port the web server listens on."""
    listen_host: str = "127.0.0.1"
    """Address on which ``helhed listen`` takes what sources push."""
    listen_port: int = Field(default=8443, ge=0, le=65535)
    """Port for it; 0 takes a free one."""
    listen_certificate: Path | None = None
    """PEM file with the certificate that the listener shows, its chain and its key."""
    listen_ca: Path | None = None
    """PEM file with the authorities whose client certificates are taken; who of them may send, each source says."""
    listen_proxy_fingerprint: str = ""
    """SHA-256 of the client certificate of a proxy before the listener; from it alone ``X-Client-Cert`` counts."""
    session_key: SecretStr | None = None
    """Keys the tokens of forms; at least 32 characters, the same for every process that serves. Required outside the
    demo, which makes one."""
    other_session_keys: SecretStr | None = None
    """Keys beside it that are taken and never given, separated by commas: the next one before a change, the former one
    for a day after it."""
    public_url: str = ""
    """Where people reach the pages, ``https://helhed.kommune.dk``. Needed for the login at a provider."""
    oidc_issuer: str = ""
    """The municipality's login (OpenID Connect): the issuer, whose discovery is below it. Needed outside the demo."""
    oidc_client_id: str = "helhed"
    """How the provider knows us."""
    oidc_client_secret: SecretStr | None = None
    """Our secret at the provider. Empty: a public client."""
    oidc_ca: Path | None = None
    """PEM file with the authorities that the provider's certificate comes from. Empty: those the machine trusts."""
    oidc_acr_values: str = ""
    """Assurance levels (NSIS) of which a login must have one, several separated by commas. Empty: any login will do."""
    oidc_acr_claim: str = "acr"
    """The claim that tells the level, e.g. ``https://data.gov.dk/concept/core/nsis/loa``."""
    citizen_oidc_issuer: str = ""
    """The login of citizens (MitID, by the municipality's broker) for *Min side*. Empty: there is no *Min side*."""
    citizen_oidc_client_id: str = "helhed-min-side"
    """How that provider knows us."""
    citizen_oidc_client_secret: SecretStr | None = None
    """Our secret there. Empty: a public client."""
    citizen_oidc_ca: Path | None = None
    """PEM file with the authorities that its certificate comes from. Empty: those the machine trusts."""
    citizen_oidc_scope: str = "openid"
    """What is asked for, several separated by spaces; a broker may need one more for the CPR number."""
    citizen_oidc_acr_values: str = ""
    """Assurance levels (NSIS) of which that login must have one, separated by commas. Empty: any login will do."""
    citizen_oidc_acr_claim: str = "acr"
    """The claim that tells the level."""
    citizen_cpr_claim: str = "https://data.gov.dk/model/core/eid/cprNumber"
    """The claim of the ID token that holds the CPR number. It is used at the login and kept nowhere."""
    citizen_contact: str = ""
    """Whom citizens ask about *Min side*, rectification and insight, as they read it: name and telephone."""
    api_audience: str = ""
    """The audience (``aud``) of access tokens for the API, so that machines may use it. Empty: none may."""
    role_mapping_file: Path | None = None
    """TOML file that says which claims of a login mean which role, unit and function (docs/login.md)."""
    organisation_url: str = Field(default="", pattern="^(https?://[^?#]+/[^/?#]+)?$")
    """GraphQL of the organisation (OS2mo), ``https://os2mo.kommune.dk/graphql/v22``. Given, the worker reads units and
    employees from it each hour (docs/staff.md). Empty: they come from ``helhed actor import`` and the logins."""
    organisation_ca: Path | None = None
    """PEM file with the authorities that its certificate comes from. Empty: those the machine trusts."""
    organisation_token_file: Path | None = None
    """File with the bearer token for it; read anew each time. Not with ``HELHED_ORGANISATION_TOKEN_URL``."""
    organisation_token_url: str = Field(default="", pattern="^(https?://.+)?$")
    """Where a token for it is fetched instead (OAuth2, client credentials)."""
    organisation_client_id: str = "helhed"
    """How the organisation's login knows us."""
    organisation_client_secret: SecretStr | None = None
    """Our secret there; needed with ``HELHED_ORGANISATION_TOKEN_URL``."""
    digest_key: SecretStr | None = None
    """Keys the digests of national numbers; at least 32 characters. Required outside the demo; it is changed as
    docs/operation.md says, never otherwise."""
    other_digest_keys: SecretStr | None = None
    """Keys beside it that find and open and never write, separated by commas: the next one before a change, and former
    ones as long as docs/operation.md says."""
    secret_keys: SecretStr | None = None
    """Encrypts the sources' secrets in the database: ``KID:64 hexadecimal digits``, several separated by commas. The
    first encrypts, all decrypt. Needed once a secret is stored."""
    secure_cookies: bool = True
    """Session cookie only over HTTPS, as ``__Host-helhed``. The demo on loopback switches it off."""
    session_minutes: int = Field(default=60, ge=5, le=600)
    """A session ends after so many minutes without a page."""
    session_hours: int = Field(default=10, ge=1, le=24)
    """A session ends after so many hours, whatever is done in it."""
    rate_limit_factor: int = Field(default=1, ge=1, le=1000)
    """So many times as often as usual one may search, look up, log in and override (docs/data-protection.md)."""
    sources_file: Path | None = None
    """TOML file that lists the sources: one table a source, with its connector's settings (docs/connectors.md)."""
    bus_partitions: int = Field(default=8, ge=1, le=256)
    """Partitions of each topic; also the most workers that can share the work."""
    bus_retention_hours: int = Field(default=168, ge=1, le=87_600)
    """Hours a message stays on the bus and can be read again. The embedded bus also keeps it until all have read it."""
    kafka_servers: str = ""
    """Kafka brokers, ``host:port,host:port``. Empty: the embedded bus in PostgreSQL."""
    kafka_replication: int = Field(default=3, ge=1, le=5)
    """Copies of each Kafka topic that is made; at most one a broker. A message counts once all but one have it."""
    kafka_user: str = ""
    """Name to log in to Kafka with. Empty: no login."""
    kafka_password: SecretStr | None = None
    """Password to log in to Kafka with. By PLAIN it is sent as it is, so that needs ``HELHED_KAFKA_CA``."""
    kafka_mechanism: Literal["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"] = "SCRAM-SHA-512"
    """How the login to Kafka is done (SASL)."""
    kafka_ca: Path | None = None
    """PEM file with the authorities that Kafka's certificates come from; given, the connection is TLS."""
    kafka_certificate: Path | None = None
    """PEM file with our certificate for Kafka and its key; for mutual TLS."""
    opensearch_urls: str = ""
    """OpenSearch nodes, ``https://host:port,https://host:port``. Empty: the embedded index in PostgreSQL."""
    opensearch_user: str = ""
    """Name to log in to OpenSearch with. Empty: no login."""
    opensearch_password: SecretStr | None = None
    """Password to log in to OpenSearch with."""
    opensearch_ca: Path | None = None
    """PEM file with the authorities that OpenSearch's certificates come from. Empty: those the machine trusts."""
    opensearch_index: str = Field(default="helhed-citizens", pattern="^[a-z][a-z0-9-]{0,99}$")
    """Name of the index (an alias; the indices behind it have a number after it)."""
    opensearch_shards: int = Field(default=1, ge=1, le=32)
    """Shards of a new index; one holds some hundred thousand citizens well."""
    opensearch_replicas: int = Field(default=1, ge=0, le=4)
    """Further copies of each shard; 0 with a single node."""
    batch_size: int = Field(default=500, ge=1, le=5000)
    """Records carried in one transaction."""
    rejected_share: float = Field(default=0.5, gt=0, le=1)
    """A run of a source stops when more than this share of its items cannot be read; 1: never."""
    rejected_at_least: int = Field(default=100, ge=1)
    """That share is judged when a run has read so many items; of fewer it says nothing."""
    quarantine_retention_days: int = Field(default=90, ge=1, le=3_660)
    """Days an item that could not be read is kept, encrypted; what was wrong with it is kept without it."""
    smtp_host: str = ""
    """Mail server for notices to the administrators, and for mails about alerts (docs/operation.md). Empty: none."""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    """Its port. The connection is made safe by STARTTLS, or nothing is sent."""
    smtp_user: str = ""
    """Name to log in to the mail server with. Empty: no login."""
    smtp_password: SecretStr | None = None
    """Password to log in to the mail server with."""
    smtp_ca: Path | None = None
    """PEM file with the authorities that the mail server's certificate comes from. Empty: those the machine trusts."""
    notice_sender: str = ""
    """Address that mails come from, e.g. ``helhed@kommune.dk``; needed for e-mail."""
    notice_recipients: str = ""
    """Addresses that get notices by e-mail, separated by commas."""
    notice_webhook_url: str = Field(default="", pattern="^(https?://.+)?$")
    """Address that notices are posted to as JSON. Empty: none."""
    notice_webhook_key: SecretStr | None = None
    """Key that signs them (HMAC-SHA256, Standard Webhooks); at least 32 characters. Needed with the address."""
    alert_webhook_hosts: str = ""
    """Hosts that alerts may be posted to (``helhed webhook add``), ``esdh.kommune.dk`` or ``host:port``, separated by
    commas. HTTPS alone. Empty: none."""
    notice_quiet_hours: str = Field(default="", pattern="^([0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9])?$")
    """When no notice is sent, in Danish time: ``22:00-07:00``. It is sent afterwards. Empty: always."""
    notice_failures: int = Field(default=3, ge=1, le=50)
    """So many runs of a stream in a row must fail before a notice says so."""
    notice_certificate_days: int = Field(default=30, ge=1, le=365)
    """So many days before a certificate or a secret of a source ends a notice says so."""
    audit_log_name: str = Field(default="", pattern=r"^[^\s+]*$")
    """Name of the audit log as its checkpoints carry it, ``helhed.kommune.dk/log``; it never changes (docs/audit.md).
    Required outside the demo."""
    audit_key_file: Path | None = None
    """PEM file with the Ed25519 key that signs the log's checkpoints; ``helhed audit key`` makes one. This or the next
    four are required outside the demo, by the worker alone."""
    audit_pkcs11_module: Path | None = None
    """Library of a device that signs instead and never gives out its key (PKCS#11)."""
    audit_pkcs11_token: str = "helhed"  # noqa: S105  a label
    """Label of the token in the device."""
    audit_pkcs11_key: str = "helhed-log"
    """Label of the Ed25519 key in it."""
    audit_pkcs11_pin: SecretStr | None = None
    """PIN of the token."""
    audit_former_keys: Path | None = None
    """File with the public keys that signed before, one a line, after a change of key."""
    audit_witness_file: Path | None = None
    """File, on a machine that our administrators do not administer, to which each checkpoint is appended. At least two
    witnesses are needed outside the demo."""
    audit_witness_topic: str = Field(default="", pattern=r"^[A-Za-z0-9._-]{0,249}$")
    """Kafka topic to which each checkpoint is published; made without a time limit. Needs ``HELHED_KAFKA_SERVERS``."""
    audit_witness_urls: str = ""
    """Witnesses over HTTPS (C2SP tlog-witness), ``https://witness.example/helhed``, several separated by commas."""
    audit_witness_ca: Path | None = None
    """PEM file with the authorities that their certificates come from. Empty: those the machine trusts."""
    sample_months: int = Field(default=3, ge=1, le=6)
    """A sample of look-ups is drawn at least so often, in months; *Tilsyn* and a notice tell when one is overdue."""
    audit_retention_months: int = Field(default=24, ge=13, le=240)
    """Months after which what a line of the log says is erased; its commitment stays, and proves the line was there."""
    audit_stream_url: str = Field(default="", pattern=r"^((https|syslogs)://[^@\s]+)?$")
    """SIEM that gets the log as it is sealed, pseudonymised: ``https://siem.kommune.dk/helhed`` (JSON lines) or
    ``syslogs://siem.kommune.dk:6514`` (syslog over TLS, RFC 5425). Empty: none."""
    audit_stream_format: Literal["ecs", "ocsf", "fhir"] = "ecs"
    """Form of its events: Elastic Common Schema, OCSF or FHIR AuditEvent."""
    audit_stream_token: SecretStr | None = None
    """Sent to it over HTTPS as bearer token."""
    audit_stream_ca: Path | None = None
    """PEM file with the authorities that its certificate comes from. Empty: those the machine trusts."""
    audit_stream_certificate: Path | None = None
    """PEM file with the certificate and key that we show it. Empty: none."""
    log_level: str = "INFO"
    """Least severity that is logged."""
    log_format: Literal["text", "json"] = "text"
    """``text``: lines for people. ``json``: one JSON object a line, for a log collector."""
    worker_port: int = Field(default=0, ge=0, le=65535)
    """Port on which a worker answers ``/metrics`` and ``/health/…`` (docs/operation.md). 0: it does not."""
    metrics_token: SecretStr | None = None
    """Who sends it as bearer token may read ``/metrics``; at least 32 characters. Empty: not the web's."""
    otlp_endpoint: str = Field(default="", pattern="^(https?://.+)?$")
    """OpenTelemetry collector that gets traces over OTLP/HTTP, ``http://host:4318``. Empty: no traces."""

    @property
    def mails_alerts(self) -> bool:
        """Whether mails about alerts can be sent: by a server, from an address, with a link that leads here."""
        return bool(self.smtp_host and self.public_url and "@" in self.notice_sender)

    @property
    def listed_webhook_hosts(self) -> frozenset[str]:
        """``alert_webhook_hosts``, one by one."""
        return frozenset(host.strip() for host in self.alert_webhook_hosts.split(",") if host.strip())

    @property
    def is_for_tests(self) -> bool:
        """Whether nobody real belongs in it."""
        return self.demo or self.test_installation

    @model_validator(mode="after")
    def _keys_long_enough(self) -> Self:
        for name in ("session_key", "digest_key", "metrics_token"):
            secret: SecretStr | None = getattr(self, name)
            if secret is not None and len(secret.get_secret_value()) < MIN_KEY_LENGTH:
                msg = f"HELHED_{name.upper()} must have at least {MIN_KEY_LENGTH} characters"
                raise ValueError(msg)
        for name in ("other_session_keys", "other_digest_keys"):
            if any(len(key) < MIN_KEY_LENGTH for key in listed_keys(getattr(self, name))):
                msg = f"HELHED_{name.upper()}: each key must have at least {MIN_KEY_LENGTH} characters"
                raise ValueError(msg)
        return self


MIN_KEY_LENGTH = 32


def listed_keys(secret: SecretStr | None) -> tuple[str, ...]:
    """The keys in a setting of several, in their order."""
    entries = secret.get_secret_value().split(",") if secret is not None else ()
    return tuple(key for entry in entries if (key := entry.strip()))


def load() -> Settings:
    """The settings as the environment and ``HELHED_SECRETS_DIR`` give them; the environment wins.

    Raises:
        pydantic.ValidationError: a setting cannot be as it is; names it, without its value.
    """
    return Settings(_secrets_dir=os.environ.get("HELHED_SECRETS_DIR"))
