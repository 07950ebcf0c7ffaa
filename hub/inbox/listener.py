"""The address to which sources push: HTTPS with mutual TLS, on a port of its own.

Who sends is told by the client certificate of the connection. A proxy in front shows its own certificate, which the
settings name, and passes the sender's on in ``X-Client-Cert``; from anybody else such a header is refused. Every
sender is answered within a second: 202 once the event is stored, 503 with ``Retry-After`` when it could not be.
"""

import logging
import socket
import ssl
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import BoundedSemaphore, Lock, Thread
from time import monotonic
from typing import Any
from urllib.parse import unquote, urlsplit

from connectors.base import ClientCertificate
from hub import metrics
from hub.errors import InvalidSetting, StoreUnavailable
from hub.inbox import certificates
from hub.inbox.refusals import RefusalTally, refusal_fields
from hub.inbox.service import Accepted, Inbox
from hub.inbox.tls import RenewedContext
from hub.log import place_of

PREFIX = "webhooks"
LARGEST_BODY = 256 * 1024
"""Bytes; a thin event has some hundred."""
KEPT_OF_LARGE = 4 * 1024
ANSWER_WITHIN = 0.9
"""Seconds, from the moment the body is there."""
RETRY_AFTER = 5
"""Seconds after which a sender whose event could not be stored may try again."""
AT_ONCE = 16
"""Events that are stored at once."""
MOST_WAITING = 64
"""Events that are stored or wait for it; a sender beyond that is sent away until later."""
MOST_CONNECTIONS = 200
MOST_OF_ADDRESS = 50
"""Connections of one address; behind a proxy all come from one, and the proxy has limits of its own."""
WHOLE_REQUEST = 30.0
"""Seconds from the first wait for a request until its last byte, however often something comes meanwhile."""
SLOWEST = 10.0
"""Seconds in which a client must have shaken hands, or sent its next bytes."""
SAVE_REFUSALS_EVERY = 2.0
"""Seconds between two times at which refusals are stored, however many there are."""
PASSED_ON = "x-client-cert"
"""The header in which a proxy passes the sender's certificate on (PEM, URL-encoded)."""
_CLAIMS = frozenset(
    {PASSED_ON, "x-forwarded-client-cert", "x-ssl-client-cert", "x-ssl-cert", "ssl-client-cert", "client-cert"}
)
"""Headers in which somebody can claim to be somebody."""

log = logging.getLogger("hub.inbox")


@dataclass(frozen=True, kw_only=True)
class ListenerSettings:
    """Where to listen, and whom to believe."""

    host: str
    port: int
    certificate: Path
    """Ours, with its chain and its key (PEM)."""
    authorities: Path
    """Authorities whose client certificates are taken (PEM)."""
    proxy_fingerprint: str = ""
    """SHA-256 of the proxy's client certificate. Empty: there is no proxy."""


