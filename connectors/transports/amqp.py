"""A queue of an AMQP 0-9-1 broker, read message by message and acknowledged by hand. The only import of pika."""

import logging
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import pika
from pika.adapters.select_connection import SelectConnection
from pika.exceptions import (
    AMQPError,
    AuthenticationError,
    ChannelClosedByBroker,
    ConnectionClosedByBroker,
    ProbableAccessDeniedError,
    ProbableAuthenticationError,
)

from connectors.errors import SourceRefused, SourceUnavailable
from connectors.pem import CertificatePem

PATIENCE = 10.0
"""Seconds for connecting, and for an answer."""
_PLAIN, _SECURE = 5672, 5671
_REFUSALS = frozenset({402, 403, 404, 405, 530})
"""Codes by which a broker says that a person must act: no right, no such queue or virtual host, locked."""

logging.getLogger("pika").setLevel(logging.CRITICAL)  # it logs a traceback for every fault that is told here


@dataclass(frozen=True, kw_only=True)
class AmqpSettings:
    """Which queue, and who reads it."""

    url: str
    """``amqps://HOST:5671``; ``amqp`` is without TLS."""
    virtual_host: str
    queue: str
    user: str
    secret: str = field(repr=False)
    ca_certificates: CertificatePem | None = None


class AmqpQueue:
    """A connection to one queue, used as a context manager. What was taken and not acknowledged comes again."""

    def __init__(self, settings: AmqpSettings) -> None:
        self._settings = settings
        self._connection: Any = None
        self._channel: Any = None
        self._last_tag: int | None = None

    def __enter__(self) -> Self:
        """Connect.

        Raises:
            SourceUnavailable: the broker does not answer.
            SourceRefused: a person must act.
        """
        with _faults_told():
            self._connection = _connect(self._parameters())
        try:
            with _faults_told():
                self._channel = self._connection.channel()
                self._channel.queue_declare(self._settings.queue, passive=True)
        except BaseException:
            self._disconnect()
            raise
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        """Disconnect; what was not acknowledged goes back into the queue."""
        self._disconnect()

    def _disconnect(self) -> None:
        if self._connection.is_open:
            with suppress(AMQPError):  # closed by the other side, which gives the messages back as well
                self._connection.close()

    def take(self, size: int) -> list[bytes]:
        """The next messages, at most so many; none: the queue is empty.

        Raises:
            SourceUnavailable: the broker does not answer.
            SourceRefused: a person must act.
        """
        bodies: list[bytes] = []
        with _faults_told():
            while len(bodies) < size:
                method, _, body = self._channel.basic_get(self._settings.queue)
                if method is None:
                    break
                self._last_tag = method.delivery_tag
                bodies.append(bytes(body))
        return bodies

    def acknowledge(self) -> None:
        """Let go of everything that was taken.

        Raises:
            SourceUnavailable: the broker does not answer; it gives them out again.
        """
        if self._last_tag is not None:
            with _faults_told():
                self._channel.basic_ack(self._last_tag, multiple=True)
            self._last_tag = None

    def _parameters(self) -> Any:
        settings, parts = self._settings, urlsplit(self._settings.url)
        is_secure = parts.scheme == "amqps"
        trust = ssl.create_default_context(cadata=settings.ca_certificates) if is_secure else None
        return pika.ConnectionParameters(
            host=parts.hostname,
            port=parts.port or (_SECURE if is_secure else _PLAIN),
            virtual_host=settings.virtual_host,
            credentials=pika.PlainCredentials(settings.user, settings.secret),
            ssl_options=pika.SSLOptions(trust, parts.hostname) if trust else None,
            socket_timeout=PATIENCE,
            stack_timeout=PATIENCE,
            blocked_connection_timeout=PATIENCE,
        )


class _Loops:
    """Makes pika's connections, and remembers the loop of the latest: pika leaves its sockets open when it fails."""

    def __init__(self) -> None:
        self.latest: Any = None

    def create_connection(self, configurations: Any, on_done: Any, custom_ioloop: Any) -> Any:
        self.latest = custom_ioloop
        return SelectConnection.create_connection(configurations, on_done, custom_ioloop)


def _connect(parameters: Any) -> Any:
    loops = _Loops()
    try:
        return pika.BlockingConnection(parameters, _impl_class=loops)
    except BaseException:
        if loops.latest is not None:
            loops.latest.close()
        raise


@contextmanager
def _faults_told() -> Iterator[None]:
    """Faults of the broker by what to do next; their texts may hold anything and are not repeated."""
    try:
        yield
    except (ProbableAuthenticationError, ProbableAccessDeniedError, AuthenticationError):
        raise SourceRefused("the broker refuses our user or its secret", advice="amqp_refused") from None
    except (ChannelClosedByBroker, ConnectionClosedByBroker) as error:
        if error.reply_code in _REFUSALS:
            raise SourceRefused(f"the broker refuses the queue ({error.reply_code})", advice="amqp_refused") from None
        raise SourceUnavailable(f"the broker ended the connection ({error.reply_code})") from None
    except ssl.SSLError:
        raise SourceRefused("the broker's certificate is not one that we trust") from None
    except (AMQPError, OSError) as error:
        raise SourceUnavailable(f"the broker does not answer ({type(error).__name__})") from None
