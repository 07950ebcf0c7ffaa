"""A citizen's page out of OpenSearch over connections that are kept: sent for now, read later, without a thread."""

import select
from collections import deque
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ssl import SSLContext
from typing import Any

from opensearchpy import Connection
from opensearchpy.transport import Transport
from pydantic_core import from_json

from search.base import SearchUnavailable, StoredOverview

CONNECTIONS = 40
"""Kept open at most: as many as the web server has threads."""
_OK = 200


class DocumentSentFor:
    """A page on its way. It has what a future has.

    Args:
        connection: over which it was sent for.
        keep: what is done with the connection when the page was read.
        ordinary: fetches the page in the ordinary way.
    """

    def __init__(
        self,
        connection: HTTPConnection,
        keep: Callable[[HTTPConnection], None],
        ordinary: Callable[[], StoredOverview | None],
    ) -> None:
        self._connection = connection
        self._keep = keep
        self._ordinary = ordinary
        self._is_read = False

    def result(self, timeout: float) -> StoredOverview | None:
        """The page; None: OpenSearch has none.

        Raises:
            SearchUnavailable: nothing comes for *timeout* seconds, or OpenSearch does not answer.
        """
        self._is_read = True
        try:
            self._connection.sock.settimeout(timeout)
            answer = self._connection.getresponse()
            body = answer.read()
        except TimeoutError:
            self._connection.close()
            raise SearchUnavailable("OpenSearch does not answer in time") from None
        except (OSError, HTTPException):  # it was closed: by a node that stopped, or a proxy that saw it idle
            self._connection.close()
            return self._ordinary()
        if answer.will_close:
            self._connection.close()
        else:
            self._keep(self._connection)
        try:
            return stored_overview(from_json(body)) if answer.status == _OK else self._ordinary()
        except ValueError:  # a proxy's page
            return self._ordinary()

    def cancel(self) -> None:
        """Nobody reads it: the connection ends, as the answer lies in it. Harmless when it was read."""
        if not self._is_read:
            self._connection.close()


class Documents:
    """Pages of any index by key.

    ``opensearch-py`` sends and waits in one call, which takes a thread and three times the processor time. It still
    says which node to take and how to log in, and whatever is unusual goes its way.

    Args:
        transport: of the client.
        context: for nodes with TLS.
        patience: seconds to connect, and to wait for an answer.
        ordinary: fetches a page in the ordinary way.
    """

    def __init__(
        self,
        transport: Transport,
        context: SSLContext | None,
        patience: tuple[float, float],
        ordinary: Callable[[str], StoredOverview | None],
    ) -> None:
        self._transport = transport
        self._context = context
        self._connect_within, self._answer_within = patience
        self._ordinary = ordinary
        self._kept = deque[tuple[HTTPConnection, Connection]]()

    def send_for(self, path: str) -> DocumentSentFor | None:
        """Send for a page over a connection that is open; None: there is none."""
        while self._kept:
            try:
                connection, node = self._kept.pop()
            except IndexError:  # another thread took it
                return None
            if _has_ended(connection):
                connection.close()
                continue
            try:
                return self._sent(connection, node, path)
            except OSError:
                connection.close()
        return None

    def get(self, path: str) -> StoredOverview | None:
        """The page, over a new connection if none is open.

        Raises:
            SearchUnavailable: as ``DocumentSentFor.result``.
        """
        sent = self.send_for(path)
        if sent is None:
            node = self._transport.get_connection()
            connection = self._connection_to(node)
            try:
                sent = self._sent(connection, node, path)
            except OSError:
                connection.close()
                self._transport.mark_dead(node)
                return self._ordinary(path)
        return sent.result(self._answer_within)

    def close(self) -> None:
        """Close what is kept."""
        while self._kept:
            self._kept.pop()[0].close()

    def _connection_to(self, node: Connection) -> HTTPConnection:
        if node.use_ssl:
            return HTTPSConnection(node.hostname, node.port, timeout=self._connect_within, context=self._context)
        return HTTPConnection(node.hostname, node.port, timeout=self._connect_within)

    def _sent(self, connection: HTTPConnection, node: Connection, path: str) -> DocumentSentFor:
        connection.putrequest("GET", node.url_prefix + path, skip_accept_encoding=True)
        for name, value in node.headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        return DocumentSentFor(connection, lambda read: self._keep(read, node), lambda: self._ordinary(path))

    def _keep(self, connection: HTTPConnection, node: Connection) -> None:
        if len(self._kept) < CONNECTIONS:
            self._kept.append((connection, node))
        else:
            connection.close()


def stored_overview(answer: dict[str, Any]) -> StoredOverview | None:
    """The page in OpenSearch's answer to a GET of a document."""
    document = answer["_source"].get("overview") if answer["found"] else None
    return StoredOverview(version=answer["_version"], document=document) if document else None


def _has_ended(connection: HTTPConnection) -> bool:
    """Whether there is something to read before anything was sent for: the end."""
    poller = select.poll()
    poller.register(connection.sock.fileno(), select.POLLIN)
    return bool(poller.poll(0))