@contextmanager
def serve_in_background(inbox: Inbox, settings: ListenerSettings) -> Iterator[int]:
    """Listen while the block runs; yields the port, a free one for 0. What was taken is stored before it ends.

    Raises:
        InvalidSetting: a certificate cannot be read, or the address not be bound.
    """
    context = RenewedContext(settings.certificate, settings.authorities)
    try:
        server = _Server(inbox, settings, context)
    except OSError as error:
        message = f"HELHED_LISTEN_PORT: cannot listen on {settings.host}:{settings.port}: {error.strerror}"
        raise InvalidSetting(message) from None
    thread = Thread(target=server.serve_forever, name="listener", kwargs={"poll_interval": 0.1})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, inbox: Inbox, settings: ListenerSettings, context: RenewedContext) -> None:
        self.inbox = inbox
        self.proxy = settings.proxy_fingerprint.replace(":", "").replace(" ", "").lower()
        self.store = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="inbox-store")
        self.places = BoundedSemaphore(MOST_WAITING)
        self._context = context
        self._connections = BoundedSemaphore(MOST_CONNECTIONS)
        self._of_address = Counter[str]()
        self._deadlines: dict[socket.socket, float] = {}
        self._refusals = RefusalTally()
        self._refusals_saved_at = monotonic()
        self._guard = Lock()
        self.address_family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        super().__init__((settings.host, settings.port), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection in a thread of its own, unless there are too many."""
        address = client_address[0]
        if not self.proxy and self._of_address[address] >= MOST_OF_ADDRESS:
            self.refuse("too_many_of_address")
            self.shutdown_request(request)
            return
        if not self._connections.acquire(blocking=False):
            self.refuse("too_many_connections")
            self.shutdown_request(request)
            return
        with self._guard:
            self._of_address[address] += 1
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """The thread of one connection: shake hands, then serve."""
        try:
            secured = self._shake_hands(request)
            if secured is not None:
                super().process_request_thread(secured, client_address)
        finally:
            with self._guard:
                self._of_address[client_address[0]] -= 1
            self._connections.release()

    def _shake_hands(self, request: socket.socket) -> ssl.SSLSocket | None:
        """The connection under TLS; None: it came to nothing, and is closed."""
        request.settimeout(SLOWEST)
        secured = request
        try:
            self.begin(request)
            is_probe = _says_nothing(request)
            self.end(request)
            if is_probe:
                self.shutdown_request(request)
                return None
            secured = self._context.current().wrap_socket(request, server_side=True, do_handshake_on_connect=False)
            self.begin(secured)
            secured.do_handshake()
        except (OSError, ValueError) as error:
            is_shown = isinstance(error, ssl.SSLCertVerificationError)
            self.refuse("certificate_not_valid" if is_shown else "handshake", error=_handshake_fault(error))
            self.shutdown_request(secured)
            return None
        finally:
            self.end(request)
            self.end(secured)
        return secured

    def begin(self, connection: socket.socket) -> None:
        """From now on the connection has ``WHOLE_REQUEST`` seconds."""
        with self._guard:
            self._deadlines[connection] = monotonic() + WHOLE_REQUEST

    def end(self, connection: socket.socket) -> None:
        """The request was read, or the connection is done with."""
        with self._guard:
            self._deadlines.pop(connection, None)

    def service_actions(self) -> None:
        """Close what sends too slowly; the loop of the server calls this several times a second."""
        now = monotonic()
        with self._guard:
            overdue = [connection for connection, deadline in self._deadlines.items() if deadline < now]
        for connection in overdue:
            self.end(connection)
            self.refuse("too_slow")
            with suppress(OSError):
                socket.socket.shutdown(connection, socket.SHUT_RDWR)
        self._save_refusals()

    def server_close(self) -> None:
        """Store what is under way, then let go."""
        super().server_close()
        self._save_refusals(at_once=True)
        self.store.shutdown()

    def refuse(self, reason: str, value: str = "", *, source: str = "", **fields: object) -> None:
        """Log and count a refusal."""
        metrics.event_received("", "refused")
        log.warning("inbox.refused", extra={"fields": {**refusal_fields(reason, value), "source": source, **fields}})
        self._refusals.add(source, reason)

    def _save_refusals(self, *, at_once: bool = False) -> None:
        """Store what was counted, at most once in ``SAVE_REFUSALS_EVERY``."""
        if at_once or monotonic() - self._refusals_saved_at >= SAVE_REFUSALS_EVERY:
            self._refusals_saved_at = monotonic()
            self.store.submit(self.inbox.save_refusals, self._refusals)

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore a client that disconnects; the standard library would print a traceback."""


class _Refusal(Exception):
    """The request is answered with a status that says no."""

    def __init__(self, status: HTTPStatus, reason: str, fingerprint: str = "") -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.fingerprint = fingerprint
        """Of whose certificate it is, where it is known."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = SLOWEST
    server: _Server
    connection: ssl.SSLSocket

    def handle_one_request(self) -> None:
        """Wait for a request and answer it."""
        self.server.begin(self.connection)
        try:
            super().handle_one_request()
        finally:
            self.server.end(self.connection)

    def do_POST(self) -> None:
        """Take one event."""
        source = ""
        try:
            source, path = self._place()
            sender = self._sender()
            body, is_cut = self._body()
            self.server.end(self.connection)
            self._take(source, sender, path, body, is_cut=is_cut)
        except _Refusal as refusal:
            self.server.refuse(refusal.reason, refusal.fingerprint, source=source, status=int(refusal.status))
            self.close_connection = True
            self._answer(refusal.status)

    def version_string(self) -> str:
        """Leave out the names and versions of the software."""
        return "helhed"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name the standard library gives
        """Log no request: addresses may hold anything."""

    def _place(self) -> tuple[str, str]:
        """Which source it is for, and the address behind it."""
        prefix, _, rest = unquote(urlsplit(self.path).path).strip("/").partition("/")
        source, _, path = rest.partition("/")
        if prefix != PREFIX or not source:
            raise _Refusal(HTTPStatus.NOT_FOUND, "no_such_address")
        return source[:100], path[:200]

    def _sender(self) -> ClientCertificate:
        """Who sends: the holder of the connection's certificate, or whom the proxy vouches for."""
        der = self.connection.getpeercert(binary_form=True)
        peer = certificates.from_der(der) if der else None
        if peer is None:
            raise _Refusal(HTTPStatus.FORBIDDEN, "no_certificate")
        claims = [(name.lower().replace("_", "-"), value) for name, value in self.headers.items()]
        claims = [(name, value) for name, value in claims if name in _CLAIMS]
        if not self.server.proxy or peer.fingerprint != self.server.proxy:
            if claims:
                raise _Refusal(HTTPStatus.FORBIDDEN, "forged_header", peer.fingerprint)
            return peer
        if [name for name, _ in claims] != [PASSED_ON]:
            reason = "forged_header" if claims else "proxy_without_certificate"
            raise _Refusal(HTTPStatus.FORBIDDEN, reason, peer.fingerprint)
        sender = certificates.from_header(claims[0][1])
        if sender is None:
            raise _Refusal(HTTPStatus.FORBIDDEN, "certificate_expired_or_unreadable")
        return sender

    def _body(self) -> tuple[bytes, bool]:
        """The body, and whether it is only its beginning."""
        if "chunked" in self.headers.get("transfer-encoding", "").lower():
            return self._chunks()
        text = self.headers.get("content-length", "")
        if not text.isascii() or not text.isdecimal():
            raise _Refusal(HTTPStatus.LENGTH_REQUIRED, "no_length")
        length = int(text)
        if length > LARGEST_BODY:
            return self.rfile.read(KEPT_OF_LARGE), True
        body = self.rfile.read(length)
        if len(body) < length:
            raise _Refusal(HTTPStatus.BAD_REQUEST, "cut_off")
        return body, False

    def _chunks(self) -> tuple[bytes, bool]:
        body = bytearray()
        while True:
            line = self.rfile.readline(100).split(b";")[0].strip()
            try:
                size = int(line, 16)
            except ValueError:
                raise _Refusal(HTTPStatus.BAD_REQUEST, "cut_off") from None
            if size == 0:
                self.rfile.readline(100)
                return bytes(body), False
            if size < 0 or len(body) + size > LARGEST_BODY:
                return bytes(body[:KEPT_OF_LARGE]), True
            body += self.rfile.read(size)
            self.rfile.readline(100)

    def _take(self, source: str, sender: ClientCertificate, path: str, body: bytes, *, is_cut: bool) -> None:
        server = self.server
        if not server.places.acquire(blocking=False):
            self._later(source, "busy")
            return
        stored = server.store.submit(server.inbox.accept, source, sender, path, body, is_cut=is_cut)
        stored.add_done_callback(lambda _: server.places.release())
        accepted = self._outcome(source, stored)
        if accepted is None:
            return
        if accepted is Accepted.REFUSED:
            raise _Refusal(HTTPStatus.FORBIDDEN, "sender_not_allowed", sender.fingerprint)
        metrics.event_received(source, accepted)
        if is_cut:
            self.server.refuse("too_large", source=source, status=int(HTTPStatus.REQUEST_ENTITY_TOO_LARGE))
            self.close_connection = True
        self._answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE if is_cut else HTTPStatus.ACCEPTED)

    def _outcome(self, source: str, stored: Future[Accepted]) -> Accepted | None:
        """What became of it; None: the sender was told to come again."""
        try:
            return stored.result(ANSWER_WITHIN)
        except TimeoutError:
            # It may be stored after all; the sender's repetition is then known as one.
            stored.cancel()
            self._later(source, "slow")
        except (StoreUnavailable, InvalidSetting) as error:
            self._later(source, type(error).__name__)
        except Exception as error:  # noqa: BLE001  by type and place only: a database error's text holds the values
            self._later(source, place_of(error))
        return None

    def _later(self, source: str, reason: str) -> None:
        log.warning("inbox.unavailable", extra={"fields": {"source": source, "reason": reason}})
        metrics.event_received("", "unavailable")
        self._answer(HTTPStatus.SERVICE_UNAVAILABLE)

    def _answer(self, status: HTTPStatus) -> None:
        self.send_response(status)
        self.send_header("content-length", "0")
        self.send_header("cache-control", "no-store")
        if status is HTTPStatus.SERVICE_UNAVAILABLE:
            self.send_header("retry-after", str(RETRY_AFTER))
        if self.close_connection:
            self.send_header("connection", "close")
        self.end_headers()


def _says_nothing(connection: socket.socket) -> bool:
    """Whether the other side hangs up before its first byte: a probe that asks whether somebody is there, no sender.

    Raises:
        TimeoutError: it neither speaks nor hangs up.
    """
    try:
        return not connection.recv(1, socket.MSG_PEEK)
    except ConnectionResetError:
        return True


def _handshake_fault(error: Exception) -> str:
    """Why a handshake failed, in the words of OpenSSL: "certificate has expired"."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    return (error.reason or "SSLError") if isinstance(error, ssl.SSLError) else type(error).__name__
