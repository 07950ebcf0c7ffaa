"""Settings to live context: the only place that names concrete classes."""

import gc
import re
import secrets
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy.exc import ArgumentError

from hub.bus.base import Bus
from hub.bus.postgres import PostgresBus
from hub.clock import Clock, SystemClock
from hub.context import AppContext
from hub.db import Database, with_driver
from hub.digest import KeyRing
from hub.errors import InvalidSetting
from hub.secrets import PayloadCipher, derived_keys, login_keys, secret_keys
from hub.settings import MIN_KEY_LENGTH, Settings, listed_keys
from hub.sources.catalogue import SourceCatalogue
from hub.sources.connector_builder import ConnectorBuilder
from search.base import SearchIndex
from search.postgres import PostgresIndex

if TYPE_CHECKING:
    from hub.bus.kafka_client import KafkaAccess
    from hub.oidc.citizen_login import CitizenLogin
    from hub.oidc.service import MunicipalLogin
    from search.opensearch_client import Cluster

DEMO_KEY = b"demo-only-demo-only-demo-only-demo-only"
GC_AFTER = 500_000
"""Objects made and kept between two looks of the garbage collector."""
FOR_EVER = timedelta(milliseconds=-1)
"""How Kafka writes that a topic has no time limit."""
_ANSWER_WITHIN = 60.0
"""Seconds that OpenSearch has for an answer about logins: a busy node weighs a password for long."""
_NODE = re.compile(r"https?://[A-Za-z0-9.\-\[\]:]+/?")
"""The address of a node; a login in it would stand in logs."""
_SERVER = re.compile(r"[^\s:,/@]+:[0-9]{1,5}|\[[0-9a-fA-F:]+\]:[0-9]{1,5}")


def database_url(settings: Settings) -> str:
    """The address of PostgreSQL: the given one, else the embedded one, started now.

    Raises:
        InvalidSetting: the given one is no address.
    """
    if settings.database_url is not None:
        return _postgresql(settings.database_url.get_secret_value())
    from hub.embedded import application_url, start  # noqa: PLC0415  it touches the file system; see hub/embedded.py

    return application_url(start(settings.data_dir))


def owner_database_url(settings: Settings) -> str:
    """The same as the owner of the tables, for migrations alone.

    Raises:
        InvalidSetting: the given one is no address.
    """
    if settings.owner_database_url is not None:
        return _postgresql(settings.owner_database_url.get_secret_value())
    if settings.database_url is not None:
        return _postgresql(settings.database_url.get_secret_value())
    from hub.embedded import start  # noqa: PLC0415  as above

    return start(settings.data_dir).get_uri()


def backup_database_url(settings: Settings) -> str:
    """The same as the role that takes base backups.

    Raises:
        InvalidSetting: the given one is no address.
    """
    if settings.backup_database_url is not None:
        return _postgresql(settings.backup_database_url.get_secret_value())
    return owner_database_url(settings)


def _postgresql(url: str) -> str:
    try:
        with_driver(url)
    except ArgumentError:
        message = "HELHED_DATABASE_URL is no address; it looks like postgresql://user:password@host/database"
        raise InvalidSetting(message) from None
    return url


def build_services(settings: Settings, *, clock: Clock | None = None) -> AppContext:
    """Open everything a root needs. Close it again with ``AppContext.close``.

    The process is told to look for cycles seldom: records and overviews are many small objects without any, and looking
    after every 700 took a third of the time of carrying and two thirds of that of reading overviews.
    """
    gc.set_threshold(GC_AFTER)
    database = Database(database_url(settings))
    clock = clock or SystemClock()
    digest_key = _key(settings, "digest_key")
    return AppContext(
        settings=settings,
        database=database,
        bus=_bus(settings, database),
        index=_index(settings, database),
        clock=clock,
        catalogue=SourceCatalogue(database, connector_builder(settings, clock), settings.sources_file),
        digest_key=digest_key,
        session_key=_session_key(settings),
        payload_cipher=PayloadCipher(derived_keys(digest_key)),
    )


