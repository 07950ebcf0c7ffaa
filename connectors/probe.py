"""Whether a source can be read, step by step: name, connection, login, one row. Each failure says what to do."""

import socket
from collections.abc import Iterator
from enum import StrEnum
from typing import Protocol, runtime_checkable

from connectors.base import Connector
from connectors.errors import ConnectorError, SourceRefused
from schemas.base import Schema


class StepName(StrEnum):
    """The steps in their order; the first that fails is the last."""

    SETTINGS = "settings"
    """A connector can be made of them."""
    RESOLVE = "resolve"
    """The server's name is known."""
    CONNECT = "connect"
    """The server answers, and shows a certificate that we trust."""
    LOG_IN = "log_in"
    READ = "read"
    """One row, asked for as a run asks."""


class CheckStep(Schema):
    """How one step went."""

    name: StepName
    is_ok: bool
    advice: str | None = None
    """Key of the Danish sentence with what to do, when it failed."""
    message: str | None = None
    """What happened, in English and without values, when it failed."""


class Server(Protocol):
    """A server that a connector talks to."""

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""

    def connect(self) -> None:
        """Open a connection, with TLS where there is TLS, and close it.

        Raises:
            ConnectorError: it does not stand.
        """

    def log_in(self) -> None:
        """Log in as a run does.

        Raises:
            ConnectorError: we are not let in.
        """


@runtime_checkable
class ServedConnector(Protocol):
    """A connector that names its servers."""

    def servers(self) -> tuple[Server, ...]:
        """Those that a run needs; none when it reads a folder."""


def check_steps(connector: Connector) -> Iterator[CheckStep]:
    """Each step as soon as it is known; after one that failed none follows. Never raises for the source's faults."""
    servers = connector.servers() if isinstance(connector, ServedConnector) else ()
    for name, act in (
        (StepName.RESOLVE, _resolve),
        (StepName.CONNECT, lambda server: server.connect()),
        (StepName.LOG_IN, lambda server: server.log_in()),
    ):
        if not servers:
            break
        try:
            for server in servers:
                act(server)
        except ConnectorError as error:
            yield CheckStep(name=name, is_ok=False, advice=error.advice, message=str(error))
            return
        yield CheckStep(name=name, is_ok=True)
    result = connector.check()
    if result.ok:
        yield CheckStep(name=StepName.READ, is_ok=True)
    else:
        yield CheckStep(name=StepName.READ, is_ok=False, advice=result.advice, message=result.message)


def _resolve(server: Server) -> None:
    host, port = server.address
    try:
        socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise SourceRefused("the server's name is not known", advice="host_not_found") from None
