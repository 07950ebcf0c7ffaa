"""Kafka over TLS with a login, on a real broker: who is let in, and what the others are told."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from pydantic import SecretStr

from deploy.sandbox.services import kafka
from deploy.sandbox.services.artefacts import ServiceMissing
from hub.bus.base import Bus, BusRefused
from hub.db import Database
from hub.errors import InvalidSetting
from hub.services import build_services
from hub.settings import Settings
from tests.contracts.bus import drain, make_messages, values

USER, PASSWORD = "helhed", "only-for-tests"


@dataclass(frozen=True)
class Broker:
    """A secured broker, and the files to speak with it."""

    secret: str
    mutual: str
    ca: Path
    foreign_ca: Path
    client: Path


@pytest.fixture(scope="module")
def broker(kafka_servers: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    assert kafka_servers, "where there is no Kafka, there is none here either"
    folder = tmp_path_factory.mktemp("secret")
    authority, foreign = trustme.CA(), trustme.CA()
    ca, foreign_ca, server, client = (folder / name for name in ("ca.pem", "foreign.pem", "server.pem", "client.pem"))
    authority.cert_pem.write_to_path(ca)
    foreign.cert_pem.write_to_path(foreign_ca)
    issued = authority.issue_cert("127.0.0.1")
    server.write_bytes(
        pkcs8(issued.private_key_pem.bytes())
        + b"".join(cert_chain_pem.bytes() for cert_chain_pem in issued.cert_chain_pems)
    )
    authority.issue_cert("helhed").private_key_and_cert_chain_pem.write_to_path(client)
    secured = kafka.Secured(authorities=ca, certificate=server, user=USER, password=PASSWORD)
    try:
        with kafka.start(folder / "kafka", secured=secured) as running:
            yield Broker(running.secret, running.mutual, ca, foreign_ca, client)
    except ServiceMissing as error:
        pytest.fail(str(error))


def pkcs8(key: bytes) -> bytes:
    """The only form in which Kafka reads a key from a PEM file."""
    return load_pem_private_key(key, None).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def make_settings(database: Database, **given: object) -> Settings:
    key = SecretStr("only-for-tests-only-for-tests-only")
    return Settings.model_validate(
        {
            "database_url": database.url.render_as_string(hide_password=False),
            "digest_key": key,
            "session_key": key,
            "kafka_replication": 1,
            "kafka_user": USER,
            "kafka_password": PASSWORD,
            **given,
        }
    )


def use(database: Database, **given: object) -> None:
    """Send and receive through what the settings build_services."""
    context = build_services(make_settings(database, **given))
    try:
        there_and_back(context.bus)
    finally:
        context.close()


def there_and_back(bus: Bus) -> None:
    bus.create({"t": 1})
    bus.publish("t", make_messages(2))
    with bus.consumer("readers", ["t"]) as consumer:
        messages = drain(consumer, 2)
        assert values(messages) == [0, 1]
        consumer.commit(messages)
    assert bus.lag("readers", "t") == 0


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-512", "PLAIN"])
def test_who_knows_the_password_is_let_in(database: Database, broker: Broker, mechanism: str) -> None:
    use(database, kafka_servers=broker.secret, kafka_ca=broker.ca, kafka_mechanism=mechanism)


def test_a_certificate_is_a_login_too(database: Database, broker: Broker) -> None:
    own = {"kafka_user": "", "kafka_password": None, "kafka_certificate": broker.client}
    use(database, kafka_servers=broker.mutual, kafka_ca=broker.ca, **own)


def test_a_wrong_password_is_told_without_being_repeated(database: Database, broker: Broker) -> None:
    with pytest.raises(BusRefused, match="does not accept HELHED_KAFKA_USER") as refused:
        use(database, kafka_servers=broker.secret, kafka_ca=broker.ca, kafka_password="not-the-one")
    assert "not-the-one" not in str(refused.value)


def test_a_mechanism_that_is_not_offered_is_told(database: Database, broker: Broker) -> None:
    with pytest.raises(BusRefused, match="and HELHED_KAFKA_MECHANISM"):
        use(database, kafka_servers=broker.secret, kafka_ca=broker.ca, kafka_mechanism="SCRAM-SHA-256")


def test_a_certificate_from_elsewhere_is_not_trusted(database: Database, broker: Broker) -> None:
    with pytest.raises(BusRefused, match=r"HELHED_KAFKA_CA: .*certificate"):
        use(database, kafka_servers=broker.secret, kafka_ca=broker.foreign_ca)


def test_a_certificate_for_another_host_is_not_trusted(database: Database, broker: Broker) -> None:
    elsewhere = broker.secret.replace("127.0.0.1", "localhost")
    with pytest.raises(BusRefused, match="Hostname mismatch"):
        use(database, kafka_servers=elsewhere, kafka_ca=broker.ca)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"kafka_servers": "broker-1"}, "HELHED_KAFKA_SERVERS"),
        ({"kafka_servers": "user:secret@broker:9092"}, "HELHED_KAFKA_SERVERS"),
        ({"kafka_password": None}, "HELHED_KAFKA_PASSWORD are given together"),
        ({"kafka_user": ""}, "HELHED_KAFKA_PASSWORD are given together"),
        ({"kafka_mechanism": "PLAIN"}, "set HELHED_KAFKA_CA"),
        ({"kafka_ca": Path("/nowhere/ca.pem")}, "HELHED_KAFKA_CA cannot be read: No such file"),
        ({"kafka_ca": Path(__file__)}, "HELHED_KAFKA_CA cannot be read: it is no PEM file"),
        ({"kafka_certificate": Path(__file__)}, "of no use without HELHED_KAFKA_CA"),
    ],
)
def test_settings_that_cannot_be_are_told_by_name(database: Database, given: dict[str, object], told: str) -> None:
    with pytest.raises(InvalidSetting, match=told) as wrong:
        build_services(make_settings(database, **{"kafka_servers": "localhost:9092", **given}))
    assert PASSWORD not in str(wrong.value)
    assert "secret" not in str(wrong.value)


def test_a_certificate_without_key_is_told(database: Database, broker: Broker) -> None:
    with pytest.raises(InvalidSetting, match="HELHED_KAFKA_CERTIFICATE"):
        use(database, kafka_servers=broker.secret, kafka_ca=broker.ca, kafka_certificate=broker.ca)
