"""How Kafka is spoken to: one configuration for its three clients, and its errors in the words of the port."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from kafka import errors
from kafka.net.compat import KafkaNetClient
from kafka.net.manager import KafkaConnectionManager
from kafka.net.selector import NetworkSelector

from hub.bus.base import BusRefused, BusUnavailable, MessageTooLarge

ANSWER_WITHIN = 5.0
"""Seconds a broker has for an answer before the bus counts as unavailable."""
_AGAIN_WITHIN = 1.0
"""Seconds between two attempts at most, so that Kafka is found again soon after it is back."""

_NOT_ALLOWED = (errors.AuthorizationError, errors.SecurityDisabledError)
_CANNOT_BE = (
    errors.InvalidConfigurationError,
    errors.InvalidGroupIdError,
    errors.InvalidPartitionsError,
    errors.InvalidReplicationFactorError,
    errors.InvalidTopicError,
    errors.PolicyViolationError,
    errors.UnsupportedVersionError,
)
_TOO_LARGE = (errors.MessageSizeTooLargeError, errors.RecordListTooLargeError)

Made = TypeVar("Made")


@dataclass(frozen=True, kw_only=True)
class KafkaAccess:
    """Where Kafka is and how we are let in. A host's name is always checked where there is TLS."""

    servers: tuple[str, ...]
    user: str = ""
    password: str = field(default="", repr=False)
    mechanism: str = "SCRAM-SHA-512"
    tls: ssl.SSLContext | None = None

    def _configuration(self) -> dict[str, object]:
        milliseconds = int(ANSWER_WITHIN * 1000)
        common: dict[str, object] = {
            "bootstrap_servers": list(self.servers),
            "client_id": "helhed",
            "security_protocol": ("SASL_" if self.user else "") + ("SSL" if self.tls else "PLAINTEXT"),
            "ssl_context": self.tls,
            "bootstrap_timeout_ms": milliseconds,
            "request_timeout_ms": milliseconds,
            "reconnect_backoff_max_ms": int(_AGAIN_WITHIN * 1000),
        }
        if self.user:
            common |= {
                "sasl_mechanism": self.mechanism,
                "sasl_plain_username": self.user,
                "sasl_plain_password": self.password,
            }
        return common

    def open(self, make: Callable[..., Made], **configuration: object) -> Made:
        """A producer, consumer or administrator that is connected.

        Raises:
            BusUnavailable: no broker answers.
            BusRefused: one does, but does not let us in, or is not who it should be.
        """
        clients: list[_Client] = []

        def client(**configs: Any) -> _Client:
            clients.append(_Client(**configs))
            return clients[-1]

        try:
            with answering():
                return make(kafka_client=client, **self._configuration(), **configuration)
        except (BusUnavailable, BusRefused):
            # The library only logs why it got no connection, tries until its time is up, and leaves its threads behind.
            for one in clients:
                one.close()
                _refuse(one.connections.failure)
            raise


class _Connections(KafkaConnectionManager):  # type: ignore[misc]  # kafka-python has no types
    """Remembers why the latest connection failed."""

    failure: BaseException | None = None

    def get_connection(self, *arguments: Any, **named: Any) -> Any:
        """As the library's; the error of a connection that fails is kept."""
        connection = super().get_connection(*arguments, **named)
        connection.init_future.add_errback(self._keep)
        return connection

    def _keep(self, failure: BaseException) -> None:
        self.failure = failure


class _Client(KafkaNetClient):  # type: ignore[misc]  # kafka-python has no types
    def __init__(self, **configs: Any) -> None:
        net = NetworkSelector(**configs)
        self.connections = _Connections(net, **configs)
        super().__init__(net=net, manager=self.connections, **configs)


def _refuse(failure: BaseException | None) -> None:
    """Say why Kafka does not let us in, if that is what happened; nothing of what it answered is repeated."""
    cause = failure.__context__ if isinstance(failure, errors.KafkaConnectionError) else failure
    match cause:
        case errors.SaslAuthenticationFailedError():
            why = "Kafka does not know HELHED_KAFKA_USER with HELHED_KAFKA_PASSWORD"
        case errors.UnsupportedSaslMechanismError():
            why = "Kafka does not offer HELHED_KAFKA_MECHANISM"
        case ssl.SSLCertVerificationError():
            why = f"Kafka's certificate is not to be trusted by HELHED_KAFKA_CA: {cause.verify_message}"
        case ssl.SSLError():
            why = "Kafka and HELHED_KAFKA_CA, HELHED_KAFKA_CERTIFICATE do not agree on TLS"
        case _:
            return
    raise BusRefused(why) from None


@contextmanager
def answering() -> Iterator[None]:
    """Whatever Kafka's client raises becomes one of the port's errors; its text, which may hold values, is dropped."""
    try:
        yield
    except _TOO_LARGE:
        raise MessageTooLarge("a message is larger than max.message.bytes of its topic") from None
    except _NOT_ALLOWED as error:
        raise BusRefused(f"HELHED_KAFKA_USER is not allowed to: {type(error).__name__}") from None
    except _CANNOT_BE as error:
        raise BusRefused(f"Kafka cannot do it: {type(error).__name__}") from None
    except (errors.KafkaError, OSError, RuntimeError) as error:  # RuntimeError: its network loop has ended
        raise BusUnavailable(type(error).__name__) from error
