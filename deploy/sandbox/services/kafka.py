"""Kafka brokers (KRaft) on loopback."""

import subprocess
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from deploy.sandbox.services.artefacts import ServiceMissing, classpath
from deploy.sandbox.services.class_archive import RECORD_SECONDS, quick_start
from deploy.sandbox.services.member import JAVA, Member, free_ports, wait_until

Answer = TypeVar("Answer")
_JVM = ("-Xmx384m", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED")
_LOG_CONFIG = """<Configuration><Appenders><Console name="out"><PatternLayout pattern="%d %p %c{1} %m%n"/></Console>
</Appenders><Loggers><Root level="warn"><AppenderRef ref="out"/></Root></Loggers></Configuration>
"""


@dataclass(frozen=True, kw_only=True)
class Secured:
    """What a cluster of one broker needs to be spoken to in secret as well."""

    authorities: Path
    """PEM file with those that our clients' certificates come from."""
    certificate: Path
    """PEM file with the broker's key (PKCS 8) and its certificate."""
    user: str
    password: str


@dataclass(frozen=True)
class Kafka:
    """A running cluster."""

    brokers: tuple[Member, ...]
    secret: str = ""
    """Address for TLS with a login, by SCRAM-SHA-512 or PLAIN; only where it was asked for."""
    mutual: str = ""
    """Address for TLS where the client must have a certificate; as above."""

    @property
    def bootstrap(self) -> str:
        """Addresses of all brokers, separated by commas."""
        return ",".join(f"127.0.0.1:{broker.port}" for broker in self.brokers)

    def wait(self) -> None:
        """Wait until every broker that runs is part of the cluster.

        Raises:
            ServiceMissing: one ended, or it takes too long.
        """
        running = [broker for broker in self.brokers if broker.is_running]
        wait_until(lambda: self._tell(_count_brokers, 0) >= len(running), running)

    def wait_for_groups(self) -> None:
        """Wait until someone keeps what groups have read; on a busy machine that takes seconds the first time.

        Raises:
            ServiceMissing: a broker ended, or it takes too long.
        """
        wait_until(lambda: self._tell(_keeps_groups, False), list(self.brokers))

    def _tell(self, ask: Callable[[KafkaAdminClient], Answer], otherwise: Answer) -> Answer:
        try:
            client = KafkaAdminClient(
                bootstrap_servers=self.bootstrap, request_timeout_ms=5000, reconnect_backoff_max_ms=200
            )
        except KafkaError:
            return otherwise
        try:
            return ask(client)
        except KafkaError:
            return otherwise
        finally:
            client.close()


def _count_brokers(client: KafkaAdminClient) -> int:
    return len(client.describe_cluster()["brokers"])


def _keeps_groups(client: KafkaAdminClient) -> bool:
    client.list_group_offsets("helhed.any")
    return True


@contextmanager
def start(
    folder: Path, *, brokers: int = 1, secured: Secured | None = None, jvm: Sequence[str] | None = None
) -> Iterator[Kafka]:
    """So many brokers with their data in *folder*, running until the block ends.

    Three brokers keep every message on all three, and answer when two have it. One alone can be *secured*. What is
    measured runs with an empty *jvm*, as it would in production.

    Raises:
        ServiceMissing: the archives cannot be had, or a broker did not start.
    """
    jars = classpath("kafka")
    options = quick_start("kafka", jars, _rehearse) if jvm is None else jvm
    java = [str(JAVA), *_JVM, *options, "-cp", jars]
    cluster = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    *ports, secret, mutual = free_ports(2 * brokers + 2)
    voters = ",".join(f"{number}@127.0.0.1:{ports[2 * number + 1]}" for number in range(brokers))
    format_with = [f"--cluster-id={cluster}"]
    listener_settings: dict[str, object] = {}
    if secured is not None:
        scram = f"SCRAM-SHA-512=[name={secured.user},password={secured.password}]"
        format_with += ["--add-scram", scram]
        listener_settings = _secret_listeners(secured, secret, mutual)
    kafka = Kafka(
        tuple(
            _broker(
                folder,
                number,
                java,
                format_with,
                _properties(folder, number, ports, voters, brokers),
                listener_settings,
            )
            for number in range(brokers)
        ),
        secret=f"127.0.0.1:{secret}",
        mutual=f"127.0.0.1:{mutual}",
    )
    try:
        for broker in kafka.brokers:
            broker.start()
        kafka.wait()
        kafka.wait_for_groups()
        yield kafka
    finally:
        for broker in kafka.brokers:
            broker.kill()  # what they hold is thrown away; asking would take a lone survivor of three half a minute


def _rehearse(jvm: Sequence[str]) -> Member:
    with TemporaryDirectory() as folder, start(Path(folder), jvm=jvm) as kafka:
        (broker,) = kafka.brokers
        broker.stop(RECORD_SECONDS)
    return broker


def _broker(
    folder: Path,
    number: int,
    java: list[str],
    format_with: list[str],
    settings: dict[str, object],
    extra_settings: dict[str, object],
) -> Member:
    place = folder / f"broker-{number}"
    place.mkdir(parents=True)
    properties = settings | {
        key: ",".join(str(setting) for setting in (settings.get(key), value) if setting)
        for key, value in extra_settings.items()
    }
    config, log_config = place / "server.properties", place / "log4j2.xml"
    config.write_text("".join(f"{key}={value}\n" for key, value in properties.items()), encoding="utf-8")
    log_config.write_text(_LOG_CONFIG, encoding="utf-8")
    java = [java[0], f"-Dlog4j2.configurationFile={log_config}", *java[1:]]
    formatted = subprocess.run(  # noqa: S603  our own command
        [*java, "kafka.tools.StorageTool", "format", *format_with, "-c", str(config)],
        capture_output=True,
        text=True,
        check=False,
    )
    if formatted.returncode:
        raise ServiceMissing(f"Kafka's storage cannot be formatted: {formatted.stdout}{formatted.stderr}")
    return Member(
        name=f"kafka broker {number}",
        port=int(str(properties["listeners"]).split(",")[0].rsplit(":", 1)[1]),
        command=[*java, "kafka.Kafka", str(config)],
        log=place / "broker.log",
    )


def _properties(folder: Path, number: int, ports: list[int], voters: str, brokers: int) -> dict[str, object]:
    own, controller = ports[2 * number], ports[2 * number + 1]
    copies = min(brokers, 3)
    return {
        "process.roles": "broker,controller",
        "node.id": number,
        "controller.quorum.voters": voters,
        "controller.listener.names": "CONTROLLER",
        "listeners": f"PLAINTEXT://127.0.0.1:{own},CONTROLLER://127.0.0.1:{controller}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{own}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "log.dirs": folder / f"broker-{number}" / "data",
        "default.replication.factor": copies,
        "min.insync.replicas": max(1, copies - 1),
        "offsets.topic.replication.factor": copies,
        "offsets.topic.num.partitions": 4,
        "transaction.state.log.replication.factor": copies,
        "transaction.state.log.min.isr": max(1, copies - 1),
        "transaction.state.log.num.partitions": 4,
        "share.coordinator.state.topic.replication.factor": copies,
        "share.coordinator.state.topic.min.isr": max(1, copies - 1),
        "auto.create.topics.enable": "false",
        "group.initial.rebalance.delay.ms": 0,
        "num.network.threads": 2,
        "num.io.threads": 2,
        "broker.session.timeout.ms": 6000,
        "broker.heartbeat.interval.ms": 1000,
    }


def _secret_listeners(secured: Secured, secret: int, mutual: int) -> dict[str, object]:
    """What is added to a broker's properties, after a comma where there is something already."""
    module = "org.apache.kafka.common.security"
    return {
        "listeners": f"SECRET://127.0.0.1:{secret},MUTUAL://127.0.0.1:{mutual}",
        "advertised.listeners": f"SECRET://127.0.0.1:{secret},MUTUAL://127.0.0.1:{mutual}",
        "listener.security.protocol.map": "SECRET:SASL_SSL,MUTUAL:SSL",
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": secured.certificate,
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": secured.authorities,
        "listener.name.mutual.ssl.client.auth": "required",
        "sasl.enabled.mechanisms": "SCRAM-SHA-512,PLAIN",
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": f"User:ANONYMOUS;User:{secured.user}",  # the broker itself comes without a login
        "allow.everyone.if.no.acl.found": "true",
        "listener.name.secret.scram-sha-512.sasl.jaas.config": f"{module}.scram.ScramLoginModule required;",
        "listener.name.secret.plain.sasl.jaas.config": (
            f'{module}.plain.PlainLoginModule required user_{secured.user}="{secured.password}";'
        ),
    }