def municipal_login(settings: Settings, *, session_key: bytes, digest_key: bytes) -> "MunicipalLogin | None":
    """The municipality's login; None in a demo without one.

    Raises:
        InvalidSetting: a setting of it is missing or wrong, or outside the demo there is none.
    """
    if not settings.oidc_issuer:
        if settings.demo:
            return None
        message = "nobody could log in: set HELHED_OIDC_ISSUER (docs/login.md), or HELHED_DEMO=true for made-up data"
        raise InvalidSetting(message)
    if not settings.public_url or settings.role_mapping_file is None:
        raise InvalidSetting("HELHED_PUBLIC_URL and HELHED_ROLE_MAPPING_FILE are needed with HELHED_OIDC_ISSUER")
    if settings.api_audience == settings.oidc_client_id:
        raise InvalidSetting("HELHED_API_AUDIENCE is another than HELHED_OIDC_CLIENT_ID, which logins are meant for")
    from hub.oidc.mapping import read_mapping  # noqa: PLC0415  a worker has no logins, and their libraries are large
    from hub.oidc.provider import Provider, ProviderSettings  # noqa: PLC0415  as above
    from hub.oidc.service import MunicipalLogin  # noqa: PLC0415  as above

    mapping = read_mapping(settings.role_mapping_file)
    secret = settings.oidc_client_secret
    provider = Provider(
        ProviderSettings(
            issuer=settings.oidc_issuer,
            client_id=settings.oidc_client_id,
            client_secret=secret.get_secret_value() if secret else None,
            public_url=settings.public_url,
            acr_values=tuple(value.strip() for value in settings.oidc_acr_values.split(",") if value.strip()),
            acr_claim=settings.oidc_acr_claim,
            api_audience=settings.api_audience or None,
            ca=settings.oidc_ca,
        )
    )
    return MunicipalLogin(provider, mapping, PayloadCipher(login_keys(session_key)), digest_key)


def citizen_login(settings: Settings, *, session_key: bytes, digest_key: bytes) -> "CitizenLogin | None":
    """The login of citizens to *Min side*; None: none is set, and then there is no *Min side* outside the demo.

    Raises:
        InvalidSetting: a setting of it is missing or wrong.
    """
    if not settings.citizen_oidc_issuer:
        return None
    if not settings.public_url:
        raise InvalidSetting("HELHED_PUBLIC_URL is needed with HELHED_CITIZEN_OIDC_ISSUER")
    from hub.oidc.citizen_login import CitizenLogin  # noqa: PLC0415  as above
    from hub.oidc.provider import Provider, ProviderSettings  # noqa: PLC0415  as above

    client = settings.citizen_oidc_issuer, settings.citizen_oidc_client_id
    if client == (settings.oidc_issuer, settings.oidc_client_id):
        raise InvalidSetting("HELHED_CITIZEN_OIDC_CLIENT_ID is another than HELHED_OIDC_CLIENT_ID: no citizen is staff")
    secret = settings.citizen_oidc_client_secret
    provider = Provider(
        ProviderSettings(
            issuer=settings.citizen_oidc_issuer,
            client_id=settings.citizen_oidc_client_id,
            client_secret=secret.get_secret_value() if secret else None,
            public_url=settings.public_url,
            acr_values=tuple(value.strip() for value in settings.citizen_oidc_acr_values.split(",") if value.strip()),
            acr_claim=settings.citizen_oidc_acr_claim,
            ca=settings.citizen_oidc_ca,
            login_path="/min-side/log-ind",
            scope=settings.citizen_oidc_scope,
        )
    )
    cipher = PayloadCipher(login_keys(session_key))
    return CitizenLogin(provider, settings.citizen_cpr_claim, cipher, digest_key)


def connector_builder(settings: Settings, clock: Clock) -> ConnectorBuilder:
    """What builds the connectors of the sources.

    Raises:
        InvalidSetting: the keys of the secrets are not as they must be.
    """
    return ConnectorBuilder(secret_keys(settings), clock)


def _index(settings: Settings, database: Database) -> SearchIndex:
    """OpenSearch where its nodes are named, else the embedded index."""
    if not settings.opensearch_urls:
        return PostgresIndex(database.url.set(drivername="postgresql").render_as_string(hide_password=False))
    from search.opensearch import OpenSearchIndex  # noqa: PLC0415  its client takes long to load, as Kafka's does

    urls, login = _nodes(settings)
    with _readable_authorities(settings):
        return OpenSearchIndex(
            urls,
            name=settings.opensearch_index,
            login=login,
            ca=settings.opensearch_ca,
            shards=settings.opensearch_shards,
            replicas=settings.opensearch_replicas,
        )


def opensearch_cluster(settings: Settings) -> "Cluster":
    """The nodes of OpenSearch, and our login to them; the caller closes it.

    Raises:
        InvalidSetting: OpenSearch is not set as it must be.
    """
    from search.opensearch_client import Cluster  # noqa: PLC0415  as above

    urls, login = _nodes(settings)
    with _readable_authorities(settings):
        return Cluster(urls, login=login, ca=settings.opensearch_ca, answer_within=_ANSWER_WITHIN)


