"""An AMQP 0-9-1 broker on loopback, as Beskedfordeler has one: Apache Qpid Broker-J, in memory, over TLS."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.sandbox.services.artefacts import classpath
from deploy.sandbox.services.member import Member, free_ports, python, wait_until

USER, SECRET, VIRTUAL_HOST = "helhed", "secret-of-the-broker", "BF"
_MODEL = "9.1"


@dataclass(frozen=True)
class AmqpBroker:
    """A running broker."""

    member: Member

    @property
    def url(self) -> str:
        """Its address, for clients that trust its certificate."""
        return f"amqps://127.0.0.1:{self.member.port}"


@contextmanager
def start(folder: Path, certificate: Path, key: Path) -> Iterator[AmqpBroker]:
    """A broker that shows this certificate (PEM, with an RSA key), until the block ends.

    Raises:
        ServiceMissing: the archives cannot be had, or it did not start.
    """
    (port,) = free_ports(1)
    configuration, broker = folder / "amqp.json", folder / "broker.json"
    broker.write_text(json.dumps(_broker(port, certificate, key)), encoding="utf-8")
    node = {"classpath": classpath("amqp"), "broker": broker.as_uri(), "folder": str(folder / "amqp")}
    configuration.write_text(json.dumps(node), encoding="utf-8")
    member = Member(
        name="amqp broker",
        port=port,
        command=python("deploy.sandbox.services.amqp_node", str(configuration)),
        log=folder / "amqp.log",
    )
    member.start()
    try:
        wait_until(lambda: _listens(port), [member])
        yield AmqpBroker(member)
    finally:
        member.kill()


def _broker(port: int, certificate: Path, key: Path) -> dict[str, object]:
    return {
        "name": "broker",
        "modelVersion": _MODEL,
        "authenticationproviders": [
            {"name": "plain", "type": "Plain", "users": [{"name": USER, "type": "managed", "password": SECRET}]}
        ],
        "keystores": [
            {
                "name": "own",
                "type": "NonJavaKeyStore",
                "certificateUrl": certificate.as_uri(),
                "privateKeyUrl": key.as_uri(),
            }
        ],
        "ports": [
            {
                "name": "amqps",
                "type": "AMQP",
                "port": port,
                "bindingAddress": "127.0.0.1",
                "authenticationProvider": "plain",
                "keyStore": "own",
                "transports": ["SSL"],
                "protocols": ["AMQP_0_9_1"],
                "virtualhostaliases": [{"name": "nameAlias", "type": "nameAlias"}],
            }
        ],
        "virtualhostnodes": [
            {
                "name": VIRTUAL_HOST,
                "type": "Memory",
                "defaultVirtualHostNode": True,
                "virtualHostInitialConfiguration": '{"type": "Memory"}',
            }
        ],
    }


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
