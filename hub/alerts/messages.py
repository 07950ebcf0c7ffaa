"""What is sent about alerts: nothing about anybody, and a link behind the login. Pure."""

import base64
import json
from collections.abc import Collection
from datetime import datetime
from ipaddress import ip_address
from urllib.parse import urlsplit

from schemas.alert import AlertKind

SUBJECT = "Der er nyt i Helhed"
SECRET_PREFIX = "whsec_"  # noqa: S105  how a secret begins, as Standard Webhooks says
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def mail_text(public_url: str) -> tuple[str, str]:
    """Subject and body of the mail of a morning."""
    lines = [
        "Der er nyt i Helhed om det, du arbejder med.",
        "",
        f"Log ind og se dine adviser: {public_url.rstrip('/')}/adviser",
        "",
        "Mailen siger ikke, hvad eller hvem det handler om. Du kan slå den fra under Vælg dine adviser.",
    ]
    return SUBJECT, "\n".join(lines) + "\n"


def webhook_body(kind: AlertKind | None, alert_id: str, public_url: str, now: datetime) -> bytes:
    """The JSON document of a post: what kind, when it is told, and where it is seen after a login.

    *kind*: None: a test, of no alert.
    """
    document = {
        "type": f"dk.helhed.alert.{kind or 'test'}",
        "timestamp": now.isoformat(),
        "data": {"id": alert_id, "kind": kind, "link": f"{public_url.rstrip('/')}/adviser"},
    }
    return json.dumps(document, ensure_ascii=False, sort_keys=True).encode()


def signing_key(secret: str) -> bytes:
    """The key behind a secret, as Standard Webhooks writes it."""
    return base64.b64decode(secret.removeprefix(SECRET_PREFIX))


def is_address_allowed(url: str, hosts: Collection[str]) -> bool:
    """Whether it may be posted to: HTTPS at one of the hosts that the operator has listed, by name and port.

    HTTP is let through to this machine alone, where that is listed. Whoever may register a webhook can so reach nothing
    that was not meant to be reached.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    place = host if port is None else f"{host}:{port}"
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)
    return is_safe and place in hosts and not parts.username and not parts.password and not _is_link_local(host)


def _is_link_local(host: str) -> bool:
    try:
        return ip_address(host).is_link_local
    except ValueError:
        return False
