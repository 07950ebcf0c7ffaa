"""What Beskeder shows."""

from dataclasses import dataclass
from typing import ClassVar

from hub.web.shell.dates import When
from hub.web.shell.view_models import Choice, Link, Outcome


@dataclass(frozen=True)
class NoticeLine:
    """One notice."""

    text: str
    advice: str | None
    """What to do. None: it is over."""
    link: Link | None
    began: When
    ended: When | None
    sent: str
    """Whom it was sent to, in words."""
    fault: str | None


@dataclass(frozen=True)
class NoticesPage:
    """What needs a person now, and what did?"""

    template: ClassVar[str] = "notices/templates/notices.html"

    summary: str
    delivery: str
    """How notices are sent."""
    alert_mails: str
    """Whether employees can have mails about alerts."""
    open: tuple[NoticeLine, ...]
    over: tuple[NoticeLine, ...]
    older: str | None


@dataclass(frozen=True)
class WebhookRow:
    """A system that is posted alerts."""

    id: str
    url: str
    kinds: str
    is_paused: bool
    state: str
    last_sent: When | None
    """None: nothing that is still remembered."""
    fault: str
    """Of the last attempts; empty: they went well."""


@dataclass(frozen=True)
class WebhooksPage:
    """Which systems are posted alerts, and does each take them?"""

    template: ClassVar[str] = "notices/templates/webhooks.html"

    rows: tuple[WebhookRow, ...]
    hosts: str
    """Where an address may be; empty: nowhere."""
    url: str
    """What was typed."""
    kinds: tuple[Choice, ...]
    secret: str
    """Of the one that was added just now, shown this once."""
    older: str
    result: Outcome | None
