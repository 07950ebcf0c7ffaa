"""Real receivers of what is sent: a mail server that insists on TLS and a login, and the address of a webhook."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from hub.notices.senders import MailServer

PASSWORD = "kun-til-test"


class Mailbox:
    """Takes what is handed in, over TLS and after a login alone."""

    def __init__(self) -> None:
        self.messages: list[Any] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: ARG002, N802
        self.messages.append(envelope)
        return "250 OK"


def _let_in(server: Any, session: Any, envelope: Any, mechanism: str, data: object) -> AuthResult:  # noqa: ARG001
    is_right = isinstance(data, LoginPassword) and data.password == PASSWORD.encode()
    return AuthResult(success=is_right, handled=False)


@contextmanager
def mail_server(folder: Path) -> Iterator[tuple[Mailbox, MailServer]]:
    """A mail server that insists on STARTTLS and a login, and how to reach it."""
    authority, mailbox = trustme.CA(), Mailbox()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(folder / "ca.pem")
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]  # the server connects to its own port as it starts, so it must know it
    controller = Controller(
        mailbox,
        hostname="127.0.0.1",
        port=port,
        tls_context=context,
        require_starttls=True,
        auth_required=True,
        authenticator=_let_in,
    )
    controller.start()
    yield mailbox, MailServer("127.0.0.1", port, "helhed", PASSWORD, folder / "ca.pem", "helhed@egelund.example")
    controller.stop()


@contextmanager
def receiving(status: int = 204) -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """A real webhook: its address and what it was sent."""
    received: list[tuple[dict[str, str], bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            received.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/helhed", received
    server.shutdown()
    thread.join()
    server.server_close()
