"""A queue of a real broker (Apache Qpid, AMQP 0-9-1 over TLS): nothing is let go before it is stored."""

import ssl
from collections.abc import Generator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pika
import pytest
import trustme

from connectors.base import ReadContext
from connectors.errors import SourceRefused, SourceUnavailable
from connectors.sources.social.hints import QUEUE
from connectors.transports.amqp import AmqpQueue, AmqpSettings
from deploy.sandbox.services import amqp
from deploy.sandbox.services.amqp import SECRET, USER, VIRTUAL_HOST, AmqpBroker
from deploy.sandbox.services.artefacts import ServiceMissing
from hub.clock import FixedClock
from hub.db import Database
from hub.sources.health import RunOutcome
from schemas.record import Cursor
from tests.beskedfordeler import IDA, message
from tests.connectors.social_reading import connect
from tests.connectors.social_server import Dubu, person, sag, serving, ydelse
from tests.hub.source_hub import advice_of, source_hub

pytestmark = pytest.mark.xdist_group("amqp")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("amqp")


@pytest.fixture(scope="module")
def broker(folder: Path) -> Iterator[AmqpBroker]:
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1", key_type=trustme.KeyType.RSA)
    authority.cert_pem.write_to_path(folder / "ca.pem")
    issued.private_key_pem.write_to_path(folder / "key.pem")
    issued.cert_chain_pems[0].write_to_path(folder / "certificate.pem")
    try:
        with amqp.start(folder, folder / "certificate.pem", folder / "key.pem") as started:
            yield started
    except ServiceMissing as missing:
        pytest.skip(f"there is no AMQP broker here: {missing}")


@pytest.fixture
def queue(broker: AmqpBroker, folder: Path, request: pytest.FixtureRequest) -> Iterator[tuple[str, Any]]:
    """A queue of the test's own, and the channel of whoever fills it."""
    trust = ssl.create_default_context(cafile=folder / "ca.pem")
    connection = pika.BlockingConnection(
        pika.ConnectionParameters(
            "127.0.0.1", broker.member.port, VIRTUAL_HOST, pika.PlainCredentials(USER, SECRET),
            ssl_options=pika.SSLOptions(trust, "127.0.0.1"),
        )
    )  # fmt: skip
    channel, name = connection.channel(), request.node.name[:60]
    channel.queue_declare(name, durable=True)
    yield name, channel
    connection.close()


def settings(broker: AmqpBroker, folder: Path, name: str, **more: Any) -> AmqpSettings:
    common = {"url": broker.url, "virtual_host": VIRTUAL_HOST, "queue": name, "user": USER, "secret": SECRET}
    return AmqpSettings(**{**common, "ca_certificates": (folder / "ca.pem").read_text(), **more})


def test_what_is_not_acknowledged_comes_again(broker: AmqpBroker, folder: Path, queue: tuple[str, Any]) -> None:
    name, channel = queue
    for body in (b"one", b"two", b"three"):
        channel.basic_publish("", name, body)
    with AmqpQueue(settings(broker, folder, name)) as reader:
        assert reader.take(2) == [b"one", b"two"]
    with AmqpQueue(settings(broker, folder, name)) as reader:
        assert reader.take(2) == [b"one", b"two"]
        reader.acknowledge()
        assert reader.take(2) == [b"three"]
    with AmqpQueue(settings(broker, folder, name)) as reader:
        assert reader.take(10) == [b"three"]
        reader.acknowledge()
        assert reader.take(10) == []


@pytest.mark.parametrize(
    "wrong", [{"secret": "wrong"}, {"queue": "no-such-queue"}, {"virtual_host": "other"}, {"ca_certificates": None}]
)
def test_what_a_person_must_mend_is_refused(
    broker: AmqpBroker, folder: Path, queue: tuple[str, Any], wrong: dict[str, Any]
) -> None:
    with pytest.raises(SourceRefused) as refused, AmqpQueue(settings(broker, folder, queue[0], **wrong)):
        pass
    assert SECRET not in str(refused.value)


def test_a_broker_that_is_not_there_is_unavailable(broker: AmqpBroker, folder: Path) -> None:
    with pytest.raises(SourceUnavailable), AmqpQueue(settings(broker, folder, "q", url="amqps://127.0.0.1:1")):
        pass


def test_messages_leave_the_queue_once_their_batch_is_stored(
    broker: AmqpBroker, folder: Path, queue: tuple[str, Any], clock: FixedClock
) -> None:
    name, channel = queue
    connector = connect(Dubu(url="http://127.0.0.1:9"), clock, **amqp_settings(broker, folder, name))
    channel.basic_publish("", name, message(IDA))
    channel.basic_publish("", name, b"no XML")
    batches = connector.read(QUEUE, Cursor(), ReadContext())
    assert isinstance(batches, Generator)
    first = next(batches)
    assert ([hint.citizen.value for hint in first.hints], len(first.rejected)) == ([IDA], 1)
    batches.close()  # the run ends before the batch is stored
    again = list(connector.read(QUEUE, Cursor(), ReadContext()))
    assert [len(batch.hints) for batch in again] == [1, 0]
    assert [len(batch.hints) for batch in connector.read(QUEUE, Cursor(), ReadContext())] == [0]
    connector.close()


def test_a_message_in_the_queue_makes_the_case_be_read_next(
    broker: AmqpBroker, folder: Path, queue: tuple[str, Any], clock: FixedClock, database: Database
) -> None:
    name, channel = queue
    with serving(Dubu(sager=[sag(10, person(1, IDA, "Ida"))], ydelser=[ydelse(900, 10, IDA)])) as dubu:
        connector = connect(dubu, clock, **amqp_settings(broker, folder, name))
        with source_hub(database, connector, clock) as hub:
            hub.run("sager")
            dubu.ydelser[0]["omfang"] = "fra køen"
            channel.basic_publish("", name, message(IDA))
            clock.move(timedelta(seconds=10))
            hub.run_if_due(QUEUE)
            summary = hub.run_if_due("sager")
            assert summary is not None
            assert (summary.outcome, summary.hints, summary.published) == (RunOutcome.COMPLETE, 1, 1)


def test_the_administrator_reads_what_to_do_about_the_queue(
    broker: AmqpBroker, folder: Path, clock: FixedClock, database: Database
) -> None:
    with serving(Dubu()) as dubu:
        connector = connect(dubu, clock, **amqp_settings(broker, folder, "gone"))
        with source_hub(database, connector, clock) as hub:
            summary = hub.run(QUEUE)
    assert summary.outcome is RunOutcome.REFUSED
    assert advice_of(summary).startswith("Beskedfordeleren afviser os eller køen.")


def amqp_settings(broker: AmqpBroker, folder: Path, name: str) -> dict[str, Any]:
    return {
        "amqp_url": broker.url,
        "amqp_queue": name,
        "amqp_user": USER,
        "amqp_secret": SECRET,
        "ca_certificates": (folder / "ca.pem").read_text(),
    }
