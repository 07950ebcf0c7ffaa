"""Kafka over TLS with a login, on a real broker: who is let in, and what the others are told."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import trustme
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from kafka import KafkaAdminClient
from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    ResourcePattern,
    ResourceType,
    UserScramCredentialUpsertion,
)
from pydantic import SecretStr
from typer.testing import CliRunner

from deploy.sandbox.services import kafka
from deploy.sandbox.services.artefacts import ServiceMissing
from hub import log
from hub.bus.base import Bus, BusRefused
from hub.cli import app
from hub.db import Database
from hub.errors import InvalidSetting
from hub.services import build_services, kafka_access
from hub.settings import Settings
from tests.contracts.bus import drain, make_messages, values

pytestmark = pytest.mark.xdist_group("secret")

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


def use(database: Database, topic: str = "t", **given: object) -> None:
    """Send and receive through what the settings build_services."""
    context = build_services(make_settings(database, **given))
    try:
        there_and_back(context.bus, topic)
    finally:
        context.close()


def there_and_back(bus: Bus, topic: str) -> None:
    bus.create({topic: 1})
    bus.publish(topic, make_messages(2))
    with bus.consumer(f"readers of {topic}", [topic]) as consumer:
        messages = drain(consumer, 2)
        assert values(messages) == [0, 1]
        consumer.commit(messages)
    assert bus.lag(f"readers of {topic}", topic) == 0


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-512", "PLAIN"])
def test_who_knows_the_password_is_let_in(database: Database, broker: Broker, mechanism: str) -> None:
    use(database, kafka_servers=broker.secret, kafka_ca=broker.ca, kafka_mechanism=mechanism)


def test_a_certificate_is_a_login_too(database: Database, broker: Broker) -> None:
    own: dict[str, Any] = {"kafka_user": "", "kafka_password": None, "kafka_certificate": broker.client}
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


def test_the_password_is_replaced_by_a_command_while_the_former_one_still_lets_in(
    database: Database, broker: Broker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    at = {"kafka_servers": broker.secret, "kafka_ca": broker.ca}
    admin = kafka_access(make_settings(database, **at)).open(KafkaAdminClient)
    admin.alter_user_scram_credentials([UserScramCredentialUpsertion("web", "SCRAM-SHA-512", "the-first")])
    rights = [
        ACL(f"User:{who}", "*", ACLOperation.ALL, ACLPermissionType.ALLOW, ResourcePattern(kind, name))
        for who, kind, name in (
            ("web", ResourceType.TOPIC, "rights"),
            ("web", ResourceType.GROUP, "helhed.readers of rights"),
            (USER, ResourceType.CLUSTER, "kafka-cluster"),
        )
    ]
    assert not admin.create_acls(rights)["failed"]
    admin.close()
    user, password, admins = tmp_path / "kafka_user", tmp_path / "kafka_password", tmp_path / "admin"
    admins.write_text(f"{PASSWORD}\n", encoding="utf-8")
    key = "only-for-tests-only-for-tests-only"
    for name, value in {
        "DATABASE_URL": database.url.set(drivername="postgresql").render_as_string(hide_password=False),
        "DIGEST_KEY": key,
        "SESSION_KEY": key,
        "KAFKA_SERVERS": broker.secret,
        "KAFKA_CA": str(broker.ca),
        "KAFKA_USER": "web",
        "KAFKA_PASSWORD": "the-first",
    }.items():
        monkeypatch.setenv(f"HELHED_{name}", value)
    monkeypatch.setattr(log, "set_up", lambda *_: None)
    by_administrator = ("--admin", USER, "--admin-password", str(admins))

    def told(*arguments: str, status: int = 0) -> str:
        result = CliRunner().invoke(app, ["keys", *arguments])
        assert result.exit_code == status, result.output
        assert not any(secret in result.output for secret in (PASSWORD, "the-first"))
        return " ".join(result.output.split())

    files = (str(user), str(password))
    assert "needs ALTER on the cluster" in told("kafka", *files, status=2)  # Helhed's own login may not
    assert "its folder must be there" in told("kafka", str(tmp_path / "no" / "u"), str(password), status=2)
    assert "OpenSearch is not used here" in told("opensearch", *files, status=2)
    for _ in range(2):  # stopped before the files were there, it is run again
        assert "web_2 may log in to Kafka, with 2 access rules of web" in told("kafka", *files, *by_administrator)
    assert [file.stat().st_mode & 0o077 for file in (user, password)] == [0, 0]
    assert user.read_text(encoding="utf-8") == "web_2"
    new = {"kafka_user": "web_2", "kafka_password": password.read_text(encoding="utf-8"), **at}
    former = {"kafka_user": "web", "kafka_password": "the-first", **at}
    for login in (former, new):  # processes before and after their restart
        use(database, "rights", **login)
    assert "is the login in HELHED_KAFKA_USER" in told("retire", "web", "--of", "kafka", status=2)
    monkeypatch.setenv("HELHED_KAFKA_USER", "web_2")
    monkeypatch.setenv("HELHED_KAFKA_PASSWORD", str(new["kafka_password"]))
    assert "is no login before web_2" in told("retire", USER, "--of", "kafka", *by_administrator, status=2)
    assert "web is removed" in told("retire", "web", "--of", "kafka", *by_administrator)
    use(database, "rights", **new)
    with pytest.raises(BusRefused, match="does not accept"):
        use(database, "rights", **former)
    assert "Kafka has no login web" in told("retire", "web", "--of", "kafka", *by_administrator, status=2)
