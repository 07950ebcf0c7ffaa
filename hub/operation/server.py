"""The worker's own small HTTP server: it has no pages, only the three addresses of ``answers``."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from hub.errors import InvalidSetting
from hub.operation.answers import FORWARDED, Answer, Asker, Operation

SLOWEST = 10.0
"""Seconds a client may take to send its request."""


@contextmanager
def serve_in_background(operation: Operation, host: str, port: int) -> Iterator[int]:
    """Serve at that address while the block runs; yields the port, a free one for 0.

    Raises:
        InvalidSetting: the address cannot be bound.
    """
    try:
        server = _Server(operation, host, port)
    except OSError as error:
        raise InvalidSetting(f"HELHED_WORKER_PORT: cannot listen on {host}:{port}: {error.strerror}") from None
    thread = Thread(target=server.serve_forever, name="operation")
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

    def __init__(self, operation: Operation, host: str, port: int) -> None:
        self.operation = operation
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore a client that disconnects; the standard library would print a traceback."""


class _Handler(BaseHTTPRequestHandler):
    timeout = SLOWEST
    server: _Server

    def do_GET(self) -> None:
        """Answer."""
        answer = self._answer()
        self.send_response(answer.status)
        self.send_header("content-type", answer.content_type)
        self.send_header("content-length", str(len(answer.body)))
        self.send_header("cache-control", "no-store")
        self.send_header("x-content-type-options", "nosniff")
        self.end_headers()
        self.wfile.write(answer.body)

    def version_string(self) -> str:
        """Leave out the names and versions of the software."""
        return "helhed"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name the standard library gives
        """Log no request: probes come every few seconds."""

    def _answer(self) -> Answer:
        forwarded = any(name.lower() in FORWARDED for name in self.headers)
        asker = Asker(self.client_address[0], self.headers.get("authorization", ""), forwarded)
        return self.server.operation.answer(self.path, asker)
