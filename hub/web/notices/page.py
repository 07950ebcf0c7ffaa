"""What Beskeder shows."""

from dataclasses import dataclass
from typing import ClassVar

from hub.web.shell.dates import When
from hub.web.shell.view_models import Link


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
