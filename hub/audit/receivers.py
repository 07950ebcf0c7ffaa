"""Who gets the log as it is sealed: a SIEM over HTTPS, or by syslog over TLS (RFC 5424, RFC 5425).

A batch is delivered when the receiver has said so: over HTTPS by a 2xx, by syslog, which has no such word, by the
``close_notify`` with which TLS ends a connection that was read to its end.
"""

import json
import socket
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpx

from connectors.retry import Retryable, RetryPolicy, with_retry
from hub.errors import InvalidSetting
from hub.settings import Settings

ANSWER_WITHIN = 10.0
"""Seconds a receiver may take."""
SYSLOG_PORT = 6514
_LOG_AUDIT, _NOTICE, _INFORMATIONAL = 13, 5, 6
"""Facility and severities of RFC 5424."""
_SERVER_FAULT = 500
_TOO_MANY = 429

Document = Mapping[str, Any]


class ReceiverFailed(Exception):
    """The batch was not taken. The text says why, without anything that the receiver wrote."""


@dataclass(frozen=True)
class Message:
    """An event on its way."""

    at: str
    """Time as RFC 3339 has it."""
    action: str
    is_refused: bool
    document: Document

    @property
    def body(self) -> bytes:
        """JSON on one line."""
        return json.dumps(self.document, separators=(",", ":")).encode()


class Receiver(Protocol):
    """Somebody who gets the log."""

    @property
    def name(self) -> str:
        """Its address; names it in the database and on pages."""

    def deliver(self, messages: Sequence[Message]) -> None:
        """Hand over a batch, in order; it has all of it when this returns.

        Raises:
            ReceiverFailed: it may have some of it, or nothing; the batch comes again.
        """

    def check(self) -> None:
        """Reach it without handing over anything.

        Raises:
            ReceiverFailed: it cannot be reached, or one of us does not trust the other.
        """


@dataclass(frozen=True)
class SyslogReceiver:
    """A SIEM by syslog over TLS, a connection a batch."""

    name: str
    host: str
    port: int
    trust: ssl.SSLContext

    def deliver(self, messages: Sequence[Message]) -> None:
        """Send each with its length before it, and wait until the receiver closes after us."""
        self._send(b"".join(b"%d %s" % (len(frame), frame) for frame in map(syslog_frame, messages)))

    def check(self) -> None:
        """Greet and part."""
        self._send(b"")

    def _send(self, content: bytes) -> None:
        try:
            with (
                socket.create_connection((self.host, self.port), timeout=ANSWER_WITHIN) as plain,
                self.trust.wrap_socket(plain, server_hostname=self.host) as secure,
            ):
                secure.sendall(content)
                secure.unwrap()
        except ssl.SSLCertVerificationError as error:
            raise ReceiverFailed(f"its certificate does not hold: {error.verify_message}") from None
        except ssl.SSLEOFError:
            raise ReceiverFailed("it ended the connection without close_notify (RFC 5425, 4.4)") from None
        except OSError as error:
            raise ReceiverFailed(f"it does not answer: {type(error).__name__}") from None


@dataclass(frozen=True)
class HttpReceiver:
    """A SIEM over HTTPS: JSON lines, a request a batch."""

    name: str
    trust: ssl.SSLContext
    token: str

    def deliver(self, messages: Sequence[Message]) -> None:
        """Post the batch; tried again at once when that may help."""
        answer = self._post(b"".join(message.body + b"\n" for message in messages))
        if not answer.is_success:
            raise ReceiverFailed(f"it answered HTTP {answer.status_code}")

    def check(self) -> None:
        """Post nothing; whatever it answers, it was reached, unless it does not let us in."""
        answer = self._post(b"")
        if answer.status_code in {401, 403} or answer.status_code >= _SERVER_FAULT:
            raise ReceiverFailed(f"it answered HTTP {answer.status_code}")

    def _post(self, body: bytes) -> httpx.Response:
        try:
            return with_retry(lambda: self._try(body), RetryPolicy.BRISK)
        except Retryable as error:
            raise ReceiverFailed(str(error)) from None

    def _try(self, body: bytes) -> httpx.Response:
        headers = {"content-type": "application/x-ndjson"}
        if self.token:
            headers["authorization"] = f"Bearer {self.token}"
        try:
            answer = httpx.post(
                self.name,
                content=body,
                headers=headers,
                timeout=ANSWER_WITHIN,
                verify=self.trust,
                follow_redirects=False,
            )
        except httpx.HTTPError as error:
            raise Retryable(f"it does not answer: {type(error).__name__}") from None
        if answer.status_code >= _SERVER_FAULT or answer.status_code == _TOO_MANY:
            raise Retryable(f"it answered HTTP {answer.status_code}")
        return answer


def syslog_frame(message: Message) -> bytes:
    """The event as RFC 5424 has it. JSON without other characters than ASCII, so that no byte order mark is needed."""
    priority = _LOG_AUDIT * 8 + (_NOTICE if message.is_refused else _INFORMATIONAL)
    return f"<{priority}>1 {message.at} - helhed - {message.action[:32]} - ".encode("ascii") + message.body


def build_receiver(settings: Settings) -> Receiver | None:
    """The receiver that the settings name; None: there is none.

    Raises:
        InvalidSetting: it is not as it must be.
    """
    url = settings.audit_stream_url
    if not url:
        return None
    trust = _trust(settings.audit_stream_ca, settings.audit_stream_certificate)
    if url.startswith("https://"):
        token = settings.audit_stream_token.get_secret_value() if settings.audit_stream_token else ""
        return HttpReceiver(url, trust, token)
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or SYSLOG_PORT
    except ValueError:
        host, port = None, 0
    if not host:
        raise InvalidSetting("HELHED_AUDIT_STREAM_URL is no address; it looks like syslogs://siem.kommune.dk:6514")
    return SyslogReceiver(url, host, port, trust)


def _trust(ca: Path | None, certificate: Path | None) -> ssl.SSLContext:
    try:
        trust = ssl.create_default_context(cafile=None if ca is None else str(ca))
    except OSError as error:  # ssl.SSLError is one
        raise InvalidSetting(f"HELHED_AUDIT_STREAM_CA: {ca} cannot be used: {_why(error)}") from None
    # On OpenSSL 3 Python before 3.11.3 took any end of a connection for close_notify, and what was lost for delivered.
    trust.options &= ~getattr(ssl, "OP_IGNORE_UNEXPECTED_EOF", 0)
    if certificate is not None:
        try:
            trust.load_cert_chain(certificate)
        except OSError as error:
            why = _why(error)
            raise InvalidSetting(f"HELHED_AUDIT_STREAM_CERTIFICATE: {certificate} cannot be used: {why}") from None
    return trust


def _why(error: OSError) -> str:
    return "it has no certificate and key in PEM" if isinstance(error, ssl.SSLError) else str(error.strerror)
