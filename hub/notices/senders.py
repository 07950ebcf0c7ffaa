"""Sends a message by e-mail (SMTP with STARTTLS) or to a webhook that is signed as Standard Webhooks says.

A message keeps its id however often it is sent: a receiver that gets it twice, because a worker died between the
sending and the line about it, can see so by ``Message-ID`` and ``webhook-id``.
"""

import base64
import hmac
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from hub.errors import InvalidSetting
from hub.settings import Settings

TIMEOUT = 10.0
"""Seconds for a mail server or webhook to answer."""


class SendFailed(Exception):
    """The message was not taken. Its text says why, without anything a server wrote."""


@dataclass(frozen=True)
class MailServer:
    """Where e-mail is handed in."""

    host: str
    port: int
    user: str
    password: str
    ca: Path | None
    sender: str


@dataclass(frozen=True)
class Webhook:
    """Where notices are posted."""

    url: str
    key: bytes


def mail_server_of(settings: Settings) -> MailServer | None:
    """The mail server that the settings name; None: none.

    Raises:
        InvalidSetting: there is no address to send from.
    """
    if not settings.smtp_host:
        return None
    if "@" not in settings.notice_sender:
        raise InvalidSetting("HELHED_NOTICE_SENDER is no address; it is needed with HELHED_SMTP_HOST")
    return MailServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        user=settings.smtp_user,
        password=settings.smtp_password.get_secret_value() if settings.smtp_password else "",
        ca=settings.smtp_ca,
        sender=settings.notice_sender,
    )


def reach_mail_server(server: MailServer) -> None:
    """Log in as for a message, and hand in none.

    Raises:
        SendFailed: a message would not be taken.
    """
    with _opened(server) as smtp:
        smtp.noop()


def reach_webhook(url: str) -> None:
    """Connect to the host of an address, over TLS where it says so, and post nothing.

    Raises:
        SendFailed: it does not answer, or its certificate does not hold.
    """
    parts = urlsplit(url)
    host, is_tls = parts.hostname or "", parts.scheme == "https"
    try:
        with socket.create_connection((host, parts.port or (443 if is_tls else 80)), timeout=TIMEOUT) as door:
            if is_tls:
                ssl.create_default_context().wrap_socket(door, server_hostname=host).close()
    except (OSError, ValueError) as error:
        raise SendFailed(type(error).__name__) from None


@contextmanager
def _opened(server: MailServer) -> Iterator[smtplib.SMTP]:
    try:
        context = ssl.create_default_context(cafile=None if server.ca is None else str(server.ca))
        with smtplib.SMTP(server.host, server.port, timeout=TIMEOUT) as smtp:
            smtp.starttls(context=context)
            if server.user:
                smtp.login(server.user, server.password)
            yield smtp
    except (OSError, smtplib.SMTPException) as error:
        code = getattr(error, "smtp_code", None)
        raise SendFailed(f"{type(error).__name__}{f' {code}' if code else ''}") from None


def send_email(server: MailServer, receiver: str, subject: str, body: str, *, message_id: str, now: datetime) -> None:
    """Hand in one message. Nothing is sent unless the server offers TLS and its certificate holds.

    Raises:
        SendFailed: it was not taken.
    """
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = server.sender, receiver, subject
    message["Message-ID"] = f"<{message_id}@{server.sender.rpartition('@')[2]}>"
    message["Date"] = format_datetime(now)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body)
    with _opened(server) as smtp:
        smtp.send_message(message)


def post_webhook(webhook: Webhook, body: bytes, *, message_id: str, now: datetime) -> None:
    """Post one message. A redirect is not followed: nobody but the address that was set is told.

    Raises:
        SendFailed: it was not taken.
    """
    timestamp = str(int(now.timestamp()))
    headers = {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": signature(webhook.key, message_id, timestamp, body),
    }
    try:
        answer = httpx.post(webhook.url, content=body, headers=headers, timeout=TIMEOUT, follow_redirects=False)
    except httpx.HTTPError as error:
        raise SendFailed(type(error).__name__) from None
    if not answer.is_success:
        raise SendFailed(f"HTTP {answer.status_code}")


def signature(key: bytes, message_id: str, timestamp: str, body: bytes) -> str:
    """HMAC-SHA256 over id, time and body (https://www.standardwebhooks.com)."""
    signed = b".".join((message_id.encode(), timestamp.encode(), body))
    return f"v1,{base64.b64encode(hmac.new(key, signed, sha256).digest()).decode()}"
