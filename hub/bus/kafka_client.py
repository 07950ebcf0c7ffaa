"""One configuration for the three Kafka clients, and their errors as the errors of the port."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar
from weakref import WeakSet

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

Client = TypeVar("Client")


@dataclass(frozen=True, kw_only=True)
class KafkaAccess:
    """Addresses of Kafka and the login. With TLS the host's name is always verified."""

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

    def open(self, make: Callable[..., Client], **configuration: object) -> Client:
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
            with translate_errors():
                return make(kafka_client=client, **self._configuration(), **configuration)
        except (BusUnavailable, BusRefused):
            refusals = [attempt.connections.refusal for attempt in clients]
            for attempt in clients:
                attempt.close()  # the library leaves its thread behind
            if any(refusals):
                raise BusRefused(refusals[-1]) from None
            raise


class _Connections(KafkaConnectionManager):  # type: ignore[misc]  # kafka-python has no types
    """Gives up at once when we are not let in; the library only logs that, and tries until its time is up."""

    refusal: str | None = None

    def __init__(self, *arguments: Any, **configs: Any) -> None:
        super().__init__(*arguments, **configs)
        self._transports: WeakSet[Any] = WeakSet()

    def close_sockets(self) -> None:
        """Close the sockets that were still being written to when the library gave up: it leaves them open."""
        for transport in list(self._transports):
            if transport._sock is not None:  # noqa: SLF001  its own ways to close wait for what is not written yet
                transport._sock.close()  # noqa: SLF001  likewise

    async def _build_transport(self, *arguments: Any, **named: Any) -> Any:
        transport = await super()._build_transport(*arguments, **named)
        self._transports.add(transport)
        return transport

    def get_connection(self, *arguments: Any, **options: Any) -> Any:
        """As the library's, and it keeps why a connection failed."""
        connection = super().get_connection(*arguments, **options)
        connection.init_future.add_errback(lambda failure: self._judge(connection, failure))
        return connection

    def _judge(self, connection: Any, failure: BaseException) -> None:
        # A broker answers the version request before it refuses a login; its refusal is lost if it then closes the
        # connection.
        at_login = connection.sasl_enabled and connection.broker_version_data is not None
        refusal = _refusal(failure, at_login=at_login)
        if refusal and not (self.bootstrapped or self.closed):
            self.refusal = refusal
            self.close()


class _Client(KafkaNetClient):  # type: ignore[misc]  # kafka-python has no types
    def __init__(self, **configs: Any) -> None:
        net = NetworkSelector(**configs)
        self.connections = _Connections(net, **configs)
        super().__init__(net=net, manager=self.connections, **configs)

    def close(self, node_id: Any = None) -> None:
        """As the library's, and closes the sockets that the library leaves open."""
        super().close(node_id)
        if node_id is None:
            self.connections.close_sockets()


def _refusal(failure: BaseException, *, at_login: bool) -> str | None:
    """The reason when Kafka refused the login or the connection, else None; its answer is not repeated."""
    refused = isinstance(failure, errors.SaslAuthenticationFailedError | errors.UnsupportedSaslMechanismError)
    if refused or (at_login and isinstance(failure, errors.KafkaConnectionError)):
        return "Kafka does not accept HELHED_KAFKA_USER with HELHED_KAFKA_PASSWORD and HELHED_KAFKA_MECHANISM"
    cause = failure.__context__
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"Kafka's certificate is not to be trusted by HELHED_KAFKA_CA: {cause.verify_message}"
    if isinstance(cause, ssl.SSLError):
        return "Kafka does not agree to TLS with HELHED_KAFKA_CA and HELHED_KAFKA_CERTIFICATE"
    return None


@contextmanager
def translate_errors() -> Iterator[None]:
    """Turn every error of Kafka's client into one of the port's, without its text, which may hold values."""
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