def _nodes(settings: Settings) -> tuple[list[str], tuple[str, str] | None]:
    """Addresses, and name and password."""
    urls = [url.strip() for url in settings.opensearch_urls.split(",")]
    if not all(_NODE.fullmatch(url) for url in urls):
        raise InvalidSetting(
            "HELHED_OPENSEARCH_URLS is no list of addresses; it looks like https://host:9200,https://…"
        )
    password = settings.opensearch_password.get_secret_value() if settings.opensearch_password else ""
    return urls, (settings.opensearch_user, password) if settings.opensearch_user else None


@contextmanager
def _readable_authorities(settings: Settings) -> Iterator[None]:
    try:
        yield
    except OSError as error:  # ssl.SSLError is one: the file holds no certificates
        reason = error.strerror or type(error).__name__
        raise InvalidSetting(f"HELHED_OPENSEARCH_CA: {settings.opensearch_ca} cannot be read: {reason}") from None


def witness_bus(settings: Settings) -> Bus:
    """Kafka with topics that keep what is published for ever; the caller closes it.

    Raises:
        InvalidSetting: Kafka is not set, or not as it must be.
    """
    if not settings.kafka_servers:
        raise InvalidSetting("HELHED_AUDIT_WITNESS_TOPIC needs HELHED_KAFKA_SERVERS: our own database is no witness")
    return _kafka_bus(settings, FOR_EVER)


def _bus(settings: Settings, database: Database) -> Bus:
    if not settings.kafka_servers:
        return PostgresBus(database.url)
    return _kafka_bus(settings, timedelta(hours=settings.bus_retention_hours))


def _kafka_bus(settings: Settings, retention: timedelta) -> Bus:
    from hub.bus.kafka import KafkaBus  # noqa: PLC0415  a third of a second that only who has Kafka need spend

    return KafkaBus(kafka_access(settings), replication=settings.kafka_replication, retention=retention)


def kafka_access(settings: Settings) -> "KafkaAccess":
    """Where Kafka is, and our login to it.

    Raises:
        InvalidSetting: Kafka is not set as it must be.
    """
    from hub.bus.kafka_client import KafkaAccess  # noqa: PLC0415  as above

    servers = tuple(server.strip() for server in settings.kafka_servers.split(","))
    if not all(_SERVER.fullmatch(server) for server in servers):
        raise InvalidSetting("HELHED_KAFKA_SERVERS does not look like host:port,host:port")
    password = settings.kafka_password
    if bool(settings.kafka_user) != (password is not None):
        raise InvalidSetting("HELHED_KAFKA_USER and HELHED_KAFKA_PASSWORD are given together, or neither")
    if settings.kafka_user and settings.kafka_mechanism == "PLAIN" and settings.kafka_ca is None:
        raise InvalidSetting("HELHED_KAFKA_MECHANISM is PLAIN, which sends the password as it is; set HELHED_KAFKA_CA")
    return KafkaAccess(
        servers=servers,
        user=settings.kafka_user,
        password=password.get_secret_value() if password else "",
        mechanism=settings.kafka_mechanism,
        tls=_kafka_tls(settings),
    )


def _kafka_tls(settings: Settings) -> ssl.SSLContext | None:
    """Certificate and name of the broker are always checked: that is what this protocol stands for."""
    if settings.kafka_ca is None:
        if settings.kafka_certificate is not None:
            raise InvalidSetting("HELHED_KAFKA_CERTIFICATE is of no use without HELHED_KAFKA_CA")
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_verify_locations(settings.kafka_ca)
    except OSError as error:
        raise InvalidSetting(f"HELHED_KAFKA_CA cannot be read: {_why(error)}") from None
    if settings.kafka_certificate is not None:
        try:
            # Without a password given, OpenSSL would ask for that of a locked key on the terminal.
            context.load_cert_chain(settings.kafka_certificate, password="")
        except OSError as error:
            raise InvalidSetting(f"HELHED_KAFKA_CERTIFICATE cannot be read: {_why(error)}") from None
    return context


def _why(error: OSError) -> str:
    return "it is no PEM file as needed" if isinstance(error, ssl.SSLError) else str(error.strerror)


def _session_key(settings: Settings) -> bytes:
    """The demo makes one: what it keys need not outlive the process."""
    if settings.session_key is None and settings.demo:
        return secrets.token_bytes(MIN_KEY_LENGTH)
    return _key(settings, "session_key")


def _key(settings: Settings, name: str) -> bytes:
    secret = getattr(settings, name)
    if secret is not None:
        others = listed_keys(getattr(settings, f"other_{name}s"))
        return KeyRing(secret.get_secret_value().encode(), (other.encode() for other in others))
    if settings.demo:
        return DEMO_KEY
    raise InvalidSetting(f"HELHED_{name.upper()} is not set; at least 32 characters, e.g. from: openssl rand -hex 32")
